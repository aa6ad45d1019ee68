"""Orders of calls: what a telephone's user does by keys is done for him, at analog telephones and at SIP ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import structs

from firmware.engine.dialling.classes import Verdict
from firmware.engine.ordered import own
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState
from tests.unit.ordering import SIP, House, house, port


@pytest.fixture(params=["fxs", "sip"])
def here(request: pytest.FixtureRequest) -> Iterator[House]:
    here = House(request.param)
    yield here
    assert not here.box.facts(f.InputPassedOver)


def test_a_caller_is_held_and_taken_up_again(here: House) -> None:
    here.caller_talks()
    assert not here.order("hold", here.a)
    assert here.on_hold("L1") and here.box.hears[0] != 1
    assert here.order("hold", here.a) == "not-talking"
    assert not here.order("resume", agent="801")
    assert here.talk("L1", here.a)
    assert here.order("resume", here.a) == "not-held"


def test_who_puts_down_while_he_holds_by_order_is_rung_back(here: House) -> None:
    here.caller_talks()
    here.order("hold", here.a)
    here.put_down(here.a)
    assert here.rings(here.a)
    here.lift(here.a)
    assert here.talk("L1", here.a)


def test_the_telephones_own_key_takes_up_what_was_held_by_order(here: House) -> None:
    here.caller_talks()
    here.order("hold", here.a)
    at = here.box.now_us
    if here.kind == "fxs":
        here.box.flash(here.a)
    else:
        leg = here.leg(here.a)
        assert leg is not None
        here.box.event(e.RetrieveAsked(port=SIP[here.a], at_us=at, call=leg.dialog))
    assert here.talk("L1", here.a)


def test_consult_swap_and_back(here: House) -> None:
    here.consulting()
    assert here.on_hold("L1")
    assert not here.order("swap", here.a)
    assert here.talk("L1", here.a) and here.on_hold(here.c)
    assert not here.order("swap", here.a)
    assert here.talk(here.a, here.c) and here.on_hold("L1")


def test_a_consultation_is_completed(here: House) -> None:
    here.consulting()
    assert not here.order("complete", here.a)
    assert here.talk("L1", here.c) and here.let_go(here.a)
    assert [one.kind for one in here.box.facts(f.TransferMade)] == ["attended"]
    here.put_down(here.a)
    assert here.box.agent("801")[0] is AgentState.WRAP_UP


def test_a_consultation_is_completed_before_it_is_answered(here: House) -> None:
    here.caller_talks()
    here.order("consult", here.a, here.c)
    assert not here.order("complete", here.a)
    assert here.let_go(here.a)
    here.lift(here.c)
    assert here.talk("L1", here.c)


def test_putting_down_in_a_consultation_that_was_ordered_hands_over(here: House) -> None:
    here.consulting()
    here.put_down(here.a)
    assert here.talk("L1", here.c)


def test_all_three_together_and_the_last_goes_again(here: House) -> None:
    here.consulting()
    assert not here.order("conference", here.a)
    assert [set(one.members) for one in here.box.sent(c.Confer)] == [{0, *map(port, (here.a, here.c))}]
    assert not here.order("drop-last", here.a)
    assert here.talk("L1", here.a) and here.let_go(here.c)
    assert not here.let_go(here.a)


def test_who_was_consulted_leaves_and_the_caller_comes_back_by_itself(here: House) -> None:
    here.consulting()
    here.put_down(here.c)
    here.box.event(
        e.PlayEnded(port=port(here.a), at_us=here.box.now_us, play=here.box.playing[port(here.a)].play)
    )
    assert here.talk("L1", here.a)


def test_a_consultation_that_rings_is_given_up_for_the_caller(here: House) -> None:
    here.caller_talks()
    here.order("consult", here.a, here.c)
    assert here.rings(here.c)
    assert not here.order("resume", here.a)
    assert here.talk("L1", here.a) and here.leg(here.c) is None


def test_hanging_up_the_consultation_leaves_the_caller(here: House) -> None:
    here.consulting()
    assert not here.order("hang-up", here.a)
    here.box.wait(0.1)
    assert here.leg(here.c) is None and not here.let_go(here.a)
    assert len(here.box.engine.state.calls) == 1


@pytest.mark.parametrize("to", ["number", "agent"])
def test_blind_transfer_to_a_telephone(here: House, to: str) -> None:
    here.caller_talks()
    assert not here.order("transfer", here.a, here.b if to == "number" else "agent:802")
    assert here.rings(here.b) and here.let_go(here.a)
    here.lift(here.b)
    assert here.talk("L1", here.b)
    assert [one.kind for one in here.box.facts(f.TransferMade)] == ["blind"]


def test_an_unanswered_blind_transfer_comes_back(here: House) -> None:
    here.caller_talks()
    here.order("transfer", here.a, here.c)
    here.put_down(here.a)
    here.box.wait(31)
    assert here.rings(here.a)


@pytest.mark.parametrize(
    ("to", "phase"),
    [("queue:service", Phase.QUEUED), ("voicemail:box", Phase.MAILBOX), ("701", Phase.QUEUED)],
)
def test_blind_transfer_to_places(here: House, to: str, phase: Phase) -> None:
    here.caller_talks()
    here.order("hold", here.a)
    assert not here.order("transfer", here.a, to)
    leg = here.leg("L1")
    assert leg is not None and leg.phase == phase and here.let_go(here.a)


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("agent:803", "not-signed-in"),
        ("agent:x", "no-such-agent"),
        ("voicemail:x", "no-such-number"),
        ("outside:13800138000", "no-such-number"),
        ("777", "no-such-number"),
        ("*43", "no-such-number"),
        ("913800138000", "not-allowed"),
        ("90014155550123", "not-allowed"),
        ("", "no-such-number"),
    ],
)
def test_where_nobody_is_sent(here: House, to: str, reason: str) -> None:
    here.caller_talks()
    assert here.order("transfer", here.a, to) == reason
    assert here.talk("L1", here.a)


def test_nobody_is_sent_to_himself_or_to_a_telephone_in_use(here: House) -> None:
    here.caller_talks()
    assert here.order("transfer", here.a, here.a) == "not-possible"
    here.lift(here.c)
    assert here.order("transfer", here.a, here.c) == "busy"
    assert here.talk("L1", here.a)


@pytest.mark.parametrize("do", ["transfer", "consult"])
def test_a_colleague_is_sent_outside_only_as_far_as_ones_class_goes(do: str) -> None:
    here = House("fxs")
    here.lift(here.a)
    here.box.key(here.a, here.b)
    here.box.wait(6)
    here.lift(here.b)
    assert here.order(do, here.a, "90014155550123") == "not-allowed", "abroad"
    assert here.talk(here.a, here.b) and not here.box.sent(c.Seize)
    assert not here.order(do, here.a, "913800138000")
    assert here.box.sent(c.Seize)


def test_a_queue_that_is_full_takes_nobody_by_transfer() -> None:
    here = House("fxs", max_waiting=0)
    here.lift(here.b)
    here.box.key(here.b, here.a)
    here.box.wait(6)
    here.lift(here.a)
    assert here.order("transfer", here.a, "queue:sales") == "queue-full"
    assert here.talk(here.a, here.b)


def test_a_caller_is_parked(here: House) -> None:
    here.caller_talks()
    assert not here.order("park", here.a)
    parked = here.box.facts(f.CallParked)
    assert [one.by for one in parked] == [here.a] and here.let_go(here.a)
    here.box.to_queue("L2")
    here.lift(here.b)
    assert here.order("park", here.b, parked[0].slot) == "slot-taken"
    assert here.order("park", here.b, "1") == "no-such-number"
    assert not here.order("park", here.b)
    assert len({one.slot for one in here.box.facts(f.CallParked)}) == 2


def test_what_is_offered_is_declined_and_goes_to_another(here: House) -> None:
    here.box.to_queue("L1")
    assert here.rings(here.a)
    assert here.order("answer", here.a) == "not-possible"
    assert not here.order("decline", here.a)
    assert here.rings(here.b) and here.leg(here.a) is None
    assert [one.why for one in here.box.facts(f.AgentMissed)] == ["declined"]
    assert here.box.agent("801")[0] is AgentState.READY
    assert here.order("decline", here.a) == "no-call"


def test_a_direct_call_is_declined_by_hanging_up(here: House) -> None:
    here.lift("804")
    here.box.key("804", here.a)
    if here.kind == "sip" or not here.rings(here.a):
        here.box.wait(6)
    assert here.rings(here.a)
    assert not here.order("hang-up", here.a)
    assert here.leg(here.a) is None
    assert here.order("decline", "804") == "no-call", "it hears busy tone"


def test_hanging_up_ends_the_call_and_wrap_up_begins(here: House) -> None:
    here.caller_talks()
    assert not here.order("hang-up", here.a)
    here.put_down(here.a)
    assert not here.box.engine.state.calls
    assert here.box.agent("801")[0] is AgentState.WRAP_UP


def test_a_telephone_rings_to_call(here: House) -> None:
    assert not here.order("call", here.c, here.b, auto=True)
    ring = here.box.ringing[port(here.c)]
    assert ring.cadence == ("intercom" if here.kind == "sip" else "recall"), "a handset is lifted by hand"
    here.lift(here.c)
    assert here.rings(here.b)


def test_a_telephone_that_hears_dial_tone_calls_at_once(here: House) -> None:
    here.lift(here.c)
    assert here.order("dial", here.c, here.b) == "telephone-busy", "programs expect a ring"
    assert not here.order("call", here.c, here.b)
    assert here.rings(here.b)


def test_nobody_is_rung_for_a_call_his_class_forbids(here: House) -> None:
    if here.kind == "fxs":
        assert here.order("call", here.c, "913800138000") == "not-allowed"
        assert here.leg(here.c) is None
    assert here.order("call", "999", here.b) == "no-such-extension"
    assert here.order("call", "", here.b, agent="803") == "not-signed-in"


def test_two_calls_are_needed_for_what_is_done_with_two(here: House) -> None:
    here.caller_talks()
    for do in ("swap", "complete", "conference"):
        assert here.order(do, here.a) == "no-second-call"
    assert here.order("drop-last", here.a) == "not-possible"
    here.order("consult", here.a, here.c)
    for do, to in (("hold", ""), ("consult", here.b), ("transfer", here.b), ("park", "")):
        assert here.order(do, here.a, to) == "second-call"


def test_a_leg_or_a_call_names_which_of_two_is_meant(here: House) -> None:
    here.consulting()
    state = here.box.engine.state
    now = state.port(port(here.a))
    caller = here.box.call("L1").id
    assert here.order("resume", leg=now.leg) == "not-held"
    assert here.order("hold", call=caller) == "no-such-extension"
    assert here.order("hold", here.b, leg=now.leg) == "no-call"
    assert here.order("hang-up", here.a, leg=999) == "no-such-call"
    assert not here.order("resume", here.a, call=caller)
    assert here.talk("L1", here.a) and here.on_hold(here.c)


def test_an_order_counts_once(here: House) -> None:
    here.caller_talks()
    held = i.CallOrder("once", "web", "hold", here.a)
    assert here.give(held) == ""
    facts = len(here.box.records)
    again = here.box.give(held)
    assert again is not None and not again.facts and not again.commands
    assert len(here.box.records) == facts + 1


def test_a_knocking_call_is_answered_at_an_analog_telephone_alone() -> None:
    config = house("fxs")
    config = structs.replace(config, switchboard=structs.replace(config.switchboard, call_waiting=True))
    here = House("fxs", config)
    here.lift(here.a)
    here.box.key(here.a, here.b)
    here.lift(here.b)
    here.lift(here.c)
    here.box.key(here.c, here.a)
    assert not here.order("answer", here.a)
    assert here.talk(here.a, here.c) and here.on_hold(here.b)


def test_calls_for_help_are_not_ordered_about(here: House) -> None:
    here.lift(here.c)
    if here.kind == "sip":
        for digit in "110":
            here.box.event(e.DigitReceived(port=port(here.c), at_us=here.box.now_us, digit=digit))
        here.box.event(e.SendingComplete(port=port(here.c), at_us=here.box.now_us))
    else:
        here.box.key(here.c, "110")
    call = next(iter(here.box.engine.state.calls.values()))
    assert call.emergency
    for do in ("hold", "hang-up", "park"):
        assert here.order(do, here.c) == "emergency-call"
    assert here.order("hang-up", call=call.id) == "emergency-call"


# -- planted faults: the tests above find them ------------------------------------------------------


def test_a_transfer_that_asked_no_class_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.dialling.classes.judge", lambda *_: Verdict())
    with pytest.raises(AssertionError):
        test_a_colleague_is_sent_outside_only_as_far_as_ones_class_goes("transfer")


def test_a_call_for_help_that_could_be_ended_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.ordered.talks.own.leg_of", own._at)
    with pytest.raises(AssertionError):
        test_calls_for_help_are_not_ordered_about(House("fxs"))


def test_an_order_that_counted_twice_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.orders.is_new", lambda *_: True)
    with pytest.raises(AssertionError):
        test_an_order_counts_once(House("fxs"))
