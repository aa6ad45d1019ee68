"""`tipring bench fabric`: what one tick of the switch's own parts costs, as a share of one core."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.dsp import g711, tones
from drivers.dsp.dtmf import DtmfBank
from drivers.gauges import Gauges
from drivers.ports import TICK_SAMPLES, TICK_US, PortKind
from firmware.prompts.music import music
from firmware.protocol.meters import PortState
from firmware.switch.fabric import Fabric
from firmware.switch.meters import Meters
from firmware.switch.players import Players
from firmware.switch.shelf import Shelf
from firmware.switch.tape import Tape

MATERIAL_TICKS = 50
WARM_UP_TICKS = 50
PLAYING_SHARE, CONFERRING_SHARE = 0.1, 0.1
"""Of the ports: hearing prompts or music; in conferences of three. The others talk in pairs."""


class BlackHole:
    """A ring that always has room."""

    def __init__(self) -> None:
        self.octets = 0

    def put(self, block: bytes, /) -> bool:
        self.octets += len(block)
        return True


class Load:
    """All ports of one bench, busy: A-law in, detectors, fabric, meters, A-law out, tape."""

    def __init__(self, ports: int, *, dtmf: bool, record: bool) -> None:
        self.tape_ring = BlackHole()
        self.tape = Tape(self.tape_ring, epoch=1)
        shelf = Shelf(60 * 8000)
        span = shelf.name("music", music(1, chords=2))
        assert span is not None
        self.fabric = Fabric(ports, Players(shelf, 2 * ports))
        self.digits = DtmfBank(ports) if dtmf else None
        self.digits_heard = 0
        self._rows = np.arange(ports, dtype=np.intp)
        self._gauges = Gauges(ports)
        self.meters = Meters([PortKind.FXS] * ports)
        for port in range(ports):
            self.meters.settle(port, PortState.USED, ())
        self._material = _material(ports)
        self._out = np.zeros((ports, TICK_SAMPLES), np.uint8)
        self._in = np.zeros((ports, TICK_SAMPLES), np.int16)
        playing, conferring = int(ports * PLAYING_SHARE), int(ports * CONFERRING_SHARE) // 3 * 3
        talking = (ports - playing - conferring) // 2 * 2
        for port in range(0, talking, 2):
            self.fabric.hear(port, port + 1)
            self.fabric.hear(port + 1, port)
        for port in range(talking, talking + conferring, 3):
            self.fabric.confer(range(port, port + 3))
        for port in range(talking + conferring, ports):
            self.fabric.players.start(port, [span], loop_from=0)
            self.fabric.hear(port, self.fabric.player_row(port))
        if record:
            for port in range(0, ports, 2):
                self.tape.record(port, f"{port:016x}")

    def tick(self, number: int) -> None:
        g711.decode(self._material[number % MATERIAL_TICKS], "alaw", out=self._in)
        if self.digits is not None:
            self.digits_heard += len(self.digits.process(self._in, self._rows))
        heard = self.fabric.tick(self._in)
        if self.meters.tick(number, self._in, heard, self._rows, lambda _: 14.0):
            told = self._gauges
            self.meters.sample(told.volts, told.milliamps, told.faults, number * TICK_US)
        self.tape.tick(number, self.fabric.said, heard)
        g711.encode(heard, "alaw", out=self._out)


def _material(ports: int) -> NDArray[np.uint8]:
    """One second for each port: something like speech, on each tenth port a key as well."""
    random = np.random.default_rng(1)
    size = MATERIAL_TICKS * TICK_SAMPLES
    envelope = np.abs(np.sin(np.arange(size) * 2 * np.pi * 2.5 / 8000)) * 2500
    sound = np.empty((ports, size), np.int16)
    for port in range(ports):
        sound[port] = np.rint(random.normal(size=size) * envelope).astype(np.int16)
        if port % 10 == 0:
            key = tones.dtmf("5", level=-8.0)
            sound[port, : len(key)] = key
    octets = g711.encode(sound, "alaw")
    return np.ascontiguousarray(octets.reshape(ports, MATERIAL_TICKS, TICK_SAMPLES).transpose(1, 0, 2))


def run(ports: int = 480, dtmf: bool = False, record: bool = False, ticks: int = 3000) -> dict[str, Any]:
    """Run `ticks` ticks as fast as they go; times by the process's CPU clock and by the wall."""
    load = Load(ports, dtmf=dtmf, record=record)
    for number in range(WARM_UP_TICKS):
        load.tick(number)
    times = np.empty(ticks)
    began_ns = time.process_time_ns()
    for number in range(ticks):
        at_ns = time.perf_counter_ns()
        load.tick(number)
        times[number] = (time.perf_counter_ns() - at_ns) / 1000
    spent_us = (time.process_time_ns() - began_ns) / 1000
    return {
        "ports": ports,
        "dtmf": dtmf,
        "record": record,
        "ticks": ticks,
        "cpu_percent": round(100 * spent_us / (ticks * TICK_US), 2),
        "tick_us_p50": round(float(np.percentile(times, 50)), 1),
        "tick_us_p99": round(float(np.percentile(times, 99)), 1),
        "tick_us_p999": round(float(np.percentile(times, 99.9)), 1),
        "digits_heard": load.digits_heard,
        "taped_octets": load.tape_ring.octets,
    }


def text(figures: dict[str, Any]) -> str:
    """For people."""
    did = [name for name in ("dtmf", "record") if figures[name]]
    return (
        f"{figures['ports']} ports{' with ' + ' and '.join(did) if did else ''}: {figures['cpu_percent']} % of"
        f" one core, {figures['ticks']} ticks of 20 ms\n"
        f"one tick: {figures['tick_us_p50']:.0f} µs in the middle, {figures['tick_us_p99']:.0f} µs p99,"
        f" {figures['tick_us_p999']:.0f} µs p99.9"
    )
