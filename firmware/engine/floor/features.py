"""Feature codes of people who serve queues and of those who supervise them."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import calls
from firmware.engine.floor import agents, closing, pauses, supervising
from firmware.engine.state import AgentNow, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState, Cause


def _sign_out(turn: Turn, leg: Leg, argument: str) -> None:
    _wish(turn, leg, AgentState.SIGNED_OUT, "", "signed-out")


def _ready(turn: Turn, leg: Leg, argument: str) -> None:
    _wish(turn, leg, AgentState.READY, "", "ready")


def _not_ready(turn: Turn, leg: Leg, argument: str) -> None:
    reason = turn.plan.config.features.not_ready_reasons.get(argument, "")
    seated = agents.at(turn, leg.party)
    if argument and not reason:
        calls.farewell(turn, leg, "unknown-reason")
    elif seated is not None and (refused := pauses.refused(turn, seated.id, reason)):
        turn.fact(f.AttemptRefused(leg.call, f"not-ready:{reason}", refused, Cause.CALL_REJECTED))
        calls.farewell(turn, leg, refused)
    else:
        _wish(turn, leg, AgentState.NOT_READY, reason, "not-ready")


def _wish(turn: Turn, leg: Leg, state: AgentState, reason: str, words: str) -> None:
    def wish(turn: Turn, agent: AgentNow) -> str:
        agents.wish(turn, agent.id, state, reason)
        return words

    _seated(turn, leg, wish)


def _seated(turn: Turn, leg: Leg, do: Callable[[Turn, AgentNow], str]) -> None:
    """For whoever is signed in here; `do` says what he hears then."""
    agent = agents.at(turn, leg.party)
    calls.farewell(turn, leg, do(turn, agent) if agent is not None else "not-signed-in")


def _wrap_up_longer(turn: Turn, leg: Leg, argument: str) -> None:
    _seated(turn, leg, pauses.wrap_up_longer)


def _breather(turn: Turn, leg: Leg, argument: str) -> None:
    _seated(turn, leg, pauses.breathe)


def _close_queue(turn: Turn, leg: Leg, argument: str) -> None:
    supervisor = supervising.rights(turn, leg.party)
    queue = next((one for one in turn.plan.config.queues if one.number and one.number == argument), None)
    if supervisor is None or queue is None or not supervising.may_watch(supervisor, queue.id):
        turn.fact(f.AttemptRefused(leg.call, f"close-queue:{argument}", "not-allowed", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "not-allowed")
        return
    closed = queue.id not in turn.state.floor.closed
    closing.by_hand(turn, queue, closed, supervisor.id)
    calls.farewell(turn, leg, "queue-now-closed" if closed else "queue-now-open")


def _supervise(mode: str) -> Callable[[Turn, Leg, str], None]:
    def step(turn: Turn, leg: Leg, argument: str) -> None:
        supervising.begin(turn, leg, argument, mode)

    return step


HANDLERS: Mapping[str, Callable[[Turn, Leg, str], None]] = {
    "sign_out": _sign_out,
    "ready": _ready,
    "not_ready": _not_ready,
    "wrap_up_longer": _wrap_up_longer,
    "breather": _breather,
    "close_queue": _close_queue,
    "listen": _supervise("listen"),
    "whisper": _supervise("whisper"),
    "barge": _supervise("barge"),
    "take_over": _supervise("take-over"),
}
