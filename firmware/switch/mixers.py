"""Conferences as arrays: a member's mixer row is the saturated sum of the other members."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drivers.ports import Samples


class Mixers:
    """A port is in one conference at most."""

    def __init__(self) -> None:
        self._rooms: list[tuple[int, ...]] = []
        self._lay_out()

    def confer(self, members: Sequence[int]) -> None:
        """These ports, taken out of any other conference, are one from now on."""
        for port in members:
            self.leave(port)
        self._rooms.append(tuple(dict.fromkeys(members)))
        self._lay_out()

    def leave(self, port: int) -> None:
        """The others go on; nothing happens where the port is in no conference."""
        if port not in self._members:
            return
        rest = [tuple(member for member in room if member != port) for room in self._rooms]
        self._rooms = [room for room in rest if room]
        self._lay_out()

    def _lay_out(self) -> None:
        sizes = [len(room) for room in self._rooms]
        self._members = np.array([port for room in self._rooms for port in room], np.intp)
        self._first = np.cumsum([0, *sizes[:-1]], dtype=np.intp)[: len(sizes)]
        self._room_of = np.repeat(np.arange(len(sizes)), sizes).astype(np.intp)

    def mix(self, said: Samples, out: Samples) -> None:
        """`out[member]` from `said`, both `int16[ports, n]`; as many Python calls for any number of ports."""
        if not self._members.size:
            return
        own = said[self._members].astype(np.int32)
        others = np.add.reduceat(own, self._first, axis=0)[self._room_of]
        np.subtract(others, own, out=others)
        np.clip(others, -32768, 32767, out=others)
        out[self._members] = others
