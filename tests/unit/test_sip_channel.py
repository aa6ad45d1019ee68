from __future__ import annotations

from itertools import count
from random import Random

import pytest

from drivers.signalling import (
    AlertCall,
    AnswerCall,
    CallAlerting,
    CallCleared,
    CallConnected,
    CallHeld,
    CallOffered,
    CallProgressed,
    CallRetrieved,
    ClearCall,
    PlaceCall,
    SignallingCommand,
)
from drivers.sip import events as sip
from drivers.sip.message import Message
from firmware.config.schema import Trunk
from firmware.sip import orders as o
from firmware.sip.call import STEPS, Deed, Input, State
from firmware.sip.carrier import TrunkCarrier
from firmware.sip.channel import PATIENCE_US, Channel
from firmware.sip.numbers import Plan
from firmware.sip.plan import TrunkPlan

PORT, IN, OUT, DIALOG_IN = 6, 1, -1, 900
HOSTS = ("192.0.2.1", "192.0.2.2:5080", "192.0.2.3")


class Bench:
    def __init__(self, hosts: tuple[str, ...] = HOSTS, **how: object) -> None:
        trunk = Trunk(name="carrier", card="ip", hosts=hosts, number="02155550000", **how)  # type: ignore[arg-type]
        plan = TrunkPlan((PORT,), trunk, numbers=Plan("86", "0", "00", "21"))
        self.carrier = TrunkCarrier(plan, Random(1))
        dialogs = count(1)
        self.channel = Channel(PORT, lambda: next(dialogs), self.carrier)

    def tell(self, command: SignallingCommand) -> list[o.Out]:
        return self.channel.command(command, 0)

    def hear(self, *events: sip.AnyCallEvent) -> list[o.Out]:
        return [one for event in events for one in self.channel.heard(event, 0)]

    def offer(self, *headers: tuple[str, str], uri: str = "sip:02155550000@box") -> list[o.Out]:
        message = Message(f"INVITE {uri} SIP/2.0", (("from", "<sip:010123456@c>"), *headers))
        return self.channel.offered(sip.CallOffered(DIALOG_IN, message, "192.0.2.1:5060"), IN, 0)

    def place(self, called: str = "010123456", **how: object) -> o.Invite:
        (invite,) = self.tell(PlaceCall(OUT, called, **how))  # type: ignore[arg-type]
        assert isinstance(invite, o.Invite)
        return invite


def media(dialog: int, *, held: bool = False) -> sip.MediaChanged:
    return sip.MediaChanged(dialog, "PCMA/8000/1", receives=True, sends=True, held_by_far_end=held)


def ended(dialog: int, status: int, cause: int = 16) -> sip.CallEnded:
    return sip.CallEnded(dialog, status, cause, "")


def brought_to(state: State) -> tuple[Bench, int, int]:
    bench = Bench()
    if state in (State.OFFERED, State.ALERTED, State.ANSWERED):
        bench.offer()
        if state is State.ALERTED:
            bench.tell(AlertCall(IN))
        if state is State.ANSWERED:
            bench.tell(AnswerCall(IN))
        return bench, IN, DIALOG_IN
    bench.place()
    if state is State.RUNG:
        bench.hear(sip.CallAlerting(1, 180))
    if state in (State.UP, State.HELD):
        bench.hear(media(1), sip.CallAnswered(1))
    if state is State.HELD:
        bench.hear(media(1, held=True))
    return bench, OUT, 1


def give(bench: Bench, call: int, dialog: int, given: Input) -> list[o.Out]:
    inputs = {
        Input.ALERT: lambda: bench.tell(AlertCall(call)),
        Input.ANSWER: lambda: bench.tell(AnswerCall(call)),
        Input.CLEAR: lambda: bench.tell(ClearCall(call, 17)),
        Input.RING: lambda: bench.hear(sip.CallAlerting(dialog, 180)),
        Input.PROGRESS: lambda: bench.hear(sip.CallAlerting(dialog, 183, has_media=True)),
        Input.CONFIRM: lambda: bench.hear(sip.CallAnswered(dialog)),
        Input.HOLD: lambda: bench.hear(media(dialog, held=True)),
        Input.RETRIEVE: lambda: bench.hear(media(dialog)),
        Input.END: lambda: bench.hear(ended(dialog, 486, 17)),
    }
    return inputs[given]()


TOLD = {
    Deed.ALERT: o.Reply,
    Deed.ANSWER: o.Reply,
    Deed.HANG_UP: CallCleared,
    Deed.TELL_ALERTING: CallAlerting,
    Deed.TELL_PROGRESS: CallProgressed,
    Deed.TELL_CONNECTED: CallConnected,
    Deed.TELL_HELD: CallHeld,
    Deed.TELL_RETRIEVED: CallRetrieved,
    Deed.TELL_CLEARED: CallCleared,
}


