"""A stand-in with the surface of `alsaaudio` 0.11 that matters to a PCM highway, on simulated timeslots.

Time passes in `PCM.read`: it waits through the clock for the end of its period. `on(backplane, devices)`
makes an object to be used as the module.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from drivers.ports import CYCLE_SAMPLES
from hwsim.silicon.highway import Backplane, Highway

PCM_PLAYBACK, PCM_CAPTURE = 0, 1
PCM_NORMAL, PCM_NONBLOCK, PCM_ASYNC = 0, 1, 2
PCM_FORMAT_S8, PCM_FORMAT_U8, PCM_FORMAT_S16_LE, PCM_FORMAT_S16_BE = 0, 1, 2, 3
PCM_FORMAT_S32_LE, PCM_FORMAT_S32_BE = 10, 11
PCM_FORMAT_MU_LAW, PCM_FORMAT_A_LAW = 20, 21
PCM_STATE_OPEN, PCM_STATE_SETUP, PCM_STATE_PREPARED, PCM_STATE_RUNNING = 0, 1, 2, 3
PCM_STATE_XRUN, PCM_STATE_DRAINING, PCM_STATE_PAUSED = 4, 5, 6
PCM_STATE_SUSPENDED, PCM_STATE_DISCONNECTED = 7, 8
PCM_TSTAMP_NONE, PCM_TSTAMP_ENABLE = 0, 1
PCM_TSTAMP_TYPE_GETTIMEOFDAY, PCM_TSTAMP_TYPE_MONOTONIC, PCM_TSTAMP_TYPE_MONOTONIC_RAW = 0, 1, 2

STATES = ("OPEN", "SETUP", "PREPARED", "RUNNING", "XRUN", "DRAINING", "PAUSED", "SUSPENDED", "DISCONNECTED")
FRAME_BYTES = 8
RATE_HZ = 8000


class ALSAAudioError(Exception):
    """What the real package raises."""


class PCM:
    """One direction of one hat's highway: 8 kHz, two channels of S32_LE, periods of 40 frames, nothing else.

    Like a real device it grants what it can do whatever it is asked; `info()` tells.
    """

    def __init__(  # noqa: PLR0917 - the real package's arguments
        self,
        backplane: Backplane,
        devices: Mapping[str, Highway],
        type: int = PCM_PLAYBACK,  # noqa: A002 - the real package's name
        mode: int = PCM_NORMAL,
        device: str = "default",
        cardindex: int = -1,
        card: str | None = None,
        rate: int = 44100,
        channels: int = 2,
        format: int = PCM_FORMAT_S16_LE,  # noqa: A002 - the real package's name
        periodsize: int = 32,
        periods: int = 4,
    ) -> None:
        name = card if card is not None else f"hw:{cardindex}" if cardindex >= 0 else device
        if name not in devices:
            raise ALSAAudioError(f"No such file or directory [{name}]")
        if type not in (PCM_PLAYBACK, PCM_CAPTURE) or mode not in (PCM_NORMAL, PCM_NONBLOCK):
            raise ALSAAudioError("Invalid PCM type or mode")
        self._backplane = backplane
        self._highway = devices[name]
        self._type = type
        self._mode = mode
        self._name = name
        self._periods = max(2, periods)
        self._state = PCM_STATE_PREPARED
        self._asked = {"rate": rate, "channels": channels, "format": format, "periodsize": periodsize}
        self._tstamp_mode, self._tstamp_type = PCM_TSTAMP_NONE, PCM_TSTAMP_TYPE_GETTIMEOFDAY
        self._closed = False
        if type == PCM_PLAYBACK:
            self._highway.halt()

    def _check_open(self) -> None:
        if self._closed:
            raise ALSAAudioError("PCM device is closed")

    def _broken(self) -> bool:
        if self._highway.broken:
            self._highway.broken = False
            self._state = PCM_STATE_XRUN
        return self._state == PCM_STATE_XRUN

    def read(self) -> tuple[int, bytes]:
        """One period: (frames, bytes); (−EPIPE, b"") after an overrun; (0, b"") when NONBLOCK has none."""
        self._check_open()
        if self._type != PCM_CAPTURE:
            raise ALSAAudioError(f"Cannot read from playback PCM [{self._name}]")
        if self._broken():
            return self._recover()
        if self._state != PCM_STATE_RUNNING:
            self._backplane.start(self._highway, waits=self._mode == PCM_NORMAL)
            self._state = PCM_STATE_RUNNING
        if self._mode == PCM_NONBLOCK and not self._backplane.due(self._highway):
            return 0, b""
        data = self._backplane.take(self._highway)
        if data is None:
            return self._recover()
        return CYCLE_SAMPLES, data

    def _recover(self) -> tuple[int, bytes]:
        self._highway.halt()
        self._state = PCM_STATE_PREPARED
        return -errno.EPIPE, b""

    def write(self, data: bytes, /) -> int:
        """Frames taken; −EPIPE after an underrun; 0 when full in NONBLOCK. A full buffer loses the rest."""
        self._check_open()
        if self._type != PCM_PLAYBACK:
            # Stricter than the real one, which takes nothing and says 0.
            raise ALSAAudioError(f"Cannot write to capture PCM [{self._name}]")
        view = memoryview(data)
        if view.nbytes % FRAME_BYTES:
            raise ALSAAudioError("Data size must be a multiple of framesize")
        if self._broken():
            self._highway.halt()
            self._state = PCM_STATE_PREPARED
            return -errno.EPIPE
        self._state = PCM_STATE_RUNNING
        room = self._periods * CYCLE_SAMPLES - self._highway.queued_frames
        frames = min(view.nbytes // FRAME_BYTES, max(0, room))
        self._highway.give(bytes(view.cast("B")[: frames * FRAME_BYTES]))
        return frames

    def close(self) -> None:
        if not self._closed and self._type == PCM_CAPTURE:
            self._highway.running = False
        self._closed = True

    def avail(self) -> int:
        self._check_open()
        if self._type == PCM_PLAYBACK:
            return self._periods * CYCLE_SAMPLES - self._highway.queued_frames
        return CYCLE_SAMPLES if self._backplane.due(self._highway) else 0

    def state(self) -> int:
        self._check_open()
        return self._state

    def drop(self) -> int:
        self._check_open()
        self._highway.halt()
        self._state = PCM_STATE_SETUP
        return 0

    def drain(self) -> int:
        self._check_open()
        return 0

    def pause(self, enable: int = 1, /) -> int:
        self._check_open()
        self._state = PCM_STATE_PAUSED if enable else PCM_STATE_RUNNING
        return 0

    def info(self) -> dict[str, Any]:
        """What was granted, under the real package's names."""
        self._check_open()
        return {
            "name": self._name,
            "card_no": -1,
            "device_no": 0,
            "subdevice_no": 0,
            "state": STATES[self._state],
            "access_type": "RW_INTERLEAVED",
            " (call value) type": self._type,
            " (call value) type_name": "CAPTURE" if self._type == PCM_CAPTURE else "PLAYBACK",
            " (call value) mode": self._mode,
            " (call value) mode_name": "PCM_NONBLOCK" if self._mode == PCM_NONBLOCK else "PCM_NORMAL",
            "format": PCM_FORMAT_S32_LE,
            "format_name": "S32_LE",
            "format_description": "Signed 32 bit Little Endian",
            "subformat_name": "STD",
            "subformat_description": "Standard",
            "channels": 2,
            "rate": RATE_HZ,
            "period_time": 5000,
            "period_size": CYCLE_SAMPLES,
            "buffer_time": 5000 * self._periods,
            "buffer_size": CYCLE_SAMPLES * self._periods,
            "periods": self._periods,
            "rate_numden": (RATE_HZ, 1),
            "significant_bits": 32,
            "nominal_bits": 32,
            "physical_bits": 32,
            "is_batch": False,
            "is_block_transfer": False,
            "is_double": False,
            "is_half_duplex": False,
            "is_joint_duplex": False,
            "can_overrange": False,
            "can_mmap_sample_resolution": False,
            "can_pause": False,
            "can_resume": False,
            "can_sync_start": False,
        }

    def dumpinfo(self) -> None:
        for key, value in self.info().items():
            print(f"{key}: {value}")  # noqa: T201 - what the real method does

    def pcmtype(self) -> int:
        self._check_open()
        return self._type

    def pcmmode(self) -> int:
        self._check_open()
        return self._mode

    def cardname(self) -> str:
        self._check_open()
        return self._name

    def polldescriptors(self) -> list[tuple[int, int]]:
        """None: time passes in `read`, so there is nothing to poll."""
        self._check_open()
        return []

    def polldescriptors_revents(self, _descriptors: list[tuple[int, int]], /) -> int:
        self._check_open()
        return 0

    def htimestamp(self) -> tuple[int, int, int]:
        self._check_open()
        seconds, rest_us = divmod(self._backplane.clock.now_us(), 1_000_000)
        return seconds, rest_us * 1000, self.avail()

    def getformats(self) -> dict[str, int]:
        self._check_open()
        return {"S32_LE": PCM_FORMAT_S32_LE}

    def getrates(self) -> int:
        self._check_open()
        return RATE_HZ

    def getratebounds(self) -> tuple[int, int]:
        self._check_open()
        return RATE_HZ, RATE_HZ

    def getchannels(self) -> list[int]:
        self._check_open()
        return [2]

    def setchannels(self, _channels: int, /) -> int:
        self._check_open()
        return 2

    def setrate(self, _rate: int, /) -> int:
        self._check_open()
        return RATE_HZ

    def setformat(self, _format: int, /) -> int:
        self._check_open()
        return PCM_FORMAT_S32_LE

    def setperiodsize(self, _frames: int, /) -> int:
        self._check_open()
        return CYCLE_SAMPLES

    def set_tstamp_mode(self, mode: int = PCM_TSTAMP_ENABLE, /) -> int:
        self._tstamp_mode = mode
        return 0

    def get_tstamp_mode(self) -> int:
        return self._tstamp_mode

    def set_tstamp_type(self, kind: int = PCM_TSTAMP_TYPE_GETTIMEOFDAY, /) -> int:
        self._tstamp_type = kind
        return 0

    def get_tstamp_type(self) -> int:
        return self._tstamp_type


def on(backplane: Backplane, devices: Mapping[str, Highway]) -> Any:
    """An object with the names of the module, whose `PCM` opens `devices` of `backplane`."""

    def make(*given: Any, **named: Any) -> PCM:
        return PCM(backplane, devices, *given, **named)

    names = {name: value for name, value in globals().items() if name.startswith("PCM_")}
    opener: Callable[..., PCM] = make
    return SimpleNamespace(**names, ALSAAudioError=ALSAAudioError, PCM=opener)
