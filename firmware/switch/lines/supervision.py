"""An outside line off-hook: whether the far end answered, and whether it left, by four switchable signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from drivers.ports import LoopOpened, PolarityReversed, PortFailed
from firmware.protocol.commands import Dial, Listen, Release, Seize
from firmware.protocol.events import FarEndAnswered, FarEndReleased, ToneHeard
from firmware.protocol.names import AnswerSign, HangUpSign, Tone
from firmware.switch.lines.exchanged import Given, Out, SilenceReached, ToneRecognised, VoiceRecognised
from firmware.switch.plan import PortPlan

REVERSAL_GUARD_US = 600_000
"""A reversal so soon after an answer belongs to that answer (HARDWARE.md §5.3)."""
LEFT_TONES = frozenset({Tone.BUSY, Tone.CONGESTION})


class Line(Enum):
    ON_HOOK = auto()
    HELD = auto()
    """Off-hook, answered by us or not dialled yet."""
    CALLING = auto()
    """Dialled out, not answered."""
    ANSWERED = auto()
    """Dialled out, answered."""
    LEFT = auto()
    """The far end left; told once."""


class SupervisionMachine:
    """What is told hangs on the last `Listen` (`progress`, `far_end`) and on the line's signs."""

    deadline_us: int | None = None

    def __init__(self, plan: PortPlan) -> None:
        self.state = Line.ON_HOOK
        self.unexpected = 0
        self.progress = False
        self.far_end = False
        self._plan = plan
        self._guard_until_us = 0

    @property
    def off_hook(self) -> bool:
        return self.state is not Line.ON_HOOK

    def handle(self, given: Given, now_us: int) -> list[Out]:
        if isinstance(given, Listen):
            self.progress, self.far_end = given.progress, given.far_end
            return []
        step = STEPS.get((self.state, type(given)))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    def _seized(self, given: Given, now_us: int) -> list[Out]:
        del given
        self.state, self._guard_until_us = Line.HELD, now_us + REVERSAL_GUARD_US
        return []

    def _dialled(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self.state = Line.CALLING
        return []

    def _released(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self.state = Line.ON_HOOK
        self.progress = self.far_end = False
        return []

    def _opened(self, given: Given, now_us: int) -> list[Out]:
        del given
        return self._left(HangUpSign.OPEN_LOOP, now_us)

    def _reversed(self, given: Given, now_us: int) -> list[Out]:
        del given
        return [] if now_us < self._guard_until_us else self._left(HangUpSign.REVERSAL, now_us)

    def _answered_by_reversal(self, given: Given, now_us: int) -> list[Out]:
        del given
        return self._answered(AnswerSign.REVERSAL, now_us)

    def _answered_by_voice(self, given: Given, now_us: int) -> list[Out]:
        del given
        wanted = self.progress and self._plan.answer is AnswerSign.VOICE
        return self._answered(AnswerSign.VOICE, now_us) if wanted else []

    def _answered(self, sign: AnswerSign, now_us: int) -> list[Out]:
        self.state, self._guard_until_us = Line.ANSWERED, now_us + REVERSAL_GUARD_US
        return [FarEndAnswered(port=self._plan.port, at_us=now_us, sign=sign)]

    def _tone(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, ToneRecognised)
        out: list[Out] = []
        if self.progress:
            out.append(ToneHeard(port=self._plan.port, at_us=now_us, tone=given.tone))
        return out + (self._left(HangUpSign.BUSY_TONE, now_us) if given.tone in LEFT_TONES else [])

    def _silent(self, given: Given, now_us: int) -> list[Out]:
        del given
        return self._left(HangUpSign.SILENCE, now_us)

    def _left(self, sign: HangUpSign, now_us: int) -> list[Out]:
        if not self.far_end or sign not in self._plan.hangup:
            return []
        self.state = Line.LEFT
        return [FarEndReleased(port=self._plan.port, at_us=now_us, sign=sign)]


Step = Callable[[SupervisionMachine, Given, int], list[Out]]
_M = SupervisionMachine
STEPS: Mapping[tuple[Line, type], Step] = {
    (Line.ON_HOOK, Seize): _M._seized,
    (Line.ON_HOOK, Release): _M._released,
    (Line.HELD, Dial): _M._dialled,
    (Line.HELD, LoopOpened): _M._opened,
    (Line.HELD, PolarityReversed): _M._reversed,
    (Line.HELD, ToneRecognised): _M._tone,
    (Line.HELD, SilenceReached): _M._silent,
    (Line.HELD, Release): _M._released,
    (Line.HELD, PortFailed): _M._released,
    (Line.CALLING, LoopOpened): _M._opened,
    (Line.CALLING, PolarityReversed): _M._answered_by_reversal,
    (Line.CALLING, ToneRecognised): _M._tone,
    (Line.CALLING, VoiceRecognised): _M._answered_by_voice,
    (Line.CALLING, SilenceReached): _M._silent,
    (Line.CALLING, Release): _M._released,
    (Line.CALLING, PortFailed): _M._released,
    (Line.ANSWERED, LoopOpened): _M._opened,
    (Line.ANSWERED, PolarityReversed): _M._reversed,
    (Line.ANSWERED, ToneRecognised): _M._tone,
    (Line.ANSWERED, SilenceReached): _M._silent,
    (Line.ANSWERED, Release): _M._released,
    (Line.ANSWERED, PortFailed): _M._released,
    (Line.LEFT, Release): _M._released,
    (Line.LEFT, PortFailed): _M._released,
}