@pytest.mark.parametrize(("state", "given"), list(STEPS), ids=lambda one: one.name)
def test_every_row_of_the_table(state: State, given: Input) -> None:
    bench, call, dialog = brought_to(state)
    assert bench.channel.calls[call].state is state
    then, deed = STEPS[state, given]
    said = give(bench, call, dialog, given)
    left = bench.channel.calls.get(call)
    assert (left.state if left else State.GONE) is then
    assert bench.channel.is_free is (then is State.GONE)
    if deed in TOLD:
        assert any(isinstance(one, TOLD[deed]) for one in said), said
    assert bench.channel.misfits == 0


def test_a_call_from_outside_says_who_and_whom() -> None:
    said = Bench().offer(
        ("p-asserted-identity", '"Li" <sip:+8613800000000@c>'), ("diversion", "<sip:02155550009@c>")
    )
    assert said == [
        CallOffered(
            PORT, 0, IN, "02155550000", calling="+8613800000000", name="Li", diverted_from="02155550009"
        )
    ]


def test_who_is_withheld_is_not_told() -> None:
    (offered,) = Bench().offer(("privacy", "id"), ("p-asserted-identity", "<sip:1@c>"))
    assert isinstance(offered, CallOffered)
    assert (offered.calling, offered.name, offered.is_private) == ("", "", True)


def test_a_call_to_our_account_is_one_to_our_number() -> None:
    (offered,) = Bench(user="acc7").offer(uri="sip:acc7@192.0.2.9")
    assert isinstance(offered, CallOffered)
    assert offered.called == "02155550000"


def test_early_media_is_heard_and_told_once() -> None:
    bench, _, _ = brought_to(State.PLACED)
    assert bench.hear(sip.CallAlerting(1, 183, has_media=True), media(1)) == [
        CallProgressed(PORT, 0, OUT),
        o.Join(1, PORT),
    ]
    assert bench.hear(sip.CallAlerting(1, 183, has_media=True)) == []
    assert bench.hear(sip.CallAlerting(1, 180)) == [CallAlerting(PORT, 0, OUT, in_band=True)]
    assert bench.hear(sip.CallAnswered(1)) == [o.Join(1, PORT), CallConnected(PORT, 0, OUT)]


@pytest.mark.parametrize("media_first", [True, False])
def test_ringing_with_sound_is_told_as_such(media_first: bool) -> None:
    bench, _, _ = brought_to(State.PLACED)
    events: list[sip.AnyCallEvent] = [sip.CallAlerting(1, 180, has_media=True), media(1)]
    said = bench.hear(*(reversed(events) if media_first else events))
    told: list[o.Out] = [CallAlerting(PORT, 0, OUT, in_band=True), o.Join(1, PORT)]
    assert sorted(said, key=repr) == sorted(told, key=repr)


def test_ringing_without_sound_leaves_ringback_to_the_box() -> None:
    bench, _, _ = brought_to(State.PLACED)
    assert bench.hear(sip.CallAlerting(1, 180)) == [CallAlerting(PORT, 0, OUT, in_band=False)]
    assert bench.hear(sip.CallAlerting(1, 182), sip.CallAlerting(1, 183)) == []


def test_hosts_are_tried_in_turn_until_one_takes_the_call() -> None:
    bench = Bench()
    first = bench.place()
    assert (first.target, first.to) == (
        "sip:+8610123456@192.0.2.1:5060;user=phone",
        "sip:+8610123456@192.0.2.1;user=phone",
    )
    (second,) = bench.hear(ended(1, 503, 41))
    assert isinstance(second, o.Invite)
    assert "192.0.2.2:5080" in second.target
    (third,) = bench.hear(ended(2, 408, 102))
    assert isinstance(third, o.Invite)
    assert bench.hear(ended(3, 500, 41)) == [CallCleared(PORT, 0, OUT, 41)]


def test_a_host_that_failed_comes_last_for_the_next_call() -> None:
    bench = Bench()
    bench.place()
    bench.hear(ended(1, 503, 41))
    bench.hear(sip.CallAnswered(2))
    bench.tell(ClearCall(OUT))
    assert "192.0.2.2" in bench.place().target


@pytest.mark.parametrize(("status", "cause"), [(486, 17), (404, 1), (603, 21)])
def test_what_a_carrier_says_of_the_callee_is_final(status: int, cause: int) -> None:
    bench = Bench()
    bench.place()
    assert bench.hear(ended(1, status, cause))[-1] == CallCleared(PORT, 0, OUT, cause)


def test_an_emergency_call_tries_every_host_whatever_they_say() -> None:
    bench = Bench()
    assert bench.place("110", is_emergency=True).target.startswith("sip:110@")
    for dialog in (1, 2):
        (again,) = bench.hear(ended(dialog, 403, 21))
        assert isinstance(again, o.Invite)
    assert bench.hear(ended(3, 403, 21))[-1] == CallCleared(PORT, 0, OUT, 21)


