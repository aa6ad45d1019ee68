"""What the engine names (phrases, tones, pauses, music, messages) as spans of the shelf, for a player."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.countries import CountryProfile
from drivers.dsp import tones
from firmware.prompts.bank import Arrival, Key, PromptBank
from firmware.prompts.finished import Sound
from firmware.protocol.commands import Message, Music, Pause, Phrase, PlayItem, ToneItem
from firmware.protocol.names import Tone
from firmware.switch.ports import MessageShelf
from firmware.switch.shelf import Shelf, Span

SAMPLES_A_MS = 8
NEW_ROOM = 300 * 8000
"""Samples for prompts that come while the switch runs, beside those they replace."""
MESSAGE_ROOM = 600 * 8000
"""Samples for messages and caller IDs that are being played."""
SLICE = 40_000
"""Samples of a new prompt that one tick copies at most: some 20 us."""
WAITS_TICKS = 500
"""So long a new prompt waits for the room of those that are still heard."""
LEAST_SAMPLES = 160
"""Of a message are played, from wherever one wants to hear it."""
LANGUAGES = ("zh", "en")
DIGIT_LEVEL_DBM0 = -6.0


class Playable(list[Span]):
    """Spans in order. `endless`: the last one plays for ever. `own` go back to the shelf afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.endless = False
        self.own: list[Span] = []
        self.tonal = False
        """Begins with a tone: an echo canceller learns nothing from it."""


@dataclass
class _Laid:
    """A new prompt of which `at` samples are on the shelf."""

    key: Key
    sound: Sound
    span: Span
    at: int = 0


