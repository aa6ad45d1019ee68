"""A carrier's end of one trunk channel: the network's `Circuit` without copper, with early media where it sends any."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from drivers.countries import CountryProfile
from drivers.signalling import SignallingCommand
from firmware.protocol.names import Tone
from hwsim.legs.message_wire import LegEvent
from hwsim.legs.sip_telephone import KEY_US
from hwsim.legs.trunk_channel import Heard, Offered, Order, Out, Shown, TimePassed, TrunkChannel
from hwsim.world.exchange import Input
from hwsim.world.line_circuit import Far
from hwsim.world.mouth import Mouth
from hwsim.world.outside import Call
from hwsim.world.timeline import Timeline
from hwsim.world.tones import tone_row

SHORTEST_LOCAL = 5
"""Digits of the shortest subscriber number that may stand at the end of a longer spelling of it."""


class Network(Far, Protocol):
    """What is beyond, for who can say more than a copper line can."""

    def shown(self, port: int, number: str, name: str, now_us: int) -> None:
        """Who is rung over this port sees that."""


class CarrierChannel:
    """An `outside.Circuit`. `give(event, at_us)` is the box's port; `heard(tone, at_us)` is told of early media."""

    def __init__(
        self,
        machine: TrunkChannel,
        timeline: Timeline,
        country: CountryProfile,
        far: Network,
        *,
        give: Callable[[LegEvent, int], None],
        heard: Callable[[Tone, int], None],
    ) -> None:
        self.port = machine.port
        self.machine = machine
        self.mouth = Mouth()
        """What the far person and the network say."""
        self._timeline = timeline
        self._country = country
        self._far = far
        self._give, self._heard = give, heard

    @property
    def free(self) -> bool:
        return self.machine.free

    @property
    def through(self) -> bool:
        """The far person and the box hear one another."""
        return self.machine.through

    def offer(self, call: Call, now_us: int) -> None:
        self._do(Offered(call, call.called), now_us)

    def tell(self, given: Input, now_us: int) -> None:
        self._do(given, now_us)

    def press(self, digits: str, now_us: int) -> None:
        """The far person's keys."""
        for place, key in enumerate(digits):
            self._timeline.at(now_us + place * KEY_US, partial(self._key, key))

    def _key(self, key: str, now_us: int) -> None:
        self._say(self.machine.key(key, now_us), now_us)

    def work(self, works: bool, now_us: int) -> None:
        """Whether the carrier can be reached."""
        self._say(self.machine.work(works, now_us), now_us)

    def command(self, command: SignallingCommand, now_us: int) -> None:
        self._do(command, now_us)

    def standing(self, now_us: int) -> list[LegEvent]:
        """What a box that began anew must know."""
        return self.machine.standing(now_us)

    def _do(self, given: Any, now_us: int) -> None:
        self._say(self.machine.handle(given, now_us), now_us)

    def _say(self, outs: list[Out], now_us: int) -> None:
        for out in outs:
            self._one(out, now_us)
        if self.machine.deadline_us is not None:
            self._timeline.at(self.machine.deadline_us, self._due)

    def _one(self, out: Out, now_us: int) -> None:
        if isinstance(out, Heard):
            self._sound(out.tone, now_us)
        elif out is Order.ROUTE:
            self._far.routed(self.port, self._spelt(self.machine.dialled), now_us)
        elif isinstance(out, Shown):
            self._far.shown(self.port, out.number, out.name, now_us)
        elif out is Order.CONNECTED:
            self._far.connected(self.port, now_us)
        elif out is Order.RELEASED:
            self.mouth.quiet()
            self._far.released(self.port, now_us)
        elif not isinstance(out, Order):
            self._give(out, now_us)

    def _sound(self, tone: Tone | None, now_us: int) -> None:
        self.mouth.quiet()
        if tone is not None:
            row = tone_row(self._country, tone)
            self.mouth.loop(row.intro, row.loop)
            self._heard(tone, now_us)

    def _spelt(self, called: str) -> str:
        """The subscriber's own number in however it was written (`+861062345678`, `01062345678`)."""
        digits = called.removeprefix("+")
        ends = [digits[start:] for start in range(len(digits) - SHORTEST_LOCAL + 1)]
        return next((end for end in ends if self._far.knows(end)), digits)

    def _due(self, now_us: int) -> None:
        deadline_us = self.machine.deadline_us
        if deadline_us is not None and deadline_us <= now_us:
            self.machine.deadline_us = None
            self._do(TimePassed(), now_us)
