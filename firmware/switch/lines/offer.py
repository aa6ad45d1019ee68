"""An outside line that rings: how often, whether the caller gave up, and who it says is calling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from drivers.ports import BatteryLost, PolarityReversed, PortFailed, RingBegan, RingStopped
from firmware.protocol.commands import Release, Seize
from firmware.protocol.events import CallerIdReceived, LineRang, LineRingingEnded
from firmware.switch.lines.exchanged import CallerIdDecoded, DeadlineReached, Given, Out, WatchCallerId
from firmware.switch.plan import PortPlan

BEFORE_RING_US = 8_000_000
"""How long a caller ID may come before its first ring, and how long one waits for that ring."""


class Offer(Enum):
    QUIET = auto()
    ANNOUNCED = auto()
    """Polarity reversed, or a caller ID came: the first ring is due."""
    BURST = auto()
    GAP = auto()
    TAKEN = auto()
    """Off-hook: what rings now is not an offer."""


class OfferMachine:
    """`ringing` while an offer stands. A caller ID is told after the first `LineRang`, whenever it came."""

    def __init__(self, plan: PortPlan) -> None:
        self.state = Offer.QUIET
        self.deadline_us: int | None = None
        self.unexpected = 0
        self._plan = plan
        self._count = 0
        self._stopped_us = 0
        self._caller: CallerIdDecoded | None = None
        gaps = plan.country.ring_cadence_ms[1::2]
        self._same_ring_us = max(gaps) * 500
        """Strategy: a gap shorter than half the longest belongs to one ring (400-200-400)."""
        self._give_up_us = max(gaps) * 1250 + 500_000

    @property
    def ringing(self) -> bool:
        return self.state in {Offer.BURST, Offer.GAP}

    @property
    def watches_always(self) -> bool:
        """Caller ID before ringing, not announced by a reversal: the receiver runs while the line is idle."""
        form = self._plan.caller_id
        return form.offered and form.when == "before-ring" and not form.reversal

    def handle(self, given: Given, now_us: int) -> list[Out]:
        step = STEPS.get((self.state, type(given)))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    def _announced(self, given: Given, now_us: int) -> list[Out]:
        del given
        if not (self._plan.caller_id.offered and self._plan.caller_id.reversal):
            return []
        self.state, self.deadline_us = Offer.ANNOUNCED, now_us + BEFORE_RING_US
        return [WatchCallerId(True)]

    def _decoded_early(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, CallerIdDecoded)
        self._caller = given
        self.state, self.deadline_us = Offer.ANNOUNCED, now_us + BEFORE_RING_US
        return []

    def _no_ring(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        return self._rest()

    def _first_ring(self, given: Given, now_us: int) -> list[Out]:
        del given
        self.state, self.deadline_us, self._count = Offer.BURST, None, 1
        rang: list[Out] = [LineRang(port=self._plan.port, at_us=now_us, count=1)]
        if self._caller is not None:
            rang.append(self._told(self._caller, now_us))
        return [*rang, WatchCallerId(False)]

    def _ring(self, given: Given, now_us: int) -> list[Out]:
        del given
        self.state, self.deadline_us = Offer.BURST, None
        if now_us - self._stopped_us < self._same_ring_us:
            return []
        self._count += 1
        return [LineRang(port=self._plan.port, at_us=now_us, count=self._count), WatchCallerId(False)]

    def _burst_over(self, given: Given, now_us: int) -> list[Out]:
        del given
        self.state, self.deadline_us = Offer.GAP, now_us + self._give_up_us
        self._stopped_us = now_us
        form = self._plan.caller_id
        wanted = form.offered and form.when == "between-rings" and self._caller is None
        return [WatchCallerId(True)] if wanted else []

    def _decoded(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, CallerIdDecoded)
        if self._caller is not None:
            return []
        self._caller = given
        return [self._told(given, now_us), WatchCallerId(False)]

    def _gave_up(self, given: Given, now_us: int) -> list[Out]:
        del given
        return [LineRingingEnded(port=self._plan.port, at_us=now_us), *self._rest()]

    def _taken(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self._rest()
        self.state = Offer.TAKEN
        return [WatchCallerId(False)]

    def _released(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        return self._rest()

    def _rest(self) -> list[Out]:
        self.state, self.deadline_us, self._count, self._caller = Offer.QUIET, None, 0, None
        return [WatchCallerId(self.watches_always)]

    def _told(self, caller: CallerIdDecoded, now_us: int) -> CallerIdReceived:
        return CallerIdReceived(
            port=self._plan.port,
            at_us=now_us,
            number=caller.number,
            name=caller.name,
            presentation=caller.presentation,
            form=caller.form,
        )


Step = Callable[[OfferMachine, Given, int], list[Out]]
_M = OfferMachine
STEPS: Mapping[tuple[Offer, type], Step] = {
    (Offer.QUIET, PolarityReversed): _M._announced,
    (Offer.QUIET, CallerIdDecoded): _M._decoded_early,
    (Offer.QUIET, RingBegan): _M._first_ring,
    (Offer.QUIET, Seize): _M._taken,
    (Offer.QUIET, Release): _M._released,
    (Offer.ANNOUNCED, CallerIdDecoded): _M._decoded_early,
    (Offer.ANNOUNCED, DeadlineReached): _M._no_ring,
    (Offer.ANNOUNCED, RingBegan): _M._first_ring,
    (Offer.ANNOUNCED, Seize): _M._taken,
    (Offer.ANNOUNCED, Release): _M._released,
    (Offer.BURST, RingStopped): _M._burst_over,
    (Offer.BURST, CallerIdDecoded): _M._decoded,
    (Offer.BURST, BatteryLost): _M._gave_up,
    (Offer.BURST, PortFailed): _M._gave_up,
    (Offer.BURST, Seize): _M._taken,
    (Offer.GAP, RingBegan): _M._ring,
    (Offer.GAP, CallerIdDecoded): _M._decoded,
    (Offer.GAP, DeadlineReached): _M._gave_up,
    (Offer.GAP, BatteryLost): _M._gave_up,
    (Offer.GAP, PortFailed): _M._gave_up,
    (Offer.GAP, Seize): _M._taken,
    (Offer.TAKEN, Release): _M._released,
}
