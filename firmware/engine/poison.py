"""Poison: an input the rules raise upon. It is passed over; the call it concerned ends in order, all others go on.

The ways out are tried one after the other, each on the state as it was before: the distributor alone is left out; the
call is ended by the rules; it is taken down fact by fact; nothing but the input itself is noted. Whichever way, the
input counts as taken, a timer is dropped, a configuration is refused, and a while later a state report is asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from msgspec import Struct, structs

from firmware.engine import calls, legs, reconcile, reports, steps
from firmware.engine.apply.calls import CALL_TIMERS, LEG_TIMERS
from firmware.engine.board import Board
from firmware.engine.floor import agents, offering
from firmware.engine.inside import completion, signalled
from firmware.engine.outside import lines
from firmware.engine.state import AgentNow, Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState, Cause, Direction, Outcome, ReleasedBy, Tone

MOST_PROBES = 40
"""So often a report that is poison is tried in parts; each costs a rebuilt state."""
HARMLESS = (e.CallerIdReceived, e.TapeBegan, e.TapeEnded, e.LineRestored)
"""Events whose loss leaves a call as it is."""
BEGINS = (e.TelephoneSeized, e.ConsultationBegan, e.KnockAnswered)
"""Events with which a telephone has one call more."""
OF_CALLS = frozenset(CALL_TIMERS)
OF_LEGS = frozenset(LEG_TIMERS)
OF_PORTS = frozenset({"howl"})
OF_JOBS = frozenset({"job"})
OF_NOBODY = frozenset(
    {"callback", "callers", "check", "pause", "report", "rested", "service", "wrap", completion.TIMER}
)
"""Whose a timer is, by its name; what stands in the last row is in nobody's call, whatever number follows it."""

Step = Callable[[Turn, Any], None]


class Poison(Struct, frozen=True):
    """`stage` is how far the rules came: `rules`, `offers` (with the call being offered), `watches`, `lines`."""

    given: i.AnyInput
    error: str
    where: str
    stage: str
    offering: int
    timer: str

    @property
    def kind(self) -> str:
        inner = type(self.given.event).__name__ if isinstance(self.given, i.FromSwitch) else ""
        inner = self.timer.partition(":")[0] if isinstance(self.given, i.TimeReached) else inner
        return "/".join(one for one in (type(self.given).__name__, inner) if one)


def diagnose(given: i.AnyInput, turn: Turn | None, error: Exception, timer: str) -> Poison:
    """What is known of an input that `error` was raised upon, without anything a person said or keyed."""
    stage, offering = (turn.stage, turn.offering) if turn is not None else ("rules", 0)
    if stage == "rules":
        given = _bare(given, masked=turn is not None)
    return Poison(given, type(error).__name__, _place(error.__traceback__), stage, offering, timer)


def _bare(given: i.AnyInput, masked: bool) -> i.AnyInput:
    """What may be journalled of it: no digit that may be one of a secret, no configuration (it is in config.db)."""
    if not masked and isinstance(given, i.FromSwitch) and isinstance(given.event, e.DigitReceived):
        return structs.replace(given, event=structs.replace(given.event, digit="x"))
    return structs.replace(given, config="") if isinstance(given, i.ConfigApplied) else given


def _place(trace: TracebackType | None) -> str:
    found = ""
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("firmware."):
            found = f"{name.removeprefix('firmware.')}.{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


# -- whom it concerned ------------------------------------------------------------------------------


def _concerned(turn: Turn, poison: Poison) -> tuple[int, Leg | None, Call | None]:
    """Port, leg and call."""
    given = poison.given
    if isinstance(given, i.FromSwitch):
        leg = turn.leg_at(given.event.port)
        call = turn.call_of(leg) if leg and not isinstance(given.event, HARMLESS) else None
        return given.event.port, leg, call
    if isinstance(given, i.TimeReached):
        return _timed(turn, poison.timer)
    if isinstance(given, i.CallOrder):
        return -1, None, turn.state.calls.get(given.call)
    return -1, None, None


