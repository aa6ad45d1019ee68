"""The jobs process: one loop that waits for the engine and for its threads, and does nothing long itself."""

from __future__ import annotations

import heapq
import select
import socket
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

from drivers.ports import Clock
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.jobs.answers import Answer, Later
from firmware.jobs.begun import Begun
from firmware.jobs.kinds import KINDS, Bench
from firmware.jobs.link import EngineLink
from firmware.jobs.webhooks.office import Office
from firmware.jobs.workers import End, Task, Workers
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.order_format import JobWanted
from firmware.protocol.places import Places
from firmware.protocol.status_file import StatusFile

ROLE = "jobs"
IDLE_US = 500_000
STATUS_US = 1_000_000
MAIL = "mail"
MAILS_AT_ONCE = 2


class JobsStatus(Struct):
    """Figures since the process began."""

    at_us: int = 0
    engine_up: bool = False
    open: int = 0
    at_work: int = 0
    left_behind: int = 0
    """Threads that hang."""
    unacknowledged: int = 0
    done: int = 0
    failed: int = 0
    timed_out: int = 0
    unknown: int = 0
    last_reason: str = ""
    oldest_s: float = 0.0
    """How long ago the oldest open job came."""
    mails_retried: int = 0
    """Open mails that failed and will be tried again."""
    mails_failed: int = 0
    mail_failed_us: int = 0
    """Box time of the last mail that failed for good; 0: none did."""
    mail_reason: str = ""
    """Why the last mail failed, for now or for good."""


