"""Messages left by telephone, as prompts are made of them: the newest, and one taken. The message itself stays."""

from __future__ import annotations

import io
import os
import secrets
import sqlite3
from contextlib import suppress

import soundfile
from msgspec import Struct

from firmware.archive.tracks import SAMPLE_RATE_HZ, NotARecording, UnnamedRecording, wav_head
from firmware.config.schema import Config
from firmware.prompts.taking import LONGEST_S, Measured, NotTaken
from firmware.protocol.inputs import AccessOrder
from firmware.store.audio.accesses import tell_access
from firmware.store.audio.opening import open_recording
from firmware.store.audio.speaking import said
from firmware.store.history import StoreError
from firmware.store.messages import Message, Standing, look
from firmware.store.messages import newest as newest_messages
from webui.calls.shown import Shown, length
from webui.history import history
from webui.prompting.sounds import take_file
from webui.site import Site

MOST = 12
MOST_BYTES = len(wav_head(0)) + round(2 * SAMPLE_RATE_HZ * LONGEST_S)
UNUSABLE = {"writing": 409, "erased": 410, "empty": 422, "unaudited": 503}
"""Why a message cannot become a prompt, and the status that says so."""


class Line(Struct, frozen=True):
    """A message in the page's list."""

    recording: str
    at: str
    """By the clock of the site."""
    mailbox: str
    who: str
    """Number, with its name where it is an extension; empty: not known."""
    length: str
    standing: str


class Unusable(ValueError):
    """`why`: a `Standing` but `there`, or `unaudited`: the audit could not be told, so nothing was heard."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NoMessage(LookupError):
    """No message of this name was ever left."""


def newest(site: Site, language: str) -> list[Line]:
    """Newest first; nothing where history cannot be read: prompts are made in other ways, too."""
    with suppress(StoreError, sqlite3.Error):
        shown = Shown(site.config, site.config.site.zone, language)
        return [_line(one, site.config, shown) for one in left(site, MOST)]
    return []


def left(site: Site, most: int) -> list[Message]:
    """Newest first. Raises StoreError, sqlite3.Error."""
    with history(site) as db:
        return newest_messages(db, most) if db else []


def names(one: Message, config: Config) -> tuple[str, str]:
    """Of its mailbox and of the extension it was left by; empty: none."""
    mailbox = next((each.name for each in config.mailboxes if each.id == one.mailbox), "")
    return mailbox, next((each.name for each in config.extensions if each.number == one.number), "")


def _line(one: Message, config: Config, shown: Shown) -> Line:
    mailbox, name = names(one, config)
    box = f"{one.mailbox} · {mailbox}" if mailbox and mailbox != one.mailbox else one.mailbox
    who = f"{one.number} · {name}" if name and one.number else one.number
    return Line(one.recording, shown.at(one.left_at), box, who, length(one.seconds), one.standing)


def take(site: Site, recording: str, name: str, language: str, author: str) -> tuple[str, Measured]:
    """As `sounds.take_file`, of what was said in a message; the audit knows before that it became this prompt.

    Raises NoMessage, Unusable, NotTaken, Crowded, OSError, sqlite3.Error.
    """
    with history(site) as db:
        found = look(db, recording) if db else None
    if found is None:
        raise NoMessage(recording)
    if found.standing is not Standing.THERE:
        raise Unusable(found.standing)
    try:
        handle = open_recording(site.places.root, recording)
    except (UnnamedRecording, NotARecording, OSError):
        raise Unusable(Standing.ERASED) from None
    try:
        sound = _wav(site, handle, recording, name, author)
    finally:
        os.close(handle)
    return take_file(site.places, sound, name, language)


def _wav(site: Site, handle: int, recording: str, name: str, author: str) -> io.BytesIO:
    if os.fstat(handle).st_size > MOST_BYTES:
        raise NotTaken("too-long")
    order = AccessOrder(f"export-{secrets.token_hex(8)}", author, "export", (recording,), f"prompt {name}")
    if not tell_access(site.places, order, site.wall_us()).done:
        raise Unusable("unaudited")
    made = io.BytesIO()
    try:
        soundfile.write(made, said(handle), SAMPLE_RATE_HZ, subtype="PCM_16", format="WAV")
    except NotARecording:
        raise NotTaken("no-sound") from None
    made.seek(0)
    return made
