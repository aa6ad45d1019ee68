"""Traffic on one box: calls that stand for a while, or that come and go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from drivers.clock import MonotonicClock
from firmware.cli.bench_sip import figures, traffic
from firmware.cli.bench_sip.box import FROM_THE_WORLD, PASSWORD, spare
from firmware.cli.bench_sip.figures import Level
from firmware.cli.bench_sip.speech import Heard, Speech
from firmware.cli.bench_sip.traffic import CallsMade
from firmware.cli.main import CommandError

UP_A_SECOND = 10.0
"""Calls that are to stand are set up so fast."""
SETTLES_S = 3.0


class Subject(Protocol):
    """What is measured: something that is called and calls telephones."""

    name: str

    def cpu_s(self) -> dict[str, float]: ...

    def legs(self) -> int: ...

    def counters(self) -> dict[str, int]: ...

    def recordings(self) -> int: ...

    def wait(self, seconds: float) -> None: ...


class Place(Struct, frozen=True):
    """UDP ports that were free, and where SIPp's files are."""

    folder: Path
    box: int
    carrier: int
    telephones: int
    speech: int
    """First of the telephones' speech."""


class Run:
    """One box under traffic."""

    def __init__(self, subject: Subject, speech: Speech, place: Place, calls: int) -> None:
        self._subject, self._speech, self._place = subject, speech, place
        lines = spare(calls)
        media = [place.speech + 2 * number for number in range(2 * lines)]
        self._telephone_media, self._caller_media = media[:lines], media[lines:]
        self._programs: list[traffic.Sipp] = []
        self._clock = MonotonicClock()
        self.made: list[CallsMade] = []
        self.heard: Heard | None = None

    def telephones(self, numbers: Sequence[str]) -> traffic.Sipp:
        at = self._place
        traffic.register(at.folder, at.box, at.telephones, numbers, PASSWORD)
        self._programs.append(traffic.telephones(at.folder, at.telephones, self._telephone_media))
        return self._programs[-1]

    def close(self) -> None:
        """No program of ours goes on."""
        for program in self._programs:
            program.kill()

    def level(self, calls: int, seconds: float) -> Level:
        """So many calls stand for so long."""
        program = self._call(calls, UP_A_SECOND, calls / UP_A_SECOND + 2 * SETTLES_S + seconds, calls)
        self._speech.measure()
        self._until_up(figures.LEGS_A_CALL * calls, calls / UP_A_SECOND + 10, program)
        self._subject.wait(SETTLES_S)
        level = self._window(calls, seconds)
        self.heard = self._speech.heard()
        self._over(program, calls / UP_A_SECOND + 30)
        return level

    def stream(self, calls: int, rate: float, seconds: float) -> Level:
        """So many calls a second for so long, at most `calls` of them at once."""
        total = round(rate * seconds)
        program = self._call(total, rate, calls / rate, calls)
        self._speech.measure()
        level = self._window(calls, seconds)
        self.heard = self._speech.heard()
        self._over(program, calls / rate + 30)
        return level

    def _window(self, calls: int, seconds: float) -> Level:
        before, began_us = self._subject.cpu_s(), self._clock.now_us()
        self._subject.wait(seconds)
        spent = figures.spent_s(before, self._subject.cpu_s())
        return Level(calls, (self._clock.now_us() - began_us) / 1e6, spent)

    def _call(self, calls: int, rate: float, hold_s: float, at_once: int) -> traffic.Sipp:
        at = self._place
        program = traffic.callers(
            at.folder, FROM_THE_WORLD, at.box, at.carrier, self._caller_media,
            calls=calls, rate=rate, hold_s=hold_s, at_once=spare(at_once),
        )  # fmt: skip
        self._programs.append(program)
        return program

    def _until_up(self, legs: int, seconds: float, program: traffic.Sipp) -> None:
        end_us = self._clock.now_us() + round(seconds * 1e6)
        while self._subject.legs() < legs:
            if self._clock.now_us() > end_us or program.process.poll() is not None:
                raise CommandError(f"{self._subject.legs()} of {legs} legs came up; see {self._place.folder}")
            self._subject.wait(0.2)

    def _over(self, program: traffic.Sipp, seconds: float) -> None:
        program.wait(seconds)
        self.made.append(traffic.made(self._place.folder, program))
        self._subject.wait(2.0)  # what ended is known everywhere, and told
