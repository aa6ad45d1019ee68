"""Prompts: rendered once, replaced by an admin's sound, never in the way of the switch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.config.schema import Config, Prompt
from firmware.prompts import finished
from firmware.prompts.bank import PromptBank, UnreadableSound, read_wav
from firmware.prompts.finished import is_whole
from firmware.prompts.music import music
from firmware.prompts.render import LANGUAGES, RenderError, Text, builtin_texts, config_texts, render, speak
from firmware.prompts.resampling import active_dbm0, levelled, to_8k
from firmware.store.disk import Disk


def sine(hz: float, rate: int, seconds: float = 0.5, level: float = 0.3) -> np.ndarray:
    return np.asarray(level * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate))


@pytest.mark.parametrize("rate", [6000, 8000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_any_rate_becomes_8_khz_without_changing_pitch_or_level(rate: int) -> None:
    out = to_8k(sine(1000, rate), rate)
    assert abs(len(out) - 4000) <= 1
    wanted = sine(1000, 8000)[: len(out)]
    inner = slice(200, len(wanted) - 200)
    assert np.max(np.abs(out[inner] - wanted[inner])) < 0.003


def test_what_lies_above_the_telephone_band_does_not_fold_back() -> None:
    assert np.max(np.abs(to_8k(sine(6000, 48000), 48000)[200:-200])) < 0.003


def test_speech_is_brought_to_the_telephone_level_and_never_clips() -> None:
    spoken = np.concatenate([sine(700, 8000, level=0.01), np.zeros(8000)])
    assert active_dbm0(levelled(spoken) / 32768) == pytest.approx(-16.0, abs=0.1)
    clicks = np.zeros(8000)
    clicks[::160] = 0.5
    assert np.abs(levelled(clicks).astype(int)).max() <= 32767
    assert not levelled(np.zeros(100)).any() and levelled(np.zeros(0)).shape == (0,)


TEXTS = [Text("hello", "zh", "您好"), Text("hello", "en", "hello"), Text("../odd id", "en", "-v rm")]


def test_a_text_is_spoken_once_and_again_only_when_it_changes(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    assert render(TEXTS, tmp_path, lambda *step: seen.append(step)) == 3
    assert seen[0][1:] == (3, "zh/hello.wav") and seen[-1][:2] == (3, 3)
    assert render(TEXTS, tmp_path) == 0
    assert render([TEXTS[0], Text("hello", "en", "good morning")], tmp_path) == 1
    (tmp_path / "zh" / "hello.wav").unlink()
    assert render(TEXTS[:1], tmp_path) == 1
    assert not (tmp_path.parent / "odd id.wav").exists()
    for path in tmp_path.glob("*/*.wav"):
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.subtype) == (8000, 1, "PCM_16")
        assert active_dbm0(soundfile.read(path)[0]) == pytest.approx(-16.0, abs=0.2)
    bank = PromptBank.load(tmp_path, Config())
    assert set(bank.phrases) == {("hello", "zh"), ("hello", "en"), ("../odd id", "en")}
    assert bank.faults == ()


@pytest.mark.parametrize("octets", [0, 4, 44, -2])
def test_a_sound_that_a_power_cut_left_empty_or_half_is_made_anew(tmp_path: Path, octets: int) -> None:
    built = tmp_path / "zh" / "hello.wav"
    render(TEXTS[:1], tmp_path)
    for path in (speak(TEXTS[1], tmp_path / "spoken"), built):
        path.write_bytes(path.read_bytes()[:octets])
        assert not is_whole(path)
    assert is_whole(speak(TEXTS[1], tmp_path / "spoken"))
    assert render(TEXTS[:1], tmp_path) == 1 and is_whole(built)


class NotedDisk(Disk):
    """Which steps it was asked for; `fails` is one that a full disk refuses."""

    def __init__(self, fails: str = "") -> None:
        self.steps: list[str] = []
        self._fails = fails

    def _note(self, step: str) -> None:
        self.steps.append(step)
        if step == self._fails:
            raise OSError(28, "No space left on device")

    def write(self, handle: int, data: bytes) -> None:
        self._note("write")
        super().write(handle, data)

    def sync(self, handle: int) -> None:
        self._note("sync")
        super().sync(handle)

    def replace(self, source: Path, target: Path) -> None:
        self._note("replace")
        super().replace(source, target)

    def sync_directory(self, path: Path) -> None:
        self._note("sync directory")
        super().sync_directory(path)


def test_a_sound_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = NotedDisk()
    monkeypatch.setattr(finished, "_DISK", disk)
    path = speak(TEXTS[1], tmp_path)
    assert disk.steps == ["write", "sync", "replace", "sync directory"]
    assert path.stat().st_mode & 0o777 == 0o644, "whoever installs the box is not who runs it"


@pytest.mark.parametrize("step", ["write", "sync", "replace"])
def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(finished, "_DISK", NotedDisk(fails=step))
    with pytest.raises(OSError, match="No space"):
        speak(TEXTS[1], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_speaker_is_told_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.prompts.render.shutil.which", lambda name: None)
    with pytest.raises(RenderError, match="apt-get install espeak-ng"):
        render(TEXTS, tmp_path)


def test_every_builtin_prompt_has_both_languages_and_no_id_twice() -> None:
    texts = builtin_texts()
    keys = [(one.prompt, one.language) for one in texts]
    assert len(set(keys)) == len(keys)
    assert {one.prompt for one in texts if one.language == "zh"} == {
        one.prompt for one in texts if one.language == "en"
    }


def test_an_admins_wav_of_any_kind_replaces_a_prompt(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    soundfile.write(tmp_path / "zh" / "hello.wav", np.ones(800, np.int16), 8000)
    stereo = np.stack([sine(500, 44100), sine(500, 44100)], axis=1)
    soundfile.write(tmp_path / "mine.wav", stereo, 44100, subtype="PCM_24")
    config = Config(prompts=(Prompt(id="hello", zh="你好", zh_wav="mine.wav", en="hi"),))
    bank = PromptBank.load(tmp_path, config, tmp_path)
    sound = bank.phrase("hello", "zh")
    assert sound is not None and len(sound) == 4000
    assert active_dbm0(sound / 32768) == pytest.approx(-16.0, abs=0.1)
    assert [(one.prompt, one.language) for one in config_texts(config)] == [("hello", "en")]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 100])
def test_a_wav_that_cannot_be_read_is_a_fault_and_the_rendered_one_stays(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "zh").mkdir()
    soundfile.write(tmp_path / "zh" / "hello.wav", np.ones(800, np.int16), 8000)
    (tmp_path / "mine.wav").write_bytes(content)
    config = Config(prompts=(Prompt(id="hello", zh_wav="mine.wav"),))
    bank = PromptBank.load(tmp_path, config, tmp_path)
    assert len(bank.faults) == 1 and "mine.wav" in bank.faults[0]
    assert len(bank.phrases["hello", "zh"]) == 800
    with pytest.raises(UnreadableSound):
        read_wav(tmp_path / "mine.wav")


def test_a_prompt_without_sound_and_text_is_a_fault(tmp_path: Path) -> None:
    bank = PromptBank.load(tmp_path, Config(prompts=(Prompt(id="nothing"),)))
    assert bank.faults == ("prompt nothing (zh): no sound and no text",)


def test_music_is_the_same_for_the_same_seed_and_loops_without_a_click() -> None:
    tune = music(3, chords=2)
    assert np.array_equal(tune, music(3, chords=2)) and not np.array_equal(tune, music(4, chords=2))
    assert active_dbm0(tune / 32768) == pytest.approx(-19.0, abs=1.0)
    jumps = np.abs(np.diff(np.concatenate([tune[-400:], tune[:400]]).astype(int)))
    assert jumps[399] <= jumps.max() and jumps.max() < 6000
    assert LANGUAGES == ("zh", "en")
