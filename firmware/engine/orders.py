"""What is asked for from outside a telephone: configuration, clock, agents' states, click-to-dial."""

from __future__ import annotations

import msgspec

from firmware.config.schema import Config
from firmware.engine import calls, reports
from firmware.engine.dialling import features
from firmware.engine.floor import agents
from firmware.engine.hours import calendar_timers, services
from firmware.engine.ivr import node_keys
from firmware.engine.mailbox import mailboxes
from firmware.engine.mailbox import pins as mailbox_pins
from firmware.engine.ordered import table
from firmware.engine.state import Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState, Cause, ReleasedBy
from firmware.protocol.refusals import Refusal


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
    refused = table.carry_out(turn, given)
    if refused:
        cause = Cause.USER_BUSY if refused == Refusal.TELEPHONE_BUSY else Cause.CALL_REJECTED
        turn.fact(f.AttemptRefused(given.call, _wanted(given), refused, cause))


def _wanted(given: i.CallOrder) -> str:
    """`dial:NUMBER`: a number in it is let go with the call's other numbers."""
    return f"{given.do}:{given.number}" if given.number else given.do
