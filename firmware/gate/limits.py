"""How much a program may do: buckets that fill with time. Times are box time in microseconds."""

from __future__ import annotations

SECOND_US = 1_000_000


class Bucket:
    """Holds `size`; one more drops in every `every_us`."""

    def __init__(self, size: int, every_us: int) -> None:
        self._size, self._every_us = size, every_us
        self._full_us = 0
        """When it is (or was) full again."""

    def take(self, now_us: int) -> bool:
        """False: it is empty, nothing is taken."""
        if self.wait_us(now_us):
            return False
        self._full_us = max(self._full_us, now_us) + self._every_us
        return True

    def wait_us(self, now_us: int) -> int:
        """How long till something can be taken; 0: now."""
        return max(0, self._full_us - now_us - (self._size - 1) * self._every_us)


class WrongSecrets:
    """Slows guessing: some tries at once, then few. Of all names nobody has together, and of each other by itself.

    While a name's bucket is empty its logins are refused without a look at the secret.
    """

    TRIES, EVERY_US = 5, 10 * SECOND_US

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def wait_us(self, name: str, now_us: int) -> int:
        bucket = self._buckets.get(name)
        return bucket.wait_us(now_us) if bucket else 0

    def count(self, name: str, now_us: int) -> None:
        self._buckets.setdefault(name, Bucket(self.TRIES, self.EVERY_US)).take(now_us)
