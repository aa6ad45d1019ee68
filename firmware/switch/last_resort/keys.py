"""The keys of one telephone, so far as they may be a number that nobody has taken yet."""

from __future__ import annotations

from collections.abc import Sequence

from firmware.protocol import commands as c
from firmware.switch.last_resort.given import is_dial_tone, is_talk

PAUSE_US = 10_000_000
"""Keys with a longer pause between them are not of one number."""
MOST_KEYS = 40


class Keys:
    """In conversation keys are meant for the other party, unless the telephone was flashed."""

    def __init__(self) -> None:
        self._keys: list[tuple[int, str]] = []
        self.last_us = 0
        """When the last key came."""
        self._talks = False
        self._flash = 0
        self._fresh = True
        self._toned = False

    def begin(self) -> None:
        """Lifted, or put down."""
        self._keys, self._talks, self._fresh, self._toned = [], False, True, False

    def flashed(self, number: int) -> None:
        """Event `number` was a hook flash."""
        self._keys, self._flash, self._fresh, self._toned = [], number, True, False

    def keyed(self, number: int, digit: str, now_us: int) -> None:
        """Event `number` was this key."""
        if self._talks and not self._flash:
            return
        if now_us - self.last_us > PAUSE_US and not self._fresh:
            self._keys = []
        self.last_us = now_us
        self._keys = [*self._keys, (number, digit)][-MOST_KEYS:]

    def spent(self) -> None:
        """They were the number that is being called."""
        self._keys, self._fresh = [], False

    def given(self, command: c.AnySwitchCommand, seen: int) -> None:
        """The engine gave the telephone something else to hear: what was keyed before is dealt with."""
        self._keys = [one for one in self._keys if one[0] > seen]
        if self._flash <= seen:
            self._flash, self._talks = 0, is_talk(command)
            self._fresh = self._toned = is_dial_tone(command)

    @property
    def fresh(self) -> bool:
        """Nothing but dial tone was heard since it was lifted or flashed: the keys are a number from its beginning."""
        return self._fresh and not any(key in "*#" for _, key in self._keys)

    @property
    def dialled(self) -> bool:
        """They were keyed after dial tone that the engine gave, and nothing else was heard since."""
        return self.fresh and self._toned

    def number(self, numbers: Sequence[str], prefix: str) -> str:
        """The emergency number among `numbers` that was keyed, with the prefix or without; else nothing."""
        keys = "".join(key for _, key in self._keys)
        begun = self.fresh
        for number in numbers:
            for wanted in (number, prefix + number):
                if keys.startswith(wanted) if begun else keys.endswith(wanted):
                    return number
        return ""
