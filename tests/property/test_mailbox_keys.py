"""Any keys at any time in a mailbox: lamps tell the truth, nothing is lost unheard, journals give the same state."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from firmware.config.schema import Config, Mailbox
from firmware.engine.engine import Engine
from firmware.engine.mailbox.mailboxes import new_count
from firmware.protocol import facts as f
from tests.unit.fake_box import PHONES, FakeBox, office
from tests.unit.test_mailbox_listening import leave

STEPS = st.one_of(
    st.tuples(st.just("key"), st.sampled_from("0123456789*#")),
    st.tuples(st.just("heard"), st.just("")),
    st.tuples(st.just("wait"), st.sampled_from(["1", "6", "20"])),
    st.tuples(st.just("hook"), st.just("")),
    st.tuples(st.just("message"), st.just("")),
)


def group() -> Config:
    config = office()
    extensions = tuple(
        structs.replace(one, voicemail="box", lamp="fsk") if one.number in ("803", "804") else one
        for one in config.extensions
    )
    return structs.replace(
        config,
        extensions=extensions,
        mailboxes=(Mailbox(id="box", most_messages=6), Mailbox(id="802", most_messages=2)),
    )


def do(box: FakeBox, step: str, what: str) -> None:
    port = PHONES["804"]
    if step == "key" and port in box.off_hook:
        box.key("804", what)
    elif step == "heard" and port in box.playing and not box.words("804")[-1].startswith("tone:dial"):
        box.heard("804")
    elif step == "wait":
        box.wait(float(what))
    elif step == "hook":
        box.hang_up("804") if port in box.off_hook else box.lift("804")
    elif step == "message" and box.leg("801") is None and PHONES["801"] not in box.off_hook:
        begun = len(box.facts(f.RecordingBegan))
        box.lift("801")
        box.key("801", "803")
        box.wait(31)
        if PHONES["801"] in box.playing:
            box.heard("801")
        box.wait(4)
        box.hang_up("801")
        assert len(box.facts(f.RecordingBegan)) >= begun


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_whatever_is_keyed_the_mailbox_stays_whole(steps: list[tuple[str, str]]) -> None:
    box = FakeBox(group())
    first = leave(box)
    box.lift("804")
    box.key("804", "*98")
    for step, what in steps:
        do(box, step, what)
        look(box)
    assert not box.facts(f.InputPassedOver)
    assert first in kept(box) or first in [one.recording for one in box.facts(f.VoicemailDeleted)]
    again = Engine.restore(None, box.records)
    assert again.snapshot() == box.engine.snapshot()


def look(box: FakeBox) -> None:
    """Both lamps show what is new; nothing is there twice; the limit holds."""
    state = box.engine.state
    new = new_count(state, "box")
    assert {state.lamps.get(number, 0) for number in ("803", "804")} == {new}
    assert len(kept(box)) == len(set(kept(box))) <= 6
    assert len(state.mailboxes.get("802", [])) <= 2


def kept(box: FakeBox) -> list[str]:
    return [one.recording for one in box.engine.state.mailboxes.get("box", [])]


@settings(max_examples=40, deadline=None)
@given(st.text("0123456789", min_size=4, max_size=12))
def test_a_pin_chosen_by_telephone_is_never_written_in_clear(pin: str) -> None:
    box = FakeBox(group())
    box.lift("804")
    box.key("804", "*98")
    since = len(box.records)
    box.key("804", f"3{pin}#{pin}#")
    digits = "".join(
        str(getattr(getattr(one.input, "event", None), "digit", "")) for one in box.records[since:]
    )
    assert set(digits) <= {"3", "x", "#"}
