"""All subscriptions, by dialog, by lamp and by time, and how many there may be (SAFETY S1, S3)."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from firmware.sip.deadlines import Deadlines
from firmware.sip.subscribe import Wish
from firmware.sip.subscription import Subscription


class Limits(Struct, frozen=True):
    most: int = 2000
    most_a_source: int = 500
    """Many telephones may stand behind one address."""
    most_a_watcher: int = 200


class SubscriptionTable:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._newest = 0
        self._all: dict[int, Subscription] = {}
        self._dialogs: dict[tuple[str, str, str, str], int] = {}
        self._lamps: dict[tuple[str, str], set[int]] = {}
        self._sources: Counter[str] = Counter()
        self._watchers: Counter[str] = Counter()
        self._deadlines = Deadlines()

    def __len__(self) -> int:
        return len(self._all)

    @property
    def deadline_us(self) -> int | None:
        return self._deadlines.next_us

    def all(self) -> list[Subscription]:
        return list(self._all.values())

    def get(self, key: int) -> Subscription | None:
        return self._all.get(key)

    def of_dialog(self, wish: Wish) -> Subscription | None:
        return self._all.get(self._dialogs.get(wish.dialog, 0))

    def watching(self, package: str, number: str) -> list[Subscription]:
        """Oldest first."""
        return [self._all[key] for key in sorted(self._lamps.get((package, number), ()))]

    def same(self, wish: Wish, watcher: str) -> Subscription | None:
        """Of the same telephone for the same lamp, in another dialog: it was started anew."""
        wanted = (watcher, wish.event, wish.contact, wish.source)
        for one in self.watching(wish.package, wish.number):
            if (one.watcher, one.wish.event, one.wish.contact, one.source) == wanted:
                return one
        return None

    def is_full(self, source: str, watcher: str) -> bool:
        """For one more of these."""
        limits = self._limits
        return (
            len(self._all) >= limits.most
            or self._sources[source] >= limits.most_a_source
            or self._watchers[watcher] >= limits.most_a_watcher
        )

    def add(self, watcher: str, wish: Wish, now_us: int) -> Subscription:
        self._newest += 1
        added = self._all[self._newest] = Subscription(self._newest, watcher, wish, now_us)
        self._dialogs[wish.dialog] = added.key
        self._lamps.setdefault((wish.package, wish.number), set()).add(added.key)
        self._sources[added.source] += 1
        self._watchers[watcher] += 1
        return added

    def remove(self, one: Subscription) -> None:
        wish = one.wish
        del self._all[one.key], self._dialogs[wish.dialog]
        lamp = self._lamps[wish.package, wish.number]
        lamp.discard(one.key)
        if not lamp:
            del self._lamps[wish.package, wish.number]
        _count_down(self._sources, one.source)
        _count_down(self._watchers, one.watcher)
        self._deadlines.drop(one.key)

    def settle(self, one: Subscription) -> None:
        """Its deadline may be another now."""
        self._deadlines.set(one.key, one.deadline_us)

    def take_due(self, now_us: int) -> Subscription | None:
        key = self._deadlines.take(now_us)
        return None if key is None else self._all[key]


def _count_down(counter: Counter[str], key: str) -> None:
    """Who has none is forgotten."""
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
