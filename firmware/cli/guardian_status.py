"""What the guardian tells others of the process tree: deaths by role with their reason, standing waits, memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct


class GuardianStatus(Struct, frozen=True):
    """`guardian.status.json`. Dictionaries are by role, `supervisord` among them; counts are of this boot."""

    at_us: int = 0
    """Box time of this writing: once a second while a guardian lives."""
    pid: int = 0
    guardian_starts: int = 0
    """1 for the first guardian of this boot; more when one died and another took the running tree over."""
    running: dict[str, int] = {}
    """Process numbers of the roles somebody has now."""
    deaths: dict[str, int] = {}
    """Ends that nobody asked for, for whatever reason; a new process followed each."""
    hangs: dict[str, int] = {}
    """Of these deaths: killed because it was silent for too long or stopped by a signal."""
    over_memory: dict[str, int] = {}
    """Of these deaths: killed because it had more memory than its limit."""
    waiting_s: dict[str, float] = {}
    """Standing back-off: so long until a role that keeps dying starts again."""
    memory_bytes: dict[str, int] = {}
    """Private memory."""
    last_death: str = ""
    """Role, reason, and the last words in its log; empty: none in this boot."""
    last_death_us: int = 0


def read_status(path: Path) -> GuardianStatus:
    """An empty one where there is none that can be read."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes().rstrip(b" \0"), type=GuardianStatus)
    return GuardianStatus()


class Tally:
    """Counts that go on from guardian to guardian of one boot."""

    def __init__(self, former: GuardianStatus) -> None:
        self.starts = former.guardian_starts + 1
        self.deaths = dict(former.deaths)
        self.hangs = dict(former.hangs)
        self.over_memory = dict(former.over_memory)
        self.last_death, self.last_death_us = former.last_death, former.last_death_us

    def died(self, role: str, reason: str, last_words: str, at_us: int) -> None:
        """`reason` is what the guardian killed it for, or `died`."""
        _count(self.deaths, role)
        if reason in ("hung", "stopped"):
            _count(self.hangs, role)
        elif reason == "memory":
            _count(self.over_memory, role)
        self.last_death = f"{role}: {reason}" + (f" ({last_words[:200]})" if last_words else "")
        self.last_death_us = at_us


def _count(counts: dict[str, int], role: str) -> None:
    counts[role] = counts.get(role, 0) + 1
