"""Contacts for programs: found, made once, changed and erased by who read the newest (`ETag`, `If-Match`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

from msgspec import Meta, Struct

from firmware.business.contact import Contact, Draft, Kept, faults_of
from firmware.business.contacts import Contacts, new_id
from firmware.business.errors import ContactChanged, NoBusiness, NoSuchContact
from firmware.business.finding import find as find_in
from firmware.business.numbers import rules_of
from firmware.business.store import open_business, read_business
from webui.api.keys import once
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.site import the_site


class ContactsAsked(Struct, frozen=True):
    text: Annotated[
        str, Meta(max_length=200, description="Part of a name, digits of a number in any form; empty: all.")
    ] = ""
    skip: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    most: Annotated[int, Meta(ge=1, le=200)] = 50


class ToldContact(Struct, frozen=True):
    """`etag` is what `If-Match` wants. Times are Unix microseconds."""

    id: str
    etag: str
    shown: str
    contact: Kept
    created_at: int
    created_by: str
    changed_at: int
    changed_by: str


class Found(Struct, frozen=True):
    contacts: list[ToldContact]
    count: int
    more: bool
    """There are more than `count`."""


def find(given: Given) -> Answer:
    asked: ContactsAsked = given.query
    with reading() as db:
        if db is None:
            return Answer(Found([], 0, more=False))
        page = find_in(db, rules_of(the_site().config), asked.text, skip=asked.skip, most=asked.most)
    return Answer(Found([_told(one) for one in page.contacts], page.count, page.more))


def show(_: Given, contact: str) -> Answer:
    with reading() as db:
        if db is None:
            raise Refused(404, "not-there")
        return _answer(contacts_in(db).get(contact))


def add(given: Given) -> Answer:
    """Its id is kept with the key before it is made: whoever dies between the two makes it with the same one."""
    draft = _good(given.body)
    made = once(given, draft, new_id())
    with writing() as db:
        there = db.execute("SELECT erased_at FROM contacts WHERE id = ?", (made,)).fetchone()
        if there:
            return _answer(contacts_in(db).get(made), 201)
        book = Contacts(db, rules_of(the_site().config), lambda: made)
        return _answer(book.add(draft, author=given.token.author, at=the_site().wall_us()), 201)


def change(given: Given, contact: str) -> Answer:
    draft = _good(given.body)
    with writing() as db:
        book, version = contacts_in(db), _version(given, contact)
        return _answer(
            book.change(contact, version, draft, author=given.token.author, at=the_site().wall_us())
        )


def erase(given: Given, contact: str) -> Answer:
    with writing() as db:
        book, version = contacts_in(db), _version(given, contact)
        book.erase(contact, version, author=given.token.author, at=the_site().wall_us())
    return Answer(status=204)


def _version(given: Given, contact: str) -> int:
    """Raises Refused: what was read is another contact's, or none's."""
    name, _, version = given.if_match.removeprefix('"').removesuffix('"').rpartition("-")
    if name != contact or not (version.isascii() and version.isdigit()) or len(version) > 15:
        raise Refused(412, "changed")
    return int(version)


def _good(draft: Draft) -> Draft:
    """Raises Refused with everything that keeps it from being kept."""
    faults = [Fault(f"$.{one.key}", one.message) for one in faults_of(draft)]
    if faults:
        raise Refused(400, "faults", faults=faults)
    return draft


def contacts_in(db: sqlite3.Connection) -> Contacts:
    return Contacts(db, rules_of(the_site().config))


@contextmanager
def reading() -> Iterator[sqlite3.Connection | None]:
    """None: nobody was ever entered. Raises Refused."""
    try:
        opened = read_business(the_site().places.business_db)
    except NoBusiness:
        yield None
        return
    with closing(opened) as db, _told_as_problems():
        yield db


@contextmanager
def writing() -> Iterator[sqlite3.Connection]:
    """Raises Refused."""
    with closing(open_business(the_site().places.business_db)) as db, _told_as_problems():
        yield db


@contextmanager
def _told_as_problems() -> Iterator[None]:
    try:
        yield
    except NoSuchContact:
        raise Refused(404, "not-there") from None
    except ContactChanged:
        raise Refused(412, "changed") from None


def _told(one: Contact) -> ToldContact:
    return ToldContact(
        one.id, f'"{one.etag}"', one.shown, one.draft, one.created_at, one.created_by, one.changed_at, one.changed_by
    )  # fmt: skip


def _answer(one: Contact, status: int = 200) -> Answer:
    return Answer(_told(one), status, (("ETag", f'"{one.etag}"'),))


OPERATIONS = (
    Operation(
        name="contacts_find", method="GET", path="/contacts", scope=Scope.READ_CONTACTS, view=find, answer=Found,
        query=ContactsAsked, says="Contacts by part of a name or of a number.",
    ),
    Operation(
        name="contact", method="GET", path="/contacts/<contact>", scope=Scope.READ_CONTACTS, view=show,
        answer=ToldContact, says="One contact.", problems=(404,),
    ),
    Operation(
        name="contact_add", method="POST", path="/contacts", scope=Scope.WRITE_CONTACTS, view=add, body=Draft,
        answer=ToldContact, status=201, wants_key=True, says="A new contact.", problems=(404, 422, 503),
    ),
    Operation(
        name="contact_change", method="PUT", path="/contacts/<contact>", scope=Scope.WRITE_CONTACTS, view=change,
        body=Draft, answer=ToldContact, wants_version=True, says="All of a contact becomes this.",
        problems=(404, 412, 428, 503),
    ),
    Operation(
        name="contact_erase", method="DELETE", path="/contacts/<contact>", scope=Scope.WRITE_CONTACTS, view=erase,
        status=204, wants_version=True, says="Nothing of the person stays.", problems=(404, 412, 428, 503),
    ),
)  # fmt: skip
