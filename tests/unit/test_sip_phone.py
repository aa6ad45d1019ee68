from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.signalling import (
    AlertCall,
    AnswerCall,
    CallAlerting,
    CallCleared,
    CallConnected,
    CallDiverted,
    CallHeld,
    CallOffered,
    CallRetrieved,
    ClearCall,
    KeyReceived,
    PlaceCall,
    ShowUse,
    SignallingCommand,
    TellTransfer,
    TransferRequested,
)
from drivers.sip import events as sip
from drivers.sip.message import Message
from firmware.sip import orders as o
from firmware.sip.call import STEPS, Call, Deed, Input, State
from firmware.sip.phone import Contact, Phone, best_cause

PORT, BOX = 4, ("192.0.2.1", 5070)
CONTACTS = {"201": [Contact("sip:201@192.0.2.9:5060", *BOX)]}
IN, OUT = 1, -1
"""Numbers of a call from the telephone and of one to it."""
DIALOG_IN = 900


def invite(
    uri: str = "sip:202@box", *headers: tuple[str, str], replaces: int = 0, dialog: int = DIALOG_IN
) -> sip.CallOffered:
    message = Message(f"INVITE {uri} SIP/2.0", (("from", "<sip:201@box>"), *headers))
    return sip.CallOffered(dialog, message, "192.0.2.9:5060", replaces)


def media(dialog: int, *, held: bool = False, codec: str = "PCMA/8000/1") -> sip.MediaChanged:
    return sip.MediaChanged(dialog, codec, receives=not held, sends=not held, held_by_far_end=held)


def ended(dialog: int, status: int = 200, cause: int = 16, *headers: tuple[str, str]) -> sip.CallEnded:
    return sip.CallEnded(dialog, status, cause, "", Message(f"SIP/2.0 {status} x", headers))


class Bench:
    def __init__(self, contacts: dict[str, list[Contact]] | None = None) -> None:
        known = CONTACTS if contacts is None else contacts
        self.dialogs = count(1)
        self.phone = Phone(PORT, "201", lambda: next(self.dialogs), lambda number: known.get(number, []))
        self.said: list[o.Out] = []

    def hear(self, *events: sip.AnyCallEvent) -> list[o.Out]:
        self.said = [one for event in events for one in self.phone.heard(event, 0)]
        return self.said

    def tell(self, command: SignallingCommand) -> list[o.Out]:
        self.said = self.phone.command(command, 0)
        return self.said

    def offer(self, *, call: int = IN, dialog: int = DIALOG_IN, uri: str = "sip:202@box") -> list[o.Out]:
        self.said = self.phone.offered(invite(uri, dialog=dialog), call, 0)
        return self.said

    def call(self, number: int) -> Call:
        return self.phone.calls[number]


def brought_to(state: State) -> tuple[Bench, int, int]:
    """A telephone with one call in this state; the call's number and dialog."""
    bench = Bench()
    if state in (State.OFFERED, State.ALERTED, State.ANSWERED):
        bench.offer()
        if state is State.ALERTED:
            bench.tell(AlertCall(IN))
        if state is State.ANSWERED:
            bench.tell(AnswerCall(IN))
        return bench, IN, DIALOG_IN
    bench.tell(PlaceCall(OUT, calling="202"))
    if state is State.RUNG:
        bench.hear(sip.CallAlerting(1, 180))
    if state in (State.UP, State.HELD):
        bench.hear(media(1), sip.CallAnswered(1))
    if state is State.HELD:
        bench.hear(media(1, held=True))
    return bench, OUT, 1


