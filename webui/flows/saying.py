"""What a step's prompt says, written where the step is: a changed text becomes a prompt of the draft's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from firmware.config.drafts import editing
from firmware.config.drafts.draft import Document, Draft
from webui.flows.kinds import kind_of
from webui.flows.prompts import LANGUAGES, built_in

LONGEST = 2000
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


def texts(document: Document, step: Mapping[str, Any]) -> dict[str, str]:
    """By language; empty of a kind that says nothing, and of sound files."""
    if "prompt" not in kind_of(str(step.get("kind", ""))).fields:
        return {}
    prompt = str(step.get("prompt", ""))
    own = _own(document, prompt)
    if own is None:
        return {lang: built_in().get(prompt, {}).get(lang, "") for lang in LANGUAGES}
    return {lang: str(own.get(lang, "")) for lang in LANGUAGES if not own.get(f"{lang}_wav")}


def with_texts(
    draft: Draft, at: tuple[int, int], was: Mapping[str, str], said: Mapping[str, str], at_us: int
) -> Draft:
    """`at`: places of the flow and the step. `was`: as the form showed them; what is the same is not touched."""
    flow, node = at
    changed = {
        lang: text for lang, text in said.items() if lang in was and text != " ".join(was[lang].split())
    }
    if not changed:
        return draft
    step = draft.document["flow"][flow]["node"][node]
    name = str(step.get("prompt", ""))
    if _own(draft.document, name) is None:
        if not name or name in built_in():
            name = _new_name(
                draft.document, f"{draft.document['flow'][flow].get('id', '')}-{step.get('id', '')}"
            )
        whole = {lang: text for lang, text in {**was, **said}.items() if text}
        draft = editing.add(draft, "prompt", {"id": name, **whole}, at_us)[0]
        return editing.edit(draft, ("flow", flow, "node", node, "prompt"), name, at_us)[0]
    for lang, text in changed.items():
        draft = editing.edit(draft, ("prompt", name, lang), text or None, at_us)[0]
    return draft


def _own(document: Document, name: str) -> dict[str, Any] | None:
    listed = document.get("prompt")
    for one in listed if isinstance(listed, list) else ():
        if name and isinstance(one, dict) and one.get("id") == name:
            return one
    return None


def _new_name(document: Document, wish: str) -> str:
    """Nobody's yet, and one a prompt may have."""
    base = _NOT_IN_NAMES.sub("-", wish).strip("-.")[:50] or "prompt"
    names = [base, *(f"{base}-{count}" for count in range(2, 1000))]
    return next(one for one in names if _own(document, one) is None and one not in built_in())
