"""A key of a draft's part as a form asks for it, and what the form says back."""

from __future__ import annotations

from typing import Any

from flask import request

from firmware.config.drafts import editing
from firmware.config.drafts.draft import Document, Draft
from firmware.config.drafts.fields import Field, forms
from firmware.config.faults import Fault, key_text
from webui.drafting.places import LISTS, Place
from webui.drafting.values import is_default, is_secret, is_ticks, shown, taken
from webui.language import language
from webui.site import the_site

NOT_NAMES = frozenset({"", "prompt"})
"""Prompts are also built in: their names are not listed."""


def with_field(draft: Draft, place: Place, field: Field) -> Draft:
    """What the form of this request says of one key; untouched where it says the same as before, or nothing."""
    there, now_us = place.value.get(field.key), the_site().wall_us()
    if f"clear.{field.key}" in request.form:
        value: Any = ""
    elif field.kind != "switch" and field.key not in request.form and not is_ticks(field):
        return draft
    else:
        value = taken(field, request.form.getlist(field.key), there)
    if shown(field, value) == shown(field, there) and value is not None:
        return draft
    path = (*place.path, field.key)
    if field.names and there and value:
        return editing.rename(draft, place.path, str(value), now_us)[0]
    return editing.edit(draft, path, None if is_default(field, value) else value, now_us)[0]


def asked(document: Document, place: Place, field: Field, faults: tuple[Fault, ...]) -> dict[str, Any]:
    """For `settings/field.html`."""
    chinese, value = language() == "zh", place.value.get(field.key, field.default)
    key = key_text((*place.path, field.key))
    refers = field.refers or (field.of.refers if field.of else "")
    secret = is_secret(field.key)
    return {
        "field": field,
        "name": field.zh if chinese else field.en,
        "unit": field.unit_zh if chinese else field.unit_en,
        "value": "" if secret else shown(field, value),
        "is_set": bool(secret and value),
        "secret": secret,
        "ticks": is_ticks(field),
        "default": shown(field, field.default) if field.default not in (None, "", [], {}) else "",
        "names": sorted(names(document, refers)),
        "faults": [said(one) for one in faults if is_within(one, key)],
    }


def names(document: Document, kind: str) -> set[str]:
    """Of parts others refer to so."""
    if kind in NOT_NAMES:
        return set()
    found: set[str] = set()
    for form in forms():
        parts = document.get(form.key)
        if form.defines == kind and form.key in LISTS and isinstance(parts, list):
            found |= {str(one.get(form.name_key, "")) for one in parts if isinstance(one, dict)}
    return found - {""}


def is_within(one: Fault, key: str) -> bool:
    """The fault is of this key or of what stands under it."""
    return one.key == key or one.key.startswith((f"{key}.", f"{key}["))


def said(one: Fault) -> tuple[bool, str, str]:
    """Whether it is but a warning, message, remedy."""
    return one.warning, *one.said(language())
