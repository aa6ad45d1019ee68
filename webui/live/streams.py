"""Who is told of changes: a bounded queue for each browser. One that reads too slowly is told all anew later."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping

import msgspec

from webui.live.picture import Thing

MOST_WAITING = 64
"""Messages; a reader this far behind gets one picture of everything instead."""
MOST_STREAMS = 300
Sees = Callable[[Thing], bool]
_JSON = msgspec.json.Encoder()


class Stream:
    """`sees` says which things this reader may know of."""

    def __init__(self, sees: Sees) -> None:
        self.sees = sees
        self._waiting: deque[bytes] = deque()
        self._came = asyncio.Event()
        self.is_behind = True
        """It has to be told everything first."""
        self._shown: set[str] = set()

    def tell(self, changed: Iterable[tuple[str, Thing, bytes]], gone: Iterable[str]) -> None:
        """`changed`: (key, thing, its JSON)."""
        if self.is_behind:
            return
        seen = [(key, text) for key, thing, text in changed if self.sees(thing)]
        hidden = [key for key, thing, _ in changed if key in self._shown and not self.sees(thing)]
        lost = [key for key in (*gone, *hidden) if key in self._shown]
        if not seen and not lost:
            return
        self._shown.update(key for key, _ in seen)
        self._shown.difference_update(lost)
        self._put(_message("change", [text for _, text in seen], lost))

    def tell_all(self, things: Mapping[str, tuple[Thing, bytes]]) -> None:
        self._waiting.clear()
        self.is_behind = False
        seen = {key: text for key, (thing, text) in things.items() if self.sees(thing)}
        self._shown = set(seen)
        self._put(_message("all", list(seen.values()), []))

    @property
    def waiting(self) -> int:
        """Messages nobody has read yet."""
        return len(self._waiting)

    async def next(self, patience_s: float) -> bytes:
        """What is to be sent; a comment where nothing happened for so long."""
        if not self._waiting:
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), patience_s)
            except TimeoutError:
                return b": still here\n\n"
        return self._waiting.popleft() if self._waiting else b""

    def _put(self, message: bytes) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self.is_behind = True
            return
        self._waiting.append(message)
        self._came.set()


def encoded(thing: Thing) -> bytes:
    return _JSON.encode(thing)


def _message(event: str, things: list[bytes], gone: list[str]) -> bytes:
    body = b'{"things":[' + b",".join(things) + b'],"gone":' + _JSON.encode(gone) + b"}"
    return b"event: " + event.encode() + b"\ndata: " + body + b"\n\n"
