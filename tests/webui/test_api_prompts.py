"""Prompts for programs: what the page does, by token; hostile names, words and files do nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
import soundfile
from werkzeug.test import TestResponse

from firmware.config.schema import Prompt
from firmware.prompts import taking
from firmware.prompts.render import RenderError
from tests.webui.house import House
from tests.webui.past import HOSTILE
from tests.webui.programs import Program
from tests.webui.test_prompts_pages import prompt, put, version, wav
from webui.prompting import sounds

NAME = "tea-house"


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def texts(program: Program, name: str = NAME, etag: str = "", **words: str) -> TestResponse:
    return program.ask("PUT", f"/prompts/{name}", words, **({"If_Match": etag} if etag else {}))


def send(
    program: Program, data: bytes, name: str = NAME, language: str = "en", etag: str = ""
) -> TestResponse:
    more = {"If_Match": etag} if etag else {}
    return program.ask(
        "PUT", f"/prompts/{name}/audio?language={language}", data, Content_Type="audio/wav", **more
    )  # fmt: skip


def test_all_prompts_are_told_with_words_source_length_and_users(house: House) -> None:
    put(house, Prompt(id="tea", zh="请喝茶", en="Have some tea"), comfort=("tea",))
    program = Program(house, "read:settings")
    found = told(program.ask("GET", "/prompts?most=2", Accept_Language="en"))
    own, product = found["prompts"]
    assert found["count"] > 200 and own["name"] == "tea" and own["own"] and not own["product"]
    assert own["said"]["zh"] == {"text": "请喝茶", "source": "text", "seconds": None}
    assert own["users"] == ["queue sales · comfort"]
    assert (
        product["product"] and product["said"]["en"]["source"] == "product" and product["said"]["en"]["text"]
    )
    assert [one["name"] for one in told(program.get("/prompts?text=HAVE%20some"))["prompts"]] == ["tea"]
    assert told(program.get("/prompts?skip=2&most=2"))["prompts"][0] not in found["prompts"]
    one = program.get("/prompts/tea")
    assert told(one)["etag"] == one.headers["ETag"]
    assert program.get("/prompts/nobody").status_code == 404


def test_texts_are_in_force_at_once_under_the_tokens_name(house: House) -> None:
    program = Program(house, "write:settings")
    found = told(texts(program, zh="欢迎", en="Welcome\x07"))
    assert (found["version"], found["running"], found["measured"]) == (2, "taken", None)
    assert prompt(house) == Prompt(id=NAME, zh="欢迎", en="Welcome")
    assert version(house) == (2, program.token.author, f"prompt {NAME}")
    told(texts(program, zh="欢迎", en="Welcome"))
    assert version(house)[0] == 2, "what changes nothing makes no version"


def test_one_that_is_taken_away_is_the_products_again(house: House) -> None:
    program = Program(house)
    told(texts(program, "no-input", en="Speak up"))
    assert told(program.get("/prompts/no-input"))["said"]["en"]["source"] == "text"
    told(program.ask("DELETE", "/prompts/no-input"))
    assert told(program.get("/prompts/no-input"))["said"]["en"]["source"] == "product"
    assert program.ask("DELETE", "/prompts/no-input").status_code == 404
    told(texts(program, zh="欢迎"))
    told(texts(program))
    assert prompt(house) is None, "one that says nothing is none"


def test_two_at_one_prompt_do_not_overwrite_each_other(house: House) -> None:
    program = Program(house)
    etag = told(texts(program, en="Hello"))["etag"]
    told(texts(program, etag=etag, en="Hello again"))
    stale = texts(program, etag=etag, en="Good-bye")
    assert stale.status_code == 412 and stale.headers["ETag"] != etag
    assert program.ask("DELETE", f"/prompts/{NAME}", If_Match=etag).status_code == 412
    assert send(program, wav(), etag=etag).status_code == 412
    assert prompt(house) == Prompt(id=NAME, en="Hello again")
    told(texts(program, etag=stale.headers["ETag"], en="Good-bye"))


def test_one_that_is_used_is_not_taken_away(house: House) -> None:
    put(house, Prompt(id="tea", en="Have some tea"), comfort=("tea",))
    found = told(Program(house).ask("DELETE", "/prompts/tea"), 422)
    assert found["type"] == "urn:tipring:problem:faulty-settings" and found["faults"][0]["key"]
    assert prompt(house, "tea") is not None


def test_a_recording_is_taken_measured_and_heard(house: House) -> None:
    program = Program(house)
    found = told(send(program, wav(1.0)))
    assert found["measured"]["rate_hz"] == 16_000 and found["measured"]["format"] == "WAV"
    there = prompt(house)
    assert there is not None and there.en_wav and (house.places.prompts / there.en_wav).exists()
    heard = program.get(f"/prompts/{NAME}/audio?language=en")
    assert heard.status_code == 200 and heard.mimetype == "audio/wav"
    samples, rate = soundfile.read(io.BytesIO(heard.data))
    assert rate == 8000 and len(samples) > 4000
    told(program.ask("DELETE", f"/prompts/{NAME}?file=en"))
    assert prompt(house) is None


@pytest.mark.parametrize(
    ("data", "slug"),
    [(b"", "sound-no-sound"), (b"#!/bin/sh\nid\n" * 100, "sound-no-sound"), (wav(0.0), "sound-empty"),
     (wav(1.0, level=0.0), "sound-silent")],
)  # fmt: skip
def test_what_is_no_speech_is_refused_and_told(house: House, data: bytes, slug: str) -> None:
    found = told(send(Program(house), data), 422)
    assert found["type"] == "urn:tipring:problem:not-taken" and found["detail"]
    assert [one["slug"] for one in found["faults"]] == [slug]
    assert version(house)[0] == 1 and not list(house.places.prompts.glob("*"))


def test_a_file_that_is_too_large_is_not_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "take_file", lambda *_: pytest.fail("it was read"))
    assert send(Program(house), bytes(taking.MOST_BYTES + 1)).status_code == 413


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a%20b", "-rf", "x" * 65, "%00", "%0a", "<script>"])
def test_a_hostile_name_names_nothing(house: House, name: str) -> None:
    program = Program(house)
    assert texts(program, name, en="x").status_code in (404, 405, 422)
    for path in (f"/prompts/{name}", f"/prompts/{name}/audio?language=en"):
        assert program.get(path).status_code in (400, 404, 405), path
    assert version(house)[0] == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_words(house: House, text: str) -> None:
    program = Program(house)
    if text.isprintable():
        told(texts(program, en=text))
    else:
        found = told(texts(program, en=text), 422)
        assert [one["slug"] for one in found["faults"]] == ["invisible-sign"]
        return
    answer = program.get(f"/prompts/{NAME}")
    assert (
        told(answer)["said"]["en"]["text"] == text and answer.headers["X-Content-Type-Options"] == "nosniff"
    )


def test_words_that_are_too_many_are_refused(house: House) -> None:
    assert texts(Program(house), en="x" * (sounds.LONGEST_TEXT + 1)).status_code == 400
    assert texts(Program(house), fr="x").status_code == 400


@pytest.mark.parametrize("asked", ["", "?language=fr", "?language=../en", "?language=en&x=1"])
def test_no_other_language_is_spoken(house: House, asked: str) -> None:
    assert Program(house).get(f"/prompts/no-input/audio{asked}").status_code == 400
    assert Program(house).ask("PUT", f"/prompts/no-input/audio{asked}", wav()).status_code == 400


def test_many_at_once_are_told_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "PATIENCE_S", 0.0)
    for _ in range(sounds.AT_ONCE):
        sounds._places_at_work.acquire()
    try:
        answer = send(Program(house), wav())
        assert answer.status_code == 503 and answer.headers["Retry-After"]
    finally:
        for _ in range(sounds.AT_ONCE):
            sounds._places_at_work.release()


def test_a_box_that_cannot_speak_says_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object) -> None:
        raise RenderError("espeak-ng is missing: apt-get install espeak-ng")

    monkeypatch.setattr(sounds, "speak", cannot)
    told(texts(Program(house), en="Hello"))
    found = told(Program(house).get(f"/prompts/{NAME}/audio?language=en"), 503)
    assert "apt-get install" in found["detail"]


def test_reading_is_not_writing(house: House) -> None:
    reads, writes = Program(house, "read:settings"), Program(house, "write:settings")
    assert texts(reads, en="x").status_code == send(reads, wav()).status_code == 403
    assert reads.ask("DELETE", f"/prompts/{NAME}").status_code == 403
    for path in ("/prompts", "/prompts/no-input", "/prompts/no-input/audio?language=en"):
        assert writes.get(path).status_code == 403, path
