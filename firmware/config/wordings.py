"""Every fault a file can have, in English and Chinese. A table; the first word of each line is its slug."""

from __future__ import annotations

from firmware.config.faults import Wording

UNREADABLE = Wording(
    "unreadable",
    "the file cannot be read: {why}",
    "check the path and that you may read it",
    "文件无法读取：{why}",
    "请检查路径和读取权限",
)
NOT_UTF8 = Wording(
    "not-utf-8",
    "the file is not UTF-8 text",
    "save it as UTF-8 in your editor",
    "文件不是 UTF-8 文本",
    "请在编辑器中以 UTF-8 编码保存",
)
SYNTAX = Wording(
    "syntax",
    "this is not TOML: {why}",
    'one `key = value` a line; texts stand in quotes, lists in brackets: name = "sales", slots = ["fxo"]',
    "此处不是 TOML 格式：{why}",
    '每行写一个“键 = 值”；文字加引号，列表加方括号：name = "sales"、slots = ["fxo"]',
)
UNKNOWN_KEY = Wording(
    "unknown-key",
    '"{key}" is not a key that can stand here',
    "take it out; these can stand here: {known}",
    "这里不能有键“{key}”",
    "请删除；这里可用的键：{known}",
)
UNKNOWN_KEY_NEAR = Wording(
    "unknown-key",
    '"{key}" is not a key that can stand here',
    'did you mean "{near}"?',
    "这里不能有键“{key}”",
    "是不是想写“{near}”？",
)
MISSING = Wording(
    "missing",
    '"{key}" is missing here',
    "add a line `{key} = …`",
    "缺少“{key}”",
    "请添加一行“{key} = …”",
)
_WRONG = {
    "text": ("a text", 'put it in quotes: "{given}"', "文字", '请加引号："{given}"'),
    "bool": (
        "true or false",
        "write true or false, without quotes",
        "true 或 false",
        "请写 true 或 false，不加引号",
    ),
    "int": ("a whole number", "write digits only, without quotes", "整数", "请只写数字，不加引号"),
    "float": ("a number", "write a number, without quotes", "数", "请写数字，不加引号"),
    "list": ("a list", "write it in brackets: [ … , … ]", "列表", "请写在方括号里：[ … , … ]"),
    "table": (
        "a table",
        "write its keys under a [header] of their own",
        "表",
        "请把它的键写在单独的 [表头] 之下",
    ),
    "tables": (
        "a list of tables",
        "write its header in double brackets: [[…]]",
        "表的列表",
        "表头请用双方括号：[[…]]",
    ),
}
WRONG_TYPE = {
    wanted: Wording(
        "wrong-type",
        f"{en} is wanted here, not {{given}}",
        remedy,
        f"这里应为{zh}，而不是 {{given}}",
        zh_remedy,
    )
    for wanted, (en, remedy, zh, zh_remedy) in _WRONG.items()
}
NO_CHOICE = Wording(
    "no-such-choice",
    '"{value}" is not one of the choices',
    "take one of {choices}",
    "“{value}”不在可选范围内",
    "请选用：{choices}",
)
NO_CHOICE_NEAR = Wording(
    "no-such-choice",
    '"{value}" is not one of the choices',
    'did you mean "{near}"? The choices are {choices}',
    "“{value}”不在可选范围内",
    "是不是想写“{near}”？可选：{choices}",
)
OUT_OF_RANGE = Wording(
    "out-of-range",
    "{value} is outside {least} … {most}",
    "take a value of {least} … {most}",
    "{value} 超出范围 {least} … {most}",
    "请取 {least} … {most} 之间的值",
)
BAD_LENGTH = Wording(
    "bad-length",
    "{value} characters are outside {least} … {most}",
    "write {least} … {most} characters",
    "长度 {value} 超出范围 {least} … {most}",
    "请写 {least} … {most} 个字符",
)
NO_MATCH = Wording(
    "no-match",
    '"{value}" does not have the form wanted here',
    "write it so that it matches {pattern}",
    "“{value}”的格式不对",
    "请按此格式书写：{pattern}",
)
BAD_SPAN = Wording(
    "bad-span",
    '"{value}" is not a span of time',
    'write two times of day: "08:30-12:00"; "24:00" is the end of the day',
    "“{value}”不是时间段",
    '请写两个时刻："08:30-12:00"；"24:00" 表示一天结束',
)
BAD_CLOCK_TIME = Wording(
    "bad-clock-time",
    '"{value}" is not a time of day',
    'write hours and minutes: "17:00"',
    "“{value}”不是时刻",
    '请写时和分："17:00"',
)
BAD_MAIL_ADDRESS = Wording(
    "bad-mail-address",
    '"{value}" is not a mail address',
    'write one address: "office@example.com"',
    "“{value}”不是邮件地址",
    '请写一个地址："office@example.com"',
)
BAD_DATE = Wording(
    "bad-date",
    '"{value}" is not a date of the calendar',
    'write year, month and day: "2026-10-01"',
    "“{value}”不是有效日期",
    '请写年月日："2026-10-01"',
)
BAD_DAY = Wording(
    "bad-day",
    '"{value}" is not a day of the week',
    "take mon, tue, wed, thu, fri, sat or sun",
    "“{value}”不是星期",
    "请用 mon、tue、wed、thu、fri、sat 或 sun",
)
BAD_ZONE = Wording(
    "bad-zone",
    '"{value}" is not a time zone',
    'take a name of the IANA list, for example "Asia/Shanghai" or "Europe/Berlin"',
    "“{value}”不是时区名",
    '请用 IANA 时区名，例如 "Asia/Shanghai"',
)
BAD_REGEX = Wording(
    "bad-regex",
    '"{value}" is not a regular expression',
    "close every bracket, and put a backslash before a sign that stands for itself",
    "“{value}”不是正则表达式",
    "请检查括号是否成对；表示自身的符号前加反斜杠",
)
BAD_DIGITS = Wording(
    "bad-digits",
    '"{value}" is not a number that can be dialled',
    'write 1 to 20 digits and nothing else: "801"',
    "“{value}”不是可拨的号码",
    '请只写 1 至 20 位数字："801"',
)
BAD_KEY = Wording(
    "bad-key",
    '"{value}" is not a key of a telephone',
    "take one of 0-9, * or #",
    "“{value}”不是电话按键",
    "请用 0-9、* 或 #",
)
BAD_STAR_CODE = Wording(
    "bad-star-code",
    '"{value}" is not a feature code',
    'write a star and 1 to 4 digits: "*41"',
    "“{value}”不是功能码",
    '请写星号加 1 至 4 位数字："*41"',
)
BAD_GATE_SECRET = Wording(
    "bad-gate-secret",
    "this is not the hash of a secret of the gate",
    "take the line that `tipring gate token NAME` prints; the secret itself does not belong into a configuration",
    "这不是网关密钥的散列值",
    "请使用 `tipring gate token 名称` 打印的那一行；密钥本身不应写入配置",
)
BAD_BEGINNING = Wording(
    "bad-beginning",
    '"{value}" is not the beginning of a number',
    'write digits as dialled ("0755") or with country code ("+86 755"), at most 24',
    "“{value}”不是号码的开头",
    '请写拨号数字（"0755"）或带国家代码（"+86 755"），最多 24 位',
)
BAD_DID = Wording(
    "bad-did",
    '"{value}" is neither a number nor a block of numbers',
    'write "62345600", or first and last number of a block: "62345600-62345699"',
    "“{value}”不是号码，也不是号码段",
    '请写 "62345600"，或号码段的首尾号码："62345600-62345699"',
)
BAD_PAIR = Wording(
    "bad-pair",
    '"{value}" is not a pair of digits',
    'write two digits, such as "07"',
    "“{value}”不是两位数字",
    '请写两位数字，如 "07"',
)
BAD_KEYS = Wording(
    "bad-keys",
    '"{value}" cannot be keyed at a telephone',
    "write what is keyed, outside prefix included: digits, * and #, at most 32",
    "“{value}”无法在话机上按出",
    "请写要按的键（含外线字冠）：数字、* 和 #，最多 32 个",
)
BAD_NAME = Wording(
    "bad-name",
    '"{value}" cannot be a name here',
    "begin with a letter or digit; then letters, digits, dot, dash and underscore",
    "“{value}”不能用作名称",
    "请以字母或数字开头，只用字母、数字、点、短横和下划线",
)
TWICE = Wording(
    "given-twice",
    'there are two of {what} "{name}"',
    "give one of them another name, or take it out",
    "{what}“{name}”出现了两次",
    "请改名或删去其中一个",
)
NOBODY = Wording(
    "no-such-name",
    'there is no {what} "{name}"',
    "add it, or take another name here",
    "没有名为“{name}”的 {what}",
    "请添加它，或在此改用别的名称",
)
NOBODY_NEAR = Wording(
    "no-such-name",
    'there is no {what} "{name}"',
    'did you mean "{near}"? Otherwise add it',
    "没有名为“{name}”的 {what}",
    "是不是想写“{near}”？否则请添加它",
)
UNKNOWN_COUNTRY = Wording(
    "unknown-country",
    'there is no line profile for country "{value}"',
    "take one of {choices}",
    "没有国家“{value}”的线路参数",
    "请选用：{choices}",
)
TOO_MANY_SLOTS = Wording(
    "too-many-slots",
    "a card has 8 slots, here are {count}",
    "take out {over} of them, or describe a second card",
    "一块卡有 8 个槽位，这里写了 {count} 个",
    "请删去 {over} 个，或另写一块卡",
)
MIXED_FAMILIES = Wording(
    "mixed-families",
    "slots {first}-{last} hold fxo and fxs together, but four slots share one chip select and one family",
    "use one kind in slots {first}-{last}, the other in {others}",
    "槽位 {first}-{last} 混用了 fxo 与 fxs，而每四个槽位只能用同一类",
    "槽位 {first}-{last} 请只用一类，另一类放到 {others}",
)
SAME_BUS = Wording(
    "same-bus",
    'card "{other}" already has {what} {value}',
    "give each card its own",
    "卡“{other}”已占用 {what} {value}",
    "请给每块卡各用一个",
)
SLOT_TAKEN = Wording(
    "slot-taken",
    'slot {slot} of card "{card}" already has {other}',
    "move one of the two to a free slot",
    "卡“{card}”的槽位 {slot} 已被 {other} 占用",
    "请把其中一个移到空槽位",
)
NO_SUCH_SLOT = Wording(
    "no-such-slot",
    'card "{card}" has slots 1-{count}, not {slot}',
    "take one of its slots, or list more in the card's `slots`",
    "卡“{card}”只有槽位 1-{count}，没有 {slot}",
    "请选用已有槽位，或在卡的 slots 中补上",
)
WRONG_SLOT_KIND = Wording(
    "wrong-slot-kind",
    'slot {slot} of card "{card}" is "{found}", but a {what} needs "{wanted}"',
    'move it to a "{wanted}" slot, or correct the card\'s `slots`',
    "卡“{card}”的槽位 {slot} 是 {found}，而 {what} 需要 {wanted}",
    "请移到 {wanted} 槽位，或更正卡的 slots",
)
NO_HANGUP_SIGN = Wording(
    "no-hang-up-sign",
    'line "{name}" believes no sign of a far end that left: it may stay busy for ever',
    "name at least one sign in `hangup`",
    "线路“{name}”不相信任何挂机信号，可能一直占线",
    "请在 hangup 中至少写一种信号",
    warning=True,
)
EMERGENCY_CLASH = Wording(
    "emergency-clash",
    "extension {number} and the emergency number {emergency} begin alike",
    "give the extension another number: emergency numbers always come first",
    "分机 {number} 与紧急号码 {emergency} 冲突",
    "请更换分机号：紧急号码永远优先",
)
EMERGENCY_BEGINNING = Wording(
    "emergency-beginning",
    "{what} begins with the emergency number {emergency}: whoever pauses after it calls for help",
    "take another: emergency numbers always come first",
    "{what} 以紧急号码 {emergency} 开头：输入中停顿将拨打紧急号码",
    "请更换：紧急号码永远优先",
    warning=True,
)
OUTSIDE_CLASH = Wording(
    "outside-clash",
    "extension {number} begins with the outside prefix {prefix}",
    "give the extension another number or take another `outside_prefix`",
    "分机 {number} 以外线前缀 {prefix} 开头",
    "请更换分机号，或改用别的 outside_prefix",
)
NUMBER_TWICE = Wording(
    "number-twice",
    "number {number} leads to {other} already",
    "give it a number of its own",
    "号码 {number} 已经指向 {other}",
    "请为它分配单独的号码",
)
EMERGENCY_ABSENT = Wording(
    "emergency-absent",
    "emergency numbers of {country} are not in the dial plan: {numbers}",
    "add them to `emergency` under [dial_plan]",
    "拨号方案缺少 {country} 的紧急号码：{numbers}",
    "请把它们加入 [dial_plan] 的 emergency",
    warning=True,
)
OTHER_COUNTRY = Wording(
    "other-country",
    '{key} is "{value}", but in {country} it is "{wanted}"',
    'write {key} = "{wanted}" under [dial_plan]',
    "{key} 为“{value}”，而 {country} 应为“{wanted}”",
    '请在 [dial_plan] 中写 {key} = "{wanted}"',
    warning=True,
)
SIP_SLOTS = Wording(
    "sip-slots",
    'card "{card}" is of kind "sip": it has no slots of its own',
    "take out `slots`; write each telephone as [[extension]] and each carrier as [[trunk]] with this card",
    "卡“{card}”类型为 sip：没有槽位",
    "请去掉 slots；话机写作 [[extension]]，运营商写作 [[trunk]]，并指明这块卡",
)
SIP_SLOT = Wording(
    "sip-slot",
    '{what} {name} is on the SIP card "{card}", which has no slots',
    "take out `slot`",
    "{what} {name} 在 SIP 卡“{card}”上，没有槽位",
    "请去掉 slot",
)
SIP_LINE = Wording(
    "sip-line",
    'line {name} stands on the SIP card "{card}", which has no copper lines',
    "write it as [[trunk]], or name another card",
    "线路 {name} 指向 SIP 卡“{card}”，那里没有铜线",
    "请改写为 [[trunk]]，或指明另一块卡",
)
TWO_SIP_CARDS = Wording(
    "two-sip-cards",
    'card "{card}" is a second card of kind "sip"',
    'one serves all telephones and trunks: use "{other}" for these too',
    "卡“{card}”是第二块 sip 卡",
    "一块即可服务全部话机与中继：请一并使用“{other}”",
)
TRUNK_CARD = Wording(
    "trunk-card",
    'trunk {name} needs a card of kind "sip", and "{card}" is of kind "{kind}"',
    'add [[card]] name = "ip", kind = "sip", and name it here',
    "中继 {name} 需要 sip 类型的卡，而“{card}”是 {kind}",
    '请添加 [[card]] name = "ip"、kind = "sip"，并在此指明',
)
TRUNK_HOSTS = Wording(
    "trunk-hosts",
    "trunk {name} has no host",
    'write where the carrier is: hosts = ["sip.example.net"]',
    "中继 {name} 没有主机",
    '请写明运营商地址：hosts = ["sip.example.net"]',
)
TRUNK_PASSWORD = Wording(
    "trunk-password",
    "trunk {name} registers as {user} and has no password",
    'put the password into a file below the box\'s `secrets` directory and name it: password = "carrier"',
    "中继 {name} 以 {user} 注册，但没有密码",
    '请把密码写入设备 secrets 目录下的文件，并写明文件名：password = "carrier"',
)
TLS_FILES = Wording(
    "tls-files",
    "SIP over TLS needs a certificate and its key",
    "name both files below the box's `secrets` directory: certificate, key; or set tls_port = 0",
    "SIP over TLS 需要证书和私钥",
    "请写明设备 secrets 目录下的两个文件：certificate、key；或设 tls_port = 0",
)
NO_TRANSPORT = Wording(
    "no-transport",
    "SIP listens nowhere: all its ports are 0",
    "set at least one of udp_port, tcp_port, tls_port",
    "SIP 没有监听端口：全部为 0",
    "请至少设置 udp_port、tcp_port、tls_port 之一",
)
SIP_UNCAPPED = Wording(
    "sip-uncapped",
    "telephones may register from {network}, and {name} may call abroad or premium numbers without a limit",
    "give it a class with day_minutes or day_cost, or narrow `local` in [sip]: a stolen password costs that much",
    "话机可从 {network} 注册，而 {name} 可无限额拨打国际或高价号码",
    "请为其设置带 day_minutes 或 day_cost 的等级，或缩小 [sip] 的 local：密码被盗时损失以此为限",
    warning=True,
)
SIP_UNUSED = Wording(
    "sip-unused",
    'card "{card}" is of kind "sip" and no extension or trunk uses it',
    "give it telephones or trunks, or take it out",
    "sip 卡“{card}”没有任何分机或中继使用",
    "请添加话机或中继，或删除该卡",
)
BAD_NETWORK = Wording(
    "bad-network",
    '"{value}" is not a network',
    "write it like 192.168.1.0/24 or fd00::/8; the bits after the length are 0",
    "“{value}”不是网段",
    "请写成 192.168.1.0/24 或 fd00::/8 的形式；掩码以外的位须为 0",
)
BAD_ADDRESS = Wording(
    "bad-address",
    '"{value}" is not an IP address',
    "write it like 192.168.1.5 or fd00::5",
    "“{value}”不是 IP 地址",
    "请写成 192.168.1.5 或 fd00::5 的形式",
)
BAD_HOST = Wording(
    "bad-host",
    '"{value}" is neither a host name nor an address',
    "write it like sip.example.net, sip.example.net:5070, 192.0.2.7 or [2001:db8::7]:5061",
    "“{value}”不是主机名或地址",
    "请写成 sip.example.net、sip.example.net:5070、192.0.2.7 或 [2001:db8::7]:5061",
)
NO_SLOTS = Wording(
    "no-slots",
    'card "{card}" lists no slots',
    'write what is in each: slots = ["fxo", "fxo", "fxo", "fxo", "fxs", "fxs", "fxs", "fxs"]',
    "卡“{card}”没有写明槽位",
    '请写明每个槽位：slots = ["fxo", "fxo", "fxo", "fxo", "fxs", "fxs", "fxs", "fxs"]',
)
NO_EMERGENCY = Wording(
    "no-emergency",
    "no emergency number is set",
    "list those of your country in `emergency`",
    "没有设置紧急号码",
    "请在 emergency 中列出本国紧急号码",
)
FEATURE_CLASH = Wording(
    "feature-clash",
    'the codes of "{key}" and "{other}" begin alike: {code}, {other_code}',
    "change one so that neither is the beginning of the other",
    "“{key}”与“{other}”的功能码冲突：{code}、{other_code}",
    "请更改其一，使任何一个都不是另一个的开头",
)
BAD_OVERFLOW = Wording(
    "bad-overflow",
    '"{value}" says no place a call can go to',
    'write "voicemail:BOX", "queue:ID", "extension:NUMBER", "outside:NUMBER" or "flow:ID"',
    "“{value}”不是有效的溢出去向",
    '请写 "voicemail:信箱"、"queue:队列"、"extension:分机"、"outside:号码" 或 "flow:流程"',
)
OVERFLOW_CYCLE = Wording(
    "overflow-cycle",
    "calls would overflow in a circle: {circle}",
    "let one of these queues overflow to voicemail, an extension or nowhere",
    "来电会循环溢出：{circle}",
    "请让其中一个队列溢出到语音信箱、分机，或不溢出",
)
STEP_NEEDS = Wording(
    "step-needs",
    'a step that goes by "{when}" needs `{key}`',
    "add a line `{key} = …` to the step",
    "按“{when}”溢出的步骤需要 {key}",
    "请在该步骤中添加“{key} = …”",
)
STEP_NEVER = Wording(
    "step-never",
    'no call will ever take this step ("{when}"): each has left the queue before',
    "put it before the step that comes earlier, or raise `max_wait_s` or `max_waiting`",
    "没有来电会走到这一步（{when}）：之前已经离开队列",
    "请调整步骤次序，或加大 max_wait_s、max_waiting",
    warning=True,
)
QUEUE_CUTS_OFF = Wording(
    "queue-cuts-off",
    "after {seconds} s callers hear that all agents are busy and are cut off",
    "give an `overflow`, e.g. a mailbox, or let them wait on with `max_wait_s = 0`",
    "来电等待 {seconds} 秒后会听到座席全忙，随后被挂断",
    "请填写 overflow（例如某个语音信箱），或用 max_wait_s = 0 让来电继续等待",
    warning=True,
)
KEY_TWICE = Wording(
    "key-twice",
    "key {key} is `exit_key` already",
    "take another key",
    "按键 {key} 已用作 exit_key",
    "请换一个按键",
)
NOBODY_SERVES = Wording(
    "nobody-serves",
    'no agent may serve queue "{name}"',
    "add it to an agent's `queues`, or ask for lower levels in its `skills`",
    "没有坐席可以服务队列“{name}”",
    "请把它加入某坐席的 queues，或降低 skills 的要求",
    warning=True,
)
NO_SUCH_NODE = Wording(
    "no-such-node",
    'flow "{flow}" has no node "{name}"',
    "add the node, or take one of {known}",
    "流程“{flow}”没有节点“{name}”",
    "请添加该节点，或选用：{known}",
)
NODE_TWICE = Wording(
    "node-twice",
    'flow "{flow}" has two nodes "{name}"',
    "give one of them another id",
    "流程“{flow}”有两个节点“{name}”",
    "请给其中一个改名",
)
NODE_NEEDS = Wording(
    "node-needs",
    'a "{kind}" node needs `{key}`',
    "add a line `{key} = …` to the node",
    "“{kind}”节点需要 {key}",
    "请在节点中添加“{key} = …”",
)
UNREACHABLE = Wording(
    "unreachable",
    'no way leads to node "{name}"',
    "let another node lead to it, or take it out",
    "没有路径通向节点“{name}”",
    "请让别的节点通向它，或删去",
    warning=True,
)
ENDLESS = Wording(
    "endless",
    "a caller would go in a circle for ever, without being asked anything: {circle}",
    "let one of these nodes lead to a menu, a queue or hang-up",
    "来电者会在无任何按键机会的情况下无限循环：{circle}",
    "请让其中一个节点通向菜单、队列或挂机",
)
OVERLAPPING = Wording(
    "overlapping-spans",
    "{first} and {second} overlap",
    "write them as one span, or correct one of them",
    "{first} 与 {second} 重叠",
    "请合并为一段，或更正其一",
)
RECORDS_FORGET_FIRST = Wording(
    "records-forget-first",
    "recordings are kept {recordings} days, but after {records} days nothing says any more whose they are",
    "set personal_data_days to at least retention_days, or to 0",
    "录音保留 {recordings} 天，但 {records} 天后就查不到是谁的录音了",
    "请把 personal_data_days 设为不小于 retention_days，或设为 0",
    warning=True,
)
NEVER_EARLY = Wording(
    "never-early",
    "nothing is ever kept longer than {longest} days, so {early} days are never early",
    "set purge_early_days below retention_days, or to 0",
    "没有任何录音保留超过 {longest} 天，{early} 天谈不上提前",
    "请把 purge_early_days 设得小于 retention_days，或设为 0",
    warning=True,
)
MARKS_TOO_CLOSE = Wording(
    "marks-too-close",
    "{key} is {value}: it must be at least 3 above {below}, which is {least}",
    "let warn_percent, purge_percent and stop_percent ascend in steps of 3 or more",
    "{key} 为 {value}：必须比 {below}（{least}）至少高 3",
    "请让 warn_percent、purge_percent、stop_percent 依次递增，每级至少相差 3",
)
BAD_TARGET = Wording(
    "bad-target",
    '"{value}" is no place a call can be sent to',
    "write kind and name; the kinds are {kinds}",
    "“{value}”不是来电可以转去的地方",
    "请写“类别:名称”；可用类别：{kinds}",
)
TARGET_CYCLE = Wording(
    "target-cycle",
    "a call would be sent round for ever: {circle}",
    "let one of these lead somewhere else: to a mailbox, or to nothing",
    "来电会被无限循环转接：{circle}",
    "请让其中一处转往别处：语音信箱，或留空",
)
BAD_BLOCK = Wording(
    "bad-block",
    '"{value}" is no block of 1 … {most} numbers',
    "write its first and its last number with the same count of digits, the smaller one first",
    "“{value}”不是 1 至 {most} 个号码的号码段",
    "请写首尾两个位数相同的号码，小的在前",
)
PIN_FOR_NOTHING = Wording(
    "pin-for-nothing",
    'a PIN is to be asked for "{kind}" numbers, but there is none',
    "add a line `pin = …` to the class, or take pin_for out",
    "拨打“{kind}”类号码要求密码，但没有设置密码",
    "请在该等级中添加 pin，或删去 pin_for",
)
NO_ACCOUNTS = Wording(
    "no-accounts",
    'class "{name}" needs an account code, but none is listed',
    'add an [[account]], or set accounts = "free" under [dial_plan]',
    "等级“{name}”要求账号码，但没有列出任何账号",
    '请添加 [[account]]，或在 [dial_plan] 中设 accounts = "free"',
)
CHAIR_PIN = Wording(
    "chair-pin",
    'room "{name}" cannot tell its chair from the others',
    "give it a pin too, and another one than chair_pin",
    "会议室“{name}”无法区分主持人与其他人",
    "请同时设置 pin，且与 chair_pin 不同",
)
GROUP_LIKE_LINE = Wording(
    "group-like-line",
    'there is a line "{name}" too: a route could not tell which is meant',
    "give the group another id",
    "已有名为“{name}”的线路：路由无法区分",
    "请给线路组改名",
)
ROUTE_EMPTY = Wording(
    "route-empty",
    'route "{name}" has no lines: no call can use it',
    "add a line `lines = [ … ]`, or take the route out",
    "路由“{name}”没有线路：不会有呼叫使用它",
    "请添加 lines = [ … ]，或删去该路由",
    warning=True,
)
LINE_NOT_OUT = Wording(
    "line-not-out",
    'line "{name}" is not for outgoing calls',
    "take it out of the route, or set outgoing = true for the line",
    "线路“{name}”不用于呼出",
    "请将其从路由中删去，或把该线路的 outgoing 设为 true",
    warning=True,
)
SPEED_DIAL_CODE = Wording(
    "speed-dial-code",
    '"{value}" is a feature code: speed dial stores numbers',
    "write a number as it is dialled, outside prefix included",
    "“{value}”是功能码：缩位拨号只存号码",
    "请写要拨的号码，含外线字冠",
)
BAD_NUMBER_PATTERN = Wording(
    "bad-number-pattern",
    '"{value}" is neither a number nor the beginning of one',
    "write digits, at most 32, with + before the country code, and a * at the end for all that begin so: +86139*",
    "“{value}”既不是号码，也不是号码的开头",
    "请写数字（最多 32 位），国家代码前加 +；结尾写 * 表示所有以此开头的号码：+86139*",
)
RELAX_NEVER = Wording(
    "relax-never",
    "this step never comes: it has neither after_s nor when_expected_wait_s",
    "say after how many seconds of waiting, or of expected wait, it comes",
    "这一步永远不会生效：after_s 和 when_expected_wait_s 都没有设",
    "请写明等待多少秒、或预计等待多少秒后生效",
)
RELAX_NOT_LATER = Wording(
    "relax-not-later",
    "{key} is {value}, but an earlier step has {earlier}: steps follow one another",
    "let {key} grow from step to step, or put the steps into another order",
    "{key} 为 {value}，而前面的步骤已是 {earlier}：各步骤须依次在后",
    "请让 {key} 逐步增大，或调整步骤顺序",
)
RELAX_ASKS_MORE = Wording(
    "relax-asks-more",
    "this step asks for {what} {value}, more than the {earlier} asked before it",
    "a step may only ask for less, or for the same",
    "这一步要求 {what} {value}，高于此前的 {earlier}",
    "每一步只能放宽或维持要求",
)
RELAX_LESS_URGENT = Wording(
    "relax-less-urgent",
    "this step adds {value} to the priority, an earlier one {earlier}",
    "let the priority stay or grow from step to step",
    "这一步给优先级加 {value}，而前面的步骤加 {earlier}",
    "请让优先级逐步不变或增大",
)
RELAX_UNASKED = Wording(
    "relax-unasked",
    'the queue itself asks for no "{what}": this matters only for calls whose routing asks for it',
    "take it out, or ask for it in the queue's `skills`",
    "该队列本身不要求“{what}”：只对由 routing 提出要求的来电起作用",
    "请删去，或写进队列的 skills",
    warning=True,
)
NOT_SERVED_BY = Wording(
    "not-served-by",
    'agent "{agent}" does not serve queue "{queue}", so this changes nothing',
    "add the queue to the agent's `queues`, or take this out",
    "坐席“{agent}”不服务队列“{queue}”，此项不起作用",
    "请把该队列加入坐席的 queues，或删去此项",
    warning=True,
)
ROUTING_IDLE = Wording(
    "routing-idle",
    "this rule changes nothing",
    "give it a priority, skills, vip or an agent",
    "这条规则不改变任何事",
    "请给出 priority、skills、vip 或 agent",
)
GROUP_EMPTY = Wording(
    "group-empty",
    'group "{name}" has no members: nobody rings',
    "add a line `members = [ … ]`",
    "振铃组“{name}”没有成员：无人振铃",
    "请添加 members = [ … ]",
    warning=True,
)
MEMBER_OUTSIDE = Wording(
    "member-outside",
    '"{number}" is outside, but group "{name}" may call inside only',
    'set may_call of the group to "local", "national" …, or take the number out',
    "“{number}”是外线号码，但振铃组“{name}”只许呼叫内线",
    '请把该组的 may_call 设为 "local"、"national" 等，或删去该号码',
)
FORWARD_NOWHERE = Wording(
    "forward-nowhere",
    'calls cannot go on to "{number}"',
    "write another number of the house, or an outside number with {prefix} in front as it is dialled",
    "来电无法转到“{number}”",
    "请写另一个内部号码，或带字冠 {prefix} 的外线号码",
)
FORWARD_EMERGENCY = Wording(
    "forward-emergency",
    'calls may not be sent to "{number}", an emergency number',
    "take another number",
    "不得把来电转到紧急号码“{number}”",
    "请换一个号码",
)
SLOT_EMERGENCY = Wording(
    "slot-emergency",
    "slot {slot} is keyed {keys}, which ends like {emergency}",
    "take another slot: half a code keyed before a call for help must not hide it",
    "寄存位 {slot} 要按 {keys}，其结尾与紧急号码 {emergency} 相同",
    "请换一个寄存位：求助前误按的半个代码不应掩盖求助",
)
INVISIBLE = Wording(
    "invisible-sign",
    "there is a sign here that nobody sees: {sign} ({name})",
    "write the text anew by hand; it was most likely pasted with it",
    "此处有看不见的字符：{sign}（{name}）",
    "请手工重新输入该文字；它多半是粘贴进来的",
)
MIXED_SCRIPTS = Wording(
    "mixed-scripts",
    '"{name}" is written with letters of several alphabets that look alike: {scripts}',
    "write it with letters of one alphabet",
    "“{name}”混用了几种外形相似的字母：{scripts}",
    "请只用一种字母书写",
)
LOOKS_LIKE = Wording(
    "looks-like-another",
    'the {what} "{name}" can be taken for "{other}"',
    "give one of them a name that looks different",
    "{what}“{name}”容易与“{other}”混淆",
    "请给其中一个换个外形不同的名称",
)
TOO_MANY = Wording(
    "too-many",
    "{count} times {what} is more than a box can have",
    "keep at most {most}",
    "{what} 有 {count} 个，超出一台设备的上限",
    "最多保留 {most} 个",
)
BAD_NUMBER = Wording(
    "bad-number",
    '"{value}" is not a telephone number',
    'write digits as people do, at most 32 signs: "010-6234 5600", "+86 10 62345600"',
    "“{value}”不是电话号码",
    '请按习惯书写，最多 32 个字符："010-6234 5600"、"+86 10 62345600"',
)
EMERGENCY_SHORT = Wording(
    "emergency-short",
    'emergency number "{number}" is the beginning of half of all numbers',
    "an emergency number has at least two digits",
    "紧急号码“{number}”会与一半的号码开头相同",
    "紧急号码至少两位",
)
HIDES_NOWHERE = Wording(
    "hides-nowhere",
    "extension {number} hides its number, but no line it may call out on has hide_prefix: everybody sees it",
    'ask the telephone company what to dial before a number, and write it at the lines: hide_prefix = "#31#"',
    "分机 {number} 要求隐藏号码，但没有任何可呼出的外线设置 hide_prefix：对方仍会看到号码",
    '请向运营商询问隐藏号码的前缀，并写在外线上，例如 hide_prefix = "#31#"',
    warning=True,
)
OPERATOR_IS_NOBODY = Wording(
    "operator-is-nobody",
    'mailbox {name}: "{value}" is nobody who answers callers that key 0',
    "write extension:NUMBER, queue:ID or group:ID",
    "信箱 {name}：“{value}”不能接听按 0 的来电者",
    "请写 extension:号码、queue:ID 或 group:ID",
)
SHORT_PIN = Wording(
    "short-pin",
    'the PIN of mailbox "{name}" has less than {least} digits',
    "choose a longer one, or none: then it opens only at its own telephones",
    "信箱“{name}”的密码不足 {least} 位",
    "请选用更长的密码，或不设密码（只能在本机收听）",
    warning=True,
)
MAIL_WITHOUT_SERVER = Wording(
    "mail-without-server",
    'mailbox "{name}" wants its messages mailed, but no mail server is named',
    'write [mail] with server = "…" and sender = "…"',
    "信箱“{name}”要求邮件通知，但没有指定邮件服务器",
    '请写明 [mail]：server = "…"、sender = "…"',
)
MAIL_WITHOUT_SENDER = Wording(
    "mail-without-sender",
    "mails need an address they come from",
    'write sender = "box@example.com" in [mail]',
    "邮件需要发件地址",
    '请在 [mail] 中写 sender = "box@example.com"',
)
MAIL_WITHOUT_PASSWORD = Wording(
    "mail-without-password",
    'nothing says where the password of "{user}" is',
    'write password_file = "/etc/tipring/mail-password" in [mail]; the file holds nothing else',
    "没有说明“{user}”的密码放在哪里",
    '请在 [mail] 中写 password_file = "/etc/tipring/mail-password"，文件中只放密码',
)
DELETED_UNMAILED = Wording(
    "deleted-unmailed",
    'mailbox "{name}" deletes what was mailed, but mails nothing',
    'write mail = "…", or leave out mail_then_delete',
    "信箱“{name}”要求发信后删除，但没有邮件地址",
    '请写 mail = "…"，或去掉 mail_then_delete',
    warning=True,
)
CHECK_RINGS_NOBODY = Wording(
    "check-rings-nobody",
    'mailbox "{name}" must be heard by a time of day, but is no telephone\'s own',
    "let an extension's `voicemail` name it, or leave out check_by",
    "信箱“{name}”要求按时收听，但不属于任何分机",
    "请在某分机的 voicemail 中写上它，或去掉 check_by",
    warning=True,
)
NEVER_CLOSED = Wording(
    "never-closed",
    'mailbox "{name}" has a greeting for closing time but no hours',
    'write hours = "…" to say when it is open',
    "信箱“{name}”有下班问候语，但没有营业时间",
    '请写 hours = "…" 说明营业时间',
    warning=True,
)
NO_LAMP_THERE = Wording(
    "no-lamp-there",
    "extension {name}: telephones of {country} get no FSK, so their lamp cannot be lit",
    'write lamp = "stutter"',
    "分机 {name}：{country} 的话机不收 FSK，无法点亮留言灯",
    '请写 lamp = "stutter"',
)
LAMP_OF_NOTHING = Wording(
    "lamp-of-nothing",
    "extension {name} has a message lamp but no mailbox",
    "name one in `voicemail`, or leave out lamp",
    "分机 {name} 有留言灯，但没有信箱",
    "请在 voicemail 中写上信箱，或去掉 lamp",
    warning=True,
)
