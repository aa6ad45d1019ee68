"""What each fact does to the state: the only place where it changes. The table is at the end."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware.engine.board import Board
from firmware.engine.state import (
    ORDERS_KEPT,
    AgentNow,
    Call,
    Leg,
    Phase,
    Port,
    Taping,
    VoiceMessage,
)
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState, Direction, LegRole

LEG_TIMERS = (
    "digit",
    "ring",
    "dial",
    "seize",
    "answer",
    "choose",
    "part",
    "record",
    "offered",
    "ask",
    "again",
)
CALL_TIMERS = ("max", "announce", "wait", "offer", "node")


def _port(board: Board, port: int) -> Port:
    return board.state.ports.setdefault(port, Port())


def _agent(board: Board, agent: str) -> AgentNow:
    return board.state.agents.setdefault(agent, AgentNow(agent))


# -- calls ------------------------------------------------------------------------------------------


def _call_began(board: Board, fact: f.CallBegan, at_us: int) -> None:
    state = board.state
    state.calls_made = fact.call
    state.calls[fact.call] = Call(fact.call, fact.direction, fact.port, fact.line, at_us)


def _caller_known(board: Board, fact: f.CallerKnown, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.number, call.e164, call.name = fact.number, fact.e164, fact.name
    call.presentation = fact.presentation
    _port(board, call.port).kept = None


def _number_dialled(board: Board, fact: f.NumberDialled, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.number, call.e164, call.direction = fact.number, fact.e164, fact.direction
    call.emergency = fact.emergency


def _ring_counted(board: Board, fact: f.RingCounted, at_us: int) -> None:
    board.state.calls[fact.call].rings = fact.rings


def _call_answered(board: Board, fact: f.CallAnswered, at_us: int) -> None:
    board.state.calls[fact.call].answered = True


def _call_ended(board: Board, fact: f.CallEnded, at_us: int) -> None:
    state = board.state
    del state.calls[fact.call]
    for timer in CALL_TIMERS:
        state.timers.pop(f"{timer}:{fact.call}", None)


def _call_reached(board: Board, fact: f.CallReached, at_us: int) -> None:
    board.state.calls[fact.call].reached = fact.outcome


# -- legs -------------------------------------------------------------------------------------------


def _leg_added(board: Board, fact: f.LegAdded, at_us: int) -> None:
    state = board.state
    call = state.calls[fact.call]
    fxo = fact.role is LegRole.TRUNK or (
        fact.role is LegRole.CALLER and call.direction is Direction.INBOUND and fact.port == call.port
    )
    phase = Phase.WAITING_LINE if fact.role is LegRole.TRUNK else Phase.OFFERED if fxo else Phase.ALERTING
    leg = Leg(fact.leg, fact.call, fact.port, fact.role, fact.party, fact.agent, fxo, phase, at_us, at_us)
    state.legs_made = fact.leg
    state.legs[fact.leg] = leg
    call.legs.append(fact.leg)
    port = _port(board, fact.port)
    if port.leg:
        port.away = port.leg
    port.leg = fact.leg
    port.tone = ""
    state.timers.pop(f"howl:{fact.port}", None)


def _phase_entered(board: Board, fact: f.PhaseEntered, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.phase = fact.phase
    leg.since_us = at_us


def _leg_alerted(board: Board, fact: f.LegAlerted, at_us: int) -> None:
    board.state.legs[fact.leg].alerted_us = at_us


def _leg_answered(board: Board, fact: f.LegAnswered, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.answered = True
    if leg.role in (LegRole.AGENT, LegRole.CALLED):
        board.state.calls[leg.call].served = True


def _leg_released(board: Board, fact: f.LegReleased, at_us: int) -> None:
    state = board.state
    leg = state.legs.pop(fact.leg)
    call = state.calls[leg.call]
    call.legs.remove(fact.leg)
    call.held_by.pop(fact.leg, None)
    port = _port(board, leg.port)
    if port.leg == fact.leg:
        port.leg, port.away = port.away, 0
    elif port.away == fact.leg:
        port.away = 0
    port.released_us = at_us
    for timer in LEG_TIMERS:
        state.timers.pop(f"{timer}:{fact.leg}", None)


def _leg_moved(board: Board, fact: f.LegMoved, at_us: int) -> None:
    state = board.state
    leg = state.legs[fact.leg]
    state.calls[leg.call].legs.remove(fact.leg)
    leg.call = fact.call
    state.calls[fact.call].legs.append(fact.leg)
    if leg.answered and leg.role in (LegRole.AGENT, LegRole.CALLED):
        state.calls[fact.call].served = True


def _legs_swapped(board: Board, fact: f.LegsSwapped, at_us: int) -> None:
    port = _port(board, fact.port)
    port.leg, port.away = port.away, port.leg


def _digits_kept(board: Board, fact: f.DigitsKept, at_us: int) -> None:
    board.state.legs[fact.leg].digits = fact.digits


def _play_began(board: Board, fact: f.PlayBegan, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.plays += 1
    leg.play, leg.purpose, leg.play_us = fact.play, fact.purpose, at_us


def _play_stopped(board: Board, fact: f.PlayStopped, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.play = leg.purpose = ""


# -- talking ----------------------------------------------------------------------------------------


def _talk_began(board: Board, fact: f.TalkBegan, at_us: int) -> None:
    board.state.calls[fact.call].talk = list(fact.legs)
    for leg in fact.legs:
        board.state.legs[leg].talk_since_us = at_us


def _talk_ended(board: Board, fact: f.TalkEnded, at_us: int) -> None:
    board.state.calls[fact.call].talk = []
    for number in fact.legs:
        leg = board.state.legs[number]
        if leg.agent:
            board.acd.talked(leg.agent, at_us - leg.talk_since_us)


def _hold_began(board: Board, fact: f.HoldBegan, at_us: int) -> None:
    board.state.calls[fact.call].held_by[fact.leg] = fact.by


def _hold_ended(board: Board, fact: f.HoldEnded, at_us: int) -> None:
    board.state.calls[fact.call].held_by.pop(fact.leg, None)


def _conference_began(board: Board, fact: f.ConferenceBegan, at_us: int) -> None:
    board.state.calls[fact.call].conference = list(fact.legs)


def _conference_ended(board: Board, fact: f.ConferenceEnded, at_us: int) -> None:
    board.state.calls[fact.call].conference = []


# -- menus, queues ----------------------------------------------------------------------------------


def _flow_entered(board: Board, fact: f.FlowEntered, at_us: int) -> None:
    board.state.calls[fact.call].flow = fact.flow


def _node_entered(board: Board, fact: f.NodeEntered, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.node, call.tries = fact.node, 0


def _node_tried(board: Board, fact: f.NodeTried, at_us: int) -> None:
    board.state.calls[fact.call].tries = fact.tries


def _flow_left(board: Board, fact: f.FlowLeft, at_us: int) -> None:
    call = board.state.calls[fact.call]
    board.state.timers.pop(f"node:{fact.call}", None)
    call.node = ""


def _variable_set(board: Board, fact: f.VariableSet, at_us: int) -> None:
    board.state.calls[fact.call].variables[fact.name] = fact.value


def _language_chosen(board: Board, fact: f.LanguageChosen, at_us: int) -> None:
    board.state.calls[fact.call].language = fact.language


def _fallback_set(board: Board, fact: f.FallbackSet, at_us: int) -> None:
    board.state.calls[fact.call].fallback = fact.to


def _line_tried(board: Board, fact: f.LineTried, at_us: int) -> None:
    tried = board.state.calls[fact.call].tried
    if fact.port < 0:
        tried.clear()
    else:
        tried.append(fact.port)


def _enqueued(board: Board, fact: f.Enqueued, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.queue, call.waits, call.queued = fact.queue, True, True
    board.acd.enqueue(fact.call, fact.queue, fact.priority, at_us)


def _dequeued(board: Board, fact: f.Dequeued, at_us: int) -> None:
    state = board.state
    state.calls[fact.call].waits = False
    for timer in ("announce", "wait", "offer"):
        state.timers.pop(f"{timer}:{fact.call}", None)
    board.acd.dequeue(fact.call)


def _agent_offered(board: Board, fact: f.AgentOffered, at_us: int) -> None:
    board.acd.offered(fact.call, fact.agent)


def _agent_missed(board: Board, fact: f.AgentMissed, at_us: int) -> None:
    board.acd.withdrawn(fact.call, fact.agent)
    if fact.why in ("no-answer", "declined"):
        _agent(board, fact.agent).missed += 1


def _agent_rested(board: Board, fact: f.AgentRested, at_us: int) -> None:
    board.acd.rest(fact.agent, fact.queue, fact.until_us)


def _agent_connected(board: Board, fact: f.AgentConnected, at_us: int) -> None:
    agent = _agent(board, fact.agent)
    agent.missed = 0
    agent.handling, agent.handling_since_us = fact.queue, at_us


# -- agents -----------------------------------------------------------------------------------------


def _agent_changed(board: Board, fact: f.AgentChanged, at_us: int) -> None:
    agent = _agent(board, fact.agent)
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
    agent.state, agent.reason, agent.call, agent.since_us = fact.state, fact.reason, fact.call, at_us
    agent.extension = fact.extension
    agent.deferred = None
    if fact.state is not AgentState.WRAP_UP:
        board.state.timers.pop(f"wrap:{fact.agent}", None)
    board.acd.agent_changed(fact.agent, fact.state, at_us)


def _agent_deferred(board: Board, fact: f.AgentDeferred, at_us: int) -> None:
    _agent(board, fact.agent).deferred = (fact.state, fact.reason)


# -- recordings -------------------------------------------------------------------------------------


def _consent_announced(board: Board, fact: f.ConsentAnnounced, at_us: int) -> None:
    board.state.calls[fact.call].consent = ""


def _recording_ruled(board: Board, fact: f.RecordingRuled, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.record, call.consent = fact.wanted, fact.consent


def _recording_began(board: Board, fact: f.RecordingBegan, at_us: int) -> None:
    state = board.state
    state.recordings_made += 1
    state.recordings[fact.recording] = Taping(fact.recording, fact.call, fact.leg, fact.kind, at_us)
    leg = state.legs[fact.leg]
    leg.recording, leg.uncovered = fact.recording, ""


def _recording_taped(board: Board, fact: f.RecordingTaped, at_us: int) -> None:
    taping = board.state.recordings[fact.recording]
    if fact.to_tick >= 0:
        del board.state.recordings[fact.recording]
    else:
        taping.from_tick = fact.from_tick


def _recording_ended(board: Board, fact: f.RecordingEnded, at_us: int) -> None:
    state = board.state
    taping = state.recordings[fact.recording]
    taping.ended = True
    leg = state.legs.get(taping.leg)
    if leg is not None and leg.recording == fact.recording:
        leg.recording = ""
    if fact.why == "switch-died":
        del state.recordings[fact.recording]


def _not_recorded(board: Board, fact: f.NotRecorded, at_us: int) -> None:
    board.state.legs[fact.leg].uncovered = fact.reason


def _voicemail_left(board: Board, fact: f.VoicemailLeft, at_us: int) -> None:
    board.state.mailboxes.setdefault(fact.mailbox, []).append(VoiceMessage(fact.recording, at_us))


def _voicemail_heard(board: Board, fact: f.VoicemailHeard, at_us: int) -> None:
    for message in board.state.mailboxes.get(fact.mailbox, []):
        if message.recording == fact.recording:
            message.heard = True


def _voicemail_deleted(board: Board, fact: f.VoicemailDeleted, at_us: int) -> None:
    messages = board.state.mailboxes.get(fact.mailbox, [])
    board.state.mailboxes[fact.mailbox] = [one for one in messages if one.recording != fact.recording]


# -- the box ----------------------------------------------------------------------------------------


def _line_changed(board: Board, fact: f.LineChanged, at_us: int) -> None:
    _port(board, fact.port).alarm = fact.alarm


def _all_lines_busy(board: Board, fact: f.AllLinesBusy, at_us: int) -> None:
    board.state.all_busy = fact.busy


def _config_taken(board: Board, fact: f.ConfigTaken, at_us: int) -> None:
    board.state.config_version, board.state.config = fact.version, fact.config
    board.configure()


def _clock_taken(board: Board, fact: f.ClockTaken, at_us: int) -> None:
    board.state.clock_offset_us, board.state.clock_quality = fact.offset_us, fact.quality


def _timer_set(board: Board, fact: f.TimerSet, at_us: int) -> None:
    board.set_timer(fact.timer, fact.at_us)


def _timer_cleared(board: Board, fact: f.TimerCleared, at_us: int) -> None:
    board.state.timers.pop(fact.timer, None)


def _events_taken(board: Board, fact: f.EventsTaken, at_us: int) -> None:
    board.state.switch_epoch, board.state.switch_number = fact.epoch, fact.number


def _switch_lost(board: Board, fact: f.SwitchLost, at_us: int) -> None:
    board.state.switch_epoch, board.state.switch_number = fact.epoch, 0


def _engine_started(board: Board, fact: f.EngineStarted, at_us: int) -> None:
    board.state.epoch = fact.epoch
    board.state.box = fact.box or board.state.box


def _report_asked(board: Board, fact: f.ReportAsked, at_us: int) -> None:
    board.state.report_asked_us = at_us


def _order_taken(board: Board, fact: f.OrderTaken, at_us: int) -> None:
    board.state.orders.append(fact.id)
    del board.state.orders[:-ORDERS_KEPT]


def _telephone_lifted(board: Board, fact: f.TelephoneLifted, at_us: int) -> None:
    _port(board, fact.port).off_hook = True


def _telephone_replaced(board: Board, fact: f.TelephoneReplaced, at_us: int) -> None:
    port = _port(board, fact.port)
    port.off_hook, port.tone = False, ""
    board.state.timers.pop(f"howl:{fact.port}", None)


def _tone_given(board: Board, fact: f.ToneGiven, at_us: int) -> None:
    _port(board, fact.port).tone = fact.tone


def _caller_id_kept(board: Board, fact: f.CallerIdKept, at_us: int) -> None:
    port = _port(board, fact.port)
    port.kept = (fact.number, fact.name, fact.presentation, fact.form)
    port.kept_us = at_us


def _nothing(board: Board, fact: f.Fact, at_us: int) -> None:
    """Facts that only history needs."""


APPLY: Mapping[type, Callable[[Board, Any, int], None]] = {
    f.CallBegan: _call_began,
    f.CallerKnown: _caller_known,
    f.NumberDialled: _number_dialled,
    f.RingCounted: _ring_counted,
    f.CallAnswered: _call_answered,
    f.CallEnded: _call_ended,
    f.CallReached: _call_reached,
    f.AttemptRefused: _nothing,
    f.LegAdded: _leg_added,
    f.PhaseEntered: _phase_entered,
    f.LegAlerted: _leg_alerted,
    f.LegAnswered: _leg_answered,
    f.LegReleased: _leg_released,
    f.LegMoved: _leg_moved,
    f.LegsSwapped: _legs_swapped,
    f.DigitsKept: _digits_kept,
    f.PlayBegan: _play_began,
    f.PlayStopped: _play_stopped,
    f.TalkBegan: _talk_began,
    f.TalkEnded: _talk_ended,
    f.HoldBegan: _hold_began,
    f.HoldEnded: _hold_ended,
    f.TransferMade: _nothing,
    f.ConferenceBegan: _conference_began,
    f.ConferenceEnded: _conference_ended,
    f.FlowEntered: _flow_entered,
    f.NodeEntered: _node_entered,
    f.NodeTried: _node_tried,
    f.DigitsCollected: _nothing,
    f.FlowLeft: _flow_left,
    f.VariableSet: _variable_set,
    f.LanguageChosen: _language_chosen,
    f.FallbackSet: _fallback_set,
    f.LineTried: _line_tried,
    f.Enqueued: _enqueued,
    f.Dequeued: _dequeued,
    f.WaitAnnounced: _nothing,
    f.AgentOffered: _agent_offered,
    f.AgentMissed: _agent_missed,
    f.AgentRested: _agent_rested,
    f.AgentConnected: _agent_connected,
    f.AgentChanged: _agent_changed,
    f.AgentDeferred: _agent_deferred,
    f.ConsentAnnounced: _consent_announced,
    f.RecordingRuled: _recording_ruled,
    f.RecordingBegan: _recording_began,
    f.RecordingMarked: _nothing,
    f.RecordingTaped: _recording_taped,
    f.RecordingEnded: _recording_ended,
    f.NotRecorded: _not_recorded,
    f.VoicemailLeft: _voicemail_left,
    f.VoicemailHeard: _voicemail_heard,
    f.VoicemailDeleted: _voicemail_deleted,
    f.LineChanged: _line_changed,
    f.AllLinesBusy: _all_lines_busy,
    f.ConfigTaken: _config_taken,
    f.ClockTaken: _clock_taken,
    f.TimerSet: _timer_set,
    f.TimerCleared: _timer_cleared,
    f.EventsTaken: _events_taken,
    f.SwitchLost: _switch_lost,
    f.EngineStarted: _engine_started,
    f.ReportAsked: _report_asked,
    f.OrderTaken: _order_taken,
    f.TelephoneLifted: _telephone_lifted,
    f.TelephoneReplaced: _telephone_replaced,
    f.ToneGiven: _tone_given,
    f.CallerIdKept: _caller_id_kept,
}


def apply(board: Board, fact: f.Fact, at_us: int) -> None:
    """Facts may be applied any time later and give the same state."""
    APPLY[type(fact)](board, fact, at_us)
