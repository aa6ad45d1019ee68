"""Erasures and backups reach contacts: what was erased stays so, whatever is restored; hostile backups are refused."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from firmware.archive.backup import contents as c
from firmware.archive.backup.restoring import Refused, restore
from firmware.archive.book import ERASURE_SECRET
from firmware.archive.erasure_list import Erasure
from firmware.archive.number_marks import NumberMarks
from firmware.business.caller import look_up
from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.finding import find
from firmware.business.forgetting import Forgotten, forget_number
from firmware.business.migrations import STEPS
from firmware.business.numbers import Number, NumberRules
from firmware.business.store import open_business, read_business
from firmware.cli.erase_contacts import contacts_meant, forget_contacts, forget_listed
from firmware.config.schema import DialPlan
from firmware.protocol.box_secret import box_secret
from firmware.protocol.places import Places
from tests.unit.backed_up_box import PASSPHRASE, filled, sealed
from tests.unit.test_backup import by_hand

RULES = NumberRules()
WANG = "13700137000"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "data")
    found.root.mkdir()
    with closing(open_business(found.business_db, durable=False)) as db:
        contacts = Contacts(db, RULES)
        for at, numbers in (
            (1, (WANG,)),
            (2, (WANG, "13900000000")),
            (9, (f"+86 {WANG}",)),
            (9, ("13811112222",)),
        ):
            draft = Draft(name=f"n{at}", numbers=tuple(map(Number, numbers)))
            contacts.add(draft, author="li", at=at)
    return found


def marks(places: Places, number: str = WANG) -> frozenset[str]:
    return NumberMarks(box_secret(places.secrets, ERASURE_SECRET), DialPlan(), "").of(number)


def names(places: Places) -> list[tuple[str, int]]:
    with closing(read_business(places.business_db)) as db:
        return [(one.draft.name, len(one.draft.numbers)) for one in Contacts(db, RULES).every()]


def erasure(places: Places, at: int) -> Erasure:
    return Erasure("e1", "hu", "asked", tuple(marks(places)), False, 0, at, 1, 1)


def test_an_erasure_reaches_contacts_in_every_form_of_the_number(places: Places) -> None:
    assert contacts_meant(places, marks(places, "0086 137 0013 7000")) == 3
    done = forget_contacts(places, marks(places), "hu")
    assert (len(done.erased), len(done.kept)) == (2, 1)
    assert names(places) == [("n2", 1), ("n9", 1)]
    assert contacts_meant(places, marks(places)) == 0
    assert WANG.encode() not in places.business_db.read_bytes()


def test_without_contacts_there_is_nothing_to_erase(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert contacts_meant(places, frozenset({"x"})) == 0
    assert forget_contacts(places, frozenset({"x"}), "hu").erased == ()
    forget_listed(places, [])
    assert not places.business_db.exists()


def test_of_a_backup_whoever_was_erased_since_goes_and_who_came_back_stays(places: Places) -> None:
    forget_listed(places, [erasure(places, at=5)] * 2)
    assert names(places) == [("n2", 1), ("n9", 1), ("n9", 1)]


def test_planted_fault_nobody_looks_when_the_contact_was_made(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*given: Any, made_until: int, **how: Any) -> Forgotten:
        return forget_number(*given, **how)

    monkeypatch.setattr("firmware.cli.erase_contacts.forget_number", careless)
    forget_listed(places, [erasure(places, at=5)])
    assert names(places) == [("n2", 1), ("n9", 1)]


def test_contacts_come_back_and_are_found(tmp_path: Path) -> None:
    backup, _ = sealed(filled(tmp_path / "box"))
    root = tmp_path / "new"
    restore(io.BytesIO(backup), PASSPHRASE, root, settle=lambda _: None)
    with closing(read_business(root / "business.db")) as db:
        assert [one.contact.draft.name for one in look_up(db, RULES, f"0086{WANG}")] == ["王小明"]
        assert find(db, RULES, "小明").count == find(db, RULES, "1370013").count == 1
        (count,) = db.execute("SELECT count(*) FROM contact_notes").fetchone()
        assert count == 1


def test_a_backup_of_a_box_without_contacts_has_none(tmp_path: Path) -> None:
    places = filled(tmp_path / "box")
    for path in places.root.glob("business.db*"):
        path.unlink()
    restore(io.BytesIO(sealed(places)[0]), PASSPHRASE, tmp_path / "new", settle=lambda _: None)
    assert not (tmp_path / "new" / "business.db").exists()


MANIFEST = c.Manifest("b", "1", 0, 0, (), 0, 0, STEPS)
COLUMNS = ("row", "id", "created_at", "created_by", "changed_at", "changed_by")


def contact(**more: object) -> c.Rows:
    row = (1, "a", 0, "", 0, "")
    return c.Rows("contacts", (*COLUMNS, *more), ((*row, *more.values()),), "business.db")


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ((c.Manifest("b", "1", 0, 0, (), 0, 0, ("next",)),), "newer software"),
        ((c.Manifest("b", "1", 0, 0, (), 0, 0), contact()), "no table"),
        ((MANIFEST, c.Rows("contact_words", ("name",), (("x",),), "business.db")), "no table"),
        ((MANIFEST, c.Rows("_sqlite_migrations", ("name",), (("x",),), "business.db")), "no table"),
        ((MANIFEST, c.Rows("contacts", ("id",), (("x",),), "../x.db")), "no table"),
        ((MANIFEST, c.Rows("contacts", ('id" --',), (("x",),), "business.db")), "no such columns"),
        ((MANIFEST, contact(vip="yes")), "vip"),
        ((MANIFEST, contact(tags="{"), c.End(0, 1, 0, 0, 0)), "a contact cannot be read"),
        ((MANIFEST, contact(fields="[]"), c.End(0, 1, 0, 0, 0)), "a contact cannot be read"),
    ],
)
def test_contacts_made_on_purpose_are_refused_whole(
    frames: tuple[c.Frame, ...], why: str, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    (root / "business.db").write_bytes(b"as it was")
    with pytest.raises(Refused, match=why):
        restore(by_hand(*frames), PASSPHRASE, root, settle=lambda _: None)
    assert [(path.name, path.read_bytes()) for path in root.iterdir()] == [("business.db", b"as it was")]
