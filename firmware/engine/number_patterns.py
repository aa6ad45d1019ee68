"""Numbers and beginnings of numbers, looked up at once however many there are."""

from __future__ import annotations

from collections.abc import Iterable

_SEPARATORS = str.maketrans("", "", " -.()/\t")


class NumberPatterns:
    """`+8613912345678`, `01088886666`; with `*` at its end all that begin so."""

    def __init__(self, patterns: Iterable[str]) -> None:
        bare = [one.translate(_SEPARATORS) for one in patterns]
        self._whole = frozenset(one for one in bare if not one.endswith("*"))
        self._beginnings = frozenset(one[:-1] for one in bare if one.endswith("*"))
        self._lengths = sorted({len(one) for one in self._beginnings})

    def fit(self, *numbers: str) -> bool:
        """Whether any of these forms of one number does; no number never does."""
        return any(one and self._fits(one) for one in numbers)

    def _fits(self, number: str) -> bool:
        return number in self._whole or any(
            number[:length] in self._beginnings for length in self._lengths if length <= len(number)
        )