def give(bench: Bench, call: int, dialog: int, given: Input) -> list[o.Out]:
    match given:
        case Input.ALERT:
            return bench.tell(AlertCall(call))
        case Input.ANSWER:
            return bench.tell(AnswerCall(call))
        case Input.CLEAR:
            return bench.tell(ClearCall(call, 17))
        case Input.RING:
            return bench.hear(sip.CallAlerting(dialog, 180))
        case Input.CONFIRM:
            return bench.hear(sip.CallAnswered(dialog))
        case Input.HOLD:
            return bench.hear(media(dialog, held=True))
        case Input.RETRIEVE:
            return bench.hear(media(dialog))
        case Input.END:
            return bench.hear(ended(dialog, 486, 17))
    raise AssertionError(given)


TOLD = {
    Deed.ALERT: o.Reply,
    Deed.ANSWER: o.Reply,
    Deed.HANG_UP: CallCleared,
    Deed.TELL_ALERTING: CallAlerting,
    Deed.TELL_CONNECTED: CallConnected,
    Deed.TELL_HELD: CallHeld,
    Deed.TELL_RETRIEVED: CallRetrieved,
    Deed.TELL_CLEARED: CallCleared,
}
ROWS = [row for row in STEPS if row[1] is not Input.PROGRESS]
"""A telephone's early media is nobody's business."""


@pytest.mark.parametrize(("state", "given"), ROWS, ids=lambda one: one.name)
def test_every_row_of_the_table(state: State, given: Input) -> None:
    bench, call, dialog = brought_to(state)
    assert bench.call(call).state is state
    then, deed = STEPS[state, given]
    said = give(bench, call, dialog, given)
    assert (bench.call(call).state if call in bench.phone.calls else State.GONE) is then
    if deed in TOLD:
        assert any(isinstance(one, TOLD[deed]) for one in said), said
    assert bench.phone.misfits == 0


@pytest.mark.parametrize("state", [one for one in State if one is not State.GONE], ids=lambda one: one.name)
@pytest.mark.parametrize(
    "given", [Input.ALERT, Input.ANSWER, Input.RING, Input.CONFIRM], ids=lambda one: one.name
)
def test_what_is_no_row_changes_nothing_and_is_counted(state: State, given: Input) -> None:
    if (state, given) in STEPS:
        return
    bench, call, dialog = brought_to(state)
    give(bench, call, dialog, given)
    assert bench.call(call).state is state
    assert bench.phone.misfits == 1


def test_every_state_can_be_left_by_either_side() -> None:
    for state in State:
        if state is not State.GONE:
            assert STEPS[state, Input.CLEAR][0] is STEPS[state, Input.END][0] is State.GONE


def test_its_user_calls() -> None:
    bench = Bench()
    assert bench.offer(uri="sip:*97%23@box") == [CallOffered(PORT, 0, IN, called="*97#", calling="201")]
    assert bench.tell(AlertCall(IN)) == [o.Reply(DIALOG_IN, 183)]
    assert bench.hear(media(DIALOG_IN)) == [o.Join(DIALOG_IN, PORT)]
    assert bench.tell(AnswerCall(IN)) == [o.Reply(DIALOG_IN, 200), o.Join(DIALOG_IN, PORT)]


def test_alerting_without_sound_joins_nothing() -> None:
    bench = Bench()
    bench.offer()
    assert bench.tell(AlertCall(IN, in_band=False)) == [o.Reply(DIALOG_IN, 180)]


@pytest.mark.parametrize("uri", ["sip:alice@box", "sip:box", "tel:", "sip:20 2@box", "x"])
def test_what_cannot_be_dialled_is_not_offered(uri: str) -> None:
    bench = Bench()
    assert bench.offer(uri=uri) == [o.End(DIALOG_IN, 28, status=404)]
    assert bench.phone.calls == {}


def test_a_third_call_may_be_for_help_and_a_fourth_is_refused() -> None:
    bench = Bench()
    bench.offer(call=1, dialog=901)
    bench.offer(call=2, dialog=902)
    assert isinstance(bench.offer(call=3, dialog=903, uri="sip:110@box")[0], CallOffered)
    assert bench.offer(call=4, dialog=904) == [o.End(904, 17)]


