"""Orders from outside as the engine answers them: decided at once, "saved" when the recorder has synced."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from msgspec import Struct, structs

from firmware.engine.engine import Engine
from firmware.engine.state import ORDERS_KEPT
from firmware.protocol.facts import AttemptRefused, InputPassedOver
from firmware.protocol.inputs import AnyOrder, ConfigApplied
from firmware.protocol.journal import Record
from firmware.protocol.order_format import GiveOrder, OrderAnswer, Verdict, order_id
from firmware.protocol.ring import Ring

Reply = Callable[[OrderAnswer], None]
Give = Callable[[AnyOrder, int], Record | None]


class _Waiting(Struct, frozen=True):
    """`answer` may be called saved once the ring is released up to `until`."""

    until: int
    answer: OrderAnswer
    reply: Reply


class OrderDesk:
    """`ring` is the journal's: what the recorder released of it is on the disk."""

    def __init__(self, give: Give, engine: Engine, ring: Ring) -> None:
        self._give, self._engine, self._ring = give, engine, ring
        self._waiting: list[_Waiting] = []
        self._born_at = ring.put_until
        self._places: deque[tuple[int, int]] = deque(maxlen=ORDERS_KEPT)
        """Number of a record, and where it ends in the ring."""
        self.taken = 0
        self.refused = 0

    @property
    def waits(self) -> bool:
        """Somebody wants to know when his order is saved."""
        return bool(self._waiting)

    def take(self, given: GiveOrder, at_us: int, reply: Reply) -> None:
        answer = self._former(given) or self._decided(given, at_us)
        if given.wait_saved and answer.verdict is Verdict.TAKEN:
            self._waiting.append(_Waiting(self._until(answer.number), answer, reply))
            self.tell_saved()
        else:
            reply(answer)

    def tell_saved(self) -> None:
        """Answers those whose records the recorder has synced meanwhile."""
        done = self._ring.released_until
        for one in [one for one in self._waiting if one.until <= done]:
            self._waiting.remove(one)
            one.reply(structs.replace(one.answer, verdict=Verdict.SAVED))

    def _decided(self, given: GiveOrder, at_us: int) -> OrderAnswer:
        record = self._give(given.order, at_us)
        reason = _refusal(record)
        self.refused += bool(reason)
        self.taken += not reason
        verdict = Verdict.REFUSED if reason else Verdict.TAKEN
        epoch, number = (record.epoch, record.number) if record else (0, 0)
        self._places.append((number, self._ring.put_until))
        return OrderAnswer(given.request, verdict, epoch, number, reason)

    def _former(self, given: GiveOrder) -> OrderAnswer | None:
        """What was answered when this order came before."""
        state = self._engine.state
        if _is_old(given.order, state.config_version):
            return OrderAnswer(given.request, Verdict.TAKEN, repeated=True)
        former = state.orders.get(order_id(given.order))
        if former is None:
            return None
        verdict = Verdict.REFUSED if former.refused else Verdict.TAKEN
        return OrderAnswer(given.request, verdict, former.epoch, former.number, former.refused, repeated=True)

    def _until(self, number: int) -> int:
        """Where the ring must be released to for that record to be on the disk; a former life's is before all ours."""
        return next((until for one, until in self._places if one == number), self._born_at)


def _is_old(order: AnyOrder, config_version: int) -> bool:
    return isinstance(order, ConfigApplied) and order.version <= config_version


def _refusal(record: Record | None) -> str:
    """Why it was not carried out; empty when it was."""
    for fact in record.facts if record else ():
        if isinstance(fact, AttemptRefused):
            return fact.reason
        if isinstance(fact, InputPassedOver):
            return "passed-over"
    return ""
