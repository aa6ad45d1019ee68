"""Prompts found by what they say, who uses them, and why a sound was not taken, in words."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from firmware.config.schema import Config
from firmware.prompts.listing import Listed
from firmware.prompts.taking import LONGEST_S, MOST_BYTES, NotTaken
from webui.language import t
from webui.prompting import users


def fits(prompt: Listed, asked: str) -> bool:
    """`asked` is casefolded; empty: every prompt does."""
    texts = [prompt.id, *(each.text for each in prompt.said.values())]
    return not asked or any(asked in text.casefold() for text in texts)


def used(config: Config, prompts: Iterable[Listed], language: str) -> dict[str, list[str]]:
    """By the prompt's name."""
    document = msgspec.to_builtins(config)
    return {
        each.id: list(dict.fromkeys(users.said(document, path, language) for path in each.users))
        for each in prompts
    }


def own_first(prompts: Iterable[Listed], used_by: dict[str, list[str]]) -> list[Listed]:
    """As pages list them: own ones, then the product's that are used."""
    return sorted(prompts, key=lambda one: (not one.is_own, one.is_product, not used_by[one.id]))


def why_not(error: NotTaken) -> str:
    return t(f"prompts.why-{error.why}", seconds=f"{LONGEST_S:.0f}", size=f"{MOST_BYTES >> 20}")