def test_all_its_contacts_ring_and_the_first_that_answers_has_the_call() -> None:
    bench = Bench({"201": [Contact("sip:a", *BOX), Contact("sip:b", *BOX), Contact("sip:c", *BOX)]})
    said = bench.tell(PlaceCall(OUT, calling="0101", name='Li "Big"'))
    assert [one.target for one in said if isinstance(one, o.Invite)] == ["sip:a", "sip:b", "sip:c"]
    assert said[0].caller == '"Li \\"Big\\"" <sip:0101@192.0.2.1:5070>'  # type: ignore[union-attr]
    bench.hear(sip.CallAlerting(2, 180))
    assert bench.hear(sip.CallAlerting(3, 180)) == []
    assert bench.hear(ended(1, 486, 17)) == [], "one that is busy does not end the others"
    said = bench.hear(sip.CallAnswered(3), media(3))
    assert [one.dialog for one in said if isinstance(one, o.End)] == [2]
    assert ("Reason", 'SIP;cause=200;text="Call completed elsewhere"') in said[0].headers  # type: ignore[union-attr]
    assert said[1:] == [CallConnected(PORT, 0, OUT), o.Join(3, PORT)]
    assert bench.hear(sip.CallAnswered(2)) == [o.End(2, 16)], "its 200 crossed our CANCEL"


def test_nobody_registered_is_said_at_once() -> None:
    assert Bench({}).tell(PlaceCall(OUT)) == [CallCleared(PORT, 0, OUT, 20)]


@pytest.mark.parametrize(
    ("causes", "best"),
    [([102, 17], 17), ([17, 21], 21), ([41, 102], 20), ([18, 41], 18), ([1, 102], 1), ([], 20)],
)
def test_the_cause_that_says_most(causes: list[int], best: int) -> None:
    assert best_cause(causes) == best


def test_a_call_that_is_cleared_while_it_rings_is_cancelled_everywhere() -> None:
    bench = Bench({"201": [Contact("sip:a", *BOX), Contact("sip:b", *BOX)]})
    bench.tell(PlaceCall(OUT))
    assert bench.tell(ClearCall(OUT, 16)) == [o.End(1, 16), o.End(2, 16), CallCleared(PORT, 0, OUT, 16)]
    assert bench.hear(ended(1, 487), ended(2, 487)) == []


def test_a_302_is_told_and_not_followed() -> None:
    bench, _, dialog = brought_to(State.RUNG)
    said = bench.hear(ended(dialog, 302, 127, ("contact", "<sip:00881234@evil.example>")))
    assert said == [CallDiverted(PORT, 0, OUT, "00881234"), CallCleared(PORT, 0, OUT, 23)]


def test_an_intercom_call_asks_the_telephone_to_answer() -> None:
    said = Bench().tell(PlaceCall(OUT, alert="intercom"))
    names = dict(said[0].headers)  # type: ignore[union-attr]
    assert names["Call-Info"] == "<sip:192.0.2.1>;answer-after=0"
    assert "Alert-Info" in names


def test_only_the_call_in_use_has_the_audio() -> None:
    bench, _, dialog = brought_to(State.UP)
    assert bench.hear(media(dialog, held=True)) == [o.Part(PORT), CallHeld(PORT, 0, OUT)]
    bench.offer()
    bench.tell(AnswerCall(IN))
    assert bench.hear(media(DIALOG_IN), sip.CallAnswered(DIALOG_IN)) == [o.Join(DIALOG_IN, PORT)]
    assert bench.hear(media(DIALOG_IN, held=True), media(dialog)) == [
        o.Part(PORT),
        CallHeld(PORT, 0, IN),
        o.Join(dialog, PORT),
        CallRetrieved(PORT, 0, OUT),
    ]


