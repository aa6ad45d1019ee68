"""How the bench stands, followed once for all pages; while any is open, the callers they play are not forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from firmware.protocol.world_client import Message, NotPossible, NoWorld, WorldLink

AGAIN_S = 1.0
STAY_S = 30.0
AWAY: Message = {"event": "away"}
Tell = Callable[[Message], None]


class News:
    """`join` and `leave` in the event loop; whoever joins is told at once what is known."""

    def __init__(self, world: Path) -> None:
        self._world = world
        self._readers: set[Tell] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._latest: Message = AWAY

    @property
    def readers(self) -> int:
        return len(self._readers)

    def join(self, tell: Tell) -> None:
        self._readers.add(tell)
        if not self._tasks:
            self._tasks = [asyncio.ensure_future(one) for one in (self._follow(), self._keep())]
        elif self._latest is not AWAY:
            tell(self._latest)

    def leave(self, tell: Tell) -> None:
        self._readers.discard(tell)
        if not self._readers:
            for task in self._tasks:
                task.cancel()
            self._tasks, self._latest = [], AWAY

    async def _follow(self) -> None:
        while True:
            link = WorldLink(self._world)
            try:
                async for state in link.ask({"do": "watch"}):
                    self._told(state)
            except (NoWorld, NotPossible):
                self._told(AWAY)
            finally:
                link.close()
            await asyncio.sleep(AGAIN_S)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(STAY_S)
            link = WorldLink(self._world)
            with suppress(NoWorld, NotPossible):
                await link.do({"do": "stay", "visitors": list(self._latest.get("visitors", ()))})
            link.close()

    def _told(self, state: Message) -> None:
        self._latest = state
        for tell in self._readers:
            tell(state)
