"""Supervisors in agents' calls: listening, whispering to the agent, talking with both, taking over.

A supervisor's telephone stays in a call of its own and only hears, or is heard, as `Mix` commands say: the call it
follows, its legs and its recording are what they were. The caller's tape has what the caller hears: whispers never.
"""

from __future__ import annotations

from firmware.config.schema import Agent
from firmware.engine import calls, legs, recordings
from firmware.engine.floor import agents
from firmware.engine.floor.state import WATCH_KEYS, Watch
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy, Tone

BEEP_MS = 200
HEARD = ("whisper", "barge")
SOUNDS = (c.Play, c.Hear, c.Mix)


def rights(turn: Turn, extension: str) -> Agent | None:
    """The supervisor signed in at this telephone."""
    seated = agents.at(turn, extension)
    agent = turn.plan.agents.get(seated.id) if seated is not None else None
    return agent if agent is not None and agent.kind == "supervisor" else None


def may_watch(supervisor: Agent, queue: str) -> bool:
    """Only calls of queues: what people talk privately is nobody's business."""
    return bool(queue) and (not supervisor.supervises or queue in supervisor.supervises)


def begin(turn: Turn, leg: Leg, number: str, mode: str) -> None:
    """`number` is an agent's telephone, or a queue: its longest talk. `mode`: see features."""
    supervisor = rights(turn, leg.party)
    watched = talking(turn, leg.port, number)
    if supervisor is None or (watched is not None and not may_watch(supervisor, turn.call_of(watched).queue)):
        turn.fact(f.AttemptRefused(leg.call, f"{mode}:{number}", "not-allowed", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "not-allowed")
    elif watched is None:
        calls.farewell(turn, leg, "nothing-to-monitor")
    else:
        proceed(turn, leg, supervisor, watched, mode)


def proceed(turn: Turn, leg: Leg, supervisor: Agent, watched: Leg, mode: str) -> None:
    """The supervisor may, and `watched` talks."""
    if mode == "take-over":
        _take_over(turn, leg, supervisor, watched)
    else:
        _watch(turn, leg, supervisor, watched, mode)


def talking(turn: Turn, port: int, number: str) -> Leg | None:
    """An agent's leg that talks in a queue's call, at another telephone than `port`."""
    there = turn.plan.ports.get(number)
    queue = next((one.id for one in turn.plan.config.queues if one.number and one.number == number), "")
    found = [
        one
        for one in turn.state.legs.values()
        if one.agent
        and one.phase == Phase.TALKING
        and one.port != port
        and not turn.call_of(one).emergency
        and (one.port == there or (queue and turn.call_of(one).queue == queue))
    ]
    return min(found, key=lambda one: (one.talk_since_us, one.id), default=None)


def _watch(turn: Turn, leg: Leg, supervisor: Agent, watched: Leg, mode: str) -> None:
    turn.quiet(leg)
    turn.clear(f"digit:{leg.id}")
    turn.enter(leg, Phase.MONITORING)
    turn.command(c.Listen(port=leg.port, digits=True))
    call = turn.call_of(watched)
    turn.fact(f.SupervisionBegan(leg.id, supervisor.id, call.id, watched.id, watched.agent, mode))
    _tell(turn, call)


def _tell(turn: Turn, call: Call) -> None:
    """As the law of the country wants it: those who talk hear that somebody listens, beside one another."""
    rules = turn.plan.config.positions
    for leg in [turn.state.legs[number] for number in call.talk] if rules.monitoring != "silent" else []:
        item: c.PlayItem = c.ToneItem(Tone.BEEP, BEEP_MS)
        if rules.monitoring == "prompt" and rules.monitoring_prompt:
            item = c.Phrase(rules.monitoring_prompt, turn.language(leg))
        turn.command(c.Inject(port=leg.port, items=(item,)))


def key(turn: Turn, leg: Leg, digit: str) -> None:
    """A supervisor who is in a call keys how to go on."""
    mode, watch = WATCH_KEYS.get(digit, ""), turn.state.floor.watches.get(leg.id)
    supervisor = rights(turn, leg.party)
    if not mode or watch is None or supervisor is None or mode == watch.mode:
        return
    call = turn.state.calls[watch.call]
    if call.emergency or not may_watch(supervisor, call.queue):
        return
    go_on(turn, leg, supervisor, mode)


def go_on(turn: Turn, leg: Leg, supervisor: Agent, mode: str) -> None:
    """In the same call in another way."""
    watch = turn.state.floor.watches[leg.id]
    if mode == watch.mode:
        return
    call, agent = turn.state.calls[watch.call], turn.state.legs[watch.agent_leg].agent
    turn.fact(f.SupervisionChanged(leg.id, supervisor.id, watch.call, agent, mode))
    turn.command(c.Inject(port=leg.port, items=(c.ToneItem(Tone.CONFIRM, BEEP_MS),)))
    if watch.talk:
        _sound(turn, call)


def leave(turn: Turn, leg: Leg) -> None:
    """The supervisor is about to go on elsewhere."""
    watch = turn.state.floor.watches.get(leg.id)
    if watch is not None:
        _end(turn, leg.id, watch, "left")


def _take_over(turn: Turn, leg: Leg, supervisor: Agent, watched: Leg) -> None:
    """The caller goes on with the supervisor; the agent is released."""
    call, own = turn.call_of(watched), turn.call_of(leg)
    other = [one for one in call.talk if one != watched.id]
    if len(other) != 1:
        calls.farewell(turn, leg, "nothing-to-monitor")
        return
    caller, port, party = turn.state.legs[other[0]], leg.port, leg.party
    calls.part(turn, call)
    for one in (caller, watched):
        recordings.stop(turn, one, "transferred")
    turn.fact(f.TransferMade(call.id, "take-over", caller.id, watched.id, party))
    turn.fact(f.CallTakenOver(call.id, supervisor.id, watched.agent))
    legs.let_go(turn, watched, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    turn.clear(f"digit:{leg.id}")
    if leg.play:
        turn.fact(f.PlayStopped(leg.id))
    turn.fact(f.LegReleased(leg.id, Cause.NORMAL_CLEARING, ReleasedBy.BOX))
    calls.close(turn, own, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    new = legs.add(turn, call.id, port, LegRole.CALLED, party, agent=supervisor.id)
    turn.fact(f.LegAnswered(new.id))
    agents.talks(turn, party, call.id)
    calls.join(turn, call, caller, new)


# -- whom everybody hears ---------------------------------------------------------------------------


def follow(turn: Turn) -> None:
    """At the end of each decision: supervisors follow the talks of their agents, wherever these went."""
    for number, watch in list(turn.state.floor.watches.items()):
        leg = turn.state.legs.get(number)
        if leg is None or leg.phase != Phase.MONITORING:
            _end(turn, number, watch, "left")
        elif not _goes_on(turn, watch):
            _end(turn, number, watch, "call-over")
            calls.farewell(turn, leg, "monitoring-over")
        else:
            _tune(turn, leg, watch)


def _goes_on(turn: Turn, watch: Watch) -> bool:
    agent = turn.state.legs.get(watch.agent_leg)
    return watch.call in turn.state.calls and agent is not None and agent.call == watch.call


def _tune(turn: Turn, leg: Leg, watch: Watch) -> None:
    call = turn.state.calls[watch.call]
    talk = tuple(call.talk) if watch.agent_leg in call.talk else ()
    members = [turn.state.legs[one] for one in talk]
    ports = tuple(one.port for one in members)
    moved = any(isinstance(one, c.Hear | c.Confer) and one.port in ports for one in turn.commands)
    if talk == watch.talk and not moved:
        return
    if talk != watch.talk:
        turn.fact(f.SupervisionTuned(leg.id, talk))
        turn.command(c.Mix(port=leg.port, sources=ports))
    if watch.mode in HEARD and talk:
        _sound(turn, call)


def _end(turn: Turn, number: int, watch: Watch, why: str) -> None:
    turn.fact(f.SupervisionEnded(number, why))
    leg = turn.state.legs.get(number)
    if leg is not None and not any(isinstance(one, SOUNDS) and one.port == leg.port for one in turn.commands):
        turn.command(c.Hear(port=leg.port, source=-1))
    call = turn.state.calls.get(watch.call)
    if call is not None and watch.talk and watch.mode in HEARD:
        _sound(turn, call)


def _sound(turn: Turn, call: Call) -> None:
    """Everybody in the talk hears the others, and the supervisors who are to be heard by him."""
    members = [turn.state.legs[one] for one in call.talk]
    heard = {
        one.id: [*(other.port for other in members if other is not one), *_voices(turn, one)]
        for one in members
    }
    if len(members) > 2 and all(len(sources) == len(members) - 1 for sources in heard.values()):
        ports = tuple(one.port for one in members)
        turn.command(c.Confer(port=ports[0], members=ports))
        return
    for one in members:
        calls.hear(turn, one.port, heard[one.id])


def _voices(turn: Turn, leg: Leg) -> list[int]:
    """Ports of the supervisors whom this party hears."""
    return [
        turn.state.legs[number].port
        for number, watch in turn.state.floor.watches.items()
        if leg.id in watch.talk
        and number in turn.state.legs
        and (watch.mode == "barge" or (watch.mode == "whisper" and watch.agent_leg == leg.id))
    ]


def tune_anew(turn: Turn) -> None:
    """A new switch knows nothing of who listens."""
    for number in turn.state.floor.watches:
        turn.fact(f.SupervisionTuned(number, ()))
