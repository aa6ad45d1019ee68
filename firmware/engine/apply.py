"""What each fact does to the state: the only way it changes. The table; the effects are in `apply_*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware.engine import apply_box as box
from firmware.engine import apply_calls as calls
from firmware.engine import apply_dialling as dialling
from firmware.engine import apply_jobs as jobs
from firmware.engine import apply_queues as queues
from firmware.engine.board import Board
from firmware.protocol import facts as f


def _nothing(board: Board, fact: f.Fact, at_us: int) -> None:
    """Facts that only history needs."""


APPLY: Mapping[type, Callable[[Board, Any, int], None]] = {
    f.CallBegan: calls.call_began,
    f.CallerKnown: calls.caller_known,
    f.NumberDialled: calls.number_dialled,
    f.RingCounted: calls.ring_counted,
    f.CallAnswered: calls.call_answered,
    f.CallEnded: calls.call_ended,
    f.CallReached: calls.call_reached,
    f.AttemptRefused: box.attempt_refused,
    f.LegAdded: calls.leg_added,
    f.PhaseEntered: calls.phase_entered,
    f.LegAlerted: calls.leg_alerted,
    f.LegAnswered: calls.leg_answered,
    f.LegReleased: calls.leg_released,
    f.LegMoved: calls.leg_moved,
    f.LegsSwapped: calls.legs_swapped,
    f.DigitsKept: calls.digits_kept,
    f.PlayBegan: calls.play_began,
    f.PlayStopped: calls.play_stopped,
    f.TalkBegan: calls.talk_began,
    f.TalkEnded: calls.talk_ended,
    f.HoldBegan: calls.hold_began,
    f.HoldEnded: calls.hold_ended,
    f.TransferMade: _nothing,
    f.ConferenceBegan: calls.conference_began,
    f.ConferenceEnded: calls.conference_ended,
    f.FlowEntered: queues.flow_entered,
    f.NodeEntered: queues.node_entered,
    f.NodeTried: queues.node_tried,
    f.DigitsCollected: _nothing,
    f.FlowLeft: queues.flow_left,
    f.VariableSet: queues.variable_set,
    f.LanguageChosen: queues.language_chosen,
    f.FallbackSet: queues.fallback_set,
    f.LineTried: queues.line_tried,
    f.Enqueued: queues.enqueued,
    f.Dequeued: queues.dequeued,
    f.WaitAnnounced: _nothing,
    f.AgentOffered: queues.agent_offered,
    f.AgentMissed: queues.agent_missed,
    f.AgentRested: queues.agent_rested,
    f.AgentConnected: queues.agent_connected,
    f.AgentChanged: queues.agent_changed,
    f.AgentDeferred: queues.agent_deferred,
    f.ConsentAnnounced: box.consent_announced,
    f.RecordingRuled: box.recording_ruled,
    f.RecordingBegan: box.recording_began,
    f.RecordingMarked: _nothing,
    f.RecordingTaped: box.recording_taped,
    f.RecordingGap: _nothing,
    f.RecordingEnded: box.recording_ended,
    f.NotRecorded: box.not_recorded,
    f.VoicemailLeft: box.voicemail_left,
    f.VoicemailHeard: box.voicemail_heard,
    f.MessagePlayed: _nothing,
    f.VoicemailDeleted: box.voicemail_deleted,
    f.ErasureOrdered: box.erasure_ordered,
    f.RecordsErased: _nothing,
    f.HoldPlaced: _nothing,
    f.HoldReleased: _nothing,
    f.RecordingsAccessed: _nothing,
    f.JobAsked: jobs.job_asked,
    f.JobEnded: jobs.job_ended,
    f.SurveyBegan: queues.survey_began,
    f.SurveyAnswered: _nothing,
    f.LineChosen: dialling.line_chosen,
    f.CallCharged: dialling.call_charged,
    f.TalkSpent: dialling.talk_spent,
    f.AccountGiven: dialling.account_given,
    f.PinRefused: dialling.pin_refused,
    f.PinAccepted: dialling.pin_accepted,
    f.TelephoneUnlocked: dialling.telephone_unlocked,
    f.NumberRemembered: dialling.number_remembered,
    f.CallRouted: dialling.call_routed,
    f.ServiceEntered: _nothing,
    f.ServiceSwitched: dialling.service_switched,
    f.RoomEntered: dialling.room_entered,
    f.RoomLeft: dialling.room_left,
    f.RoomMixed: dialling.room_mixed,
    f.LineChanged: box.line_changed,
    f.AllLinesBusy: box.all_lines_busy,
    f.DiskChanged: box.disk_changed,
    f.ConfigTaken: box.config_taken,
    f.ClockTaken: box.clock_taken,
    f.TimerSet: box.timer_set,
    f.TimerCleared: box.timer_cleared,
    f.EventsTaken: box.events_taken,
    f.SwitchLost: box.switch_lost,
    f.EngineStarted: box.engine_started,
    f.CatchingUp: box.catching_up,
    f.ReportAsked: box.report_asked,
    f.OrderTaken: box.order_taken,
    f.InputPassedOver: _nothing,
    f.TelephoneLifted: box.telephone_lifted,
    f.TelephoneReplaced: box.telephone_replaced,
    f.ToneGiven: box.tone_given,
    f.CallerIdKept: box.caller_id_kept,
}


def apply(board: Board, fact: f.Fact, at_us: int) -> None:
    """Facts may be applied any time later and give the same state."""
    APPLY[type(fact)](board, fact, at_us)
