"""Orders of pages to the engine: what a page may send, the id that makes it once, and the answer in people's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue

from firmware.cli.words import said
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.order_format import OrderAnswer, Verdict
from webui.language import language, t
from webui.security.guard import me
from webui.site import the_site

ORDER_ID = re.compile(r"[\w-]{8,64}", re.ASCII)
LONGEST = 200
Told = Mapping[str, Any]
Make = Callable[[Told, str], AnyOrder | None]


def take_order(makers: Mapping[str, Make]) -> ResponseReturnValue:
    """JSON in, JSON out: `{"id", "what", …}`; `what` names who makes an order of it. 400 for what none makes."""
    told = request.get_json(silent=True)
    if not isinstance(told, dict) or not ORDER_ID.fullmatch(str(told.get("id", ""))):
        abort(400)
    make = makers.get(str(told.get("what")))
    wanted = make(told, f"web:{me().name}:{told['id']}") if make else None
    if wanted is None:
        abort(400)
    return answered(the_site().live.give(wanted))


def answered(answer: OrderAnswer) -> ResponseReturnValue:
    """What became of an order: 200 done, 409 refused, 503 nobody knows yet (asking again is safe)."""
    if answer.done:
        return {"done": True, "repeated": answer.repeated}
    if answer.verdict is Verdict.REFUSED:
        return {"done": False, "reason": answer.reason, "text": in_words(answer.reason)}, 409
    return {"done": False, "reason": str(answer.verdict), "text": t("live.engine-away")}, 503


def in_words(word: str) -> str:
    """A word of a closed vocabulary in the reader's language."""
    return said(word, "zh") if language() == "zh" else word.replace("-", " ")


def text_of(told: Told, name: str) -> str:
    return str(told.get(name, ""))[:LONGEST]


def whole_of(told: Told, name: str) -> int:
    found = told.get(name, 0)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**53 else 0
