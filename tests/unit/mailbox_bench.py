"""A box whose calls leave messages and speak greetings; for tests of what history knows of mailboxes."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from firmware.protocol import facts as f
from firmware.protocol import tape
from tests.unit.journal_bench import SECOND_US, blocks, recording_id
from tests.unit.kept_bench import OTHER, KeptBox, call_of

MINUTE_US = 60 * SECOND_US


def kept_box(directory: Path, **site: int) -> KeptBox:
    box = KeptBox(directory)
    box.configure(**site)
    return box


def live(box: KeptBox, *facts: f.Fact) -> None:
    """These happen now, and the archive follows."""
    box.tell(*facts)
    box.work()


def a_message(box: KeptBox) -> str:
    """Left in `box` just now; its recording."""
    recording = greeting(box, kind="voicemail")
    live(box, f.VoicemailLeft("box", _calls(box), recording, 4.0, OTHER))
    return recording


def greeting(box: KeptBox, kind: str = "greeting") -> str:
    """Something of four seconds that was spoken and taped."""
    call = _calls(box) + 1
    at_s = box.now_us // SECOND_US + 1
    for at_us, facts in call_of(OTHER, call, at_s):
        box.now_us = at_us
        box.tell(*(_as(fact, kind) for fact in facts))
    for block in blocks(call, at_s):
        assert box._audio.put(tape.encode(block))
    box.work()
    return recording_id(call)


def _as(fact: f.Fact, kind: str) -> f.Fact:
    return (
        structs.replace(fact, kind=kind, party="box", agent="", queue="")
        if isinstance(fact, f.RecordingBegan)
        else fact
    )


def _calls(box: KeptBox) -> int:
    return int(str(box.one("SELECT count(*) FROM calls")))
