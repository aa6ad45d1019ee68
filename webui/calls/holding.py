"""Legal holds on a call, as orders of the one who signs for them."""

from __future__ import annotations

import secrets
from typing import Any

from sqlite_utils import Database

from firmware.cli.words import said
from firmware.protocol.inputs import HoldOrder
from firmware.protocol.order_format import OrderAnswer, Verdict
from webui.language import language, t
from webui.site import Site

Row = dict[str, Any]
LONGEST = 500
_HELD = (
    "SELECT id, author, why, placed_at FROM legal_holds WHERE released_us IS NULL"
    " AND (call = ?1 OR recording IN (SELECT id FROM recordings WHERE call = ?1)) ORDER BY placed_us, id LIMIT 1"
)


def hold_of(db: Database, call: int) -> Row | None:
    """The one in force on this call or one of its recordings. One on a number is kept sealed and not shown."""
    return next(iter(db.query(_HELD, [call])), None)


def to_place(name: str, author: str, call: int, why: str) -> HoldOrder:
    """`name` is the hold's from then on."""
    return HoldOrder(name, author, "place", why.strip()[:LONGEST], call=call)


def to_release(name: str, author: str, hold: str, why: str) -> HoldOrder:
    return HoldOrder(name, author, "release", why.strip()[:LONGEST], hold=hold)


def place(site: Site, author: str, call: int, why: str) -> OrderAnswer:
    return site.live.give(to_place(new_id("hold"), author, call, why))


def release(site: Site, author: str, hold: str, why: str) -> OrderAnswer:
    return site.live.give(to_release(new_id("release"), author, hold, why))


def refusal(answer: OrderAnswer) -> str:
    """Why it was not done, for people."""
    return said(answer.reason, language()) if answer.verdict is Verdict.REFUSED else t("live.engine-away")


def new_id(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(8)}"
