"""What the engine plays to each port, without samples: when it ends and which tones a person hears in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from drivers.countries import CountryProfile
from firmware.protocol.commands import Inject, Play
from firmware.protocol.names import Tone
from firmware.switch.plan import PortPlan
from hwsim.fast import latencies as late
from hwsim.fast.sound import Sounds
from hwsim.world.cadence import LONE, PAUSE_MS
from hwsim.world.timeline import Timeline

PATTERNS = (Tone.BUSY, Tone.CONGESTION, Tone.SPECIAL_DIAL)
ENDED = (Tone.BEEP, Tone.CALL_WAITING, Tone.CONFIRM)
"""Over before they are recognised; other tones go on."""


class Players:
    """`ended(port, play, at_us)`, `heard(port, tone, at_us)` and `music(port, tune, at_us)` are called when it comes to
    that.
    """

    def __init__(
        self,
        sounds: Sounds,
        plans: Sequence[PortPlan],
        timeline: Timeline,
        *,
        ended: Callable[[int, str, int], None],
        heard: Callable[[int, Tone, int], None],
        music: Callable[[int, str, int], None],
    ) -> None:
        self._sounds = sounds
        self._plans = plans
        self._timeline = timeline
        self._ended = ended
        self._heard = heard
        self._music = music
        self._runs = [0] * len(plans)
        self._plays = [""] * len(plans)

    def playing(self, port: int) -> str:
        return self._plays[port]

    def stop(self, port: int) -> None:
        self._runs[port] += 1
        self._plays[port] = ""

    def play(self, command: Play, now_us: int) -> None:
        port = command.port
        self.stop(port)
        self._plays[port] = command.play
        run = self._runs[port]
        programme = self._sounds.programme(command.items, command.repeat)
        for after_us, tone in programme.tones:
            ear_us = ear_after_us(self._plans[port].country, tone)
            if ear_us is not None:
                at_us = now_us + after_us + late.AUDIO_US + ear_us
                self._timeline.at(at_us, partial(self._tone, port, run, tone))
        if programme.music is not None:
            after_us, tune = programme.music
            at_us = now_us + after_us + late.AUDIO_US + late.MUSIC_US
            self._timeline.at(at_us, partial(self._tune, port, run, tune))
        if programme.us is not None:
            self._timeline.at(now_us + programme.us, partial(self._over, port, run))

    def inject(self, command: Inject, now_us: int) -> None:
        """Beside what is heard; it has no end that anybody is told of."""
        for after_us, tone in self._sounds.programme(command.items, False).tones:
            ear_us = ear_after_us(self._plans[command.port].country, tone)
            if ear_us is not None:
                at_us = now_us + after_us + late.AUDIO_US + ear_us
                self._timeline.at(at_us, partial(self._heard, command.port, tone))

    def _tone(self, port: int, run: int, tone: Tone, now_us: int) -> None:
        if self._runs[port] == run or tone in ENDED:
            self._heard(port, tone, now_us)

    def _tune(self, port: int, run: int, tune: str, now_us: int) -> None:
        if self._runs[port] == run:
            self._music(port, tune, now_us)

    def _over(self, port: int, run: int, now_us: int) -> None:
        if self._runs[port] == run:
            self._ended(port, self._plays[port], now_us)


def ear_after_us(profile: CountryProfile, tone: Tone) -> int | None:
    """From a tone's beginning to a person's knowing it; None for tones nobody minds."""
    if tone is Tone.BEEP:
        return late.BEEP_US
    if tone is Tone.DIAL:
        return late.EAR_DIAL_US
    bursts = profile.tones[tone.value].bursts()
    if tone in LONE:
        sound_ms = sum(one.on_ms + one.off_ms for one in bursts) - bursts[-1].off_ms
        return (sound_ms + PAUSE_MS) * 1000
    if tone not in PATTERNS:
        return None
    if any(not one.on_ms for one in bursts):
        return late.EAR_DIAL_US
    cycle_ms = sum(one.on_ms + one.off_ms for one in bursts) / len(bursts)
    return int(cycle_ms * 1000 * late.CYCLES_EAR) + late.EAR_SLACK_US
