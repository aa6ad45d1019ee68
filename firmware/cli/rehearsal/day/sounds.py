"""How long prompts last, for boxes that play none: rendered where they are missing, but never over a living box's."""

from __future__ import annotations

from pathlib import Path

from firmware.cli.prompts import BUILT
from firmware.config.schema import Config
from firmware.prompts.bank import PromptBank
from firmware.prompts.render import builtin_texts, config_texts, render

LEDGER = "rendered.json"


def bank_of(config: Config, scratch: Path, wavs: Path | None) -> PromptBank:
    """The built-in prompts as they lie there; the configuration's own are spoken into `scratch`."""
    built = BUILT if (BUILT / LEDGER).is_file() else scratch / "built"
    if built is not BUILT:
        render(builtin_texts(), built)
    own = scratch / "own"
    render(config_texts(config), own)
    base, others = PromptBank.load(built, config, wavs), PromptBank.load(own, config, wavs)
    return PromptBank({**base.phrases, **others.phrases}, base.music)
