"""Emergency numbers keyed where digits mean something else or nothing: which keys of a telephone belong together.

Where nothing else could be meant (`suffix`), the last digit of an emergency number is enough. Where something else
could be meant, a pause must follow; and where keys are commands, the number must also stand alone, keyed in one go.
None of these keys is ever written down: they live in this process's memory, a few seconds long.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from firmware.config.schema import DialPlan

PAUSE_US = 900_000
"""Who keys on is faster. With the second a line must rest after its call was pre-empted: 1.9 s."""
LONG_PAUSE_US = 4_000_000
"""While the keys are the beginning of something that is right here: a PIN, an agent's number."""
TOGETHER_US = 4_000_000
IN_ONE_GO_US = 2_000_000
"""Keys further apart are not keys of one number."""
MOST_KEYS = 40


@dataclass(slots=True)
class _Burst:
    keys: str
    at_us: int
    began: str
    """The phase in which its first key was pressed."""
    due_us: int | None = None
    number: str = ""


class UrgentKeys:
    """The last keys of each telephone, by port. `due_us` is when a pause will have been long enough."""

    def __init__(self) -> None:
        self._bursts: dict[int, _Burst] = {}

    def add(self, port: int, digit: str, at_us: int, phase: str, within_us: int = TOGETHER_US) -> str:
        """The keys so far, with this one; those of longer ago are forgotten."""
        burst = self._bursts.get(port)
        if burst is None or at_us - burst.at_us > within_us:
            burst = self._bursts[port] = _Burst("", at_us, phase)
        burst.keys = (burst.keys + digit)[-MOST_KEYS:]
        burst.at_us, burst.due_us = at_us, None
        return burst.keys

    def began(self, port: int, at_us: int) -> str:
        """In which phase the keys that this one would belong to began; nothing when it stands alone."""
        burst = self._bursts.get(port)
        return burst.began if burst is not None and at_us - burst.at_us <= IN_ONE_GO_US else ""

    def expect_pause(self, port: int, number: str, due_us: int) -> None:
        """`number` is meant unless another key comes before."""
        burst = self._bursts[port]
        burst.number, burst.due_us = number, due_us

    def forget_begun(self, port: int, phases: Collection[str]) -> None:
        """What began in one of these phases is over, though its keys are not older than `TOGETHER_US`."""
        burst = self._bursts.get(port)
        if burst is not None and burst.began in phases:
            del self._bursts[port]

    def forget(self, port: int) -> None:
        self._bursts.pop(port, None)

    @property
    def due_us(self) -> int | None:
        return min((one.due_us for one in self._bursts.values() if one.due_us is not None), default=None)

    def take_due(self, at_us: int) -> tuple[int, str] | None:
        """Port and number of a pause that was long enough; told once."""
        for port, burst in self._bursts.items():
            if burst.due_us is not None and burst.due_us <= at_us:
                del self._bursts[port]
                return port, burst.number
        return None


def alone(keys: str, plan: DialPlan) -> str:
    """The emergency number these keys are, once or over and over; else nothing.

    The outside prefix may come before it, and `#` after it: people key what they key elsewhere.
    """
    keyed = keys.rstrip("#")
    choices = (keyed, keyed.removeprefix(plan.outside_prefix))
    return next((one for choice in choices for one in plan.emergency if _is(choice, one, plan)), "")


def _is(keys: str, number: str, plan: DialPlan) -> bool:
    return bool(number) and any(_repeats(keys, one) for one in (number, plan.outside_prefix + number))


def _repeats(keys: str, number: str) -> bool:
    return bool(keys) and keys == number * (len(keys) // len(number))


def at_the_end(keys: str, plan: DialPlan) -> str:
    """The longest emergency number these keys end with, `#` after it or not; else nothing."""
    found = (one for one in plan.emergency if one and keys.rstrip("#").endswith(one))
    return max(found, key=len, default="")


def ended(keys: str, own: str, plan: DialPlan) -> str:
    """The emergency number that `#` came after, where all of `own`, the end of `keys`, belongs to it; else nothing."""
    ends = at_the_end(keys, plan)
    return alone(own, plan) or alone(keys, plan) or (ends if 0 < len(own) <= len(ends) else "")
