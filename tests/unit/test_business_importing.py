"""Files of contacts become contacts: all faults at once, merged by number, done again without harm."""

from __future__ import annotations

import io
import sqlite3
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.business import importing, synthetic
from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.csv_text import csv_text
from firmware.business.importing import LookedOver, Outcome, looked_over, rows_of, take_in
from firmware.business.numbers import Number, NumberRules
from firmware.business.store import empty_business, open_business

RULES = NumberRules(area="10")
TABLE = """姓名,公司,手机,电话,标签,客户号,备注,贵宾,语言
王小明,机械公司,138 0013 8000,010-62345678；62340000,老客户;代理,K1,"两行
备注",是,中文
李,,+49 30 1234567,,,K2,,,
"""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    one = open_business(tmp_path / "business.db", durable=False)
    yield one
    one.close()


def file_of(text: str | bytes, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode(encoding))


def over(text: str | bytes) -> LookedOver:
    return looked_over(rows_of(file_of(text), "f.csv"))


def take(db: sqlite3.Connection, text: str | bytes, *, dry: bool = False) -> Outcome:
    rows = rows_of(file_of(text), "f.csv")
    return take_in(db, Contacts(db, RULES), rows, author="li", at=7, name="f.csv", dry=dry)


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.added, outcome.merged, outcome.skipped


def drafts(db: sqlite3.Connection) -> list[Draft]:
    return [one.draft.said() for one in Contacts(db, RULES).every()]


WANG = Draft(
    name="王小明",
    company="机械公司",
    language="zh",
    vip=True,
    tags=("老客户", "代理"),
    fields={"客户号": "K1"},
    note="两行\n备注",
    numbers=(
        Number("138 0013 8000", "mobile"),
        Number("010-62345678", "other"),
        Number("62340000", "other"),
    ),
)
LI = Draft(name="李", fields={"客户号": "K2"}, numbers=(Number("+49 30 1234567", "mobile"),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_in_every_encoding_and_with_every_separator(
    db: sqlite3.Connection, encoding: str, separator: str
) -> None:
    text = TABLE.replace("老客户;代理", '"老客户;代理"').replace(",", separator)
    assert counts(take(db, text.encode(encoding))) == (2, 0, 0)
    assert drafts(db) == [WANG, LI]


def test_english_names_of_columns_and_several_of_a_kind(db: sqlite3.Connection) -> None:
    take(
        db,
        "First Name,Last Name,E-Mail,Phone 1,Phone 2 - Value,Mobile Phone\n"
        "Ada,King,a@b.c,01012345678,801,13911112222\n",
    )
    assert drafts(db) == [
        Draft(
            name="Ada King",
            fields={"E-Mail": "a@b.c"},
            numbers=(Number("13911112222", "mobile"), Number("01012345678"), Number("801")),
        )
    ]


def test_every_fault_is_told_with_its_line() -> None:
    lines = (
        "name,phone,vip,value,lang",
        "x,call,maybe,1000,fr",
        "",
        "ok,13800138000,,,",
        '"a',
        'b",1,,,',
        ",,,,",
    )
    found = over("\n".join((*lines, "z,1,2,3,4,5,6", '"open')))
    told = sorted((one.line, one.slug) for one in found.faults)
    assert told == [
        (2, "no-number"),
        (2, "no-such-language"),
        (2, "no-value"),
        (2, "no-yes-or-no"),
        (5, "control-character"),
        (5, "no-number"),
        (8, "too-many-cells"),
        (9, "line-broken"),
    ]
    assert (found.rows, found.wrong) == (1, 8)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        (b"", "no-header"),
        (b"a,b\n1,2\n", "no-header"),
        (b"name,name\n1,2\n", "column-twice"),
        (b"name\n\xff\xff\xff\xff", "no-text"),
        (b"name\n\x81", "no-text"),
        (b"BEGIN:VCARD\nFN:x\n", "card-broken"),
        (b"BEGIN:VCARD\nFN:x\nBEGIN:VCARD\nFN:y\nEND:VCARD\n", "card-broken"),
        (b"name\nBEGIN:VCARD2\n", "no-card"),
    ],
)
def test_what_is_wrong_with_the_file_as_a_whole(text: bytes, slug: str) -> None:
    assert [one.slug for one in over(text).faults] == [slug]


def test_of_very_many_faults_the_number_is_told() -> None:
    found = over("name,phone\n" + "x,call\n" * 3000)
    assert (found.wrong, len(found.faults)) == (3000, importing.MOST_TOLD + 1)
    assert "2500" in found.faults[-1].message


def test_the_same_again_changes_nothing(db: sqlite3.Connection) -> None:
    take(db, TABLE)
    before = list(Contacts(db, RULES).every())
    assert counts(take(db, TABLE)) == (0, 0, 2)
    assert list(Contacts(db, RULES).every()) == before


