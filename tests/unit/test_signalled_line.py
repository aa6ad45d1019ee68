"""A channel of a trunk, message by message, and any soup of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import signalling as s
from drivers.countries import profile
from drivers.ports import PortKind
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.names import AnswerSign, HangUpSign, Presentation, Tone
from firmware.switch.lines.exchanged import DeadlineReached, Given
from firmware.switch.lines.signalled_line import RINGS_EVERY_US, Channel, SignalledLine
from firmware.switch.plan import PortPlan

CHINA = profile("CN")
PORT = 2
OFFER = s.CallOffered(PORT, 0, 1, "62349000", calling="+8613800138000", name="Li")
DIAL = c.Dial(port=PORT, digits="013800138000,", caller="201")


def line(*steps: Given) -> SignalledLine:
    one = SignalledLine(PortPlan(PORT, PortKind.SIP_TRUNK, CHINA, CHINA.caller_id))
    for step in steps:
        one.handle(step, 0)
    return one


def test_an_offer_is_a_ring_with_its_caller() -> None:
    one = line()
    assert one.handle(OFFER, 5) == [
        e.CallerIdReceived(
            port=PORT, at_us=5, number="+8613800138000", name="Li",
            presentation=Presentation.ALLOWED, form="message",
        ),
        e.LineRang(port=PORT, at_us=5, count=1, called="62349000"),
    ]  # fmt: skip
    assert one.deadline_us == 5 + RINGS_EVERY_US
    assert one.handle(DeadlineReached(), 9) == [e.LineRang(port=PORT, at_us=9, count=2, called="62349000")]


def test_who_withholds_his_number_is_nobody() -> None:
    told = line().handle(s.CallOffered(PORT, 0, 1, "1", "+86138", "Li", is_private=True), 0)[0]
    assert isinstance(told, e.CallerIdReceived)
    assert (told.number, told.name, told.presentation) == ("", "", Presentation.PRIVATE)


def test_it_is_answered_refused_or_given_up() -> None:
    assert line(OFFER).handle(c.Seize(port=PORT), 0) == [s.AnswerCall(1)]
    assert line(OFFER).handle(c.Release(port=PORT, cause=1), 0) == [s.ClearCall(1, 1)]
    assert line(OFFER).handle(s.CallCleared(PORT, 0, 1, 16), 4) == [e.LineRingingEnded(port=PORT, at_us=4)]


def test_it_dials_and_is_answered() -> None:
    one = line(c.Seize(port=PORT))
    assert one.handle(DIAL, 1) == [
        s.PlaceCall(-1, "013800138000", calling="201"),
        e.DialEnded(port=PORT, at_us=1, dialled=True),
    ]
    rings = one.handle(s.CallAlerting(PORT, 0, -1, in_band=False), 2)
    assert rings == [e.ToneHeard(port=PORT, at_us=2, tone=Tone.RINGBACK)]
    assert one.handle(s.CallConnected(PORT, 0, -1), 3) == [
        e.FarEndAnswered(port=PORT, at_us=3, sign=AnswerSign.CONNECT)
    ]
    assert one.handle(s.KeyReceived(PORT, 0, -1, "5"), 4) == [e.DigitReceived(port=PORT, at_us=4, digit="5")]


def test_its_end_is_told_with_the_cause_and_it_is_held_till_it_is_let_go() -> None:
    one = line(c.Seize(port=PORT), DIAL)
    assert one.handle(s.CallCleared(PORT, 0, -1, 17), 2) == [
        e.FarEndReleased(port=PORT, at_us=2, sign=HangUpSign.RELEASE, cause=17)
    ]
    assert one.off_hook
    assert one.handle(c.Release(port=PORT), 3) == []
    assert one.state is Channel.IDLE


def test_the_next_call_has_another_number_and_old_messages_mean_nothing() -> None:
    one = line(c.Seize(port=PORT), DIAL, c.Release(port=PORT), c.Seize(port=PORT), DIAL)
    assert one.handle(s.CallConnected(PORT, 0, -1), 0) == []
    assert one.handle(c.Release(port=PORT, cause=16), 0) == [s.ClearCall(-2, 16)]


def test_a_second_offer_is_refused() -> None:
    assert line(c.Seize(port=PORT)).handle(OFFER, 0) == [s.ClearCall(1, 44)]


def test_a_new_switch_takes_up_what_was_connected() -> None:
    answered = s.CallStands(PORT, 0, -5, connected=True, placed=True, held=False)
    assert [type(one) for one in line().handle(answered, 0)] == [e.FarEndAnswered]
    assert line(answered).state is Channel.UP
    taken = s.CallStands(PORT, 0, 5, connected=True, placed=False, held=False)
    assert line().handle(taken, 0) == [] and line(taken).off_hook
    ringing = s.CallStands(PORT, 0, 5, connected=False, placed=False, held=False)
    assert line().handle(ringing, 0) == [s.ClearCall(5, 41)]


def test_a_new_switch_waits_for_the_answer_to_what_was_placed() -> None:
    one = line(s.CallStands(PORT, 0, -5, connected=False, placed=True, held=False))
    assert one.state is Channel.PLACED
    assert [type(told) for told in one.handle(s.CallConnected(PORT, 0, -5), 0)] == [e.FarEndAnswered]


NUMBERS = st.integers(-3, 3).filter(bool)
SOUP = st.one_of(
    st.builds(lambda call: s.CallOffered(PORT, 0, abs(call), "1"), NUMBERS),
    st.builds(lambda call: s.CallConnected(PORT, 0, call), NUMBERS),
    st.builds(lambda call, there: s.CallAlerting(PORT, 0, call, there), NUMBERS, st.booleans()),
    st.builds(lambda call, cause: s.CallCleared(PORT, 0, call, cause), NUMBERS, st.integers(1, 127)),
    st.sampled_from([c.Seize(port=PORT), c.Release(port=PORT), DIAL, DeadlineReached()]),
)


@settings(max_examples=300)
@given(st.lists(SOUP, max_size=40))
def test_any_soup_leaves_no_call_behind(soup: list[Given]) -> None:
    """Whatever came, after `Release` every call that stood was cleared, by us or by the far end."""
    one, standing = line(), set[int]()
    for step in (*soup, c.Release(port=PORT)):
        if isinstance(step, s.CallOffered):
            standing.add(step.call)
        elif isinstance(step, s.CallCleared):
            standing.discard(step.call)
        for out in one.handle(step, 0):
            if isinstance(out, s.PlaceCall):
                standing.add(out.call)
            elif isinstance(out, s.ClearCall):
                standing.discard(out.call)
    assert one.state is Channel.IDLE
    assert not standing