def _timed(turn: Turn, timer: str) -> tuple[int, Leg | None, Call | None]:
    kind, _, what = timer.partition(":")
    number = int(what) if what.isdecimal() else 0
    if kind in OF_CALLS:
        return -1, None, turn.state.calls.get(number)
    if kind in OF_JOBS:
        job = turn.state.jobs.get(number)
        return -1, None, turn.state.calls.get(job.call) if job is not None else None
    leg = turn.leg_at(number) if kind in OF_PORTS else None
    leg = turn.state.legs.get(number) if kind in OF_LEGS else leg
    return (leg.port, leg, turn.call_of(leg)) if leg is not None else (-1, None, None)


# -- what counts as done whatever the rules say -----------------------------------------------------


def _lost(turn: Turn, given: i.AnyInput) -> bool:
    return isinstance(given, i.FromSwitch) and turn.state.switch_epoch not in (0, given.epoch)


def _taken(turn: Turn, given: i.FromSwitch) -> None:
    if _lost(turn, given):
        turn.fact(f.SwitchLost(given.epoch))
        for recording in list(turn.state.recordings):
            turn.fact(f.RecordingEnded(recording, "switch-died"))
    turn.fact(f.EventsTaken(given.epoch, given.number))
    if isinstance(given.event, BEGINS) and given.event.call:
        turn.fact(f.DialogBegan(given.event.port, given.event.call))
    elif isinstance(given.event, e.ConsultationEnded):
        turn.fact(f.DialogEnded(given.event.port, given.event.call))
    if isinstance(given.event, e.TelephoneSeized):
        turn.fact(f.TelephoneLifted(given.event.port))
    elif isinstance(given.event, e.TelephoneReleased):
        turn.fact(f.TelephoneReplaced(given.event.port))


def _refused(turn: Turn, given: i.ConfigApplied) -> None:
    turn.fact(f.AttemptRefused(0, f"config:{given.version}", "cannot-be-applied", Cause.CALL_REJECTED))


def _begun(turn: Turn, given: i.Started) -> None:
    turn.fact(f.EngineStarted(given.epoch, turn.state.box))
    reports.ask(turn)


_ESSENTIAL: Mapping[type, Callable[[Turn, Any], None]] = {
    i.FromSwitch: _taken,
    i.ConfigApplied: _refused,
    i.Started: _begun,
}


def _note(turn: Turn, poison: Poison) -> tuple[int, Leg | None, Call | None]:
    """The essential facts; whom it concerned, looked up before."""
    port, leg, call = _concerned(turn, poison)
    given = poison.given
    essential = _ESSENTIAL.get(type(given))
    if essential is not None:
        essential(turn, given)
    order = getattr(given, "id", "")
    if isinstance(order, str) and order and order not in turn.state.orders:
        turn.fact(f.OrderTaken(order))
    if poison.timer and isinstance(given, i.TimeReached):
        turn.clear(poison.timer)
        _drop_job(turn, poison.timer)
    turn.fact(_told(poison, port, leg, call))
    if isinstance(given, i.FromSwitch | i.TimeReached) and not _is_report(given):
        reports.ask_later(turn)
    return port, leg, call


def _drop_job(turn: Turn, timer: str) -> None:
    """Without its timer a job would be under way for ever."""
    kind, _, what = timer.partition(":")
    if kind in OF_JOBS and int(what) in turn.state.jobs:
        turn.fact(f.JobEnded(int(what), "timed-out"))


def _told(poison: Poison, port: int, leg: Leg | None, call: Call | None) -> f.InputPassedOver:
    return f.InputPassedOver(
        poison.kind, poison.error, poison.where, port, leg.id if leg else 0, call.id if call else 0
    )


