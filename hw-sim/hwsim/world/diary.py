"""What people remember, for checks afterwards: whom they heard, what they pressed, what was displayed."""

from __future__ import annotations

from collections import deque
from itertools import islice

from msgspec import Struct


class Entry(Struct, frozen=True):
    """`what` is the name of a percept or act (`HeardVoice`, `Press` …) or `mark`; `about` is its object."""

    at_us: int
    who: str
    what: str
    about: str = ""
    latency_us: int = -1
    """`mark`: from the speaker's lips to this ear."""
    sound_s: float = -1.0
    """`MailCame`: how long its sound lasts."""


class Diary:
    """One book for everybody; `keep` limits it for endless runs (0: keeps all)."""

    def __init__(self, keep: int = 0) -> None:
        self.entries: deque[Entry] = deque(maxlen=keep or None)
        self.noted = 0
        """How many entries there ever were."""

    def note(
        self, at_us: int, who: str, what: str, about: str = "", latency_us: int = -1, *, sound_s: float = -1.0
    ) -> None:
        self.entries.append(Entry(at_us, who, what, about, latency_us, sound_s))
        self.noted += 1

    def since(self, noted: int) -> list[Entry]:
        """Those after the first `noted`, as far as they are kept."""
        new = min(self.noted - noted, len(self.entries))
        return list(islice(self.entries, len(self.entries) - new, None)) if new > 0 else []

    def of(self, who: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.who == who]

    def heard(self, who: str) -> set[str]:
        """Whose voices this person ever heard."""
        return {
            entry.about for entry in self.entries if entry.who == who and entry.what in ("mark", "HeardVoice")
        }

    def latencies_us(self) -> list[int]:
        """Mouth to ear of every voiceprint heard."""
        return [entry.latency_us for entry in self.entries if entry.latency_us >= 0]
