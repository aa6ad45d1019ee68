"""The engine's state in words for people, English and Chinese."""

from __future__ import annotations

from firmware.cli.tables import text_table
from firmware.cli.words import said
from firmware.protocol.order_format import CallView, StateView

WORDS = {
    "en": {
        "none": "No engine answers in {data}: start the box with `tipring run`, or look at `tipring doctor`.",
        "head": "{box}: engine life {epoch}, record {number}, firmware {version}, configuration {config}; {link}",
        "up": "switch connected",
        "down": "switch NOT CONNECTED",
        "calls": "Calls",
        "agents": "Agents",
        "timers": "Timers",
        "services": "Services",
        "rooms": "Conference rooms",
        "alarm": "ALARM: {alarm}",
        "nothing": "none",
        "silent": "No engine answered: start the box with `tipring run`, or look at `tipring doctor`. Nothing changed.",
        "goes-on": "The new version {reason}{detail}. The engine that runs goes on; no call was touched.",
        "away": "The engine handed over, but the next one does not answer: look at `tipring doctor` and engine.log.",
        "reloaded": "Firmware {version} decides now (engine life {epoch}); {calls} call(s) went on. "
        "Nothing was decided for {gap_ms:.0f} ms.",
    },
    "zh": {
        "none": "{data} 中没有引擎应答：请用 `tipring run` 启动设备，或查看 `tipring doctor`。",
        "head": "{box}：引擎第 {epoch} 次启动，记录 {number}，固件 {version}，配置版本 {config}，{link}",
        "up": "交换已连接",
        "down": "交换未连接",
        "calls": "通话",
        "agents": "坐席",
        "timers": "定时器",
        "services": "日夜服务",
        "rooms": "会议室",
        "alarm": "告警：{alarm}",
        "nothing": "无",
        "silent": "没有引擎应答：请用 `tipring run` 启动设备，或查看 `tipring doctor`。没有任何改变。",
        "goes-on": "新版本{reason}{detail}。原引擎继续运行，没有影响任何通话。",
        "away": "引擎已移交，但新引擎没有应答：请查看 `tipring doctor` 和 engine.log。",
        "reloaded": "现由固件 {version} 决策（引擎第 {epoch} 次启动）；{calls} 个通话继续。"
        "决策暂停了 {gap_ms:.0f} 毫秒。",
    },
}
REASONS = {
    "en": {
        "unreadable": "cannot read the state",
        "meaning-changed": "would not take the calls up as they are",
        "fails": "fails when it takes the state up",
        "passes-over": "cannot decide upon what happened lately",
        "does-not-start": "does not start",
        "takes-too-long": "took longer than 30 s",
        "under-way": "is being tried already",
    },
    "zh": {
        "unreadable": "无法读取状态",
        "meaning-changed": "不能原样接管通话",
        "fails": "接管状态时出错",
        "passes-over": "无法处理最近的事件",
        "does-not-start": "无法启动",
        "takes-too-long": "用时超过 30 秒",
        "under-way": "已在试运行",
    },
}
ALARMS = {
    "en": {
        "ring-full": "the journal ring is full: nothing is decided until the recorder has written; see the recorder",
        "ring-was-full": "the journal ring was full for a while; see the recorder and the disk",
        "switch-away": "the switch is not connected",
        "inputs-passed-over": "inputs could not be decided upon; see engine.log and report them",
        "records-missing": "records of the journal are gone; calls go on as the wires report them",
        "snapshot-refused": "a snapshot could not be read; an older one was used",
    },
    "zh": {
        "ring-full": "日志环已满：记录进程写入之前不作任何决策，请查看记录进程",
        "ring-was-full": "日志环曾经满过，请查看记录进程和磁盘",
        "switch-away": "交换未连接",
        "inputs-passed-over": "有事件无法处理，请查看 engine.log 并报告",
        "records-missing": "日志记录缺失；通话按线路实际状态继续",
        "snapshot-refused": "有快照无法读取，已改用较早的快照",
    },
}
HEADINGS = {
    "en": {
        "call": ("call", "kind", "number", "line", "since", "queue", "position", "who is doing what"),
        "agent": ("agent", "state", "reason", "telephone", "since"),
        "timer": ("timer", "due in"),
        "service": ("service", "mode", "why"),
        "room": ("room", "members"),
    },
    "zh": {
        "call": ("通话", "类别", "号码", "线路", "历时", "队列", "位置", "各方在做什么"),
        "agent": ("坐席", "状态", "原因", "话机", "历时"),
        "timer": ("定时器", "剩余"),
        "service": ("服务", "状态", "原因"),
        "room": ("会议室", "成员"),
    },
}
PHASES = {
    "offered": "来电振铃", "flow": "语音菜单", "queued": "排队", "joining": "即将接通", "calling": "等待应答",
    "talking": "通话", "held": "保持", "mailbox": "留言", "parting": "结束", "dialling": "拨号",
    "keying": "按键", "pin": "输入密码", "listening": "收听留言", "dictating": "录制问候语", "new-pin": "设置密码",
    "alerting": "振铃", "away": "离开", "room": "会议室",
    "choosing": "选择", "waiting-line": "等待线路", "seizing": "占线", "proceeding": "接续中",
}  # fmt: skip
"""`firmware.engine.state.Phase` as Chinese people say it."""


