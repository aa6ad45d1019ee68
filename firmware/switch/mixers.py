"""Sums as arrays, saturated: a conference member's mixer row is all other members, a mix's row its ports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drivers.ports import Samples


class Mixers:
    """A port is in one conference at most, or has a mix of its own."""

    def __init__(self) -> None:
        self._rooms: list[tuple[int, ...]] = []
        self._mixes: dict[int, tuple[int, ...]] = {}
        self._lay_out()

    def confer(self, members: Sequence[int]) -> None:
        """These ports, taken out of any other conference or mix, are one from now on."""
        for port in members:
            self.leave(port)
        self._rooms.append(tuple(dict.fromkeys(members)))
        self._lay_out()

    def mix_for(self, port: int, sources: Sequence[int]) -> None:
        """What a port that is in nothing hears; no sources: nothing."""
        if sources:
            self._mixes[port] = tuple(dict.fromkeys(sources))
            self._lay_out()

    def leave(self, port: int) -> None:
        """The others go on; nothing happens where the port is in no conference and has no mix."""
        if port in self._mixes:
            del self._mixes[port]
        elif port not in self._members:
            return
        rest = [tuple(member for member in room if member != port) for room in self._rooms]
        self._rooms = [room for room in rest if room]
        self._lay_out()

    def _lay_out(self) -> None:
        sizes = [len(room) for room in self._rooms]
        self._members = np.array([port for room in self._rooms for port in room], np.intp)
        self._first = np.cumsum([0, *sizes[:-1]], dtype=np.intp)[: len(sizes)]
        self._room_of = np.repeat(np.arange(len(sizes)), sizes).astype(np.intp)
        heard = [len(sources) for sources in self._mixes.values()]
        self._mixing = np.array(list(self._mixes), np.intp)
        self._sources = np.array([one for sources in self._mixes.values() for one in sources], np.intp)
        self._first_source = np.cumsum([0, *heard[:-1]], dtype=np.intp)[: len(heard)]

    def mix(self, said: Samples, out: Samples) -> None:
        """`out[port]` from `said`, both `int16[ports, n]`; as many Python calls for any number of ports."""
        if self._members.size:
            own = said[self._members].astype(np.int32)
            others = np.add.reduceat(own, self._first, axis=0)[self._room_of]
            np.subtract(others, own, out=others)
            np.clip(others, -32768, 32767, out=others)
            out[self._members] = others
        if self._mixing.size:
            heard = np.add.reduceat(said[self._sources].astype(np.int32), self._first_source, axis=0)
            np.clip(heard, -32768, 32767, out=heard)
            out[self._mixing] = heard
