"""A switch on simulated silicon with the copper of every port in the test's hand, to the sample and to 5 ms.

Below it runs all there is: chips, chains, highways, hat drivers, echo cancellers, detectors, line machines. The
world above the wires is a few arrays: sounds, noise, hum, echo, battery, ringing, hooks.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.backends import HatSpec, SlotSpec, build_cards
from drivers.countries import CallerIdForm, CountryProfile, profile
from drivers.dsp import g711
from drivers.dsp.tones import amplitude
from drivers.ports import TICK_SAMPLES, TICK_US, PortKind
from firmware.prompts.bank import PromptBank
from firmware.protocol.commands import AnySwitchCommand, Numbered
from firmware.protocol.events import AnySwitchEvent
from firmware.protocol.names import HangUpSign
from firmware.protocol.tape import decode
from firmware.switch.plan import PortPlan, SwitchPlan
from firmware.switch.switch import Switch
from hwsim.bench_board import SimulatedHats
from hwsim.clock import VirtualClock
from hwsim.signals.path import echo_path
from hwsim.wire import RING_BLOCKS, Wire

FXO8, FXS8, MIXED = ("fxo",) * 8, ("fxs",) * 8, ("fxo",) * 4 + ("fxs",) * 4
SAMPLE_US = 125
BATTERY_V, EXCHANGE_OHM, TELEPHONE_OHM = -48.0, 1200.0, 300.0
PATH = 48
TRANSFORM = 256
HUM = ((1, 1.0), (2, 0.4), (3, 0.5), (5, 0.2), (7, 0.1))
ALL_SIGNS = frozenset(HangUpSign)
Wave = NDArray[np.float32]
Script = Generator[int, AnySwitchEvent | None, None]
"""Yields the box time until which it waits; is given each event of its port, and None when the time has come."""


class Hat(Struct, frozen=True):
    """Eight ports of one country. `form` is what its exchanges send for a caller."""

    country: str
    slots: tuple[str, ...] = MIXED
    form: CallerIdForm | None = None
    silence_limit_s: float = 60.0
    hangup: frozenset[HangUpSign] = ALL_SIGNS


class LineBench:
    """Port 8 h + s is slot s of hat h. `now_us` is the time of the last tick's end."""

    def __init__(self, hats: Sequence[Hat], seed: int = 1, bank: PromptBank | None = None) -> None:
        self.rng = np.random.default_rng(seed)
        self.wire = Wire(8 * len(hats))
        self.clock = VirtualClock()
        self.boards = SimulatedHats(self.wire, self.clock, [hat.slots for hat in hats])
        self.ports = self.wire.ports
        self.plans = _plans(hats)
        self.taped: dict[str, list[NDArray[np.uint8]]] = {}
        self.listeners: list[Callable[[int, NDArray[np.int16]], None]] = []
        """Called with each block's number and what the box put on all wires in it."""
        self._lay_copper()
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = itertools.count()
        self._numbers = itertools.count(1)
        self.clock.follow(self._advance)
        cards = build_cards(_specs(hats), self.boards.backend(), self.clock)
        bank = bank or PromptBank({}, {})
        self.switch = Switch(
            cards, SwitchPlan(self.plans[0].country, tuple(self.plans)), self.clock, bank, self, 1
        )
        self.findings = self.switch.start()
        for _ in range(25):
            self.switch.tick()
        self.switch.hear_engine(True, 1 << 40)

    def _lay_copper(self) -> None:
        ports = self.ports
        self._sounds: list[list[tuple[int, Wave]]] = [[] for _ in range(ports)]
        self._noise = np.zeros((ports, 1), np.float32)
        self._hum = np.zeros((ports, 1), np.float32)
        self._hum_at = self.rng.integers(0, 8000, ports)
        self._hum_table = _hum_table()
        self._hum_mains = np.zeros(ports, np.intp)
        self._echo = np.zeros((ports, TRANSFORM // 2 + 1), np.complex64)
        self._past = np.zeros((ports, TRANSFORM), np.float32)
        self._zero_us: int | None = None
        for port, plan in enumerate(self.plans):
            if plan.kind is PortKind.FXO:
                self.battery(port, BATTERY_V)
                self.wire.world["loop_ohm"][port] = EXCHANGE_OHM

    # -- the tape sink ---------------------------------------------------------------------------------

    def put(self, block: bytes) -> bool:
        read = decode(block)
        for name, samples in zip(read.recordings, read.samples, strict=True):
            self.taped.setdefault(name, []).append(samples.copy())
        return True

    def recording(self, name: str) -> NDArray[np.int16]:
        """`int16[2, samples]`: left what the port said, right what it heard."""
        return g711.decode(np.concatenate(self.taped[name], axis=1), "alaw")

    # -- time ------------------------------------------------------------------------------------------

    @property
    def now_us(self) -> int:
        return self.clock.now_us()

    def at(self, at_us: int, change: Callable[[int], None]) -> None:
        """Do something to the wires at a box time, exact to the inner cycle."""
        heapq.heappush(self._due, (at_us, next(self._order), change))

    def _advance(self, until_us: int) -> None:
        while self._due and self._due[0][0] <= until_us:
            at_us, _, change = heapq.heappop(self._due)
            change(at_us)
        blocks = self.wire.blocks
        while blocks[1] <= blocks[0]:
            self._zero_us = until_us - int(blocks[1]) * TICK_US
            self._render(int(blocks[1]))
            blocks[1] += 1

    def tick(self) -> list[AnySwitchEvent]:
        return self.switch.tick()

    def run(self, for_ms: float) -> list[AnySwitchEvent]:
        return [event for _ in range(math.ceil(for_ms / 20)) for event in self.tick()]

    def do(self, *commands: AnySwitchCommand) -> None:
        for command in commands:
            self.switch.submit(Numbered(1, next(self._numbers), 0, command))

    def play(self, scripts: Mapping[int, Script]) -> None:
        """Run a script on each port, all at once, until the last has ended."""
        waiting: dict[int, tuple[Script, int]] = {}
        for port, script in scripts.items():
            _step(waiting, port, script, start=True)
        while waiting:
            for event in self.tick():
                if event.port in waiting:
                    _step(waiting, event.port, waiting[event.port][0], event)
            for port in [port for port, (_, due_us) in waiting.items() if due_us <= self.now_us]:
                _step(waiting, port, waiting[port][0])

    # -- electricity -----------------------------------------------------------------------------------

    def battery(self, port: int, volts: float) -> None:
        self.wire.world["battery_v"][port] = volts

    def hook(self, port: int, off_hook: bool) -> None:
        self.wire.world["loop_ohm"][port] = TELEPHONE_OHM if off_hook else math.inf

    def ring(self, port: int, on: bool, at_us: int) -> None:
        """75 V of the country's ringing current, or none."""
        world, country = self.wire.world, self.plans[port].country
        world["ring_hz"][port], world["ring_phase0_us"][port] = country.ring_hz, at_us
        world["ring_v"][port] = country.ring_v * math.sqrt(2) if on else 0.0

    # -- sound -----------------------------------------------------------------------------------------

    def say(self, port: int, wave: NDArray[np.generic], at_us: int = 0) -> int:
        """Put a sound on the wire, added to what is there; returns when it is over. The past is cut off."""
        first = max(self.sample(at_us), int(self.wire.blocks[1]) * TICK_SAMPLES)
        self._sounds[port].append((first, wave.astype(np.float32)))
        return self.time_of(first + wave.size)

    def sample(self, at_us: int) -> int:
        assert self._zero_us is not None
        return (at_us - self._zero_us) // SAMPLE_US

    def time_of(self, sample: int) -> int:
        assert self._zero_us is not None
        return self._zero_us + sample * SAMPLE_US

    def hush(self, port: int) -> None:
        """All sounds of the port end with the block under way."""
        self._sounds[port].clear()

    def noise(self, port: int, level_dbm0: float) -> None:
        self._noise[port] = amplitude(level_dbm0) / math.sqrt(2)

    def hum(self, port: int, level_dbm0: float, mains_hz: float = 50.0) -> None:
        self._hum[port] = amplitude(level_dbm0) / math.sqrt(2)
        self._hum_mains[port] = int(mains_hz == 60.0)

    def echo(self, port: int, return_loss_db: float, delay_ms: float = 3.0) -> None:
        """What the box sends comes back; a loss of 99 dB is none."""
        path = echo_path(self.rng, return_loss_db=return_loss_db, spread_ms=4.0)
        whole = np.concatenate([np.zeros(round(delay_ms * 8)), path])[: TRANSFORM - TICK_SAMPLES]
        self._echo[port] = np.fft.rfft(whole, TRANSFORM) if return_loss_db < 99 else 0.0

    def _render(self, block: int) -> None:
        wire, ports = self.wire, self.ports
        sent = (
            wire.to_world[(block - 1) % RING_BLOCKS] if block else np.zeros((ports, TICK_SAMPLES), np.int16)
        )
        for listener in self.listeners:
            listener(block - 1, sent)
        self._past[:, : TRANSFORM - TICK_SAMPLES] = self._past[:, TICK_SAMPLES:].copy()
        self._past[:, TRANSFORM - TICK_SAMPLES :] = sent
        wave = np.fft.irfft(np.fft.rfft(self._past) * self._echo, TRANSFORM)[:, -TICK_SAMPLES:]
        wave += self._noise * self.rng.standard_normal((ports, TICK_SAMPLES), np.float32)
        at = (self._hum_at[:, None] + block * TICK_SAMPLES + np.arange(TICK_SAMPLES)) % 8000
        wave += self._hum * self._hum_table[self._hum_mains[:, None], at]
        for port, sounds in enumerate(self._sounds):
            if sounds:
                self._sounds[port] = _mixed(wave[port], sounds, block * TICK_SAMPLES)
        wire.to_box[block % RING_BLOCKS] = np.clip(np.rint(wave), -32768, 32767)


def _mixed(out: NDArray[np.float64], sounds: Iterable[tuple[int, Wave]], at: int) -> list[tuple[int, Wave]]:
    """Add what falls into this block; what is not over yet."""
    left = []
    for first, wave in sounds:
        start, end = max(0, first - at), min(TICK_SAMPLES, first + wave.size - at)
        if end > start:
            out[start:end] += wave[at + start - first : at + end - first]
        if first + wave.size > at + TICK_SAMPLES:
            left.append((first, wave))
    return left


def _step(
    waiting: dict[int, tuple[Script, int]],
    port: int,
    script: Script,
    event: AnySwitchEvent | None = None,
    start: bool = False,
) -> None:
    try:
        waiting[port] = script, next(script) if start else script.send(event)
    except StopIteration:
        waiting.pop(port, None)


def _hum_table() -> NDArray[np.float32]:
    t = np.arange(8000) / 8000
    rows = []
    for mains in (50, 60):
        wave = np.sum([part * np.sin(2 * np.pi * mains * k * t + k) for k, part in HUM], axis=0)
        rows.append(wave / np.sqrt(np.mean(wave**2)))
    return np.stack(rows).astype(np.float32)


def _plans(hats: Sequence[Hat]) -> list[PortPlan]:
    plans = []
    for number, hat in enumerate(hats):
        country: CountryProfile = profile(hat.country)
        for slot, kind in enumerate(hat.slots):
            plans.append(
                PortPlan(
                    port=8 * number + slot,
                    kind=None if kind == "empty" else PortKind(kind),
                    country=country,
                    caller_id=hat.form or country.caller_id,
                    hangup=hat.hangup if kind == "fxo" else frozenset(),
                    silence_limit_us=round(hat.silence_limit_s * 1e6),
                )
            )
    return plans


def _specs(hats: Sequence[Hat]) -> list[HatSpec]:
    return [
        HatSpec(
            name=f"hat{number + 1}",
            slots=tuple(SlotSpec(kind=kind) for kind in hat.slots),
            country=hat.country,
            bus=number,
            pcm=f"hw:{number}",
            law="u" if profile(hat.country).law == "ulaw" else "a",
        )
        for number, hat in enumerate(hats)
    ]


def wait(until_us: int) -> Script:
    """Let the time pass, whatever happens."""
    while (yield until_us) is not None:
        pass
