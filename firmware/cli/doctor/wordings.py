"""What the doctor can say, in English and Chinese. A row a thing that can be found; a test holds that all are used."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.cli.doctor.said import Said
from firmware.cli.doctor.wordings_lines import LINES


def _well(check: str, en: str, zh: str, en_advice: str = "", zh_advice: str = "") -> Said:
    return Said(check, en, en_advice, zh, zh_advice, wrong=False)


_MACHINE = {
    "software": _well("software", "Python {version}", "Python {version}"),
    "software-missing": Said(
        "software",
        "Python {version}; missing {gone}",
        "run `make setup` in the project's folder",
        "Python {version}；缺少 {gone}",
        "请在项目目录运行 `make setup`",
    ),
    "hardware": _well("hardware", "{model}", "{model}"),
    "hardware-none": _well(
        "hardware",
        "no Raspberry Pi: line cards only by simulation (--sim)",
        "不是树莓派：线路卡只能仿真（--sim）",
    ),
    "hardware-no-hats": _well(
        "hardware",
        "{model}: has no TDM bus, so no line hats; SIP and USB E1 only",
        "{model}：没有 TDM 总线，不能使用线路扩展板，只支持 SIP 和 USB E1",
    ),
    "hardware-missing": Said(
        "hardware",
        "{model}; missing {gone}",
        "set dtparam=spi=on and the hat's sound overlay in /boot/firmware/config.txt, then restart",
        "{model}；缺少 {gone}",
        "请在 /boot/firmware/config.txt 中设置 dtparam=spi=on 和扩展板的声音 overlay，然后重启",
    ),
    "prompts": _well("prompts", "{zh} Mandarin, {en} English", "普通话 {zh} 条，英语 {en} 条"),
    "prompts-missing": Said(
        "prompts",
        "{zh} Mandarin, {en} English: some are missing",
        "run `make setup`",
        "普通话 {zh} 条，英语 {en} 条：不完整",
        "请运行 `make setup`",
    ),
    "sip": _well(
        "sip",
        "pjproject {version} for {calls} calls, from {source} ({hash}…)",
        "pjproject {version}，支持 {calls} 路通话，源自 {source}（{hash}…）",
    ),
    "sip-given": _well(
        "sip",
        "pjproject {version} for {calls} calls, from {source} ({hash}…), which an administrator gave",
        "pjproject {version}，支持 {calls} 路通话，源自管理员提供的 {source}（{hash}…）",
        "see to it that it has the newest security fixes",
        "请自行确认其包含最新的安全修复",
    ),
    "sip-missing": Said(
        "sip",
        "pjproject is not built: no SIP telephones and no SIP trunks; lines are not concerned",
        "run `make setup` in the project's folder",
        "尚未构建 pjproject：无法使用 SIP 话机和中继；模拟线路不受影响",
        "请在项目目录运行 `make setup`",
    ),
    "sip-old": Said(
        "sip",
        "pjproject {version} has published vulnerabilities",
        "unset TIPRING_PJPROJECT_SOURCE, or let it name 2.17 or newer, and run `make setup`",
        "pjproject {version} 存在已公开的漏洞",
        "请取消 TIPRING_PJPROJECT_SOURCE 或改为 2.17 及以上版本，再运行 `make setup`",
    ),
    "sip-small": Said(
        "sip",
        "pjproject {version} is built for {calls} calls: a telephone's limits, not a switchboard's",
        "remove the package tipring-pjproject and run `make setup`",
        "pjproject {version} 只按 {calls} 路通话构建：是话机而非交换机的限制",
        "请卸载 tipring-pjproject 软件包后运行 `make setup`",
    ),
    "clock": _well("clock", "{time}, worth: {quality}", "{time}，可信度：{quality}"),
    "clock-none": Said(
        "clock",
        "shows {time}: earlier than this software, so it cannot be right. Calls are kept without a time to "
        "rely on and get their true time once the clock is right; meanwhile opening hours count as open",
        "connect the box to a network with a time server, or set the clock with `timedatectl set-time`",
        "显示 {time}：早于本软件发布日期，必定有误。通话时间暂不可靠，校准后自动补正；此前一律按营业时间处理",
        "请把设备接入有时间服务器的网络，或用 `timedatectl set-time` 设置时间",
    ),
    "clock-unsure": Said(
        "clock",
        "shows {time}, but nothing keeps it right",
        "let it follow a time server (`timedatectl set-ntp true`), or fit a clock with a battery",
        "显示 {time}，但没有任何校准来源",
        "请让设备与时间服务器同步（`timedatectl set-ntp true`），或加装带电池的时钟",
    ),
}
_DISK = {
    "disk": _well("disk", "{free} GB free ({used} used) at {place}", "{place} 剩余 {free} GB（已用 {used}）"),
    "disk-fills": Said(
        "disk",
        "{free} GB free, {used} used: soon nothing more will be recorded",
        "export and delete old recordings, or fit a larger disk",
        "剩余 {free} GB，已用 {used}：很快将无法继续录音",
        "请导出并删除旧录音，或换更大的磁盘",
    ),
    "disk-full": Said(
        "disk",
        "full ({used} used): nothing is recorded, calls go on",
        "delete or move what others keep on this disk, shorten the retention, or fit a larger one",
        "已满（已用 {used}）：停止录音，通话不受影响",
        "请清理此磁盘上的其他文件、缩短保留期，或换更大的磁盘",
    ),
    "disk-failed": Said(
        "disk",
        "does not take what is written ({error}); calls go on, the rings keep what they can",
        "look at `dmesg`; replace the disk or card and restore the last backup",
        "无法写入（{error}）；通话继续，内存环形缓冲尽量保留数据",
        "请查看 `dmesg`；更换磁盘或存储卡并恢复最近的备份",
    ),
    "disk-no-reserve": Said(
        "disk",
        "the room kept for call records is used up",
        "make room: export and delete old recordings",
        "为通话记录预留的空间已被占用",
        "请腾出空间：导出并删除旧录音",
    ),
    "disk-slow": Said(
        "disk",
        "1 sync in 100 takes {seconds} s or more",
        "a memory card wears out or another program writes much: replace it, stop the other program",
        "每 100 次同步有一次超过 {seconds} 秒",
        "存储卡可能老化或有其他程序大量写入：请更换存储卡或停止该程序",
    ),
    "disk-errors": Said(
        "disk",
        "errors were survived, the last: {error}",
        "look at `dmesg`; a disk that fails once fails again",
        "曾发生磁盘错误但已恢复，最近一次：{error}",
        "请查看 `dmesg`；出过错的磁盘还会再出错",
    ),
    "disk-wears": Said(
        "disk",
        "{gigabytes} GB a day are written, more than planned: a card of this size lasts {years} years",
        "fit an SSD or a larger card, or record less",
        "每天写入 {gigabytes} GB，超过预算：此容量的存储卡可用约 {years} 年",
        "请改用固态硬盘或更大的存储卡，或减少录音",
    ),
    "rings-fill": Said(
        "recorder",
        "what waits for the disk filled its memory up to {most}",
        "the disk was too slow for a while; at 100 % recordings lose audio",
        "等待写盘的数据最多占用了缓冲的 {most}",
        "磁盘曾一度过慢；达到 100 % 时录音会丢失",
    ),
    "tape-lost": Said(
        "recorder",
        "{lost} s of tape found no room ({blocks} blocks)",
        "`tipring recordings ledger` names each gap; use a faster disk",
        "有 {lost} 秒录音因缓冲已满而丢失（{blocks} 块）",
        "`tipring recordings ledger` 会列出每处缺失；请使用更快的磁盘",
    ),
}
_CONFIGURATION = {
    "configuration": _well(
        "configuration", "version {version} by {author}", "第 {version} 版，由 {author} 设置"
    ),
    "configuration-none": _well(
        "configuration",
        "none in {place} yet",
        "{place} 中还没有配置",
        "tipring config apply FILE.toml",
        "tipring config apply FILE.toml",
    ),
    "configuration-faulty": Said(
        "configuration",
        "version {version} by {author} has {faults} fault(s)",
        "tipring config export, correct, `tipring config check`, apply",
        "第 {version} 版（{author}）有 {faults} 处错误",
        "请用 tipring config export 导出、改正，经 `tipring config check` 检查后再应用",
    ),
    "configuration-unreadable": Said(
        "configuration",
        "{why}",
        "restore a backup of config.db",
        "{why}",
        "请恢复 config.db 的备份",
    ),
}
_PROCESSES = {
    "box-stopped": _well("processes", "the box is not running", "设备未运行"),
    "processes": _well("processes", "running: {running}", "运行中：{running}"),
    "process-gone": Said(
        "processes",
        "{role} is not running",
        "wait half a minute, it is started again; see {log}/{role}.log",
        "{role} 未运行",
        "请等待半分钟，会自动重启；详见 {log}/{role}.log",
    ),
    "process-hangs": Said(
        "processes",
        "{role} has given no sign of life for {seconds} s",
        "it is killed and started again; if it stays so, start the box anew",
        "{role} 已 {seconds} 秒没有响应",
        "会被自动结束并重启；若一直如此，请重启设备",
    ),
    "process-waits": Said(
        "processes",
        "{role} keeps dying and is started again in {seconds} s",
        "see {log}/{role}.log",
        "{role} 反复异常退出，{seconds} 秒后再启动",
        "详见 {log}/{role}.log",
    ),
    "process-died": Said(
        "processes",
        "deaths since the machine's start: {deaths}; the last: {last}",
        "calls went on; send {log} to whoever looks after the box",
        "开机以来异常退出：{deaths}；最近一次：{last}",
        "通话未受影响；请把 {log} 发给维护人员",
    ),
    "process-large": Said(
        "processes",
        "{role} has {mb} MB of memory; at {limit} MB it is killed and started again",
        "send {log}/{role}.log to whoever looks after the box",
        "{role} 占用 {mb} MB 内存；达到 {limit} MB 时会被结束并重启",
        "请把 {log}/{role}.log 发给维护人员",
    ),
}
_SWITCH = {
    "switch": _well("switch", "{ticks} ticks, none late", "{ticks} 个节拍，无迟到"),
    "ticks-late": Said(
        "switch",
        "{late} of {ticks} ticks were late: callers heard a click",
        "the machine is too busy or too slow: stop other work, check `tipring bench fabric`",
        "{ticks} 个节拍中有 {late} 个迟到：通话中会有爆音",
        "机器过忙或过慢：请停止其他任务，用 `tipring bench fabric` 检查",
    ),
    "machine-stands": Said(
        "switch",
        "in {stood} seconds the machine itself stood still",
        "a power saving mode, a virtual machine's host or a slow card: see docs/ARCHITECTURE.md, where time comes from",
        "有 {stood} 秒机器本身停顿",
        "可能是节能模式、虚拟机宿主或慢速存储卡所致，见 docs/ARCHITECTURE.md",
    ),
    "tape-overrun": Said(
        "switch",
        "{blocks} taped blocks lost",
        "`tipring recordings ledger` names each gap; use a faster disk",
        "丢失 {blocks} 个录音块",
        "`tipring recordings ledger` 会列出每处缺失；请使用更快的磁盘",
    ),
    "audio-ring-fills": Said(
        "switch",
        "the audio ring is {fill} full",
        "the recorder does not keep up: see the disk's findings",
        "录音缓冲已用 {fill}",
        "录音进程跟不上：请看磁盘项",
    ),
    "engine-away": Said(
        "switch",
        "nobody decides about calls (engine: {state}); emergency numbers work",
        "wait half a minute, the engine is started again; else see engine.log",
        "呼叫处理进程不可用（{state}）；紧急号码仍可拨打",
        "请等待半分钟，会自动重启；否则详见 engine.log",
    ),
    "events-lost": Said(
        "switch",
        "{events} events were dropped while no engine was there",
        "the engine was away for very long; calls of that time may lack details",
        "处理进程不在期间丢弃了 {events} 个事件",
        "该进程离开过久；那段时间的通话可能缺少细节",
    ),
    "commands-misfit": Said(
        "switch",
        "{commands} commands fitted nothing",
        "a fault of the firmware: send the log folder to us",
        "{commands} 条命令无法执行",
        "固件缺陷：请把日志目录发给我们",
    ),
    "prompts-asked-in-vain": Said(
        "switch",
        "{prompts} times a prompt was missing and callers heard a beep or another language",
        "put the prompt into the data directory's prompts folder, or correct its name in the flow",
        "有 {prompts} 次找不到提示音，主叫听到的是哔声或其他语言",
        "请把提示音放入数据目录的 prompts 文件夹，或改正流程中的名称",
    ),
    "prompts-crowded": Said(
        "switch",
        "{crowded} new prompts found no room: callers hear the old ones",
        "restart the box when nobody telephones, or shorten the prompts",
        "{crowded} 条新提示音没有空间：主叫听到的仍是旧的",
        "请在无人通话时重启设备，或缩短提示音",
    ),
    "clocks-slip": Said(
        "switch",
        "{slips} slips: two cards do not run by one clock",
        "connect the cards' clocks, or use one card; each slip is a click",
        "发生 {slips} 次滑码：两块卡的时钟不同步",
        "请连接两块卡的时钟或只用一块卡；每次滑码都有轻微爆音",
    ),
    "frames-garbled": Said(
        "switch",
        "{frames} frames from the engine could not be read",
        "are both of one version? start the box anew after an update",
        "收到 {frames} 个无法解析的帧",
        "两个进程版本是否一致？更新后请重启设备",
    ),
    "switch-finding": Said(
        "switch",
        "{text}",
        "see the cards and the wiring, or the prompt that is named",
        "{text}",
        "请检查线路卡与接线，或所指的提示音",
    ),
}
_ENGINE = {
    "engine": _well(
        "engine",
        "{calls} calls, {queued} waiting, {agents} agents ready",
        "{calls} 个通话，{queued} 个排队，{agents} 个坐席就绪",
    ),
    "engine-stands": Said(
        "engine",
        "stands still: the journal has no room, no new call is answered",
        "the recorder or the disk does not take it: see their findings",
        "停顿：日志缓冲已满，无法应答新来电",
        "录音进程或磁盘写不进去：请看相应项目",
    ),
    "engine-stood": Said(
        "engine",
        "stood still for {seconds} s because the journal had no room",
        "see the disk's findings",
        "曾因日志缓冲已满停顿 {seconds} 秒",
        "请看磁盘项",
    ),
    "journal-ring-fills": Said(
        "engine",
        "the journal ring is {fill} full",
        "the recorder does not keep up: see the disk's findings",
        "日志缓冲已用 {fill}",
        "录音进程跟不上：请看磁盘项",
    ),
    "inputs-passed-over": Said(
        "engine",
        "{inputs} inputs could not be decided upon and were passed over",
        "a fault of the firmware: send {log} to us; the calls they concerned were ended",
        "有 {inputs} 个输入无法处理，已跳过",
        "固件缺陷：请把 {log} 发给我们；相关通话已结束",
    ),
    "records-missing": Said(
        "engine",
        "came back without {missing} records of its journal; {left_out} facts fitted nothing any more",
        "the disk lost what was written: see its findings; look at the calls of that time",
        "恢复时缺少 {missing} 条日志记录；{left_out} 条事实无法套用",
        "磁盘丢失了已写入的数据：请看磁盘项，并核对当时的通话",
    ),
    "snapshots-refused": Said(
        "engine",
        "{snapshots} snapshots could not be read",
        "the journal was used instead; see the disk's findings",
        "有 {snapshots} 个快照无法读取",
        "已改用日志恢复；请看磁盘项",
    ),
    "switch-away": Said(
        "engine",
        "has no switch: nobody can telephone",
        "wait half a minute, it is started again; else see switch.log",
        "未连接到交换进程：无法通话",
        "请等待半分钟，会自动重启；否则详见 switch.log",
    ),
}
_ARCHIVE = {
    "archive": _well(
        "archive",
        "{taken} records and blocks taken, {cut} recordings made",
        "已处理 {taken} 条记录与录音块，生成 {cut} 个录音",
    ),
    "archive-behind": Said(
        "archive",
        "history is {seconds} s behind ({records} records): reports lack the newest calls",
        "nothing is lost; it catches up when the disk has time: see the disk's findings",
        "历史记录落后 {seconds} 秒（{records} 条）：报表缺少最新通话",
        "数据没有丢失；磁盘空闲后会自动赶上：请看磁盘项",
    ),
    "archive-fails": Said(
        "archive",
        "could not write within the last hour: {error}",
        "it tries again every few seconds; see the disk's findings",
        "最近一小时内写入失败：{error}",
        "每隔几秒会重试；请看磁盘项",
    ),
    "tape-damaged": Said(
        "archive",
        "{blocks} blocks of tape and {files} files have damage",
        "`tipring recordings ledger` names each gap; a disk that damages files must be replaced",
        "有 {blocks} 个录音块和 {files} 个文件损坏",
        "`tipring recordings ledger` 会列出每处缺失；损坏文件的磁盘必须更换",
    ),
}
_ASK = "ask its people; was it not them, `tipring sip password {who}` makes a new password; see its class too"
_ASK_ZH = "请询问使用人；若非本人，用 `tipring sip password {who}` 更换密码，并检查其等级"

_HISTORY = {
    "ledger": _well(
        "ledger",
        "{answered} s answered, {audio} s recorded, {unexplained} s unexplained",
        "已接听 {answered} 秒，录音 {audio} 秒，无说明 {unexplained} 秒",
    ),
    "ledger-unexplained": Said(
        "ledger",
        "{answered} s answered, {audio} s recorded, {unexplained} s unexplained",
        "`tipring recordings ledger` names each gap",
        "已接听 {answered} 秒，录音 {audio} 秒，无说明 {unexplained} 秒",
        "`tipring recordings ledger` 会列出每处缺失",
    ),
    "history-unreadable": Said(
        "ledger",
        "{why}",
        "restore a backup of history.db",
        "{why}",
        "请恢复 history.db 的备份",
    ),
    "journal-gaps": Said(
        "history",
        "{count} gaps in the journal: what happened then is not in the records",
        "a disk that lost what was written, or a power cut with a disk that lies: see the disk's findings",
        "日志有 {count} 处缺口：当时发生的事没有记录",
        "磁盘丢失数据，或断电时磁盘谎报已写入：请看磁盘项",
    ),
    "inputs-were-passed-over": Said(
        "history",
        "{count} times an input could not be decided upon",
        "a fault of the firmware: send the log folder to us",
        "有 {count} 次输入无法处理",
        "固件缺陷：请把日志目录发给我们",
    ),
    "oddities": Said(
        "history",
        "{count} facts did not fit what came before",
        "a fault of the firmware: send history.db to us",
        "有 {count} 条事实与之前的记录不符",
        "固件缺陷：请把 history.db 发给我们",
    ),
    "telephone-abroad": Said(
        "calls-outside",
        "telephone {who}: {count} calls abroad or to premium numbers within 10 minutes ({alarms} times in a week)",
        _ASK,
        "话机 {who}：10 分钟内 {count} 次国际或高价呼叫（一周内 {alarms} 次）",
        _ASK_ZH,
    ),
    "telephone-refused": Said(
        "calls-outside",
        "telephone {who}: {count} calls outside refused within 10 minutes ({alarms} times in a week)",
        _ASK,
        "话机 {who}：10 分钟内 {count} 次外呼被拒（一周内 {alarms} 次）",
        _ASK_ZH,
    ),
    "telephone-spent": Said(
        "calls-outside",
        "telephone {who}: its day's minutes or cost were used up ({alarms} times in a week)",
        _ASK,
        "话机 {who}：当日通话时长或费用额度用完（一周内 {alarms} 次）",
        _ASK_ZH,
    ),
    "mailbox-full": Said(
        "mailboxes",
        "mailbox {mailbox} is full: callers cannot leave messages",
        "let its owner delete messages, or raise most_messages or most_minutes",
        "信箱 {mailbox} 已满：来电者无法留言",
        "请机主删除留言，或调大 most_messages、most_minutes",
    ),
    "mailbox-nearly-full": _well(
        "mailboxes", "mailbox {mailbox} is more than 80 % full", "信箱 {mailbox} 已用 80 % 以上"
    ),
    "mailbox-unchecked": Said(
        "mailboxes",
        "mailbox {mailbox}: {count} messages should have been heard by now",
        "see `tipring voicemail list --unchecked`, and who should listen",
        "信箱 {mailbox}：有 {count} 条留言未按时收听",
        "请看 `tipring voicemail list --unchecked`，并确认由谁收听",
    ),
    "mailbox-pin-guessed": Said(
        "mailboxes",
        "too many wrong PINs at mailbox {mailbox} by {who}: locked {locks} times in a week",
        "ask who used that telephone or line; give the mailbox a longer PIN",
        "信箱 {mailbox} 被 {who} 多次输错密码：一周内锁定 {locks} 次",
        "请查明谁使用该话机或线路，并为信箱设置更长的密码",
    ),
    "backup": _well("backup", "the last one is {days} days old", "最近一次备份在 {days} 天前"),
    "backup-none-yet": _well(
        "backup", "none yet", "还没有备份", "tipring backup make --out FILE", "tipring backup make --out FILE"
    ),
    "backup-none": Said(
        "backup",
        "none in {days} days of use",
        "tipring backup make --out FILE, on another disk",
        "已使用 {days} 天，从未备份",
        "请用 tipring backup make --out FILE 备份到另一块磁盘",
    ),
    "backup-old": Said(
        "backup",
        "the last one is {days} days old",
        "tipring backup make --out FILE, on another disk",
        "最近一次备份在 {days} 天前",
        "请用 tipring backup make --out FILE 备份到另一块磁盘",
    ),
}
_PROGRAMS = {
    "jobs": _well(
        "jobs",
        "{waiting} look-ups and mails under way, the oldest for {seconds} s",
        "进行中的查询和邮件 {waiting} 项，最早的已 {seconds} 秒",
    ),
    "mail-fails": Said(
        "jobs",
        "mail does not get out ({reason}): {retried} are tried again, {failed} failed",
        "check [mail] in the configuration, the password file and the way to the mail server",
        "邮件发不出去（{reason}）：{retried} 封待重试，{failed} 封失败",
        "请检查配置中的 [mail]、密码文件以及到邮件服务器的网络",
    ),
    "jobs-hang": Said(
        "jobs",
        "{hung} look-ups or mails hang",
        "see which server does not answer: {log}",
        "有 {hung} 项查询或邮件卡住",
        "请看哪台服务器没有应答：{log}",
    ),
    "jobs-no-engine": Said(
        "jobs",
        "no way to the engine: look-ups and mails are not done",
        "see {log}",
        "无法连接引擎：查询和邮件都不执行",
        "请看 {log}",
    ),
    "webhooks": _well(
        "webhooks", "{count} endpoints are told what happens", "正在向 {count} 个 Webhook 地址投递事件"
    ),
    "webhook-fails": Said(
        "webhooks",
        "webhook {name} took nothing for {hours} h ({reason}), {waiting} events wait",
        "see why on the page Programs > Webhooks, and look after the receiver; it is tried again, at least each hour",
        "Webhook {name} 已 {hours} 小时未收下任何事件（{reason}），待投递 {waiting} 个",
        "原因见“程序接口 > Webhook 通知”页面，请检查接收方；系统会继续重试，至少每小时一次",
    ),
    "webhook-loses": Said(
        "webhooks",
        "webhook {name} took nothing for {hours} h ({reason}): {lost} events older than 3 days were given up",
        "look after the receiver, or switch the webhook off; when it is back it is told that events are missing",
        "Webhook {name} 已 {hours} 小时未收下任何事件（{reason}），{lost} 个超过 3 天的事件已放弃",
        "请检查接收方，或停用此 Webhook；恢复后会告知对方有事件缺失",
    ),
    "webhook-no-secret": Said(
        "webhooks",
        "webhook {name} has no secret: nothing is sent",
        "make one on the page Programs > Webhooks and give it to the receiver",
        "Webhook {name} 没有密钥，不会投递",
        "请在“程序接口 > Webhook 通知”页面生成密钥并交给接收方",
    ),
    "sip-service": _well(
        "telephones",
        "{telephones} of {all} SIP telephones registered, {trunks} of {every} trunks up, {calls} calls",
        "{all} 部 SIP 话机中 {telephones} 部已注册，{every} 条中继中 {trunks} 条可用，{calls} 路通话",
    ),
    "sip-nobody": _well(
        "telephones",
        "none of {all} SIP telephones is registered; {trunks} of {every} trunks up",
        "{all} 部 SIP 话机均未注册；{every} 条中继中 {trunks} 条可用",
        "set a password with tipring sip password NUMBER and enter it, with the box's address, at the telephone",
        "请用 tipring sip password 分机号 设置密码，并在话机上填写该密码和本机地址",
    ),
    "sip-trunk-down": Said(
        "telephones",
        "only {trunks} of {every} trunks up; {telephones} of {all} SIP telephones registered",
        "tipring run says why (`unregistered`, `no-answer`, `password`); check hosts, user and password of [[trunk]]",
        "{every} 条中继中仅 {trunks} 条可用；{all} 部 SIP 话机中 {telephones} 部已注册",
        "原因见 tipring run 的输出（unregistered、no-answer、password）；请检查 [[trunk]] 的 hosts、user 和 password",
    ),
    "sip-guessed": Said(
        "telephones",
        "{failures} log-ins with a wrong password, {bans} addresses banned for it",
        "somebody guesses: keep SIP behind the router, or name the networks of your telephones in [sip] local",
        "{failures} 次密码错误的注册，{bans} 个地址因此被禁",
        "有人在猜密码：请勿将 SIP 暴露到公网，或在 [sip] local 中只写话机所在网段",
    ),
    "sip-no-priority": _well(
        "telephones",
        "the audio of SIP runs without real-time priority",
        "SIP 语音没有实时优先级",
        "on the appliance the service gives it; elsewhere audio may suffer under load",
        "在设备上由服务赋予；在其他机器上负载高时语音可能受影响",
    ),
    "sip-gone": Said(
        "telephones",
        "the configuration has a SIP card, but its process does not answer",
        "restart the box if it was added just now; else see {log}",
        "配置中有 SIP 卡，但其进程没有应答",
        "如刚刚添加，请重启系统；否则请看 {log}",
    ),
    "gate-off": _well("gate", "off", "未启用"),
    "gate": _well("gate", "on, {clients} programs logged in", "已启用，{clients} 个程序已登录"),
    "gate-refused": _well(
        "gate",
        "on, {clients} programs logged in; {refused} logins refused, the last {hours} h ago",
        "已启用，{clients} 个程序已登录；{refused} 次登录被拒，最近一次在 {hours} 小时前",
    ),
    "gate-guessed": Said(
        "gate",
        "{refused} logins refused, the last {hours} h ago; {clients} programs logged in",
        "find the program on this machine that has a wrong secret; give it a new token: tipring gate token NAME",
        "{refused} 次登录被拒，最近一次在 {hours} 小时前；{clients} 个程序已登录",
        "请找出本机上密钥错误的程序，并为它重新生成令牌：tipring gate token NAME",
    ),
    "gate-gone": Said(
        "gate",
        "switched on in the configuration, but nobody answers",
        "restart the box if it was switched on just now; else see {log}",
        "配置中已启用，但没有应答",
        "如刚刚启用，请重启系统；否则请看 {log}",
    ),
}
_WEB: Mapping[str, Said] = {
    "web-off": _well("pages", "off", "未启用"),
    "web": _well("pages", "at {url}", "地址 {url}"),
    "web-secure": _well(
        "pages",
        "at {url}; SHA-256 of its certificate {fingerprint}",
        "地址 {url}；证书 SHA-256 {fingerprint}",
    ),
    "web-gone": Said(
        "pages",
        "switched on in the configuration, but nobody answers; calls go on",
        "see {log}; another program may have the port: [web] port",
        "配置中已启用，但没有应答；通话不受影响",
        "请看 {log}；也可能端口被其他程序占用：[web] port",
    ),
}
SAID: Mapping[str, Said] = {
    **_MACHINE,
    **_WEB,
    **_DISK,
    **_CONFIGURATION,
    **_PROCESSES,
    **_SWITCH,
    **LINES,
    **_ENGINE,
    **_ARCHIVE,
    **_HISTORY,
    **_PROGRAMS,
}
