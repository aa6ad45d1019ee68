"""A telephone that answers 302: its card, its machine, and what the engine makes of it."""

from __future__ import annotations

import pytest
from msgspec import structs

from drivers import signalling as s
from drivers.countries import profile
from drivers.ports import PortKind
from drivers.sip import events as sip
from drivers.sip.message import Message
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause
from firmware.switch.lines.exchanged import Given, Out
from firmware.switch.lines.signalled_telephone import SignalledTelephone, Station
from firmware.switch.plan import PortPlan
from tests.property.fraud_house import CARRIER, House, house

CHINA = profile("CN")
PLAN = PortPlan(9, PortKind.SIP, CHINA, CHINA.caller_id, plus="900")


class Telephone:
    def __init__(self) -> None:
        self.machine = SignalledTelephone(PLAN)

    def give(self, *given: Given) -> list[Out]:
        return [one for each in given for one in self.machine.handle(each, 5)]


def test_a_telephone_that_rings_sends_its_call_on() -> None:
    one = Telephone()
    one.give(c.Ring(port=9, call=-3))
    assert one.give(s.CallDiverted(9, 5, -3, "+861012")) == [
        e.RingDiverted(port=9, at_us=5, call=-3, number="900861012")
    ]
    assert one.machine.state is Station.IDLE
    assert one.give(s.CallCleared(9, 5, -3, 23)) == [], "that it is cleared is no second refusal"


def test_a_call_that_knocks_is_sent_on_and_the_talk_goes_on() -> None:
    one = Telephone()
    one.give(c.Ring(port=9, call=-3), s.CallConnected(9, 5, -3), c.Ring(port=9, call=-4, knocks=True))
    assert one.give(s.CallDiverted(9, 5, -4, "802"), s.CallCleared(9, 5, -4, 23)) == [
        e.RingDiverted(port=9, at_us=5, call=-4, number="802")
    ]
    assert one.machine.state is Station.IN_CALL


def test_a_call_it_does_not_have_is_sent_nowhere() -> None:
    one = Telephone()
    assert one.give(s.CallDiverted(9, 5, -3, "802"), s.CallDiverted(9, 5, 0, "802")) == []
    one.give(c.Ring(port=9, call=-3))
    assert one.give(s.CallDiverted(9, 5, -4, "802")) == []
    assert one.machine.state is Station.RINGING


@pytest.mark.parametrize("hostile", ["", "bob", "８０２", "\x00\r\n", "8a0b2"])
def test_what_is_no_number_leaves_only_what_could_be_keyed(hostile: str) -> None:
    one = Telephone()
    one.give(c.Ring(port=9, call=-3))
    (said,) = one.give(s.CallDiverted(9, 5, -3, hostile))
    assert isinstance(said, e.RingDiverted)
    assert set(said.number) <= set("0123456789*#ABCD")


# -- the engine -----------------------------------------------------------------------------------------


def moved(box: House, contact: str, diverter: str = "812") -> None:
    """Whoever rings at `diverter` is sent on."""
    rung = [dialog for dialog, target, _ in box.wire.placed if f":{diverter}@" in target]
    answer = Message("SIP/2.0 302 Moved", (("contact", f"<sip:{contact}@box>"),))
    box.hear(sip.CallEnded(rung[-1], 302, 23, "", answer))


def calling(box: House, called: str = "812") -> House:
    box.lift("801")
    box.key("801", called)
    return box


def test_the_call_goes_on_as_a_forward_of_that_telephone() -> None:
    box = calling(House(house()))
    moved(box, "802")
    assert box.facts(f.CallDiverted) == [f.CallDiverted(1, "812", "extension:802", "by-telephone")]
    box.lift("802")
    assert box.talk("801", "802")


def test_outside_the_class_of_the_diverting_telephone_holds_and_it_pays() -> None:
    box = calling(House(house()))
    moved(box, "962345678")
    assert box.left == ["+861062345678"] * 2
    assert box.facts(f.LineChosen)[-1].who == "812"
    box = calling(House(house()))
    moved(box, "913912345678")
    assert not box.left, "801 might, 812 may not"
    assert box.facts(f.AttemptRefused)[-1].wanted == "forward:13912345678"
    assert box.facts(f.CallEnded)[-1].cause is Cause.CALL_REJECTED


def test_telephones_that_send_calls_round_are_bounded() -> None:
    box = calling(House(house()), "811")
    for turn in range(6):
        rings = [one for one in ("811", "812") if any(f":{one}@" in uri for _, uri, _ in box.wire.placed)]
        for one in rings:
            moved(box, "812" if one == "811" else "811", one)
        box.wire.placed[:] = box.wire.placed[-1:] if turn < 2 else box.wire.placed
    box.wait(5)
    assert len(box.facts(f.CallDiverted)) == 2, "each once"


@pytest.mark.parametrize("contact", ["812", "110", "9110", "*21802", "9", "", "bob", "9990012125551234"])
def test_to_itself_for_help_to_codes_and_nowhere_it_is_refused(contact: str) -> None:
    box = calling(House(house()))
    moved(box, contact)
    assert not box.facts(f.CallDiverted)
    assert not box.left
    assert not box.sent(c.Dial)
    box.wait(30)
    assert not box.engine.state.calls


def test_a_click_to_dial_is_not_diverted() -> None:
    from firmware.protocol import inputs as i

    box = House(house())
    box.give(i.CallOrder("1", "x", "dial", "812", "801"))
    box.pump()
    moved(box, "802")
    assert not box.facts(f.CallDiverted)
    assert not box.engine.state.calls


def test_a_caller_from_outside_is_not_sent_out_beyond_the_class() -> None:
    config = house()
    box = House(structs.replace(config, dids=(structs.replace(config.dids[0], target="extension:812"),)))
    box.invite(CARRIER, "sip:62349001@box", ("from", "<sip:02162345678@y>;tag=1"))
    moved(box, "90012125551234")
    assert not box.left
