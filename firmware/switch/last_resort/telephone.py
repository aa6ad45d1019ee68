"""One telephone while nobody decides: dial tone, keys that are kept, and an emergency call through to its end.

What comes out are commands, as an engine would give them, and the event that tells the engine of a call.
"""

# ruff: noqa: ARG002 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from msgspec import Struct

from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.last_resort import EmergencyLine
from firmware.protocol.names import Tone
from firmware.switch.last_resort.given import DEPUTY, Given, Sound
from firmware.switch.last_resort.keys import Keys
from firmware.switch.last_resort.lines import Lines

PATIENCE_US = 10_000_000
"""Dial tone, or keys that lead nowhere; then congestion tone says that nobody is there."""
RUNG_US = 5_000_000
"""Who lifts a ringing telephone is left in peace so long, for a new engine connects him: 2 s to see that one hangs,
3 s to be back. Keys are taken meanwhile; an emergency number needs no dial tone.
"""
RECENT_US = 4_000_000
"""Keys in the middle of something else are a number that the engine had not begun to call, so long."""
AGAIN_US = 2_000_000
ANSWERED_US = 500_000
"""So long a ringing line is held before it is let go: the exchange must see an answer and then a release."""
PULSE_DIGIT_US, TONE_DIGIT_US, DIAL_MARGIN_US = 2_200_000, 500_000, 3_000_000


class Help(Enum):
    REST = auto()
    """The engine's: on-hook, or whatever it was doing when the engine went."""
    LIFTED = auto()
    """Lifted while it rang."""
    TONE = auto()
    KEYED = auto()
    CONGESTED = auto()
    SEEKING = auto()
    """An emergency number is keyed, no line can be had."""
    SHEDDING = auto()
    """Whoever rang on the line that is needed was answered, and is let go."""
    RESTING = auto()
    """The line that was taken must be on-hook a moment longer."""
    DIALLING = auto()
    THROUGH = auto()


KEPT = frozenset({Help.SHEDDING, Help.RESTING})
"""What was told of a line is done, also when an engine is there again meanwhile."""


class EngineLeft(Struct, frozen=True):
    """From now on nobody decides."""


class EngineReturned(Struct, frozen=True):
    """What happens from now on is the engine's again."""


class Due(Struct, frozen=True):
    """The machine's `deadline_us` is due."""


Out = c.AnySwitchCommand | e.LastResortCalled
AnyInput = e.AnySwitchEvent | EngineLeft | EngineReturned | Due


