"""Prompts of messages for programs: listed, taken once for a key, refused as on the page; a text heard and not kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from werkzeug.test import TestResponse

from firmware.prompts.render import RenderError
from tests.webui.house import OFFICE, House
from tests.webui.past import waiting_accesses
from tests.webui.programs import Program
from tests.webui.test_prompt_messages import BOXES, REFUSED, Left, nothing_changed
from tests.webui.test_prompts_pages import NAME, prompt, version
from webui.api import prompt_messages
from webui.prompting import sounds

KEY = {"Idempotency_Key": "message-0001"}


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Left]:
    house = House(tmp_path, OFFICE + BOXES)
    house.settle()
    yield Left(house)
    house.close()


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def use(
    program: Program, recording: str, name: str = NAME, language: str = "en", **headers: str
) -> TestResponse:
    asked = {"recording": recording, "language": language}
    return program.post(f"/prompts/{name}/message", asked, **headers)


def say(program: Program, text: str = "Welcome", language: str = "en") -> TestResponse:
    return program.post("/prompts/say", {"text": text, "language": language}, Idempotency_Key="")


# -- the list -------------------------------------------------------------------------------------------


def test_the_newest_come_first_with_when_who_and_how_long(left: Left) -> None:
    new, old = told(Program(left.house).get("/prompt-messages"))["messages"]
    assert (new["recording"], old["recording"]) == (left.new, left.old)
    assert new["left_at"] == 1_795_395_720_000_000 and new["seconds"] == 6.0 and new["standing"] == "there"
    assert (new["mailbox"], new["mailbox_name"], new["number"], new["name"]) == (
        "801",
        "Front desk",
        "802",
        "",
    )
    only = told(Program(left.house).get("/prompt-messages?most=1"))["messages"]
    assert [one["recording"] for one in only] == [left.new]


@pytest.mark.parametrize(("presentation", "number"), [("allowed", "13812345678"), ("private", "")])
def test_a_withheld_number_is_not_told(left: Left, presentation: str, number: str) -> None:
    left.called("13812345678", presentation)
    assert told(Program(left.house).get("/prompt-messages"))["messages"][0]["number"] == number


def test_one_being_spoken_is_told_so(left: Left) -> None:
    left.mend("DELETE FROM voicemails WHERE recording")
    left.mend("UPDATE recordings SET ended_us = NULL, cut = 0, path = '' WHERE id")
    found = told(Program(left.house).get("/prompt-messages"))["messages"]
    assert {one["recording"]: one["standing"] for one in found} == {left.old: "there", left.new: "writing"}


def test_a_house_without_history_has_no_messages(house: House) -> None:
    assert told(Program(house).get("/prompt-messages")) == {"messages": []}


def test_a_history_that_cannot_be_read_is_told(left: Left) -> None:
    left.house.places.history_db.write_bytes(b"no database at all" * 100)
    assert Program(left.house).get("/prompt-messages").status_code == 503
    assert use(Program(left.house), left.new).status_code == 503


@pytest.mark.parametrize("asked", ["?most=0", "?most=201", "?most=x", "?all=1"])
def test_no_other_list_is_asked_for(left: Left, asked: str) -> None:
    assert Program(left.house).get(f"/prompt-messages{asked}").status_code == 400


# -- taking one -----------------------------------------------------------------------------------------


def test_a_message_becomes_a_prompt_and_stays(left: Left) -> None:
    program, before = Program(left.house), left.kept()
    answer = use(program, left.new)
    found = told(answer)
    assert (found["version"], found["running"]) == (2, "taken") and found["etag"] == answer.headers["ETag"]
    assert (
        found["measured"]["seconds"] == pytest.approx(2.34, abs=0.05) and found["measured"]["silence_s"] > 1
    )
    assert version(left.house) == (2, program.token.author, f"prompt {NAME}")
    there = prompt(left.house)
    assert there is not None and (left.house.places.prompts / there.en_wav).exists()
    assert left.kept() == before
    (word,) = waiting_accesses(left.house)
    assert all(part in word for part in (program.token.author, '"export"', left.new, f"prompt {NAME}"))


def test_a_key_takes_a_message_once(left: Left) -> None:
    program = Program(left.house)
    first = told(use(program, left.new, **KEY))
    told(program.ask("PUT", f"/prompts/{NAME}", {"en": "Hello", "zh": "你好"}))
    there = prompt(left.house)
    again = told(use(program, left.new, **KEY))
    assert (
        prompt(left.house) == there and version(left.house)[0] == 3 and len(waiting_accesses(left.house)) == 1
    )
    assert (again["version"], again["running"], again["measured"]) == (2, "replaced", first["measured"])
    for recording, name, language in ((left.old, NAME, "en"), (left.new, "x", "en"), (left.new, NAME, "zh")):
        found = told(use(program, recording, name, language, **KEY), 422)
        assert found["type"] == "urn:tipring:problem:key-used"


def test_sent_again_after_a_lost_answer_its_old_etag_does_not_matter(left: Left) -> None:
    program = Program(left.house)
    etag = told(program.ask("PUT", f"/prompts/{NAME}", {"en": "Hello"}))["etag"]
    first = told(use(program, left.new, If_Match=etag, **KEY))
    assert told(use(program, left.new, If_Match=etag, **KEY)) == first


def test_two_at_one_prompt_do_not_overwrite_each_other(left: Left) -> None:
    program = Program(left.house)
    etag = told(use(program, left.old))["etag"]
    mine = told(program.ask("PUT", f"/prompts/{NAME}", {"en": "Hello"}, If_Match=etag))["etag"]
    stale = use(program, left.old, If_Match=etag, **KEY)
    assert stale.status_code == 412 and stale.headers["ETag"] == mine
    told(use(program, left.old, If_Match=mine, **KEY))


def test_a_version_that_is_gone_is_made_again(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(left.house)
    told(use(program, left.new, **KEY))
    monkeypatch.setattr(prompt_messages, "_version", lambda _: None)
    assert told(use(program, left.new, **KEY))["version"] == 2, "the same sound makes no other version"


# -- refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_whole_message_is_refused_in_words(left: Left, case: str) -> None:
    statement, status, words = REFUSED[case]
    left.mend(statement)
    found = told(use(Program(left.house), left.new, Accept_Language="en"), status)
    assert found["type"] == "urn:tipring:problem:not-taken" and words in found["detail"]
    slug = {409: "message-writing", 410: "message-erased", 422: "message-empty"}[status]
    assert [(one["at"], one["slug"]) for one in found["faults"]] == [("$.recording", slug)]
    assert waiting_accesses(left.house) == []
    nothing_changed(left)


def test_without_the_audit_nothing_is_taken(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused:
        done = False

    monkeypatch.setattr("webui.prompting.messages.tell_access", lambda *_: Refused())
    answer = use(Program(left.house), left.new, Accept_Language="en", **KEY)
    assert "audit cannot be written" in told(answer, 503)["detail"] and answer.headers["Retry-After"]
    nothing_changed(left)
    monkeypatch.undo()
    told(use(Program(left.house), left.new, **KEY))


def test_a_message_longer_than_a_prompt_is_refused(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.prompting.messages.MOST_BYTES", 1000)
    found = told(use(Program(left.house), left.new), 422)
    assert [one["slug"] for one in found["faults"]] == ["sound-too-long"] and waiting_accesses(
        left.house
    ) == []
    nothing_changed(left)


def test_a_message_whose_file_is_spoiled_is_refused(left: Left) -> None:
    path = next(left.house.places.root.joinpath("recordings").rglob(f"{left.new}.wav"))
    path.write_bytes(b"no sound at all" * 100)
    assert use(Program(left.house), left.new).status_code in (410, 422)
    nothing_changed(left)
    path.unlink()
    assert use(Program(left.house), left.new).status_code == 410


def test_a_recorded_conversation_is_never_made_a_prompt(left: Left) -> None:
    left.mend("UPDATE recordings SET kind = 'conversation' WHERE id")
    left.mend("DELETE FROM voicemails WHERE recording")
    assert use(Program(left.house), left.new).status_code == 404
    nothing_changed(left)


@pytest.mark.parametrize("recording", ["", "../secrets/key", "0" * 16, "x' OR '1'='1", "\x00"])
def test_a_name_that_is_no_message_is_not_there(left: Left, recording: str) -> None:
    assert use(Program(left.house), recording).status_code == 404
    nothing_changed(left)


@pytest.mark.parametrize(
    "body", [{}, {"recording": "x"}, {"language": "en"}, {"recording": "x", "language": "fr"},
             {"recording": "x" * 65, "language": "en"}, {"recording": "x", "language": "en", "more": 1}]
)  # fmt: skip
def test_what_cannot_be_read_is_refused(left: Left, body: dict[str, object]) -> None:
    assert Program(left.house).post(f"/prompts/{NAME}/message", body).status_code == 400
    answer = Program(left.house).post("/prompts/say", body)
    assert answer.status_code == 400
    nothing_changed(left)


def test_a_name_that_is_none_and_a_request_without_key_take_nothing(left: Left) -> None:
    assert use(Program(left.house), left.new, "x" * 65).status_code == 404
    assert use(Program(left.house), left.new, "%20").status_code == 404
    assert use(Program(left.house), left.new, Idempotency_Key="").status_code == 400
    assert waiting_accesses(left.house) == []
    nothing_changed(left)


def test_one_at_a_time(left: Left) -> None:
    with prompt_messages._alone:
        answer = use(Program(left.house), left.new, **KEY)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    nothing_changed(left)


def test_who_may(left: Left) -> None:
    reads, writes = Program(left.house, "read:settings"), Program(left.house, "write:settings")
    assert use(reads, left.new).status_code == 403 and say(writes).status_code == 403
    assert writes.get("/prompt-messages").status_code == 403
    nothing_changed(left)


# -- a text is heard ------------------------------------------------------------------------------------


def test_a_text_is_heard_and_nothing_is_kept(house: House) -> None:
    answer = say(Program(house, "read:settings"))
    assert answer.status_code == 200 and answer.mimetype == "audio/wav"
    samples, rate = soundfile.read(io.BytesIO(answer.data))
    assert rate == 8000 and len(samples) > 2000
    assert version(house)[0] == 1 and not list(house.places.prompts.glob("*")) and house.engine.orders == []


@pytest.mark.parametrize("text", ["", "  ", "\x07", "x" * (sounds.LONGEST_TEXT + 1)])
def test_what_says_nothing_or_too_much_is_refused(house: House, text: str) -> None:
    found = told(say(Program(house), text), 400)
    assert [one["at"] for one in found["faults"]] == ["$.text"]


@pytest.mark.parametrize(
    "error", [RenderError("espeak-ng is missing: apt-get install espeak-ng"), sounds.Crowded()]
)
def test_a_box_that_cannot_speak_says_why(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def cannot(*_: object) -> None:
        raise error

    monkeypatch.setattr(sounds, "speak", cannot)
    found = told(say(Program(house)), 503)
    assert found["detail"] and str(error) in found["detail"]


def test_prompts_called_say_and_messages_are_prompts(house: House) -> None:
    program = Program(house)
    for name in ("say", "messages", "message"):
        told(program.ask("PUT", f"/prompts/{name}", {"en": "Hello"}))
        assert told(program.get(f"/prompts/{name}"))["said"]["en"]["text"] == "Hello"
        told(program.ask("DELETE", f"/prompts/{name}"))
