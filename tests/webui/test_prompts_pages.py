"""Prompts on pages: all of them, heard, typed, uploaded; in force at once, reversible, and hostile files refused."""

from __future__ import annotations

import io
import re
import struct
import sys
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs
from werkzeug.test import TestResponse

from firmware.archive.backup.contents import KINDS
from firmware.config.schema import Config, Prompt
from firmware.config.versions import ConfigStore
from firmware.prompts import taking
from firmware.prompts.bank import read_wav
from firmware.prompts.render import RenderError
from firmware.prompts.resampling import active_dbm0
from firmware.prompts.taking import NotTaken, take
from firmware.protocol.inputs import ConfigApplied
from tests.webui.house import House
from tests.webui.test_settings import get, post
from webui.prompting import sounds
from webui.prompting.users import said

XSS = '"><script>alert(1)</script>'
NAME = "tea-house"


def wav(
    seconds: float = 1.0, rate: int = 16_000, level: float = 0.02, form: str = "WAV", channels: int = 1
) -> bytes:
    made = io.BytesIO()
    tone = level * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    soundfile.write(made, np.column_stack([tone] * channels), rate, format=form)
    return made.getvalue()


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def known(house: House, name: str = NAME) -> str:
    return seen(house.client("admin").get("/prompts/one", query_string={"name": name}).text)


def send(
    house: House, data: bytes, name: str = NAME, file: str = "hello.wav", language: str = "en"
) -> TestResponse:
    form = {"csrf": house.csrf("admin"), "name": name, "seen": known(house, name), "language": language}
    return house.client("admin").post("/prompts/upload", data=form | {"file": (io.BytesIO(data), file)})


def prompt(house: House, name: str = NAME) -> Prompt | None:
    return next((one for one in house.site.config.prompts if one.id == name), None)


def version(house: House) -> tuple[int, str, str]:
    with ConfigStore(house.places.config_db) as store:
        row = store.current()
    assert row is not None
    return row.version, row.author, row.note


# -- the list -------------------------------------------------------------------------------------------


def test_the_list_has_every_prompt_with_its_words_and_who_uses_it(house: House) -> None:
    put(house, Prompt(id="tea", zh="请喝茶", en="Have some tea"), comfort=("tea",))
    page = get(house, "/prompts")
    assert page.index("Have some tea") < page.index("no-input"), "our own come first"
    assert "queue sales · comfort" in page and "own text" in page
    assert "/prompts/sound?name=no-input&amp;language=zh" in page
    assert "Have some tea" not in get(house, "/prompts?q=no-input")


def put(house: House, *prompts: Prompt, **queue: object) -> None:
    config = house.site.config
    queues = (structs.replace(config.queues[0], **queue),)
    with ConfigStore(house.places.config_db) as store:
        store.put(structs.replace(config, prompts=prompts, queues=queues), "other", 5)


def test_hostile_names_and_words_are_inert(house: House) -> None:
    put(house, Prompt(id="x", en=XSS))
    for path in ("/prompts", f"/prompts?q={XSS}", "/prompts/one?name=x", f"/prompts/one?name={XSS}"):
        assert "<script>alert" not in get(house, path)


def test_users_are_named_as_people_name_them() -> None:
    document = {"flow": [{"id": "main", "node": [{"id": "ask", "prompt": "tea"}]}], "positions": {"rule": []}}
    assert said(document, ("flow", 0, "node", 0, "prompt"), "en") == "flow main · node ask · prompt"
    assert said(document, ("flow", 0, "node", 0, "prompt"), "zh") == "流程 main · 步骤 ask · 提示音"
    assert said({"positions": {"monitoring_prompt": "x"}}, ("positions", "monitoring_prompt"), "en") == (
        "positions · monitoring prompt"
    )


# -- hearing --------------------------------------------------------------------------------------------


def test_a_typed_text_is_heard_and_nothing_is_changed(house: House) -> None:
    before = version(house)
    answer = post(house, "/prompts/say", text="Good morning", language="en")
    assert answer.status_code == 200 and answer.mimetype == "audio/wav"
    samples, rate = soundfile.read(io.BytesIO(answer.data))
    assert rate == 8000 and len(samples) > 4000
    assert active_dbm0(samples) == pytest.approx(-16, abs=0.3)
    assert version(house) == before and not house.engine.orders
    assert not house.places.spoken.exists(), "what is only tried stays nowhere"
    assert house.client("admin").get("/prompts/sound?name=no-input&language=zh").status_code in (200, 404)


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01"])
def test_nothing_to_say_is_told(house: House, text: str) -> None:
    answer = post(house, "/prompts/say", text=text, language="en")
    assert answer.status_code == 422 and "nothing to say" in answer.json["error"]  # type: ignore[index]


