"""The event model of a box whose two halves talk over a wire that takes time, and whose engine dies and comes back.

What is on the wire when the engine dies is lost, or what part of it the test says; what the switch told waits.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import structs

from firmware.cli.rehearsal.boxes import FastBox
from firmware.config.schema import Config
from firmware.prompts.bank import PromptBank
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.commands import Numbered
from firmware.protocol.journal import Record
from hwsim.scenario import About, Caller, OutsideLine, OutsideParty, Scenario
from tests.unit.fake_box import LINES, PHONES, office

STEP_US = 20_000
Kind = TypeVar("Kind")
PARTIES = (
    OutsideParty(number="110", answers_after_s=2.0, talk_s=300.0),
    OutsideParty(number="119", answers_after_s=2.0, talk_s=300.0),
    OutsideParty(number="122", answers_after_s=2.0, talk_s=300.0),
    OutsideParty(number="120", answers_after_s=2.0, talk_s=300.0),
    OutsideParty(number="13900001111", answers_after_s=4.0, talk_s=300.0),
)


def scenario(
    box: Config | None = None, callers: tuple[Caller, ...] = (), lines: tuple[OutsideLine, ...] = ()
) -> Scenario:
    return Scenario(
        about=About(name="two halves", seconds=3600.0, starts="2026-11-23T09:00:00"),
        box=box or structs.replace(office(), mailboxes=office().mailboxes),
        outside_lines=(OutsideLine(line="*"), *lines),
        outside_parties=PARTIES,
        callers=callers,
    )


class TwoHalves(FastBox):
    """Times are box microseconds. `dialled` is what the exchange was given: (when, line, digits)."""

    def __init__(self, given: Scenario, out: Path, *, lag_us: int = STEP_US) -> None:
        super().__init__(given, out, PromptBank({}, {}))
        self.lag_us = lag_us
        self.dialled: list[tuple[int, str, str]] = []
        self.seized: list[tuple[int, int]] = []
        self.records: list[Record] = []
        self.half.listeners.append(self.records.append)
        self._wire: deque[tuple[int, Numbered | int]] = deque()
        self._known = 0
        self.keys = ""
        """What is still to be keyed, for tests that dial in two halves."""
        self.cut = False
        """An engine died between its orders to seize and to dial."""
        self.starting = False
        """While the engine is dead: its successor is connected and takes nothing yet."""
        self._send_over(self._put)
        world = self.switch.world
        world.outside.routed = partial(self._routed, world.outside.routed)  # type: ignore[method-assign]
        world.hook = partial(self._hook, world.hook)  # type: ignore[method-assign]

    # -- the wire -------------------------------------------------------------------------------------

    def _send_over(self, send: object) -> None:
        vars(self.half)["_send"] = send
        vars(self.half.keeper)["_send"] = send

    def _put(self, numbered: Numbered) -> None:
        self._wire.append((self.now_us, numbered))

    def run_until(self, at_us: int) -> None:
        while self.now_us < at_us:
            self.now_us = min(at_us, self.now_us + STEP_US)
            while self.switch.now_us < self.now_us:
                for event in self.switch.advance(self.now_us):
                    self.half.event(event)
            self.half.run_until(self.now_us)
            self._put_known()
            self._deliver()

    def _put_known(self) -> None:
        if self.half.known != self._known:
            self._known = self.half.known
            self._wire.append((self.now_us, self._known))

    def _deliver(self) -> None:
        known = self.switch.deputy.presence.known
        while self._wire and self._wire[0][0] <= self.now_us - self.lag_us:
            what = self._wire.popleft()[1]
            if isinstance(what, int):
                known = max(known, what)
            else:
                known = max(known, what.seen if what.life == 1 else 0)
                self.switch.submit(what)
        self.switch.hear_engine(self.half.up or self.starting, known)

    def kill(self, for_us: int, arrives: int = 0) -> None:
        """`arrives`: so many frames of what is on the wire come through all the same."""
        orders = [what.command for _, what in self._wire if isinstance(what, Numbered)]
        while len(self._wire) > arrives:
            self._wire.pop()
        arrived = [what.command for _, what in self._wire if isinstance(what, Numbered)]
        seized = any(isinstance(one, c.Seize) for one in arrived)
        self.cut |= seized and any(isinstance(one, c.Dial) for one in orders[len(arrived) :])
        self._wire = deque((0, what) for _, what in self._wire)
        self._deliver()
        self.half.kill(self.now_us, max(for_us, STEP_US))

    def hang(self, for_us: int) -> None:
        self.half.hang(self.now_us, for_us)

    # -- people ---------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        self.run_until(self.now_us + round(seconds * 1e6))

    def lift(self, number: str) -> None:
        self.switch.world.lift(f"ext-{number}", self.switch.now_us)

    def hang_up(self, number: str) -> None:
        self.switch.world.hang_up(f"ext-{number}", self.switch.now_us)

    def flash(self, number: str) -> None:
        self.switch.world.telephones.by_number[number].flash(100, self.switch.now_us)

    def key(self, number: str, digits: str) -> None:
        """One after the other from now on, 0.2 s each."""
        self.switch.world.press(f"ext-{number}", digits, self.switch.now_us)

    # -- looking --------------------------------------------------------------------------------------

    def facts(self, kind: type[Kind]) -> list[Kind]:
        return [one for record in self.records for one in record.facts if isinstance(one, kind)]

    def line_state(self, line: str) -> str:
        return self.switch.world.lines[LINES[line]].exchange.state.name

    def hears(self, number: str) -> int:
        """The port a telephone hears, or a negative number."""
        return self.switch.hearers.source(PHONES[number])

    def ended(self) -> list[f.CallEnded]:
        return self.facts(f.CallEnded)

    def _routed(self, routed: object, port: int, digits: str, now_us: int) -> None:
        name = next(name for name, number in LINES.items() if number == port)
        self.dialled.append((now_us, name, digits))
        routed(port, digits, now_us)  # type: ignore[operator]

    def _hook(self, hook: object, port: int, closed: bool, now_us: int) -> None:
        if closed:
            self.seized.append((now_us, port))
        hook(port, closed, now_us)  # type: ignore[operator]