class JobsProcess:
    """Everything the process holds; `step` is one turn of its loop."""

    def __init__(self, places: Places, clock: Clock) -> None:
        """Raises OSError."""
        self._places, self._clock = places, clock
        self._ear, self._mouth = socket.socketpair()
        for one in (self._ear, self._mouth):
            one.setblocking(False)
        self.link = EngineLink(places.engine_socket)
        self._begun = Begun(places.root / "jobs")
        self._open: dict[int, JobWanted] = {}
        self._came_us: dict[int, int] = {}
        self._tries: dict[int, int] = {}
        self._later: list[tuple[int, int]] = []
        """When which job is tried again."""
        self._version = -1
        self._config = Config()
        self._load_config(0)
        self._pools = {
            "look-ups": Workers(self._config.jobs.at_once, self._wake),
            "mail": Workers(MAILS_AT_ONCE, self._wake),
        }
        self.status = JobsStatus()

    def step(self, patience_us: int = IDLE_US) -> None:
        now_us = self._clock.now_us()
        self.link.connect(now_us)
        wait_s = max(0, min(patience_us, self._due_us() - now_us)) / 1e6
        readers = [self._ear, *self.link.readers]
        readable, _, _ = select.select(readers, self.link.writers, [], wait_s)
        self.link.flush()
        if self._ear in readable:
            with suppress(BlockingIOError):
                self._ear.recv(4096)
        if any(one in readable for one in self.link.readers):
            self._hear()
        now_us = self._clock.now_us()
        while self._later and self._later[0][0] <= now_us:
            self._begin(heapq.heappop(self._later)[1])
        for pool in self._pools.values():
            for job, answer in pool.look(now_us):
                self._ended(job, answer)

    def figures(self) -> JobsStatus:
        status, loads = self.status, [pool.load for pool in self._pools.values()]
        status.at_us, status.engine_up, status.open = self._clock.now_us(), self.link.up, len(self._open)
        status.at_work, status.left_behind = sum(one[0] for one in loads), sum(one[2] for one in loads)
        status.unacknowledged = self.link.waiting
        status.oldest_s = (status.at_us - min(self._came_us.values(), default=status.at_us)) / 1e6
        mails = [job for job, one in self._open.items() if one.kind == MAIL]
        status.mails_retried = sum(self._tries.get(job, 0) > 0 for job in mails)
        return status

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self.link.close()
        self._ear.close()
        self._mouth.close()

    def _wake(self) -> None:
        """From any thread."""
        with suppress(OSError):
            self._mouth.send(b".")

    def _due_us(self) -> int:
        times = [one.next_us for one in self._pools.values()]
        times += [self._later[0][0]] if self._later else []
        return min((one for one in times if one is not None), default=1 << 62)

    def _hear(self) -> None:
        wanted, acknowledged = self.link.read()
        for one in wanted:
            self._take(one)
        for job in acknowledged:
            with suppress(OSError):
                self._begun.forget(job)

    def _take(self, wanted: JobWanted) -> None:
        """One that is known already is told again by an engine that came anew."""
        job, kind = wanted.job, KINDS.get(wanted.kind)
        if job in self._open or self.link.is_answered(job):
            return
        if kind is None:
            self._answer(job, Answer("failed", "unknown-kind"))
        elif wanted.lost:
            self._answer(job, Answer("failed", "secret-lost"))
        elif kind.once and job in self._begun.former:
            self._answer(job, Answer("unknown", "begun-before"))
        else:
            self._open[job], self._came_us[job] = wanted, self._clock.now_us()
            self._load_config(wanted.version)
            self._begin(job)

    def _begin(self, job: int) -> None:
        """What the engine no longer waits for is not begun."""
        wanted = self._open[job]
        if wanted.until_us <= self._clock.now_us():
            self._answer(job, Answer("timed-out"))
            return
        kind = KINDS[wanted.kind]
        places = self._places
        bench = Bench(self._config, places.root, places.secrets, self._begun, wanted, self._tries.get(job, 0))
        task = Task(job, wanted.until_us, lambda task: kind.do(bench, task), self._clock.now_us)
        self._pools[kind.pool].add(task)

    def _ended(self, job: int, end: End) -> None:
        if isinstance(end, Later):
            self._put_off(job, end)
        else:
            self._answer(job, end)

    def _put_off(self, job: int, later: Later) -> None:
        next_us = self._clock.now_us() + round(later.after_s * 1e6)
        if next_us >= self._open[job].until_us:
            self._answer(job, Answer("timed-out", later.reason))
            return
        self._tries[job] = self._tries.get(job, 0) + later.counts
        if later.counts and self._open[job].kind == MAIL:
            self.status.mail_reason = later.reason
        heapq.heappush(self._later, (next_us, job))

    def _answer(self, job: int, answer: Answer) -> None:
        wanted = self._open.pop(job, None)
        self._came_us.pop(job, None)
        self._tries.pop(job, None)
        if wanted is not None and wanted.kind == MAIL and answer.result != "done":
            self._mail_failed(answer)
        name = answer.result.replace("-", "_")
        setattr(self.status, name, getattr(self.status, name) + 1)
        self.status.last_reason = answer.reason or self.status.last_reason
        self.link.answer(job, answer)

    def _mail_failed(self, answer: Answer) -> None:
        status = self.status
        status.mails_failed, status.mail_failed_us = status.mails_failed + 1, self._clock.now_us()
        status.mail_reason = answer.reason or answer.result

    def _load_config(self, version: int) -> None:
        """The one in force, or the newest there is."""
        if version == self._version:
            return
        found = newest(self._places.config_db)
        if found is not None:
            self._version, self._config = found.version, found.config


def run(places: Places, *, clock: Clock, wall_us: Callable[[], int], stopped: Callable[[], bool]) -> None:
    """Returns after `stopped()`."""
    process, webhooks = JobsProcess(places, clock), Office(places, clock, wall_us)
    beat, status = Heartbeat(places.beat(ROLE)), StatusFile(places.status(ROLE))
    told_us = 0
    try:
        while not stopped():
            beat.beat(clock.now_us())
            process.step()
            webhooks.step()
            if clock.now_us() >= told_us:
                told_us = clock.now_us() + STATUS_US
                status.write(process.figures())
    finally:
        webhooks.close()
        process.close()
        beat.close()
        status.close()