def test_merging_fills_in_and_changes_nothing_that_is_there(db: sqlite3.Connection) -> None:
    take(db, TABLE)
    more = "name,company,mobile,fax,tags,客户号,城市,note\nOther,Inc,008613800138000,010-99998888,new,K9,北京,more\n"
    assert counts(take(db, more)) == (0, 1, 0)
    (wang, _) = drafts(db)
    assert (wang.name, wang.company) == ("王小明", "机械公司")
    assert wang.fields == {"客户号": "K1", "城市": "北京"}
    assert wang.tags == ("老客户", "代理", "new")
    assert wang.note == "两行\n备注\nmore"
    assert wang.numbers == (*WANG.numbers, Number("010-99998888", "fax"))
    assert [one.version for one in Contacts(db, RULES).every()] == [2, 1]


def test_one_number_twice_in_a_file_is_one_contact_and_told(db: sqlite3.Connection) -> None:
    text = (
        "name,phone,company\nA,13800138000;13700000000,\nB,13600000000,\n,+8613700000000,Inc\n,13600000000,\n"
    )
    dry = take(db, text, dry=True)
    assert drafts(db) == []
    outcome = take(db, text)
    assert outcome == dry
    assert counts(outcome) == (2, 1, 1)
    assert [(one.line, one.data["line"]) for one in outcome.warnings] == [(4, 2), (5, 3)]
    assert [(one.name, one.company) for one in drafts(db)] == [("A", "Inc"), ("B", "")]


def test_a_number_of_several_contacts_is_told(db: sqlite3.Connection) -> None:
    contacts = Contacts(db, RULES)
    for name in ("first", "second"):
        contacts.add(Draft(name=name, numbers=(Number("13800138000"),)), author="t", at=1)
    outcome = take(db, "phone,company\n13800138000,Inc\n")
    assert [one.slug for one in outcome.warnings] == ["number-of-several"]
    assert [(one.name, one.company) for one in drafts(db)] == [("first", "Inc"), ("second", "")]


def test_who_has_no_number_is_known_by_name_and_company(db: sqlite3.Connection) -> None:
    text = "name,company\nA,X\nA,Y\n"
    assert counts(take(db, text)) == (2, 0, 0)
    assert counts(take(db, text)) == (0, 0, 2)


def test_an_import_that_broke_off_is_done_again(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 10)
    text = "".join(csv_text(synthetic.drafts(95), []))

    class Cut(Exception):
        pass

    def cut(done: int) -> None:
        if done >= 40:
            raise Cut

    with pytest.raises(Cut):
        take_in(db, Contacts(db, RULES), rows_of(file_of(text), "f"), author="t", at=1, progress=cut)
    assert Contacts(db, RULES).count() == 40
    assert counts(take(db, text)) == (55, 0, 40)


def test_telephones_write_cards_like_these(db: sqlite3.Connection) -> None:
    card = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\n"
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=B0=8F=\r\n=E6=98=8E;;;\r\n"
        "TEL;CELL;PREF:138 0013-8000\r\nTEL;WORK;FAX:010-62345678\r\n"
        "PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n AAAA\r\n\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\nVERSION:4.0\nFN:Ada\\, Countess\nitem1.TEL;VALUE=uri;TYPE=\"voice,home\":tel:+44-20-7946;ext=5\n"
        "ORG:Engines\\; Ltd;Research\nCATEGORIES:a,b\nNOTE:long\n  line\nEND:VCARD\n"
    )  # fmt: skip
    assert counts(take(db, card)) == (2, 0, 0)
    assert drafts(db) == [
        Draft(name="王小明", numbers=(Number("138 0013-8000", "mobile"), Number("010-62345678", "fax"))),
        Draft(
            name="Ada, Countess",
            company="Engines; Ltd",
            tags=("a", "b"),
            note="long line",
            numbers=(Number("+44-20-7946 x5", "home"),),
        ),
    ]


def test_hostile_cells_are_texts_and_nothing_else(db: sqlite3.Connection) -> None:
    hostile = [
        "=cmd|' /C calc'!A0",
        "'); DROP TABLE contacts; --",
        "<script>alert(1)</script>",
        "${7*7}",
        "@SUM(1)",
    ]
    for text in hostile:
        Contacts(db, RULES).add(Draft(name=text), author="t", at=1)
    out = "".join(csv_text(drafts(db), []))
    assert "\n=cmd" not in out
    assert "\n@SUM" not in out
    other = empty_business()
    take(other, out)
    assert [one.name for one in drafts(other)] == hostile
    other.close()


def _most_memory(db: sqlite3.Connection, rows: int) -> int:
    """Bytes of Python's own at the most, while a file of so many rows is taken in."""
    file = file_of("".join(csv_text(synthetic.drafts(rows), [])))
    tracemalloc.start()
    assert looked_over(rows_of(file, "f")).rows == rows
    take_in(db, Contacts(db, RULES), rows_of(file, "f"), author="t", at=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_file(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 50)
    assert _most_memory(db, 4000) < _most_memory(db, 1500) * 1.3
