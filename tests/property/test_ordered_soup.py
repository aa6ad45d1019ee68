"""Any order in any state of queues, calls and telephones of both kinds: refused with a word, or carried out whole."""

from __future__ import annotations

import random
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.engine.engine import Engine
from firmware.engine.ordered.table import DEEDS
from firmware.engine.state import Phase, freeze
from firmware.engine.view import state_view
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.names import AgentState, AnswerSign
from firmware.protocol.order_format import Answers, StateView, encode
from tests.property import test_engine_soup as soup
from tests.property.test_engine_soup import one_thing
from tests.property.test_floor_soup import comes, tidies_up
from tests.unit.fake_box import FakeBox
from tests.unit.ordering import PORTS, SIP, house

Draw = random.Random
AGENTS = ("801", "802", "900", "803", "x", "")
EXTENSIONS = (*PORTS, "x", "")
PLACES = (
    *(
        "801",
        "802",
        "803",
        "201",
        "202",
        "203",
        "700",
        "701",
        "110",
        "9110",
        "913912345678",
        "*8",
        "*43",
        "",
        "x",
    ),
    *(
        "agent:801",
        "agent:900",
        "agent:x",
        "queue:sales",
        "queue:x",
        "voicemail:box",
        "group:x",
        "flow:main",
        "7",
    ),
    *("900861", "71", "72", ":", "extension:203"),
)


def order(box: FakeBox, draw: Draw) -> i.AnyInput:
    state, one = box.engine.state, f"d{draw.randrange(10**9)}"
    chance = draw.random()
    if chance < 0.12:
        do = draw.choice(["sign-in", "sign-out", "ready", "not-ready", "end-wrap-up", "breather", "dance"])
        return i.AgentOrder(one, "web", draw.choice(AGENTS), do, "lunch", draw.choice(EXTENSIONS))
    if chance < 0.16:
        what = draw.choice(["always", "busy", "do-not-disturb", "call-waiting", "follow-me", "paint"])
        value = draw.choice(["", "1", "0", "803", "201", "913912345678", "*8"])
        return i.TelephoneOrder(one, "web", draw.choice(EXTENSIONS), what, value)
    if chance < 0.18:
        return i.DispositionOrder(one, "web", draw.randrange(-1, 30), draw.choice(AGENTS), "sold", "a note")
    leg = draw.choice([0, 0, *state.legs, draw.randrange(60)])
    call = draw.choice([0, 0, 0, *state.calls, draw.randrange(30)])
    busy = [one.party for one in state.legs.values() if not one.fxo]
    extension = draw.choice(busy) if busy and draw.random() < 0.8 else draw.choice(EXTENSIONS)
    return i.CallOrder(
        one,
        "web",
        draw.choice([*DEEDS, "dance"]),
        "" if leg and draw.random() < 0.5 else extension,
        draw.choice(PLACES),
        call if draw.random() < 0.3 else 0,
        leg if draw.random() < 0.3 else 0,
        draw.choice(AGENTS) if draw.random() < 0.2 else "",
        draw.random() < 0.3,
    )


def answers(box: FakeBox, draw: Draw) -> None:
    """Somebody lifts what rings, the far end of a line answers, an announcement is heard."""
    legs = [leg for leg in box.engine.state.legs.values() if leg.phase in ANSWERABLE]
    if not legs:
        return
    leg = draw.choice(legs)
    if leg.phase == Phase.JOINING and leg.port in box.playing:
        play = box.playing.pop(leg.port).play
        box.event(e.PlayEnded(port=leg.port, at_us=box.now_us, play=play))
    elif leg.phase == Phase.ALERTING:
        box.ringing.pop(leg.port, None)
        box.off_hook.add(leg.port)
        call = leg.dialog if leg.port in SIP.values() else 0
        box.event(e.TelephoneSeized(port=leg.port, at_us=box.now_us, call=call))
    elif leg.phase == Phase.PROCEEDING:
        box.event(e.FarEndAnswered(port=leg.port, at_us=box.now_us, sign=AnswerSign.VOICE))


