"""One watcher of one telephone: when it is told, what is late, when it ends (RFC 6665 4.2). Sans-IO."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from firmware.sip.subscribe import Wish

PACE_US = 1_000_000
"""RFC 4235 3.10: no more than one NOTIFY a second."""
SILENCE_US = 35_000_000
"""No answer for so long: longer than a transaction lasts (RFC 3261 17.1.2.2, 32 s)."""


class Watching(Enum):
    CURRENT = auto()
    """The watcher knows how things are."""
    PACED = auto()
    """It does not, and is told when its second is over."""
    TELLING = auto()
    """A NOTIFY is on its way."""
    BEHIND = auto()
    """One is on its way and outdated already."""
    OVER = auto()


class Given(Enum):
    CHANGED = auto()
    CHANGED_EARLY = auto()
    """Within a second after the last NOTIFY."""
    DUE = auto()
    TOLD = auto()
    REFUSED = auto()
    """The watcher does not know of the subscription any more, or is silent."""
    ENDED = auto()
    """Its time is over, or it may not watch any longer."""


class Deed(Enum):
    NOTHING = auto()
    TELL = auto()
    FORGET = auto()
    FAREWELL = auto()
    """A last NOTIFY, with `terminated`."""


STEPS: Mapping[tuple[Watching, Given], tuple[Watching, Deed]] = {
    (Watching.CURRENT, Given.CHANGED): (Watching.TELLING, Deed.TELL),
    (Watching.CURRENT, Given.CHANGED_EARLY): (Watching.PACED, Deed.NOTHING),
    (Watching.CURRENT, Given.ENDED): (Watching.OVER, Deed.FAREWELL),
    (Watching.PACED, Given.CHANGED): (Watching.TELLING, Deed.TELL),
    (Watching.PACED, Given.CHANGED_EARLY): (Watching.PACED, Deed.NOTHING),
    (Watching.PACED, Given.DUE): (Watching.TELLING, Deed.TELL),
    (Watching.PACED, Given.ENDED): (Watching.OVER, Deed.FAREWELL),
    (Watching.TELLING, Given.CHANGED): (Watching.BEHIND, Deed.NOTHING),
    (Watching.TELLING, Given.CHANGED_EARLY): (Watching.BEHIND, Deed.NOTHING),
    (Watching.TELLING, Given.TOLD): (Watching.CURRENT, Deed.NOTHING),
    (Watching.TELLING, Given.REFUSED): (Watching.OVER, Deed.FORGET),
    (Watching.TELLING, Given.ENDED): (Watching.OVER, Deed.FAREWELL),
    (Watching.BEHIND, Given.CHANGED): (Watching.BEHIND, Deed.NOTHING),
    (Watching.BEHIND, Given.CHANGED_EARLY): (Watching.BEHIND, Deed.NOTHING),
    (Watching.BEHIND, Given.TOLD): (Watching.PACED, Deed.NOTHING),
    (Watching.BEHIND, Given.REFUSED): (Watching.OVER, Deed.FORGET),
    (Watching.BEHIND, Given.ENDED): (Watching.OVER, Deed.FAREWELL),
}
AWAITING = frozenset({Watching.TELLING, Watching.BEHIND})


class Subscription:
    """Holds what was asked for and counts; `Subscriptions` sends."""

    def __init__(self, key: int, watcher: str, wish: Wish, now_us: int) -> None:
        self.key = key
        self.watcher = watcher
        self.wish = wish
        self.state = Watching.CURRENT
        self.until_us = now_us + wish.for_s * 1_000_000
        self.source = wish.source
        """Where it was first asked for from."""
        self.request = 0
        """Of the last NOTIFY."""
        self.awaited = 0
        """Of the one on its way."""
        self.cseq = 0
        self.version = -1
        """Of the last document (RFC 4235 4.1)."""
        self._told_us = now_us - PACE_US

    @property
    def deadline_us(self) -> int:
        if self.state in AWAITING:
            return min(self.until_us, self._told_us + SILENCE_US)
        if self.state is Watching.PACED:
            return min(self.until_us, self._told_us + PACE_US)
        return self.until_us

    def step(self, given: Given) -> Deed | None:
        """None: no such row."""
        row = STEPS.get((self.state, given))
        if row is None:
            return None
        self.state, deed = row
        return deed

    def changed(self, now_us: int) -> Deed | None:
        early = now_us < self._told_us + PACE_US
        return self.step(Given.CHANGED_EARLY if early else Given.CHANGED)

    def passed(self, now_us: int) -> Deed | None:
        """Its deadline has come."""
        if now_us >= self.until_us:
            return self.step(Given.ENDED)
        return self.step(Given.REFUSED if self.state in AWAITING else Given.DUE)

    def refreshed(self, wish: Wish, now_us: int) -> Deed | None:
        """The watcher is told at once how things are (RFC 6665 4.2.1.2)."""
        self.wish = wish
        self.until_us = now_us + wish.for_s * 1_000_000
        return self.step(Given.CHANGED if wish.for_s else Given.ENDED)

    def counted(self, request: int, now_us: int, *, is_last: bool = False) -> None:
        """One more NOTIFY is sent."""
        self.request = request
        self.awaited = self.awaited if is_last else request
        self.cseq += 1
        self.version += 1
        self._told_us = now_us

    def left_s(self, now_us: int) -> int:
        return max(0, (self.until_us - now_us) // 1_000_000)
