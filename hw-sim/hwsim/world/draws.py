"""Chance, repeatable: each decision of each person has its own generator, whatever the order of events."""

from __future__ import annotations

import hashlib
from random import Random

from hwsim.scenario import Seconds, Spread


def generator(seed: int, *of: str | int) -> Random:
    """The generator of one decision, named by who decides what and how often before."""
    name = "\x1f".join(str(part) for part in (seed, *of))
    return Random(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()))  # noqa: S311 - simulation


def drawn_us(length: Seconds, chance: Random) -> int:
    """A length of time in microseconds."""
    if not isinstance(length, Spread):
        return round(length * 1e6)
    if length.mean <= length.least:
        return round(chance.uniform(length.least, length.most) * 1e6)
    drawn = length.least + chance.expovariate(1.0 / (length.mean - length.least))
    return round(min(drawn, length.most) * 1e6)
