"""Who may sign in, for programs: found, made once, changed, switched off, removed; the last administrator stays.

No answer has a password, and none is kept with an `Idempotency-Key`, not even its digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

from msgspec import Meta, Struct, structs

from webui.access.people import (
    LONGEST,
    LONGEST_SHOWN,
    ROLES,
    SHORTEST,
    Hashed,
    Person,
    faults_of,
    hashed,
    why_not_password,
)
from webui.api.keys import known, once
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused, refuse_for
from webui.api.scopes import Scope
from webui.language import t
from webui.site import the_site

Name = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 64})]
Role = Annotated[str, Meta(extra_json_schema={"enum": list(ROLES)})]
Shown = Annotated[str, Meta(max_length=LONGEST_SHOWN, pattern=r"^[^\x00-\x1f\x7f]*$")]
Agent = Annotated[str, Meta(max_length=64)]
Password = Annotated[str, Meta(extra_json_schema={"minLength": SHORTEST, "maxLength": LONGEST})]


class PersonTold(Struct, frozen=True):
    name: str
    role: str
    """`admin`, `supervisor`, `agent`, `technician`."""
    shown: str
    """What colleagues see; empty: the name."""
    agent: str
    """Of the configuration; as whom this person answers calls."""
    language: str
    """As the person chose it; empty: the browser's."""
    must_change: bool
    """The password has to be changed at the next sign-in."""
    is_off: bool
    """Cannot sign in."""


class PeopleTold(Struct, frozen=True):
    """By name."""

    people: list[PersonTold]


class EntriesAsked(Struct, frozen=True):
    most: Annotated[int, Meta(ge=1, le=1000)] = 100


class EntryTold(Struct, frozen=True):
    """One thing somebody did or tried."""

    at: int
    """Unix microseconds."""
    name: str
    """Of who did it, `api:ID` of a program; what was typed, where nobody has the name."""
    source: str
    """Address it came from, where it is known."""
    did: str
    """`sign-in`, `wrong-password`, `sign-out`, `add-person`, `set-password`, `add-token`, …"""
    detail: str
    """To whom or what."""


class Entries(Struct, frozen=True):
    """Newest first."""

    entries: list[EntryTold]


class NewPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """The password has to be changed at the first sign-in. The same key with another password is the same request."""

    name: Name
    """For signing in; it stays. 1 to 64 letters of any script, digits, `. _ @ + -`."""
    role: Role
    password: Password
    """10 to 200 characters that are not easily guessed."""
    shown: Shown = ""
    agent: Agent = ""


class PersonMade(PersonTold, frozen=True):
    repeated: bool
    """This key was used before; it was done then."""


