"""One line of the exchange: carries out what the exchange machine orders, in the country's times.

What it does to the two wires goes through a `Loop`: copper (`copper_loop`) or bare events (`hwsim.fast`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from drivers.countries import profile
from drivers.dsp.caller_id import CallerIdMessage
from firmware.protocol.names import Tone
from hwsim.scenario import OutsideLine
from hwsim.world.caller_id import CallerIdSound
from hwsim.world.exchange import Exchange, Input, Order, State
from hwsim.world.loop_sense import LoopSense, Sensed
from hwsim.world.outside import Call
from hwsim.world.ringing import Instant, Step, plan
from hwsim.world.timeline import Timeline

BATTERY_V = -48.0
INTER_DIGIT_US = 4_000_000
POST_DIAL_US = 700_000


class Loop(Protocol):
    """The two wires between exchange and box, as the exchange acts on them."""

    def feed(self, volts: float, now_us: int) -> None:
        """Open-circuit battery, signed; 0: none."""

    def ring(self, on: bool, now_us: int) -> None:
        """Ringing current."""

    def tone(self, tone: Tone, now_us: int) -> None:
        """Play a tone of the country until `quiet`."""

    def alert(self, sound: CallerIdSound, now_us: int) -> None:
        """Send the alert signal that comes before this message."""

    def caller_id(self, sound: CallerIdSound, now_us: int) -> None:
        """Send the message."""

    def quiet(self, now_us: int) -> None:
        """Nothing more is sent, by the exchange or the far person."""


class Far(Protocol):
    """Whoever is beyond the exchange, as a circuit sees it."""

    def connected(self, port: int, now_us: int) -> None:
        """The box answered what was offered."""

    def released(self, port: int, now_us: int) -> None:
        """The box left the call, or it failed before it was one."""

    def routed(self, port: int, digits: str, now_us: int) -> None:
        """The box dialled this. The answer is a `far_…` input, now or later."""

    def knows(self, digits: str) -> bool:
        """Whether this number is complete: somebody has it."""


class LineCircuit:
    """Battery, ringing, caller ID, tones, signs of one line; digits and loop from the box."""

    def __init__(
        self, port: int, line: OutsideLine, country: str, *, loop: Loop, timeline: Timeline, far: Far
    ) -> None:
        self.port = port
        self.line = line
        self.profile = profile(line.country or country)
        self.exchange = Exchange()
        self.call: Call | None = None
        self.through = False
        self.dialled = ""
        self.plugged = True
        self.feeding = True
        self.hears_digits = False
        self._loop = loop
        self._timeline = timeline
        self._far = far
        self._off_hook = self._box_off_hook = False
        self._sense = LoopSense()
        self._volts = 0.0
        self._reversed = False
        self._open = False
        self._ring: Iterator[Instant] | None = None
        self._epoch = 0
        """Counts orders that end what was planned before."""
        self._form = self.profile.caller_id_by(line.caller_id)
        self._message: CallerIdSound | None = None
        self._battery(0)

    # -- from beyond the exchange --------------------------------------------------------------------

    @property
    def free(self) -> bool:
        """Whether a call can be offered: idle, connected, and not held by a box off-hook."""
        return self.exchange.free and not self._off_hook

    def offer(self, call: Call, now_us: int) -> None:
        self.call = call
        form = self._form.form.replace("fsk-bell202", "fsk").replace("fsk-v23", "fsk")
        form = f"{form}-{self._form.message}" if self._form.message else form
        said = CallerIdMessage(call.number, call.name, call.presentation, form, call.date)
        self._message = CallerIdSound(self._form, self.profile, said)
        self._give(Input.OFFERED, now_us)

    def tell(self, given: Input, now_us: int) -> None:
        """`FAR_RINGS`, `FAR_BUSY`, `FAR_VACANT`, `FAR_CONGESTED`, `FAR_ANSWERED`, `FAR_LEFT`."""
        self._give(given, now_us)

    # -- from the box --------------------------------------------------------------------------------

    def hook(self, off_hook: bool, now_us: int) -> None:
        """What the box does to the loop; may be told again and again."""
        self._box_off_hook = off_hook
        closed = off_hook and self.plugged and self.feeding
        if closed is self._off_hook:
            return
        self._off_hook = closed
        self._sensed(self._sense.edge(closed, now_us, self._collecting), now_us)
        deadline_us = self._sense.deadline_us
        if deadline_us is not None:
            self._timeline.at(deadline_us, self._loop_due)

    def digit(self, digit: str, now_us: int) -> None:
        if self._collecting:
            self._give(Input.DIGIT, now_us, digit)

    @property
    def _collecting(self) -> bool:
        return self.exchange.state in (State.DIAL_TONE, State.COLLECTING)

    def _loop_due(self, now_us: int) -> None:
        self._sensed(self._sense.due(now_us), now_us)

    def _sensed(self, sensed: Sensed, now_us: int) -> None:
        if sensed.seized:
            self._give(Input.SEIZED, now_us)
        if sensed.digit:
            self.digit(sensed.digit, now_us)
        if sensed.released:
            self._give(Input.RELEASED, now_us)

    # -- faults --------------------------------------------------------------------------------------

    def unplug(self, unplugged: bool, now_us: int) -> None:
        self.plugged = not unplugged
        self._battery(now_us)
        self.hook(self._box_off_hook, now_us)

    def cut_battery(self, cut: bool, now_us: int) -> None:
        self.feeding = not cut
        self._battery(now_us)
        self.hook(self._box_off_hook, now_us)

    # -- the machine and what it orders --------------------------------------------------------------

    def _give(self, given: Input, now_us: int, digit: str = "") -> None:
        for order in self.exchange.handle(given, now_us):
            if order is Order.COLLECT:
                self._collect(digit, now_us)
            else:
                _ORDERS[order](self, now_us)
        deadline_us = self.exchange.deadline_us
        if deadline_us is not None:
            self._timeline.at(deadline_us, self._timeout)

    def _timeout(self, now_us: int) -> None:
        if self.exchange.deadline_us is not None and now_us >= self.exchange.deadline_us:
            self.exchange.deadline_us = None
            self._give(Input.TIMEOUT, now_us)

    def _later(self, at_us: int, action: Callable[[int], None]) -> None:
        """Unless an order in between ends it."""
        self._timeline.at(at_us, partial(self._if_still, self._epoch, action))

    def _if_still(self, epoch: int, action: Callable[[int], None], now_us: int) -> None:
        if epoch == self._epoch:
            action(now_us)

    def _start_ring(self, now_us: int) -> None:
        self._epoch += 1
        self._ring = plan(self.profile, self._form, self._message.us if self._message else 0)
        self._ring_on(now_us, next(self._ring), now_us)

    def _ring_on(self, began_us: int, instant: Instant, now_us: int) -> None:
        """Do one step of the plan, and plan the next."""
        if instant.after_us + began_us > now_us:
            self._later(began_us + instant.after_us, partial(self._ring_on, began_us, instant))
            return
        self._ring_step(instant.step, now_us)
        if self._ring is not None:
            self._ring_on(began_us, next(self._ring), now_us)

    def _ring_step(self, step: Step, now_us: int) -> None:
        if step in (Step.BURST, Step.PAUSE):
            self._ring_voltage(step is Step.BURST, now_us)
        elif step in (Step.REVERSE, Step.RESTORE):
            self._reversed = step is Step.REVERSE
            self._battery(now_us)
        elif self._message is not None and step is Step.ALERT:
            self._loop.alert(self._message, now_us)
        elif self._message is not None:
            self._loop.caller_id(self._message, now_us)

    def _ring_voltage(self, on: bool, now_us: int) -> None:
        self._loop.ring(on and self.plugged, now_us)

    def _stop_ring(self, now_us: int) -> None:
        self._epoch += 1
        self._ring = None
        self._ring_voltage(False, now_us)
        self._reversed = False
        self._loop.quiet(now_us)
        self._battery(now_us)

    def _through(self, now_us: int) -> None:
        self._loop.quiet(now_us)
        self.through = True

    def _cut(self, now_us: int) -> None:
        self.through = False
        self._loop.quiet(now_us)

    def _tell_connected(self, now_us: int) -> None:
        self._far.connected(self.port, now_us)

    def _tell_released(self, now_us: int) -> None:
        self._far.released(self.port, now_us)

    def _dial_tone(self, now_us: int) -> None:
        self._epoch += 1
        self.hears_digits = True
        self._later(now_us + round(self.line.dial_tone_after_s * 1e6), partial(self._play, Tone.DIAL))

    def _play(self, tone: Tone, now_us: int) -> None:
        self._loop.tone(tone, now_us)

    def _quiet(self, now_us: int) -> None:
        self._epoch += 1
        self._loop.quiet(now_us)

    def _collect(self, digit: str, now_us: int) -> None:
        self._epoch += 1
        self.dialled += digit
        wait_us = 100_000 if self._far.knows(self.dialled) else INTER_DIGIT_US
        self._later(now_us + wait_us, partial(self._give, Input.DIALLED))

    def _route(self, now_us: int) -> None:
        self.hears_digits = False
        self._later(now_us + POST_DIAL_US, lambda at_us: self._far.routed(self.port, self.dialled, at_us))

    def _reverse(self, now_us: int) -> None:
        self._reversed = self.line.answer_reversal
        self._battery(now_us)

    def _sign(self, now_us: int) -> None:
        self._epoch += 1
        self._later(now_us + round(self.line.leaves_after_s * 1e6), self._give_sign)

    def _give_sign(self, now_us: int) -> None:
        if self._reversed:
            self._reversed = False
            self._battery(now_us)
        leaves = self.line.leaves
        if leaves in ("busy-tone", "congestion"):
            self._play(Tone.BUSY if leaves == "busy-tone" else Tone.CONGESTION, now_us)
        elif leaves == "reversal":
            self._reversed = True
            self._battery(now_us)
        elif leaves == "open-loop":
            self._set_open(True, now_us)
            self._later(now_us + self.line.open_loop_ms * 1000, partial(self._set_open, False))

    def _set_open(self, is_open: bool, now_us: int) -> None:
        self._open = is_open
        self._battery(now_us)

    def _restore(self, now_us: int) -> None:
        self._epoch += 1
        self._loop.quiet(now_us)
        self.dialled, self.hears_digits, self.through = "", False, False
        self._reversed, self._open, self._ring = False, False, None
        self._battery(now_us)

    def _battery(self, now_us: int) -> None:
        alive = self.plugged and self.feeding and not self._open
        volts = (-BATTERY_V if self._reversed else BATTERY_V) if alive else 0.0
        if volts != self._volts:
            self._volts = volts
            self._loop.feed(volts, now_us)


_ORDERS: dict[Order, Callable[[LineCircuit, int], None]] = {
    Order.RING: LineCircuit._start_ring,
    Order.STOP_RING: LineCircuit._stop_ring,
    Order.THROUGH: LineCircuit._through,
    Order.CUT: LineCircuit._cut,
    Order.DIAL_TONE: LineCircuit._dial_tone,
    Order.QUIET: LineCircuit._quiet,
    Order.ROUTE: LineCircuit._route,
    Order.RINGBACK: lambda circuit, now_us: circuit._play(Tone.RINGBACK, now_us),
    Order.BUSY: lambda circuit, now_us: circuit._play(Tone.BUSY, now_us),
    Order.VACANT: lambda circuit, now_us: circuit._play(Tone.SPECIAL_INFORMATION, now_us),
    Order.CONGESTION: lambda circuit, now_us: circuit._play(Tone.CONGESTION, now_us),
    Order.REVERSE: LineCircuit._reverse,
    Order.SIGN: LineCircuit._sign,
    Order.RESTORE: LineCircuit._restore,
    Order.TELL_CONNECTED: LineCircuit._tell_connected,
    Order.TELL_RELEASED: LineCircuit._tell_released,
}
