"""Every fault flows and look-ups can have, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.config.faults import Wording

_HELP = "docs/flows.md shows how expressions are written"
_ZH_HELP = "表达式写法见 docs/flows.md"
_EXPRESSIONS = {
    "too-long": ("it is longer than {detail} characters", "超过 {detail} 个字符"),
    "too-deep": ("more than {detail} brackets and signs within one another", "嵌套超过 {detail} 层"),
    "not-understood": ('"{detail}" at character {at} means nothing', "第 {at} 个字符处的“{detail}”无法识别"),
    "left-over": (
        '"{detail}" at character {at} follows where it should end',
        "第 {at} 个字符处的“{detail}”多余",
    ),
    "missing": (
        'something is missing before "{detail}" at character {at}',
        "第 {at} 个字符处的“{detail}”之前缺少内容",
    ),
    "wrong-kind": ("a {detail} is wanted before character {at}", "第 {at} 个字符之前应为 {detail} 类型"),
    "unknown-name": ('nothing is known as "{detail}"', "没有“{detail}”这一项"),
    "unknown-function": ('there is no function "{detail}"', "没有函数“{detail}”"),
    "wrong-count": ("wrong number of arguments; {detail}", "参数个数不对；{detail}"),
    "wants-a-name": ('"{detail}" wants a name in quotes', "“{detail}”的参数应为加引号的名称"),
}
BAD_EXPRESSION: Mapping[str, Wording] = {
    reason: Wording(
        "bad-expression",
        f'"{{source}}" cannot be worked out: {en}',
        _HELP,
        f"“{{source}}”无法计算：{zh}",
        _ZH_HELP,
    )
    for reason, (en, zh) in _EXPRESSIONS.items()
}
UNSET_VARIABLE = Wording(
    "unset-variable",
    'nothing sets "{name}" on any way to this node',
    "set it before with collect, set or a look-up; set by now: {known}",
    "到达此节点的任何路径都没有设置变量“{name}”",
    "请先用 collect、set 或查询设置；此处已有：{known}",
)
SECRET_SHOWN = Wording(
    "secret-shown",
    '"{name}" is secret and would be shown, said or kept here',
    "a secret may only be given, alone, to a look-up (`give`)",
    "“{name}”是保密变量，不能在这里显示、播报或保存",
    "保密变量只能单独传给查询（give）",
)
SECRET_READ_BACK = Wording(
    "secret-read-back",
    "a secret cannot be read back",
    "take out `confirm`, or `secret`",
    "保密输入不能复述确认",
    "请去掉 confirm 或 secret",
)
LEAST_ABOVE_MOST = Wording(
    "least-above-most",
    "at least {least} digits are wanted, but at most {most} are taken",
    "set `digits` to at least {least}",
    "至少要 {least} 位，但最多只收 {most} 位",
    "请把 digits 设为不小于 {least}",
)
NO_WAY_OUT = Wording(
    "no-way-out",
    'from node "{name}" callers come to no end but by hanging up',
    "let one of these nodes lead to a queue, a person, a mailbox or hang-up: {nodes}",
    "来电者从节点“{name}”起只能自己挂机，没有出路",
    "请让这些节点之一通向队列、人员、信箱或挂机：{nodes}",
)
RETURN_NOWHERE = Wording(
    "return-nowhere",
    'flow "{name}" returns, but no `call` node leads into it: its callers would be hung up on',
    "let a `call` node lead into it, or end it with hang-up",
    "流程“{name}”有 return，但没有 call 节点调用它：来电会被挂断",
    "请用 call 节点调用它，或改为 hang-up",
    warning=True,
)
NO_LANGUAGE = Wording(
    "no-language",
    'prompt "{name}" has nothing to say in "{language}"',
    "add `{language}` or `{language}_wav` to it",
    "语音提示“{name}”没有“{language}”内容",
    "请添加 {language} 或 {language}_wav",
)
LOOKUP_KIND = Wording(
    "lookup-kind",
    'look-up "{name}" is of kind "{found}"',
    'take kind "{found}" for this node, or another look-up',
    "查询“{name}”的类型是“{found}”",
    "请把此节点的 kind 改为“{found}”，或换一个查询",
)
LOOKUP_WANTS = Wording(
    "lookup-wants",
    'look-up "{name}" wants "{parameter}"',
    'add "{parameter}" to `give`',
    "查询“{name}”需要参数“{parameter}”",
    "请在 give 中添加“{parameter}”",
)
LOOKUP_NEEDS = Wording(
    "lookup-needs",
    'a look-up of kind "{kind}" needs `{key}`',
    "add a line `{key} = …`",
    "“{kind}”类型的查询需要 {key}",
    "请添加“{key} = …”",
)
BAD_LOOKUP_ADDRESS = Wording(
    "bad-lookup-address",
    "this is no address a look-up may have: {value}",
    "write scheme ({schemes}), host and path; parameters only behind the host, no user name or password",
    "查询地址无效：{value}",
    "请写协议（{schemes}）、主机和路径；参数只能在主机之后，不能有用户名或密码",
)
NO_SELECT = Wording(
    "no-select",
    "a look-up only reads: its statement begins with SELECT or WITH and is one statement",
    "write one SELECT; `:name` is a parameter",
    "查询只能读取：语句须以 SELECT 或 WITH 开头，且只有一条",
    "请写一条 SELECT；“:name”是参数",
)
BAD_NETWORK = Wording(
    "bad-network",
    '"{value}" is no network',
    'write it like "192.168.10.0/24"',
    "“{value}”不是网络地址段",
    "请按此书写：192.168.10.0/24",
)
