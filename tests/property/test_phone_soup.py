"""Anything in any order at a SIP telephone of the world: box and telephone agree on its calls, each ends once."""

from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from drivers import signalling as legs
from drivers.ports import LineEvent
from hwsim.legs import phone_inputs as hand
from hwsim.legs.phone_calls import Phone
from hwsim.legs.phone_machine import PhoneMachine

HAND = st.sampled_from(
    [
        hand.Lifted(),
        hand.HungUp(),
        hand.Flashed(),
        hand.Keyed("1"),
        hand.Keyed("2"),
        hand.Keyed("3"),
        hand.Keyed("#"),
        hand.TransferKeyed(""),
        hand.TransferKeyed("801"),
        hand.Declined(),
        hand.TimePassed(),
    ]
)
KNOWN = st.integers(-1, 5)
"""Which of the calls so far; -1: none of them."""
BOX = st.tuples(
    st.sampled_from([legs.AlertCall, legs.AnswerCall, legs.ClearCall, legs.TellTransfer, legs.PlaceCall]),
    KNOWN,
)
NEWEST = -2
ANSWERED = [(legs.PlaceCall, 0), hand.Lifted()]
CALLED = [hand.Keyed("1"), hand.TimePassed(), (legs.AnswerCall, NEWEST)]
MEANT: list[list[Any]] = [
    ANSWERED,
    [hand.Lifted(), *CALLED],
    [hand.Flashed(), *CALLED],
    [*ANSWERED, hand.Flashed(), *CALLED, hand.Flashed()],
]
"""What people do on purpose; without it, soup hardly ever has two calls."""
SOUP = st.lists(
    st.one_of(st.one_of(HAND, HAND, BOX, st.booleans()).map(lambda one: [one]), st.sampled_from(MEANT)),
    max_size=40,
).map(lambda parts: [one for part in parts for one in part])


class Box:
    """What a box knows of the telephone's calls, by messages alone."""

    def __init__(self) -> None:
        self.machine = PhoneMachine(0, count(1).__next__)
        self.known: list[int] = []
        self.gone: set[int] = set()
        self.held: set[int] = set()
        self.placed = 0

    def step(self, given: Any, now_us: int) -> None:
        if isinstance(given, bool):
            out = self.machine.plug(given, now_us)
        else:
            out = self.machine.handle(self.message(given) if isinstance(given, tuple) else given, now_us)
        for one in out:
            if isinstance(one, LineEvent):
                self.take(one)

    def message(self, given: tuple[Any, int]) -> Any:
        kind, which = given
        if kind is legs.PlaceCall:
            self.placed -= 1
            self.known.append(self.placed)
            return legs.PlaceCall(self.placed)
        known = [99, *self.known]
        call = known[-1] if which == NEWEST else known[(which + 1) % len(known)]
        return legs.TellTransfer(call, which % 2) if kind is legs.TellTransfer else kind(call)

    def take(self, event: LineEvent) -> None:
        if isinstance(event, legs.CallOffered):
            assert event.call not in self.known
            self.known.append(event.call)
        if not isinstance(event, legs.CallEvent):
            return
        assert event.call in self.known
        assert event.call not in self.gone, "nothing follows the end of a call"
        if isinstance(event, legs.CallCleared):
            self.gone.add(event.call)
            self.held.discard(event.call)
        elif isinstance(event, legs.CallHeld):
            assert event.call not in self.held
            self.held.add(event.call)
        elif isinstance(event, legs.CallRetrieved):
            assert event.call in self.held
            self.held.remove(event.call)

    def agree(self) -> None:
        """The telephone has exactly the calls that have not ended, and holds those it said."""
        machine = self.machine
        assert {call.number for call in machine.calls} == set(self.known) - self.gone
        assert {call.number for call in machine.calls if call.held} == self.held
        if not machine.off_hook:
            assert machine.use is None
        assert (machine.state is Phone.RINGING) <= (machine.waiting is not None)
        assert (machine.state is Phone.REMINDING) <= (machine.away is not None)
        assert (machine.state is Phone.TALKING) <= (machine.use is not None)


@given(SOUP)
def test_box_and_telephone_agree_on_the_calls_whatever_happens(soup: list[Any]) -> None:
    box = Box()
    for at, one in enumerate(soup):
        box.step(one, at * 1_000_000)
        box.agree()


@given(SOUP)
def test_whatever_happened_it_can_be_put_down_and_rung(soup: list[Any]) -> None:
    box = Box()
    for at, one in enumerate([*soup, True, hand.HungUp()]):
        box.step(one, at)
    for call in box.machine.calls:
        box.step(hand.HungUp(), 0)
        out = box.machine.handle(legs.ClearCall(call.number), 0)
        for one in out:
            if isinstance(one, LineEvent):
                box.take(one)
    box.machine.handle(hand.HungUp(), 0)
    assert box.machine.calls == []
    box.machine.handle(legs.PlaceCall(-1000), 0)
    assert box.machine.state is Phone.RINGING