ANSWERABLE = (Phase.JOINING, Phase.ALERTING, Phase.PROCEEDING)
TALKS = ("hold", "consult", "consult", "consult", "pause-recording", "pause-recording", "transfer", "park")
TWO = ("swap", "swap", "conference", "conference", "complete", "resume", "hang-up")
WATCH = ("listen", "whisper", "barge", "take-over")


def wise(box: FakeBox, draw: Draw) -> i.AnyInput:
    """What somebody at a page wants next of a telephone that is in a call."""
    state, one = box.engine.state, f"w{draw.randrange(10**9)}"
    legs = [leg for leg in state.legs.values() if not leg.fxo]
    leg = draw.choice(legs) if legs else None
    if leg is None:
        return i.CallOrder(one, "web", "call", draw.choice([*PORTS]), draw.choice(PLACES))
    now, talks = state.port(leg.port), leg.phase == Phase.TALKING
    if talks and leg.agent and draw.random() < 0.3:
        return i.CallOrder(one, "web", draw.choice(WATCH), "804", leg=leg.id, agent="900")
    if now.away:
        return i.CallOrder(one, "web", draw.choice(TWO), leg.party)
    if talks and state.calls[leg.call].conference:
        return i.CallOrder(one, "web", draw.choice(["drop-last", "hang-up", "pause-recording"]), leg.party)
    if talks and any(state.legs[other].paused_by for other in state.calls[leg.call].legs):
        return i.CallOrder(one, "web", draw.choice(["resume-recording", "hold", "consult"]), leg.party, "803")
    if talks:
        return i.CallOrder(one, "web", draw.choice(TALKS), leg.party, draw.choice(["803", "201", "700", ""]))
    if leg.phase == Phase.AWAY:
        return i.CallOrder(one, "web", draw.choice(["resume", "transfer", "consult"]), leg.party, "203")
    return i.CallOrder(one, "web", draw.choice(["decline", "call", "answer"]), leg.party, "802")


def sip_thing(box: FakeBox, draw: Draw) -> None:
    """What a SIP telephone does next, as its state allows or not."""
    port, now = draw.choice(sorted(SIP.values())), box.now_us
    here = box.engine.state.port(port)
    leg = box.engine.state.legs.get(here.leg)
    calls = here.dialogs or [draw.randrange(1, 9)]
    if leg is not None and leg.phase == Phase.ALERTING and draw.random() < 0.8:
        box.ringing.pop(port, None)
        box.event(e.TelephoneSeized(port=port, at_us=now, call=leg.dialog))
        return
    free = draw.randrange(10, 10**6)
    told: list[e.AnySwitchEvent] = [
        e.HoldAsked(port=port, at_us=now, call=draw.choice(calls)),
        e.RetrieveAsked(port=port, at_us=now, call=draw.choice(calls)),
        e.ConferenceAsked(port=port, at_us=now),
        e.TransferAsked(
            port=port, at_us=now, call=draw.choice(calls), number=draw.choice(["", "801", "203"])
        ),
    ]
    if not here.off_hook:
        told = [e.TelephoneSeized(port=port, at_us=now, call=free)]
    else:
        told += [e.TelephoneReleased(port=port, at_us=now)] * 2
        if len(here.dialogs) > 1:
            told.append(e.ConsultationEnded(port=port, at_us=now, call=draw.choice(calls)))
        elif leg is not None and leg.phase == Phase.AWAY:
            told.append(e.ConsultationBegan(port=port, at_us=now, call=free))
        if leg is not None and leg.phase == Phase.DIALLING:
            for digit in draw.choice(["801", "202", "700", "110", "913912345678"]):
                box.event(e.DigitReceived(port=port, at_us=now, digit=digit))
            told = [e.SendingComplete(port=port, at_us=now)]
    box.event(draw.choice(told))


