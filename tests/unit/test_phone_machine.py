"""A SIP telephone of the world by its machine: what a hand does, what the box does, and what becomes of its calls."""

from itertools import count
from typing import Any

import pytest

from drivers import signalling as legs
from drivers.ports import PortFailed, PortRecovered
from firmware.protocol.names import Tone
from hwsim.legs import phone_inputs as hand
from hwsim.legs.phone_calls import Out, Phone, Sound
from hwsim.legs.phone_hand import CHOOSE_US, HAND, SEND_US
from hwsim.legs.phone_machine import BOX, PhoneMachine
from hwsim.world.percepts import Displayed, HeardBell, LampChanged, Rang, RingingStopped

PORT = 3


class Bench:
    """Time goes on a second with each thing done."""

    def __init__(self) -> None:
        self.machine = PhoneMachine(PORT, count(1).__next__)
        self.now_us = 0

    def do(self, *given: Any) -> list[Out]:
        """What came of the last."""
        out: list[Out] = []
        for one in given:
            self.now_us += 1_000_000
            out = self.machine.handle(one, self.now_us)
        return out

    def key(self, digits: str) -> list[Out]:
        return self.do(*(hand.Keyed(digit) for digit in digits))

    def dial(self, digits: str) -> list[Out]:
        self.key(digits)
        return self.do(hand.TimePassed())

    def ring(self, call: int = -1, **how: Any) -> list[Out]:
        return self.do(legs.PlaceCall(call, **how))

    def talk(self) -> None:
        """Somebody was answered."""
        self.ring()
        self.do(hand.Lifted())

    def consult(self, answered: bool = True) -> None:
        """A second call while the first is on hold."""
        self.talk()
        self.do(hand.Flashed())
        self.dial("812")
        if answered:
            self.do(legs.AnswerCall(1))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def kinds(outs: list[Out]) -> list[type]:
    return [type(one) for one in outs if not isinstance(one, Sound)]


def sounds(outs: list[Out]) -> list[Tone | None]:
    return [one.tone for one in outs if isinstance(one, Sound)]


def test_lifting_is_dial_tone_and_nothing_the_box_knows(bench: Bench) -> None:
    assert bench.do(hand.Lifted()) == [Sound(Tone.DIAL)]


def test_a_number_goes_out_after_its_last_key(bench: Bench) -> None:
    bench.do(hand.Lifted())
    assert sounds(bench.key("801")) == [None]
    assert bench.machine.deadline_us == bench.now_us + SEND_US
    (offered,) = bench.do(hand.TimePassed())
    assert offered == legs.CallOffered(PORT, bench.now_us, 1, "801")


@pytest.mark.parametrize(
    ("keyed", "called"),
    [("966661234#", "966661234"), ("*41801#", "*41801#"), ("#", "#"), ("*50", "*50"), ("1#2#", "1#2#")],
)
def test_the_last_hash_sends_a_number_and_belongs_to_a_service_code(
    bench: Bench, keyed: str, called: str
) -> None:
    bench.do(hand.Lifted())
    (offered,) = bench.dial(keyed)
    assert isinstance(offered, legs.CallOffered)
    assert offered.called == called


def test_ringback_is_the_telephones_own_unless_the_box_sends_it(bench: Bench) -> None:
    bench.do(hand.Lifted())
    bench.dial("801")
    assert bench.do(legs.AlertCall(1, in_band=False)) == [Sound(Tone.RINGBACK)]
    assert not bench.machine.hears
    assert bench.do(legs.AlertCall(1)) == [Sound(None)]
    assert bench.machine.hears
    assert not bench.machine.speaks


@pytest.mark.parametrize(("cause", "tone"), [(17, Tone.BUSY), (16, Tone.BUSY), (34, Tone.CONGESTION)])
def test_a_call_that_ends_is_a_tone_till_the_handset_is_down(bench: Bench, cause: int, tone: Tone) -> None:
    bench.do(hand.Lifted())
    bench.dial("801")
    assert bench.do(legs.ClearCall(1, cause)) == [
        legs.CallCleared(PORT, bench.now_us, 1, cause),
        Sound(tone),
    ]
    assert bench.machine.off_hook
    assert bench.do(hand.HungUp()) == [Sound(None)]
    assert bench.machine.state is Phone.ON_HOOK


def test_it_rings_shows_who_calls_and_is_lifted(bench: Bench) -> None:
    rang = bench.ring(calling="801", name="Wang", alert="internal")
    assert rang[1:] == [Rang(), HeardBell("internal"), Displayed("801", "Wang")]
    assert bench.do(hand.Lifted()) == [legs.CallConnected(PORT, bench.now_us, -1), Sound(None)]
    assert bench.machine.hears
    assert bench.machine.speaks


