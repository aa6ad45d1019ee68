"""All detectors over the matrix: echo taken out first, then digits, caller ID, tones, talk and silence."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from drivers.dsp.caller_id_bank import CallerIdBank
from drivers.dsp.dtmf import DtmfBank
from drivers.dsp.echo import EchoBank
from drivers.dsp.progress import ProgressDetector
from drivers.ports import TICK_SAMPLES, TICK_US, PortKind, Samples
from firmware.protocol.commands import Listen
from firmware.protocol.names import Presentation, Tone
from firmware.switch.echoed_digits import EchoedDigits
from firmware.switch.lines.exchanged import (
    CallerIdDecoded,
    Given,
    SilenceReached,
    ToneRecognised,
    VoiceRecognised,
)
from firmware.switch.plan import PortPlan

VOICE = "voice"
STANDS_TICKS = 20
"""Longer than a burst of any busy tone (350 ms in China, 500 ms in most of the world is only taken for dial tone)."""
LEAST_ECHO = 1e-6
"""60 dB down: no echo anybody hears, or none learnt."""
SILENCE_AGAIN_TICKS = 50
"""A silence beyond the limit is told again so often."""


class DigitHeard(Struct, frozen=True):
    """A key of a telephone or of a caller."""

    digit: str


Heard = tuple[int, int, Given | DigitHeard]
"""port, at_us, what."""


class Flags:
    """A set of ports with its sorted index array."""

    def __init__(self, ports: int) -> None:
        self.mask = np.zeros(ports, np.bool_)
        self.rows = np.empty(0, np.intp)

    def put(self, port: int, on: bool) -> None:
        if bool(self.mask[port]) != on:
            self.mask[port] = on
            self.rows = np.flatnonzero(self.mask)

    def __contains__(self, port: int) -> bool:
        return bool(self.mask[port])


class Ears:
    """`clean` is what the ports say without the echo of what they hear, valid until the next tick."""

    def __init__(self, plans: Sequence[PortPlan], loop_delays: Sequence[int]) -> None:
        ports = len(plans)
        self.clean: Samples = np.zeros((ports, TICK_SAMPLES), np.int16)
        self.off_hook = Flags(ports)
        self.digits = Flags(ports)
        self.tones = Flags(ports)
        """Lines on which call progress and silence are watched."""
        self.steady = Flags(ports)
        """Ports to which we send a steady tone: nothing to learn for the canceller."""
        self.echoed_digits = 0
        self._wished: set[int] = set()
        self._watched: set[int] = set()
        self._urgent: set[int] = set()
        self._silence_ticks = np.array([plan.silence_limit_us // TICK_US for plan in plans], np.int64)
        self._echo = EchoBank(ports, delay_samples=np.array(loop_delays, np.int32))
        self._dtmf = DtmfBank(ports)
        self._caller_id = CallerIdBank(ports)
        self._progress = ProgressDetector(
            [plan.country if plan.kind is PortKind.FXO else None for plan in plans]
        )
        self._sent = EchoedDigits(ports)

    def lift(self, plan: PortPlan, off_hook: bool) -> None:
        """A new state of the loop begins with fresh ears."""
        port = plan.port
        if off_hook and port not in self.off_hook:
            self._echo.reset(port)
            self._dtmf.reset(port)
        self.off_hook.put(port, off_hook)

    def listen(self, plan: PortPlan, wanted: Listen) -> None:
        """The engine's wish; replaces the former one."""
        port = plan.port
        if wanted.digits and port not in self.digits:
            self._dtmf.reset(port)
        self.digits.put(port, wanted.digits)
        self._put(self._wished, port, wanted.progress or wanted.far_end)

    def watch_tones(self, plan: PortPlan, watch: bool, *, urgent: bool = False) -> None:
        """Dialling's wish, beside the engine's. `urgent`: told of the first tone that stands, as of dial tone."""
        if watch:
            self._progress.reset(plan.port)
        (self._urgent.add if watch and urgent else self._urgent.discard)(plan.port)
        self._put(self._watched, plan.port, watch)

    def watch_caller_id(self, plan: PortPlan, watch: bool) -> None:
        """Wait for the caller ID of the line's form, or no longer."""
        if watch:
            self._caller_id.start(plan.port, plan.caller_id, plan.country.name_charset)
        elif self._caller_id.listening(plan.port):
            self._caller_id.stop(plan.port)

    def return_loss(self, port: int) -> float:
        """Of the port's echo path as learnt in this call, in dB; NaN: nothing is learnt yet."""
        energy = float(np.sum(np.square(self._echo.response(port))))
        return -10 * math.log10(energy) if energy > LEAST_ECHO else math.nan

    def tick(self, rx: Samples, tx: Samples, now_us: int) -> list[Heard]:
        """`tx` went out in the exchange that brought `rx`, which ended at `now_us`."""
        np.copyto(self.clean, rx)
        self._sent.sent(tx)
        if self.off_hook.rows.size:
            self._cancel(tx)
        return [*self._digits(now_us), *self._callers(now_us), *self._tones(tx, now_us)]

    def _cancel(self, tx: Samples) -> None:
        toned = self._dtmf.keyed | self._progress.tonal | self.steady.mask
        frozen = np.flatnonzero(toned & self.off_hook.mask)
        if frozen.size:
            self._echo.freeze(frozen, 1)
        self._echo.process(self.clean, tx, self.off_hook.rows)

    def _put(self, wishes: set[int], port: int, on: bool) -> None:
        (wishes.add if on else wishes.discard)(port)
        wanted = port in self._wished or port in self._watched
        if wanted and port not in self.tones:
            self._progress.reset(port)
        self.tones.put(port, wanted)

    def _digits(self, now_us: int) -> list[Heard]:
        heard: list[Heard] = []
        if not self.digits.rows.size:
            return heard
        for port, digit, ms in self._dtmf.process(self.clean, self.digits.rows):
            if self._sent.is_echo(port, digit):
                self.echoed_digits += 1
            else:
                heard.append((port, now_us - TICK_US + ms * 1000, DigitHeard(digit)))
        return heard

    def _callers(self, now_us: int) -> list[Heard]:
        return [
            (
                port,
                now_us,
                CallerIdDecoded(said.number, said.name, Presentation(said.presentation), said.form),
            )
            for port, said in self._caller_id.process(self.clean)
        ]

    def _tones(self, tx: Samples, now_us: int) -> list[Heard]:
        rows = self.tones.rows
        found: list[Heard] = []
        if not rows.size:
            return found
        for one in self._progress.process(self.clean, rows, tx):
            what = VoiceRecognised() if one.heard == VOICE else ToneRecognised(Tone(one.heard))
            found.append((one.row, now_us, what))
        for port in [one for one in self._urgent if self._progress.stands_for(one) >= STANDS_TICKS]:
            self._urgent.discard(port)
            found.append((port, now_us, ToneRecognised(Tone.DIAL)))
        over = self._progress.silent_ticks[rows] - self._silence_ticks[rows]
        silent = rows[(over >= 0) & (over % SILENCE_AGAIN_TICKS == 0)]
        found += [(port, now_us, SilenceReached()) for port in silent.tolist()]
        return found
