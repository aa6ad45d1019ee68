"""A telephone with messages, message by message, and any soup of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import signalling as s
from drivers.countries import profile
from drivers.ports import PortKind
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.switch.lines.exchanged import Given, Out
from firmware.switch.lines.signalled_telephone import SignalledTelephone, Station
from firmware.switch.plan import PortPlan

CHINA = profile("CN")
PORT = 3


def telephone(*steps: Given) -> SignalledTelephone:
    one = SignalledTelephone(
        PortPlan(PORT, PortKind.SIP, CHINA, CHINA.caller_id, plus="900", urgent=("110", "9110"))
    )
    for step in steps:
        one.handle(step, 0)
    return one


def offered(call: int, called: str = "202") -> s.CallOffered:
    return s.CallOffered(PORT, 0, call, called)


def keys(out: list[Out]) -> str:
    return "".join(one.digit for one in out if isinstance(one, e.DigitReceived))


def kinds(out: list[Out]) -> list[type]:
    return [type(one) for one in out if not isinstance(one, e.DigitReceived)]


ANSWERED = (offered(1), c.Connect(port=PORT))
HELD = (*ANSWERED, s.CallHeld(PORT, 0, 1))


def test_it_dials_en_bloc() -> None:
    out = telephone().handle(offered(1, "9+86 (10)-6*#"), 5)
    assert kinds(out) == [s.AlertCall, e.TelephoneSeized, e.SendingComplete]
    assert keys(out) == "986106*#"
    assert keys(telephone().handle(offered(1, "+8610"), 5)) == "9008610"


def test_it_is_answered_when_the_engine_says_so_and_once() -> None:
    one = telephone(offered(1))
    assert one.handle(c.Connect(port=PORT), 0) == [s.AnswerCall(1)]
    assert one.handle(c.Connect(port=PORT), 0) == []


def test_it_is_rung_and_lifted() -> None:
    one = telephone()
    assert one.handle(c.Ring(port=PORT, number="801", name="Li", call=-4), 0) == [
        s.PlaceCall(-4, calling="801", name="Li", alert="normal")
    ]
    assert one.ringing and not one.off_hook
    assert one.handle(s.CallConnected(PORT, 0, -4), 9) == [e.TelephoneSeized(port=PORT, at_us=9, call=-4)]
    assert one.off_hook


def test_it_declines() -> None:
    one = telephone(c.Ring(port=PORT, call=-4))
    assert one.handle(s.CallCleared(PORT, 0, -4, 21), 9) == [
        e.RingRefused(port=PORT, at_us=9, call=-4, cause=21)
    ]
    assert one.state is Station.IDLE


def test_hold_a_second_call_and_back() -> None:
    one = telephone(*HELD)
    assert kinds(one.handle(offered(2, "203"), 0)) == [s.AlertCall, e.ConsultationBegan, e.SendingComplete]
    one.handle(c.Connect(port=PORT), 0)
    assert one.handle(s.CallHeld(PORT, 0, 2), 1) == [e.HoldAsked(port=PORT, at_us=1, call=2)]
    assert one.handle(s.CallRetrieved(PORT, 0, 1), 2) == [e.RetrieveAsked(port=PORT, at_us=2, call=1)]
    assert one.handle(s.CallCleared(PORT, 0, 2, 16), 3) == [e.ConsultationEnded(port=PORT, at_us=3, call=2)]
    assert one.handle(s.CallCleared(PORT, 0, 1, 16), 4) == [e.TelephoneReleased(port=PORT, at_us=4, cause=16)]


def test_two_calls_that_are_not_held_are_a_conference() -> None:
    one = telephone(*HELD, offered(2), c.Connect(port=PORT))
    assert kinds(one.handle(s.CallRetrieved(PORT, 0, 1), 0)) == [e.ConferenceAsked]


def test_a_third_call_is_refused() -> None:
    one = telephone(*HELD, offered(2), c.Connect(port=PORT))
    assert one.handle(offered(3), 0) == [s.ClearCall(3, 17)]


def test_a_call_that_was_not_put_on_hold_is() -> None:
    out = telephone(*ANSWERED).handle(offered(2), 0)
    assert kinds(out) == [e.HoldAsked, s.AlertCall, e.ConsultationBegan, e.SendingComplete]


def test_transfers() -> None:
    blind = s.TransferRequested(PORT, 0, 1, "203")
    assert telephone(*ANSWERED).handle(blind, 0) == [
        e.TransferAsked(port=PORT, at_us=0, call=1, number="203")
    ]
    two = (*HELD, offered(2), c.Connect(port=PORT))
    attended = s.TransferRequested(PORT, 0, 1, "", 2)
    assert telephone(*two).handle(attended, 0) == [e.TransferAsked(port=PORT, at_us=0, call=1, number="")]
    assert telephone(*two).handle(blind, 0) == [s.TellTransfer(1, 17)]
    assert telephone(*ANSWERED).handle(s.TransferRequested(PORT, 0, 1, "", 9), 0) == [s.TellTransfer(1, 17)]


def test_a_word_of_the_engine_ends_the_call_it_names() -> None:
    one = telephone(*HELD, offered(2), c.Connect(port=PORT))
    assert one.handle(c.Disconnect(port=PORT, call=1, cause=16), 0) == [s.ClearCall(1, 16)]
    assert one.handle(c.Disconnect(port=PORT, call=1, cause=16), 0) == []
    last = one.handle(c.Disconnect(port=PORT, call=2, cause=17), 4)
    assert last == [s.ClearCall(2, 17), e.TelephoneReleased(port=PORT, at_us=4)]


def test_a_call_that_knocks() -> None:
    ring = c.Ring(port=PORT, call=-7, knocks=True)
    one = telephone(*ANSWERED, ring)
    taken = one.handle(s.CallConnected(PORT, 0, -7), 0)
    assert kinds(taken) == [e.HoldAsked, e.KnockAnswered]
    assert kinds(telephone(*ANSWERED, ring).handle(c.StopRing(port=PORT), 0)) == [s.ClearCall]
    assert kinds(telephone(*ANSWERED).handle(c.Ring(port=PORT, call=-7), 0)) == [e.RingRefused]


def for_help(call: int) -> s.CallOffered:
    return s.CallOffered(PORT, 0, call, "110")


def test_a_call_for_help_ends_what_rings() -> None:
    out = telephone(c.Ring(port=PORT, call=-4)).handle(for_help(1), 0)
    assert out[0] == s.ClearCall(-4, 17)
    assert kinds(out[1:]) == [e.RingRefused, s.AlertCall, e.TelephoneSeized, e.SendingComplete]


def test_a_call_for_help_ends_a_call_that_is_not_answered() -> None:
    out = telephone(offered(1)).handle(for_help(2), 0)
    assert out[0] == s.ClearCall(1, 8)
    assert kinds(out[1:]) == [e.TelephoneReleased, s.AlertCall, e.TelephoneSeized, e.SendingComplete]
    beside = telephone(*HELD, offered(2)).handle(for_help(3), 0)
    assert beside[:2] == [s.ClearCall(2, 8), e.ConsultationEnded(port=PORT, at_us=0, call=2)]
    assert e.ConsultationBegan(port=PORT, at_us=0, call=3, urgent=True) in beside


def test_a_call_for_help_beside_two_ends_the_one_on_hold() -> None:
    one = telephone(*HELD, offered(2), c.Connect(port=PORT))
    out = one.handle(for_help(3), 0)
    assert out[:2] == [s.ClearCall(1, 8), e.ConsultationEnded(port=PORT, at_us=0, call=1)]
    assert kinds(out[2:]) == [e.HoldAsked, s.AlertCall, e.ConsultationBegan, e.SendingComplete]
    assert one.state is Station.DIALLED


KNOCKS = c.Ring(port=PORT, call=-7, knocks=True)
RUNG = c.Ring(port=PORT, call=-7)
ONE_OVER = (*ANSWERED, KNOCKS, c.Disconnect(port=PORT, call=1, cause=16))


def test_what_knocked_rings_when_the_first_call_is_over_and_ends_as_any_call() -> None:
    one = telephone(*ONE_OVER)
    assert one.handle(RUNG, 0) == [], "it rings already"
    assert kinds(one.handle(s.CallConnected(PORT, 0, -7), 0)) == [e.TelephoneSeized]
    assert one.handle(s.CallCleared(PORT, 0, -7, 16), 5) == [
        e.TelephoneReleased(port=PORT, at_us=5, cause=16)
    ]


def test_what_knocked_may_be_answered_or_end_before_it_rings() -> None:
    lifted = telephone(*ONE_OVER)
    assert kinds(lifted.handle(s.CallConnected(PORT, 0, -7), 0)) == [e.TelephoneSeized]
    assert lifted.handle(RUNG, 0) == []
    assert kinds(telephone(*ONE_OVER).handle(s.CallCleared(PORT, 0, -7, 21), 0)) == [e.RingRefused]
    assert telephone(*ONE_OVER).handle(c.StopRing(port=PORT), 0) == [s.ClearCall(-7, 16)]


def test_what_knocks_beside_two_calls_is_refused_and_both_stay() -> None:
    one = telephone(*ANSWERED, KNOCKS, offered(2), c.Connect(port=PORT))
    assert kinds(one.handle(s.CallConnected(PORT, 0, -7), 0)) == [s.ClearCall, e.RingRefused]
    for call in (1, 2):
        assert one.handle(c.Disconnect(port=PORT, call=call, cause=16), 0)[0] == s.ClearCall(call, 16)


def test_a_new_switch_takes_up_what_stands() -> None:
    one = telephone(s.CallStands(PORT, 0, 1, connected=True, placed=False, held=True))
    assert one.state.name == "HOLDING"
    one.handle(s.CallStands(PORT, 0, -9, connected=True, placed=True, held=False), 0)
    assert one.state.name == "IN_CALL" and one.calls == (-9, 1)
    assert one.handle(c.Disconnect(port=PORT, call=-9, cause=16), 0) == [s.ClearCall(-9, 16)]


def test_what_was_dialled_under_a_former_switch_may_yet_be_answered() -> None:
    one = telephone(s.CallStands(PORT, 0, 4, connected=False, placed=False, held=False))
    assert one.state is Station.DIALLED and one.calls == (4,)
    assert one.handle(c.Connect(port=PORT), 0) == [s.AnswerCall(4)]


RINGS = s.CallStands(PORT, 0, -4, connected=False, placed=True, held=False)


def test_what_rang_under_a_former_switch_rings_on() -> None:
    assert telephone(RINGS).ringing
    assert kinds(telephone(RINGS).handle(s.CallConnected(PORT, 0, -4), 0)) == [e.TelephoneSeized]
    assert telephone(RINGS).handle(c.Disconnect(port=PORT, call=-4, cause=41), 0) == [s.ClearCall(-4, 16)]
    assert telephone(RINGS).handle(c.Disconnect(port=PORT, call=-5, cause=41), 0) == []


def test_what_knocked_under_a_former_switch_knocks_on() -> None:
    up = s.CallStands(PORT, 0, 1, connected=True, placed=False, held=False)
    for order in ((up, RINGS), (RINGS, up)):
        one = telephone(*order)
        assert one.state is Station.IN_CALL and set(one.calls) == {1, -4}
        assert one.handle(c.Disconnect(port=PORT, call=-4, cause=41), 0) == [s.ClearCall(-4, 16)]
        assert set(one.calls) == {1}
    third = s.CallStands(PORT, 0, -6, connected=False, placed=True, held=False)
    assert telephone(up, RINGS).handle(third, 0) == [s.ClearCall(-6, 41)]


def test_why_it_is_over_is_told() -> None:
    released = telephone(*ANSWERED).handle(s.CallCleared(PORT, 0, 1, 41), 0)
    assert released == [e.TelephoneReleased(port=PORT, at_us=0, cause=41)]


NUMBERS = st.integers(-3, 3).filter(bool)
SOUP = st.one_of(
    st.builds(lambda call: s.CallOffered(PORT, 0, abs(call), "20+1"), NUMBERS),
    st.builds(lambda call: s.CallConnected(PORT, 0, -abs(call)), NUMBERS),
    st.builds(lambda call: s.CallHeld(PORT, 0, call), NUMBERS),
    st.builds(lambda call: s.CallRetrieved(PORT, 0, call), NUMBERS),
    st.builds(lambda call, cause: s.CallCleared(PORT, 0, call, cause), NUMBERS, st.integers(1, 127)),
    st.builds(lambda call, other: s.TransferRequested(PORT, 0, call, "", other), NUMBERS, NUMBERS),
    st.builds(lambda call, knocks: c.Ring(port=PORT, call=-abs(call), knocks=knocks), NUMBERS, st.booleans()),
    st.builds(lambda call: c.Disconnect(port=PORT, call=call, cause=16), NUMBERS),
    st.sampled_from([c.Connect(port=PORT), c.StopRing(port=PORT), c.Release(port=PORT)]),
    st.builds(lambda key: s.KeyReceived(PORT, 0, 1, key), st.text(max_size=2)),
)


@settings(max_examples=300)
@given(st.lists(SOUP, max_size=40))
def test_any_soup_leaves_it_sane(soup: list[Given]) -> None:
    """It is seized and released in turns, and off-hook just between the two."""
    one, up = telephone(), False
    for given_ in soup:
        for out in one.handle(given_, 0):
            if isinstance(out, e.TelephoneSeized):
                assert not up
                up = True
            elif isinstance(out, e.TelephoneReleased):
                assert up
                up = False
        assert one.off_hook is up


def test_what_is_told_as_an_event_is_not_also_reported() -> None:
    assert telephone(offered(4)).calls == ()
    stood = s.CallStands(PORT, 0, 1, connected=True, placed=False, held=True)
    assert telephone(stood, offered(4)).calls == (1,)


def test_a_call_taken_up_while_the_other_still_rings_is_retrieved_when_that_ends() -> None:
    one = telephone(*HELD, offered(2), s.CallRetrieved(PORT, 0, 1))
    assert kinds(one.handle(s.CallCleared(PORT, 0, 2, 16), 0)) == [e.ConsultationEnded, e.RetrieveAsked]
    assert one.state is Station.IN_CALL


def test_a_number_without_end_is_cut() -> None:
    assert len(keys(telephone().handle(offered(1, "1" * 100_000), 0))) == 41
