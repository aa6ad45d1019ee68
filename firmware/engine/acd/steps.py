"""What a queue asks of an agent, step by step of its `relax`: made ready from the configuration once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

from firmware.config.schema import Queue

SECOND_US = 1_000_000


class Steps:
    """Step 0 is the queue as it stands; step N has all that steps 1 … N of its `relax` let go."""

    def __init__(self, queue: Queue) -> None:
        self.skills = queue.skills
        self.count = len(queue.relax)
        self.caps: list[Mapping[str, int]] = [{}]
        self.gains = [0]
        self.agents: list[tuple[str, ...]] = [()]
        self.queues: list[tuple[str, ...]] = [()]
        self._times: list[tuple[int, int]] = []
        self._waits: list[tuple[int, int]] = []
        for number, step in enumerate(queue.relax, 1):
            caps = dict(self.caps[-1])
            for skill, most in step.skills.items():
                caps[skill] = min(most, caps.get(skill, most))
            self.caps.append(caps)
            self.gains.append(max(self.gains[-1], step.priority))
            self.agents.append((*self.agents[-1], *step.agents))
            self.queues.append((*self.queues[-1], *step.also_queues))
            if step.after_s > 0:
                self._times.append((round(step.after_s * SECOND_US), number))
            if step.when_expected_wait_s > 0:
                self._waits.append((round(step.when_expected_wait_s * SECOND_US), number))
        self.supervisors_us = round(queue.supervisors_after_s * SECOND_US)
        instants = {after_us for after_us, _ in self._times} | {self.supervisors_us}
        self._instants = sorted(instants - {0})

    @property
    def pressing(self) -> bool:
        """Whether any step goes by the expected wait."""
        return bool(self._waits)

    def at(self, waited_us: int, pressed: int) -> int:
        """The step of a call that has waited so long; `pressed` is what the expected wait asks for."""
        reached = pressed
        for after_us, number in self._times:
            if after_us <= waited_us and number > reached:
                reached = number
        return reached

    def supervised(self, waited_us: int) -> bool:
        """Whether supervisors may be rung for it."""
        return waited_us >= self.supervisors_us

    def next_us(self, waited_us: int) -> int | None:
        """The next wait at which waiting alone changes who may be rung."""
        place = bisect_right(self._instants, waited_us)
        return self._instants[place] if place < len(self._instants) else None

    def pressed(self, expected_us: int) -> int:
        """The step such an expected wait asks for at least."""
        return max((number for least_us, number in self._waits if least_us <= expected_us), default=0)

    def asked(self, skills: Mapping[str, int], step: int) -> dict[str, int]:
        """Least level of each skill at this step, for a call that asks for `skills` of its own."""
        caps = self.caps[step]
        levels: dict[str, int] = {}
        for skill in sorted({**self.skills, **skills}):
            level = max(self.skills.get(skill, 0), skills.get(skill, 0))
            level = min(level, caps.get(skill, level))
            if level > 0:
                levels[skill] = level
        return levels