@pytest.mark.parametrize(
    "text", ["-v rm $(id) `id`; --version", "<speak><audio src='file:///etc/passwd'/></speak>", "𝄞" * 400]
)
def test_a_hostile_text_is_only_spoken(house: House, text: str) -> None:
    assert post(house, "/prompts/say", text=text, language="en").mimetype == "audio/wav"


def test_no_other_language_is_spoken(house: House) -> None:
    assert post(house, "/prompts/say", text="hi", language="../en").status_code == 404
    assert house.client("admin").get("/prompts/sound?name=no-input&language=fr").status_code == 404
    assert house.client("admin").get("/prompts/sound?name=nobody&language=en").status_code == 404


def test_a_box_that_cannot_speak_says_why(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object) -> Path:
        raise RenderError("espeak-ng is missing: apt-get install espeak-ng")

    monkeypatch.setattr(sounds, "speak", cannot)
    answer = post(house, "/prompts/say", text="hi", language="en")
    assert answer.status_code == 503 and "apt-get install" in answer.json["error"]  # type: ignore[index]


def test_many_at_once_wait_or_are_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "PATIENCE_S", 0.0)
    for _ in range(sounds.AT_ONCE):
        sounds._places_at_work.acquire()
    try:
        assert post(house, "/prompts/say", text="hi", language="en").status_code == 503
        assert send(house, wav()).status_code == 503
    finally:
        for _ in range(sounds.AT_ONCE):
            sounds._places_at_work.release()
    assert post(house, "/prompts/say", text="hi", language="en").status_code == 200


@pytest.mark.parametrize("file", ["../secrets/key.wav", "/etc/passwd", "link.wav"])
def test_only_sounds_below_the_boxs_prompts_are_given_out(house: House, tmp_path: Path, file: str) -> None:
    """Somebody named another file in the configuration."""
    house.places.prompts.mkdir()
    (house.places.secrets).mkdir(exist_ok=True)
    (house.places.secrets / "key.wav").write_bytes(wav())
    (house.places.prompts / "link.wav").symlink_to(house.places.secrets / "key.wav")
    put(house, Prompt(id="x", en_wav=file))
    assert house.client("admin").get("/prompts/sound?name=x&language=en").status_code == 404
    assert get(house, "/prompts/one?name=x")


# -- changing -------------------------------------------------------------------------------------------


def test_a_text_is_in_force_at_once_under_the_persons_name_and_comes_back(house: House) -> None:
    told = post(house, "/prompts/text", name=NAME, seen=known(house), zh="欢迎", en="Welcome\x07")
    assert "Version 2 is in force" in told.text
    assert prompt(house) == Prompt(id=NAME, zh="欢迎", en="Welcome")
    assert version(house) == (2, "boss", "prompt tea-house")
    order = house.engine.orders[0]
    assert isinstance(order, ConfigApplied) and (order.version, order.author) == (2, "boss")
    heard = house.client("admin").get("/prompts/sound?name=tea-house&language=en")
    assert heard.mimetype == "audio/wav" and len(heard.data) > 4000
    post(house, "/settings/history/back", version="1")
    assert prompt(house) is None


def test_the_products_own_words_are_not_made_our_own(house: House) -> None:
    page = get(house, "/prompts/one?name=no-input")
    texts = dict(re.findall(r'<textarea id="text-(\w\w)"[^>]*>(.*?)</textarea>', page))
    assert texts["zh"] and texts["en"]
    post(house, "/prompts/text", name="no-input", seen=seen(page), zh=texts["zh"], en="Speak up")
    assert prompt(house, "no-input") == Prompt(id="no-input", zh=unescape(texts["zh"]), en="Speak up")
    post(house, "/prompts/remove", name="no-input", seen=known(house, "no-input"))
    assert prompt(house, "no-input") is None


def test_two_at_one_prompt_do_not_overwrite_each_other(house: House) -> None:
    stale = known(house)
    post(house, "/prompts/text", name=NAME, seen=stale, en="Mine")
    told = post(house, "/prompts/text", name=NAME, seen=stale, en="Late")
    assert told.status_code == 409 and "nothing of yours" in told.text
    assert prompt(house) == Prompt(id=NAME, en="Mine")


def test_one_that_is_used_is_not_removed(house: House) -> None:
    put(house, Prompt(id="tea", en="Tea"), comfort=("tea",))
    told = post(house, "/prompts/remove", name="tea", seen=known(house, "tea"))
    assert told.status_code == 422 and "tea" in told.text and prompt(house, "tea")


@pytest.mark.parametrize("name", ["a b", "ü", XSS, "x" * 65, "", "../x"])
def test_a_name_that_is_none_is_refused(house: House, name: str) -> None:
    told = post(house, "/prompts/text", name=name, seen="", en="hi")
    assert told.status_code in (404, 409, 422)
    assert house.site.config.prompts == ()


