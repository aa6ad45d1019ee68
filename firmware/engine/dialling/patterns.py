"""Numbers and beginnings of numbers, looked up at once however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_SEPARATORS = str.maketrans("", "", " -.()/\t")


class NumberPatterns:
    """Patterns to what they stand for. `+8613912345678`, `01088886666`; with `*` at its end all that begin so."""

    def __init__(self, patterns: Iterable[tuple[str, int]]) -> None:
        self._whole: dict[str, list[int]] = {}
        self._beginnings: dict[str, list[int]] = {}
        for pattern, meaning in patterns:
            bare = pattern.translate(_SEPARATORS)
            table, key = (self._beginnings, bare[:-1]) if bare.endswith("*") else (self._whole, bare)
            table.setdefault(key, []).append(meaning)
        self._lengths = sorted({len(one) for one in self._beginnings})

    def of(self, *numbers: str) -> frozenset[int]:
        """What any of these forms of one number stands for; no number stands for nothing."""
        return frozenset(meaning for number in numbers if number for meaning in self._of(number))

    def _of(self, number: str) -> Iterator[int]:
        yield from self._whole.get(number, ())
        for length in self._lengths:
            if length <= len(number):
                yield from self._beginnings.get(number[:length], ())
