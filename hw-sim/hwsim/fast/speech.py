"""Speech without samples: turns with their voiceprints, and lines on which nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from drivers.ports import TICK_US
from firmware.switch.lines.exchanged import Given, SilenceReached, VoiceRecognised
from hwsim.fast import latencies as late
from hwsim.fast.event_loop import EventLoop
from hwsim.fast.hearers import PLAYER, Hearers
from hwsim.world.hearing import Hearing
from hwsim.world.mouth import turn_samples
from hwsim.world.timeline import Timeline

Give = Callable[[int, Given, int], None]


class Speech:
    """Who is talking. `person_at(port)` is who listens and speaks there, `port_of(who)` the inverse.

    `number_of(who)` is the voiceprint.
    """

    def __init__(
        self,
        timeline: Timeline,
        hearing: Hearing,
        hearers: Hearers,
        *,
        person_at: Callable[[int], str | None],
        port_of: Callable[[str], int | None],
        number_of: Callable[[str], int],
    ) -> None:
        self._timeline = timeline
        self._hearing = hearing
        self._hearers = hearers
        self._person_at = person_at
        self._port_of = port_of
        self._number_of = number_of
        self._talking: dict[str, int] = {}
        self._talks = 0

    def talk(self, who: str, now_us: int, voice: Callable[[int, int], None]) -> None:
        """From the next block on; `voice(port, at_us)` is called when a detector would know of each turn."""
        self._talks += 1
        self._talking[who] = self._talks
        self._turn(who, self._talks, voice, 0, -(-now_us // TICK_US) * TICK_US)

    def hush(self, who: str) -> None:
        self._talking.pop(who, None)

    def goodbye(self, who: str, now_us: int) -> None:
        self.hush(who)
        port = self._port_of(who)
        if port is not None:
            self._timeline.at(now_us + late.GOODBYE_US, partial(self._said_goodbye, who, port))

    def is_talking(self, port: int) -> bool:
        """Whether somebody speaks into this port."""
        who = self._person_at(port)
        return who is not None and who in self._talking

    def _turn(self, who: str, talk: int, voice: Callable[[int, int], None], turn: int, now_us: int) -> None:
        port = self._port_of(who)
        if self._talking.get(who) != talk or port is None:
            return
        self._timeline.at(now_us + late.MARK_US, partial(self._marked, who, port, now_us))
        next_us = now_us + turn_samples(turn, self._number_of(who)) * 125
        self._timeline.at(next_us, partial(self._turn, who, talk, voice, turn + 1))
        self._timeline.at(now_us + late.VOICE_US, partial(self._voice, who, port, voice))

    def _voice(self, who: str, port: int, voice: Callable[[int, int], None], now_us: int) -> None:
        if who in self._talking and self._person_at(port) == who:
            voice(port, now_us)

    def _marked(self, who: str, port: int, began_us: int, now_us: int) -> None:
        if who not in self._talking or self._person_at(port) != who:
            return
        for listener in self._hearers.listeners(port):
            other = self._person_at(listener)
            if other not in (None, who) and self._hearers.since_us[listener] <= began_us + TICK_US:
                self._hearing.mark(str(other), who, now_us)

    def _said_goodbye(self, who: str, port: int, now_us: int) -> None:
        for listener in self._hearers.listeners(port):
            other = self._person_at(listener)
            if other is not None and other != who:
                self._hearing.goodbye(other, now_us)


class Silence:
    """Lines off-hook on which nothing sounds in either direction, each with its limit."""

    def __init__(
        self,
        loops: Mapping[int, EventLoop],
        limits_us: Mapping[int, int],
        speech: Speech,
        hearers: Hearers,
        *,
        timeline: Timeline,
        give: Give,
    ) -> None:
        self._limits_us = limits_us
        self._loops = loops
        self._speech = speech
        self._hearers = hearers
        self._timeline = timeline
        self._give = give
        self._since_us: dict[int, int | None] = dict.fromkeys(loops)

    def weigh(self, now_us: int) -> None:
        """To be called whenever somebody begins or ceases to speak, or a port hears something else."""
        for port, loop in self._loops.items():
            if not loop.off_hook or self._sounds(port, loop):
                self._since_us[port] = None
            elif self._since_us[port] is None:
                self._since_us[port] = now_us
                self._timeline.at(now_us + self._limits_us[port], partial(self._over, port, now_us))

    def _sounds(self, port: int, loop: EventLoop) -> bool:
        source = self._hearers.source(port)
        if source == PLAYER or loop.sounding or self._speech.is_talking(port):
            return True
        return any(self._speech.is_talking(other) for other in self._hearers.sources(port))

    def _over(self, port: int, since_us: int, now_us: int) -> None:
        if self._since_us[port] == since_us and self._loops[port].off_hook:
            self._since_us[port] = None
            self._give(port, SilenceReached(), now_us)


__all__ = ["Silence", "Speech", "VoiceRecognised"]
