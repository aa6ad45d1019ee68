"""The meters of all ports for browsers: looked at twice a second while somebody watches, and told as they change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from firmware.cli.line_look import Names, PortLook, look_at_ports, names_of
from firmware.config.schema import Config
from firmware.protocol.places import Places
from webui.live.guarded import Guarded
from webui.live.picture import Thing, changes, key_of
from webui.live.streams import MOST_STREAMS, Sees, Stream, encoded

PATH = "/events/lines"
LOOK_S = 0.5


def things_of(ports: Sequence[PortLook] | None) -> dict[str, Thing]:
    """One for each port, one for the box: whether a switch tells at all."""
    things: list[Thing] = [{"kind": "box", "id": "box", "engine": ports is not None}]
    for port in ports or ():
        told = msgspec.to_builtins(port)
        things.append({**told, "kind": "port", "id": f"{port.card}/{port.slot}", "class": port.kind})
    return {key_of(one): one for one in things}


class LineHub:
    """Of the event loop of the web process; a thread does the looking."""

    def __init__(self, places: Places, config: Callable[[], Config]) -> None:
        self._places, self._config = places, config
        self._known: tuple[Config, Names] | None = None
        self._wanted = asyncio.Event()
        """Somebody waits for the first look."""
        self._streams: set[Stream] = set()
        self._things: Mapping[str, Thing] = {}

    async def run(self, stopped: Callable[[], bool]) -> None:
        guarded = Guarded("the ports' meters")
        while not stopped():
            if self._streams:
                with guarded.turn():
                    await self.step()
            self._wanted.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), LOOK_S)

    async def step(self) -> None:
        now = await asyncio.to_thread(self._look)
        changed, gone = changes(self._things, now)
        self._things = now
        told = [(key_of(one), one, encoded(one)) for one in changed]
        for stream in self._streams:
            stream.tell(told, gone)
            self._catch_up(stream)

    def open(self, sees: Sees) -> Stream | None:
        """None: too many are open."""
        if len(self._streams) >= MOST_STREAMS:
            return None
        stream = Stream(sees)
        self._streams.add(stream)
        if self._things:
            self._catch_up(stream)
        else:
            self._wanted.set()
        return stream

    def close(self, stream: Stream) -> None:
        self._streams.discard(stream)
        if not self._streams:
            self._things = {}

    def _look(self) -> dict[str, Thing]:
        return things_of(look_at_ports(self._places, self._names))

    def _names(self) -> Names:
        """Made anew with each configuration."""
        config = self._config()
        if self._known is None or self._known[0] is not config:
            self._known = config, names_of(config)
        return self._known[1]

    def _catch_up(self, stream: Stream) -> None:
        if stream.is_behind:
            stream.tell_all({key: (thing, encoded(thing)) for key, thing in self._things.items()})
