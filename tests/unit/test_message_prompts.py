"""What a prompt is made of when somebody spoke it by telephone: whose message, which side, its ends, the way there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from drivers.dsp.tones import DTMF_HZ
from firmware.config.schema import Config, Did, Extension, Flow, Group, Line, Mailbox, Node, Queue
from firmware.prompts.resampling import trimmed
from firmware.protocol import facts as f
from firmware.store.audio.opening import open_recording
from firmware.store.audio.speaking import said, without_key
from firmware.store.messages import Standing, look, newest
from tests.unit.kept_bench import OTHER, KeptBox
from tests.unit.mailbox_bench import a_message, greeting, kept_box, live
from webui.prompting.dialled import How, Way, ways

Floats = NDArray[np.float64]


# -- which messages -------------------------------------------------------------------------------------


def stands(box: KeptBox, recording: str) -> Standing | None:
    found = look(box.archive.db, recording)
    return found.standing if found else None


def test_a_message_is_there_from_its_cut_to_its_erasure(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        recording = a_message(box)
        found = look(box.archive.db, recording)
        assert found is not None and (found.mailbox, found.number, found.standing) == ("box", OTHER, "there")
        assert newest(box.archive.db, 5) == [found]
        live(box, f.VoicemailDeleted("box", recording))
        assert stands(box, recording) is Standing.ERASED and newest(box.archive.db, 5) == []
        box.purge()
        assert stands(box, recording) is Standing.ERASED


def test_in_another_mailbox_it_is_still_there(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        recording = a_message(box)
        live(box, f.MessageForwarded("box", recording, "other", "804", seconds=4.0))
        assert [one.mailbox for one in newest(box.archive.db, 5)] == ["other", "box"]
        live(box, f.VoicemailDeleted("box", recording))
        assert stands(box, recording) is Standing.THERE


def test_an_introduction_a_greeting_and_a_conversation_are_no_messages(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        recording, intro, hello = a_message(box), greeting(box, kind="introduction"), greeting(box)
        live(box, f.MessageForwarded("box", recording, "other", "804", intro, 4.0, 3.0))
        talk = greeting(box, kind="conversation")
        assert [stands(box, one) for one in (intro, hello, talk, "0" * 16)] == [None] * 4
        assert {one.recording for one in newest(box.archive.db, 9)} == {recording}


def test_what_was_taped_but_never_left_is_no_message(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        assert stands(box, greeting(box, kind="voicemail")) is None
        assert newest(box.archive.db, 5) == []


def test_the_newest_are_so_many_and_no_more(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        left = [a_message(box) for _ in range(4)]
        assert [one.recording for one in newest(box.archive.db, 3)] == left[:0:-1]


# -- what was said --------------------------------------------------------------------------------------


def speech(seconds: float, level: float = 3000.0) -> Floats:
    """Noise in syllables, four a second."""
    time = np.arange(round(seconds * 8000)) / 8000
    noise = np.random.default_rng(7).normal(0, level, len(time))
    return np.asarray(noise * (0.1 + np.abs(np.sin(2 * np.pi * 2 * time))))


def key(name: str, seconds: float, level: float = 6000.0) -> Floats:
    time = np.arange(round(seconds * 8000)) / 8000
    return np.asarray(sum(level * np.sin(2 * np.pi * hz * time) for hz in DTMF_HZ[name]))


def test_only_the_side_of_who_spoke_is_taken(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        handle = open_recording(tmp_path, a_message(box))
        try:
            sound = said(handle)
        finally:
            os.close(handle)
    assert sound.dtype == np.int16 and sound.ndim == 1 and len(sound) > 0


@pytest.mark.parametrize("name", ["#", "0"])
@pytest.mark.parametrize("held_s", [0.05, 0.07, 0.12, 0.5])
@pytest.mark.parametrize("shift", range(0, 160, 40))
def test_the_key_that_ended_it_is_not_said(name: str, held_s: float, shift: int) -> None:
    words = speech(2.0 + shift / 8000)
    sound = np.concatenate([words, key(name, held_s)]).astype(np.int16)
    left = without_key(sound)
    assert len(words) - 480 <= len(left) <= len(words)


@pytest.mark.parametrize("name", list("123456789*"))
def test_other_keys_and_speech_stay(name: str) -> None:
    sound = np.concatenate([speech(1.0), key(name, 0.3)]).astype(np.int16)
    assert len(without_key(sound)) == len(sound)
    assert len(without_key(speech(2.0).astype(np.int16))) == 16_000


def test_a_key_long_before_the_end_stays() -> None:
    sound = np.concatenate([speech(1.0), key("#", 0.2), speech(2.0)]).astype(np.int16)
    assert len(without_key(sound)) == len(sound)


@given(st.lists(st.integers(-32768, 32767), max_size=900))
def test_no_sound_is_too_short_for_it(samples: list[int]) -> None:
    sound = np.array(samples, np.int16)
    left = without_key(sound)
    assert np.array_equal(left, sound[: len(left)])
    assert len(trimmed(sound / 32768)) <= len(sound)


# -- the silence at its ends ----------------------------------------------------------------------------


def quiet(seconds: float, level: float) -> Floats:
    return np.random.default_rng(3).normal(0, level, round(seconds * 8000))


@pytest.mark.parametrize("noise", [0.0, 3e-5, 3e-4, 1e-3])
@pytest.mark.parametrize("level", [0.02, 0.2])
def test_silence_goes_and_a_breath_of_it_stays(noise: float, level: float) -> None:
    """Up to 26 dB of noise below the speech."""
    words = speech(2.0, level)
    made = trimmed(np.concatenate([quiet(1.5, noise), words, quiet(2.5, noise)]))
    assert len(made) / 8000 == pytest.approx(2.0 + 0.1 + 0.24, abs=0.08)
    assert float(np.mean(made**2)) * len(made) == pytest.approx(float(np.sum(words**2)), rel=0.01)


def test_a_click_of_the_hook_is_no_sound() -> None:
    click = np.full(200, 0.8)
    sound = np.concatenate(
        [quiet(0.5, 1e-4), click, quiet(1.0, 1e-4), speech(1.0, 0.05), quiet(1.0, 1e-4), click]
    )
    assert len(trimmed(sound)) / 8000 == pytest.approx(1.34, abs=0.08)


def test_pauses_within_and_what_has_no_silence_stay() -> None:
    words = speech(1.0, 0.1)
    paused = np.concatenate([words, np.zeros(16_000), words])
    for sound in (paused, words, np.full(8000, 0.3), quiet(1.0, 0.1)):
        assert len(trimmed(sound)) == len(sound)


def test_silence_alone_stays_silence() -> None:
    assert len(trimmed(np.zeros(8000))) == 8000 and len(trimmed(np.zeros(0))) == 0


# -- the way there --------------------------------------------------------------------------------------


def voicemail(flow: str, start: str, number: str = "") -> Flow:
    nodes = (Node("ask", "menu", keys={"1": "leave"}), Node("leave", "voicemail", mailbox="box"))
    return Flow(flow, start, number=number, nodes=nodes)


def config(**parts: object) -> Config:
    return Config(mailboxes=(Mailbox(id="box"), Mailbox(id="802")), **parts)  # type: ignore[arg-type]


def extension(number: str, **more: object) -> Extension:
    return Extension(number=number, card="hat", slot=5, **more)  # type: ignore[arg-type]


def test_a_telephone_leads_to_its_mailbox_unless_its_calls_go_elsewhere() -> None:
    found = ways(
        config(
            extensions=(
                extension("801", voicemail="box"),
                extension("802"),
                extension("803", voicemail="box", forward_always="801"),
                extension("804", voicemail="box", forward_no_answer="801"),
            )
        )
    )
    assert found == {"box": [Way("801", How.UNANSWERED)], "802": [Way("802", How.UNANSWERED)]}


def test_flows_queues_and_groups_lead_there_too_the_shortest_first() -> None:
    found = ways(
        config(
            extensions=(extension("801", voicemail="box"),),
            flows=(voicemail("menu", "ask", "500"), voicemail("studio", "leave", "501")),
            queues=(
                Queue(id="sales", number="600", overflow="voicemail:box"),
                Queue(id="none", number="601"),
            ),
            groups=(Group(id="all", number="700", fallback="voicemail:box"),),
        )
    )
    assert found["box"] == [
        Way("501", How.DIRECT),
        Way("801", How.UNANSWERED),
        Way("600", How.UNANSWERED),
    ]
    assert found["802"] == []


def test_from_outside_a_line_or_a_number_of_its_own_leads_there() -> None:
    line = Line(name="one", card="hat", slot=1, number="62345678", flow="menu")
    flows = (voicemail("menu", "ask"),)
    assert ways(config(lines=(line,), flows=flows))["box"] == [Way("62345678", How.MENU, True)]
    dids = (
        Did(number="62345678", target="voicemail:box"),
        Did(number="6234560-6234569", target="extension:80#"),
    )
    assert ways(config(lines=(line,), flows=flows, dids=dids))["box"] == [Way("62345678", How.DIRECT, True)]


def test_what_leads_to_no_mailbox_of_the_house_is_passed_over() -> None:
    groups = (Group(id="all", number="700", fallback="voicemail:gone"),)
    assert ways(config(groups=groups, extensions=(extension("801"),))) == {"box": [], "802": []}
