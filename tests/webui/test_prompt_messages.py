"""Prompts spoken by telephone: messages of mailboxes listed, heard and taken; what must not be taken is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from werkzeug.test import TestResponse

from firmware.config.schema import Prompt
from firmware.prompts.resampling import active_dbm0
from tests.webui.house import OFFICE, House
from tests.webui.past import SECONDS, change, look, put_past, put_recording, waiting_accesses
from tests.webui.test_prompts_pages import NAME, XSS, known, prompt, version
from tests.webui.test_settings import get

BOXES = """
[[mailbox]]
id = "801"
name = "Front desk"

[[mailbox]]
id = "hall"
"""


class Left:
    """Two messages in a house: `old`, and `new` of extension 802."""

    def __init__(self, house: House) -> None:
        put_past(house)
        self.house = house
        calls = [int(str(row[0])) for row in look(house, "SELECT id FROM calls ORDER BY id")]
        self.old, self.new = (self.message(call, at) for at, call in enumerate(calls[:2], 1))
        self.called("802", "")

    def message(self, call: int, at: int) -> str:
        recording = put_recording(self.house, call)
        change(
            self.house,
            "UPDATE recordings SET kind = 'voicemail', party = '801', queue = '', agent = '' WHERE id = ?",
            (recording,),
        )
        change(
            self.house,
            "INSERT INTO voicemails (recording, mailbox, call, left_us, left_at, seconds)"
            " VALUES (?, '801', ?, ?, ?, ?)",
            (recording, call, at, 1_795_395_600_000_000 + at * 60_000_000, SECONDS),
        )
        return recording

    def use(self, recording: str, name: str = NAME, seen: str = "", language: str = "en") -> TestResponse:
        form = {"csrf": self.house.csrf("admin"), "name": name, "seen": seen or known(self.house, name)}
        told = form | {"language": language, "recording": recording}
        return self.house.client("admin").post("/prompts/message", data=told)

    def mend(self, statement: str) -> None:
        """Of the new message."""
        change(self.house, f"{statement} = ?", (self.new,))

    def called(self, number: str, presentation: str) -> None:
        """By whom the new message was left."""
        statement = "UPDATE calls SET from_number = ?, presentation = ? WHERE id = ?"
        change(self.house, statement, (number, presentation, int(self.new, 16)))

    def kept(self) -> tuple[str, list[tuple[object, ...]]]:
        """All that is known of the messages, and their bytes."""
        rows = [
            row
            for table in ("recordings", "voicemails", "holds", "calls")
            for row in look(self.house, f"SELECT * FROM {table}")
        ]
        sounds = sorted(self.house.places.root.joinpath("recordings").rglob("*.wav"))
        return hashlib.sha256(b"".join(one.read_bytes() for one in sounds)).hexdigest(), rows


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Left]:
    house = House(tmp_path, OFFICE + BOXES)
    house.settle()
    yield Left(house)
    house.close()


def page(left: Left) -> str:
    return get(left.house, f"/prompts/one?name={NAME}")


def values(text: str) -> list[str]:
    return re.findall(r'name="recording" value="(\w+)"', text)


# -- the list -------------------------------------------------------------------------------------------


def test_the_newest_come_first_with_when_who_and_how_long(left: Left) -> None:
    text = page(left)
    assert values(text) == [left.new, left.old]
    row = text.partition('class="messages"')[2].partition("<tbody>")[2].partition("</tr>")[0]
    assert "2026-11-23 09:02" in row and "802" in row and "0:06" in row and "801 · Front desk" in row


@pytest.mark.parametrize(
    ("presentation", "is_told"), [("allowed", True), ("private", False), ("unavailable", False)]
)
def test_a_withheld_number_is_not_told(left: Left, presentation: str, is_told: bool) -> None:
    left.called("13812345678", presentation)
    assert ("13812345678" in page(left)) is is_told


def test_the_page_says_which_number_leads_to_which_mailbox(left: Left) -> None:
    text = page(left).partition('class="scroll ways"')[2].partition("</table>")[0]
    assert "Front desk" in text and "801, and wait until nobody has answered" in text
    assert "no number leads here" in text, "to the hall"
    assert "*97" in page(left)


def test_a_house_without_mailboxes_or_history_says_so(house: House) -> None:
    text = get(house, f"/prompts/one?name={NAME}")
    assert "There is no mailbox yet" in text and "no message in any mailbox" in text


def test_hostile_callers_and_mailboxes_are_inert(left: Left) -> None:
    left.called(XSS, "allowed")
    change(left.house, "UPDATE voicemails SET mailbox = ?", (XSS,))
    assert "<script>alert" not in page(left)


def test_a_history_that_cannot_be_read_takes_only_its_messages(left: Left) -> None:
    left.house.places.history_db.write_bytes(b"no database at all" * 100)
    assert values(page(left)) == []


# -- taking one -----------------------------------------------------------------------------------------


def test_a_message_becomes_a_prompt_as_an_upload_does(left: Left) -> None:
    told = left.use(left.new)
    assert "Version 2 is in force" in told.text, told.text
    assert version(left.house) == (2, "boss", "prompt tea-house") and len(left.house.engine.orders) == 1
    there = prompt(left.house)
    assert there is not None and re.fullmatch(r"tea-house-en-[0-9a-f]{12}\.wav", there.en_wav)
    path = left.house.places.prompts / there.en_wav
    samples, rate = soundfile.read(path)
    assert rate == 8000 and samples.ndim == 1 and active_dbm0(samples) == pytest.approx(-16, abs=0.2)
    assert len(samples) / rate == pytest.approx(2.0 + 0.34, abs=0.05), "of six seconds two are spoken"
    assert "of silence were taken off its ends" in told.text
    heard = left.house.client("admin").get(f"/prompts/sound?name={NAME}&language=en")
    assert heard.mimetype == "audio/wav"


def test_what_the_box_said_meanwhile_is_not_in_it(left: Left) -> None:
    """The last two seconds of the recording are on the other side."""
    left.use(left.new)
    there = prompt(left.house)
    assert there is not None
    samples, rate = soundfile.read(left.house.places.prompts / there.en_wav)
    assert np.abs(samples[round(2.2 * rate) :]).max() < 0.01


def test_an_existing_prompt_keeps_its_words_of_the_other_language(left: Left) -> None:
    left.use(left.old)
    left.use(left.new, language="zh")
    there = prompt(left.house)
    assert there is not None and there.en_wav and there.zh_wav
    left.use(left.old, "no-input")
    there = prompt(left.house, "no-input")
    assert there is not None and there.en_wav and there.zh


def test_the_message_stays_as_it_is(left: Left) -> None:
    before = left.kept()
    assert left.use(left.new).status_code == 200
    assert left.kept() == before
    assert values(page(left)) == [left.new, left.old]


def test_the_audit_knows_what_became_of_it(left: Left) -> None:
    left.use(left.new)
    (word,) = waiting_accesses(left.house)
    assert all(part in word for part in ('"boss"', '"export"', left.new, "prompt tea-house"))


def test_without_the_audit_nothing_is_taken(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused:
        done = False

    monkeypatch.setattr("webui.prompting.messages.tell_access", lambda *_: Refused())
    told = left.use(left.new)
    assert told.status_code == 503 and "audit cannot be written" in told.text
    nothing_changed(left)


def test_it_is_heard_by_the_way_all_recordings_are(left: Left) -> None:
    headers = {"X-CSRF-Token": left.house.csrf("admin"), "Accept": "application/json"}
    answer = left.house.client("admin").post(f"/recordings/{left.new}/listen", headers=headers)
    assert answer.json and answer.json["address"].startswith("/recordings/audio?ticket=")
    (word,) = waiting_accesses(left.house)
    assert '"listen"' in word and left.new in word


# -- refused --------------------------------------------------------------------------------------------


def nothing_changed(left: Left) -> None:
    assert left.house.site.config.prompts == () and version(left.house)[0] == 1
    assert not list(left.house.places.prompts.glob("*"))


REFUSED = {
    "being spoken": (
        "UPDATE recordings SET ended_us = NULL, cut = 0, path = '' WHERE id", 409, "still being spoken",
    ),
    "not cut yet": ("UPDATE recordings SET cut = 0, path = '' WHERE id", 409, "still being spoken"),
    "erased on request": ("UPDATE recordings SET gone = 'erased', path = '' WHERE id", 410, "is erased"),
    "past its time": ("UPDATE recordings SET gone = 'retention', path = '' WHERE id", 410, "is erased"),
    "deleted, but held": ("UPDATE voicemails SET deleted_us = 9 WHERE recording", 410, "is erased"),
    "nothing taped": ("UPDATE recordings SET path = '', seconds = 0 WHERE id", 422, "no sound in this"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_whole_message_is_refused_in_words(left: Left, case: str) -> None:
    statement, status, words = REFUSED[case]
    left.mend(statement)
    before = left.kept()
    told = left.use(left.new)
    assert told.status_code == status and words in told.text and "Nothing was changed" in told.text
    assert values(page(left)) == [left.old], "nor is it offered"
    assert left.kept() == before and waiting_accesses(left.house) == []
    nothing_changed(left)


def test_a_message_whose_file_went_meanwhile_is_refused(left: Left) -> None:
    next(left.house.places.root.joinpath("recordings").rglob(f"{left.new}.wav")).unlink()
    assert left.use(left.new).status_code == 410
    nothing_changed(left)


def test_one_being_spoken_is_listed_and_not_offered(left: Left) -> None:
    left.mend("DELETE FROM voicemails WHERE recording")
    left.mend("UPDATE recordings SET ended_us = NULL, cut = 0, path = '' WHERE id")
    assert values(page(left)) == [left.old] and "being spoken or written" in page(left)
    assert left.use(left.new).status_code == 409


def test_a_recorded_conversation_is_never_made_a_prompt(left: Left) -> None:
    left.mend("UPDATE recordings SET kind = 'conversation' WHERE id")
    left.mend("DELETE FROM voicemails WHERE recording")
    assert left.use(left.new).status_code == 404
    nothing_changed(left)


@pytest.mark.parametrize("recording", ["", "../secrets/key", "0" * 16, "x' OR '1'='1", "\x00"])
def test_a_name_that_is_no_message_is_not_there(left: Left, recording: str) -> None:
    assert left.use(recording).status_code == 404
    nothing_changed(left)


def test_a_message_longer_than_a_prompt_is_refused(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.prompting.messages.MOST_BYTES", 1000)
    told = left.use(left.new)
    assert told.status_code == 422 and "longer than 120 s" in told.text and waiting_accesses(left.house) == []
    nothing_changed(left)


def test_two_at_one_prompt_do_not_overwrite_each_other(left: Left) -> None:
    stale = known(left.house)
    left.use(left.old, seen=stale)
    mine = prompt(left.house)
    assert left.use(left.new, seen=stale).status_code == 409
    assert mine is not None and prompt(left.house) == mine


def test_only_who_administers_and_only_from_a_page_of_ours(left: Left) -> None:
    told = {"name": NAME, "seen": known(left.house), "language": "en", "recording": left.new}
    for role in ("agent", "supervisor", "technician"):
        answer = left.house.client(role).post("/prompts/message", data=told | {"csrf": left.house.csrf(role)})
        assert answer.status_code == 403, role
    assert (
        left.house.client("admin").post("/prompts/message", data=told | {"csrf": "stolen"}).status_code == 403
    )
    assert prompt(left.house) is None or prompt(left.house) == Prompt(id=NAME)
    nothing_changed(left)
