"""The form of one step of a draft's flow: its own keys, the ways that lead out of it, the faults at each."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from firmware.config.drafts import flow_edits
from firmware.config.drafts.draft import Document
from firmware.config.drafts.places import NoSuchPlace
from firmware.config.faults import Fault, key_text
from webui.drafting.asking import asked, is_within, said
from webui.drafting.places import Place, place_of
from webui.flows.graph import Step, seen
from webui.flows.kinds import FIXED, FURTHER, kind_of
from webui.flows.picture import kind_words, outcome_words
from webui.flows.prompts import built_in
from webui.flows.saying import texts
from webui.language import t

LONGEST_NAME = 64


def step_form(document: Document, place: int, node: int, faults: tuple[Fault, ...]) -> dict[str, Any]:
    """The chosen step's form."""
    there = step_at(document, place, node)
    step = seen({"node": [there.value]}).steps[0]
    key, shown = key_text(there.path), set()
    fields = []
    for field in fields_of(there):
        one = asked(document, there, field, faults)
        if field.refers == "prompt":
            one["names"] = prompt_names(document)
        fields.append(one | {"further": field.key in FURTHER})
        shown.add(key_text((*there.path, field.key)))
    outs = kind_of(step.kind).outs
    ways = dict(step.ways)
    rows, wish = _ways(step), request.args.get("to", "")[:LONGEST_NAME]
    free = [
        f"{table}:{one}" for table in outs for one in FIXED.get(table, ()) if f"{table}:{one}" not in ways
    ]
    if wish and not free and "cases" not in outs:
        rows = _wished(rows, wish)
    return {
        "node": node,
        "id": step.id,
        "kind": step.kind,
        "kind_words": kind_words(step.kind, t),
        "fields": fields,
        "says": [
            (lang, t(f"flows.says-{lang}"), text) for lang, text in texts(document, there.value).items()
        ],
        "ways": [
            (one, outcome_words(step.kind, one, t), to, _at_way(faults, place, node, one)) for one, to in rows
        ],
        "free": [(one, outcome_words(step.kind, one, t)) for one in free],
        "cases": "cases" in outs,
        "next_free": [
            (one, outcome_words(step.kind, one, t)) for one, to in rows if not to and one in flow_edits.PLAIN
        ],
        "faults": [
            said(one)
            for one in faults
            if is_within(one, key) and not _is_shown(one, shown, place, node, rows)
        ],
        "to": wish,
        "address": there.address,
    }


def _ways(step: Step) -> list[tuple[str, str]]:
    """Those its kind has, in its order, whether they lead anywhere or not; then any others there are."""
    ways = dict(step.ways)
    rows: list[tuple[str, str]] = []
    for key in kind_of(step.kind).outs:
        if key in flow_edits.PLAIN:
            rows.append((key, ways.get(key, "")))
        rows += [(one, to) for one, to in step.ways if one.startswith(f"{key}:")]
    return rows + [one for one in step.ways if one not in rows]


def _wished(rows: list[tuple[str, str]], wish: str) -> list[tuple[str, str]]:
    """A way that leads nowhere yet is shown as one that leads there; it is kept with the form."""
    at = next((at for at, (_, to) in enumerate(rows) if not to), None)
    return rows if at is None else [*rows[:at], (rows[at][0], wish), *rows[at + 1 :]]


def prompt_names(document: Document) -> list[str]:
    """The draft's own first."""
    listed = document.get("prompt")
    own = [str(one.get("id")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [*own, *(name for name in built_in() if name not in own)]


def _is_shown(one: Fault, fields: set[str], place: int, node: int, rows: list[tuple[str, str]]) -> bool:
    """Beside a field or a way."""
    ways = {key_text(flow_edits.way_path(place, node, outcome)) for outcome, _ in rows}
    return any(is_within(one, key) for key in fields | ways)


def _at_way(faults: tuple[Fault, ...], place: int, node: int, outcome: str) -> list[tuple[bool, str, str]]:
    key = key_text(flow_edits.way_path(place, node, outcome))
    return [said(one) for one in faults if one.key == key]


def step_at(document: Document, place: int, node: int) -> Place:
    try:
        found = place_of(document, f"flow.{place}.node.{node}")
    except NoSuchPlace:
        abort(404)
    if found.is_list:
        abort(404)
    return found


def fields_of(step: Place) -> list[Any]:
    """Those its kind asks for, and those that are set though it does not."""
    wanted = kind_of(str(step.value.get("kind", ""))).fields
    by_key = {one.key: one for one in step.form.fields}
    ways = (*flow_edits.PLAIN, *flow_edits.TABLES, "id", "kind")
    besides = [
        key for key in by_key if key in step.value and key not in (*wanted, *ways) and _says(step, key)
    ]
    return [by_key[key] for key in (*wanted, *besides)]


def _says(step: Place, key: str) -> bool:
    """Something else than the default, which a draft of a version spells out."""
    default = next(one.default for one in step.form.fields if one.key == key)
    return bool(step.value[key] != default)
