"""Somebody at a telephone who does by hand what a script says, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import ClassVar

from firmware.protocol.names import Tone
from hwsim.scenario import Person as Plan
from hwsim.script import Line, line
from hwsim.world.attendant import OVER
from hwsim.world.errands import DIAL_TONES, dialling_us
from hwsim.world.insider import Insider
from hwsim.world.percepts import (
    Act,
    Decline,
    Flash,
    HangUp,
    HeardGoodbye,
    HeardTone,
    HeardVoice,
    Hush,
    Lift,
    Percept,
    Press,
    Rang,
    RingingStopped,
    Talk,
    Transfer,
)
from hwsim.world.person import Doing

SPEAKS_AGAIN_US = 2_500_000
"""From a flash or keys to speaking on, unless there is dial tone."""


class ScriptedState(Enum):
    ON_HOOK = auto()
    RINGING = auto()
    OFF_HOOK = auto()


class Scripted(Insider):
    """One line after the other, each at its moment; one whose moment is past is done at once.

    Strategy: talks from answering a ring, or from the first voice, to hanging up, so that who hears whom can be
    told at any time; pauses for a flash and keys, and after dial tone waits for the next voice, as everybody does.
    """

    STEPS: ClassVar[Mapping[tuple[Enum, type[Percept]], Doing]]
    ALARMS: ClassVar[Mapping[str, Doing]]

    def __init__(self, name: str, plan: Plan) -> None:
        super().__init__(name, ScriptedState.ON_HOOK, plan)
        self._lines = [line(text) for text in plan.script]
        self._talks = False
        self._met = False
        """Somebody was talked to since the handset was lifted."""
        self._dialling = False
        """Dial tone was heard, and no voice since."""
        self._await(0)

    def _await(self, now_us: int) -> None:
        """Make ready for the next line."""
        if not self._lines:
            return
        after, us = self._lines[0].after, self._lines[0].us
        if after in ("", "start"):
            self.set_timer("line", now_us + us if not after else max(now_us, us))
        elif after == "ring" and self.state is ScriptedState.RINGING:
            self.set_timer("line", now_us + us)

    def _noticed(self, moment: str, now_us: int) -> None:
        if self._lines and self._lines[0].after == moment and self.timer_us("line") is None:
            self.set_timer("line", now_us + self._lines[0].us)

    def _line(self, _: Percept, now_us: int) -> list[Act]:
        done = self._lines.pop(0)
        acts = _BY_HAND[done.act](self, now_us) if done.act else self._keys(done, now_us)
        if done.act == "transfer":
            acts.append(Transfer(done.keys))
        self._await(now_us)
        return acts

    # -- the hand ------------------------------------------------------------------------------------

    def _keys(self, done: Line, now_us: int) -> list[Act]:
        acts = self._silent() if self._dialling else self._pause(now_us + dialling_us(done.keys))
        return [*acts, Press(done.keys)]

    def _lift(self, _: int) -> list[Act]:
        answers = self.state is ScriptedState.RINGING
        self.state = ScriptedState.OFF_HOOK
        return [Lift(), *(self._speak() if answers else [])]

    def _hang(self, _: int) -> list[Act]:
        self.state = ScriptedState.ON_HOOK
        self._talks = self._met = self._dialling = False
        self.clear_timers("speak")
        return [Hush(), HangUp()]

    def _flash(self, now_us: int) -> list[Act]:
        self._dialling = False
        return [*self._pause(now_us), Flash()]

    def _transfer(self, _: int) -> list[Act]:
        self._met = False
        self.clear_timers("speak")
        return self._silent()

    def _decline(self, _: int) -> list[Act]:
        self.state = ScriptedState.ON_HOOK
        return [Decline()]

    def _talk(self, _: int) -> list[Act]:
        return self._speak()

    def _hush(self, _: int) -> list[Act]:
        self._met = False
        self.clear_timers("speak")
        return self._silent()

    # -- the voice -----------------------------------------------------------------------------------

    def _speak(self) -> list[Act]:
        self._met = True
        if self._talks:
            return []
        self._talks = True
        return [Talk()]

    def _silent(self) -> list[Act]:
        talked, self._talks = self._talks, False
        return [Hush()] if talked else []

    def _pause(self, from_us: int) -> list[Act]:
        if self._met:
            self.set_timer("speak", from_us + SPEAKS_AGAIN_US)
        return self._silent()

    def _speak_again(self, _: Percept, __: int) -> list[Act]:
        return self._speak()

    # -- ear and eye ---------------------------------------------------------------------------------

    def _rang(self, _: Percept, now_us: int) -> list[Act]:
        self.state = ScriptedState.RINGING
        self._noticed("ring", now_us)
        return []

    def _ringing_stopped(self, _: Percept, __: int) -> list[Act]:
        """Nobody rings any more: what was to be done upon it waits for the next ring."""
        self.state = ScriptedState.ON_HOOK
        if self._lines and self._lines[0].after == "ring":
            self.clear_timers("line")
        return []

    def _heard_voice(self, _: Percept, now_us: int) -> list[Act]:
        self._noticed("voice", now_us)
        self._dialling = False
        self.clear_timers("speak")
        return self._speak()

    def _goodbye(self, _: Percept, now_us: int) -> list[Act]:
        self._noticed("bye", now_us)
        return []

    def _tone(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, HeardTone)
        if percept.tone in DIAL_TONES:
            self._noticed("tone", now_us)
            self._dialling = True
            self.clear_timers("speak")
            return self._silent()
        if percept.tone in OVER:
            self._noticed("far", now_us)
        elif percept.tone is Tone.BEEP:
            self._noticed("beep", now_us)
        return []


_BY_HAND = {
    "lift": Scripted._lift,
    "hang": Scripted._hang,
    "flash": Scripted._flash,
    "talk": Scripted._talk,
    "hush": Scripted._hush,
    "transfer": Scripted._transfer,
    "decline": Scripted._decline,
}
Scripted.STEPS = {
    (ScriptedState.ON_HOOK, Rang): Scripted._rang,
    (ScriptedState.RINGING, RingingStopped): Scripted._ringing_stopped,
    (ScriptedState.OFF_HOOK, HeardVoice): Scripted._heard_voice,
    (ScriptedState.OFF_HOOK, HeardGoodbye): Scripted._goodbye,
    (ScriptedState.OFF_HOOK, HeardTone): Scripted._tone,
}
Scripted.ALARMS = {"line": Scripted._line, "speak": Scripted._speak_again}