def test_a_call_that_rang_is_not_placed_again() -> None:
    bench, _, _ = brought_to(State.RUNG)
    assert bench.hear(ended(1, 503, 41))[-1] == CallCleared(PORT, 0, OUT, 41)


def test_a_trunk_without_an_address_says_so_at_once() -> None:
    assert Bench(hosts=("sip.carrier.example",)).tell(PlaceCall(OUT, "1")) == [CallCleared(PORT, 0, OUT, 38)]


def test_a_call_out_that_meets_one_coming_in_gives_way() -> None:
    bench, _, _ = brought_to(State.OFFERED)
    assert bench.tell(PlaceCall(OUT, "1")) == [CallCleared(PORT, 0, OUT, 44)]
    assert bench.channel.calls[IN].state is State.OFFERED


def test_no_carrier_sends_its_callers_elsewhere() -> None:
    bench, _, _ = brought_to(State.UP)
    asked = sip.TransferAsked(1, 77, "<sip:0088123@x>", Message("REFER x SIP/2.0", ()))
    assert bench.hear(asked) == [o.TakeRefer(77, 603)]


@pytest.mark.parametrize(
    ("identity", "name"), [("pai", "P-Asserted-Identity"), ("rpid", "Remote-Party-ID"), ("from", "")]
)
def test_the_carrier_is_told_the_trunks_number(identity: str, name: str) -> None:
    invite = Bench(identity=identity).place(calling="201", name="Anna")
    assert invite.caller == '"Anna" <sip:02155550000@192.0.2.1>'
    assert [header for header, _ in invite.headers] == ([name] if name else [])


def test_a_hidden_number_is_the_carriers_alone() -> None:
    invite = Bench().place(calling="201", hide=True)
    assert "anonymous.invalid" in invite.caller
    assert dict(invite.headers)["Privacy"] == "id"
    assert "02155550000" in dict(invite.headers)["P-Asserted-Identity"]


@pytest.mark.parametrize(
    ("networks", "source", "port", "known"),
    [
        ((), "192.0.2.1", 40_000, True),
        ((), "192.0.2.2", 5080, True),
        ((), "192.0.2.2", 5060, False),
        ((), "192.0.2.9", 5060, False),
        (("198.51.100.0/24",), "198.51.100.7", 1, True),
        (("198.51.100.0/24",), "192.0.2.1", 5060, False),
        ((), "nonsense", 0, False),
    ],
)
def test_where_a_carriers_calls_come_from(
    networks: tuple[str, ...], source: str, port: int, known: bool
) -> None:
    assert Bench(networks=networks).carrier.knows(source, port) is known


def test_a_silent_host_is_left_for_the_next_one() -> None:
    bench = Bench()
    bench.place()
    due_us = bench.channel.due_us
    assert due_us is not None
    gone, again = bench.channel.due(due_us)
    assert gone == o.End(1, 102)
    assert isinstance(again, o.Invite)
    assert "192.0.2.2" in again.target
    assert bench.hear(ended(1, 408, 102)) == [], "what is over is over"
    assert bench.hear(sip.CallAnswered(1)) == [o.End(1, 16)], "it answers after all"


def test_a_host_that_tries_is_waited_for() -> None:
    bench = Bench()
    bench.place()
    assert bench.hear(sip.CallAlerting(1, 100)) == []
    assert bench.channel.due_us is None


def test_the_last_host_is_waited_for() -> None:
    bench = Bench(hosts=("192.0.2.1",))
    bench.place()
    assert bench.channel.due_us is None


def test_the_last_host_of_a_call_for_help_is_not() -> None:
    """Another line must be tried long before a carrier that says nothing has timed out (32 s)."""
    bench = Bench(hosts=("192.0.2.1",))
    bench.place("110", is_emergency=True)
    due_us = bench.channel.due_us
    assert due_us == PATIENCE_US
    assert bench.channel.due(due_us) == [o.End(1, 102), CallCleared(PORT, due_us, OUT, 102)]
    assert bench.channel.due_us is None
    assert bench.channel.is_free
    assert bench.hear(sip.CallAnswered(1)) == [o.End(1, 16)], "it answers after all"


def test_a_call_for_help_leaves_silent_hosts_one_after_the_other() -> None:
    bench = Bench(hosts=HOSTS[:2])
    bench.place("110", is_emergency=True)
    gone, again = bench.channel.due(PATIENCE_US)
    assert (gone, type(again)) == (o.End(1, 102), o.Invite)
    assert bench.channel.due_us == 2 * PATIENCE_US
    assert bench.channel.due(2 * PATIENCE_US) == [o.End(2, 102), CallCleared(PORT, 2 * PATIENCE_US, OUT, 102)]


def test_a_host_that_tries_a_call_for_help_is_waited_for() -> None:
    bench = Bench(hosts=("192.0.2.1",))
    bench.place("110", is_emergency=True)
    bench.hear(sip.CallAlerting(1, 100))
    assert bench.channel.due_us is None
