"""Clients of a simulated box's world: requests to its desk, JSON objects, one a line, each answered until done."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

ANSWER_WITHIN_S = 30.0
LONGEST_LINE = 4 << 20
Message = dict[str, Any]


class NoWorld(OSError):
    """No simulated box runs here, or it ended; the text says which."""


class NotPossible(ValueError):
    """The world refuses; the text says why."""


class WorldNotThere(NoWorld):
    """Nothing listens at the socket."""


def ask(path: Path, request: Message) -> Iterator[Message]:
    """Replies as they come. Raises NoWorld, NotPossible."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER_WITHIN_S)
        try:
            link.connect(str(path))
            link.sendall(_line(request))
            with link.makefile("rb") as lines:
                for line in lines:
                    reply = _read(line)
                    if reply is None:
                        return
                    _check(reply)
                    yield reply
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise WorldNotThere(f"{path} is not there") from error
        except OSError as error:
            raise NoWorld(f"it does not answer ({error})") from error
    raise NoWorld("it ended before it had answered")


class WorldLink:
    """One connection of an event loop: a request after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Message) -> AsyncIterator[Message]:
        """Replies as they come; to be read to the end before the next is asked. Raises NoWorld, NotPossible."""
        try:
            reader, writer = self._streams or await self._open()
            writer.write(_line(request))
            await writer.drain()
            while line := await reader.readline():
                reply = _read(line)
                if reply is None:
                    return
                if not reply.get("ok", True):
                    await reader.readline()  # that it is done
                _check(reply)
                yield reply
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise WorldNotThere(f"{self._path} is not there") from error
        except OSError as error:
            self.close()
            raise NoWorld(f"it does not answer ({error})") from error
        self.close()
        raise NoWorld("it ended before it had answered")

    async def do(self, request: Message) -> Message:
        """The only reply of what is done at once. Raises NoWorld, NotPossible."""
        replies = [reply async for reply in self.ask(request)]
        return replies[0] if replies else {}

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = await asyncio.open_unix_connection(str(self._path), limit=LONGEST_LINE)
        return self._streams


def _line(request: Message) -> bytes:
    return json.dumps(request).encode() + b"\n"


def _read(line: bytes) -> Message | None:
    """None: the request is done. Raises NoWorld for what no world says."""
    try:
        reply: Message = json.loads(line)
    except ValueError as error:
        raise NoWorld(f"it says what nobody understands ({error})") from None
    return None if reply.get("done") else reply


def _check(reply: Message) -> None:
    if not reply.get("ok", True):
        raise NotPossible(reply["error"])
