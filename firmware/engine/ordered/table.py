"""Orders of calls as a table: what each `do` of a `CallOrder` means, and what carries it out.

`docs/orders.md` is written from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from firmware.engine import calls
from firmware.engine.inside import redirecting
from firmware.engine.ordered import dialling, places, talks, taping, watching
from firmware.engine.ordered.own import Refused
from firmware.engine.turn import Turn
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause, ReleasedBy
from firmware.protocol.refusals import Refusal


class Deed(Struct, frozen=True):
    does: Callable[[Turn, i.CallOrder], None]
    means: str
    """For `docs/orders.md`."""


def carry_out(turn: Turn, given: i.CallOrder) -> str:
    """Why not; empty when it was, or when a fact says already why not."""
    deed = DEEDS.get(given.do)
    if deed is None:
        return Refusal.NOT_POSSIBLE
    try:
        deed.does(turn, given)
    except Refused as refused:
        return refused.reason
    return ""


def _hang_up(turn: Turn, given: i.CallOrder) -> None:
    if given.leg or given.extension or given.agent:
        talks.hang_up(turn, given)
        return
    call = turn.state.calls.get(given.call)
    if call is None:
        raise Refused(Refusal.NO_SUCH_CALL)
    if call.emergency:  # it is ended by who makes it or who answers it
        raise Refused(Refusal.EMERGENCY_CALL)
    calls.end(turn, call, Cause.NORMAL_CLEARING, ReleasedBy.BOX)


def _redirect(turn: Turn, given: i.CallOrder) -> None:
    if refused := redirecting.redirect(turn, given.leg, given.number):
        raise Refused(refused)


DEEDS: Mapping[str, Deed] = {
    "dial": Deed(
        dialling.dial,
        "The telephone rings; lifted, it dials `number` (a feature code, too).",
    ),
    "call": Deed(dialling.call, "The same, and a telephone that hears dial tone already dials at once."),
    "call-back": Deed(
        dialling.call_back,
        "As `call`, for the caller who gave up in `call`; one at a time, and reports know.",
    ),
    "answer": Deed(
        talks.answer,
        "Analog: over to the call that knocks. What rings is answered at the telephone: `not-possible`.",
    ),
    "decline": Deed(
        talks.decline, "It stops ringing. An offered call goes to another agent; others find it busy."
    ),
    "hang-up": Deed(
        _hang_up, "The telephone leaves its call; with `call` alone, that call ends for everybody."
    ),
    "hold": Deed(talks.hold, "The other party hears music."),
    "resume": Deed(talks.resume, "Back to the party on hold."),
    "swap": Deed(talks.swap, "Of two calls: over to the one on hold."),
    "consult": Deed(places.consult, "The party is held, `number` (or `agent:ID`) is called."),
    "complete": Deed(talks.complete, "Of two calls: the two parties go on without this telephone."),
    "conference": Deed(talks.confer, "Of two calls: all three together."),
    "drop-last": Deed(talks.drop_last, "Of a conference: the party that came last goes."),
    "transfer": Deed(
        places.transfer,
        "The party goes on to `number` at once: a number, `agent:ID`, `queue:ID`, `voicemail:BOX`, `group:ID`, "
        "`flow:ID`, `room:ID`.",
    ),
    "park": Deed(places.park, "The party waits in slot `number`, or the first that is free."),
    "redirect": Deed(_redirect, "The caller of `leg` goes on to `number`, a number of the house."),
    "pause-recording": Deed(taping.pause, "The tape is silent from here on."),
    "resume-recording": Deed(taping.resume, "And goes on."),
    **{
        mode: Deed(watching.watch, means)
        for mode, means in (
            (
                "listen",
                "Supervisor `agent` hears the talk of `leg`, or of `number` (extension, `agent:ID`, queue).",
            ),
            ("whisper", "The same, heard by the agent alone."),
            ("barge", "The same, heard by both."),
            ("take-over", "The same, in the agent's place."),
        )
    },
}
