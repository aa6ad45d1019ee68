"""What facts of menus, queues and agents do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.acd import callers
from firmware.engine.board import Board
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState, Direction

# -- menus, queues -----------------------------------------------------------------------------------


def flow_entered(board: Board, fact: f.FlowEntered, at_us: int) -> None:
    board.state.calls[fact.call].flow = fact.flow


def node_entered(board: Board, fact: f.NodeEntered, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.node, call.tries, call.looks_up = fact.node, 0, 0
    call.silent_nodes += 1


def node_tried(board: Board, fact: f.NodeTried, at_us: int) -> None:
    board.state.calls[fact.call].tries = fact.tries


def flow_left(board: Board, fact: f.FlowLeft, at_us: int) -> None:
    call = board.state.calls[fact.call]
    board.state.timers.pop(f"node:{fact.call}", None)
    call.node, call.looks_up = "", 0
    if fact.why != "transfer":
        call.within.clear()


def flow_called(board: Board, fact: f.FlowCalled, at_us: int) -> None:
    board.state.calls[fact.call].within.append((fact.flow, fact.node))


def flow_returned(board: Board, fact: f.FlowReturned, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.flow = fact.flow
    if call.within:
        call.within.pop()


def digits_collected(board: Board, fact: f.DigitsCollected | f.SurveyAnswered, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.silent_nodes, call.unreached = 0, ""


def variable_set(board: Board, fact: f.VariableSet, at_us: int) -> None:
    board.state.calls[fact.call].variables[fact.name] = fact.value


def survey_began(board: Board, fact: f.SurveyBegan, at_us: int) -> None:
    board.state.calls[fact.call].survey = (fact.queue, fact.agent)


def language_chosen(board: Board, fact: f.LanguageChosen, at_us: int) -> None:
    board.state.calls[fact.call].language = fact.language


def fallback_set(board: Board, fact: f.FallbackSet, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.fallback = fact.to
    if fact.to:
        call.unreached = ""


def flow_target_failed(board: Board, fact: f.FlowTargetFailed, at_us: int) -> None:
    board.state.calls[fact.call].unreached = fact.why


def line_tried(board: Board, fact: f.LineTried, at_us: int) -> None:
    tried = board.state.calls[fact.call].tried
    if fact.port < 0:
        tried.clear()
    else:
        tried.append(fact.port)


def enqueued(board: Board, fact: f.Enqueued, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.queue, call.waits, call.queued, call.unreached = fact.queue, True, True, ""
    call.visits, call.enqueued_us, call.promised_us = call.visits + 1, at_us, 0
    board.acd.enqueue(fact.call, fact.queue, fact.priority, fact.since_us or at_us, fact.need)


def dequeued(board: Board, fact: f.Dequeued, at_us: int) -> None:
    state = board.state
    state.calls[fact.call].waits = False
    for timer in ("announce", "comfort", "closing", "wait", "offer"):
        state.timers.pop(f"{timer}:{fact.call}", None)
    board.acd.dequeue(fact.call)
    if fact.why == "abandoned":
        _remember(board, fact.call, "abandoned", "", at_us)


def agent_offered(board: Board, fact: f.AgentOffered, at_us: int) -> None:
    board.acd.offered(fact.call, fact.agent)
    board.state.legs[fact.leg].why = fact.why


def agent_missed(board: Board, fact: f.AgentMissed, at_us: int) -> None:
    board.acd.withdrawn(fact.call, fact.agent)
    if fact.why in ("no-answer", "declined"):
        board.agent(fact.agent).missed += 1


def agent_rested(board: Board, fact: f.AgentRested, at_us: int) -> None:
    board.acd.rest(fact.agent, fact.queue, fact.until_us)


def agent_connected(board: Board, fact: f.AgentConnected, at_us: int) -> None:
    agent = board.agent(fact.agent)
    agent.missed = 0
    agent.handling, agent.handling_since_us = fact.queue, at_us
    _remember(board, fact.call, "served", fact.agent, at_us)


def _remember(board: Board, number: int, how: str, agent: str, at_us: int) -> None:
    call = board.state.calls[number]
    if board.plan.config.site.remember_callers_days and call.direction is Direction.INBOUND:
        callers.remember(board.state.callers, call.e164 or call.number, how, agent, at_us)


def callers_forgotten(board: Board, fact: f.CallersForgotten, at_us: int) -> None:
    callers.forget_until(board.state.callers, fact.until_us)


# -- agents ------------------------------------------------------------------------------------------


def agent_changed(board: Board, fact: f.AgentChanged, at_us: int) -> None:
    agent = board.agent(fact.agent)
    if agent.handling and fact.state in (AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT):
        board.acd.handled(agent.handling, at_us - agent.handling_since_us)
        agent.handling = ""
    if agent.state is AgentState.SIGNED_OUT:
        board.acd.reset_talk(fact.agent)
        agent.missed = 0
    seats = board.state.seats
    if seats.get(agent.extension) == fact.agent:
        del seats[agent.extension]
    if fact.extension and fact.state is not AgentState.SIGNED_OUT:
        seats[fact.extension] = fact.agent
    if (agent.state, agent.reason) != (fact.state, fact.reason):
        board.state.timers.pop(f"pause:{fact.agent}", None)
    if agent.reason == "missed-calls" != fact.reason:
        agent.missed = 0
    agent.state, agent.reason, agent.call, agent.since_us = fact.state, fact.reason, fact.call, at_us
    agent.extension = fact.extension
    agent.deferred = None
    if fact.state is not AgentState.WRAP_UP:
        board.state.timers.pop(f"wrap:{fact.agent}", None)
    board.acd.agent_changed(fact.agent, fact.state, at_us)


def agent_deferred(board: Board, fact: f.AgentDeferred, at_us: int) -> None:
    board.agent(fact.agent).deferred = (fact.state, fact.reason)
