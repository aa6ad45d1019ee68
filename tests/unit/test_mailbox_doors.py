"""Who gets into a mailbox: own telephones, others by PIN, outside callers; wrong PINs and locks; a new PIN."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Config, Mailbox
from firmware.engine.dialling.pins import new_pin_fault
from firmware.engine.engine import Engine
from firmware.engine.state import Phase
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol import journal
from tests.unit.fake_box import LINES, FakeBox, office

PIN = "4711"


def house(pin: str = PIN, **mailbox: object) -> Config:
    """804's mailbox `box`; the menu's key 3 leads outside callers to `mailbox:` (which one is asked)."""
    box = msgspec.convert({"id": "box", "pin": pin} | mailbox, Mailbox)
    return structs.replace(office(), mailboxes=(box, Mailbox(id="bare")))


def outside(box: FakeBox, line: str = "L1", target: str = "") -> None:
    """An outside caller is led to hear a mailbox."""
    from firmware.engine import targets
    from firmware.engine.turn import Turn

    box.ring(line)
    box.heard(line)
    turn = Turn(box.engine._board, box.now_us)
    leg = turn.leg_at(LINES[line])
    assert leg is not None
    targets.go(turn, turn.call_of(leg), leg, f"mailbox:{target}")
    for command in turn.commands:
        box.commands.append(command)
        box._follow(command)
    box.wait(0.1)


def phase(box: FakeBox, where: str) -> str:
    leg = box.leg(where)
    return leg.phase if leg is not None else ""


def test_its_own_telephone_hears_it_by_pin_and_without_one_at_once() -> None:
    box = FakeBox(house())
    box.lift("804")
    box.key("804", "*98")
    box.wait(2.5)
    assert box.words("804") == ["voicemail-pin"]
    box.key("804", "4711#")
    assert phase(box, "804") == Phase.LISTENING
    assert box.facts(f.MailboxOpened)[0].own
    bare = FakeBox(house(pin=""))
    bare.lift("804")
    bare.key("804", "*98")
    assert phase(bare, "804") == Phase.LISTENING


@pytest.mark.parametrize("keys", ["*97box#", "*97804#", "*97#804#"])
def test_any_telephone_hears_it_by_its_number_and_pin(keys: str) -> None:
    box = FakeBox(house())
    box.lift("801")
    box.key("801", keys.replace("box", "804"))
    assert phase(box, "801") == Phase.PIN
    box.key("801", f"{PIN}#")
    assert phase(box, "801") == Phase.LISTENING
    assert not box.facts(f.MailboxOpened)[0].own


def test_an_outside_caller_hears_it_by_number_and_pin_and_may_hang_up() -> None:
    box = FakeBox(house())
    outside(box)
    assert box.words("L1") == ["voicemail-which"]
    box.key("L1", "804#")
    box.wait(0.1)
    assert box.words("L1") == ["voicemail-pin"]
    box.key("L1", f"{PIN}#")
    assert phase(box, "L1") == Phase.LISTENING
    assert "voicemail-none" in box.words("L1")
    box.leave("L1")
    assert box.leg("L1") is None
    assert box.outcomes() == ["self_served"]


@pytest.mark.parametrize("which", ["bare", "999", "box"])
def test_from_outside_no_mailbox_can_be_told_from_another_without_its_pin(which: str) -> None:
    """One without a PIN, one that is not there, and a wrong PIN: the same words, and none opens."""
    box = FakeBox(house())
    outside(box, target=which)
    assert box.words("L1") == ["voicemail-pin"]
    for _ in range(2):
        box.key("L1", "#")
        assert box.words("L1") == ["wrong-agent-or-pin"]
    box.key("L1", "0000#")
    assert phase(box, "L1") == Phase.PARTING
    assert not box.facts(f.MailboxOpened)


def test_what_an_outside_caller_keys_as_a_pin_is_written_nowhere() -> None:
    box = FakeBox(house(), engine=keyed_engine())
    outside(box, target="804")
    box.key("L1", f"{PIN}#")
    assert phase(box, "L1") == Phase.LISTENING
    assert PIN.encode() not in b"".join(journal.encode(one) for one in box.records)


# -- guessing ---------------------------------------------------------------------------------------


def guess(box: FakeBox, tries: int, telephone: str = "801", mailbox: str = "804") -> None:
    """Wrong PINs, three a call."""
    while tries:
        box.lift(telephone)
        box.key(telephone, f"*97{mailbox}#")
        for _ in range(min(tries, 3)):
            if phase(box, telephone) == Phase.PIN:
                box.key(telephone, "9999#")
            tries -= 1
        box.hang_up(telephone)


def test_five_wrong_pins_lock_it_even_for_the_right_one_and_each_lock_is_longer() -> None:
    box = FakeBox(house())
    guess(box, 4)
    assert not box.facts(f.PinLocked)
    guess(box, 1)
    (lock,) = box.facts(f.PinLocked)
    assert (lock.gate, lock.by, round((lock.until_us - box.now_us) / 1e6)) == ("box/away", "801", 60)
    box.lift("802")
    box.key("802", "*97804#")
    assert box.words("802") == ["voicemail-locked"]
    box.hang_up("802")
    box.wait(61)
    guess(box, 5, "802")
    assert round((box.facts(f.PinLocked)[-1].until_us - box.now_us) / 1e6) == 240
    box.wait(241)
    box.lift("803")
    box.key("803", f"*97804#{PIN}#")
    assert phase(box, "803") == Phase.LISTENING


def test_a_lock_that_falls_while_the_pin_is_asked_holds_for_the_right_one_too() -> None:
    box = FakeBox(house(pin_tries=2))
    box.lift("802")
    box.key("802", "*97804#")
    guess(box, 2)
    box.key("802", f"{PIN}#")
    assert box.words("802") == ["voicemail-locked"]


def test_a_stranger_cannot_lock_its_owner_out() -> None:
    box = FakeBox(house())
    guess(box, 5)
    box.lift("804")
    box.key("804", f"*98{PIN}#")
    assert phase(box, "804") == Phase.LISTENING


def test_one_telephone_that_tries_many_mailboxes_is_locked_at_all_of_them() -> None:
    config = house()
    many = tuple(Mailbox(id=f"{number}", pin="8642") for number in range(700, 710))
    box = FakeBox(structs.replace(config, mailboxes=(*config.mailboxes, *many)))
    for number in range(700, 704):
        guess(box, 3, mailbox=str(number))
    assert [one.gate for one in box.facts(f.PinLocked)] == ["by:801"]
    box.lift("801")
    box.key("801", "*97709#")
    assert box.words("801") == ["voicemail-locked"]


def test_the_right_pin_forgives_and_a_quiet_day_forgets() -> None:
    box = FakeBox(house())
    guess(box, 4)
    box.lift("802")
    box.key("802", f"*97804#{PIN}#")
    box.hang_up("802")
    guess(box, 4, "803")
    assert not box.facts(f.PinLocked)
    box.wait(86_500)
    guess(box, 4)
    assert not box.facts(f.PinLocked)


def test_without_locks_a_pin_can_be_guessed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault."""
    monkeypatch.setattr("firmware.engine.mailbox.doors._locked", lambda *_: False)
    with pytest.raises(AssertionError):
        test_five_wrong_pins_lock_it_even_for_the_right_one_and_each_lock_is_longer()


