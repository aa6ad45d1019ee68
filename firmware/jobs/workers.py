"""Threads that wait so that nobody else has to. A thread that hangs is left behind and another takes its place."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from firmware.jobs.answers import Answer, Failed, Later

LEFT_BEHIND = 4
"""So many times as many threads as are at work at once may hang before new jobs fail at once."""
Work = Callable[["Task"], Answer]
End = Answer | Later
"""What a thread comes back with."""


class Task:
    """One job at work. `left_s` is asked for by whoever does it; `hold` gives what can be shut when time is over."""

    def __init__(self, job: int, until_us: int, work: Work, now_us: Callable[[], int]) -> None:
        self.job, self.until_us = job, until_us
        self._work, self._now_us = work, now_us
        self._held: list[socket.socket] = []
        self.given_up = False

    def left_s(self) -> float:
        return 0.0 if self.given_up else (self.until_us - self._now_us()) / 1e6

    def hold(self, held: socket.socket) -> None:
        """Its reading and writing end with the task's time."""
        self._held.append(held)
        if self.given_up:
            self._shut()

    def give_up(self) -> None:
        self.given_up = True
        self._shut()

    def do(self) -> End:
        """Whatever goes wrong is an answer."""
        try:
            answer = self._work(self)
        except Later as later:
            return later
        except Failed as failed:
            answer = Answer("failed", failed.reason)
        except OSError as error:
            answer = Answer("failed", _word(error))
        except Exception as error:  # noqa: BLE001 - hostile answers must not end the process
            answer = Answer("failed", f"fault-{type(error).__name__}")
        return Answer("timed-out") if self.given_up or self.left_s() <= 0 else answer

    def _shut(self) -> None:
        for one in self._held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _word(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "timed-out"
    return "refused" if isinstance(error, ConnectionRefusedError) else f"network-{type(error).__name__}"


class Workers:
    """At most `most` at once; others wait in order. `woken` is called from a thread when an answer is there."""

    def __init__(self, most: int, woken: Callable[[], None]) -> None:
        self._most, self._woken = most, woken
        self._waiting: deque[Task] = deque()
        self._at_work: dict[int, Task] = {}
        self._answers: deque[tuple[int, End]] = deque()
        self._lost = 0

    @property
    def load(self) -> tuple[int, int, int]:
        """At work, waiting, left behind."""
        return len(self._at_work), len(self._waiting), self._lost

    @property
    def next_us(self) -> int | None:
        """When the time of something here is over."""
        tasks = (*self._at_work.values(), *self._waiting)
        return min((one.until_us for one in tasks), default=None)

    def has(self, job: int) -> bool:
        return job in self._at_work or any(one.job == job for one in self._waiting)

    def add(self, task: Task) -> None:
        self._waiting.append(task)
        self._begin()

    def look(self, now_us: int) -> list[tuple[int, End]]:
        """Answers that are there; whose time is over, is told so and no longer waited for."""
        found: list[tuple[int, End]] = []
        while self._answers:
            job, answer = self._answers.popleft()
            if self._at_work.pop(job, None) is not None:
                found.append((job, answer))
            else:
                self._lost -= 1
        for task in [one for one in self._at_work.values() if one.until_us <= now_us]:
            task.give_up()
            del self._at_work[task.job]
            self._lost += 1
            found.append((task.job, Answer("timed-out")))
        for task in [one for one in self._waiting if one.until_us <= now_us]:
            self._waiting.remove(task)
            found.append((task.job, Answer("timed-out")))
        self._begin()
        return found

    def close(self) -> None:
        for task in self._at_work.values():
            task.give_up()

    def _begin(self) -> None:
        while self._waiting and len(self._at_work) < self._most:
            task = self._waiting.popleft()
            if self._lost >= self._most * LEFT_BEHIND:
                self._at_work[task.job] = task
                self._done(task, Answer("failed", "too-many-hang"))
                continue
            self._at_work[task.job] = task
            threading.Thread(target=self._run, args=(task,), name=f"job-{task.job}", daemon=True).start()

    def _run(self, task: Task) -> None:
        self._done(task, task.do())

    def _done(self, task: Task, answer: End) -> None:
        self._answers.append((task.job, answer))
        self._woken()
