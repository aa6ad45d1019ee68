"""What facts of recordings, ports and the box itself do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.board import Board
from firmware.engine.state import ORDERS_KEPT, Ordered, Taping
from firmware.protocol import facts as f

# -- recordings --------------------------------------------------------------------------------------


def consent_announced(board: Board, fact: f.ConsentAnnounced, at_us: int) -> None:
    board.state.calls[fact.call].consent = ""


def recording_ruled(board: Board, fact: f.RecordingRuled, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.record, call.consent = fact.wanted, fact.consent


def recording_began(board: Board, fact: f.RecordingBegan, at_us: int) -> None:
    state = board.state
    state.recordings_made += 1
    state.recordings[fact.recording] = Taping(
        fact.recording,
        fact.call,
        fact.leg,
        fact.kind,
        at_us,
        party=fact.party,
        agent=fact.agent,
        queue=fact.queue,
    )
    leg = state.legs[fact.leg]
    leg.recording, leg.uncovered, leg.wanted = fact.recording, "", None


def recording_marked(board: Board, fact: f.RecordingMarked, at_us: int) -> None:
    taping = board.state.recordings.get(fact.recording)
    if taping is not None and fact.mark in ("paused", "unpaused"):
        taping.paused = fact.mark == "paused"


def recording_paused(board: Board, fact: f.RecordingPaused, at_us: int) -> None:
    board.state.legs[fact.leg].paused_by = fact.by if fact.paused else 0


def recording_taped(board: Board, fact: f.RecordingTaped, at_us: int) -> None:
    taping = board.state.recordings[fact.recording]
    if fact.to_tick >= 0:
        del board.state.recordings[fact.recording]
    else:
        taping.from_tick = fact.from_tick


def recording_ended(board: Board, fact: f.RecordingEnded, at_us: int) -> None:
    state = board.state
    taping = state.recordings[fact.recording]
    taping.ended = True
    leg = state.legs.get(taping.leg)
    if leg is not None and leg.recording == fact.recording:
        leg.recording = ""
    if fact.why == "switch-died":
        del state.recordings[fact.recording]


def not_recorded(board: Board, fact: f.NotRecorded, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.uncovered = fact.reason
    leg.wanted = (fact.kind, fact.party, fact.agent, fact.queue) if fact.kind else None


def erasure_ordered(board: Board, fact: f.ErasureOrdered, at_us: int) -> None:
    """Outside a call are kept: a number that came before its ring, what telephones dialled last, who served whom.

    Only keyed hashes say whose number shall go: the last two are forgotten of everybody.
    """
    board.state.dialling.last.clear()
    board.state.callers.clear()
    for port in board.state.ports.values():
        port.kept = None


# -- the box -----------------------------------------------------------------------------------------


def line_changed(board: Board, fact: f.LineChanged, at_us: int) -> None:
    board.port(fact.port).alarm = fact.alarm


def all_lines_busy(board: Board, fact: f.AllLinesBusy, at_us: int) -> None:
    board.state.all_busy = fact.busy


def disk_changed(board: Board, fact: f.DiskChanged, at_us: int) -> None:
    board.state.disk_level, board.state.disk_stop = fact.level, fact.stop


def config_taken(board: Board, fact: f.ConfigTaken, at_us: int) -> None:
    board.state.config_version, board.state.config = fact.version, fact.config
    board.configure()


def clock_taken(board: Board, fact: f.ClockTaken, at_us: int) -> None:
    board.state.clock_offset_us, board.state.clock_quality = fact.offset_us, fact.quality


def timer_set(board: Board, fact: f.TimerSet, at_us: int) -> None:
    board.set_timer(fact.timer, fact.at_us)


def timer_cleared(board: Board, fact: f.TimerCleared, at_us: int) -> None:
    board.state.timers.pop(fact.timer, None)


def events_taken(board: Board, fact: f.EventsTaken, at_us: int) -> None:
    board.state.switch_epoch, board.state.switch_number = fact.epoch, fact.number


def switch_lost(board: Board, fact: f.SwitchLost, at_us: int) -> None:
    board.state.switch_epoch, board.state.switch_number = fact.epoch, 0


def engine_started(board: Board, fact: f.EngineStarted, at_us: int) -> None:
    board.state.epoch = fact.epoch
    board.state.box = fact.box or board.state.box
    board.state.memory = fact.memory or board.state.memory


def catching_up(board: Board, fact: f.CatchingUp, at_us: int) -> None:
    board.state.behind_until_us = fact.until_us


def report_asked(board: Board, fact: f.ReportAsked, at_us: int) -> None:
    board.state.report_asked_us = at_us


def order_taken(board: Board, fact: f.OrderTaken, at_us: int) -> None:
    state = board.state
    state.orders[fact.id] = Ordered(state.epoch, state.number + 1)
    while len(state.orders) > ORDERS_KEPT:
        del state.orders[next(iter(state.orders))]


def attempt_refused(board: Board, fact: f.AttemptRefused, at_us: int) -> None:
    """In the record of an order it is the order that was refused."""
    newest = next(reversed(board.state.orders.values()), None)
    if newest is not None and newest.number == board.state.number + 1:
        newest.refused = newest.refused or fact.reason


def telephone_lifted(board: Board, fact: f.TelephoneLifted, at_us: int) -> None:
    board.port(fact.port).off_hook = True


def dialog_began(board: Board, fact: f.DialogBegan, at_us: int) -> None:
    dialogs = board.port(fact.port).dialogs
    if fact.call not in dialogs:
        dialogs.append(fact.call)


def dialog_ended(board: Board, fact: f.DialogEnded, at_us: int) -> None:
    dialogs = board.port(fact.port).dialogs
    if fact.call in dialogs:
        dialogs.remove(fact.call)


def telephone_replaced(board: Board, fact: f.TelephoneReplaced, at_us: int) -> None:
    port = board.port(fact.port)
    port.off_hook, port.tone = False, ""
    port.dialogs.clear()
    board.state.timers.pop(f"howl:{fact.port}", None)


def tone_given(board: Board, fact: f.ToneGiven, at_us: int) -> None:
    board.port(fact.port).tone = fact.tone


def caller_id_kept(board: Board, fact: f.CallerIdKept, at_us: int) -> None:
    port = board.port(fact.port)
    port.kept = (fact.number, fact.name, fact.presentation, fact.form)
    port.kept_us = at_us
