"""Contacts: kept, changed by who read the newest, erased; their numbers follow the site. Notes and dispositions."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from firmware.business import contacts as kept
from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.errors import BadContact, ContactChanged, NoBusiness, NoSuchContact
from firmware.business.finding import find
from firmware.business.forgetting import clean, forget_number
from firmware.business.numbers import Number, NumberRules, is_number
from firmware.business.remarks import Remarks
from firmware.business.store import open_business, read_business
from firmware.config.schema import DialPlan
from firmware.store.history import NewerSchema

RULES = NumberRules(area="10")
WANG = Draft(
    name="王小明",
    company="北京机械有限公司",
    language="zh",
    vip=True,
    value=80,
    tags=("老客户",),
    fields={"客户号": "K-17"},
    note="周二来电\n喜欢茶",
    numbers=(Number("138 0013 8000", "mobile"), Number("6234 5678", "work")),
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    one = open_business(tmp_path / "business.db", durable=False)
    yield one
    one.close()


@pytest.fixture
def contacts(db: sqlite3.Connection) -> Contacts:
    return Contacts(db, RULES)


def test_a_contact_is_kept_as_it_was_given(contacts: Contacts) -> None:
    made = contacts.add(WANG, author="li", at=5)
    again = contacts.get(made.id)
    assert again == made
    assert again.draft.said() == WANG
    assert [(one.entered, one.kind, one.e164) for one in again.draft.numbers] == [
        ("138 0013 8000", "mobile", "+8613800138000"),
        ("6234 5678", "work", "+861062345678"),
    ]
    assert (made.version, made.created_by, made.changed_at) == (1, "li", 5)
    assert made.etag == f"{made.id}-1"


def test_ids_tell_nothing(contacts: Contacts) -> None:
    made = {contacts.add(WANG, author="li", at=5).id for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in made)


def test_who_read_an_older_one_changes_nothing(contacts: Contacts) -> None:
    made = contacts.add(WANG, author="li", at=5)
    newer = contacts.change(made.id, 1, structs.replace(WANG, name="王大明"), author="zhao", at=9)
    assert (newer.version, newer.changed_by, newer.changed_at, newer.created_at) == (2, "zhao", 9, 5)
    with pytest.raises(ContactChanged):
        contacts.change(made.id, 1, WANG, author="li", at=10)
    with pytest.raises(ContactChanged):
        contacts.erase(made.id, 1, author="li", at=10)
    assert contacts.get(made.id).draft.name == "王大明"


def test_planted_fault_nobody_compares_versions(contacts: Contacts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Contacts, "_row_at_version", lambda self, contact, _: self.row_of(contact))
    made = contacts.add(WANG, author="li", at=5)
    contacts.change(made.id, 1, structs.replace(WANG, name="王大明"), author="zhao", at=9)
    contacts.change(made.id, 1, WANG, author="li", at=10)
    assert contacts.get(made.id).draft.name == "王小明"


def test_who_is_erased_is_found_no_more(db: sqlite3.Connection, contacts: Contacts) -> None:
    made = contacts.add(WANG, author="li", at=5)
    remarks = Remarks(db, contacts)
    remarks.note(made.id, "nice", author="li", at=6)
    remarks.dispose(("box-1", 7), "sold", agent="li", at=7, note="to Wang", contact=made.id)
    contacts.erase(made.id, 1, author="li", at=9)
    for ask in (contacts.get, remarks.notes, remarks.of_contact):
        with pytest.raises(NoSuchContact):
            ask(made.id)
    assert find(db, RULES, "王").count == find(db, RULES, "8000").count == 0
    assert [(one.contact, one.code, one.note) for one in remarks.of_call("box-1", 7)] == [("", "sold", "")]
    assert db.execute("SELECT erased_at, erased_by, version FROM contacts").fetchall() == [(9, "li", 2)]


def _in_files(folder: Path, *texts: str) -> list[str]:
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    return [text for text in texts if text.encode() in whole]


TRACES = ("Xanthippe", "xanthippe", "Quokka", "Zyzzyva", "13987654321", "7654321", "Numbat", "Wombat")


def _with_traces(folder: Path) -> tuple[sqlite3.Connection, Contacts]:
    db = open_business(folder / "business.db")
    contacts = Contacts(db, RULES)
    made = contacts.add(
        Draft(name="Xanthippe", note="Quokka", numbers=(Number("13987654321"),), fields={"a": "Zyzzyva"}),
        author="li",
        at=5,
    )
    Remarks(db, contacts).note(made.id, "Numbat", author="li", at=6)
    Remarks(db, contacts).dispose(("b", 7), "x", agent="li", at=7, note="Wombat", contact=made.id)
    for place in range(300):
        contacts.add(
            Draft(name=f"other {place}", numbers=(Number(f"1370000{place:04d}"),)), author="li", at=8
        )
    return db, contacts


def test_a_number_is_forgotten_down_to_the_bytes_of_the_files(tmp_path: Path) -> None:
    db, contacts = _with_traces(tmp_path)
    assert set(_in_files(tmp_path, *TRACES)) == set(TRACES)
    done = forget_number(db, RULES, lambda text: "13987654321" in text, author="li", at=9)
    assert (len(done.erased), done.kept) == (1, ())
    assert clean(db)
    assert _in_files(tmp_path, *TRACES) == []
    assert contacts.count() == 300
    assert find(db, RULES, "other 29").count == 11
    assert forget_number(db, RULES, lambda text: "13987654321" in text, author="li", at=9).erased == ()
    db.close()


def test_planted_fault_only_rows_are_deleted(tmp_path: Path) -> None:
    """Without the cleaning the indices and the log still know."""
    db, _ = _with_traces(tmp_path)
    forget_number(db, RULES, lambda text: "13987654321" in text, author="li", at=9)
    assert _in_files(tmp_path, *TRACES) != []
    db.close()


def test_who_has_another_number_loses_only_the_one(db: sqlite3.Connection, contacts: Contacts) -> None:
    made = contacts.add(WANG, author="li", at=5)
    done = forget_number(db, RULES, lambda text: text == "+8613800138000", author="zhao", at=9)
    assert (done.erased, done.kept) == ((), (made.id,))
    left = contacts.get(made.id)
    assert [one.entered for one in left.draft.numbers] == ["6234 5678"]
    assert (left.version, left.changed_by) == (2, "zhao")
    assert find(db, RULES, "8000").count == 0


def test_the_last_disposition_of_a_call_counts(db: sqlite3.Connection, contacts: Contacts) -> None:
    made, remarks = contacts.add(WANG, author="li", at=5), Remarks(db, contacts)
    for code, at in (("later", 6), ("sold", 8)):
        remarks.dispose(("box-1", 7), code, agent="li", at=at, contact=made.id)
    remarks.dispose(("box-2", 7), "wrong-number", agent="li", at=9)
    assert [one.code for one in remarks.of_call("box-1", 7)] == ["later", "sold"]
    assert [one.code for one in remarks.of_contact(made.id)] == ["sold", "later"]
    assert [one.contact for one in remarks.of_call("box-2", 7)] == [""]
    with pytest.raises(NoSuchContact):
        remarks.dispose(("box-1", 7), "sold", agent="li", at=9, contact="nobody")
    with pytest.raises(ValueError, match="1 to 60"):
        remarks.dispose(("box-1", 7), " ", agent="li", at=9)
    assert len(remarks.of_call("box-1", 7)) == 2


def test_notes_come_newest_first(db: sqlite3.Connection, contacts: Contacts) -> None:
    made, remarks = contacts.add(WANG, author="li", at=5), Remarks(db, contacts)
    for text in ("one", "two\nlines", "'); DROP TABLE contacts; --"):
        remarks.note(made.id, text, author="li", at=6)
    assert [one.text for one in remarks.notes(made.id)] == [
        "'); DROP TABLE contacts; --",
        "two\nlines",
        "one",
    ]
    for wrong in ("", "x" * 4001, "\ud800"):
        with pytest.raises(ValueError, match="1 to 4000"):
            remarks.note(made.id, wrong, author="li", at=6)


@pytest.mark.parametrize(
    ("wrong", "slugs"),
    [
        (Draft(), ["contact-empty"]),
        (Draft(name="x" * 201), ["text-too-long"]),
        (Draft(name="a\x00b", company="a\nb"), ["control-character"] * 2),
        (Draft(name="\ud800"), ["control-character"]),
        (Draft(name="a", language="fr"), ["no-such-language"]),
        (Draft(name="a", value=101), ["no-value"]),
        (Draft(name="a", tags=("a;b", " ")), ["no-tag"] * 2),
        (Draft(name="a", fields={"": "x"}), ["no-tag"]),
        (Draft(name="a", fields={str(n): "" for n in range(51)}), ["too-many"]),
        (Draft(numbers=(Number("call me", "pager"),)), ["no-number-kind", "no-number"]),
        (Draft(numbers=(Number("138"),) * 21), ["too-many"]),
    ],
)
def test_everything_that_is_wrong_is_told_at_once(contacts: Contacts, wrong: Draft, slugs: list[str]) -> None:
    with pytest.raises(BadContact) as bad:
        contacts.add(wrong, author="li", at=5)
    assert sorted(one.slug for one in bad.value.faults) == sorted(slugs)
    assert all(text for one in bad.value.faults for text in (*one.said("en"), *one.said("zh")))
    assert contacts.count() == 0


def test_another_country_or_area_is_worked_out_for_all_numbers(db: sqlite3.Connection) -> None:
    Contacts(db, RULES).add(WANG, author="li", at=5)
    moved = Contacts(db, NumberRules(DialPlan(), "21"))
    assert moved.renumber()
    assert not moved.renumber()
    assert find(db, RULES, "8621 6234").count == 1
    assert find(db, RULES, "8610 6234").count == 0


@pytest.mark.parametrize(
    "text", ["+86 138-0013-8000", "０１０－６２３４", "(010) 6234.5678 转 801", "95588", "+49 (0)30 1 x5"]
)
def test_numbers_as_people_write_them(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "1", "call me", "1" * 21, "+", "=1+1", "12\n34a", "138 or 139"])
def test_what_is_no_number(text: str) -> None:
    assert not is_number(text)


def test_all_are_walked_through_in_pieces(contacts: Contacts) -> None:
    for place in range(7):
        contacts.add(Draft(name=str(place)), author="li", at=place)
    assert [one.draft.name for one in contacts.every(at_once=3)] == list("0123456")


def test_a_writer_that_fails_leaves_nothing(contacts: Contacts, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise sqlite3.OperationalError("full")

    monkeypatch.setattr(kept, "put_digits", breaks)
    with pytest.raises(sqlite3.OperationalError):
        contacts.add(WANG, author="li", at=5)
    assert contacts.count() == 0


def test_two_open_a_new_file_and_both_can_write(tmp_path: Path) -> None:
    path = tmp_path / "business.db"
    first, second = open_business(path, durable=False), open_business(path, durable=False)
    Contacts(first, RULES).add(WANG, author="li", at=5)
    Contacts(second, RULES).add(WANG, author="li", at=5)
    assert Contacts(first, RULES).count() == 2
    assert first.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    first.close()
    second.close()


def test_durable_is_full(tmp_path: Path) -> None:
    db = open_business(tmp_path / "business.db")
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    db.close()


def test_a_reader_cannot_write_and_makes_no_file(db: sqlite3.Connection, tmp_path: Path) -> None:
    reader = read_business(tmp_path / "business.db")
    with pytest.raises(sqlite3.OperationalError):
        Contacts(reader, RULES).add(WANG, author="li", at=5)
    reader.close()
    with pytest.raises(NoBusiness):
        read_business(tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


def test_what_newer_software_wrote_is_refused(db: sqlite3.Connection, tmp_path: Path) -> None:
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('business', 'next', '')"
    )
    with pytest.raises(NewerSchema):
        open_business(tmp_path / "business.db")
    with pytest.raises(NewerSchema):
        read_business(tmp_path / "business.db")
