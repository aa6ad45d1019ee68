"""Tokens of programs, for programs: told, made once, revoked. None gives more than it may itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct, structs

from webui.access.tokens import DAY_US, LONGEST_NOTE, Token, faults_of
from webui.api.keys import found, once
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused, refuse_for
from webui.api.reading import MOST_FAULTS
from webui.api.scopes import GIVEN, OF_THE_HOUSE, Scope
from webui.language import t
from webui.site import the_site

MOST_DAYS = 366
Note = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": LONGEST_NOTE})]
OneScope = Annotated[str, Meta(extra_json_schema={"enum": [str(one) for one in GIVEN]})]
Scopes = Annotated[list[OneScope], Meta(extra_json_schema={"minItems": 1})]
Agent = Annotated[str, Meta(max_length=64)]


class TokenTold(Struct, frozen=True):
    """Times are Unix microseconds, 0: never."""

    id: str
    note: str
    scopes: list[str]
    agent: str
    """It acts and sees as this agent; empty: for the house."""
    made_at: int
    made_by: str
    until_at: int
    """0: no end."""
    used_at: int
    """To the minute."""
    revoked_at: int
    state: str
    """`on`, `over`, `revoked`."""


class TokensTold(Struct, frozen=True):
    """Newest first."""

    tokens: list[TokenTold]


class NewToken(Struct, frozen=True, forbid_unknown_fields=True):
    """403 where the token that asks has not all of `scopes` itself, or ends before."""

    note: Note
    """What it is for, and who looks after it."""
    scopes: Scopes
    agent: Agent = ""
    """One the configuration has. Such a token cannot have scopes that are not for one agent."""
    days: Annotated[int, Meta(ge=0, le=MOST_DAYS)] = 0
    """So long it is good; 0: no end."""


class TokenMade(TokenTold, frozen=True):
    secret: str
    """Told this once: empty where `repeated`. If the answer was lost revoke the token and make another."""
    repeated: bool
    """This key was used before; it was made then."""


def find(_: Given) -> Answer:
    return Answer(TokensTold([_told(one) for one in the_site().doors.tokens.all()]))


def make(given: Given) -> Answer:
    """Made and known by its key in one change: who dies before has made nothing, who asks again is told of it."""
    what, doors = ["token", given.body], the_site().doors
    with doors.change():
        before = doors.tokens.get(found(given, what) or "")
        if before:
            return Answer(_made(before, "", repeated=True), 201)
        secret, made = _new(given)
        once(given, what, made.id)
    return Answer(_made(made, secret, repeated=False), 201)


def revoke(given: Given, token: str) -> Answer:
    """From the next request on, also of who asks."""
    if not the_site().doors.tokens.revoke(token, given.token.author):
        raise Refused(404, "not-there")
    return Answer(status=204)


def _new(given: Given) -> tuple[str, Token]:
    """(the secret, the token). Raises Refused."""
    asked: NewToken = given.body
    refuse_for(list(_faults(asked))[:MOST_FAULTS])
    _check_its_own(given.token, asked)
    scopes = tuple(str(one) for one in GIVEN if one in asked.scopes)
    try:
        return the_site().doors.tokens.make(
            asked.note, scopes, given.token.author, agent=asked.agent, days=asked.days
        )
    except ValueError:
        raise Refused(409, "too-many-tokens") from None


def _faults(asked: NewToken) -> Iterator[tuple[str, str]]:
    yield from faults_of(asked.note, asked.scopes)
    for number, one in enumerate(asked.scopes):
        if one not in GIVEN:
            yield f"scopes[{number}]", "tokens.no-such-scope"
        elif asked.agent and one in OF_THE_HOUSE:
            yield f"scopes[{number}]", "tokens.not-for-agent"
    if asked.agent not in {"", *(one.id for one in the_site().config.agents)}:
        yield "agent", "people.no-such-agent"


def _check_its_own(token: Token, asked: NewToken) -> None:
    """Raises Refused: neither more than it may itself nor for longer."""
    beyond = [f"$.scopes[{number}]" for number, one in enumerate(asked.scopes) if one not in token.scopes]
    faults = [Fault(at, t("tokens.not-its-own")) for at in beyond[:MOST_FAULTS]]
    left_us = token.until_at - the_site().wall_us()
    if token.until_at and not 0 < asked.days * DAY_US <= left_us:
        faults.append(Fault("$.days", t("tokens.not-longer")))
    if faults:
        raise Refused(403, "out-of-scope", faults=faults)


def _told(one: Token) -> TokenTold:
    return TokenTold(
        one.id, one.note, list(one.scopes), one.agent, one.made_at, one.made_by, one.until_at, one.used_at,
        one.revoked_at, one.state(the_site().wall_us()),
    )  # fmt: skip


def _made(one: Token, secret: str, *, repeated: bool) -> TokenMade:
    return TokenMade(**structs.asdict(_told(one)), secret=secret, repeated=repeated)


OPERATIONS = (
    Operation(
        name="tokens", method="GET", path="/tokens", scope=Scope.ADMINISTER, view=find, answer=TokensTold,
        says="All tokens, also those that are over; no secret.",
    ),
    Operation(
        name="token_make", method="POST", path="/tokens", scope=Scope.ADMINISTER, view=make, body=NewToken,
        answer=TokenMade, status=201, wants_key=True, problems=(409, 422, 503),
        says="A token for another program, its secret told this once.",
    ),
    Operation(
        name="token_revoke", method="DELETE", path="/tokens/<token>", scope=Scope.ADMINISTER, view=revoke, status=204,
        says="It opens nothing from the next request on; one may revoke itself.", problems=(404, 503),
    ),
)  # fmt: skip
