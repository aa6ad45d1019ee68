"""What happened in a rehearsal, counted: the facts of the box, and what the people around it remember."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from msgspec import Struct, structs

from firmware.protocol.journal import Record
from hwsim.scenario import Expect
from hwsim.world.diary import Entry


class Watch:
    """`see` every record of the engine; then `count`, with what the people remember."""

    def __init__(self, expects: Iterable[Expect], *, keep: bool = False) -> None:
        """`keep`: every fact, for `told`; else only those that are expected."""
        self._kinds = {one.fact for one in expects if one.fact}
        self._keep = keep
        self._facts: list[tuple[int, Struct]] = []

    def see(self, record: Record) -> None:
        if not self._kinds and not self._keep:
            return
        for fact in record.facts:
            if self._keep or type(fact).__name__ in self._kinds:
                self._facts.append((record.at_us, fact))

    def count(self, diary: Iterable[Entry], expect: Expect) -> int:
        """How many facts or entries are as expected, in the time it speaks of."""
        if expect.fact:
            return sum(_in_time(expect, at_us) and _is_of(fact, expect) for at_us, fact in self._facts)
        return sum(_in_time(expect, one.at_us) and _is_about(one, expect) for one in diary)

    def told(self, diary: Iterable[Entry]) -> Iterator[str]:
        """Facts and diaries in order of time, a line each: seconds, who, what, about."""
        lines = [(at_us, f"box\t{type(fact).__name__}\t{_fields(fact)}") for at_us, fact in self._facts]
        lines += [(one.at_us, f"{one.who}\t{one.what}\t{_about(one)}") for one in diary]
        for at_us, line in sorted(lines, key=lambda one: one[0]):
            yield f"{at_us / 1e6:.3f}\t{line}"


def text(value: object) -> str:
    """A value as a scenario would write it."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return ", ".join(map(text, value))
    return "" if value is None else str(value)


def _fields(fact: Struct) -> str:
    return " ".join(f"{key}={text(value)}" for key, value in structs.asdict(fact).items())


def _about(entry: Entry) -> str:
    return entry.about if entry.sound_s < 0 else f"{entry.about} ({entry.sound_s:.1f} s of sound)"


def _in_time(expect: Expect, at_us: int) -> bool:
    return expect.from_s * 1e6 <= at_us and (not expect.to_s or at_us <= expect.to_s * 1e6)


def _is_of(fact: Struct, expect: Expect) -> bool:
    return type(fact).__name__ == expect.fact and all(
        text(getattr(fact, key)) == text(value) for key, value in expect.of.items()
    )


def _is_about(entry: Entry, expect: Expect) -> bool:
    """What a display shows is known by its number too."""
    about = ("", entry.about, entry.about.partition(" ")[0])
    lasts = expect.sound_s
    if lasts is not None and not lasts.least <= entry.sound_s <= lasts.most:
        return False
    return entry.who == expect.diary and entry.what == expect.what and expect.about in about
