"""The tables of the line machines: every state can be left, no order of inputs breaks them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import ports as wires
from drivers.countries import profile
from drivers.ports import PortKind
from firmware.protocol import commands as ask
from firmware.protocol import events as told
from firmware.protocol.names import AnswerSign, HangUpSign, Presentation, Tone
from firmware.switch.lines import dialling, exchanged, offer, supervision, telephone
from firmware.switch.lines.ports import FxoPort, FxsPort, Port
from firmware.switch.plan import PortPlan

TABLES: list[Mapping[Any, Any]] = [offer.STEPS, dialling.STEPS, supervision.STEPS, telephone.STEPS]


def plan(kind: PortKind = PortKind.FXO, country: str = "CN", **more: Any) -> PortPlan:
    where = profile(country)
    return PortPlan(0, kind, where, where.caller_id, frozenset(HangUpSign), **more)


@pytest.mark.parametrize("table", TABLES)
def test_every_state_of_a_table_can_be_left(table: Mapping[Any, Any]) -> None:
    states = {state for state, _ in table}
    assert states == set(next(iter(states)).__class__)


INPUTS: list[Any] = [
    wires.RingBegan(0, 0),
    wires.RingStopped(0, 0),
    wires.PolarityReversed(0, 0, True),
    wires.LoopOpened(0, 0),
    wires.LoopClosed(0, 0),
    wires.BatteryLost(0, 0),
    wires.BatteryReturned(0, 0),
    wires.PortFailed(0, 0, "x"),
    wires.PortRecovered(0, 0),
    wires.Seized(0, 0),
    wires.Released(0, 0),
    wires.Flashed(0, 0),
    wires.PulseDialled(0, 0, "5"),
    ask.Seize(port=0),
    ask.Release(port=0),
    ask.Dial(port=0, digits="12,3"),
    ask.Dial(port=0, digits="9", pulse=True, dial_tone_within_ms=0),
    ask.Ring(port=0, number="123"),
    ask.StopRing(port=0),
    ask.FlashLine(port=0),
    ask.Listen(port=0, digits=True, progress=True, far_end=True),
    exchanged.ToneRecognised(Tone.DIAL),
    exchanged.ToneRecognised(Tone.BUSY),
    exchanged.VoiceRecognised(),
    exchanged.SilenceReached(),
    exchanged.CallerIdDecoded("123", "", Presentation.ALLOWED, "dtmf"),
    exchanged.SignalEnded(),
    exchanged.PulsesSent(),
]


@settings(max_examples=150)
@given(
    st.sampled_from([PortKind.FXO, PortKind.FXS, None]),
    st.sampled_from(["CN", "GB", "IN", "RU"]),
    st.lists(st.tuples(st.sampled_from(INPUTS), st.integers(0, 9_000_000)), max_size=60),
)
def test_any_order_of_inputs_is_answered_or_counted(
    kind: PortKind | None, country: str, steps: list[tuple[Any, int]]
) -> None:
    made = plan(kind or PortKind.FXO, country)
    port = FxoPort(made) if kind is PortKind.FXO else FxsPort(made) if kind else Port(made)
    now_us, out = 0, []
    for given_, later_us in steps:
        until = now_us + later_us
        while (deadline := port.deadline_us) is not None and deadline <= until:
            out += port.due(deadline)
            assert port.deadline_us is None or port.deadline_us > deadline
        now_us = until
        out += port.handle(given_, now_us)
    rang = [one.count for one in out if isinstance(one, told.LineRang)]
    assert all(later in (1, former + 1) for former, later in pairwise(rang))
    assert sum(isinstance(one, told.LineRingingEnded) for one in out) <= rang.count(1)


def out_of(machine: Any, *steps: tuple[Any, int]) -> list[Any]:
    return [out for given_, at_us in steps for out in machine.handle(given_, at_us)]


def test_a_double_burst_is_one_ring() -> None:
    machine = offer.OfferMachine(plan(country="GB"))
    began, stopped = wires.RingBegan(0, 0), wires.RingStopped(0, 0)
    out = out_of(
        machine,
        (began, 0),
        (stopped, 400_000),
        (began, 600_000),
        (stopped, 1_000_000),
        (began, 3_000_000),
        (stopped, 3_400_000),
        (began, 3_600_000),
    )
    assert [one.count for one in out if isinstance(one, told.LineRang)] == [1, 2]


def test_an_answered_line_is_no_longer_an_offer() -> None:
    machine = offer.OfferMachine(plan())
    out_of(machine, (wires.RingBegan(0, 0), 0), (ask.Seize(port=0), 500_000))
    assert not machine.ringing and machine.deadline_us is None
    assert out_of(machine, (wires.RingStopped(0, 0), 600_000)) == []


def test_a_caller_id_without_a_ring_is_forgotten() -> None:
    machine = offer.OfferMachine(plan(country="BR"))
    decoded = exchanged.CallerIdDecoded("123", "", Presentation.ALLOWED, "dtmf")
    out_of(machine, (decoded, 0), (exchanged.DeadlineReached(), 8_000_000))
    out = out_of(machine, (wires.RingBegan(0, 0), 60_000_000))
    assert not any(isinstance(one, told.CallerIdReceived) for one in out)


def supervised(*steps: tuple[Any, int], **more: Any) -> list[Any]:
    machine = supervision.SupervisionMachine(plan(**more))
    listening = ask.Listen(port=0, progress=True, far_end=True)
    out_of(machine, (ask.Seize(port=0), 0), (listening, 0))
    return out_of(machine, *steps)


BUSY, DIAL_TONE = exchanged.ToneRecognised(Tone.BUSY), exchanged.ToneRecognised(Tone.DIAL)
REVERSED = wires.PolarityReversed(0, 0, True)
CALL = ask.Dial(port=0, digits="1")


def test_the_far_end_leaves_once_however_many_signs_follow() -> None:
    out = supervised((BUSY, 2_000_000), (wires.LoopOpened(0, 0), 3_000_000), (REVERSED, 4_000_000))
    assert [one.sign for one in out if isinstance(one, told.FarEndReleased)] == [HangUpSign.BUSY_TONE]


def test_a_reversal_answers_a_call_out_and_the_next_one_ends_it() -> None:
    out = supervised((CALL, 1_000_000), (REVERSED, 9_000_000), (REVERSED, 9_300_000), (REVERSED, 30_000_000))
    assert [type(one) for one in out] == [told.FarEndAnswered, told.FarEndReleased]
    assert out[0].sign is AnswerSign.REVERSAL and out[1].at_us == 30_000_000


def test_voice_answers_only_where_the_line_is_told_so() -> None:
    voice = (exchanged.VoiceRecognised(), 9_000_000)
    assert [one.sign for one in supervised((CALL, 0), voice)] == [AnswerSign.VOICE]
    assert supervised((CALL, 0), voice, answer=AnswerSign.REVERSAL) == []
    assert supervised(voice) == []


def test_a_reversal_just_after_our_answer_belongs_to_it() -> None:
    assert supervised((REVERSED, 200_000)) == []


def test_tones_are_told_and_dial_tone_ends_nothing() -> None:
    assert supervised((DIAL_TONE, 5_000_000)) == [told.ToneHeard(port=0, at_us=5_000_000, tone=Tone.DIAL)]


def test_two_alarms_stand_until_both_are_gone() -> None:
    port = Port(plan())
    out = out_of(
        port,
        (wires.BatteryLost(0, 0), 1),
        (wires.PortFailed(0, 0, "x"), 2),
        (wires.BatteryLost(0, 0), 3),
        (wires.BatteryReturned(0, 0), 4),
        (wires.PortRecovered(0, 0), 5),
    )
    assert [getattr(one, "alarm", "restored") for one in out] == ["no-battery", "chip", "chip", "restored"]
