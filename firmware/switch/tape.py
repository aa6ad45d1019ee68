"""The tape: each tick's recorded ports go as one block into the audio ring."""

from __future__ import annotations

import re

import numpy as np
from msgspec import Struct

from drivers.dsp import g711
from drivers.ports import TICK_SAMPLES, Samples
from firmware.protocol.tape import TapeBlock, encode
from firmware.switch.ports import TapeSink

_ID = re.compile(r"[0-9a-f]{16}")


class Began(Struct, frozen=True):
    port: int
    recording: str
    tick: int


class Ended(Struct, frozen=True):
    port: int
    recording: str
    tick: int


class Lost(Struct, frozen=True):
    """Ticks `from_tick` .. (`tick` - 1) found no room."""

    port: int
    recording: str
    from_tick: int
    tick: int


class Tape:
    """Several recordings may run on one port. `lost_blocks` counts ticks the ring had no room for."""

    def __init__(self, sink: TapeSink, epoch: int) -> None:
        self._sink = sink
        self._epoch = epoch
        self._running: dict[str, int] = {}
        self._paused: set[str] = set()
        self._told: list[Began | Ended | Lost] = []
        self._starting: list[str] = []
        self._blank: list[int] = []
        self._losing: dict[str, int] = {}
        """Recordings whose latest blocks found no room, with the first tick that did not."""
        self.lost_blocks = 0
        self._lay_out()

    def record(self, port: int, recording: str) -> bool:
        """From the next tick. False for what is no recording id, or one that runs already."""
        if recording in self._running or not _ID.fullmatch(recording):
            return False
        self._running[recording] = port
        self._starting.append(recording)
        self._lay_out()
        return True

    def pause(self, recording: str, paused: bool) -> bool:
        """Tape silence for it, or go on. False when it does not run."""
        if recording not in self._running:
            return False
        (self._paused.add if paused else self._paused.discard)(recording)
        self._lay_out()
        return True

    def stop(self, recording: str, next_tick: int) -> bool:
        """Its last frame is in the tick before `next_tick`. False when it does not run."""
        port = self._running.pop(recording, None)
        if port is None:
            return False
        self._paused.discard(recording)
        if recording in self._starting:
            self._starting.remove(recording)
            self._told.append(Began(port, recording, next_tick))
        if recording in self._losing:
            self._told.append(Lost(port, recording, self._losing.pop(recording), next_tick))
        self._told.append(Ended(port, recording, next_tick))
        self._lay_out()
        return True

    def on_port(self, port: int) -> list[str]:
        """Recordings that run on this port, oldest first."""
        return [recording for recording, on in self._running.items() if on == port]

    def tick(self, tick: int, said: Samples, heard: Samples) -> None:
        """Tape one tick of both directions, `int16[ports, TICK_SAMPLES]` each."""
        if self._starting:
            self._told += [Began(self._running[one], one, tick) for one in self._starting]
            self._starting = []
        if not self._names:
            return
        self._both[:, 0] = said[self._ports]
        self._both[:, 1] = heard[self._ports]
        self._both[self._blank] = 0
        block = TapeBlock(self._epoch, tick, self._names, g711.encode(self._both, "alaw"))
        if not self._sink.put(encode(block)):
            self._lose(tick)
        elif self._losing:
            self._told += [Lost(self._running[one], one, since, tick) for one, since in self._losing.items()]
            self._losing.clear()

    def _lose(self, tick: int) -> None:
        self.lost_blocks += 1
        for recording in self._names:
            self._losing.setdefault(recording, tick)

    def take_told(self) -> list[Began | Ended | Lost]:
        told, self._told = self._told, []
        return told

    def _lay_out(self) -> None:
        self._names = tuple(self._running)
        self._ports = np.array(list(self._running.values()), np.intp)
        self._blank = [i for i, name in enumerate(self._names) if name in self._paused]
        self._both = np.zeros((len(self._names), 2, TICK_SAMPLES), np.int16)
