"""The jobs process's end of the engine's order socket: jobs come in, answers go out until they are acknowledged."""

from __future__ import annotations

import socket
from pathlib import Path

from firmware.jobs.answers import Answer
from firmware.protocol.connection import arrived, connected, send_kept
from firmware.protocol.inputs import JobAnswered
from firmware.protocol.order_format import (
    Answers,
    AskJobs,
    GiveOrder,
    JobWanted,
    OrderAnswer,
    Request,
    encode,
)

RETRY_US = 200_000
SUBSCRIBE = 1
MOST_KEPT = 2000
"""Answers that no engine has taken yet; the oldest go first."""


class EngineLink:
    """`read` gives new jobs. An engine that comes anew is given every answer again that was not acknowledged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._answers = Answers()
        self._out = bytearray()
        self._requests = SUBSCRIBE
        self._kept: dict[int, JobAnswered] = {}
        """By job."""
        self._asked: dict[int, int] = {}
        """Request to job, of this connection."""
        self._retry_us = 0

    @property
    def up(self) -> bool:
        return self._socket is not None

    @property
    def waiting(self) -> int:
        """Answers on their way."""
        return len(self._kept)

    @property
    def readers(self) -> list[socket.socket]:
        return [self._socket] if self._socket is not None else []

    @property
    def writers(self) -> list[socket.socket]:
        return [self._socket] if self._socket is not None and self._out else []

    def connect(self, now_us: int) -> None:
        """Tries again now and then; never waits."""
        if self._socket is not None or now_us < self._retry_us:
            return
        self._retry_us = now_us + RETRY_US
        self._socket, self._answers = connected(self._path), Answers()
        if self._socket is None:
            return
        self._out.clear()
        self._asked.clear()
        self._send(AskJobs(SUBSCRIBE))
        for answer in list(self._kept.values()):
            self._give(answer)

    def answer(self, job: int, answer: Answer) -> None:
        given = JobAnswered(f"job:{job}", job, answer.result, answer.reason, answer.values)
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[job] = given
        if self._socket is not None:
            self._give(given)

    def is_answered(self, job: int) -> bool:
        """An answer of ours is on its way."""
        return job in self._kept

    def read(self) -> tuple[list[JobWanted], list[int]]:
        """New jobs, and jobs whose answers are in the engine's journal."""
        data = arrived(self._socket) if self._socket is not None else None
        if data is None:
            return [], []
        if not data:
            self._leave()
            return [], []
        wanted: list[JobWanted] = []
        done: list[int] = []
        for told in self._answers.receive(data):
            if isinstance(told, JobWanted):
                wanted.append(told)
            elif isinstance(told, OrderAnswer) and told.request in self._asked:
                job = self._asked.pop(told.request)
                self._kept.pop(job, None)
                done.append(job)
        return wanted, done

    def flush(self) -> None:
        if self._socket is not None and not send_kept(self._socket, self._out):
            self._leave()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _give(self, answer: JobAnswered) -> None:
        self._requests += 1
        self._asked[self._requests] = answer.job
        self._send(GiveOrder(self._requests, answer))

    def _send(self, request: Request) -> None:
        self._out += encode(request)
        self.flush()

    def _leave(self) -> None:
        self.close()
        self._out.clear()
