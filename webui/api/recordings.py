"""Recordings for programs: those of a call, and leave to hear one after the audit was told."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from msgspec import Meta, Struct
from sqlite_utils import Database

from firmware.store.audio.accesses import Listening, heard
from firmware.store.audio.opening import recording_of
from webui.access.people import Person
from webui.access.tokens import Token
from webui.api.calls import KeptRecording, recording
from webui.api.entry import reaches, token_of
from webui.api.operations import LARGEST_ID, Answer, Given, Operation
from webui.api.problems import Refused
from webui.api.scopes import Scope
from webui.history import history
from webui.recordings.audio import Audio
from webui.site import Site, the_site

SOUND = "/api/v1/sound"
HOUR_US = 3_600_000_000
_OF_CALL = "SELECT * FROM recordings WHERE call = ? ORDER BY began_us, id LIMIT 200"


class RecordingsAsked(Struct, frozen=True):
    call: Annotated[int, Meta(ge=1, le=LARGEST_ID)]


class Recordings(Struct, frozen=True):
    recordings: list[KeptRecording]


def find(given: Given) -> Answer:
    with history(the_site()) as db:
        rows = list(db.query(_OF_CALL, [given.query.call])) if db else []
    return Answer(Recordings([recording(row) for row in rows]))


def audio(given: Given, name: str) -> Answer:
    """Each program, recording and hour is one entry of the audit, however many parts are asked for."""
    site, now_us = the_site(), the_site().wall_us()
    with there(name):
        pass
    entry = hashlib.sha256(f"{given.token.id} {name} {now_us // HOUR_US}".encode()).hexdigest()[:32]
    if not heard(site.places, Listening(entry, given.token.author, name), now_us):
        raise Refused(503, "busy")
    ticket = site.tickets.make(given.token.author, name, now_us)
    return Answer(status=307, headers=(("Location", f"{SOUND}?ticket={ticket}"),))


@contextmanager
def there(name: str) -> Iterator[Database]:
    """The history, for a recording that can be heard. Raises Refused."""
    with history(the_site()) as db:
        if db is None or recording_of(db, name) is None:
            raise Refused(404, "not-there")
        yield db


class Sound(Audio):
    """Bytes of a recording for who shows a token; the event loop sends them."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.places.root, site.tickets, lambda _: None, "", site.wall_us)
        self._site = site

    async def _person(self, scope: Mapping[str, Any]) -> Person | None:
        found = await asyncio.to_thread(token_of, scope, self._site)
        return _as_person(found) if found and reaches(found, Scope.READ_RECORDINGS) else None


def _as_person(token: Token) -> Person:
    return Person(token.author, "supervisor")


OPERATIONS = (
    Operation(
        name="recordings_find", method="GET", path="/recordings", scope=Scope.READ_RECORDINGS, view=find,
        query=RecordingsAsked, answer=Recordings, says="Recordings of a call.",
    ),
    Operation(
        name="recording_audio", method="GET", path="/recordings/<name>/audio", scope=Scope.READ_RECORDINGS, view=audio,
        status=307, says="Leads to the sound (A-law WAV, parts by `Range`). The audit is told first.",
        problems=(404, 503),
    ),
)  # fmt: skip
