"""The bank of a configuration: whatever cannot be made of it is told, and keeps no switch from starting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.cli import prompts
from firmware.config.schema import Config, Prompt


def _cannot_fork(*_: object, **__: object) -> None:
    raise OSError(11, "Resource temporarily unavailable")


@pytest.mark.parametrize("wrong", ["missing", "fork", "noise"])
def test_one_text_that_cannot_be_spoken_keeps_no_switch_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    (tmp_path / "built" / "zh").mkdir(parents=True)
    soundfile.write(tmp_path / "built" / "zh" / "hello.wav", np.ones(800, np.int16), 8000)
    monkeypatch.setattr(prompts, "BUILT", tmp_path / "built")
    monkeypatch.setattr(prompts, "builtin_texts", list)
    if wrong == "missing":
        monkeypatch.setattr("firmware.prompts.render.shutil.which", lambda name: None)
    elif wrong == "fork":
        monkeypatch.setattr("firmware.prompts.render.subprocess.run", _cannot_fork)
    else:
        monkeypatch.setattr("firmware.prompts.render._spoken", lambda one: b"no sound at all")
    config = Config(prompts=(Prompt(id="mine", en="Hi"), Prompt(id="hello", zh="你好")))
    bank = prompts.prompt_bank(config, tmp_path / "spoken")
    assert set(bank.phrases) == {("hello", "zh")}, "the product's is said"
    assert any(one.startswith("prompt mine (en): ") for one in bank.faults)
    assert bank.unread == {("mine", "en"), ("hello", "zh")}


def test_a_product_without_prompts_starts_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "BUILT", tmp_path / "built")
    monkeypatch.setattr("firmware.prompts.render.shutil.which", lambda name: None)
    bank = prompts.prompt_bank(Config(), tmp_path / "spoken")
    assert not bank.phrases and "espeak-ng is missing" in bank.faults[0]


def test_a_bank_of_no_box_writes_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's own folders are read-only on a box."""
    monkeypatch.setattr(prompts, "BUILT", tmp_path / "built")
    monkeypatch.setattr(prompts, "builtin_texts", list)
    (tmp_path / "built").mkdir(mode=0o555)
    bank = prompts.prompt_bank(Config(prompts=(Prompt(id="mine", en="Hi"),)), tmp_path / "out" / "spoken")
    assert set(bank.phrases) == {("mine", "en")} and bank.faults == ()
    assert {one.name for one in tmp_path.iterdir()} == {"built", "out"}
    assert list((tmp_path / "built").iterdir()) == []
