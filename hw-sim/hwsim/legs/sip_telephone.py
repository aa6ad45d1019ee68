"""A SIP telephone of the world: what people do to a telephone on a copper port can be done to it, and a little more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from drivers.countries import CountryProfile
from drivers.signalling import SignallingCommand
from firmware.protocol.names import Tone
from hwsim.fast.players import ear_after_us
from hwsim.legs import phone_inputs as hand
from hwsim.legs.message_wire import LegEvent
from hwsim.legs.phone_calls import NewNumber, Out, Phone, Sound
from hwsim.legs.phone_machine import PhoneMachine
from hwsim.world.mouth import Mouth
from hwsim.world.percepts import Displayed, HeardTone, LampChanged, Percept
from hwsim.world.timeline import Timeline

KEY_US = 200_000
"""One key and the pause after it."""
Tell = Callable[[Percept, int], None]


class SipTelephone:
    """`tell(percept, at_us)` is who sits beside it, `give(event, at_us)` the box's port.

    `changed()` is called when another call, or none, is to be heard.
    """

    def __init__(
        self,
        port: int,
        timeline: Timeline,
        country: CountryProfile,
        *,
        new_number: NewNumber,
        tell: Tell,
        give: Callable[[LegEvent, int], None],
        changed: Callable[[], None],
    ) -> None:
        self.port = port
        self.mouth = Mouth()
        self.displayed: list[tuple[str, str]] = []
        """Callers shown, (number, name), latest last."""
        self.lamp = False
        """The message lamp."""
        self.machine = PhoneMachine(port, new_number)
        self._timeline = timeline
        self._country = country
        self._tell, self._give, self._changed = tell, give, changed
        self._sounds = 0
        self._outs: deque[Out] = deque()
        self._telling = False

    @property
    def off_hook(self) -> bool:
        return self.machine.off_hook

    @property
    def bell(self) -> bool:
        """Whether somebody beside it would say that it rings."""
        return self.machine.state in (Phone.RINGING, Phone.REMINDING)

    @property
    def hears(self) -> bool:
        """Whether who holds the handset hears the box; else the telephone itself, or nothing."""
        return self.machine.plugged and self.machine.hears

    @property
    def speaks(self) -> bool:
        """Whether the box hears who holds the handset."""
        return self.machine.plugged and self.machine.speaks

    # -- people --------------------------------------------------------------------------------------

    def lift(self, now_us: int) -> None:
        self._do(hand.Lifted(), now_us)

    def hang_up(self, now_us: int) -> None:
        self.mouth.quiet()
        self._do(hand.HungUp(), now_us)

    def flash(self, now_us: int) -> None:
        """The R key."""
        self._do(hand.Flashed(), now_us)

    def press(self, digits: str, now_us: int) -> None:
        """One key after the other; as a number they go out together."""
        for place, key in enumerate(digits):
            self._timeline.at(now_us + place * KEY_US, partial(self._do, hand.Keyed(key)))

    def transfer(self, number: str, now_us: int) -> None:
        """The transfer key, and a number; without one both calls are joined."""
        self._do(hand.TransferKeyed(number), now_us)

    def decline(self, now_us: int) -> None:
        """The key that refuses."""
        self._do(hand.Declined(), now_us)

    def plug(self, plugged: bool, now_us: int) -> None:
        self._say(self.machine.plug(plugged, now_us), now_us)

    # -- the box -------------------------------------------------------------------------------------

    def command(self, command: SignallingCommand, now_us: int) -> None:
        self._do(command, now_us)

    def standing(self, now_us: int) -> list[LegEvent]:
        """What a box that began anew must know."""
        return self.machine.standing(now_us)

    # -- the machine ---------------------------------------------------------------------------------

    def _do(self, given: Any, now_us: int) -> None:
        self._say(self.machine.handle(given, now_us), now_us)

    def _say(self, outs: list[Out], now_us: int) -> None:
        """In order, also where somebody acts upon what he is told."""
        heard, deadline_us = self.hears, self.machine.deadline_us
        self._outs += outs
        if deadline_us is not None:
            self._timeline.at(deadline_us, self._due)
        if self._telling:
            return
        self._telling = True
        while self._outs:
            self._one(self._outs.popleft(), now_us)
        self._telling = False
        if outs or heard:
            self._changed()

    def _one(self, out: Out, now_us: int) -> None:
        if isinstance(out, Sound):
            self._sound(out.tone, now_us)
        elif isinstance(out, Percept):
            self._note(out, now_us)
        else:
            self._give(out, now_us)

    def _note(self, percept: Percept, now_us: int) -> None:
        if isinstance(percept, Displayed):
            self.displayed.append((percept.number, percept.name))
        elif isinstance(percept, LampChanged):
            self.lamp = percept.lit
        self._tell(percept, now_us)

    def _sound(self, tone: Tone | None, now_us: int) -> None:
        """People take their time to know a tone, also one that the telephone makes."""
        self._sounds += 1
        after_us = None if tone is None else ear_after_us(self._country, tone)
        if tone is not None and after_us is not None:
            self._timeline.at(now_us + after_us, partial(self._heard, tone, self._sounds))

    def _heard(self, tone: Tone, sounds: int, now_us: int) -> None:
        if sounds == self._sounds and self.off_hook:
            self._tell(HeardTone(tone), now_us)

    def _due(self, now_us: int) -> None:
        deadline_us = self.machine.deadline_us
        if deadline_us is not None and deadline_us <= now_us:
            self._do(hand.TimePassed(), now_us)
