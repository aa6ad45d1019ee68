"""What a card's chips measured lately, as arrays: whoever shows all ports never asks them one by one."""

from __future__ import annotations

from enum import IntFlag
from typing import Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray


class LineFault(IntFlag):
    """What a port's own chip sees wrong with its wires, or with itself."""

    NO_BATTERY = 1
    """FXO, on-hook: unplugged, or the exchange feeds nothing."""
    SHARED = 2
    """FXO, on-hook: another telephone on the same pair is lifted."""
    WEAK = 4
    """FXO, off-hook: less loop current than a line needs."""
    SHORT = 8
    """FXS: the two wires touch."""
    CHIP = 16
    """The chip does not answer as it should."""
    OVERLOAD = 32
    """FXS: the chip cut its line feed a moment ago: overheated or overloaded."""
    GIVEN_UP = 64
    """The chip failed too often and is not tried again."""


class Gauges:
    """One element a port of the card. Each port writes its own when it looks at its chip; anybody may read."""

    def __init__(self, ports: int) -> None:
        self.volts: NDArray[np.float32] = np.full(ports, np.nan, np.float32)
        """Tip to ring, signed; NaN: not known."""
        self.milliamps: NDArray[np.float32] = np.full(ports, np.nan, np.float32)
        """Loop current."""
        self.faults: NDArray[np.uint16] = np.zeros(ports, np.uint16)
        """Of `LineFault`."""

    def unknown(self, port: int, faults: LineFault) -> None:
        """Nothing can be measured there."""
        self.volts[port] = self.milliamps[port] = np.nan
        self.faults[port] = faults


class Measured(Protocol):
    """A card whose chips measure their wires."""

    gauges: Gauges


def measures(card: object) -> TypeGuard[Measured]:
    return isinstance(getattr(card, "gauges", None), Gauges)
