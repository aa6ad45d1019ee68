"""Two boxes in virtual time with the same deciding half: one with silicon and audio, one of events alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from firmware.cli.rehearsal.answers import Answers
from firmware.cli.rehearsal.clockwork import BoxFaults
from firmware.cli.rehearsal.half import DecidingHalf, wall_start_us
from firmware.cli.rehearsal.legs import rehearsed_cards
from firmware.cli.rehearsal.mail_desk import MailDesk
from firmware.cli.rehearsal.page import Page
from firmware.cli.rehearsal.unheard import with_silence
from firmware.prompts.bank import PromptBank
from firmware.protocol.commands import Numbered
from firmware.protocol.journal import Record
from firmware.switch.messages import RecordingShelf
from firmware.switch.plan import SwitchPlan
from firmware.switch.switch import Switch
from hwsim.clock import VirtualClock
from hwsim.fast.switch import FastSwitch
from hwsim.legs.message_wire import MessageWire
from hwsim.scenario import Fault, Scenario
from hwsim.wire import Wire
from hwsim.world.diary import Diary
from hwsim.world.world import World

NO_AUDIO = "rehearsed-without-audio"
"""The ledger's reason for all of a fast box's recordings."""


class RehearsedBox(Protocol):
    """A whole box that can be run to a time."""

    half: DecidingHalf
    diary: Diary
    """Of the people around it."""

    @property
    def now_us(self) -> int: ...

    def run_until(self, at_us: int) -> None: ...

    def finish(self) -> None:
        """Everything still in memory is on disk; recordings are cut."""


class FullBox:
    """The same switch, drivers and engine as in the appliance, on simulated silicon in a simulated world."""

    def __init__(
        self,
        scenario: Scenario,
        out: Path,
        bank: PromptBank,
        *,
        diary_entries: int = 0,
        see: Callable[[Record], None] | None = None,
    ) -> None:
        """`diary_entries` limits what the people of the world remember; 0: they remember all.

        `see` is given all of the engine's records from the first.
        """
        config = scenario.config
        self.clock = VirtualClock()
        plan = SwitchPlan.from_config(config)
        wire = Wire(len(plan.ports))
        self.diary = Diary(diary_entries)
        messages = MessageWire()
        self.world = World(scenario, wire, diary=self.diary, music=bank.music, messages=messages)
        self.clock.follow(self.world.advance)
        cards = rehearsed_cards(config, wire, self.clock, messages)
        wall_us = wall_start_us(scenario.about.starts, config.site.zone)
        self.half = DecidingHalf(config, out, wall_us, self._submit)
        self.half.answers = Answers(scenario.answers, MailDesk(config, out, self.diary))
        self.half.page = Page(scenario.orders)
        self.half.listeners += [see] if see else []
        self._parts = (cards, plan, self.clock, bank, self.half.audio_ring)
        self._messages = RecordingShelf(out)
        self.switch = self._new_switch()
        self._faults = BoxFaults(scenario.faults)
        self.findings = self.switch.start()
        self.half.begin()

    @property
    def now_us(self) -> int:
        return self.clock.now_us()

    def run_until(self, at_us: int) -> None:
        half, clock = self.half, self.clock
        while clock.now_us() < at_us:
            for event in self.switch.tick():
                half.event(event)
            now_us = clock.now_us()
            half.run_until(now_us)
            self.switch.hear_engine(half.up, half.known)
            for fault in self._faults.due(now_us):
                self._fail(fault, now_us)

    def finish(self) -> None:
        self.switch.stop()
        self.half.finish(self.now_us)

    def _submit(self, command: Numbered) -> None:
        self.switch.submit(command)

    def _fail(self, fault: Fault, at_us: int) -> None:
        if fail_half(self.half, fault, at_us):
            return
        self.half.switch_lost()
        self.switch = self._new_switch()
        self.findings += self.switch.start()

    def _new_switch(self) -> Switch:
        return Switch(*self._parts, self.half.switch_epoch, self._messages)


def fail_half(half: DecidingHalf, fault: Fault, at_us: int) -> bool:
    """Faults of the half that decides. False for what is not one of them."""
    for_us = round(fault.for_s * 1e6)
    if fault.kind == "kill-engine":
        half.kill(at_us, for_us)
    elif fault.kind == "hang-engine":
        half.hang(at_us, for_us)
    elif fault.kind == "clock":
        half.wall.fail(fault, at_us)
    else:
        return False
    return True


class FastBox:
    """The same engine; lines and telephones modelled as events with the measured latencies of the detectors."""

    def __init__(
        self,
        scenario: Scenario,
        out: Path,
        bank: PromptBank,
        *,
        diary_entries: int = 0,
        see: Callable[[Record], None] | None = None,
    ) -> None:
        """`diary_entries` and `see` as with `FullBox`."""
        config = scenario.config
        wall_us = wall_start_us(scenario.about.starts, config.site.zone)
        lengths = {key: len(sound) for key, sound in bank.phrases.items()}
        self.diary = Diary(diary_entries)
        self.switch = FastSwitch(scenario, lengths, diary=self.diary)
        self.half = DecidingHalf(config, out, wall_us, self.switch.submit)
        self.half.answers = Answers(scenario.answers, MailDesk(config, out, self.diary, with_silence))
        self.half.page = Page(scenario.orders)
        self.half.listeners += [see] if see else []
        # A switch that dies takes its audio with it: only the full box can show that.
        self._faults = BoxFaults(fault for fault in scenario.faults if fault.kind != "kill-switch")
        self.now_us = 0
        self.half.begin()

    def run_until(self, at_us: int) -> None:
        while self.now_us < at_us:
            self.now_us = min(at_us, self._next_us())
            for event in self.switch.advance(self.now_us):
                self.half.event(event)
            self.half.run_until(self.now_us)
            self.switch.hear_engine(self.half.up, self.half.known)
            for fault in self._faults.due(self.now_us):
                fail_half(self.half, fault, self.now_us)

    def finish(self) -> None:
        self.half.finish(self.now_us)
        db = self.half.archive.db
        db.execute(
            "UPDATE recordings SET gone = ? WHERE path = '' AND gone = '' AND why <> 'too-short'", (NO_AUDIO,)
        )
        db.conn.commit()

    def _next_us(self) -> int:
        """When something happens next; at least one microsecond on."""
        half = self.half
        look_us = half.wall.next_look_us if half.back_us is None else None
        wanted = (self.switch.next_at_us, half.deadline_us, self._faults.next_us, look_us)
        times = [at for at in wanted if at is not None]
        return max(self.now_us + 1, min(times, default=1 << 62))
