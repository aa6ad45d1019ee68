"""Who gets which telephone: the number asked for, the one that bears the name, one nobody has, a new one."""

from __future__ import annotations

from collections.abc import Iterable

from firmware.config.schema import Config, Extension
from firmware.interview.answers import Answers
from firmware.interview.dial_plan import plan_of
from firmware.interview.found import found
from firmware.interview.numbers import TELEPHONES, Numbers, taken


class Seating:
    """Of completed answers. People who have only a mobile have no telephone here."""

    def __init__(self, whole: Answers, config: Config) -> None:
        there = found(config)
        self._sip_card = there.sip_card
        self._free = list(there.telephones)
        self._seats = list(there.seats)
        self.telephones: dict[int, Extension] = {}
        """By the person's place among the answers."""
        self.standing: list[int] = []
        """People for whom there is no telephone left."""
        wanted = {one.extension for one in whole.people if one.extension}
        self._numbers = Numbers(plan_of(whole, config), taken(config) | wanted)
        self._agents = {one.id: one.name for one in config.agents}
        self._seat(whole)

    def _seat(self, whole: Answers) -> None:
        people = [(at, one) for at, one in enumerate(whole.people) if not one.mobile]
        for at, one in people:
            if one.extension:
                self._take(at, (seat for seat in self._free if seat.number == one.extension), one.extension)
        waiting = [(at, one) for at, one in people if not one.extension]
        for at, one in waiting:
            known = next((seat for seat in self._free if one.name in self._names(seat)), None)
            if known is not None:
                self._have(at, known)
        for at, _ in waiting:
            if at not in self.telephones:
                self._take(at, (seat for seat in self._free if not any(self._names(seat))), "")

    def _names(self, seat: Extension) -> tuple[str, str]:
        return seat.name, self._agents.get(seat.agent, "")

    def _take(self, at: int, wished: Iterable[Extension], number: str) -> None:
        """One of the wished for; else a new one; else one that bears another name, where no number was asked for."""
        known = next(iter(wished), None)
        if known is not None:
            self._have(at, known)
        elif self._seats:
            seat = self._seats.pop(0)
            self._new(at, seat.card, seat.slot, number)
        elif self._sip_card:
            self._new(at, self._sip_card, 0, number)
        elif self._free and not number:
            self._have(at, self._free[0])
        else:
            self.standing.append(at)

    def _have(self, at: int, seat: Extension) -> None:
        self._free.remove(seat)
        self.telephones[at] = seat

    def _new(self, at: int, card: str, slot: int, number: str) -> None:
        own = number or self._numbers.take(TELEPHONES)
        self.telephones[at] = Extension(number=own, card=card, slot=slot)
