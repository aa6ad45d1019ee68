"""Every prompt of a box: what it says, how it sounds, and who uses it. Pure but for the length of files."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from firmware.config.lines import Path as Where
from firmware.config.references import notes
from firmware.config.schema import Config, Prompt
from firmware.prompts.render import LANGUAGES, Text, builtin_texts
from firmware.protocol.places import Places


class Said(Struct, frozen=True):
    """A prompt in one language."""

    text: str
    source: str
    """`product`, `text` or `file`."""
    seconds: float | None
    """None: no sound yet, or one that cannot be read."""


class Listed(Struct, frozen=True):
    id: str
    is_product: bool
    """The box came with one of this name."""
    is_own: bool
    said: Mapping[str, Said]
    """By language; one that is not spoken is not there."""
    users: tuple[Where, ...]
    """Where in the configuration it is named."""


@cache
def product_texts() -> Mapping[tuple[str, str], str]:
    return {(one.prompt, one.language): one.text for one in builtin_texts()}


def listed(config: Config, places: Places, built: Path) -> list[Listed]:
    """Own ones first, then the product's in their order."""
    own = {one.id: one for one in config.prompts}
    users = users_of(config)
    product = dict.fromkeys(prompt for prompt, _ in product_texts())
    names = [*own, *(one for one in product if one not in own)]
    return [
        Listed(
            name,
            name in product,
            name in own,
            {
                language: Said(text_of(own.get(name), name, language), source, seconds_of(path))
                for language in LANGUAGES
                if (found := sound_of(own.get(name), name, language, places, built)) is not None
                for source, path in (found,)
            },
            tuple(users.get(name, ())),
        )
        for name in names
    ]


def users_of(config: Config) -> dict[str, list[Where]]:
    found: dict[str, list[Where]] = {}
    walk = notes(msgspec.to_builtins(config), msgspec.inspect.type_info(Config))
    for path, role, what, name in walk:
        if role == "refers" and what == "prompt" and name:
            found.setdefault(name, []).append(path)
    return found


def text_of(own: Prompt | None, name: str, language: str) -> str:
    """What is said there, as far as it is known: what a file says nobody knows but who made it."""
    mine = (own.zh if language == "zh" else own.en) if own else ""
    return mine or ("" if own and _file(own, language) else product_texts().get((name, language), ""))


def sound_of(
    own: Prompt | None, name: str, language: str, places: Places, built: Path
) -> tuple[str, Path] | None:
    """(source, file); None where it is not spoken in this language. The file may not be there yet."""
    if own and (file := _file(own, language)):
        return "file", places.prompts / file
    if own and (text := own.zh if language == "zh" else own.en):
        return "text", places.spoken / Text(name, language, text).spoken_file
    if (name, language) in product_texts():
        return "product", built / language / f"{quote(name, safe='')}.wav"
    return None


def seconds_of(path: Path) -> float | None:
    """Of a WAV of ours; what else an admin put there by hand is not measured."""
    if not path.is_file():  # nor one that waits for a writer
        return None
    try:
        with wave.open(str(path)) as file:
            return float(file.getnframes() / file.getframerate())
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return None


def _file(own: Prompt, language: str) -> str:
    return own.zh_wav if language == "zh" else own.en_wav
