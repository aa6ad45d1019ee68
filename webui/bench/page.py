"""One page at the bench: what it asks is done in order, what its handset hears is sent, what it says is said."""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

from firmware.protocol.world_client import NotPossible, NoWorld, WorldLink
from webui.bench.outbox import Outbox
from webui.bench.requests import Act, Got, Hold, read, to_world

MOST_ACTS = 32
MOST_SPOKEN = 6
"""Pieces that wait to be said; older ones are lost."""
MOST_PIECE = 3200
"""Bytes: 200 ms of 16 bits at 8 kHz."""
AGAIN_S = 0.5


class Page:
    """`take` what the page sends; `outbox` is what it is to be sent. `run` until cancelled."""

    def __init__(self, world: Path) -> None:
        self.outbox = Outbox()
        self._world = world
        self._acts: deque[Act] = deque()
        self._spoken: deque[bytes] = deque(maxlen=MOST_SPOKEN)
        self._work, self._held = asyncio.Event(), asyncio.Event()
        self._holds = ""

    def take(self, text: str | None, data: bytes | None) -> None:
        """Raises ValueError for what no page of ours sends."""
        if data is not None:
            self._hear_spoken(data)
        elif text is not None:
            self._asked(read(text))

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._do())
            tasks.create_task(self._listen())

    def _asked(self, asked: Act | Hold | Got) -> None:
        if isinstance(asked, Got):
            self.outbox.got(asked.pieces)
        elif isinstance(asked, Hold):
            self._holds = asked.who
            self._spoken.clear()
            self.outbox.silence()
            self._held.set()
        elif len(self._acts) >= MOST_ACTS:
            self.outbox.answer({"id": asked.id, "ok": False})
        else:
            self._acts.append(asked)
            self._work.set()

    def _hear_spoken(self, data: bytes) -> None:
        if not data or len(data) % 2 or len(data) > MOST_PIECE:
            raise ValueError(f"a piece of speech has 2 to {MOST_PIECE} bytes")
        if self._holds:
            self._spoken.append(data)
            self._work.set()

    # -- acts and speech --------------------------------------------------------------------------------

    async def _do(self) -> None:
        link = WorldLink(self._world)
        try:
            while True:
                self._work.clear()
                if self._acts:
                    await self._act(link, self._acts.popleft())
                elif self._spoken:
                    await self._speak(link, self._spoken.popleft())
                else:
                    await self._work.wait()
        finally:
            link.close()

    async def _act(self, link: WorldLink, act: Act) -> None:
        try:
            told = await link.do(to_world(act))
        except (NoWorld, NotPossible) as error:
            told = {"ok": False, "error": str(error)}
        self.outbox.answer({"id": act.id} | told)

    async def _speak(self, link: WorldLink, piece: bytes) -> None:
        with suppress(NoWorld, NotPossible):  # the handset was put down meanwhile
            await link.do({"do": "speak", "who": self._holds, "audio": base64.b64encode(piece).decode()})

    # -- hearing ----------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """What the held handset hears, until another is held."""
        while True:
            self._held.clear()
            who = self._holds
            if who:
                await _either(self._hear(who), self._held.wait())
            else:
                await self._held.wait()

    async def _hear(self, who: str) -> None:
        """Raises nothing: a handset that is not there (any more) is silent until another is held."""
        link = WorldLink(self._world)
        try:
            while self._holds == who:
                with suppress(NoWorld):
                    async for reply in link.ask({"do": "listen", "who": who}):
                        if "audio" in reply:
                            self.outbox.sound(base64.b64decode(reply["audio"]))
                await asyncio.sleep(AGAIN_S)
        except NotPossible:
            await self._held.wait()
        finally:
            link.close()


async def _either(*things: Awaitable[object]) -> None:
    """Until one of them is done; the others are cancelled."""
    tasks = [asyncio.ensure_future(one) for one in things]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
