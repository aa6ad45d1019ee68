"""What a rehearsal does at given box times: the scenario's faults on the box itself."""

from __future__ import annotations

from collections.abc import Iterable

from hwsim.scenario import BOX_FAULTS, Fault


class BoxFaults:
    """`kill-engine`, `hang-engine`, `kill-switch` and `clock`, in order of time."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        mine = [fault for fault in faults if fault.kind in BOX_FAULTS]
        self._left = sorted(mine, key=lambda fault: fault.at_s, reverse=True)

    @property
    def next_us(self) -> int | None:
        return round(self._left[-1].at_s * 1e6) if self._left else None

    def due(self, at_us: int) -> list[Fault]:
        """Those whose time has come since the last call."""
        due = []
        while self._left and self._left[-1].at_s * 1e6 <= at_us:
            due.append(self._left.pop())
        return due
