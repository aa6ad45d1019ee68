"""Generated requests against the API in process: right ones, wrong ones, and what its description says of the answers;
and what becomes of each when it is sent again, cut and bent.

`python -m tests.webui.api_fuzz -n 200000` makes so many and tells how many of which status came.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from msgspec import structs
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.numbers import rules_of
from firmware.business.store import open_business
from firmware.config.drafts.draft import begun
from firmware.config.drafts.store import DraftStore
from firmware.config.versions import ConfigStore
from tests.webui.api_mutants import Asked, asked, mutants
from tests.webui.house import PEOPLE, House
from tests.webui.past import change, put_past, put_recording
from tests.webui.programs import Program
from tests.webui.test_webhooks_page import HOOKED
from webui.access import people
from webui.access.schema import WEB_FILE
from webui.api.blueprint import OPERATIONS
from webui.api.entry import BUCKETS
from webui.api.limits import Buckets
from webui.interviewing import kept as interview
from webui.rehearsing import kept, runs

CHECKS: list[Any] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance
]  # fmt: skip
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
AT_ONCE = 25
ASKED_EACH = 6
"""A generated request, and its mutants."""
DRAFT = 1
"""The one that is there at each request."""
CALL = 1
CONTACT = "c0ffee"
THERE: tuple[tuple[str, str, object], ...] = (
    ("/drafts/{number}", "number", DRAFT), ("/calls/{call}/", "call", CALL),
    ("/recordings/{name}/notes", "name", f"{CALL:016x}"), ("/contacts/{contact}/notes", "contact", CONTACT),
)  # fmt: skip
"""(Path begins with, which part of it, who is there)"""
HARMLESS = ("/bin/true",)
"""Runs in the place of a rehearsal."""
Ask = Callable[[Case[Any]], None]
PEOPLE_BEFORE = (
    "DELETE FROM people", "INSERT INTO people SELECT * FROM people_before",
    "DELETE FROM tokens WHERE made_by LIKE 'api:%'", "UPDATE tokens SET revoked_at = 0",
    "DELETE FROM entries",
)  # fmt: skip
NOTES = (
    f"INSERT INTO moment_notes VALUES (1, '{CALL:016x}', 1.5, 'mei', 'x', 1)",
    "INSERT INTO contact_notes SELECT 1, row, 1, 'mei', 'x' FROM contacts",
)
BUSINESS = (
    "SELECT (SELECT count(*) FROM contacts), (SELECT sum(id) FROM moment_notes), (SELECT sum(id) FROM contact_notes),"
    f" (SELECT count(*) FROM contacts WHERE id = '{CONTACT}')"
)
BEFORE = "contacts.before"
QUICK = "scrypt:512:8:1"
"""A password's hash takes long by design; not in each request."""


def ready_house(root: Path) -> House:
    """With people, a past, webhooks, a draft, and no limit on how often is asked."""
    house = House(root, HOOKED)
    house.settle()
    put_past(house)
    _to_note_at(house)
    _web(house, "CREATE TABLE people_before AS SELECT * FROM people", "DELETE FROM entries")
    house.app.extensions[BUCKETS] = Buckets(burst=1e12)
    as_before(house)
    return house


