"""The samples of a soak on disk: one line each, so that a stopped run is taken up where it was."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from firmware.cli.soak.samples import Sample

SAMPLES = "samples.jsonl"
_DECODER = msgspec.json.Decoder(Sample)


class SampleBook:
    """Lines of a file, synced one by one; a torn last line is passed over."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / SAMPLES
        self.samples = _read(self._path)

    @property
    def hours(self) -> float:
        """Box hours lived so far, of all lives together."""
        longest: dict[int, float] = {}
        for sample in self.samples:
            longest[sample.life] = max(longest.get(sample.life, 0.0), sample.hours)
        return sum(longest.values())

    @property
    def next_life(self) -> int:
        return max((sample.life for sample in self.samples), default=0) + 1

    def add(self, sample: Sample) -> None:
        self.samples.append(sample)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(sample) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _read(path: Path) -> list[Sample]:
    found: list[Sample] = []
    if path.is_file():
        whole = path.read_bytes()
        for line in whole.splitlines():
            try:
                found.append(_DECODER.decode(line))
            except msgspec.MsgspecError:
                continue
        if whole and not whole.endswith(b"\n"):
            with path.open("ab") as file:
                file.write(b"\n")
    return found
