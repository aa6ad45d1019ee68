"""A world that only says what it was asked, behind the real desk's socket; and a page's end of the bench's socket."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hwsim.world.control import Control
from webui.access.people import Person
from webui.bench.wire import Wires

COOKIE = "tipring"
PATIENCE_S = 10.0
PEOPLE = {
    "good": Person("wang", "agent"),
    "tech": Person("tech", "technician"),
    "new": Person("zhao", "agent", must_change=True),
}
Message = dict[str, Any]


class FakeDesk:
    """`asked` is what came. Telephone 801 hears `pieces` and then nothing; there is no 999."""

    def __init__(self) -> None:
        self.asked: list[Message] = []
        self.pieces = [bytes([number]) * 640 for number in range(3)]
        self.states: list[Message] = [{"telephones": {}, "visitors": {}}]
        self.open_listenings = 0

    def open(self, request: Mapping[str, Any]) -> Iterator[Message | None]:
        self.asked.append(dict(request))
        if request.get("who") == "999":
            yield {"ok": False, "error": "no telephone '999'"}
        elif request["do"] == "listen":
            yield from self._listen()
        elif request["do"] == "watch":
            yield from self._watch()
        else:
            yield {"ok": True, "who": request.get("who", "")}

    def of(self, do: str) -> list[Message]:
        return [one for one in self.asked if one["do"] == do]

    def _listen(self) -> Iterator[Message | None]:
        self.open_listenings += 1
        try:
            for piece in self.pieces:
                yield {"audio": base64.b64encode(piece).decode()}
            while True:
                yield None
        finally:
            self.open_listenings -= 1

    def _watch(self) -> Iterator[Message | None]:
        told = 0
        while True:
            if told < len(self.states):
                told += 1
                yield {"ok": True, "event": "state", **self.states[told - 1]}
            else:
                yield None


@contextmanager
def world(root: Path) -> Iterator[tuple[Path, FakeDesk]]:
    path, desk, ends = root / "world.sock", FakeDesk(), threading.Event()
    control = Control(path, desk)  # type: ignore[arg-type]

    def play() -> None:
        while not ends.wait(0.001):
            control.poll()
        control.close()

    thread = threading.Thread(target=play)
    thread.start()
    yield path, desk
    ends.set()
    thread.join()


class Browser:
    """`async with` opens; `status` says what the box thought of it: `accept` or `close`."""

    def __init__(self, wires: Wires, token: str = "good", origin: str = "http://127.0.0.1:8080") -> None:
        headers = [(b"host", b"127.0.0.1:8080"), (b"cookie", f"{COOKIE}={token}".encode())]
        headers += [(b"origin", origin.encode())] if origin else []
        self._scope = {"type": "websocket", "scheme": "ws", "path": "/bench/wire", "headers": headers}
        self._wires = wires
        self._in: asyncio.Queue[Message] = asyncio.Queue()
        self._out: asyncio.Queue[Message] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self.status = ""

    async def __aenter__(self) -> Browser:
        self._in.put_nowait({"type": "websocket.connect"})
        self._serving = asyncio.ensure_future(self._wires.serve(self._scope, self._in.get, self._send))
        self.status = (await self._next())["type"].removeprefix("websocket.")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self._serving, PATIENCE_S)

    def say(self, message: Message | bytes | str) -> None:
        if isinstance(message, bytes):
            self._in.put_nowait({"type": "websocket.receive", "bytes": message, "text": None})
        else:
            text = message if isinstance(message, str) else json.dumps(message)
            self._in.put_nowait({"type": "websocket.receive", "text": text, "bytes": None})

    async def told(self, **wanted: object) -> Message:
        """The next text that says this."""
        while True:
            text = (await self._next()).get("text")
            told: Message = json.loads(text) if text else {}
            if told and wanted.items() <= told.items():
                return told

    async def sound(self, pieces: int) -> list[bytes]:
        found: list[bytes] = []
        while len(found) < pieces:
            data = (await self._next()).get("bytes")
            found += [data] if data else []
        return found

    async def closed(self) -> int:
        while True:
            event = await self._next()
            if event["type"] == "websocket.close":
                return int(event["code"])

    async def _next(self) -> Message:
        return await asyncio.wait_for(self._out.get(), PATIENCE_S)

    async def _send(self, event: Message) -> None:
        await self.reads.wait()
        self._out.put_nowait(event)


def wires(path: Path) -> Wires:
    return Wires(path, PEOPLE.get, COOKIE)