def test_a_caller_without_number_is_shown_as_such(bench: Bench) -> None:
    assert Displayed("unavailable", "") in bench.ring()


def test_it_stops_ringing_when_the_box_gives_up(bench: Bench) -> None:
    bench.ring()
    assert kinds(bench.do(legs.ClearCall(-1))) == [legs.CallCleared, RingingStopped]
    assert bench.machine.state is Phone.ON_HOOK


def test_a_ringing_call_can_be_declined(bench: Bench) -> None:
    bench.ring()
    cleared, stopped = bench.do(hand.Declined())
    assert cleared == legs.CallCleared(PORT, bench.now_us, -1, 21)
    assert stopped == RingingStopped()


def test_an_intercom_call_is_answered_by_itself_and_over_by_itself(bench: Bench) -> None:
    assert legs.CallConnected in kinds(bench.ring(alert="intercom"))
    assert kinds(bench.do(legs.ClearCall(-1))) == [legs.CallCleared, RingingStopped]
    assert not bench.machine.off_hook
    bench.ring(-2, alert="intercom")
    bench.do(hand.Lifted())
    assert sounds(bench.do(legs.ClearCall(-2))) == [Tone.BUSY]


def test_flash_holds_and_flash_retrieves(bench: Bench) -> None:
    bench.talk()
    assert bench.do(hand.Flashed()) == [legs.CallHeld(PORT, bench.now_us, -1), Sound(Tone.DIAL)]
    assert not bench.machine.hears
    assert bench.do(hand.Flashed()) == [legs.CallRetrieved(PORT, bench.now_us, -1), Sound(None)]


def test_hanging_up_on_a_held_call_reminds_of_it(bench: Bench) -> None:
    bench.talk()
    bench.do(hand.Flashed())
    assert kinds(bench.do(hand.HungUp())) == [Rang, HeardBell]
    assert kinds(bench.do(hand.Lifted())) == [legs.CallRetrieved]
    bench.do(hand.Flashed(), hand.HungUp())
    assert kinds(bench.do(legs.ClearCall(-1))) == [legs.CallCleared, RingingStopped]


def test_hanging_up_with_two_calls_joins_them(bench: Bench) -> None:
    bench.consult()
    out = bench.do(hand.HungUp())
    assert out[1:] == [legs.TransferRequested(PORT, bench.now_us, -1, "", 1)]
    assert kinds(bench.do(legs.TellTransfer(-1, 0))) == [legs.CallCleared, legs.CallCleared]
    assert bench.machine.calls == []


def test_hanging_up_before_the_second_answers_tells_its_number(bench: Bench) -> None:
    bench.consult(answered=False)
    out = bench.do(hand.HungUp())
    assert out[1:] == [
        legs.CallCleared(PORT, bench.now_us, 1, 16),
        legs.TransferRequested(PORT, bench.now_us, -1, "812"),
    ]


def test_a_transfer_that_fails_rings_back(bench: Bench) -> None:
    bench.consult()
    bench.do(hand.HungUp())
    assert kinds(bench.do(legs.TellTransfer(-1, 17))) == [legs.CallCleared, Rang, HeardBell]
    assert kinds(bench.do(hand.Lifted())) == [legs.CallRetrieved]


def test_a_transfer_under_way_changes_nothing(bench: Bench) -> None:
    bench.consult()
    bench.do(hand.HungUp())
    assert bench.do(legs.TellTransfer(-1, 0, is_final=False)) == []
    assert len(bench.machine.calls) == 2


def test_the_transfer_key_names_a_number(bench: Bench) -> None:
    bench.talk()
    held, request, over = bench.do(hand.TransferKeyed("801"))
    assert held == legs.CallHeld(PORT, bench.now_us, -1)
    assert request == legs.TransferRequested(PORT, bench.now_us, -1, "801")
    assert over == Sound(Tone.BUSY)
    bench.do(legs.TellTransfer(-1, 17))
    assert kinds(bench.do(hand.Flashed())) == [legs.CallRetrieved]


def test_the_transfer_key_joins_two_calls(bench: Bench) -> None:
    bench.consult()
    assert legs.TransferRequested in kinds(bench.do(hand.TransferKeyed("")))
    assert bench.do(hand.TransferKeyed("")) == []


def test_flash_and_a_key_swap_let_go_and_confer(bench: Bench) -> None:
    bench.consult()
    assert bench.do(hand.Flashed()) == []
    assert kinds(bench.key("2")) == [legs.CallHeld, legs.CallRetrieved]
    assert bench.machine.use is not None
    assert bench.machine.use.number == -1
    bench.do(hand.Flashed())
    assert kinds(bench.key("3")) == [legs.CallRetrieved]
    assert [call.held for call in bench.machine.calls] == [False, False]
    bench.do(hand.Flashed())
    assert kinds(bench.key("1")) == [legs.CallCleared]


