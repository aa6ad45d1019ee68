"""Several telephones that ring for one call: at once, one after another, one more each time. The first to lift has it.

Whoever is in use, undisturbed, forwarded or out of order is passed by. What rings outside is dialled for the group, or
for the extension whose follow-me it is, as far as its class of service reaches.
"""

from __future__ import annotations

from firmware.config.schema import Extension
from firmware.engine import legs, recordings
from firmware.engine.dialling import classes
from firmware.engine.floor import queues
from firmware.engine.inside import forwarding, groups, ringing
from firmware.engine.inside import state as pbx_state
from firmware.engine.outside import trunks
from firmware.engine.state import Call, Hunt, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy, Tone

RINGS = (Phase.ALERTING, Phase.KNOCKING, Phase.WAITING_LINE, Phase.SEIZING, Phase.PROCEEDING)
"""Phases of a leg that somebody may still answer."""
CALLED = (LegRole.CALLED, LegRole.TRUNK)
OWN_RING_S = 20.0
"""How long the last number of a follow-me rings."""


def begin(turn: Turn, call: Call, waiting: Leg, hunt: Hunt, music: str = "") -> None:
    """`waiting` hears ringback, or `music`, till somebody answers or all have been called in vain."""
    numbers, after_s = tuple(one for one, _ in hunt.left), tuple(after for _, after in hunt.left)
    turn.fact(f.HuntBegan(call.id, hunt.target, numbers, after_s, hunt.keep, hunt.last_s))
    turn.enter(waiting, Phase.CALLING)
    recordings.cover(turn, waiting, "ringing")
    turn.play(waiting, "", c.Music(music) if music else c.ToneItem(Tone.RINGBACK))
    _go_on(turn, call, waiting, Cause.USER_BUSY)


def follow(turn: Turn, call: Call, waiting: Leg, telephone: Extension) -> bool:
    """Follow-me: the telephone itself, then its other numbers; False where there are none."""
    others = [
        (found, one.after_s)
        for one in telephone.follow
        if (found := ringable(turn, telephone.number, one.number))
    ]
    if not others or not pbx_state.setting(turn, telephone.number, pbx_state.FOLLOW_ME):
        return False
    own = f"extension:{telephone.number}"
    if any(target.startswith("outside:") for target, _ in others):
        classes.charge(turn, call, telephone.number)
    begin(turn, call, waiting, Hunt(own, [(own, 0.0), *others], True, OWN_RING_S))
    return True


def ringable(turn: Turn, extension: str, number: str) -> str:
    """`extension:…` or `outside:…` as far as `extension` may call it; empty for anything else."""
    found = forwarding.target_of(turn, extension, number)
    return found if found.startswith(("extension:", "outside:")) else ""


# -- going on ---------------------------------------------------------------------------------------


def due(turn: Turn, number: int) -> None:
    """Timer `hunt`: the next number's turn has come, or the last one has rung long enough."""
    turn.clear(f"hunt:{number}")
    call = turn.state.calls.get(number)
    waiting = ringing.waiting_in(turn, call) if call else None
    if call is None or call.hunt is None or waiting is None:
        return
    if call.hunt.left:
        _go_on(turn, call, waiting, Cause.NO_ANSWER)
    else:
        _over(turn, call, waiting, Cause.NO_ANSWER)


def _go_on(turn: Turn, call: Call, waiting: Leg, cause: Cause) -> None:
    """`cause` is why it is over when nobody else can be rung."""
    hunt = call.hunt
    assert hunt is not None, "only a hunt goes on"
    if not hunt.keep:
        stop(turn, call, Cause.NO_ANSWER)
    turn.hunting = True
    while hunt.left:
        number = hunt.left[0][0]
        turn.fact(f.HuntStepped(call.id))
        rang = _ring(turn, call, waiting, number)
        if rang and hunt.left and hunt.left[0][1] > 0:
            break
    turn.hunting = False
    if not rings(turn, call):
        _over(turn, call, waiting, cause)
    else:
        turn.timer(f"hunt:{call.id}", hunt.left[0][1] if hunt.left else hunt.last_s)


def _ring(turn: Turn, call: Call, waiting: Leg, target: str) -> bool:
    kind, _, number = target.partition(":")
    if kind == "outside":
        before = len(call.legs)
        trunks.place(turn, call, waiting, number)
        return len(call.legs) > before
    port, telephone = turn.plan.ports.get(number), turn.plan.extensions.get(number)
    if port is None or telephone is None or telephone.pager:
        return False
    if not queues.telephone_free(turn, port) or pbx_state.away(turn, number):
        return False
    ringing.ring(turn, call, waiting, number)
    return True


def rings(turn: Turn, call: Call) -> bool:
    """Somebody may still answer."""
    return any(_is_called(leg) for leg in turn.legs_of(call))


def _is_called(leg: Leg) -> bool:
    return leg.role in CALLED and leg.phase in RINGS


def one_less(turn: Turn, call: Call, waiting: Leg, cause: Cause) -> None:
    """One of those called is not to be had."""
    if turn.hunting or rings(turn, call):
        return
    if call.hunt is not None and call.hunt.left:
        _go_on(turn, call, waiting, cause)
    else:
        _over(turn, call, waiting, cause)


def stop(turn: Turn, call: Call, cause: Cause, but: Leg | None = None) -> None:
    """Nobody rings any more."""
    for leg in turn.legs_of(call):
        if leg is not but and _is_called(leg):
            legs.let_go(turn, leg, cause, ReleasedBy.BOX)


def taken(turn: Turn, call: Call, by: Leg) -> None:
    """`by` was the first to answer."""
    stop(turn, call, Cause.NORMAL_CLEARING, by)
    forwarding.forget(turn, call)
    if call.hunt is not None:
        turn.fact(f.HuntEnded(call.id, "answered"))


def _over(turn: Turn, call: Call, waiting: Leg, cause: Cause) -> None:
    assert call.hunt is not None, "only a hunt ends"
    kind, _, name = call.hunt.target.partition(":")
    stop(turn, call, Cause.NO_ANSWER)
    turn.fact(f.HuntEnded(call.id, "nobody"))
    turn.quiet(waiting)
    if kind == "group":
        groups.nobody(turn, call, waiting, name, cause)
    else:
        ringing.failed(turn, call, waiting, cause, name)
