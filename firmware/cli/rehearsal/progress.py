"""How far a rehearsal is, on a terminal; nothing where nobody looks."""

from __future__ import annotations

from typing import TextIO

WIDTH = 40


class Progress:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()

    def tell(self, at_us: int, end_us: int) -> None:
        if self._shown:
            filled = WIDTH * at_us // end_us
            bar = "#" * filled + "." * (WIDTH - filled)
            self._stream.write(f"\r[{bar}] {at_us / 1e6:6.0f} of {end_us / 1e6:.0f} s simulated")
            self._stream.flush()

    def end(self) -> None:
        if self._shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