def test_without_the_rule_for_no_pin_an_empty_one_opens_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault."""
    monkeypatch.setattr("firmware.engine.dialling.pins.PinKey.right", lambda *_: True)
    monkeypatch.setattr("firmware.engine.mailbox.doors._pin", lambda *_: "any")
    with pytest.raises(AssertionError):
        test_from_outside_no_mailbox_can_be_told_from_another_without_its_pin("bare")


# -- a new PIN --------------------------------------------------------------------------------------


def keyed_engine() -> Engine:
    engine = Engine("box-1")
    engine.use_key(bytes(range(32)))
    return engine


def choose(box: FakeBox, first: str, again: str = "") -> None:
    """From the options of 804's mailbox, which has no PIN in the configuration or whose is keyed already."""
    box.key("804", "3")
    assert box.words("804") == ["voicemail-new-pin"]
    box.key("804", f"{first}#")
    if box.words("804") == ["voicemail-new-pin-again"]:
        box.key("804", f"{again or first}#")


def opened(pin: str = "") -> FakeBox:
    box = FakeBox(house(pin=pin), engine=keyed_engine())
    box.lift("804")
    box.key("804", f"*98{pin}#" if pin else "*98")
    return box


def enter(box: FakeBox, pin: str) -> str:
    box.hang_up("804")
    box.lift("804")
    box.key("804", "*98")
    if phase(box, "804") == Phase.PIN:
        box.key("804", f"{pin}#")
    return phase(box, "804")