def _is_report(given: i.AnyInput) -> bool:
    return isinstance(given, i.FromSwitch) and isinstance(given.event, e.StateReport)


# -- the ways out -----------------------------------------------------------------------------------


class NoWay(Exception):
    """This way out is not for this poison."""


def _without_offers(turn: Turn, poison: Poison, step: Step, _fresh: Callable[[], Board]) -> None:
    """The rules dealt with it; what they found out is kept. The call that cannot be offered ends."""
    if poison.stage == "rules":
        raise NoWay
    step(turn, poison.given)
    call = turn.state.calls.get(poison.offering) if poison.stage == "offers" else None
    turn.fact(_told(structs.replace(poison, timer=""), -1, None, call))
    if call is not None:
        _end(turn, call)
    elif poison.stage == "offers" and -poison.offering in turn.state.floor.callbacks:
        turn.fact(f.QueueCallbackEnded(-poison.offering, "cancelled"))


def _in_order(turn: Turn, poison: Poison, step: Step, fresh: Callable[[], Board]) -> None:
    """The rules end the call, as for a line that failed."""
    lost = _lost(turn, poison.given)
    port, leg, call = _note(turn, poison)
    if call is not None:
        _end(turn, call)
    elif leg is None:
        _mend(turn, poison, port)
    if _is_report(poison.given):
        _report_in_parts(turn, poison.given, lost, step, fresh)
    if turn.dispatch:
        offering.dispatch(turn)
    if turn.lines_moved:
        lines.count(turn)


def _end(turn: Turn, call: Call) -> None:
    calls.end(turn, call, Cause.TEMPORARY_FAILURE, ReleasedBy.BOX, failed=True)


def _mend(turn: Turn, poison: Poison, port: int) -> None:
    """Nobody's call, but somebody would wait for ever: for a tone, for the end of wrap-up, for the next offer."""
    given = poison.given
    event = given.event if isinstance(given, i.FromSwitch) else None
    kind, _, what = poison.timer.partition(":") if isinstance(given, i.TimeReached) else ("", "", "")
    if isinstance(event, e.TelephoneSeized) and event.call:
        turn.parted[port] = Cause.TEMPORARY_FAILURE
    elif isinstance(event, e.TelephoneSeized) and turn.state.port(port).off_hook:
        legs.give_tone(turn, port, Tone.CONGESTION)
    elif isinstance(event, e.TelephoneReleased | e.LineRestored):
        agents.usable_again(turn, port)
    elif kind in ("wrap", "pause"):
        steps.AGENT_TIMERS[kind](turn, what)
    elif kind == "callback" and int(what) in turn.state.floor.callbacks:
        turn.fact(f.QueueCallbackEnded(int(what), "cancelled"))
    turn.dispatch = turn.dispatch or kind == "rested"


def _by_force(turn: Turn, poison: Poison, _step: Step, _fresh: Callable[[], Board]) -> None:
    """Where the rules cannot end the call either, it is taken down fact by fact."""
    call = _note(turn, poison)[2]
    kind, _, agent = poison.timer.partition(":")
    if call is not None:
        _take_down(turn, call)
    elif kind in ("wrap", "pause") and isinstance(poison.given, i.TimeReached):
        _free(turn, turn.state.agents[agent])
    else:
        raise NoWay


def _note_only(turn: Turn, poison: Poison, _step: Step, _fresh: Callable[[], Board]) -> None:
    _note(turn, poison)


WAYS = (_without_offers, _in_order, _by_force, _note_only)


def ways_out(
    poison: Poison, at_us: int, fresh: Callable[[], Board], step: Step
) -> Iterator[Callable[[], tuple[Board, Turn]]]:
    """Each gives the state and the turn that got there, or raises whatever the rules raise this time.

    `fresh` makes the state as it was before the input anew; `step` is the rules alone, without the distributor.
    """
    for way in WAYS:

        def attempt(way: Callable[..., None] = way) -> tuple[Board, Turn]:
            board = fresh()
            turn = Turn(board, at_us)
            way(turn, poison, step, fresh)
            signalled.settle(turn)
            return board, turn

        yield attempt


