"""Any order of events, sane or not: the engine never raises, keeps its invariants, and is rebuilt exactly."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from firmware.engine.engine import Engine
from firmware.engine.state import ON_HOOK_PHASES, Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.names import AgentState, AnswerSign, Direction, HangUpSign, Presentation, Tone
from tests.unit.fake_box import PHONES, FakeBox, office

Draw = random.Random
PORTS = (*range(8), *range(8), 9, -1)


def _port(draw: Draw) -> int:
    return int(draw.choice(PORTS))


def _line(draw: Draw) -> int:
    return draw.randrange(4)


def _phone(draw: Draw) -> int:
    return draw.randrange(4, 8)


def _play_ended(box: FakeBox, draw: Draw) -> e.AnySwitchEvent:
    if box.playing and draw.random() < 0.9:
        port = draw.choice(sorted(box.playing))
        return e.PlayEnded(port=port, at_us=box.now_us, play=box.playing.pop(port).play)
    return e.PlayEnded(port=_port(draw), at_us=box.now_us, play=f"{draw.randrange(9)}.1")


def _report(box: FakeBox, draw: Draw) -> e.AnySwitchEvent:
    ports = tuple(
        e.PortReport(
            port,
            "fxo" if port < 4 else "fxs",
            (port in box.off_hook) ^ (draw.random() < 0.1),
            draw.random() < 0.1,
            -1,
            box.playing[port].play if port in box.playing else "",
            alarm="chip" if draw.random() < 0.02 else "",
        )
        for port in range(8)
    )
    return e.StateReport(port=-1, at_us=box.now_us, tick=1, ports=ports)


def _tape(box: FakeBox, draw: Draw) -> e.AnySwitchEvent:
    known = sorted(box.engine.state.recordings) or ["00" * 8]
    port, recording, tick = _line(draw), draw.choice(known), draw.randrange(9999)
    if draw.random() < 0.5:
        return e.TapeBegan(port=port, at_us=box.now_us, recording=recording, tick=tick)
    return e.TapeEnded(port=port, at_us=box.now_us, recording=recording, tick=tick)


def _seize(box: FakeBox, draw: Draw) -> e.AnySwitchEvent:
    port = _phone(draw)
    if port in box.off_hook:
        box.off_hook.discard(port)
        return e.TelephoneReleased(port=port, at_us=box.now_us)
    box.off_hook.add(port)
    return e.TelephoneSeized(port=port, at_us=box.now_us)


def _caller(box: FakeBox, draw: Draw) -> e.AnySwitchEvent:
    return e.CallerIdReceived(
        port=_line(draw),
        at_us=box.now_us,
        number=draw.choice(["13912345678", "", "\x00", "9" * 300]),
        name=draw.choice(["", "张三", "x" * 500]),
        presentation=draw.choice(list(Presentation)),
        form="dtmf",
    )


EVENTS: tuple[tuple[float, Callable[[FakeBox, Draw], e.AnySwitchEvent]], ...] = (
    (14, lambda b, d: e.LineRang(port=_line(d), at_us=b.now_us, count=d.choice([1, 2, 2, 3]))),
    (2, lambda b, d: e.LineRingingEnded(port=_port(d), at_us=b.now_us)),
    (3, _caller),
    (6, _seize),
    (2, lambda b, d: e.TelephoneSeized(port=_port(d), at_us=b.now_us)),
    (1, lambda b, d: e.TelephoneReleased(port=_port(d), at_us=b.now_us)),
    (10, lambda b, d: e.HookFlashed(port=_phone(d), at_us=b.now_us)),
    (30, lambda b, d: e.DigitReceived(port=_port(d), at_us=b.now_us, digit=d.choice("0123489*#1111A"))),
    (24, _play_ended),
    (2, lambda b, d: e.FarEndReleased(port=_line(d), at_us=b.now_us, sign=d.choice(list(HangUpSign)))),
    (6, lambda b, d: e.FarEndAnswered(port=_line(d), at_us=b.now_us, sign=d.choice(list(AnswerSign)))),
    (8, lambda b, d: e.DialEnded(port=_line(d), at_us=b.now_us, dialled=d.random() < 0.8)),
    (4, lambda b, d: e.ToneHeard(port=_line(d), at_us=b.now_us, tone=d.choice(list(Tone)))),
    (8, _tape),
    (0.3, lambda b, d: e.LineAlarmed(port=_port(d), at_us=b.now_us, alarm="no-battery")),
    (3, lambda b, d: e.LineRestored(port=_port(d), at_us=b.now_us)),
    (0.3, _report),
)
DIALLED = (
    "801#",
    "802",
    "804",
    "110",
    "9110",
    "913912345678",
    "*41900#1234#",
    "*42",
    "*43",
    "*441",
    "*98",
    "*8",
    "*21803#",
    "*21913912345678#",
    "*22804#",
    "*23801#",
    "*20",
    "*261",
    "*260",
    "*281",
    "*291",
    "*37",
    "*38",
    "*50",
    "*5171",
    "*5172",
    "*52801",
    "*54802",
    "*551#",
    "*60",
)


def _another_config(draw: Draw) -> i.AnyInput:
    """The office with something taken away, while people talk."""
    config = office(strategy=draw.choice(["longest-idle", "ring-all"]))
    fields = ("lines", "extensions", "agents", "queues", "flows", "mailboxes", "hours")
    for field in draw.sample(fields, 2):
        parts = list(getattr(config, field))
        parts.pop(draw.randrange(len(parts)))
        config = structs.replace(config, **{field: tuple(parts)})
    config = draw.choice([config, office()])
    return i.ConfigApplied(draw.randrange(99), "admin", msgspec.json.encode(config).decode())


def _orders(box: FakeBox, draw: Draw) -> i.AnyInput:
    agent, extension = draw.choice(["801", "802", "803", "900", "x"]), draw.choice(["801", "804", "x"])
    do = draw.choice(["sign-in", "sign-out", "ready", "not-ready", "dance"])
    orders: list[i.AnyInput] = [
        i.AgentOrder(f"a{draw.randrange(999)}", "web", agent, do, "lunch", extension),
        i.CallOrder(f"c{draw.randrange(999)}", "web", "dial", extension, "913912345678"),
        i.CallOrder(f"c{draw.randrange(999)}", "web", "hang-up", call=draw.randrange(50)),
        _another_config(draw),
        i.ClockSet(draw.randrange(10**15), draw.choice(["ntp", "none"])),
    ]
    return draw.choice(orders)


def sensible(box: FakeBox, draw: Draw) -> None:
    """What people and exchanges do next, at some port where something is going on."""
    legs = list(box.engine.state.legs.values())
    if not legs:
        return
    leg = draw.choice(legs)
    port, now = leg.port, box.now_us
    match leg.phase:
        case Phase.ALERTING:
            box.off_hook.add(port)
            box.ringing.pop(port, None)
            box.event(e.TelephoneSeized(port=port, at_us=now))
        case Phase.SEIZING:
            box.event(e.DialEnded(port=port, at_us=now, dialled=True))
        case Phase.PROCEEDING:
            box.event(e.FarEndAnswered(port=port, at_us=now, sign=AnswerSign.VOICE))
        case Phase.FLOW | Phase.LISTENING | Phase.CHOOSING | Phase.MAILBOX:
            _keys(box, port, draw.choice("11123456789#"))
        case Phase.JOINING:
            _heard(box, port)
        case Phase.DIALLING if not leg.digits:
            _keys(box, port, draw.choice(DIALLED))
        case Phase.TALKING if not leg.fxo:
            box.event(e.HookFlashed(port=port, at_us=now))
        case Phase.PIN:
            _keys(box, port, "1234#")
        case _:
            _heard(box, port)


def _keys(box: FakeBox, port: int, digits: str) -> None:
    for digit in digits:
        box.event(e.DigitReceived(port=port, at_us=box.now_us, digit=digit))


def _heard(box: FakeBox, port: int) -> None:
    if port in box.playing:
        box.event(e.PlayEnded(port=port, at_us=box.now_us, play=box.playing.pop(port).play))


def one_thing(box: FakeBox, draw: Draw) -> None:
    """Something happens, mostly something that can."""
    if draw.random() < 0.5:
        sensible(box, draw)
        return
    chance = draw.random()
    if chance < 0.18:
        box.wait(draw.choice([0.1, 1, 3, 11, 31]))
    elif chance < 0.25:
        _keys(box, _phone(draw), draw.choice(DIALLED))
    elif chance < 0.28:
        box.give(_orders(box, draw))
    elif chance < 0.282:
        box.epoch += 1
        box.events = 0
        box.event(_report(box, draw))
    else:
        weights = [weight for weight, _ in EVENTS]
        box.event(draw.choices([make for _, make in EVENTS], weights)[0](box, draw))


def check(box: FakeBox) -> None:
    _check_ports(box)
    _check_calls(box)
    _check_legs(box)
    _check_lines(box)
    for agent in box.engine.state.agents.values():
        if agent.state in (AgentState.RINGING, AgentState.TALKING):
            port = PHONES[agent.extension]
            assert box.engine.state.ports[port].leg, f"agent {agent.id} is {agent.state} without a call"
    living = sum(call.direction is Direction.INBOUND for call in box.engine.state.calls.values())
    assert offered(box) == len(box.outcomes()) + living


def offered(box: FakeBox) -> int:
    return sum(fact.direction is Direction.INBOUND for fact in box.facts(f.CallBegan))


def _check_ports(box: FakeBox) -> None:
    state = box.engine.state
    active = [port.leg for port in state.ports.values() if port.leg]
    away = [port.away for port in state.ports.values() if port.away]
    knocks = [port.knocks for port in state.ports.values() if port.knocks]
    assert sorted(active + away + knocks) == sorted(state.legs), "each leg is at one port, once"
    for number, leg in state.legs.items():
        port = state.ports[leg.port]
        assert number in (port.leg, port.away, port.knocks)
        assert (number == port.knocks) == (leg.phase == Phase.KNOCKING)
        assert number in state.calls[leg.call].legs


def _check_calls(box: FakeBox) -> None:
    state = box.engine.state
    for call in state.calls.values():
        legs = [state.legs[leg] for leg in call.legs]
        assert legs, f"call {call.id} has nobody in it"
        assert all(leg.call == call.id for leg in legs)
        assert all(state.legs[leg].phase == Phase.TALKING for leg in call.talk)
        assert all(state.legs[held].phase == Phase.HELD for held in call.held_by)
        assert set(call.held_by.values()) <= set(call.legs)
        assert call.waits == (call.id in state.acd.calls)
        if call.answered:
            assert any(leg.recording or leg.uncovered for leg in legs), f"call {call.id}: no reason"


def _check_legs(box: FakeBox) -> None:
    for leg in box.engine.state.legs.values():
        call = box.engine.state.calls[leg.call]
        assert (leg.phase == Phase.TALKING) == (leg.id in call.talk)
        assert (leg.phase == Phase.HELD) == (leg.id in call.held_by)
        if leg.phase == Phase.CALLING and not call.emergency:
            assert len(call.legs) > 1, "somebody is called for whoever waits"
        if leg.fxo and leg.answered and leg.port == call.port:
            assert leg.recording or leg.uncovered, f"caller of call {call.id}: no reason"


def _check_lines(box: FakeBox) -> None:
    state = box.engine.state
    for line in range(4):
        here = state.legs.get(state.port(line).leg)
        held = here is not None and here.fxo and here.phase not in ON_HOOK_PHASES
        held = held or (here is not None and f"shed:{here.id}" in state.timers)
        assert (line in seized(box)) == held, f"line {line}"


def consent_came_first(box: FakeBox) -> None:
    """No conversation of a queue that wants consent is recorded before the announcement ended."""
    asked: set[int] = set()
    for record in box.records:
        for fact in record.facts:
            if isinstance(fact, f.RecordingRuled):
                asked.discard(fact.call)
                asked |= {fact.call} if fact.wanted and fact.consent else set()
            elif isinstance(fact, f.ConsentAnnounced):
                asked.discard(fact.call)
            elif isinstance(fact, f.RecordingBegan) and fact.kind == "conversation":
                assert fact.call not in asked


def seized(box: FakeBox) -> set[int]:
    """Lines the commands keep off-hook."""
    return {port for port in box.off_hook if port < 4}


def living_box(seed: int, things: int, *, checked: bool = True) -> FakeBox:
    draw = Draw(seed)
    strategy = draw.choice(["longest-idle", "ring-all", "linear", "round-robin"])
    box = FakeBox(office(strategy=strategy, consent=draw.choice(["", "recording-consent"])))
    for _ in range(things):
        one_thing(box, draw)
        if checked:
            check(box)
    assert [fact.where for fact in box.facts(f.InputPassedOver)] == [], (
        "the rules know an answer to everything"
    )
    return box


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_no_order_of_events_breaks_the_invariants(seed: int) -> None:
    consent_came_first(living_box(seed, 120))


@pytest.mark.parametrize("seed", range(4))
def test_a_long_day_keeps_the_invariants(seed: int) -> None:
    consent_came_first(living_box(seed, 1200))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.data())
def test_state_from_snapshot_and_facts_is_the_living_one(seed: int, data: st.DataObject) -> None:
    draw = Draw(seed)
    box = FakeBox(office())
    killed_at = data.draw(st.integers(0, 150))
    snapshot: bytes | None = None
    since = 0
    for step in range(killed_at):
        if draw.random() < 0.02:
            snapshot, since = box.engine.snapshot(), draw.randrange(len(box.records) + 1)
        del step
        one_thing(box, draw)
    written = [journal.decode(journal.encode(record)) for record in box.records]
    rebuilt = Engine.restore(snapshot, written[since if snapshot else 0 :] if snapshot is None else written)
    assert rebuilt.snapshot() == box.engine.snapshot()
    assert rebuilt._board.next_timer() == box.engine._board.next_timer()
    for _ in range(40):
        one_thing(box, draw)
    rest = box.records[len(written) :]
    for record in rest:
        again = rebuilt.take(record.input, record.at_us)
        assert again is not None
        assert (again.facts, again.commands) == (record.facts, record.commands)
    assert rebuilt.snapshot() == box.engine.snapshot()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_the_same_inputs_give_the_same_facts_again(seed: int) -> None:
    box = living_box(seed, 150, checked=False)
    again = Engine("box-1")
    for record in box.records:
        repeated = again.take(journal.decode(journal.encode(record)).input, record.at_us)
        assert repeated is not None
        assert (repeated.facts, repeated.commands) == (record.facts, record.commands)
    assert again.snapshot() == box.engine.snapshot()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_when_all_hang_up_no_line_is_held_and_every_offered_call_has_its_outcome(seed: int) -> None:
    box = living_box(seed, 100, checked=False)
    for _ in range(2):
        for port in range(4):
            box.event(e.FarEndReleased(port=port, at_us=box.now_us, sign=HangUpSign.OPEN_LOOP))
            box.event(e.LineRingingEnded(port=port, at_us=box.now_us))
        for port in range(4, 8):
            box.off_hook.discard(port)
            box.event(e.TelephoneReleased(port=port, at_us=box.now_us))
    box.wait(8 * 3600)
    assert not box.engine.state.calls
    assert not seized(box)
    assert len(box.outcomes()) == offered(box)


def test_a_repeated_event_is_dropped() -> None:
    box = FakeBox(office())
    rang = i.FromSwitch(1, 1, e.LineRang(port=0, at_us=box.now_us, count=1))
    assert box.give(rang) is not None
    assert box.give(rang) is None
    assert len(box.facts(f.CallBegan)) == 1


def test_nothing_is_decided_before_a_timer_is_due() -> None:
    box = FakeBox(office())
    assert box.give(i.TimeReached()) is None


def test_a_stray_line_is_let_go() -> None:
    box = FakeBox(office())
    record = box.event(e.DialEnded(port=2, at_us=box.now_us, dialled=True))
    assert record is not None
    assert record.commands == (c.Release(port=2),)