def lively(seed: int, things: int) -> FakeBox:
    draw = Draw(seed)
    box = FakeBox(house(draw.choice(["fxs", "sip"]), consent=draw.choice(["", "recording-consent"])))
    for _ in range(things):
        chance = draw.random()
        if chance < 0.3:
            given = order(box, draw) if draw.random() < 0.3 else wise(box, draw)
            record = box.give(given)
            assert record is not None
            assert given.id in box.engine.state.orders  # type: ignore[union-attr]
            words = [one.reason for one in record.facts if isinstance(one, f.AttemptRefused)]
            assert all(words), "a refusal says why"
        elif chance < 0.4:
            one_thing(box, draw)
        elif chance < 0.65:
            answers(box, draw)
        elif chance < 0.75:
            sip_thing(box, draw)
        elif chance < 0.87:
            comes(box, draw)
        else:
            tidies_up(box, draw)
        check(box)
    assert [(one.input, one.error, one.where) for one in box.facts(f.InputPassedOver)] == []
    return box


def check(box: FakeBox) -> None:
    soup._check_ports(box)
    soup._check_calls(box)
    soup._check_legs(box)
    soup._check_lines(box)
    for agent in box.engine.state.agents.values():
        if agent.state in (AgentState.RINGING, AgentState.TALKING):
            assert box.engine.state.port(PORTS[agent.extension]).leg, f"{agent.id} is {agent.state}"
    _check_dialogs(box)
    _check_silence(box)


def _check_dialogs(box: FakeBox) -> None:
    """A telephone's call that nobody in the box has is ended; a leg that talks at a SIP telephone has one."""
    state = box.engine.state
    for port in SIP.values():
        now = state.port(port)
        if port not in box.engine._board.plan.signalled:
            continue  # another configuration has no such telephone
        used = {state.legs[one].dialog for one in (now.leg, now.away, now.knocks) if one}
        assert set(now.dialogs) <= used, f"port {port}: {now.dialogs} {used}"


def _check_silence(box: FakeBox) -> None:
    """Whoever wants silence on a tape and is in its talk has it."""
    state = box.engine.state
    for leg in state.legs.values():
        if leg.recording and leg.paused_by in state.calls[leg.call].talk:
            assert state.recordings[leg.recording].paused


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_no_order_breaks_anything(seed: int) -> None:
    lively(seed, 120)


@pytest.mark.parametrize("seed", range(3))
def test_a_long_day_of_orders(seed: int) -> None:
    box = lively(seed, 1000)
    done = {one.input.do for one in box.records if isinstance(one.input, i.CallOrder) and not _refused(one)}
    assert done, "some of them could be carried out"


def _refused(record: journal.Record) -> bool:
    return any(isinstance(one, f.AttemptRefused) for one in record.facts)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_the_same_orders_give_the_same_facts_and_the_facts_the_same_state(seed: int) -> None:
    box = lively(seed, 120)
    written = [journal.decode(journal.encode(record)) for record in box.records]
    again = Engine("box-1")
    for record in written:
        repeated = again.take(record.input, record.at_us)
        assert repeated is not None
        assert (repeated.facts, repeated.commands) == (record.facts, record.commands)
    assert again.snapshot() == freeze(box.engine.state)
    assert Engine.restore(None, written).snapshot() == again.snapshot()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_what_pages_are_told_can_always_be_said(seed: int) -> None:
    box = lively(seed, 60)
    view = state_view(box.engine, 1, now_us=box.now_us, link_up=True, gap_us=0, alarms=())
    (heard,) = Answers().receive(encode(view))
    assert isinstance(heard, StateView) and heard == view
    legs = {leg.leg for call in view.calls for leg in call.parts}
    assert legs == set(box.engine.state.legs)
    held = {leg.leg for call in view.calls for leg in call.parts if leg.held_by}
    assert held == {one.id for one in box.engine.state.legs.values() if one.phase == Phase.HELD}


def test_every_kind_of_order_is_in_the_soup() -> None:
    drawn = {type(order(FakeBox(house("fxs")), Draw(seed))) for seed in range(80)}
    assert drawn == set(get_args(i.DeskOrder)) - {i.QueueOrder, i.ServiceOrder}