def _take_down(turn: Turn, call: Call) -> None:
    """Facts and commands that need no rule: nobody is left in the call, no line and no agent held by it."""
    if call.talk:
        turn.fact(f.TalkEnded(call.id, tuple(call.talk)))
    if call.waits:
        turn.fact(f.Dequeued(call.id, call.queue, "abandoned"))
    for leg in turn.legs_of(call):
        _take_leg(turn, leg)
    for agent in list(turn.state.agents.values()):
        if agent.call == call.id and agent.state in (AgentState.RINGING, AgentState.TALKING):
            _free(turn, agent)
    outcome = Outcome.ANSWERED if call.served else call.reached or Outcome.FAILED
    inbound = call.direction is Direction.INBOUND
    turn.fact(f.CallEnded(call.id, outcome if inbound else None, Cause.TEMPORARY_FAILURE, ReleasedBy.BOX))


def _free(turn: Turn, agent: AgentNow) -> None:
    up = turn.state.port(turn.plan.ports.get(agent.extension, -1)).off_hook
    state = AgentState.NOT_READY if up else AgentState.READY
    turn.fact(f.AgentChanged(agent.id, state, "off-hook" if up else "", agent.extension))
    if up:
        turn.fact(f.AgentDeferred(agent.id, AgentState.READY))


def _take_leg(turn: Turn, leg: Leg) -> None:
    if leg.recording:
        turn.fact(f.RecordingEnded(leg.recording, "released"))
        turn.command(c.StopRecord(port=leg.port, recording=leg.recording))
    knocks = leg.phase == Phase.KNOCKING
    turn.fact(f.LegReleased(leg.id, Cause.TEMPORARY_FAILURE, ReleasedBy.BOX))
    if leg.port in turn.plan.signalled and not leg.fxo:
        turn.parted[leg.port] = Cause.TEMPORARY_FAILURE
        stop = c.StopRing if knocks or turn.state.port(leg.port).off_hook else c.Release
        turn.command(stop(port=leg.port))
        return
    if knocks:
        turn.command(c.Inject(port=leg.port))
        return
    turn.command(c.Release(port=leg.port))
    if not leg.fxo and turn.state.port(leg.port).off_hook:
        turn.command(c.Listen(port=leg.port, digits=True))
        turn.command(c.Play(port=leg.port, play=f"port-{leg.port}", items=(c.ToneItem(Tone.CONGESTION),)))


# -- a report that is poison ------------------------------------------------------------------------


def _report_in_parts(
    turn: Turn, given: i.AnyInput, lost: bool, step: Step, fresh: Callable[[], Board]
) -> None:
    """All ports but those the rules raise upon are reconciled; what is at those ends."""
    assert isinstance(given, i.FromSwitch) and isinstance(given.event, e.StateReport)
    report = given.event
    probes = itertools.count()

    def serves(ports: tuple[e.PortReport, ...]) -> bool:
        try:
            step(
                Turn(fresh(), turn.at_us), structs.replace(given, event=structs.replace(report, ports=ports))
            )
        except Exception:  # noqa: BLE001 - whatever the rules raise, it is these ports
            return False
        return True

    def bad(ports: tuple[e.PortReport, ...]) -> list[e.PortReport]:
        if next(probes) >= MOST_PROBES:
            return list(ports)
        if serves(ports):
            return []
        half = len(ports) // 2
        return bad(ports[:half]) + bad(ports[half:]) if half else list(ports)

    out = bad(report.ports)
    rest = tuple(one for one in report.ports if one not in out)
    reconcile.report(turn, structs.replace(report, ports=rest), lost)
    for port in out:
        leg = turn.leg_at(port.port)
        if leg is not None:
            _end(turn, turn.call_of(leg))