class TelephoneHelp:
    """`handle` while nobody decides, `decided` for what the engine has dealt with."""

    def __init__(self, port: int, given: Given, lines: Lines) -> None:
        self.state = Help.REST
        self.deadline_us: int | None = None
        self.unexpected = 0
        self.keys = Keys()
        self.dialog = 0
        """Of a telephone with messages: the call it began last."""
        self.line = -1
        """The line of its emergency call."""
        self.number = ""
        self.port = port
        self._given = given
        self._lines = lines
        self._tried: set[int] = set()
        self._taken: EmergencyLine = EmergencyLine(-1)
        self._aside: Sound | None = None
        """What it heard before it was flashed out of a conversation."""
        self._partners: list[int] = []
        self._answered = False
        """The line said so; many never do."""

    def handle(self, given: AnyInput, now_us: int) -> list[Out]:
        step = STEPS.get((self.state, type(given)))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    def decided(self, event: e.AnySwitchEvent) -> None:
        """The engine knows this event and acts upon it."""
        over = isinstance(event, e.TelephoneReleased | e.FarEndReleased | e.LineAlarmed)
        if over or (isinstance(event, e.DialEnded) and not event.dialled):
            self._rest()
        elif isinstance(event, e.DialEnded) and self.state is Help.DIALLING:
            self.state, self.deadline_us = Help.THROUGH, None
        elif isinstance(event, e.FarEndAnswered):
            self._answered = True

    def dialled(self, line: int, number: str, now_us: int) -> None:
        """The engine has dialled the emergency number that was keyed here."""
        self.state, self.line, self.number, self._answered = Help.DIALLING, line, number, False
        self.deadline_us = now_us + self._dialling_us(EmergencyLine(line, True))

    def released(self) -> None:
        """The engine let the line go."""
        self._rest()

    @property
    def wanted(self) -> str:
        """The emergency number that is keyed."""
        return self.keys.number(self._lines.table.numbers, self._lines.table.prefix)

    @property
    def is_owed(self) -> bool:
        """It is the engine's, and an emergency number was keyed after dial tone and is not dialled yet."""
        return self.state is Help.REST and self.keys.dialled and bool(self.wanted)

    # -- lifting and keying -------------------------------------------------------------------------

    def _lifted(self, given: AnyInput, now_us: int) -> list[Out]:
        port = self.port
        pulses = port in self._lines.table.pulse_telephones
        out: list[Out] = [c.Listen(port=port, digits=True, pulses=pulses)]
        out += [c.Hear(port=one, source=-1) for one in self._given.listeners(port)]
        if port in self._given.rung:
            self.state, self.deadline_us = Help.LIFTED, now_us + RUNG_US
            return out
        return out + self._tone(now_us)

    def _lifted_for_nobody(self, given: AnyInput, now_us: int) -> list[Out]:
        """Who called is not put through to him."""
        return self._tone(now_us)

    def _tone(self, now_us: int) -> list[Out]:
        self.state, self.deadline_us = Help.TONE, now_us + PATIENCE_US
        return [self._play(c.ToneItem(Tone.DIAL))]

    def _play(self, *items: c.PlayItem, port: int = -1) -> c.Play:
        return c.Play(port=self.port if port < 0 else port, play=DEPUTY, items=items)

    def _hush(self) -> list[Out]:
        """Nothing of ours is heard any more."""
        return [c.StopPlay(port=self.port)] if self._given.ours(self.port) else []

    def _keyed(self, given: AnyInput, now_us: int) -> list[Out]:
        self.number = self.wanted
        if self.number:
            return self._call(now_us)
        out = self._hush()
        self.state, self.deadline_us = Help.KEYED, now_us + PATIENCE_US
        return out

    def _keyed_elsewhere(self, given: AnyInput, now_us: int) -> list[Out]:
        """With the engine's prompt in the ear, or in the middle of a number it has begun to take."""
        self.number = self.wanted
        if self.number:
            return self._call(now_us)
        if self._given.silent(self.port):
            self.state, self.deadline_us = Help.KEYED, now_us + PATIENCE_US
        return []

    def _nobody(self, given: AnyInput, now_us: int) -> list[Out]:
        self.state, self.deadline_us = Help.CONGESTED, None
        return [self._play(c.ToneItem(Tone.CONGESTION))]

    def _aside_from_talk(self, given: AnyInput, now_us: int) -> list[Out]:
        """Flashed, or a second call: the other party hears music, as on hold."""
        port = self.port
        if not self._given.talks(port):
            return []
        self._aside, self._partners = self._given.sound(port), self._given.listeners(port)
        return [*self._hold_partners(), c.Listen(port=port, digits=True), *self._tone(now_us)]

    def _hold_partners(self) -> list[Out]:
        return [self._play(c.Music(), port=one) for one in self._given.listeners(self.port)]

    def _flashed_again(self, given: AnyInput, now_us: int) -> list[Out]:
        """Back to the other party, or dial tone anew."""
        if self._aside is None:
            return self._tone(now_us)
        back: list[Out] = [self._aside, *(c.Hear(port=one, source=self.port) for one in self._partners)]
        self._rest()
        return back

    def _retrieved(self, given: AnyInput, now_us: int) -> list[Out]:
        return self._flashed_again(given, now_us) if self._aside is not None else []

    # -- an emergency call --------------------------------------------------------------------------

    def _left(self, given: AnyInput, now_us: int) -> list[Out]:
        """The engine had the whole number and is gone before it dialled."""
        if not self.keys.fresh and now_us - self.keys.last_us > RECENT_US:
            return []
        self.number = self.wanted
        return self._call(now_us) if self.number else []

    def _call(self, now_us: int) -> list[Out]:
        """Who talked with the telephone hears it no more, also where the engine left before he was put aside."""
        self._tried, self._aside = set(), None
        self.keys.spent()
        return [*self._hold_partners(), *self._seek(now_us)]

    def _again(self, given: AnyInput, now_us: int) -> list[Out]:
        return self._seek(now_us)

    def _seek(self, now_us: int) -> list[Out]:
        line = self._lines.pick(self._tried)
        if line is None:
            return self._wait(now_us)
        self.line, self._taken = line.port, line
        out: list[Out] = [self._told(now_us), c.Hear(port=self.port, source=-1)]
        if self._lines.rings(line.port):
            self._lines.take(line.port)
            self.state, self.deadline_us = Help.SHEDDING, now_us + ANSWERED_US
            return [*out, c.Seize(port=line.port)]
        if self._lines.held(line.port):
            out += self._evict(line.port, now_us)
        self._lines.take(line.port)
        return out + self._rest_and_seize(now_us)

    def _rest_and_seize(self, now_us: int) -> list[Out]:
        rested_us = self._lines.rested_us(self.line)
        if rested_us <= now_us:
            return self._seize(now_us)
        self.state, self.deadline_us = Help.RESTING, rested_us
        return []

    def _shed(self, given: AnyInput, now_us: int) -> list[Out]:
        self._lines.drop(self.line, now_us)
        self._lines.take(self.line)
        return [c.Release(port=self.line), *self._rest_and_seize(now_us)]

    def _evict(self, line: int, now_us: int) -> list[Out]:
        """The line's call makes room; whoever talked over it hears that it is over."""
        over = c.ToneItem(Tone.CONGESTION)
        left = [one for one in self._given.listeners(line) if one != self.port]
        self._lines.drop(line, now_us)
        return [*(self._play(over, port=one) for one in left), c.Release(port=line)]

    def _told(self, now_us: int) -> e.LastResortCalled:
        return e.LastResortCalled(port=self.port, at_us=now_us, number=self.number, line=self.line)

    def _wait(self, now_us: int) -> list[Out]:
        first = self.state is not Help.SEEKING
        self.line, self._tried = -1, set()
        self.state, self.deadline_us = Help.SEEKING, now_us + AGAIN_US
        return [self._told(now_us), self._play(*self._lines.table.wait, c.Music())] if first else []

    def _rested(self, given: AnyInput, now_us: int) -> list[Out]:
        return self._seize(now_us)

    def _seize(self, now_us: int) -> list[Out]:
        line, port, self._answered = self._taken, self.line, False
        self.state, self.deadline_us = Help.DIALLING, now_us + self._dialling_us(line)
        last = not self._lines.others(port, self._tried)
        return [
            c.Seize(port=port),
            c.Listen(port=port, progress=True, far_end=True),
            c.Dial(
                port=port,
                digits=self.number,
                pulse=line.pulse,
                dial_tone_within_ms=line.dial_tone_within_ms,
                proceed_without_dial_tone=line.dial_without_tone or last,
                urgent=True,
            ),
        ]

    def _dialling_us(self, line: EmergencyLine) -> int:
        digit_us = PULSE_DIGIT_US if line.pulse else TONE_DIGIT_US
        return line.dial_tone_within_ms * 1000 + len(self.number) * digit_us + DIAL_MARGIN_US

    def _dialled(self, given: AnyInput, now_us: int) -> list[Out]:
        """All digits are out: they hear one another. Or no dial tone came."""
        if not isinstance(given, e.DialEnded) or not given.dialled:
            return self._next(given, now_us)
        self.state, self.deadline_us = Help.THROUGH, None
        one, other = self.port, self.line
        return [c.Hear(port=one, source=other), c.Hear(port=other, source=one)]

    def _next(self, given: AnyInput, now_us: int) -> list[Out]:
        """This line does not serve."""
        self._tried.add(self.line)
        return self._release(now_us) + self._seek(now_us)

    def _taken_by_a_caller(self, given: AnyInput, now_us: int) -> list[Out]:
        """It rings, or died, before it could be seized."""
        self._tried.add(self.line)
        self._lines.drop(self.line, now_us)
        return self._seek(now_us)

    def _reached(self, given: AnyInput, now_us: int) -> list[Out]:
        self._answered = True
        return []

    def _far_left(self, given: AnyInput, now_us: int) -> list[Out]:
        """They hung up; where the network says why, before anybody answered, it refused."""
        if isinstance(given, e.FarEndReleased) and given.cause and not self._answered:
            return self._next(given, now_us)
        self.state, self.deadline_us = Help.CONGESTED, None
        return [*self._release(now_us), self._play(c.ToneItem(Tone.BUSY))]

    def _release(self, now_us: int) -> list[Out]:
        line, self.line = self.line, -1
        self._lines.drop(line, now_us)
        return [c.Release(port=line)]

    # -- the end ------------------------------------------------------------------------------------

    def _put_down(self, given: AnyInput, now_us: int) -> list[Out]:
        out: list[Out] = self._hush()
        if self.state in (Help.SHEDDING, Help.DIALLING, Help.THROUGH):
            out += [c.Hear(port=self.port, source=-1), *self._release(now_us)]
        self._rest()
        return out

    def _hung_up_one(self, given: AnyInput, now_us: int) -> list[Out]:
        """One of two calls; the other one may be the call for help."""
        assert isinstance(given, e.ConsultationEnded)
        return self._put_down(given, now_us) if given.call == self.dialog else []

    def _returned(self, given: AnyInput, now_us: int) -> list[Out]:
        out = self._hush()
        self._rest()
        return out

    def _rest(self) -> None:
        if self.state in KEPT:
            self._lines.drop(self.line, self.deadline_us or 0)
        self.state, self.deadline_us, self.line, self._aside = Help.REST, None, -1, None


