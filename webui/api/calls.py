"""Calls found by anything, and the story of one. Times are Unix microseconds; lengths are seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field, structs
from sqlite_utils import Database

from firmware.protocol.names import Direction, Outcome
from firmware.store.calls.numbers import NumberMatch
from firmware.store.calls.search import search
from firmware.store.calls.story import call_story
from firmware.store.calls.telling import tell
from firmware.store.calls.wanted import After, Order, Span, Wanted
from webui.access.tokens import Token
from webui.api.operations import NUMBER, Answer, Given, Operation
from webui.api.problems import Refused
from webui.api.scopes import Scope
from webui.history import history
from webui.language import language
from webui.site import the_site

At = Annotated[int, Meta(ge=0, le=1 << 52)]
"""Unix microseconds."""
Seconds = Annotated[float, Meta(ge=0, le=1e7)]
Text = Annotated[str, Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
AFTER = r"^(\d{1,15}(:\d{1,9}(\.\d{1,9})?)?)?$"


class CallsAsked(Struct, frozen=True):
    """Each condition that is given must hold."""

    from_at: Annotated[At | None, Meta(description="Offered at or after.")] = field(default=None, name="from")
    to_at: Annotated[At | None, Meta(description="Offered before.")] = field(default=None, name="to")
    direction: Direction | None = None
    outcome: Outcome | None = None
    queue: Annotated[Text, Meta(description="Was in this queue.")] = ""
    agent: Annotated[Text, Meta(description="Answered by this agent, or talked with later.")] = ""
    extension: Text = ""
    line: Text = ""
    number: Annotated[Text, Meta(description="Of anybody in the call, as people write it.")] = ""
    number_as: NumberMatch = NumberMatch.WHOLE
    name: Annotated[Text, Meta(description="Part of the caller's name.")] = ""
    wait_least: Seconds | None = None
    wait_most: Seconds | None = None
    talk_least: Seconds | None = None
    talk_most: Seconds | None = None
    recorded: bool | None = None
    voicemail: bool | None = None
    order: Order = Order.NEWEST
    after: Annotated[str, Meta(pattern=AFTER, description="`after` of the page before.")] = ""
    most: Annotated[int, Meta(ge=1, le=200)] = 50


class KeptCall(Struct, frozen=True):
    """A call of the history."""

    id: int
    direction: str
    line: str
    from_number: str
    from_e164: str
    from_name: str
    to_number: str
    to_e164: str
    emergency: bool
    offered_at: int
    outcome: str | None
    agent: str
    queue: str
    why: str
    released_by: str | None
    ring_s: float | None
    wait_s: float | None
    talk_s: float | None
    hold_s: float | None
    recorded: bool
    voicemail: bool
    forgotten: str
    """Not empty: its numbers and names are deleted."""


class Calls(Struct, frozen=True):
    calls: list[KeptCall]
    after: str
    """Ask with it for the next page; empty: this is the last one."""
    count: int | None
    """Of all pages, told with the first."""
    more: bool
    """There are more than `count`."""
    complete: bool


class KeptLeg(Struct, frozen=True):
    id: int
    role: str
    party: str
    agent: str


class KeptRecording(Struct, frozen=True):
    id: str
    call: int
    leg: int
    party: str
    agent: str
    kind: str
    queue: str
    began_at: int
    seconds: float | None
    gone: str
    """Why it cannot be heard any more."""


class StoryMoment(Struct, frozen=True):
    at: int
    offset_ms: int
    """Since the call began."""
    what: str
    text: str
    """In the reader's language."""
    values: dict[str, Any]


class CallStory(Struct, frozen=True):
    call: KeptCall
    legs: list[KeptLeg]
    recordings: list[KeptRecording]
    moments: list[StoryMoment]


def find(given: Given) -> Answer:
    asked: CallsAsked = given.query
    wanted = within(given.token, _wanted(asked))
    with _history() as db:
        found = search(db, wanted, _after(asked.after), asked.most) if db and wanted else None
    if found is None:
        return Answer(Calls([], "", 0, more=False, complete=True))
    after = f"{found.after.call}:{found.after.seconds:.9f}" if found.after else ""
    return Answer(Calls([kept(row) for row in found.rows], after, found.count, found.more, found.complete))


def story(given: Given, call: int) -> Answer:
    with _history() as db:
        told = call_story(db, call) if db and may_see(db, given.token, call) else None
    if told is None:
        raise Refused(404, "not-there")
    legs = [msgspec.convert(one, KeptLeg, strict=False) for one in told.legs]
    moments = [
        StoryMoment(one.at, one.offset_ms, one.what, tell(one, language()), one.values)
        for one in told.moments
    ]
    return Answer(CallStory(kept(told.call), legs, [recording(one) for one in told.recordings], moments))


def kept(row: dict[str, Any]) -> KeptCall:
    return msgspec.convert(row, KeptCall, strict=False)


def recording(row: dict[str, Any]) -> KeptRecording:
    return msgspec.convert(row, KeptRecording, strict=False)


def within(token: Token, wanted: Wanted) -> Wanted | None:
    """The same among the calls this token may see; None: there are none."""
    if not token.agent:
        return wanted
    return structs.replace(wanted, agent=token.agent) if wanted.agent in ("", token.agent) else None


def may_see(db: Database, token: Token, call: int) -> bool:
    wanted = within(token, Wanted(calls=frozenset((call,))))
    return wanted is not None and bool(search(db, wanted, rows=1).rows)


@contextmanager
def _history() -> Iterator[Database | None]:
    with history(the_site()) as db:
        yield db


def _wanted(asked: CallsAsked) -> Wanted:
    same = ("from_at", "to_at", "direction", "queue", "agent", "extension", "line", "number", "number_as", "name",
            "recorded", "voicemail", "order")  # fmt: skip
    return Wanted(
        **{name: getattr(asked, name) for name in same},
        outcomes=frozenset((asked.outcome,) if asked.outcome else ()),
        wait=Span(asked.wait_least, asked.wait_most),
        talk=Span(asked.talk_least, asked.talk_most),
    )


def _after(text: str) -> After | None:
    if not re.fullmatch(AFTER, text) or not text:
        return None
    call, _, seconds = text.partition(":")
    return After(int(call), float(seconds or 0))


OPERATIONS = (
    Operation(
        name="calls_find", method="GET", path="/calls", scope=Scope.READ_CALLS, view=find, query=CallsAsked,
        answer=Calls, says="Calls found by anything people remember of them, a page at a time.",
    ),
    Operation(
        name="call_story", method="GET", path=f"/calls/<{NUMBER}:call>", scope=Scope.READ_CALLS, view=story,
        answer=CallStory, says="One call and everything that happened in it.", problems=(404,),
    ),
)  # fmt: skip
