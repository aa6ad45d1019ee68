"""`GET /events/live`: the event stream of one browser (text/event-stream), served by the event loop itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Protocol

from webui.access.people import Person
from webui.live.picture import Thing
from webui.live.streams import Sees, Stream
from webui.security.rights import Right, may

PATH = "/events/live"
PATIENCE_S = 15.0
CHECK_S = 30.0
"""So often it is looked whether the session is still good."""
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Who = Callable[[str], Person | None]
_HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


def sees_of(person: Person) -> Sees:
    """Who supervises sees everything; an agent the queues, the colleagues, and the calls he has part in."""
    if may(person.role, Right.SUPERVISE):
        return lambda _: True
    own = person.agent

    def sees(thing: Thing) -> bool:
        return thing["kind"] != "call" or (bool(own) and own in thing["agents"])

    return sees


class Hub(Protocol):
    """Whoever has things that change."""

    def open(self, sees: Sees) -> Stream | None: ...
    def close(self, stream: Stream) -> None: ...


class Streams:
    """`who` tells whose session a cookie's value is; `cookie` is its name; `right` is what one must have."""

    def __init__(self, hub: Hub, who: Who, cookie: str, right: Right = Right.WORK) -> None:
        self._hub, self._who, self._cookie, self._right = hub, who, cookie, right

    async def serve(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One stream from its beginning to its end."""
        token = cookie_of(scope, self._cookie)
        person = await asyncio.to_thread(self._who, token)
        status = _why_not(scope["method"], person, self._right)
        stream = self._hub.open(sees_of(person)) if person and not status else None
        if person is None or stream is None:
            await _refuse(send, status or 503)
            return
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
            await self._tell(stream, send, gone, lambda: self._is_still(token, person))
        finally:
            self._hub.close(stream)
            gone.cancel()

    async def _tell(
        self, stream: Stream, send: Send, gone: asyncio.Future[None], is_still: Callable[[], Awaitable[bool]]
    ) -> None:
        loop = asyncio.get_running_loop()
        looked = loop.time()
        while not gone.done():
            message = await stream.next(PATIENCE_S)
            if message:
                await send({"type": "http.response.body", "body": message, "more_body": True})
            if loop.time() - looked > CHECK_S:
                looked = loop.time()
                if not await is_still():
                    break
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _is_still(self, token: str, person: Person) -> bool:
        """Signed in, with the rights it began with; else the browser comes again and is asked."""
        return await asyncio.to_thread(self._who, token) == person


def _why_not(method: str, person: Person | None, right: Right) -> int:
    if method != "GET":
        return 405
    if person is None:
        return 401
    return 0 if may(person.role, right) else 403


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def cookie_of(scope: Mapping[str, Any], name: str) -> str:
    """What the browser shows by that name; nothing where it shows nothing."""
    found: SimpleCookie = SimpleCookie()
    for key, value in scope["headers"]:
        if key == b"cookie":
            try:
                found.load(value.decode("latin-1"))
            except CookieError:
                continue
    return found[name].value if name in found else ""
