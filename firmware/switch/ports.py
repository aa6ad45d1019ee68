"""What the switch needs from outside beside cards and a clock."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class TapeSink(Protocol):
    """Where tape blocks go (the audio ring)."""

    def put(self, block: bytes, /) -> bool:
        """Take one block without ever waiting; False when there is no room for it."""


class MessageShelf(Protocol):
    """Where recorded messages come from. Neither call waits for a disk, but in virtual time, where no time passes."""

    def ready(self, recording: str, /) -> bool:
        """Whether `message` knows; if not, it is looked for from now on."""

    def message(self, recording: str, /) -> NDArray[np.int16] | None:
        """8 kHz mono samples of a recording's caller, or None when it is not there (yet)."""


class NoMessages:
    """A box without an archive."""

    def ready(self, recording: str, /) -> bool:
        del recording
        return True

    def message(self, recording: str, /) -> NDArray[np.int16] | None:
        del recording
        return None