def test_flash_without_a_key_changes_nothing(bench: Bench) -> None:
    bench.consult()
    bench.do(hand.Flashed())
    assert bench.machine.deadline_us == bench.now_us + CHOOSE_US
    assert bench.do(hand.TimePassed()) == []
    assert kinds(bench.key("5")) == [legs.KeyReceived]


def test_both_calls_of_a_conference_end_with_the_handset(bench: Bench) -> None:
    bench.consult()
    bench.do(hand.Flashed())
    bench.key("3")
    assert kinds(bench.do(hand.HungUp())) == [legs.CallCleared, legs.CallCleared]


def test_who_is_left_of_a_conference_is_heard_on(bench: Bench) -> None:
    bench.consult()
    bench.do(hand.Flashed())
    bench.key("3")
    assert kinds(bench.do(legs.ClearCall(1))) == [legs.CallCleared]
    assert bench.machine.hears


def test_flash_leaves_a_second_call_that_nobody_answers(bench: Bench) -> None:
    bench.consult(answered=False)
    assert kinds(bench.do(hand.Flashed())) == [legs.CallCleared, legs.CallRetrieved]
    bench.do(hand.Flashed())
    bench.dial("813")
    bench.do(legs.ClearCall(2, 17))
    assert kinds(bench.do(hand.Flashed())) == [legs.CallRetrieved]


def test_a_second_caller_knocks_and_is_taken_by_flash(bench: Bench) -> None:
    bench.talk()
    assert bench.ring(-2) == [
        legs.CallAlerting(PORT, bench.now_us, -2, False),
        Sound(Tone.CALL_WAITING),
    ]
    assert kinds(bench.do(hand.Flashed())) == [legs.CallHeld, legs.CallConnected]


def test_who_knocks_rings_once_the_handset_is_down(bench: Bench) -> None:
    bench.talk()
    bench.ring(-2)
    assert kinds(bench.do(hand.HungUp())) == [legs.CallCleared, Rang]


def test_a_third_call_finds_it_busy(bench: Bench) -> None:
    bench.talk()
    bench.ring(-2)
    assert bench.ring(-3) == [legs.CallCleared(PORT, bench.now_us, -3, 17)]


@pytest.mark.parametrize("busy", ["dialling", "calling", "consulting", "over"])
def test_only_a_conversation_can_be_knocked_at(bench: Bench, busy: str) -> None:
    if busy == "consulting":
        bench.consult()
    else:
        bench.do(hand.Lifted())
    if busy in ("calling", "over"):
        bench.dial("801")
    if busy == "over":
        bench.do(legs.ClearCall(1))
    assert bench.ring(-9) == [legs.CallCleared(PORT, bench.now_us, -9, 17)]


def test_its_lamp_is_told_by_message_at_any_time(bench: Bench) -> None:
    bench.talk()
    assert bench.do(legs.ShowMessageCount(2)) == [LampChanged(True)]
    assert bench.do(legs.ShowMessageCount(0)) == [LampChanged(False)]
    bench.do(legs.ShowUse("talking"))
    assert bench.machine.used_as == "talking"


def test_its_plug_takes_calls_and_registration_away(bench: Bench) -> None:
    bench.consult()
    out = bench.machine.plug(False, bench.now_us)
    assert kinds(out) == [legs.CallCleared, legs.CallCleared, PortFailed]
    assert bench.machine.plug(False, bench.now_us) == []
    assert bench.ring(-7) == [legs.CallCleared(PORT, bench.now_us, -7, 27)]
    assert bench.machine.plug(True, bench.now_us) == [PortRecovered(PORT, bench.now_us)]


def test_a_telephone_without_network_cannot_call(bench: Bench) -> None:
    bench.machine.plug(False, 0)
    bench.do(hand.Lifted())
    assert bench.dial("801") == [Sound(Tone.CONGESTION)]


def test_calls_of_others_are_counted_and_change_nothing(bench: Bench) -> None:
    bench.talk()
    for stray in (legs.AnswerCall(9), legs.AlertCall(9), legs.ClearCall(9), legs.TellTransfer(9, 0)):
        assert bench.do(stray) == []
    assert bench.machine.unexpected == 3
    assert bench.machine.state is Phone.TALKING


def test_every_state_has_a_way_out_by_the_hand_or_in_time() -> None:
    ways = {state for state, kind in HAND if kind in (hand.Lifted, hand.HungUp)}
    assert ways == set(Phone)
    assert {kind for kind in BOX} >= {legs.PlaceCall, legs.ClearCall}
