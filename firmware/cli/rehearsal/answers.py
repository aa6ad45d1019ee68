"""The jobs process in virtual time: look-ups are answered as the scenario says, or by nobody; mail is handed in."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from firmware.cli.rehearsal.mail_desk import MAIL, MailDesk
from firmware.protocol.facts import JobAsked
from firmware.protocol.inputs import AnyInput, JobAnswered
from firmware.protocol.journal import Record
from hwsim.scenario import LookupAnswer


class Answers:
    """Sees all records; gives what is due."""

    def __init__(self, answers: Sequence[LookupAnswer] = (), mail: MailDesk | None = None) -> None:
        """Without `mail` nobody takes any."""
        self._answers = answers
        self._mail = mail
        self._due: list[tuple[int, int, JobAnswered]] = []

    @property
    def next_us(self) -> int | None:
        times = [self._due[0][0] if self._due else None, self._mail.next_us if self._mail else None]
        return min((one for one in times if one is not None), default=None)

    def see(self, record: Record) -> None:
        for fact in record.facts:
            if isinstance(fact, JobAsked) and fact.kind != MAIL:
                self._ask(fact, record.at_us)
            elif isinstance(fact, JobAsked) and self._mail is not None:
                self._mail.ask(fact, record.at_us)

    def due(self, at_us: int) -> Iterator[AnyInput]:
        while self._due and self._due[0][0] <= at_us:
            yield heapq.heappop(self._due)[2]
        if self._mail is not None:
            yield from self._mail.due(at_us)

    def _ask(self, asked: JobAsked, at_us: int) -> None:
        """The first answer that fits."""
        what = dict(asked.what)
        for one in self._answers:
            if one.lookup == asked.name and one.of.items() <= what.items():
                given = JobAnswered(f"job:{asked.job}", asked.job, one.result, values=dict(one.values))
                heapq.heappush(self._due, (at_us + round(one.after_s * 1e6), asked.job, given))
                return