def state_lines(view: StateView, language: str) -> list[str]:
    words, heads = WORDS[language], HEADINGS[language]
    link = words["up" if view.link_up else "down"]
    head = words["head"].format(
        box=view.box,
        epoch=view.epoch,
        number=view.number,
        version=view.version,
        config=view.config_version,
        link=link,
    )
    alarms = [words["alarm"].format(alarm=ALARMS[language].get(one, one)) for one in view.alarms]
    calls = [_call_row(call, view.now_us, language) for call in view.calls]
    agents = [
        [
            one.agent,
            said(one.state, language),
            said(one.reason, language),
            one.extension,
            span(view.now_us - one.since_us),
        ]
        for one in view.agents
    ]
    timers = [[name, span(at_us - view.now_us)] for name, at_us in view.timers]
    return [
        head,
        *alarms,
        *_section(words["calls"], heads["call"], calls, words["nothing"]),
        *_section(words["agents"], heads["agent"], agents, words["nothing"]),
        *_services_and_rooms(view, language),
        *_section(words["timers"], heads["timer"], timers, words["nothing"]),
    ]


def _services_and_rooms(view: StateView, language: str) -> list[str]:
    """Only where there are any."""
    words, heads = WORDS[language], HEADINGS[language]
    services = [[name, said(mode, language), said(why, language)] for name, mode, why in view.services]
    rooms = [[name, ", ".join(members)] for name, members in view.rooms]
    told = []
    if services:
        told += _section(words["services"], heads["service"], services, words["nothing"])
    if rooms:
        told += _section(words["rooms"], heads["room"], rooms, words["nothing"])
    return told


def _section(title: str, headings: tuple[str, ...], rows: list[list[str]], nothing: str) -> list[str]:
    return ["", title, text_table(headings, rows) if rows else nothing]


def _call_row(call: CallView, now_us: int, language: str) -> list[str]:
    legs = ", ".join(f"{party or '?'}: {_phase(phase, language)}" for party, phase in call.legs)
    position = str(call.position) if call.position else ""
    return [
        str(call.call),
        said(call.direction, language),
        call.number,
        call.line,
        span(now_us - call.began_us),
        call.queue,
        position,
        legs,
    ]


def _phase(phase: str, language: str) -> str:
    return PHASES.get(phase, phase) if language == "zh" else phase


def span(us: int) -> str:
    """`m:ss`, or `h:mm:ss`."""
    seconds = max(0, us) // 1_000_000
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
