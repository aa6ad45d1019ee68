"""Queues and their people in any order of events: nobody is stuck, nobody called back twice, no sound left over."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import convert

from firmware.config.schema import Positions
from firmware.engine.engine import Engine
from firmware.engine.floor.agents import OWN_REASONS
from firmware.engine.process.mend import mend
from firmware.engine.state import AgentNow, Phase, freeze, thaw
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.names import AgentState, HangUpSign
from tests.property.test_engine_soup import check, one_thing
from tests.unit.fake_box import LINES, PHONES, FakeBox
from tests.unit.floor_office import floor_office

Draw = random.Random
CODES = (
    *("*43", "*43", "*45", "*46", "*441", "*442", "*42", "*47700"),
    *("*61801", "*62801", "*63802", "*64801", "*61700", "*63700", "*41900#1234#"),
    *("700", "701", "801", "803", "110", "*61110", "*47119"),
)
SEATS = {"801": "801", "802": "802", "900": "804"}
MONDAY_9 = 1_767_574_800_000_000


def lively(seed: int) -> FakeBox:
    draw = Draw(seed)
    chain = [
        {"when": "wait", "target": "queue:service", "after_s": 40},
        {"when": "length", "target": "extension:803", "waiting": 3},
        {"when": "staffing", "target": "voicemail:box", "staffing": "nobody-at-work"},
        {"when": "closed", "target": "extension:803"},
    ]
    rules = convert(
        {
            "monitoring": draw.choice(["silent", "beep", "prompt"]),
            "rule": [{"reason": "lunch", "most_minutes": 1, "most_a_day": 2, "strict": draw.random() < 0.5}],
        },
        Positions,
    )
    queue = {
        "strategy": draw.choice(["longest-idle", "ring-all", "round-robin"]),
        "overflow_step": draw.sample(chain, draw.randrange(5)),
        "closing": draw.choice(["serve", "overflow"]),
        "hours": draw.choice(["", "morning"]),
        "callback_key": "2",
        "callback_other_number": draw.random() < 0.5,
        "callback_abandoned_after_s": draw.choice([0.0, 0.5]),
        "callback_pause_s": 60.0,
        "comfort": ["information"],
        "comfort_every_s": 10.0,
        "announce_every_s": draw.choice([0.0, 11.0]),
        "exit_key": draw.choice(["", "9", "1"]),
        "consent": draw.choice(["", "recording-consent"]),
        "missed_limit": 2,
    }
    box = FakeBox(floor_office(rules, **queue))
    box.give(i.ClockSet(MONDAY_9 - box.now_us, "ntp"))
    for _ in range(draw.randrange(40, 160)):
        step(box, draw)
        check(box)
        check_floor(box)
    assert [fact.where for fact in box.facts(f.InputPassedOver)] == []
    return box


def step(box: FakeBox, draw: Draw) -> None:
    chance = draw.random()
    if chance < 0.4:
        one_thing(box, draw)
    elif chance < 0.55:
        comes(box, draw)
    elif chance < 0.7:
        tidies_up(box, draw)
    elif draw.random() < 0.4:
        telephone = draw.choice(sorted(PHONES))
        if PHONES[telephone] not in box.off_hook:
            box.lift(telephone)
        keys(box, PHONES[telephone], draw.choice(CODES))
    elif draw.random() < 0.4:
        waiting = [
            leg.port for leg in box.engine.state.legs.values() if leg.phase in (Phase.QUEUED, Phase.CALLBACK)
        ]
        if waiting:
            keys(
                box,
                draw.choice(waiting),
                draw.choice(["2", "21", "1", "22", "13800001111#1", "*", "9", "110"]),
            )
    else:
        box.give(order(draw))


def comes(box: FakeBox, draw: Draw) -> None:
    """A caller chooses the queue."""
    line = draw.choice(sorted(LINES))
    if box.leg(line) is not None or box.engine.state.port(LINES[line]).alarm:
        return
    box.ring(line, number=draw.choice(["13912345678", "13912345679", "+85212345678", ""]))
    while (leg := box.leg(line)) is not None and leg.phase == Phase.FLOW and LINES[line] in box.playing:
        box.heard(line)
        keys(box, LINES[line], "1")


def tidies_up(box: FakeBox, draw: Draw) -> None:
    """A handset goes down, an agent is ready, time passes."""
    telephone = draw.choice(sorted(PHONES))
    if PHONES[telephone] in box.off_hook and draw.random() < 0.7:
        box.hang_up(telephone)
    agent = draw.choice(["801", "802", "900"])
    box.give(i.AgentOrder(f"t{draw.randrange(10**9)}", "soup", agent, "sign-in", extension=SEATS[agent]))
    box.wait(draw.choice([1, 6, 31, 65]))


def keys(box: FakeBox, port: int, digits: str) -> None:
    for digit in digits:
        box.event(e.DigitReceived(port=port, at_us=box.now_us, digit=digit))


def order(draw: Draw) -> i.AnyInput:
    one, agent, queue = (
        f"f{draw.randrange(9999)}",
        draw.choice(["801", "802", "900"]),
        draw.choice(["sales", "service"]),
    )
    do = draw.choice(["join-queue", "leave-queue", "breather", "longer-wrap-up", "not-ready", "ready"])
    if draw.random() < 0.5:
        return i.QueueOrder(one, "soup", draw.choice(["close", "open", "open", "paint"]), queue)
    return i.AgentOrder(one, "soup", agent, do, draw.choice(["", "lunch", "break"]), queue=queue)


# -- invariants -------------------------------------------------------------------------------------


def check_floor(box: FakeBox) -> None:
    for agent in box.engine.state.agents.values():
        assert has_a_way_out(box, agent), f"{agent.id} is stuck: {agent.state} {agent.reason}"
    _check_callbacks(box)
    _check_watches(box)
    whole = freeze(box.engine.state)
    state = thaw(whole)
    mend(state)
    assert freeze(state) == whole, "a whole state needs no mending"


def has_a_way_out(box: FakeBox, agent: AgentNow) -> bool:
    """By itself: a timer, a call that ends, a handset that goes down. What a person chose, a person can take back."""
    state = box.engine.state
    port = state.port(PHONES.get(agent.extension, -1))
    match agent.state:
        case AgentState.RINGING | AgentState.TALKING:
            return bool(port.leg)
        case AgentState.WRAP_UP:
            return f"wrap:{agent.id}" in state.timers
        case AgentState.NOT_READY if agent.reason == "breather":
            return f"pause:{agent.id}" in state.timers
        case AgentState.NOT_READY if agent.reason in OWN_REASONS:
            in_use = bool(port.leg or port.off_hook or port.alarm)
            return agent.deferred is not None and in_use
        case AgentState.READY:
            return not port.leg or agent.id not in state.seats.values()
        case _:
            return True


def _check_callbacks(box: FakeBox) -> None:
    state = box.engine.state
    pending = list(state.floor.callbacks.values())
    numbers = [one.e164 for one in pending]
    assert len(numbers) == len(set(numbers)), "one call-back for a number"
    for one in pending:
        waits = -one.id in state.acd.calls
        assert waits + bool(one.attempt) + bool(one.until_us and not waits) == 1, (
            f"call-back {one.id} is lost"
        )
        assert not one.attempt or state.calls[one.attempt].callback == one.id
        assert f"callback:{one.id}" in state.timers
    under_way = [call.e164 for call in state.calls.values() if call.callback]
    assert len(under_way) == len(set(under_way)), "nobody is called twice at once"


def _check_watches(box: FakeBox) -> None:
    state = box.engine.state
    for number, watch in state.floor.watches.items():
        assert state.legs[number].phase == Phase.MONITORING
        assert watch.agent_leg in state.calls[watch.call].legs
    watched = {state.legs[one].port for watch in state.floor.watches.values() for one in watch.talk}
    watching = {state.legs[number].port for number in state.floor.watches}
    for port, sources in box.mixes.items():
        assert not sources or port in watched | watching, "nobody hears a supervisor who has gone"
    listening = [leg for leg in state.legs.values() if leg.phase == Phase.MONITORING]
    assert {leg.id for leg in listening} == set(state.floor.watches)


# -- the soup ---------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(439900424)
@given(st.integers(0, 2**32))
def test_nobody_is_stuck_and_nobody_is_called_twice(seed: int) -> None:
    lively(seed)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_in_the_end_all_is_quiet_and_every_agent_can_be_ready(seed: int) -> None:
    box = lively(seed)
    for _ in range(3):
        for port in range(4):
            box.event(e.FarEndReleased(port=port, at_us=box.now_us, sign=HangUpSign.OPEN_LOOP))
            box.event(e.LineRingingEnded(port=port, at_us=box.now_us))
        for port in range(4, 8):
            box.event(e.LineRestored(port=port, at_us=box.now_us))
            box.off_hook.discard(port)
            box.event(e.TelephoneReleased(port=port, at_us=box.now_us))
        box.wait(600)
    box.wait(4 * 86_400)
    state = box.engine.state
    assert not state.calls and not state.floor.callbacks and not state.floor.watches
    assert not any(box.mixes.values())
    for agent, extension in [(one, at) for at, one in state.seats.items()]:
        box.give(i.AgentOrder(f"r{agent}", "test", agent, "ready"))
        assert box.agent(agent)[0] is AgentState.READY, f"{agent} at {extension}"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_the_facts_alone_give_the_same_state(seed: int) -> None:
    box = lively(seed)
    written = [journal.decode(journal.encode(record)) for record in box.records]
    rebuilt = Engine.restore(None, written)
    assert rebuilt.snapshot() == box.engine.snapshot()