# -- uploading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "rate", "channels"), [("WAV", 48_000, 2), ("FLAC", 44_100, 1), ("OGG", 16_000, 1)]
)
def test_a_recording_is_taken_measured_and_heard(house: House, form: str, rate: int, channels: int) -> None:
    told = send(house, wav(2.0, rate, form=form, channels=channels))
    assert "Version 2 is in force" in told.text, told.text
    shown = re.search(r'id="measured">(.*?)</p>', told.text)
    assert shown and f"{rate} Hz" in shown[1] and "dBm0 and was brought to -16.0 dBm0" in shown[1]
    there = prompt(house)
    assert there is not None and re.fullmatch(r"tea-house-en-[0-9a-f]{12}\.wav", there.en_wav)
    path = house.places.prompts / there.en_wav
    info = soundfile.info(path)
    assert (info.samplerate, info.channels, info.subtype) == (8000, 1, "PCM_16")
    assert active_dbm0(read_wav(path) / 32767) == pytest.approx(-16, abs=0.2)
    assert KINDS["prompt"][0].fullmatch(path.name), "a backup takes it"
    heard = house.client("admin").get("/prompts/sound?name=tea-house&language=en")
    assert heard.status_code == 200 and len(heard.data) == pytest.approx(32_044, abs=40)


def test_the_recording_before_stays_for_the_way_back(house: House) -> None:
    send(house, wav(1.0))
    first = prompt(house)
    send(house, wav(1.5))
    assert first and prompt(house) != first
    assert (house.places.prompts / first.en_wav).is_file()
    post(house, "/prompts/remove", name=NAME, seen=known(house), file="en")
    assert prompt(house) is None
    post(house, "/settings/history/back", version="2")
    assert prompt(house) == first


def head_that_lies() -> bytes:
    """Four gigabytes are promised."""
    data = bytearray(wav(0.5))
    data[40:44] = struct.pack("<I", 0xFFFF_FF00)
    return bytes(data)


HOSTILE = {
    "nothing": (b"", "cannot be read"),
    "text": (b"#!/bin/sh\nid\n" * 100, "cannot be read"),
    "html": (b"<script>alert(1)</script>", "cannot be read"),
    "half": (wav()[:30], "cannot be read"),
    "no frames": (wav(0.0), "no sound in it"),
    "a click": (wav(0.1), "fifth of a second"),
    "silence": (wav(1.0, level=0.0), "silence"),
    "long": (wav(taking.LONGEST_S + 1, 4_000, form="FLAC"), "longer than 120 s"),
    "bomb": (wav(7200, 4_000, level=0.0, form="FLAC"), "longer than 120 s"),
    "odd rate": (wav(1.0, 1_000), "between 4 and 192 kHz"),
    "many channels": (wav(0.5, channels=9), "more than eight channels"),
    "not a number": (b"", "holds values"),
    "large": (b"RIFF" + bytes(20_001), "larger than 8 MB"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_and_told_what_to_do(
    house: House, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, words = HOSTILE[kind]
    if kind == "not a number":
        made = io.BytesIO()
        soundfile.write(made, np.full(8000, np.nan), 8000, format="WAV", subtype="FLOAT")
        data = made.getvalue()
    monkeypatch.setattr(sounds, "MOST_BYTES", 20_000 if kind == "large" else taking.MOST_BYTES)
    told = send(house, data, file="<script>alert(1)</script>.wav")
    assert told.status_code == 422, told.status
    assert words in told.text and "Nothing was changed" in told.text
    assert "<script>alert" not in told.text
    assert version(house)[0] == 1 and not list(house.places.prompts.glob("*"))


def test_a_head_that_lies_is_cut_to_what_is_there(house: House) -> None:
    assert send(house, head_that_lies()).status_code in (200, 422)


def test_a_decoder_that_dies_takes_nobody_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").write_bytes(wav())
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(NotTaken) as told:
        take(tmp_path / "in", tmp_path / "out")
    assert told.value.why == "no-sound"


def test_every_refusal_has_words() -> None:
    from webui.words import catalogue

    assert [one for one in taking.WHY if f"prompts.why-{one}" not in catalogue()] == []


@pytest.mark.parametrize("name", ["..", "../../etc/cron.d/x", "a/b", "con", "-rf", "\u202ex", "x" * 64])
def test_files_stay_where_they_belong(house: House, name: str) -> None:
    canary = sorted(house.places.root.parent.rglob("*"))
    file, _ = sounds.take_file(house.places, io.BytesIO(wav()), name, "en")
    new = [one for one in sorted(house.places.root.parent.rglob("*")) if one not in canary]
    assert {one.parent for one in new} <= {house.places.prompts, house.places.root}
    assert KINDS["prompt"][0].fullmatch(file)


def test_a_foreign_page_changes_nothing(house: House) -> None:
    for path in ("/prompts/text", "/prompts/upload", "/prompts/remove", "/prompts/say"):
        told = house.client("admin").post(path, data={"csrf": "stolen", "name": NAME, "en": "x", "text": "x"})
        assert told.status_code == 403, path
    assert house.site.config == Config() or house.site.config.prompts == ()