def test_a_call_retrieved_beside_one_in_use_makes_none_held() -> None:
    """The switch takes two calls of which none is on hold for a conference; its sound comes by the newer one in use."""
    bench, _, dialog = brought_to(State.HELD)
    bench.offer()
    bench.tell(AnswerCall(IN))
    bench.hear(media(DIALOG_IN), sip.CallAnswered(DIALOG_IN))
    assert bench.hear(media(dialog)) == [o.Part(PORT), o.Join(dialog, PORT), CallRetrieved(PORT, 0, OUT)]
    assert bench.hear(ended(dialog)) == [o.Part(PORT), CallCleared(PORT, 0, OUT, 16), o.Join(DIALOG_IN, PORT)]


def test_a_call_that_was_left_aside_is_taken_up_when_the_other_ends() -> None:
    bench, _, dialog = brought_to(State.UP)
    bench.offer()
    assert CallHeld(PORT, 0, OUT) in bench.tell(AnswerCall(IN))
    bench.hear(media(DIALOG_IN), sip.CallAnswered(DIALOG_IN))
    assert bench.hear(media(dialog)) == [], "a session that was refreshed is no retrieval"
    assert bench.hear(ended(DIALOG_IN)) == [
        o.Part(PORT),
        CallCleared(PORT, 0, IN, 16),
        o.Join(dialog, PORT),
        CallRetrieved(PORT, 0, OUT),
    ]


def test_a_held_call_stays_held_when_the_other_ends() -> None:
    bench, _, dialog = brought_to(State.HELD)
    bench.offer()
    bench.tell(AnswerCall(IN))
    assert bench.hear(ended(DIALOG_IN)) == [o.Part(PORT), CallCleared(PORT, 0, IN, 16)]
    assert dialog in bench.call(OUT).dialogs


def test_keys_come_by_either_way() -> None:
    bench, _, dialog = brought_to(State.UP)
    said = bench.hear(*(sip.DigitReceived(dialog, "5", method, 100) for method in sip.DigitMethod))
    assert said == [KeyReceived(PORT, 0, OUT, "5")] * 2


def asked(dialog: int, target: str, replaces: int = 0) -> sip.TransferAsked:
    return sip.TransferAsked(dialog, 77, target, Message("REFER x SIP/2.0", ()), replaces)


def test_a_blind_transfer_is_the_boxs_to_decide() -> None:
    bench, _, dialog = brought_to(State.UP)
    assert bench.hear(asked(dialog, "<sip:203@box>")) == [
        o.TakeRefer(77, 202),
        o.TellRefer(dialog, 100, "Trying", False),
        TransferRequested(PORT, 0, OUT, "203"),
    ]
    assert bench.tell(TellTransfer(OUT, 0)) == [o.TellRefer(dialog, 200, "OK", True)]
    assert bench.tell(TellTransfer(OUT, 17)) == [o.TellRefer(dialog, 486, "Failed", True)]


def test_an_attended_transfer_names_another_call_of_the_telephone() -> None:
    bench, _, dialog = brought_to(State.HELD)
    bench.offer()
    bench.tell(AnswerCall(IN))
    bench.hear(sip.CallAnswered(DIALOG_IN))
    said = bench.hear(asked(DIALOG_IN, "<sip:x@box?Replaces=a%3Bto-tag%3Db>", dialog))
    assert said[-1] == TransferRequested(PORT, 0, IN, "", OUT)


@pytest.mark.parametrize("replaces", [0, 555, 1])
def test_nobody_elses_call_can_be_named(replaces: int) -> None:
    bench, _, dialog = brought_to(State.UP)
    assert bench.hear(asked(dialog, "<sip:x@box?Replaces=a>", replaces)) == [o.TakeRefer(77, 603)]


@pytest.mark.parametrize("target", ["<sip:alice@box>", "", "<mailto:a@b>", "sip:"])
def test_a_transfer_to_nobody_is_refused(target: str) -> None:
    bench, _, dialog = brought_to(State.UP)
    assert bench.hear(asked(dialog, target)) == [o.TakeRefer(77, 404)]


