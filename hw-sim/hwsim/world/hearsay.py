"""Which call-progress tone sounds in whose ear, for those who would rather read it."""

from __future__ import annotations

from hwsim.world.world import World

PAUSE_US = 4_600_000
"""A tone without a sound for longer than the longest pause of ringback is over."""


class Hearsay:
    """`look` now and then; `tone` is the latest that was recognised and still sounds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._noted = world.diary.noted
        self._tones: dict[str, tuple[str, int]] = {}
        """Who hears what, and until when it is believed."""

    def look(self) -> None:
        world = self._world
        for entry in world.diary.since(self._noted):
            if entry.what == "HeardTone":
                self._tones[entry.who] = entry.about, entry.at_us + PAUSE_US
            elif entry.what == "HeardVoice":
                self._tones.pop(entry.who, None)
        self._noted = world.diary.noted
        for who, (tone, until_us) in list(self._tones.items()):
            port = self._port(who)
            if port is not None and world.ear.tonal[port]:
                self._tones[who] = tone, world.now_us + PAUSE_US
            elif port is None or world.now_us > until_us:
                del self._tones[who]

    def tone(self, who: str) -> str:
        return self._tones.get(who, ("", 0))[0]

    def _port(self, who: str) -> int | None:
        """Where somebody listens who is on a call."""
        if not who.startswith("ext-"):
            return self._world.outside.port_of(who)
        telephone = self._world.telephones.get(who.removeprefix("ext-"))
        return telephone.port if telephone is not None and telephone.off_hook else None
