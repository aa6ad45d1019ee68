"""Sounds of prompts for the browser, and foreign files taken as prompts: bounded in size, number and time."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from firmware.cli.prompts import BUILT
from firmware.config.schema import Config
from firmware.prompts.bank import UnreadableSound, read_wav
from firmware.prompts.finished import read_finished, wav_of
from firmware.prompts.listing import sound_of
from firmware.prompts.render import Text, speak
from firmware.prompts.sweeping import sent_name
from firmware.prompts.taking import MOST_BYTES, Measured, NotTaken, take
from firmware.protocol.places import Places
from firmware.store.disk import Disk
from webui.prompting.changing import own

LONGEST_TEXT = 1000
FEWEST_BYTES = 44
"""No file of sound has a shorter head: nothing is begun for less."""
AT_ONCE = 2
"""People who have something spoken or decoded: others are told to try again, as waiting takes a thread of the pages."""
PATIENCE_S = 0.2
_places_at_work = threading.BoundedSemaphore(AT_ONCE)
_NOT_NAME, _UNSEEN = re.compile(r"[^A-Za-z0-9_-]+"), re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Crowded(RuntimeError):
    """Too many want the same just now."""


class NotThere(LookupError):
    """The prompt has no sound, or not one of ours."""


@contextmanager
def _turn() -> Iterator[None]:
    if not _places_at_work.acquire(timeout=PATIENCE_S):
        raise Crowded
    try:
        yield
    finally:
        _places_at_work.release()


def clean(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r\n", "\n")).strip()[:LONGEST_TEXT]


def spoken(places: Places, text: str, language: str) -> bytes:
    """What the box makes of a text; nothing of it is kept. Raises Crowded, RenderError, OSError."""
    one = Text("", language, text)
    with suppress(UnreadableSound):
        return wav_of(read_finished(places.spoken / one.spoken_file))
    with _turn(), tempfile.TemporaryDirectory(prefix="tipring-prompt-") as folder:
        return speak(one, Path(folder)).read_bytes()


def sound(places: Places, config: Config, name: str, language: str) -> bytes:
    """As callers hear it. Raises NotThere, Crowded, RenderError, OSError."""
    prompt = own(config, name)
    found = sound_of(prompt, name, language, places, BUILT)
    if found is None:
        raise NotThere(name)
    source, path = found
    if source == "file" and not path.resolve().is_relative_to(places.prompts.resolve()):
        raise NotThere(name)
    if source == "text" and prompt is not None:
        return spoken(places, prompt.zh if language == "zh" else prompt.en, language)
    try:
        samples = read_wav(path, as_is=source == "product")
    except UnreadableSound:
        raise NotThere(name) from None
    return wav_of(samples)


def take_file(places: Places, sent: IO[bytes], name: str, language: str) -> tuple[str, Measured]:
    """The name below the box's prompts, and what was measured. Raises NotTaken, Crowded, OSError."""
    data = sent.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise NotTaken("too-large")
    if len(data) < FEWEST_BYTES:
        raise NotTaken("no-sound")
    disk = Disk()
    disk.make_directory(places.prompts)
    with _turn(), tempfile.TemporaryDirectory(prefix="tipring-prompt-") as folder:
        source, target = Path(folder, "sent"), Path(folder, "taken.wav")
        source.write_bytes(data)
        measured = take(source, target)
        made = target.read_bytes()
    file = sent_name(_NOT_NAME.sub("-", name)[:40] or "prompt", language, made)
    if file.startswith("-"):
        file = f"p{file}"
    disk.write_whole(places.prompts / file, made)
    disk.sync_directory(places.prompts)
    return file, measured
