"""The prompts a switch can play, read once: phrase -> samples. An admin's WAV goes before a rendered text."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import msgspec
import msgspec.inspect
import numpy as np
import soundfile
from msgspec import Struct

from firmware.config.references import notes
from firmware.config.schema import Config
from firmware.prompts.finished import Sound
from firmware.prompts.finished import UnreadableSound as UnreadableSound  # noqa: PLC0414 - raised here
from firmware.prompts.music import TUNES, tune
from firmware.prompts.render import LANGUAGES, config_texts
from firmware.prompts.resampling import levelled, to_8k

Key = tuple[str, str]
"""Prompt, language."""
_LONGEST_S = 600


class Arrival(Struct, frozen=True):
    """A prompt that is another from now on; None: it is gone."""

    prompt: str
    language: str
    sound: Sound | None


class PromptBank:
    """`phrases[(prompt, language)]` and `music[name]`, 16-bit mono 8 kHz. `faults` says what is amiss."""

    def __init__(
        self,
        phrases: Mapping[tuple[str, str], Sound],
        music: Mapping[str, Sound],
        faults: tuple[str, ...] = (),
        unread: frozenset[Key] = frozenset(),
    ) -> None:
        self.phrases = phrases
        self.music = music
        self.faults = faults
        self.unread = unread
        """Whose sound could not be read, so that another, or none, is said."""
        self.arrivals: deque[Arrival] = deque()
        """Sounds that came while the switch runs (`firmware.prompts.watch`); it takes them one by one."""
        self.refused: deque[Key] = deque()
        """Whose sounds it had no room for."""

    @classmethod
    def load(
        cls, folder: Path, config: Config, wavs: Path | None = None, spoken: Path | None = None
    ) -> PromptBank:
        """Read what `render` left in `folder`, then the configuration's own: texts as `speak` left them in `spoken`,
        and the WAVs it names (relative to `wavs`).

        A missing or unreadable file is a fault, never an exception.
        """
        phrases: dict[tuple[str, str], Sound] = {}
        faults: list[str] = []
        unread: set[Key] = set()
        sounds = [(one, True) for one in _rendered(folder)]
        if spoken is not None:
            sounds += [
                ((one.prompt, one.language, spoken / one.spoken_file), True) for one in config_texts(config)
            ]
        sounds += [(one, False) for one in replacing(config, wavs or folder)]
        for (prompt, language, path), as_is in sounds:
            try:
                phrases[prompt, language] = read_wav(path, as_is=as_is)
            except UnreadableSound as error:
                faults.append(f"prompt {prompt} ({language}): {error}")
                unread.add((prompt, language))
        faults += [
            f"prompt {one.id} ({language}): no sound and no text"
            for one in config.prompts
            for language in LANGUAGES
            if not any((one.id, spoken) in phrases for spoken in LANGUAGES)
            and language == config.site.language
        ]
        return cls(phrases, _music(config, wavs or folder, faults), tuple(faults), frozenset(unread))

    def forget(self) -> None:
        """Everything is on a shelf; what comes from now on is an arrival."""
        self.phrases, self.music = {}, {}

    def phrase(self, prompt: str, language: str) -> Sound | None:
        return self.phrases.get((prompt, language))


def read_wav(path: Path, *, as_is: bool = False) -> Sound:
    """Any rate, width and number of channels to 8 kHz mono at speech level (`as_is`: level untouched).

    Raises UnreadableSound.
    """
    try:
        samples, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    except (OSError, soundfile.SoundFileError, ValueError) as error:
        raise UnreadableSound(f"{path} cannot be read: {error}") from None
    if not len(samples):
        raise UnreadableSound(f"{path} is empty")
    if len(samples) > _LONGEST_S * rate_hz:
        raise UnreadableSound(f"{path} is longer than {_LONGEST_S // 60} minutes")
    if not np.isfinite(samples).all():
        raise UnreadableSound(f"{path} holds values that are no numbers")
    mono = to_8k(samples.mean(axis=1), rate_hz)
    return np.rint(np.clip(mono, -1.0, 1.0) * 32767).astype(np.int16) if as_is else levelled(mono)


def _rendered(folder: Path) -> list[tuple[str, str, Path]]:
    return [
        (unquote(path.stem), language, path)
        for language in LANGUAGES
        for path in sorted((folder / language).glob("*.wav"))
    ]


def _music(config: Config, wavs: Path, faults: list[str]) -> dict[str, Sound]:
    """Of the built-in tunes those that are asked for; making one takes a moment of the start."""
    asked = notes(msgspec.to_builtins(config), msgspec.inspect.type_info(Config))
    names = dict.fromkeys(("default", *(name for _, _, what, name in asked if what == "music")))
    found = {name: tune(name) for name in names if name in TUNES}
    for one in config.tunes:
        try:
            found[one.id] = read_wav(wavs / one.wav)
        except UnreadableSound as error:
            faults.append(f"tune {one.id}: {error}")
    return found


def replacing(config: Config, wavs: Path) -> list[tuple[str, str, Path]]:
    """(prompt, language, file) of the WAVs a configuration names."""
    return [
        (one.id, language, wavs / wav)
        for one in config.prompts
        for language, wav in (("zh", one.zh_wav), ("en", one.en_wav))
        if wav
    ]
