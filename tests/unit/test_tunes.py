"""Music on hold: built-in tunes and WAVs, only what is asked for, and names that are nobody's are faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from msgspec import structs

from firmware.config.check import check_config, known_names
from firmware.config.load import loads
from firmware.config.schema import BUILT_IN_MUSIC, Config, Switchboard, Tune
from firmware.prompts.bank import PromptBank
from firmware.prompts.music import TUNES, tune


def test_the_built_in_tunes_are_those_of_the_schema_and_differ() -> None:
    assert tuple(TUNES) == BUILT_IN_MUSIC
    assert len({tune(name).tobytes() for name in TUNES}) == len(TUNES)


def test_only_what_is_asked_for_is_made_and_a_bad_file_is_a_fault(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "ours.wav", np.sin(np.arange(16000) / 5) * 0.1, 16000)
    tunes = (Tune(id="ours", wav="ours.wav"), Tune(id="gone", wav="gone.wav"))
    config = Config(switchboard=Switchboard(hold_music="calm"), tunes=tunes)
    bank = PromptBank.load(tmp_path, config)
    assert set(bank.music) == {"default", "calm", "ours"}
    assert [one for one in bank.faults if one.startswith("tune gone")]
    assert set(PromptBank.load(tmp_path, structs.replace(config, switchboard=Switchboard())).music) == {
        "default",
        "ours",
    }


def test_music_nobody_has_is_a_fault() -> None:
    text = '[switchboard]\nhold_music = "defalt"\n'
    faults = loads(text, Config, (check_config,), known_names(), file="x.toml")[1]
    assert any(one.key == "switchboard.hold_music" for one in faults)
