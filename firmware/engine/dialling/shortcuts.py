"""Speed dial and redial: digits that stand for others, dialled as if they had been keyed."""

from __future__ import annotations

from firmware.engine import calls
from firmware.engine.dialling.dialplan import Match, MatchKind
from firmware.engine.inside import telephones
from firmware.engine.state import Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

_REMEMBERED = frozenset({MatchKind.EXTENSION, MatchKind.TARGET, MatchKind.OUTSIDE, MatchKind.EMERGENCY})


def remember(turn: Turn, leg: Leg, match: Match, keyed: str) -> None:
    """A number that was dialled, as keyed; feature codes are not: secrets may follow them."""
    if match.kind in _REMEMBERED and turn.state.dialling.last.get(leg.party) != keyed:
        turn.fact(f.NumberRemembered(leg.party, keyed))


def redial(turn: Turn, leg: Leg) -> None:
    _dial(turn, leg, turn.state.dialling.last.get(leg.party, ""), "redial")


def speed_dial(turn: Turn, leg: Leg, pair: str) -> None:
    """The telephone's own list comes before everybody's."""
    telephone = turn.plan.telephones.get(leg.port)
    own = telephone.speed_dial if telephone is not None else {}
    _dial(
        turn, leg, own.get(pair) or turn.plan.config.dial_plan.speed_dial.get(pair, ""), f"speed-dial:{pair}"
    )


def _dial(turn: Turn, leg: Leg, digits: str, wanted: str) -> None:
    match = turn.plan.dial_tree.settle(digits)
    if match.kind in _REMEMBERED:
        turn.fact(f.DigitsKept(leg.id, digits))
        telephones.follow_now(turn, leg, match)
        return
    turn.fact(f.AttemptRefused(leg.call, wanted, "nothing-stored", Cause.UNALLOCATED_NUMBER))
    calls.farewell(turn, leg, "number-unknown")
