"""The prompt bank of a configuration: built-in texts rendered at set-up, the admin's own rendered when first used."""

from __future__ import annotations

from pathlib import Path

from firmware.config.schema import Config
from firmware.prompts.bank import PromptBank
from firmware.prompts.render import builtin_texts, config_texts, render

BUILT = Path(__file__).resolve().parents[2] / "build" / "prompts"


def prompt_bank(config: Config, wavs: Path | None = None) -> PromptBank:
    """Renders what is missing (idempotent), then reads everything. `wavs` is where the admin's WAV files are."""
    render([*builtin_texts(), *config_texts(config)], BUILT)
    return PromptBank.load(BUILT, config, wavs)
