"""One channel of a carrier's trunk by its table."""

from itertools import count
from typing import Any

import pytest

from drivers import signalling as legs
from drivers.ports import PortFailed, PortRecovered
from firmware.protocol.names import Tone
from hwsim.legs import trunk_channel as trunk
from hwsim.legs.trunk_channel import Channel, Heard, Offered, Order, Out, TrunkChannel
from hwsim.world.exchange import Input
from hwsim.world.outside import Call

PORT = 5
LI = Call("li", number="13800138000", name="Li", called="62340000")


def channel(**how: Any) -> TrunkChannel:
    return TrunkChannel(PORT, count(1).__next__, **how)


def walk(machine: TrunkChannel, *given: Any) -> list[Out]:
    out: list[Out] = []
    for at, one in enumerate(given):
        out = machine.handle(one, at)
    return out


def test_a_caller_is_offered_answered_and_leaves() -> None:
    machine = channel()
    assert walk(machine, Offered(LI, LI.called)) == [
        legs.CallOffered(PORT, 0, 1, "62340000", "13800138000", "Li")
    ]
    assert walk(machine, legs.AlertCall(1), legs.AnswerCall(1)) == [Order.CONNECTED]
    assert machine.through
    assert machine.key("5", 7) == [legs.KeyReceived(PORT, 7, 1, "5")]
    assert walk(machine, Input.FAR_LEFT) == [Heard(None), legs.CallCleared(PORT, 0, 1, 16)]
    assert machine.free


def test_the_box_refuses_a_caller() -> None:
    machine = channel()
    out = walk(machine, Offered(LI, LI.called), legs.ClearCall(1, 17))
    assert out == [Order.RELEASED, Heard(None), legs.CallCleared(PORT, 1, 1, 17)]


def test_the_box_calls_somebody() -> None:
    machine = channel()
    assert walk(machine, legs.PlaceCall(-1, "66661234")) == [Order.ROUTE]
    assert machine.dialled == "66661234"
    assert walk(machine, Input.FAR_RINGS) == [
        legs.CallAlerting(PORT, 0, -1, False),
        trunk.Shown("unavailable", ""),
    ]
    assert walk(machine, Input.FAR_ANSWERED) == [Heard(None), legs.CallConnected(PORT, 0, -1)]
    assert machine.through


def test_nobody_answers_for_ever() -> None:
    machine = channel()
    walk(machine, legs.PlaceCall(-1, "66661234"), Input.FAR_RINGS)
    assert machine.deadline_us == trunk.RINGS_US + 1
    assert walk(machine, trunk.TimePassed())[-1] == legs.CallCleared(PORT, 0, -1, 19)


@pytest.mark.parametrize("why", trunk.CAUSES)
def test_a_refusal_is_told_or_heard_first(why: Input) -> None:
    cause, tone = trunk.CAUSES[why]
    told = walk(channel(), legs.PlaceCall(-1, "1"), why)
    assert told[-1] == legs.CallCleared(PORT, 1, -1, cause)
    machine = channel(early_media=True)
    assert walk(machine, legs.PlaceCall(-1, "1"), why) == [legs.CallProgressed(PORT, 1, -1), Heard(tone)]
    assert walk(machine, trunk.TimePassed())[-1] == legs.CallCleared(PORT, 0, -1, cause)


def test_early_media_is_ringback_of_the_carriers() -> None:
    out = walk(channel(early_media=True), legs.PlaceCall(-1, "1"), Input.FAR_RINGS)
    assert out[0] == legs.CallAlerting(PORT, 1, -1, True)
    assert out[-1] == Heard(Tone.RINGBACK)


@pytest.mark.parametrize(
    ("placed", "shown"),
    [
        (legs.PlaceCall(-1, "1"), trunk.Shown("62340000", "")),
        (legs.PlaceCall(-1, "1", calling=""), trunk.Shown("62340000", "")),
        (legs.PlaceCall(-1, "1", calling="801", name="Wang"), trunk.Shown("801", "Wang")),
        (legs.PlaceCall(-1, "1", calling="801", name="Wang", hide=True), trunk.Shown("private", "")),
    ],
)
def test_who_is_rung_sees_who_calls_where_the_trunk_says_it(
    placed: legs.PlaceCall, shown: trunk.Shown
) -> None:
    assert shown in walk(channel(own="62340000", names_extension=True), placed, Input.FAR_RINGS)


def test_who_is_rung_sees_the_trunks_own_number() -> None:
    placed = legs.PlaceCall(-1, "1", calling="801")
    assert trunk.Shown("62340000", "") in walk(channel(own="62340000"), placed, Input.FAR_RINGS)


def test_a_carrier_may_refuse_every_call() -> None:
    assert walk(channel(refuses=34), legs.PlaceCall(-1, "1")) == [legs.CallCleared(PORT, 0, -1, 34)]


def test_a_second_call_of_the_box_finds_no_circuit() -> None:
    machine = channel()
    out = walk(machine, legs.PlaceCall(-1, "1"), legs.PlaceCall(-2, "2"))
    assert out == [legs.CallCleared(PORT, 1, -2, 34)]
    assert machine.number == -1


def test_a_carrier_that_cannot_be_reached_loses_its_calls() -> None:
    machine = channel()
    walk(machine, legs.PlaceCall(-1, "1"), Input.FAR_RINGS)
    out = machine.work(False, 9)
    assert out[0] is Order.RELEASED
    assert legs.CallCleared(PORT, 9, -1, 38) in out
    assert isinstance(out[-1], PortFailed)
    assert machine.standing(9) == [out[-1]]
    assert walk(machine, legs.PlaceCall(-2, "1")) == [legs.CallCleared(PORT, 0, -2, 38)]
    assert not machine.free
    assert machine.work(True, 10) == [PortRecovered(PORT, 10)]
    assert machine.free


def test_what_stands_is_told_to_a_new_box() -> None:
    machine = channel()
    assert machine.standing(0) == []
    walk(machine, Offered(LI, LI.called), legs.AnswerCall(1))
    stands = legs.CallStands(PORT, 3, 1, connected=True, placed=False, held=False)
    assert machine.standing(3) == [stands]


def test_commands_of_another_call_are_counted_and_change_nothing() -> None:
    machine = channel()
    out = walk(machine, Offered(LI, LI.called), legs.AnswerCall(9), legs.ClearCall(9))
    assert out == []
    assert machine.unexpected == 2
    assert machine.state is Channel.OFFERED


def test_every_call_can_be_cleared_by_the_box() -> None:
    assert {state for state, kind in trunk.STEPS if kind is legs.ClearCall} == set(Channel) - {Channel.IDLE}
