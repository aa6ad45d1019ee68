"""What can be wrong with answers, in English and Chinese."""

from __future__ import annotations

from firmware.config.faults import Wording

NO_NAME = Wording(
    "no-name",
    "a name is missing here",
    "write what people call it",
    "这里缺少名称",
    "请写上大家的称呼",
)
NAME_TWICE = Wording(
    "name-twice",
    '"{name}" stands here twice',
    "tell the two apart, for instance by a family name",
    "“{name}”出现了两次",
    "请加以区分，例如加上姓氏",
)
NO_SUCH_PERSON = Wording(
    "no-such-person",
    'nobody called "{name}" was named',
    "write one of: {known}",
    "没有叫“{name}”的人",
    "可选：{known}",
)
NO_SUCH_DEPARTMENT = Wording(
    "no-such-department",
    'there is no department "{name}"',
    "write one of: {known}",
    "没有部门“{name}”",
    "可选：{known}",
)
NO_SUCH_LINE = Wording(
    "no-such-line",
    'this box has no line "{name}"',
    "these are there: {known}",
    "设备上没有线路“{name}”",
    "可用的有：{known}",
)
NO_SUCH_COUNTRY = Wording(
    "no-such-country",
    'there is no country "{value}" in the box',
    "write one of: {known}",
    "设备中没有国家“{value}”",
    "可选：{known}",
)
NOBODY = Wording(
    "nobody-answers",
    "nobody is there to answer",
    "name at least one agent with a telephone or a mobile number",
    "没有人接听",
    "请至少写一位有话机或手机的坐席",
)
DEPARTMENT_NOBODY = Wording(
    "department-nobody",
    'nobody answers for "{name}"',
    "name an agent or a supervisor; staff do not answer callers",
    "“{name}”没有人接听",
    "请写一位坐席或班长；普通员工不接外来电话",
)
NO_TELEPHONE = Wording(
    "no-telephone",
    'there is no telephone left for "{name}": the box has {count}',
    "give a mobile number, plug in another card, or take the name out",
    "没有剩余话机给“{name}”：设备共有 {count} 部",
    "请填写手机号、增加板卡，或删除此人",
)
EXTENSION_TAKEN = Wording(
    "extension-taken",
    "{number} is somebody or something else's already",
    "take another number, or leave it empty",
    "{number} 已被占用",
    "请换一个号码，或留空",
)
EXTENSION_LENGTH = Wording(
    "extension-length",
    "{number} is not a number of {least} to {most} digits",
    "three digits are usual, such as 801",
    "{number} 不是 {least} 到 {most} 位的号码",
    "通常用三位，例如 801",
)
EXTENSION_HINDERS = Wording(
    "extension-hinders",
    "{number} and {other} begin alike: whoever dials one may get the other",
    "take a number that begins otherwise, or leave it empty",
    "{number} 与 {other} 开头相同，拨号时会混淆",
    "请换一个开头不同的号码，或留空",
)
BOTH_TELEPHONES = Wording(
    "both-telephones",
    '"{name}" has an extension and a mobile number',
    "give one of the two: the mobile is for who has no telephone here",
    "“{name}”既有分机又有手机",
    "二者只填一个：手机用于没有话机的人",
)
MOBILE_OF_STAFF = Wording(
    "mobile-of-staff",
    '"{name}" answers no callers: the mobile would never ring',
    "make it an agent, or leave the mobile number out",
    "“{name}”不接外来电话，手机不会响",
    "请设为坐席，或去掉手机号",
)
BAD_MOBILE = Wording(
    "bad-mobile",
    '"{number}" is no number of this country that can be called',
    "write it as dialled from a line there, without the prefix for a line: 13900001111",
    "“{number}”不是本国可拨打的号码",
    "请按直线拨号的方式填写，不加出局码：13900001111",
)
MOBILE_WITHOUT_LINE = Wording(
    "mobile-without-line",
    "no line of the box may call out: the mobile could never ring",
    "leave the mobile number out, or allow a line to call out",
    "设备没有可外拨的线路，手机不会响",
    "请去掉手机号，或允许一条线路外拨",
)
BAD_KEY = Wording(
    "bad-menu-key",
    '"{key}" is no digit for a department',
    "take 1 to 9, each once, or leave it empty",
    "“{key}”不能作为部门按键",
    "请用 1 到 9，各用一次，或留空",
)
KEY_TWICE = Wording(
    "menu-key-twice",
    "{key} leads to another department already",
    "take another digit, or leave it empty",
    "{key} 已用于另一个部门",
    "请换一个数字，或留空",
)
TOO_MANY = Wording(
    "too-many-departments",
    "there are {count} departments, a menu has {most} digits",
    "put some together: who hears more than five forgets the first",
    "有 {count} 个部门，菜单只有 {most} 个按键",
    "请合并一些部门：超过五个，来电者会忘记前面的",
)
TOO_MANY_PEOPLE = Wording(
    "too-many-people",
    "there are {count} people, at most {most} can be named here",
    "name the others in the configuration afterwards",
    "有 {count} 人，这里最多填 {most} 人",
    "其他人请之后在配置中添加",
)
SHARES = Wording(
    "shares",
    "the departments' shares are {sum} percent together",
    "make them 100 at most, or leave some 0 for what is left",
    "各部门占比合计为 {sum}%",
    "合计不能超过 100，或把部分留为 0",
)
NEVER_OPEN = Wording(
    "never-open",
    "it is never open",
    'write when you answer: mon = ["09:00-18:00"]',
    "没有营业时间",
    '请写上接听时间：mon = ["09:00-18:00"]',
)
OVERLAPPING = Wording(
    "hours-overlap",
    "{first} and {second} overlap",
    "make them one, or part them",
    "{first} 与 {second} 重叠",
    "请合并或分开",
)
BOTH_WAYS = Wording(
    "holiday-and-working",
    "{date} is a holiday and a working day",
    "take it out of one of the two",
    "{date} 既是假日又是工作日",
    "请从其中一处删除",
)
MUST_ANNOUNCE = Wording(
    "must-announce",
    "recording without telling callers is a crime in {country}",
    "let them be told, or record nothing",
    "在 {country}，不告知就录音属于违法",
    "请先告知来电者，或不录音",
)
NO_LINE = Wording(
    "no-line",
    "the box has no outside line: nobody can call from outside",
    "plug in a card with lines, or set up a trunk; everything else can be prepared now",
    "设备没有外线，外面无法打进来",
    "请插入外线板卡或设置中继；其余可先准备",
    warning=True,
)
INVISIBLE = Wording(
    "invisible-sign",
    "there is a sign nobody sees in this text: {sign}",
    "type the text anew",
    "文字中有不可见字符：{sign}",
    "请重新输入这段文字",
)