def test_a_telephone_takes_over_a_call_of_its_own_extension() -> None:
    bench, _, dialog = brought_to(State.UP)
    said = bench.phone.offered(invite(replaces=dialog), 9, 0)
    assert said[:2] == [o.End(dialog, 16), o.Reply(DIALOG_IN, 200)]
    assert bench.hear(ended(dialog)) == []
    assert bench.hear(media(DIALOG_IN), sip.CallAnswered(DIALOG_IN)) == [o.Join(DIALOG_IN, PORT)]
    assert bench.hear(ended(DIALOG_IN)) == [o.Part(PORT), CallCleared(PORT, 0, OUT, 16)]


def test_a_call_taken_over_from_hold_is_retrieved() -> None:
    """Else the other party stays with the music."""
    bench, _, dialog = brought_to(State.HELD)
    said = bench.phone.offered(invite(replaces=dialog), 9, 0)
    assert said == [o.End(dialog, 16), o.Reply(DIALOG_IN, 200), CallRetrieved(PORT, 0, OUT)]
    assert bench.hear(media(DIALOG_IN), sip.CallAnswered(DIALOG_IN)) == [o.Join(DIALOG_IN, PORT)]
    assert bench.hear(media(DIALOG_IN, held=True)) == [o.Part(PORT), CallHeld(PORT, 0, OUT)]


def test_a_call_taken_over_from_hold_puts_the_other_one_on_hold_first() -> None:
    """Else the two would be a conference."""
    bench, _, dialog = brought_to(State.HELD)
    bench.offer()
    bench.tell(AnswerCall(IN))
    bench.hear(media(DIALOG_IN), sip.CallAnswered(DIALOG_IN))
    said = bench.phone.offered(invite(replaces=dialog, dialog=901), 9, 0)
    told = [one for one in said if isinstance(one, CallHeld | CallRetrieved)]
    assert told == [CallHeld(PORT, 0, IN), CallRetrieved(PORT, 0, OUT)]
    assert bench.hear(ended(901))[-1] == CallRetrieved(PORT, 0, IN)


def test_a_call_of_somebody_else_cannot_be_taken_over() -> None:
    assert Bench().phone.offered(invite(replaces=5), 9, 0) == [o.End(DIALOG_IN, 21, status=603)]


def test_what_stands_is_told() -> None:
    bench, call, _ = brought_to(State.HELD)
    (stand,) = bench.phone.standing()
    assert (stand.port, stand.call, stand.connected, stand.placed, stand.held) == (
        PORT,
        call,
        True,
        True,
        True,
    )


@pytest.mark.parametrize(
    "command", [PlaceCall(1), AnswerCall(9), ClearCall(9), TellTransfer(9, 0), ShowUse("idle")]
)
def test_commands_that_fit_nothing_are_counted(command: SignallingCommand) -> None:
    bench = Bench()
    assert bench.tell(command) == []
    assert bench.phone.misfits == 1


INPUTS = st.sampled_from([one for one in Input if one is not Input.PROGRESS])


@given(st.lists(st.tuples(st.sampled_from([IN, OUT]), INPUTS), max_size=30))
def test_whatever_comes_in_whatever_order_one_call_is_joined_at_most(given_: list[tuple[int, Input]]) -> None:
    bench, cleared = Bench(), set()
    bench.offer()
    bench.tell(PlaceCall(OUT))
    joined: int | None = None
    for call, one in given_:
        for said in give(bench, call, DIALOG_IN if call == IN else 1, one):
            if isinstance(said, o.Join):
                joined = said.dialog
            if isinstance(said, o.Part):
                joined = None
            if isinstance(said, CallCleared):
                assert said.call not in cleared
                cleared.add(said.call)
        in_use = bench.phone.in_use
        assert joined in (None, in_use.dialog if in_use else None)
        assert in_use is None or in_use.state is not State.HELD
        assert sum(one.state is State.UP for one in bench.phone.calls.values()) <= 2
    assert cleared == {IN, OUT} - set(bench.phone.calls)
