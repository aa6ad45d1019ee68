"""`GET /recordings/audio?ticket=…`: a recording's bytes, whole or a part, sent by the event loop.

However slowly somebody reads, no thread waits for it: one is borrowed for the reading of each block. Browsers play
A-law WAV as it is kept.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from firmware.store.audio.opening import NotARecording, UnnamedRecording, open_recording
from webui.access.people import Person
from webui.live.events import Receive, Send, Who, cookie_of
from webui.recordings.ranges import NotThere, part_of
from webui.recordings.tickets import Ticket, Tickets
from webui.security.rights import Right, may

PATH = "/recordings/audio"
BLOCK = 1 << 16
"""Bytes: four seconds."""
MOST_READERS = 64
STALLS_S = 60.0
"""Who takes nothing for so long is let go; a player that goes on asks for the rest."""
CHECK_S = 30.0


class _File(Struct, frozen=True):
    handle: int
    size: int


class Audio:
    """`who` tells whose session a cookie's value is; `now_us` is wall time."""

    def __init__(self, data: Path, tickets: Tickets, who: Who, cookie: str, now_us: Any) -> None:
        self._data, self._tickets, self._who, self._cookie = data, tickets, who, cookie
        self._now_us = now_us
        self.readers = 0

    async def serve(self, scope: Mapping[str, Any], _: Receive, send: Send) -> None:
        """One request. Each asks anew who comes with which ticket."""
        ticket, status = await self._ticket(scope)
        if ticket is None or self.readers >= MOST_READERS:
            await _refuse(send, status or 503)
            return
        self.readers += 1
        try:
            await self._give(scope, send, ticket)
        finally:
            self.readers -= 1

    async def _ticket(self, scope: Mapping[str, Any]) -> tuple[Ticket | None, int]:
        if scope["method"] not in ("GET", "HEAD"):
            return None, 405
        person = await self._person(scope)
        if person is None:
            return None, 401
        keys = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [])
        found = self._tickets.of(keys[0], person.name, self._now_us()) if len(keys) == 1 else None
        return found, 0 if found else 403

    async def _person(self, scope: Mapping[str, Any]) -> Person | None:
        person = await asyncio.to_thread(self._who, cookie_of(scope, self._cookie))
        return person if person and may(person.role, Right.WORK) and not person.must_change else None

    async def _give(self, scope: Mapping[str, Any], send: Send, ticket: Ticket) -> None:
        try:
            file = await asyncio.to_thread(_opened, self._data, ticket.recording)
        except (UnnamedRecording, NotARecording, OSError):
            await _refuse(send, 404)
            return
        try:
            await self._answer(scope, send, ticket, file)
        finally:
            os.close(file.handle)

    async def _answer(self, scope: Mapping[str, Any], send: Send, ticket: Ticket, file: _File) -> None:
        mark = f'"{ticket.recording}-{file.size}"'
        try:
            part = part_of(_asked(scope, mark), file.size)
        except NotThere:
            await _refuse(send, 416, [(b"content-range", f"bytes */{file.size}".encode())])
            return
        begin, end = part or (0, file.size)
        headers = _headers(ticket, file.size, part, mark)
        await send({"type": "http.response.start", "status": 206 if part else 200, "headers": headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        with suppress(TimeoutError):
            await self._send(scope, send, file.handle, begin, end)

    async def _send(self, scope: Mapping[str, Any], send: Send, handle: int, begin: int, end: int) -> None:
        """Raises TimeoutError for a reader who stands still."""
        loop = asyncio.get_running_loop()
        looked, is_whole = loop.time(), False
        while not is_whole:
            block = await asyncio.to_thread(os.pread, handle, min(BLOCK, end - begin), begin)
            begin += len(block)
            is_whole = begin >= end or not block
            async with asyncio.timeout(STALLS_S):
                await send({"type": "http.response.body", "body": block, "more_body": not is_whole})
            if loop.time() - looked > CHECK_S:
                looked = loop.time()
                if await self._person(scope) is None:
                    return


def _opened(data: Path, recording: str) -> _File:
    handle = open_recording(data, recording)
    return _File(handle, os.fstat(handle).st_size)


def _asked(scope: Mapping[str, Any], mark: str) -> str:
    """The range, where what it was made for is what is here."""
    headers = dict(scope["headers"])
    same = headers.get(b"if-range", mark.encode()) == mark.encode()
    return headers.get(b"range", b"").decode("latin-1") if same else ""


def _headers(ticket: Ticket, size: int, part: tuple[int, int] | None, mark: str) -> list[tuple[bytes, bytes]]:
    begin, end = part or (0, size)
    told = {
        "content-type": "audio/wav",
        "content-length": str(end - begin),
        "accept-ranges": "bytes",
        "etag": mark,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": "default-src 'none'",
    }
    if part:
        told["content-range"] = f"bytes {begin}-{end - 1}/{size}"
    if ticket.takes_out:
        told["content-disposition"] = f'attachment; filename="{ticket.recording}.wav"'
    return [(name.encode(), value.encode()) for name, value in told.items()]


async def _refuse(send: Send, status: int, more: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
