"""Mail in virtual time: made and handed in by the code of the jobs process, over a connection to the world's server."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from pathlib import Path

from firmware.config.schema import Config
from firmware.jobs.answers import Answer, Later
from firmware.jobs.begun import Begun
from firmware.jobs.kinds import KINDS, Bench
from firmware.jobs.workers import End, Task
from firmware.protocol.facts import JobAsked
from firmware.protocol.inputs import JobAnswered
from firmware.protocol.order_format import JobWanted
from firmware.store.disk import VirtualDisk
from hwsim.post_office import PostOffice
from hwsim.world.diary import Diary

MAIL = "mail"
BEGINS_US = 20_000
"""After the engine asked."""


class MailDesk:
    """`ask`, then `due` gives what became of it; what failed for now is tried again."""

    def __init__(
        self,
        config: Config,
        data: Path,
        diary: Diary,
        folder_of: Callable[[Path, str], Path] = lambda data, _: data,
    ) -> None:
        """`folder_of(data, recording)` is where history and sound of a recording are found."""
        self._config, self._data = config, data
        self._office = PostOffice(diary)
        self._folder_of = folder_of
        self._begun: Begun | None = None
        self._open: dict[int, tuple[JobAsked, int]] = {}
        """By job; and how often it failed."""
        self._due: list[tuple[int, int]] = []

    @property
    def next_us(self) -> int | None:
        return self._due[0][0] if self._due else None

    def ask(self, asked: JobAsked, at_us: int) -> None:
        self._open[asked.job] = asked, 0
        heapq.heappush(self._due, (at_us + BEGINS_US, asked.job))

    def due(self, at_us: int) -> Iterator[JobAnswered]:
        while self._due and self._due[0][0] <= at_us:
            _, job = heapq.heappop(self._due)
            answer = self._judged(job, self._tried(job, at_us), at_us)
            if answer is not None:
                del self._open[job]
                yield JobAnswered(f"job:{job}", job, answer.result, answer.reason, answer.values)

    def _judged(self, job: int, end: End, at_us: int) -> Answer | None:
        """None: once more later."""
        if not isinstance(end, Later):
            return end
        asked, tries = self._open[job]
        next_us = at_us + round(end.after_s * 1e6)
        if next_us >= asked.until_us:
            return Answer("timed-out", end.reason)
        self._open[job] = asked, tries + end.counts
        heapq.heappush(self._due, (next_us, job))
        return None

    def _tried(self, job: int, at_us: int) -> End:
        asked, tries = self._open[job]
        what = dict(asked.what)
        wanted = JobWanted(0, job, asked.kind, asked.name, asked.until_us, 1, asked.call, what)
        self._begun = self._begun or Begun(self._data / "jobs", VirtualDisk())
        folder = self._folder_of(self._data, what.get("recording", ""))
        secrets = self._data / "secrets"
        bench = Bench(
            self._config,
            folder,
            secrets,
            self._begun,
            wanted,
            tries,
            connect=lambda *_: self._office.connection(at_us),
        )
        return Task(job, asked.until_us, lambda task: KINDS[MAIL].do(bench, task), lambda: at_us).do()