@pytest.mark.parametrize("before", ["", PIN])
def test_a_pin_chosen_by_telephone_counts_at_once_and_stands_nowhere_in_clear(before: str) -> None:
    box = opened(before)
    choose(box, "59302718")
    assert box.words("804") == ["voicemail-pin-changed", "voicemail-options"]
    assert enter(box, before) == Phase.PIN, "the former one is none"
    assert enter(box, "59302718") == Phase.LISTENING
    kept = b"".join(journal.encode(one) for one in box.records) + box.engine.snapshot()
    assert b"59302718" not in kept
    digits = [one.input.event.digit for one in box.records if _is_digit(one.input)]  # type: ignore[union-attr]
    assert "59302718" not in "".join(digits)


def _is_digit(given: i.AnyInput) -> bool:
    return isinstance(given, i.FromSwitch) and isinstance(given.event, e.DigitReceived)


def test_it_survives_a_restart_and_the_same_configuration_but_not_an_admins_new_pin() -> None:
    box = opened(PIN)
    choose(box, "59302718")
    box.engine = Engine.restore(box.engine.snapshot(), [])
    box.engine.use_key(bytes(range(32)))
    box.give(i.Started(2))
    box.give(i.ConfigApplied(2, "test", msgspec.json.encode(house()).decode()))
    assert enter(box, "59302718") == Phase.LISTENING
    box.give(i.ConfigApplied(3, "test", msgspec.json.encode(house(pin="1357")).decode()))
    assert enter(box, "59302718") == Phase.PIN
    assert enter(box, "1357") == Phase.LISTENING


@pytest.mark.parametrize(
    ("keyed", "said"),
    [
        ("123", "too-short"),
        ("1234", "too-simple"),
        ("5555", "too-simple"),
        ("9876", "too-simple"),
        ("58041", "too-simple"),
    ],
)  # fmt: skip
def test_short_and_simple_pins_are_refused(keyed: str, said: str) -> None:
    box = opened()
    choose(box, keyed)
    assert box.words("804") == [f"voicemail-pin-{said}", "voicemail-new-pin"]
    assert not box.facts(f.PinChanged)


def test_two_different_ones_are_none_and_three_failures_leave_all_as_it_was() -> None:
    box = opened()
    choose(box, "59302718", "59302719")
    assert box.words("804") == ["voicemail-pin-differs", "voicemail-new-pin"]
    box.key("804", "1#")
    box.key("804", "1#")
    assert box.words("804") == ["voicemail-pin-too-short", "voicemail-options"]
    assert not box.facts(f.PinChanged)


def test_half_a_new_pin_dies_with_its_engine_and_is_asked_for_anew() -> None:
    box = opened()
    box.key("804", "3")
    box.key("804", "5930")
    box.engine = Engine.restore(box.engine.snapshot(), [])
    box.engine.use_key(bytes(range(32)))
    box.give(i.Started(2))
    assert box.words("804") == ["voicemail-new-pin"]
    box.wait(1)
    box.key("804", "7263#")
    box.key("804", "7263#")
    assert enter(box, "59302718") == Phase.PIN
    assert enter(box, "7263") == Phase.LISTENING


@pytest.mark.parametrize("pin", ["4110", "1104", "91104"])
def test_a_new_pin_with_an_emergency_number_in_it_is_refused(pin: str) -> None:
    assert new_pin_fault(pin, ("804", "110", "119")) == "too-simple"
