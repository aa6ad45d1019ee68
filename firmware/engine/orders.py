"""What is asked for from outside a telephone: configuration, clock, agents' states, click-to-dial."""

from __future__ import annotations

import msgspec

from firmware.config.schema import Config
from firmware.engine import calls, legs, reports
from firmware.engine.dialling import classes, features
from firmware.engine.dialling.dialplan import MatchKind
from firmware.engine.floor import agents, queues
from firmware.engine.hours import calendar_timers, services
from firmware.engine.inside import redirecting
from firmware.engine.ivr import node_keys
from firmware.engine.mailbox import mailboxes
from firmware.engine.mailbox import pins as mailbox_pins
from firmware.engine.state import Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState, Cause, Direction, LegRole, ReleasedBy


def started(turn: Turn, given: i.Started) -> None:
    """A new life on this state: how do things stand?"""
    if given.epoch != turn.state.epoch:
        _ask_secrets_anew(turn)
    if given.config:
        turn.fact(f.ConfigTaken(turn.state.config_version, "box", given.config))
    if given.memory and turn.state.memory not in ("", given.memory):
        _end_offers(turn)
    turn.fact(f.EngineStarted(given.epoch, turn.state.box, given.memory))
    reports.ask(turn)


def _end_offers(turn: Turn) -> None:
    """The power was off: whoever rang has gone, and who rings now is another. All else the switch's report tells."""
    for leg in list(turn.state.legs.values()):
        if leg.phase == Phase.OFFERED:
            calls.end(turn, turn.call_of(leg), Cause.TEMPORARY_FAILURE, ReleasedBy.BOX, failed=True)


def _ask_secrets_anew(turn: Turn) -> None:
    """The digits of a secret died with the engine that heard them."""
    for leg in list(turn.state.legs.values()):
        if leg.phase == Phase.PIN:
            features.pin_lost(turn, leg)
        elif leg.phase == Phase.NEW_PIN:
            mailbox_pins.lost(turn, leg)
        elif leg.phase == Phase.FLOW:
            node_keys.secret_lost(turn, turn.call_of(leg), leg)


def config_applied(turn: Turn, given: i.ConfigApplied) -> None:
    """What cannot be read is refused; the former configuration stays in force."""
    try:
        msgspec.json.decode(given.config, type=Config)
    except msgspec.MsgspecError as error:
        turn.fact(f.AttemptRefused(0, f"config:{given.version}", str(error)[:200], Cause.CALL_REJECTED))
        return
    first = not turn.state.config
    turn.fact(f.ConfigTaken(given.version, given.author, given.config))
    if first:
        _seat_agents(turn)
    for extension, agent in list(turn.state.seats.items()):
        if agent not in turn.plan.agents or extension not in turn.plan.ports:
            agents.wish(turn, agent, AgentState.SIGNED_OUT, "removed")
    mailboxes.configured(turn)
    calendar_timers.arm(turn)
    turn.dispatch = turn.lines_moved = True


def _seat_agents(turn: Turn) -> None:
    """A box with no history begins with the agents its extensions name."""
    for extension in turn.plan.config.extensions:
        if extension.agent in turn.plan.agents and extension.agent not in turn.state.agents:
            agents.change(turn, extension.agent, AgentState.READY, "configured", extension=extension.number)


def clock_set(turn: Turn, given: i.ClockSet) -> None:
    before_us = turn.board.wall_us
    turn.fact(f.ClockTaken(given.offset_us, given.quality, given.boot))
    services.clock_moved(turn, before_us)
    calendar_timers.arm(turn)


def is_new(turn: Turn, order: str) -> bool:
    if order in turn.state.orders:
        return False
    turn.fact(f.OrderTaken(order))
    return True


# -- calls ------------------------------------------------------------------------------------------


def call_order(turn: Turn, given: i.CallOrder) -> None:
    if not is_new(turn, given.id):
        return
    if given.do == "dial":
        _dial(turn, given)
    elif given.do == "hang-up" and _may_end(turn, given.call):
        calls.end(turn, turn.state.calls[given.call], Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    elif given.do == "redirect":
        if refused := redirecting.redirect(turn, given.leg, given.number):
            turn.fact(f.AttemptRefused(given.call, f"redirect:{given.number}", refused, Cause.CALL_REJECTED))
    else:
        turn.fact(f.AttemptRefused(given.call, given.do, "not-possible", Cause.CALL_REJECTED))


def _may_end(turn: Turn, number: int) -> bool:
    """An emergency call is ended by who makes it or who answers it."""
    call = turn.state.calls.get(number)
    return call is not None and not call.emergency


def _dial(turn: Turn, given: i.CallOrder) -> None:
    """The telephone rings; lifted, it dials `number` as its keys would."""
    port = turn.plan.ports.get(given.extension)
    if port is None or not queues.telephone_free(turn, port):
        turn.fact(f.AttemptRefused(0, f"dial:{given.number}", "telephone-busy", Cause.USER_BUSY))
        return
    if refused := _class_refuses(turn, given):
        turn.fact(f.AttemptRefused(0, f"dial:{given.number}", refused, Cause.CALL_REJECTED))
        return
    ring_to_dial(turn, port, given.extension, given.number)


def _class_refuses(turn: Turn, given: i.CallOrder) -> str:
    """Nobody is rung for a call his telephone may not make; lifted, it is judged again."""
    match = turn.plan.dial_tree.settle(given.number)
    return (
        classes.judge(turn, given.extension, match.number).refused if match.kind is MatchKind.OUTSIDE else ""
    )


def ring_to_dial(turn: Turn, port: int, extension: str, number: str) -> None:
    """At a telephone that is free."""
    call = calls.begin(turn, Direction.INTERNAL, port, extension)
    seated = agents.at(turn, extension)
    leg = legs.add(turn, call.id, port, LegRole.CALLER, extension, agent=seated.id if seated else "")
    turn.fact(f.DigitsKept(leg.id, number))
    turn.fact(f.LegAlerted(leg.id))
    turn.command(c.Ring(port=port, number=number, cadence="recall"))
    turn.timer(f"ring:{leg.id}", turn.plan.telephones[port].ring_s)
