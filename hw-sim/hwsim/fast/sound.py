"""How long what the engine plays lasts, without a sample of it: the lengths of phrases, tones, pauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from drivers.countries import CountryProfile
from drivers.dsp.tones import render
from firmware.protocol.commands import Message, Music, Pause, Phrase, PlayItem, ToneItem
from firmware.protocol.names import Tone
from hwsim.fast.latencies import TICK_US

TICK_SAMPLES = 160
SAMPLES_A_MS = 8
LANGUAGES = ("zh", "en")
MESSAGE_SAMPLES = 8000 * 8
"""A recorded message whose length nobody knows."""


class Programme(Struct, frozen=True):
    """What a player will do: lasting `us` (None: for ever); tones in it with when they begin, and the last tune."""

    us: int | None
    tones: tuple[tuple[int, Tone], ...] = ()
    music: tuple[int, str] | None = None


class Sounds:
    """`lengths` are samples of each (prompt, language) there is."""

    def __init__(self, lengths: Mapping[tuple[str, str], int], profile: CountryProfile) -> None:
        self._lengths = lengths
        self._rows = {tone: render(profile.tones[tone.value]) for tone in Tone}
        self.missing = 0

    def programme(self, items: Sequence[PlayItem], repeat: bool = False) -> Programme:
        """The items in order; a phrase that is missing is a short beep, as in the switch."""
        at = 0
        tones: list[tuple[int, Tone]] = []
        for item in items:
            if isinstance(item, Music):
                return Programme(None, tuple(tones), (at * 125, item.name))
            if isinstance(item, ToneItem):
                tones.append((at * 125, item.tone))
            length = self._samples(item)
            if length is None:
                return Programme(None, tuple(tones))
            at += length
        ticks = -(-at // TICK_SAMPLES)
        return Programme(None if repeat and items else ticks * TICK_US, tuple(tones))

    def _samples(self, item: PlayItem) -> int | None:
        match item:
            case Phrase(prompt, language):
                return self._phrase(prompt, language)
            case Pause(for_ms):
                return max(for_ms * SAMPLES_A_MS, TICK_SAMPLES)
            case ToneItem(tone, for_ms):
                return self._tone(tone, for_ms * SAMPLES_A_MS)
            case Message():
                return MESSAGE_SAMPLES
            case Music():
                return None

    def _phrase(self, prompt: str, language: str) -> int:
        for spoken in (language, *LANGUAGES):
            if (length := self._lengths.get((prompt, spoken))) is not None:
                return max(length, TICK_SAMPLES)
        self.missing += 1
        return len(self._rows[Tone.BEEP].intro)

    def _tone(self, tone: Tone, samples: int) -> int | None:
        row = self._rows[tone]
        if row.loop.size and samples <= 0:
            return None
        return max(len(row.intro), samples if row.loop.size else 0, TICK_SAMPLES)
