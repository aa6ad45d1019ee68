"""Contacts are found by part of a Chinese name, the beginning of a word, digits in any form; callers by number."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.business import caller, synthetic
from firmware.business.caller import look_up
from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.finding import MOST_SORTED, find
from firmware.business.numbers import Number, NumberRules
from firmware.business.store import open_business, read_business

RULES = NumberRules(area="10")
NOWHERE = NumberRules()


def draft(name: str, *numbers: str, **keys: object) -> Draft:
    return Draft(name=name, numbers=tuple(Number(one) for one in numbers), **keys)  # type: ignore[arg-type]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    one = open_business(tmp_path / "business.db", durable=False)
    yield one
    one.close()


@pytest.fixture
def people(db: sqlite3.Connection) -> sqlite3.Connection:
    contacts = Contacts(db, RULES)
    for one in (
        draft("王小明", "138 0013 8000", company="北京机械有限公司"),
        draft("李王", "010-6234 5678", tags=("代理",)),
        draft("José Müller-Straße", "+49 30 1234567", company="3COM 公司"),
        draft("𬭚𠀀", "801"),
        draft("김철수", "13900000000"),
    ):
        contacts.add(one, author="t", at=1)
    return db


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王", {"王小明", "李王"}),
        ("小", {"王小明"}),
        ("小明", {"王小明"}),
        ("明小", set()),
        ("明 王", {"王小明"}),
        ("𬭚", {"𬭚𠀀"}),
        ("철", {"김철수"}),
        ("机械 王", {"王小明"}),
        ("明北", set()),
        ("公司", {"王小明", "José Müller-Straße"}),
        ("jos", {"José Müller-Straße"}),
        ("JOSÉ", {"José Müller-Straße"}),
        ("ＪＯＳＥ", {"José Müller-Straße"}),
        ("strasse", {"José Müller-Straße"}),
        ("osé", set()),
        ("3com公", {"José Müller-Straße"}),
        ("代理", {"李王"}),
        ("13800138000", {"王小明"}),
        ("+86 138-0013", {"王小明"}),
        ("0086138", {"王小明"}),
        ("8000", {"王小明"}),
        ("（010）6234", {"李王"}),
        ("010 62345678", {"李王"}),
        ("6234-5678", {"李王"}),
        ("0049 30", {"José Müller-Straße"}),
        ("801", {"𬭚𠀀"}),
        ('"王', {"王小明", "李王"}),
        ("王* OR 1", set()),
        ("NEAR(", set()),
        ("'; DROP TABLE contacts; --", set()),
        ("***", set()),
        ("\x00\ud800", set()),
    ],
)
def test_what_is_found(people: sqlite3.Connection, text: str, names: set[str]) -> None:
    assert {one.draft.name for one in find(people, RULES, text).contacts} == names


def test_nothing_asked_is_everybody_in_pages(people: sqlite3.Connection) -> None:
    pages = [find(people, RULES, " ", skip=skip, most=2) for skip in (0, 2, 4, 6)]
    assert [len(one.contacts) for one in pages] == [2, 2, 1, 0]
    names = [one.draft.name for page in pages for one in page.contacts]
    assert names == sorted(names)
    assert {one.count for one in pages} == {5}


def test_changed_contacts_are_found_by_what_they_are_now(people: sqlite3.Connection) -> None:
    one = find(people, RULES, "小明").contacts[0]
    Contacts(people, RULES).change(one.id, 1, draft("赵云", "13711112222"), author="t", at=2)
    assert find(people, RULES, "小明").count == find(people, RULES, "8000").count == 0
    assert [found.id for found in find(people, RULES, "赵").contacts] == [one.id]
    assert [found.id for found in find(people, RULES, "1371111").contacts] == [one.id]


# -- callers ----------------------------------------------------------------------------------------


def called(db: sqlite3.Connection, *numbers: str, rules: NumberRules = RULES) -> list[tuple[str, str]]:
    return [(one.contact.draft.name, one.how) for one in look_up(db, rules, *numbers)]


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "+8613800138000",
        "008613800138000",
        "8613800138000",
        "013800138000",
        "0086 138-0013 8000",
    ],
)
def test_a_caller_is_known_in_every_form_an_exchange_sends(people: sqlite3.Connection, number: str) -> None:
    assert called(people, number) == [("王小明", "e164")]


def test_a_number_of_the_house_is_one_too(people: sqlite3.Connection) -> None:
    assert called(people, "801") == [("𬭚𠀀", "digits")]


def test_nobody_is_nobody(people: sqlite3.Connection) -> None:
    assert called(people, "") == called(people, "anonymous") == called(people, "13800138001") == []


def test_a_number_without_area_is_the_end_of_the_whole_one(db: sqlite3.Connection) -> None:
    contacts = Contacts(db, NOWHERE)
    for one in (draft("short", "62345678"), draft("other end", "72345678"), draft("whole", "010-62345678")):
        contacts.add(one, author="t", at=1)
    assert called(db, "62345678", rules=NOWHERE) == [("short", "digits")]
    assert called(db, "010 62345678", rules=NOWHERE) == [("whole", "e164")]
    assert called(db, "021 62345678", rules=NOWHERE) == [("short", "end")]


def test_of_ends_the_longest_comes_first(db: sqlite3.Connection) -> None:
    contacts = Contacts(db, NOWHERE)
    for one in (draft("seven", "2345678"), draft("eight", "62345678"), draft("six", "345678")):
        contacts.add(one, author="t", at=1)
    found = look_up(db, NOWHERE, "021 62345678")
    assert [(one.contact.draft.name, one.shared) for one in found] == [("eight", 8), ("seven", 7)]


def test_two_whole_numbers_with_one_end_are_two(db: sqlite3.Connection) -> None:
    Contacts(db, RULES).add(draft("Shanghai", "021-62345678"), author="t", at=1)
    assert called(db, "010 62345678") == called(db, "62345678") == []


def test_planted_fault_equal_ends_are_enough(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "same_end", lambda *_: 7)
    Contacts(db, RULES).add(draft("Shanghai", "021-62345678"), author="t", at=1)
    assert called(db, "010 62345678") == [("Shanghai", "end")]


def test_of_several_the_dearest_comes_first(db: sqlite3.Connection) -> None:
    contacts = Contacts(db, RULES)
    for name, keys, at in (
        ("plain", {}, 1),
        ("newer", {}, 2),
        ("worth", {"value": 9}, 1),
        ("vip", {"vip": True}, 1),
    ):
        contacts.add(draft(name, "13800138000", **keys), author="t", at=at)
    assert [name for name, _ in called(db, "13800138000")] == ["vip", "worth", "newer", "plain"]


def test_one_contact_with_a_number_twice_is_one(db: sqlite3.Connection) -> None:
    Contacts(db, RULES).add(draft("one", "13800138000", "+86 13800138000"), author="t", at=1)
    assert called(db, "13800138000", "+8613800138000") == [("one", "e164")]


# -- how long it takes ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("many") / "business.db"
    db = open_business(path, durable=False)
    synthetic.fill(db, RULES, 100_000)
    db.close()
    reader = read_business(path)
    yield reader
    reader.close()


def least_ms(work: Callable[[], object]) -> float:
    """Of the processor; a machine that does other things besides is none of its business."""
    spent = []
    for _ in range(5):
        began = time.process_time_ns()
        work()
        spent.append(time.process_time_ns() - began)
    return statistics.median(spent) / 1e6


@pytest.mark.slow
def test_a_hundred_thousand_contacts_are_looked_up_in_time(many: sqlite3.Connection) -> None:
    for number in (synthetic.mobile_of(77), "62345678", "010 2345678", "13899999999", "801"):
        assert least_ms(lambda number=number: look_up(many, RULES, number)) <= 5  # type: ignore[misc]
    assert len(look_up(many, RULES, synthetic.mobile_of(99_999))) == 1


@pytest.mark.slow
def test_a_hundred_thousand_contacts_are_searched_in_time(many: sqlite3.Connection) -> None:
    for text in ("王", "伟", "a", "有限公司", "138", "1380", "+86 138 00", "苏州 机械", "", "smi", "8"):
        for skip in (0, 1500):
            assert least_ms(lambda text=text, skip=skip: find(many, RULES, text, skip=skip)) <= 100  # type: ignore[misc]
    assert find(many, RULES, "138").more
    assert find(many, RULES, "王").count <= MOST_SORTED


def test_made_up_contacts_are_the_same_each_time() -> None:
    first, second = (list(synthetic.drafts(50, seed=3)) for _ in range(2))
    assert first == second
    assert first != list(synthetic.drafts(50, seed=4))
    assert len({synthetic.mobile_of(place) for place in range(10_000)}) == 10_000
