"""What the people of the simulated world lived through, told by the world itself."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from msgspec import Struct

from firmware.cli.sim import NoWorld, ask
from firmware.protocol.places import Places

TALKED, LEFT_A_MESSAGE = "talked", "left a message"
Entry = tuple[int, str, str, str]
"""(box time, who, what, about)"""


class Story(Struct):
    """One caller. Times are box time in microseconds, 0 for what did not happen."""

    who: str
    line: str
    placed_us: int = 0
    refused: bool = False
    """The network had no free line: the box never saw this call."""
    connected_us: int = 0
    pressed: str = ""
    """Keys."""
    heard_us: int = 0
    """First voice of a person."""
    heard: str = ""
    """Whose: an extension's number."""
    marks_us: list[int] = []
    """Voiceprints of that person."""
    gone_us: int = 0
    why: str = ""

    def lives_at(self, at_us: int) -> bool:
        return self.placed_us <= at_us and (not self.gone_us or at_us < self.gone_us)

    def longest_silence_us(self) -> int:
        """Between two voiceprints of the person talked to, or after the last, while the caller was in the talk."""
        times = [*self.marks_us, self.gone_us] if self.gone_us else self.marks_us
        return max((later - sooner for sooner, later in pairwise(times)), default=0)


class People:
    """Asks the world for news; nothing is lost that it tells."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._next = 0
        self.at_us = 0
        self.entries: list[Entry] = []
        self.whys: dict[str, str] = {}
        self.late: list[tuple[int, int]] = [(0, 0)]
        """(box time, blocks of 20 ms that world and chips could not pass on to each other in time so far)."""

    def ask(self) -> None:
        try:
            news: dict[str, Any] = next(iter(ask(self._places, {"do": "diary", "after": self._next})))
        except NoWorld:
            return
        self.at_us, self._next = news["at_us"], news["next"]
        self.entries += [(at_us, who, what, about) for at_us, who, what, about in news["entries"]]
        self.whys |= news["gone"]
        self.late.append((self.at_us, news["late_blocks"]))

    def stories(self) -> list[Story]:
        return stories(self.entries, self.whys)


def stories(entries: Iterable[Entry], whys: dict[str, str]) -> list[Story]:
    """Callers in the order of their calls; `line-2-17` calls line-2."""
    found: dict[str, Story] = {}
    for at_us, who, what, about in entries:
        if not who.startswith("line-"):
            continue
        story = found.setdefault(who, Story(who, who.rpartition("-")[0]))
        _take(story, at_us, what, about.removeprefix("ext-"))
        if story.gone_us and not story.why:
            story.why = whys.get(who, "")
    return list(found.values())


def _take(story: Story, at_us: int, what: str, about: str) -> None:
    if what == "PlaceCall":
        story.placed_us = at_us
    elif what == "Connected":
        story.connected_us = at_us
    elif what == "Press":
        story.pressed += about
    elif what in ("HeardVoice", "mark"):
        story.heard_us, story.heard = story.heard_us or at_us, story.heard or about
        if what == "mark" and about == story.heard:
            story.marks_us.append(at_us)
    elif what in ("HangUp", "Released", "Refused"):
        story.gone_us = story.gone_us or at_us
        story.refused = what == "Refused"
