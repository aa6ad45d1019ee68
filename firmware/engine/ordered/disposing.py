"""What became of a call, as its agent says. The engine keeps nothing of it but the fact: the call may be long over."""

from __future__ import annotations

import re

from firmware.engine import orders
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause
from firmware.protocol.refusals import Refusal

LONGEST_NOTE = 2000
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def disposition_order(turn: Turn, given: i.DispositionOrder) -> None:
    if not orders.is_new(turn, given.id):
        return
    if refused := _refused(turn, given):
        turn.fact(f.AttemptRefused(0, "dispose", refused, Cause.CALL_REJECTED))
    else:
        turn.fact(f.CallDisposed(given.call, given.agent, given.code, given.note, given.author))


def _refused(turn: Turn, given: i.DispositionOrder) -> str:
    codes = turn.plan.config.positions.dispositions
    if given.agent not in turn.plan.agents:
        return Refusal.NO_SUCH_AGENT
    if not 0 < given.call <= turn.state.calls_made:
        return Refusal.NO_SUCH_CALL
    if given.code and (given.code not in codes if codes else not _CODE.fullmatch(given.code)):
        return Refusal.NO_SUCH_CODE
    return Refusal.TOO_LONG if len(given.note) > LONGEST_NOTE else ""