def fuzz(house: House, each: int, start: int = 0) -> Counter[int]:
    """`each` requests of each operation in each mode; statuses told. Raises what a check found."""
    told: Counter[int] = Counter()
    program = Program(house)
    shown = {"Authorization": f"Bearer {program.secret}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app, headers=shown)
    with mock.patch.object(runs, "COMMAND", HARMLESS):
        for row in OPERATIONS:
            operation = schema.find_operation_by_id(row.name)
            for mode in MODES:
                _run(operation.as_strategy(generation_mode=mode), each, start, _asks(house, shown, told))
    return told


def as_before(house: House) -> None:
    """Whatever a request put in force is taken back: no request makes the house another one for the next."""
    with ConfigStore(house.places.config_db) as store:
        if house.site.config_version != 1:
            store.connection.execute("DELETE FROM versions WHERE version > 1")
        _one_draft(house, store)
    if house.doors.entries(1):
        _web(house, *PEOPLE_BEFORE)
    (house.places.root / interview.FILE).unlink(missing_ok=True)
    if (house.places.run / runs.FOLDER / "job.json").exists():
        runs.stop(house.places)
    if (house.places.root / kept.FOLDER).exists():
        kept.tidy(house.places.root, ())
    _same_contacts(house)
    house.engine.orders.clear()


def _same_contacts(house: House) -> None:
    """One contact; one note at it and one at the recording."""
    path = house.places.business_db
    with closing(sqlite3.connect(path)) as db:
        is_same = db.execute(BUSINESS).fetchall() == [(1, 1, 1, 1)]
    if not is_same:
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()
        shutil.copy(house.places.root / BEFORE, path)


def _to_note_at(house: House) -> None:
    """A call that is held, its recording, a contact."""
    put_recording(house, CALL)
    change(
        house,
        "INSERT INTO legal_holds (id, author, why, call, recording, marks, shown, placed_us, placed_at)"
        " VALUES ('hold-1', 'mei', 'x', ?, '', '[]', '', 1, 1795395600000000)",
        (CALL,),
    )
    with closing(open_business(house.places.business_db, durable=False)) as db:
        book = Contacts(db, rules_of(house.site.config), lambda: CONTACT)
        book.add(Draft(name="Li Lei"), author="mei", at=1)
    with closing(sqlite3.connect(house.places.business_db)) as db:
        with db:
            for one in NOTES:
                db.execute(one)
        db.execute("VACUUM INTO ?", (str(house.places.root / BEFORE),))


def _one_draft(house: House, store: ConfigStore) -> None:
    """As it was begun, faultless."""
    drafts = DraftStore(store)
    wanted = structs.replace(begun(house.site.config, 1, "boss", 1), id=DRAFT)
    if drafts.all() != [wanted]:
        store.connection.execute("DELETE FROM drafts")
        store.connection.execute(
            "INSERT INTO drafts (id, base, author, at_us, note, json) VALUES (?, 0, '', 0, '', '{}')",
            (DRAFT,),
        )
        drafts.keep(wanted)


def _web(house: House, *statements: str) -> None:
    """Without foreign keys: sessions stay."""
    with closing(sqlite3.connect(house.places.root / WEB_FILE)) as db, db:
        for one in statements:
            db.execute(one)


def somebody_there(case: Case[Any], number: int, house: House) -> None:
    """Every other request about a person, token, draft, call, recording, contact is about one there is; no generated
    word is ever one's name.
    """
    path = case.operation.path
    for before, place, name in THERE:
        if number % 2 == 0 and path.startswith(before):
            case.path_parameters[place] = name
    if number % 2 or not path.startswith(("/people/", "/tokens/")):
        return
    tokens = [one.id for one in house.doors.tokens.all()]
    place, named = ("name", list(PEOPLE.values())) if path.startswith("/people/") else ("token", tokens)
    case.path_parameters[place] = named[number // 2 % len(named)]


def _asks(house: House, shown: dict[str, str], told: Counter[int]) -> Ask:
    def ask(case: Case[Any]) -> None:
        somebody_there(case, told.total() // ASKED_EACH, house)
        answer = case.call(headers=shown)
        told[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        as_before(house)
        for mutant in mutants(asked(answer.request), Random(told.total())):
            told[mutated(house, mutant)] += 1

    return ask


def mutated(house: House, one: Asked) -> int:
    """Its status. Raises AssertionError for a server error, or one that is told in no form for programs."""
    with house.app.test_client(use_cookies=False) as client:
        told = client.open(one.target, method=one.method, headers=dict(one.headers), data=one.body)
    as_before(house)
    assert told.status_code < 500, (told.status_code, one)
    is_told = one.method == "HEAD" or told.status_code < 400 or told.mimetype == "application/problem+json"
    assert is_told, (told.status_code, told.mimetype, one)
    return told.status_code


def _run(strategy: Any, each: int, start: int, ask: Ask) -> None:
    def tried(case: Case[Any]) -> None:
        ask(case)

    quiet = settings(
        max_examples=each, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )  # fmt: skip
    seed(start)(quiet(given(case=strategy)(tried)))()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200_000, help="how many requests")
    parser.add_argument("--seed", type=int, default=0, help="other requests than with another number")
    given = parser.parse_args()
    wanted: int = given.n
    told: Counter[int] = Counter()
    people.METHOD = QUICK
    with tempfile.TemporaryDirectory() as root:
        house = ready_house(Path(root))
        while told.total() < wanted:
            left = wanted - told.total()
            each = min(AT_ONCE, max(1, left // (len(OPERATIONS) * len(MODES) * ASKED_EACH)))
            told += fuzz(house, each, given.seed + told.total())
            print(f"{told.total()} requests: {dict(sorted(told.items()))}", flush=True)
        house.close()


if __name__ == "__main__":
    main()
