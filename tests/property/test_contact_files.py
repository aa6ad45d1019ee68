"""Files of contacts: what is written out is read back, and any bytes at all give rows or faults."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firmware.business.cells import ACTIVE, inert, plain
from firmware.business.contact import Draft, faults_of
from firmware.business.csv_rows import csv_rows
from firmware.business.csv_text import csv_text
from firmware.business.importing import looked_over, rows_of
from firmware.business.numbers import KINDS, Number, is_number
from firmware.business.rows import Row
from firmware.business.vcards import card_rows, card_text

LETTERS = "aB1é王小𠀀-_.%=+@'\"\\,:&；＝ß"
EDGES = st.sampled_from(
    ["=", "+86", "-1", "@x", "'", "''", '"', ",", ";", "\\", "王", "%3D", "field:", "姓名", "a,b;c", "x"]
)
WORDS = st.lists(st.one_of(EDGES, st.text(LETTERS, max_size=6)), max_size=4).map("".join)
LINES = st.lists(WORDS, max_size=3).map("\n".join).map(str.strip)
NAMES = WORDS.filter(lambda text: text.strip() != "" and text[:60] == text)
NUMBERS = st.builds(
    Number,
    st.one_of(
        st.from_regex(r"\+[1-9][0-9]{7,12}", fullmatch=True),
        st.sampled_from(
            ["138 0013 8000", "(010) 6234-5678", "０１０－６２３４", "62345678 转 801", "-12-34", "95588"]
        ),
    ),
    st.sampled_from(KINDS),
)
DRAFTS = st.builds(
    Draft,
    name=WORDS,
    company=WORDS,
    language=st.sampled_from(["", "zh", "en"]),
    vip=st.booleans(),
    value=st.integers(0, 100),
    tags=st.lists(NAMES.filter(lambda text: not {";", "；"} & set(text)), max_size=3, unique=True).map(tuple),
    fields=st.dictionaries(NAMES, LINES.filter(bool), max_size=3),
    note=LINES,
    numbers=st.lists(NUMBERS, max_size=4, unique=True).map(
        lambda found: tuple(sorted(found, key=lambda one: KINDS.index(one.kind)))
    ),
).filter(lambda draft: not list(faults_of(draft)))


def read(reader: Callable[[BinaryIO, str], Iterator[Row]], data: bytes) -> list[Row]:
    return list(reader(io.BytesIO(data), "f"))


@given(st.lists(DRAFTS, max_size=5), st.sampled_from(["en", "zh"]))
@example([Draft(name="=1+1", company="'x", note="'=x\n+y", numbers=(Number("+8613800138000"),))], "en")
@example([Draft(name="x", fields={"field:name": "1", "name": "2", "手机": "3", "phone 2": "4"})], "zh")
def test_csv_comes_back_as_it_went(drafts: list[Draft], language: str) -> None:
    fields = sorted({name for one in drafts for name in one.fields})
    data = "".join(csv_text(drafts, fields, language)).encode("utf-8")
    assert [row.draft for row in read(csv_rows, data)] == drafts


@given(st.lists(DRAFTS, min_size=1, max_size=3))
def test_no_cell_that_goes_out_acts(drafts: list[Draft]) -> None:
    import csv

    fields = sorted({name for one in drafts for name in one.fields})
    text = "".join(csv_text(drafts, fields)).removeprefix("\ufeff")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(ACTIVE)]


def test_planted_fault_a_cell_goes_out_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.business.csv_text.inert", lambda text: text)
    assert "\n=1+1," in "".join(csv_text([Draft(name="=1+1")], []))


@given(st.text(max_size=20).map(lambda text: text.strip(" \u3000\xa0\ufeff")))
def test_an_inert_cell_is_the_text_again(text: str) -> None:
    assert plain(inert(text)) == text
    assert not inert(text).startswith(ACTIVE)


@given(
    st.lists(DRAFTS.filter(lambda one: bool(one.name)), min_size=1, max_size=3),
    st.sampled_from(["3.0", "4.0"]),
)
def test_cards_come_back_as_they_went(drafts: list[Draft], version: str) -> None:
    text = "".join(card_text(drafts, version))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert [row.draft for row in read(card_rows, text.encode())] == drafts


SOUP = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [b"name,phone\n", "姓名;电话\r\n".encode(),
             b'"', b"\n", b"\r", b",", b";", b"\t", b"\x00", b"\xff", b"+86", b"'=",
             "王".encode(), "王".encode("gb18030"), b"\xef\xbb\xbf", b"\xff\xfe", b"1" * 300, b"138;139"]
        ),
        max_size=30,
    ).map(b"".join),
    st.lists(
        st.sampled_from(
            [b"BEGIN:VCARD\r\n", b"END:VCARD\n", b"FN:x\n", b"TEL;TYPE=cell:138\n", b"TEL;VALUE=uri:tel:+86-1;ext=5\n",
             b"N:;;;;\n", b" folded\n", b"=F5\n", b"\\", b";", b":",
             b"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=gb18030:=CD=F5=\n",
             b'X;A="b', b"\xff", b"\x00", b"ORG:\\;;a\n", b"X-TIPRING-FIELD:a=b\n", b"CATEGORIES:a,b\\,c\n"]
        ),
        max_size=20,
    ).map(b"".join),
)  # fmt: skip


@given(SOUP)
@example(b"name\n" + b'"' + b"x" * 200_000)
@example(b"BEGIN:VCARD\n" + b"N" * 100_000)
@example("姓名,手机\n王,".encode("utf-16"))
@example(b"name,name\n1,2\n")
@example(b"BEGIN:VCARD\nNOTE;CHARSET=zlib;ENCODING=QUOTED-PRINTABLE:=41\nEND:VCARD")
def test_any_bytes_give_rows_or_faults(data: bytes) -> None:
    for reader in (rows_of, csv_rows, card_rows):
        rows = read(reader, data)
        for row in rows:
            assert row.draft is not None or row.faults
            assert row.draft is None or not list(faults_of(row.draft))
            for fault in row.faults:
                assert all(fault.said("en"))
                assert all(fault.said("zh"))
        over = looked_over(rows)
        assert over.rows == sum(row.draft is not None for row in rows)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_none(text: str) -> None:
    if is_number(text):
        assert not list(faults_of(Draft(numbers=(Number(text),)))) or any(ord(one) < 32 for one in text)
