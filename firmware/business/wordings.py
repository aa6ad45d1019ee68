"""What can be wrong with a contact or a file of contacts, for people."""

from __future__ import annotations

from firmware.config.faults import Wording

NOBODY = Wording(
    "contact-empty",
    "there is no name, no company and no number",
    "give one of them, or leave the line out",
    "没有姓名、公司，也没有号码",
    "请至少填写一项，或删去此行",
)
TOO_LONG = Wording(
    "text-too-long",
    "this is longer than {most} characters",
    "make it shorter",
    "超过 {most} 个字符",
    "请缩短",
)
TOO_MANY = Wording(
    "too-many", "there are more than {most} of them", "leave some out", "超过 {most} 项", "请减少"
)
CONTROL = Wording(
    "control-character",
    "there is a character in it that nobody sees: {value}",
    "write it anew without it",
    "含有不可见字符：{value}",
    "请重新输入",
)
NO_LANGUAGE = Wording(
    "no-such-language",
    '"{value}" is no language of this box',
    "write zh or en, or leave it empty",
    "“{value}”不是本设备支持的语言",
    "请填 zh 或 en，或留空",
)
NO_VALUE = Wording(
    "no-value",
    '"{value}" is no value',
    "write a whole number from 0 to {most}",
    "“{value}”不是有效的价值",
    "请填 0 到 {most} 的整数",
)
NO_VIP = Wording(
    "no-yes-or-no",
    '"{value}" is neither yes nor no',
    "write yes or no, or leave it empty",
    "“{value}”不是“是”或“否”",
    "请填“是”或“否”，或留空",
)
NO_TAG = Wording(
    "no-tag",
    '"{value}" cannot be a tag or the name of a field',
    "leave out the semicolon; it may not be empty",
    "“{value}”不能作为标签或字段名",
    "请去掉分号；不能为空",
)
NO_KIND = Wording(
    "no-number-kind",
    '"{value}" is no kind of number',
    "take one of: {known}",
    "“{value}”不是号码类别",
    "可选：{known}",
)
NO_NUMBER = Wording(
    "no-number",
    '"{value}" is no telephone number',
    "write digits, with + and the country in front where it is abroad",
    "“{value}”不是电话号码",
    "请填数字；境外号码前加 + 和国家代码",
)
TWICE = Wording(
    "number-twice",
    "this number stands at line {line} of the file too: both lines become one contact",
    "keep one of them if they are two people",
    "此号码在文件第 {line} 行也有：两行将合并为一个联系人",
    "若是两个人，请只保留一行",
    warning=True,
)
MANY = Wording(
    "number-of-several",
    "{count} contacts have a number of this line: the first of them is taken",
    "merge them first if they are one",
    "有 {count} 个联系人使用此行的号码：取第一个",
    "若是同一人，请先合并",
    warning=True,
)
NO_HEADER = Wording(
    "no-header",
    "the first line names no column that is known",
    "name the columns in the first line: name (姓名), company (公司), phone (电话), mobile (手机), …",
    "首行没有可识别的列名",
    "请在首行写列名：姓名、公司、电话、手机……",
)
COLUMN_TWICE = Wording(
    "column-twice",
    'column "{value}" comes twice',
    "give one of them another name",
    "列“{value}”重复",
    "请改名",
)
LINE_LENGTH = Wording(
    "too-many-cells",
    "this line has {found} cells, the first line names {most}",
    "put quotation marks around cells with separators in them",
    "此行有 {found} 个单元格，而首行只有 {most} 列",
    "含分隔符的单元格请加引号",
)
BROKEN = Wording(
    "line-broken",
    "the line cannot be read: {detail}",
    "look for a quotation mark that is not closed",
    "此行无法读取：{detail}",
    "请检查未闭合的引号",
)
NO_TEXT = Wording(
    "no-text",
    "the file is no text that can be read (UTF-8 and GB18030 were tried)",
    "save it as CSV in UTF-8",
    "文件不是可读的文本（已尝试 UTF-8 和 GB18030）",
    "请另存为 UTF-8 编码的 CSV",
)
NO_CARD = Wording(
    "no-card",
    "there is no vCard in the file",
    "it begins with BEGIN:VCARD and ends with END:VCARD",
    "文件中没有 vCard",
    "应以 BEGIN:VCARD 开始，以 END:VCARD 结束",
)
CARD_BROKEN = Wording(
    "card-broken",
    "the vCard that begins here cannot be read: {detail}",
    "export it anew",
    "从此行开始的 vCard 无法读取：{detail}",
    "请重新导出",
)
MORE = Wording(
    "more-faults",
    "there are {count} more faults",
    "correct the first ones, then try again",
    "另有 {count} 处错误",
    "请先更正前面的，再重试",
)
