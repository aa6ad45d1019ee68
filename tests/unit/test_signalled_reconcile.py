"""Telephones with messages after a switch's death: each of their calls stands, is over, or is nobody's."""

from __future__ import annotations

from msgspec import structs

from firmware.config.expanded import expanded
from firmware.config.schema import Card, Config, Did, Extension, Trunk
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, ReleasedBy
from tests.unit.fake_box import FakeBox, office

ANN, BEN, CID = 8, 9, 10


def house(**more: object) -> Config:
    plain = office()
    telephones = tuple(Extension(number=number, card="ip") for number in ("201", "202", "203"))
    cards, extensions = (*plain.cards, Card(name="ip", kind="sip")), (*plain.extensions, *telephones)
    return expanded(structs.replace(plain, cards=cards, extensions=extensions, **more))


def dials(box: FakeBox, port: int, call: int, number: str) -> None:
    box.event(e.TelephoneSeized(port=port, at_us=box.now_us, call=call))
    for digit in number:
        box.event(e.DigitReceived(port=port, at_us=box.now_us, digit=digit))
    box.event(e.SendingComplete(port=port, at_us=box.now_us))


def rung(box: FakeBox, port: int) -> int:
    """What its ring is called."""
    return [one.call for one in box.commands if isinstance(one, c.Ring) and one.port == port][-1]


def talk(box: FakeBox) -> tuple[int, int]:
    """Ann calls Ben."""
    dials(box, ANN, 1, "202")
    call = rung(box, BEN)
    box.event(e.TelephoneSeized(port=BEN, at_us=box.now_us, call=call))
    return 1, call


def new_switch(box: FakeBox, calls: dict[int, tuple[int, ...]], ringing: tuple[int, ...] = ()) -> None:
    """It found these calls at these ports."""
    ports = []
    for port in (ANN, BEN, CID):
        rings, stand = port in ringing, calls.get(port, ())
        ports.append(e.PortReport(port, "sip", bool(stand) and not rings, rings, -1, calls=stand))
    box.commands.clear()
    box.epoch, box.events = box.epoch + 1, 0
    box.event(e.StateReport(port=-1, at_us=box.now_us, tick=1, ports=tuple(ports)))


def disconnected(box: FakeBox) -> list[tuple[int, int]]:
    return [(one.port, one.call) for one in box.commands if isinstance(one, c.Disconnect)]


def test_a_talk_goes_on_and_is_answered_again_if_need_be() -> None:
    box = FakeBox(house())
    ann, ben = talk(box)
    new_switch(box, {ANN: (ann,), BEN: (ben,)})
    assert len(box.engine.state.calls) == 1 and disconnected(box) == []
    assert {one.port for one in box.commands if isinstance(one, c.Connect)} == {ANN, BEN}
    assert {(one.port, one.source) for one in box.commands if isinstance(one, c.Hear)} == {
        (ANN, BEN),
        (BEN, ANN),
    }


def test_who_hung_up_meanwhile_is_gone_and_so_is_his_call() -> None:
    box = FakeBox(house())
    _, ben = talk(box)
    new_switch(box, {BEN: (ben,)})
    assert not box.engine.state.calls and disconnected(box) == [(BEN, ben)]


def test_one_of_two_calls_may_have_ended_meanwhile() -> None:
    for left in (1, 2):
        box = FakeBox(house())
        ann, ben = talk(box)
        box.event(e.HoldAsked(port=ANN, at_us=box.now_us, call=ann))
        box.event(e.ConsultationBegan(port=ANN, at_us=box.now_us, call=2))
        for digit in "203":
            box.event(e.DigitReceived(port=ANN, at_us=box.now_us, digit=digit))
        box.event(e.SendingComplete(port=ANN, at_us=box.now_us))
        cid = rung(box, CID)
        box.event(e.TelephoneSeized(port=CID, at_us=box.now_us, call=cid))
        assert len(box.engine.state.calls) == 2
        new_switch(box, {ANN: (left,), BEN: (ben,), CID: (cid,)})
        assert disconnected(box) == ([(CID, cid)] if left == 1 else [(BEN, ben)])
        assert len(box.engine.state.calls) == 1


def test_both_calls_of_a_telephone_may_have_ended_meanwhile() -> None:
    box = FakeBox(house())
    ann, ben = talk(box)
    box.event(e.HoldAsked(port=ANN, at_us=box.now_us, call=ann))
    box.event(e.ConsultationBegan(port=ANN, at_us=box.now_us, call=2))
    new_switch(box, {BEN: (ben,)})
    assert not box.engine.state.calls and not box.engine.state.legs


def test_who_lifted_meanwhile_talks_and_can_be_let_go() -> None:
    box = FakeBox(house())
    dials(box, ANN, 1, "202")
    ben = rung(box, BEN)
    new_switch(box, {ANN: (1,), BEN: (ben,)})
    assert [one.answered for one in box.engine.state.calls.values()] == [True]
    box.commands.clear()
    box.event(e.TelephoneReleased(port=ANN, at_us=box.now_us))
    assert disconnected(box) == [(BEN, ben)]


def test_what_rings_is_not_rung_anew() -> None:
    box = FakeBox(house())
    dials(box, ANN, 1, "202")
    ben = rung(box, BEN)
    new_switch(box, {ANN: (1,), BEN: (ben,)}, ringing=(BEN,))
    assert not [one for one in box.commands if isinstance(one, c.Ring)] and disconnected(box) == []
    new_switch(box, {ANN: (1,)})
    assert rung(box, BEN) == ben  # a switch that did not find it ringing


def test_what_nobody_knows_is_ended() -> None:
    box = FakeBox(house())
    new_switch(box, {})
    new_switch(box, {ANN: (7,), BEN: (-9,)}, ringing=(BEN,))
    assert disconnected(box) == [(ANN, 7), (BEN, -9)] and not box.engine.state.calls


def test_calls_that_broke_were_hung_up_by_nobody() -> None:
    for cause, by in ((Cause.TEMPORARY_FAILURE, ReleasedBy.BOX), (Cause.NORMAL_CLEARING, ReleasedBy.CALLER)):
        box = FakeBox(house())
        talk(box)
        record = box.event(e.TelephoneReleased(port=ANN, at_us=box.now_us, cause=int(cause)))
        assert record is not None
        ended = [one for one in record.facts if isinstance(one, f.CallEnded)]
        assert [(one.cause, one.by) for one in ended] == [(cause, by)]


def test_an_offer_that_waited_for_a_switch_is_taken_by_its_message_not_by_the_report() -> None:
    """It knows who calls whom; a report does not."""
    trunk = Trunk(
        name="carrier", card="ip", hosts=("192.0.2.1",), register=False, channels=1, target="extension:801"
    )
    did = Did(number="62349001", target="extension:802")
    box = FakeBox(house(trunks=(trunk,), dids=(did,)))
    channel = CID + 1
    box.commands.clear()
    box.epoch, box.events = 2, 0
    there = e.PortReport(channel, "sip-trunk", False, True, -1)
    box.event(e.StateReport(port=-1, at_us=box.now_us, tick=1, ports=(there,)))
    assert not box.engine.state.calls
    box.event(e.LineRang(port=channel, at_us=box.now_us, count=1, called="62349001"))
    assert [one.port for one in box.commands if isinstance(one, c.Ring)] == [5]
