"""Own prompts that come into force while the switch runs.

`Speaker` (of the jobs process) makes finished sounds of what a new configuration says anew and writes down which one
each prompt is; `Watch` (of the switch process) reads those that are others than before, as they lie there, so that the
tick only lays them on its shelf.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.prompts.bank import Arrival, Key, PromptBank, UnreadableSound, read_wav, replacing
from firmware.prompts.finished import is_whole, read_finished, write_finished
from firmware.prompts.often import Again, Complaints, Often
from firmware.prompts.render import RenderError, Text, config_texts, speak
from firmware.protocol.places import Places

_RECIPE = "1"
"""Changed when the same file would come out otherwise."""


class Own(Struct, frozen=True):
    """The sound of one prompt in one language."""

    prompt: str
    language: str
    path: str
    """Of the finished sound; another sound is another file."""
    is_there: bool
    """False: it could not be made; what was said before is said on."""


class Sounds(Struct, frozen=True):
    """All prompts of a configuration that are not the product's own."""

    version: int
    own: tuple[Own, ...]


class Wanted(Struct, frozen=True):
    """A finished sound and what it is made of."""

    prompt: str
    language: str
    path: Path
    source: Text | Path


def own_sounds(config: Config, places: Places) -> tuple[Wanted, ...]:
    """A WAV goes before a text."""
    texts = [
        Wanted(one.prompt, one.language, places.spoken / one.spoken_file, one) for one in config_texts(config)
    ]
    files = [
        Wanted(prompt, language, places.spoken / _finished_name(path), path)
        for prompt, language, path in replacing(config, places.prompts)
    ]
    return (*texts, *files)


def _finished_name(source: Path) -> str:
    """A file that somebody wrote over is another sound."""
    named = "\0".join((_RECIPE, str(source), *map(str, _stamp(source))))
    return f"{hashlib.sha256(named.encode(errors='replace')).hexdigest()[:32]}.wav"


class Speaker:
    def __init__(self, places: Places) -> None:
        self._places = places
        self._stamp: tuple[tuple[int, int], ...] = ()
        self._again, self._complaints = Again(), Complaints()

    def often(self, *besides: Callable[[], None]) -> Often:
        """`besides`: what else its thread looks after."""
        return Often("speaker", self.look, *besides)

    def look(self) -> None:
        """Where the configuration may be another, or something failed a while ago: make sounds and write down."""
        stamp = tuple(_stamp(self._places.config_db.with_name(one)) for one in ("config.db", "config.db-wal"))
        if not self._again.is_due() and stamp == self._stamp:
            return
        self._stamp = ()
        try:
            found = newest(self._places.config_db)
        except sqlite3.Error:  # somebody is writing: the next look tries again
            return
        if found is not None:
            self._tell(found.version, found.config)
        self._stamp = stamp

    def _tell(self, version: int, config: Config) -> None:
        own = tuple(
            Own(one.prompt, one.language, str(one.path), self._makes(one))
            for one in own_sounds(config, self._places)
        )
        if not all(one.is_there for one in own):
            self._again.later()
        new = self._places.sounds.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(Sounds(version, own)))
        new.replace(self._places.sounds)

    def _makes(self, one: Wanted) -> bool:
        try:
            if isinstance(one.source, Text):
                speak(one.source, self._places.spoken)
            elif not is_whole(one.path):
                write_finished(one.path, read_wav(one.source))
        except (RenderError, UnreadableSound, OSError) as error:
            self._complaints.say(f"prompt {one.prompt} ({one.language}): {error}")
            return False
        return True


class Watch:
    def __init__(self, places: Places, bank: PromptBank, config: Config, built: Path) -> None:
        """`config`: the one `bank` was made of; `built`: where the product's own prompts are."""
        self._file, self._bank, self._built = places.sounds, bank, built
        found = {(one.prompt, one.language): str(one.path) for one in own_sounds(config, places)}
        self._known = {key: "" if key in bank.unread else path for key, path in found.items()}
        """By prompt, the sound that is said; empty: it is another's still."""
        self._stamp = (0, 0)
        self._again, self._complaints = Again(), Complaints()

    def often(self) -> Often:
        return Often("prompts", self.look)

    def look(self) -> None:
        self._hear_refusals()
        stamp = _stamp(self._file)
        if not self._again.is_due() and stamp == self._stamp:
            return
        try:
            told = msgspec.json.decode(self._file.read_bytes(), type=Sounds)
        except (OSError, msgspec.MsgspecError):
            told = None
        if told is not None:
            self._take({(one.prompt, one.language): one for one in told.own})
        self._stamp = stamp

    def _hear_refusals(self) -> None:
        """What found no room on the shelf is offered again."""
        while self._bank.refused:
            key = self._bank.refused.popleft()
            self._again.later()
            if key in self._known:
                self._known[key] = ""

    def _take(self, own: Mapping[Key, Own]) -> None:
        for key, one in own.items():
            known = self._known.setdefault(key, "")
            if one.is_there and known != one.path and self._arrives(key, Path(one.path)):
                self._known[key] = one.path
        for key in [one for one in self._known if one not in own]:
            del self._known[key]
            prompt, language = key
            product = self._built / language / f"{quote(prompt, safe='')}.wav"
            if not product.is_file():
                self._bank.arrivals.append(Arrival(prompt, language, None))
            else:
                self._arrives(key, product)

    def _arrives(self, key: Key, path: Path) -> bool:
        """What cannot be read leaves the old one where it is, and is tried again."""
        try:
            sound = read_finished(path)
        except UnreadableSound as error:
            self._complaints.say(f"prompt {key[0]} ({key[1]}): {error}")
            self._again.later()
            return False
        self._bank.arrivals.append(Arrival(*key, sound))
        return True


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