class PersonChange(Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. Where role or `is_off` change all sessions of the person end."""

    role: Role
    shown: Shown
    agent: Agent
    """One the configuration has, or the one it was before; empty: none."""
    is_off: bool


class NewPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """All sessions end, it has to be changed at the next sign-in. The same key with another one is the same request."""

    password: Password


def find(_: Given) -> Answer:
    return Answer(PeopleTold([_told(one) for one in the_site().doors.people()]))


def show(_: Given, name: str) -> Answer:
    return Answer(_told(_named(name)))


def entries(given: Given) -> Answer:
    asked: EntriesAsked = given.query
    return Answer(Entries([EntryTold(*one) for one in the_site().doors.entries(asked.most)]))


def add(given: Given) -> Answer:
    """Made and known by its key in one change: who dies before has made nothing, who asks again is told of it."""
    asked: NewPerson = given.body
    what = ["person", structs.replace(asked, password="")]
    person = Person(asked.name, asked.role, asked.shown.strip(), asked.agent, must_change=True)
    made = None if known(given, what) else _hashed(person, asked.password)
    with _a_change():
        repeated = known(given, what)
        if not repeated:
            the_site().doors.put(person, made or _refuse("access.name-taken"), given.token.author)
            once(given, what, person.name)
        return Answer(_made(_named(asked.name), repeated), 201)


def _hashed(person: Person, password: str) -> Hashed | None:
    """None where somebody has the name: just now perhaps by the same key. Raises Refused with all that is wrong."""
    refuse_for([*faults_of(person, password), *_agent_faults(person.agent)])
    return None if the_site().doors.person(person.name) else hashed(password)


def change(given: Given, name: str) -> Answer:
    asked: PersonChange = given.body
    with _a_change():
        there = _named(name)
        role = [] if asked.role in ROLES else [("role", "access.no-such-role")]
        refuse_for([*role, *_agent_faults(asked.agent, there.agent)])
        wanted = structs.replace(
            there, role=asked.role, shown=asked.shown.strip(), agent=asked.agent, is_off=asked.is_off
        )
        the_site().doors.alter(wanted, given.token.author)
    return Answer(_told(wanted))


def set_password(given: Given, name: str) -> Answer:
    asked: NewPassword = given.body
    what = ["password", _named(name).name]
    made = None if known(given, what) else _new_one(name, asked.password)
    with _a_change():
        there, repeated = _named(name), known(given, what)
        if not repeated and made is not None:
            the_site().doors.put_password(there.name, made, given.token.author)
            once(given, what, there.name)
        return Answer(_made(_named(name), repeated))


def _new_one(name: str, password: str) -> Hashed:
    """Raises Refused."""
    why_not = why_not_password(password, name)
    refuse_for([("password", why_not)] if why_not else [])
    return hashed(password)


def remove(given: Given, name: str) -> Answer:
    with _a_change():
        the_site().doors.remove(_named(name).name, given.token.author)
    return Answer(status=204)


@contextmanager
def _a_change() -> Iterator[None]:
    """Raises Refused where somebody has the name, or no administrator would be left."""
    try:
        with the_site().doors.change():
            yield
    except ValueError as error:
        _refuse(str(error))


def _refuse(word: str) -> NoReturn:
    """Raises Refused."""
    faults = [Fault("$.name", t(word))] if word == "access.name-taken" else []
    raise Refused(409, word.removeprefix("access."), faults=faults) from None


def _named(name: str) -> Person:
    """Raises Refused."""
    found = the_site().doors.person(name)
    if found is None:
        raise Refused(404, "not-there")
    return found


def _agent_faults(agent: str, before: str = "") -> list[tuple[str, str]]:
    there = {"", before, *(one.id for one in the_site().config.agents)}
    return [] if agent in there else [("agent", "people.no-such-agent")]


def _told(one: Person) -> PersonTold:
    return PersonTold(
        one.name, one.role, one.shown, one.agent, one.language, one.must_change, one.is_off
    )  # fmt: skip


def _made(one: Person, repeated: bool) -> PersonMade:
    return PersonMade(**structs.asdict(_told(one)), repeated=repeated)


OPERATIONS = (
    Operation(
        name="entries", method="GET", path="/entries", scope=Scope.ADMINISTER, view=entries, query=EntriesAsked,
        answer=Entries, says="Who signed in or failed to, and what was done to people and tokens.",
    ),
    Operation(
        name="people", method="GET", path="/people", scope=Scope.ADMINISTER, view=find, answer=PeopleTold,
        says="Everybody who may sign in.",
    ),
    Operation(
        name="person", method="GET", path="/people/<name>", scope=Scope.ADMINISTER, view=show, answer=PersonTold,
        says="One person.", problems=(404,),
    ),
    Operation(
        name="person_add", method="POST", path="/people", scope=Scope.ADMINISTER, view=add, body=NewPerson,
        answer=PersonMade, status=201, wants_key=True, problems=(404, 409, 422, 503),
        says="Somebody new, with a first password.",
    ),
    Operation(
        name="person_change", method="PUT", path="/people/<name>", scope=Scope.ADMINISTER, view=change,
        body=PersonChange, answer=PersonTold, problems=(404, 409, 503),
        says="Role, shown name, agent; switched off or on. The last administrator stays one.",
    ),
    Operation(
        name="person_password", method="POST", path="/people/<name>/password", scope=Scope.ADMINISTER,
        view=set_password, body=NewPassword, answer=PersonMade, wants_key=True, problems=(404, 422, 503),
        says="A new password for who forgot it.",
    ),
    Operation(
        name="person_remove", method="DELETE", path="/people/<name>", scope=Scope.ADMINISTER, view=remove, status=204,
        says="Nobody signs in by this name any more. The last administrator stays.", problems=(404, 409, 503),
    ),
)  # fmt: skip
