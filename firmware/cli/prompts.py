"""The prompt bank of a configuration: built-in texts rendered at set-up, the admin's own rendered when first used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from firmware.config.schema import Config
from firmware.prompts.bank import PromptBank
from firmware.prompts.render import RenderError, builtin_texts, config_texts, render, speak

BUILT = Path(__file__).resolve().parents[2] / "build" / "prompts"


def prompt_bank(config: Config, spoken: Path, wavs: Path | None = None) -> PromptBank:
    """Renders what is missing (idempotent), then reads everything. `spoken` is where the admin's texts are or come to
    be, `wavs` where his WAV files are.

    What cannot be made is a fault of the bank, never an exception: calls go on without a prompt, too.
    """
    faults = [*_product(), *_own(config, spoken)]
    bank = PromptBank.load(BUILT, config, wavs, spoken)
    bank.faults = (*faults, *bank.faults)
    return bank


def _product() -> Iterator[str]:
    try:
        render(builtin_texts(), BUILT)
    except (RenderError, OSError) as error:
        yield f"the product's prompts: {error}"


def _own(config: Config, spoken: Path) -> Iterator[str]:
    for text in config_texts(config):
        try:
            speak(text, spoken)
        except (RenderError, OSError) as error:
            yield f"prompt {text.prompt} ({text.language}): {error}"
