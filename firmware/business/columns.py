"""Names of columns, in English and Chinese. A column of another name is a field of the business's own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from firmware.business.cells import key

TEXTS = ("name", "family", "given", "company", "language", "vip", "value", "tags", "note")
_SAID: Mapping[str, str] = {
    "name": "name,fullname,displayname,contact,contactname,customer,姓名,名字,名称,联系人,客户,客户姓名,客户名称",
    "family": "familyname,lastname,surname,姓,姓氏",
    "given": "givenname,firstname,名",
    "company": "company,companyname,organization,organisation,organizationname,公司,公司名称,单位,单位名称,企业",
    "language": "language,lang,语言,语种",
    "vip": "vip,isvip,贵宾,重要客户,是否vip",
    "value": "value,customervalue,价值,客户价值",
    "tags": "tags,tag,labels,label,categories,category,groups,标签,分类,分组",
    "note": "note,notes,remark,remarks,comment,comments,description,备注,附注,说明",
    "mobile": "mobile,mobilephone,mobilenumber,cell,cellphone,手机,手机号,手机号码,移动电话",
    "work": "work,workphone,businessphone,officephone,office,办公电话,工作电话,单位电话,公司电话,座机",
    "home": "home,homephone,家庭电话,住宅电话,宅电",
    "main": "main,mainphone,companymainphone,总机,总机电话",
    "fax": "fax,faxnumber,businessfax,传真,传真号码",
    "other": "phone,phonenumber,telephone,telephonenumber,tel,number,otherphone,电话,电话号码,号码,联系电话,其他电话",
}
_KNOWN = {word: what for what, words in _SAID.items() for word in words.split(",")}
_COUNTED = re.compile(r"-?(?:\d{1,2})?(?:-?value)?$")
FIELD = "field:"
"""In front of a field whose name is also that of a column."""

HEADINGS: Mapping[str, tuple[str, str]] = {
    "name": ("name", "姓名"),
    "company": ("company", "公司"),
    "mobile": ("mobile", "手机"),
    "work": ("work phone", "办公电话"),
    "home": ("home phone", "家庭电话"),
    "main": ("main phone", "总机"),
    "fax": ("fax", "传真"),
    "other": ("phone", "电话"),
    "language": ("language", "语言"),
    "vip": ("vip", "贵宾"),
    "value": ("value", "价值"),
    "tags": ("tags", "标签"),
    "note": ("note", "备注"),
}
"""What is written out, in this order."""


def meaning(heading: str) -> str:
    """What a column holds: a row of `_SAID`, `field:NAME`, or empty for one without a name.

    `phone 2` is a further `phone`.
    """
    if heading.startswith(FIELD):
        return heading
    word = key(heading)
    found = _KNOWN.get(word) or _KNOWN.get(_COUNTED.sub("", word), "")
    return found or (f"{FIELD}{heading}" if heading.strip() else "")


def is_taken(name: str) -> bool:
    """Whether a field of this name would be read as something else."""
    return meaning(name) != f"{FIELD}{name}"
