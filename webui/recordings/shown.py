"""Recordings of a call as its page shows them: whether they can be heard, until when they are kept, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from firmware.archive.keeping import keeping_of
from firmware.config.schema import Config
from webui.calls.shown import Shown, length

Row = Mapping[str, Any]
DAY_US = 86_400_000_000


class Heard(Struct, frozen=True):
    id: str
    kind: str
    who: str
    at: str
    length: str
    seconds: float
    can_be_heard: bool
    why_not: str
    kept_until: str
    """Empty: for ever, or as its greeting is used."""


def recordings_of(rows: list[dict[str, Any]], config: Config, shown: Shown) -> list[Heard]:
    return [_one(row, config, shown) for row in rows]


def _one(row: Row, config: Config, shown: Shown) -> Heard:
    is_there = bool(row["path"]) and not row["gone"]
    days = keeping_of(config).days_of(row["kind"], row["queue"], row["party"])
    began = row["began_at"]
    ended = began + ((row["ended_us"] or row["began_us"]) - row["began_us"])
    return Heard(
        row["id"], shown.said(row["kind"]), shown.agent(row["agent"]) or row["party"], shown.at(began),
        length(row["seconds"]), row["seconds"] or 0.0, is_there,
        "" if is_there else shown.said(row["gone"]) if row["gone"] else _not_yet(row, shown),
        shown.at(ended + days * DAY_US)[:10] if days and is_there else "",
    )  # fmt: skip


def _not_yet(row: Row, shown: Shown) -> str:
    return "" if row["ended_us"] is None or not row["cut"] else shown.said(row["why"] or "too-short")