Step = Callable[[TelephoneHelp, AnyInput, int], list[Out]]
_M = TelephoneHelp
STEPS: Mapping[tuple[Help, type], Step] = {
    (Help.REST, e.TelephoneSeized): _M._lifted,
    (Help.REST, e.HookFlashed): _M._aside_from_talk,
    (Help.REST, e.ConsultationBegan): _M._aside_from_talk,
    (Help.REST, e.DigitReceived): _M._keyed_elsewhere,
    (Help.REST, EngineLeft): _M._left,
    (Help.LIFTED, Due): _M._lifted_for_nobody,
    (Help.LIFTED, e.DigitReceived): _M._keyed,
    (Help.LIFTED, e.TelephoneReleased): _M._put_down,
    (Help.LIFTED, EngineReturned): _M._returned,
    (Help.TONE, Due): _M._nobody,
    (Help.TONE, e.DigitReceived): _M._keyed,
    (Help.TONE, e.HookFlashed): _M._flashed_again,
    (Help.TONE, e.RetrieveAsked): _M._retrieved,
    (Help.TONE, e.TelephoneReleased): _M._put_down,
    (Help.TONE, EngineReturned): _M._returned,
    (Help.KEYED, Due): _M._nobody,
    (Help.KEYED, e.DigitReceived): _M._keyed,
    (Help.KEYED, e.HookFlashed): _M._flashed_again,
    (Help.KEYED, e.RetrieveAsked): _M._retrieved,
    (Help.KEYED, e.TelephoneReleased): _M._put_down,
    (Help.KEYED, EngineReturned): _M._returned,
    (Help.CONGESTED, e.DigitReceived): _M._keyed,
    (Help.CONGESTED, e.HookFlashed): _M._flashed_again,
    (Help.CONGESTED, e.RetrieveAsked): _M._retrieved,
    (Help.CONGESTED, e.TelephoneReleased): _M._put_down,
    (Help.CONGESTED, EngineReturned): _M._returned,
    (Help.SEEKING, Due): _M._again,
    (Help.SEEKING, e.TelephoneReleased): _M._put_down,
    (Help.SEEKING, e.ConsultationEnded): _M._hung_up_one,
    (Help.SEEKING, EngineReturned): _M._returned,
    (Help.SHEDDING, Due): _M._shed,
    (Help.SHEDDING, e.LineAlarmed): _M._taken_by_a_caller,
    (Help.SHEDDING, e.TelephoneReleased): _M._put_down,
    (Help.SHEDDING, e.ConsultationEnded): _M._hung_up_one,
    (Help.RESTING, Due): _M._rested,
    (Help.RESTING, e.LineRang): _M._taken_by_a_caller,
    (Help.RESTING, e.LineAlarmed): _M._taken_by_a_caller,
    (Help.RESTING, e.TelephoneReleased): _M._put_down,
    (Help.RESTING, e.ConsultationEnded): _M._hung_up_one,
    (Help.DIALLING, Due): _M._next,
    (Help.DIALLING, e.DialEnded): _M._dialled,
    (Help.DIALLING, e.FarEndReleased): _M._next,
    (Help.DIALLING, e.LineAlarmed): _M._next,
    (Help.DIALLING, e.TelephoneReleased): _M._put_down,
    (Help.DIALLING, e.ConsultationEnded): _M._hung_up_one,
    (Help.THROUGH, e.FarEndAnswered): _M._reached,
    (Help.THROUGH, e.FarEndReleased): _M._far_left,
    (Help.THROUGH, e.LineAlarmed): _M._far_left,
    (Help.THROUGH, e.TelephoneReleased): _M._put_down,
    (Help.THROUGH, e.ConsultationEnded): _M._hung_up_one,
}
