"""What a tried call tells, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from webui.flows.picture import Say, kind_words
from webui.ordering import in_words
from webui.words import catalogue


class Told(Struct, frozen=True):
    """One line; `language` of what is heard, empty for what is said about it."""

    kind: str
    text: str
    language: str = ""


def told(lines: list[dict[str, Any]], t: Say) -> list[Told]:
    return [one for line in lines for one in _told(line, t)]


def _told(line: Mapping[str, Any], t: Say) -> Iterator[Told]:
    kind = line["kind"]
    if kind == "heard":
        yield from (_heard(item, t) for item in line["items"])
    elif f"flows.line-{kind}" in catalogue():
        yield Told(kind, t(f"flows.line-{kind}", **_values(line, t)))


def _heard(item: Mapping[str, Any], t: Say) -> Told:
    if item.get("prompt"):
        return Told("heard", item["text"] or item["prompt"], item["language"] if item["text"] else "")
    if item.get("tone"):
        return Told("heard", t("flows.tone", name=item["tone"]))
    return Told("heard", t("flows.music", name=item["music"]) if item.get("music") else "…")


def _values(line: Mapping[str, Any], t: Say) -> dict[str, Any]:
    values = {key: value for key, value in line.items() if key != "kind"}
    if "node_kind" in values:
        values["node_kind"] = kind_words(values["node_kind"], t)
    if "reason" in values:
        values["reason"] = in_words(values["reason"]) or values["reason"]
    for key, known in (("outcome", "flows.outcome-"), ("result", "flows.result-"), ("why", "flows.why-")):
        if key in values:
            values[key] = (
                t(f"{known}{values[key]}") if f"{known}{values[key]}" in catalogue() else values[key] or "–"
            )
    return values


def stands(result: Mapping[str, Any], t: Say) -> str:
    """Where the caller is now, in a sentence."""
    state, place = result["state"], result["place"]
    if state == "over":
        key = f"flows.outcome-{place['what']}"
        return str(t("flows.now-over", outcome=t(key) if key in catalogue() else "–"))
    if state == "elsewhere":
        key = f"flows.now-{place['how']}"
        key = key if key in catalogue() else "flows.now-elsewhere"
        return str(t(key, what=place["what"], how=place["how"]))
    return str(t(f"flows.now-{state}", name=result["where"]["node"]))