class Playlist:
    """All the bank holds is laid on the shelf at the start. `missing` counts what was asked for in vain."""

    def __init__(self, bank: PromptBank, country: CountryProfile, messages: MessageShelf) -> None:
        sounds = [*bank.phrases.values(), *bank.music.values()]
        room = sum(max(len(sound), 160) for sound in sounds) + 120 * 8000 + NEW_ROOM + MESSAGE_ROOM
        self.shelf = Shelf(room)
        self.missing = 0
        self._crowded: set[Key] = set()
        self._arrivals, self._refused = bank.arrivals, bank.refused
        self._laid: _Laid | None = None
        self._waited = 0
        self._retired: deque[Span] = deque()
        self._messages = messages
        for (prompt, language), sound in sorted(bank.phrases.items()):
            self.shelf.name(("phrase", prompt, language), sound)
        for name, sound in sorted(bank.music.items()):
            self.shelf.name(("music", name), sound)
        for tone in Tone:
            self._lay_tone(tone, tones.render(country.tones[tone.value]))
        for digit in "0123456789*#ABCD":
            self.shelf.name(("digit", digit), tones.dtmf(digit, level=DIGIT_LEVEL_DBM0))

    def _lay_tone(self, tone: Tone, row: tones.ToneRow) -> None:
        if row.intro.size:
            self.shelf.name(("intro", tone), row.intro)
        if row.loop.size:
            whole = -(-8000 // row.loop.size)
            self.shelf.name(("loop", tone), np.tile(row.loop, whole))

    def renew(self, is_played: Callable[[Span], bool]) -> None:
        """Once a tick, whatever came: a slice of one new prompt, and a look at one that was replaced.

        Who hears the old one hears it to its end.
        """
        if self._retired:
            self._retired.rotate()
            if not is_played(self._retired[0]):
                self.shelf.take_back(self._retired.popleft())
        if self._laid is None and self._arrivals:
            self._begin(self._arrivals[0])
        if self._laid is not None:
            self._lay_on(self._laid)

    @property
    def crowded(self) -> int:
        """Prompts that came and found no room: the old ones are said."""
        return len(self._crowded)

    def _begin(self, one: Arrival) -> None:
        key = one.prompt, one.language
        if one.sound is None:
            self._arrivals.popleft()
            self._rename(key, None)
            return
        span = self.shelf.reserve(len(one.sound))
        if span is None and self._retired and self._waited < WAITS_TICKS:
            self._waited += 1
            return
        self._waited = 0
        self._arrivals.popleft()
        if span is not None:
            self._laid = _Laid(key, one.sound, span)
        else:
            self._crowded.add(key)
            self._refused.append(key)

    def _lay_on(self, laid: _Laid) -> None:
        piece = laid.sound[laid.at : laid.at + SLICE]
        self.shelf.lay(laid.span, laid.at, piece)
        laid.at += len(piece)
        if laid.at >= len(laid.sound):
            self._laid = None
            self._rename(laid.key, laid.span)

    def _rename(self, key: Key, span: Span | None) -> None:
        self._crowded.discard(key)
        old = self.shelf.rename(("phrase", *key), span)
        if old is not None:
            self._retired.append(old)

    def ready(self, items: Sequence[PlayItem]) -> bool:
        """Whether all messages among them are at hand; those that are not are being read from now on."""
        recordings = [item.recording for item in items if isinstance(item, Message)]
        return all([self._messages.ready(one) for one in recordings])

    def playable(self, items: Sequence[PlayItem]) -> Playable:
        """What cannot be found becomes a short beep, counted."""
        made = Playable()
        for item in items:
            if made.endless:
                break
            self._add(made, item)
        made.tonal = bool(items) and isinstance(items[0], ToneItem)
        return made

    def digits(self, digits: str) -> Playable:
        """DTMF with `,` as a pause; other characters are left out."""
        made = Playable()
        for digit in digits:
            span = self.shelf.find(("digit", digit))
            if span is not None:
                made.append(span)
            elif digit == ",":
                made += Shelf.pause(tones.PAUSE_MS * SAMPLES_A_MS)
        made.tonal = True
        return made

    def once(self, sound: NDArray[np.int16]) -> Playable:
        """Something made for this one time."""
        made = Playable()
        span = self.shelf.put(sound)
        if span is None:
            self._beep(made)
        else:
            made.append(span)
            made.own.append(span)
        return made

    def _add(self, made: Playable, item: PlayItem) -> None:
        match item:
            case Phrase(prompt, language):
                self._add_phrase(made, prompt, language)
            case ToneItem(tone, for_ms):
                self._add_tone(made, tone, for_ms * SAMPLES_A_MS)
            case Pause(for_ms):
                made += Shelf.pause(for_ms * SAMPLES_A_MS)
            case Music(name):
                self._add_music(made, name)
            case Message(recording, from_ms):
                self._add_message(made, recording, from_ms * SAMPLES_A_MS)

    def _add_phrase(self, made: Playable, prompt: str, language: str) -> None:
        """The other language is better than a beep."""
        for spoken in (language, *LANGUAGES):
            span = self.shelf.find(("phrase", prompt, spoken))
            if span is not None:
                made.append(span)
                self.missing += spoken != language
                return
        self._beep(made)

    def _add_tone(self, made: Playable, tone: Tone, samples: int) -> None:
        intro, loop = self.shelf.find(("intro", tone)), self.shelf.find(("loop", tone))
        if intro is not None:
            made.append(intro)
        if loop is None:
            return
        if samples <= 0:
            made.append(loop)
            made.endless = True
            return
        left = samples - (intro.length if intro else 0)
        while left > 0:
            made.append(Span(loop.start, min(loop.length, max(left, 160))))
            left -= loop.length

    def _add_music(self, made: Playable, name: str) -> None:
        span = self.shelf.find(("music", name))
        if span is None:
            self.missing += 1
            span = self.shelf.find(("music", "default"))
        if span is None:
            self._beep(made)
            return
        made.append(span)
        made.endless = True

    def _add_message(self, made: Playable, recording: str, skipped: int) -> None:
        sound = self._messages.message(recording)
        if sound is not None and skipped:
            sound = sound[min(skipped, max(0, len(sound) - LEAST_SAMPLES)) :]
        span = self.shelf.put(sound) if sound is not None and len(sound) else None
        if span is None:
            self._beep(made)
            return
        made.append(span)
        made.own.append(span)

    def _beep(self, made: Playable) -> None:
        self.missing += 1
        self._add_tone(made, Tone.BEEP, 2400)
