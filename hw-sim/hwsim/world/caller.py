"""Outside people who ring the box."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import ClassVar

from firmware.protocol.names import Tone
from hwsim.scenario import Caller as CallerPlan
from hwsim.scenario import press_times
from hwsim.world.draws import drawn_us, generator
from hwsim.world.percepts import (
    Act,
    Connected,
    Due,
    Goodbye,
    HangUp,
    HeardTone,
    HeardVoice,
    Hush,
    LostVoice,
    Percept,
    PlaceCall,
    Press,
    Refused,
    Released,
    Talk,
)
from hwsim.world.person import Doing, Person

FAREWELL_US = 12_000_000
"""How long a caller who said goodbye waits for the other to hang up."""
NOTICE_US = 1_500_000
"""From hearing a tone that says it is over to hanging up."""
OVER = (Tone.BUSY, Tone.CONGESTION, Tone.SPECIAL_INFORMATION)


class CallerState(Enum):
    WAITING = auto()
    RINGING = auto()
    LISTENING = auto()
    TALKING = auto()
    MESSAGE = auto()
    FAREWELL = auto()
    GONE = auto()


class Caller(Person):
    """Calls once, presses keys, listens while patience lasts, talks when a person is heard."""

    STEPS: ClassVar[Mapping[tuple[Enum, type[Percept]], Doing]]
    ALARMS: ClassVar[Mapping[str, Doing]]

    def __init__(self, name: str, plan: CallerPlan, seed: int) -> None:
        super().__init__(name, CallerState.WAITING)
        self.plan = plan
        chance = generator(seed, "caller", name)
        self.ring_patience_us = drawn_us(plan.ring_patience_s, chance)
        self.patience_us = drawn_us(plan.patience_s, chance)
        self.talk_us = drawn_us(plan.talk_s, chance)
        self.message_us = drawn_us(plan.leaves_message_s, chance)
        self.why = ""
        """How it ended, in this person's eyes."""
        self.margin_us = 0
        """How much longer this person would have waited for what then came."""
        self._heard: set[str] = set()
        self.set_timer("call", round(plan.at_s * 1e6))

    def _call(self, _: Percept, now_us: int) -> list[Act]:
        self.state = CallerState.RINGING
        self.set_timer("patience", now_us + self.ring_patience_us)
        return [PlaceCall()]

    def _refused(self, percept: Percept, _: int) -> list[Act]:
        return self._end("blocked" if isinstance(percept, Refused) else "released", hang_up=False)

    def _connected(self, _: Percept, now_us: int) -> list[Act]:
        self.state = CallerState.LISTENING
        self.set_timer("patience", now_us + self.patience_us)
        if self.plan.hangs_up_at_s:
            self.set_timer("leave", now_us + round(self.plan.hangs_up_at_s * 1e6))
        for i, press in enumerate(self.plan.press):
            self.set_timer(f"press:{i}", now_us + round(press_times(press)[1] * 1e6))
        return []

    def _press(self, percept: Percept, _: int) -> list[Act]:
        assert isinstance(percept, Due)
        return [Press(press_times(self.plan.press[int(percept.timer.partition(":")[2])])[0])]

    def _heard_voice(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, HeardVoice)
        self._heard.add(percept.who)
        first = self.state is not CallerState.TALKING
        if first or self.timer_us("talk") is None:
            self.margin_us = (self.timer_us("patience") or now_us) - now_us
            self.clear_timers("patience", *(name for name in self._timers if name.startswith("press")))
            self.set_timer("talk", now_us + self.talk_us)
        self.state = CallerState.TALKING
        return [Talk()] if first else []

    def _lost_voice(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, LostVoice)
        self._heard.discard(percept.who)
        until_us = self.timer_us("talk")
        if self._heard or until_us is None:
            return []
        self.talk_us = max(until_us - now_us, 2_000_000)
        self.clear_timers("talk")
        self.set_timer("patience", now_us + self.patience_us)
        return []

    def _said_all(self, _: Percept, now_us: int) -> list[Act]:
        if self.plan.ends == "caller":
            return self._end("talked")
        self.state = CallerState.FAREWELL
        last_us = 0
        for i, press in enumerate(self.plan.press_after):
            last_us = max(last_us, round(press_times(press)[1] * 1e6))
            self.set_timer(f"after:{i}", now_us + round(press_times(press)[1] * 1e6))
        self.set_timer("farewell", now_us + last_us + FAREWELL_US)
        return [Goodbye()]

    def _press_after(self, percept: Percept, _: int) -> list[Act]:
        assert isinstance(percept, Due)
        return [Press(press_times(self.plan.press_after[int(percept.timer.partition(":")[2])])[0])]

    def _tone(self, percept: Percept, now_us: int) -> list[Act]:
        assert isinstance(percept, HeardTone)
        if percept.tone is Tone.BEEP and self.state is CallerState.LISTENING:
            return self._beep(now_us)
        if percept.tone in OVER and self.timer_us("over") is None:
            self.set_timer("over", now_us + NOTICE_US)
        return []

    def _beep(self, now_us: int) -> list[Act]:
        if not self.message_us:
            self.set_timer("over", now_us + NOTICE_US)
            return []
        self.state = CallerState.MESSAGE
        self.clear_timers()
        self.set_timer("spoken", now_us + self.message_us)
        return [Talk()]

    def _end(self, why: str, hang_up: bool = True) -> list[Act]:
        self.state, self.why = CallerState.GONE, why
        self.clear_timers()
        return [Hush(), HangUp()] if hang_up else [Hush()]


def _ending(why: str) -> Doing:
    return lambda person, _percept, _now: person._end(why)


Caller.STEPS = {
    (CallerState.RINGING, Refused): Caller._refused,
    (CallerState.RINGING, Connected): Caller._connected,
    (CallerState.RINGING, Released): Caller._refused,
    (CallerState.LISTENING, HeardVoice): Caller._heard_voice,
    (CallerState.LISTENING, HeardTone): Caller._tone,
    (CallerState.LISTENING, Released): Caller._refused,
    (CallerState.TALKING, HeardVoice): Caller._heard_voice,
    (CallerState.TALKING, LostVoice): Caller._lost_voice,
    (CallerState.TALKING, HeardTone): Caller._tone,
    (CallerState.TALKING, Released): Caller._refused,
    (CallerState.MESSAGE, Released): Caller._refused,
    (CallerState.FAREWELL, HeardTone): Caller._tone,
    (CallerState.FAREWELL, Released): Caller._refused,
}
Caller.ALARMS = {
    "call": Caller._call,
    "press": Caller._press,
    "after": Caller._press_after,
    "patience": _ending("lost patience"),
    "leave": _ending("left"),
    "talk": Caller._said_all,
    "spoken": _ending("left a message"),
    "farewell": _ending("said goodbye"),
    "over": _ending("heard it was over"),
}
