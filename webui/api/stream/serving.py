"""`GET /api/v1/events`: the stream of one program (text/event-stream), served by the event loop itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from msgspec import Meta, Struct

from firmware.protocol.ring import Overtaken
from firmware.stream.happenings import position_of
from firmware.stream.vocabulary import NAMES
from webui.access.tokens import Token
from webui.api.entry import reaches, token_of
from webui.api.operations import Operation
from webui.api.problems import MEDIA, Problem
from webui.api.scopes import Scope
from webui.api.stream.feed import Feed
from webui.api.stream.sight import may_know
from webui.live.events import Receive, Send
from webui.site import Site
from webui.words import say

PATH = "/api/v1/events"
MOST_READERS, MOST_OF_A_TOKEN = 100, 8
PATIENCE_S, CHECK_S, STALLS_S = 15.0, 30.0, 30.0
BATCH = 64
"""Events sent at once."""
_HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


class EventsAsked(Struct, frozen=True):
    after: Annotated[str, Meta(description="The last id that was read, as `Last-Event-ID` tells it.")] = ""
    kinds: Annotated[str, Meta(description="Names of events with commas between; empty: all.")] = ""


OPERATION = Operation(
    name="events", method="GET", path="/events", scope=Scope.READ_LIVE, query=EventsAsked,
    media="text/event-stream", says="What happens, as it happens; goes on behind `Last-Event-ID`.", problems=(503,),
)  # fmt: skip


class Events:
    """Of the event loop."""

    def __init__(self, feed: Feed, site: Site) -> None:
        self._feed, self._site = feed, site
        self._readers: Counter[str] = Counter()

    async def serve(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One stream from its beginning to its end."""
        token = await asyncio.to_thread(token_of, scope, self._site)
        if refused := self._why_not(scope["method"], token):
            await _refuse(send, *refused)
            return
        assert token is not None
        self._readers[token.id] += 1
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
            with suppress(TimeoutError):
                await self._tell(scope, send, gone, token)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._readers[token.id] -= 1
            gone.cancel()

    @property
    def readers(self) -> int:
        return self._readers.total()

    def _why_not(self, method: str, token: Token | None) -> tuple[int, str] | None:
        if method != "GET":
            return 405, "not-this-way"
        if token is None:
            return 401, "no-token"
        if not reaches(token, Scope.READ_LIVE):
            return 403, "out-of-scope"
        full = self.readers >= MOST_READERS or self._readers[token.id] >= MOST_OF_A_TOKEN
        return (503, "busy") if full else None

    async def _tell(
        self, scope: Mapping[str, Any], send: Send, gone: asyncio.Future[None], token: Token
    ) -> None:
        """Raises TimeoutError for a reader who takes nothing."""
        number, kinds, opening = self._begins(scope)
        await _send(send, opening)
        loop = asyncio.get_running_loop()
        looked = loop.time()
        while not gone.done():
            number, message = self._next(number, token, kinds)
            if message:
                await _send(send, message)
            elif number >= self._feed.end and not await self._feed.grows(PATIENCE_S):
                await _send(send, b": still here\n\n")
            if loop.time() - looked > CHECK_S:
                looked = loop.time()
                if await asyncio.to_thread(token_of, scope, self._site) is None:
                    return

    def _begins(self, scope: Mapping[str, Any]) -> tuple[int, frozenset[str], bytes]:
        """(number of the first event, kinds, what is said first)"""
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        kinds = frozenset(",".join(asked.get("kinds", [])).split(",")) & NAMES.keys() or frozenset(NAMES)
        header = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
        last = header or asked.get("after", [""])[0]
        if not last:
            return self._feed.end, kinds, b": welcome\n\n"
        position = position_of(last)
        number = self._feed.after(position) if position else None
        if number is None:
            return self._feed.end, kinds, _news("gap")
        return number, kinds, b": welcome back\n\n"

    def _next(self, number: int, token: Token, kinds: frozenset[str]) -> tuple[int, bytes]:
        """(number of the one to go on with, what is to be sent)"""
        message = b""
        try:
            for _ in range(BATCH):
                one = self._feed.at(number)
                if one is None:
                    break
                number += 1
                if one.kind.name in kinds and may_know(token, one):
                    message += one.message()
        except Overtaken:
            return self._feed.end, message + _news("overtaken")
        return number, message


def _news(event: str) -> bytes:
    """Not of the journal: events are missing, the state is to be fetched anew."""
    return b'event: %s\ndata: {"v":1,"event":"%s"}\n\n' % (event.encode(), event.encode())


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(STALLS_S):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int, slug: str) -> None:
    body = msgspec.json.encode(
        Problem(f"urn:tipring:problem:{slug}", say("en", f"api.problem-{slug}"), status)
    )
    headers = [(b"content-type", MEDIA.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(b"www-authenticate", b'Bearer realm="tipring"')] if status == 401 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
