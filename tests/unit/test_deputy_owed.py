"""An engine that took an emergency number owes its dialling. A living one is never accused, whatever people key."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from firmware.config.schema import Config
from firmware.protocol import facts as f
from firmware.switch.last_resort.deputy import Deputy
from hwsim.scenario import Caller
from tests.unit.fake_box import LINES, office
from tests.unit.two_halves import TwoHalves, scenario

QUEUED = tuple(
    Caller(id=f"c{line}", at_s=0.5, calls=line, number="13800000000", press=("1@4",), patience_s=999.0)
    for line in LINES
)


def nobody_signed_in(config: Config) -> Config:
    return structs.replace(
        config, extensions=tuple(structs.replace(one, agent="") for one in config.extensions)
    )


def run(
    act: Callable[[TwoHalves], None], config: Config | None = None, callers: tuple[Caller, ...] = ()
) -> TwoHalves:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as out:
        box = TwoHalves(scenario(nobody_signed_in(config or office()), callers), Path(out))
        box.run_until(16_000_000 if callers else 2_000_000)
        act(box)
        return box


def helped(box: TwoHalves) -> list[str]:
    return [one.number for one in box.facts(f.NumberDialled) if one.emergency]


def two_call_for_help(gap_s: float) -> Callable[[TwoHalves], None]:
    def act(box: TwoHalves) -> None:
        box.lift("804")
        box.wait(0.4)
        box.lift("803")
        box.wait(1.1)
        box.key("804", "110")
        box.wait(gap_s)
        box.key("803", "110")
        box.wait(10)

    return act


@pytest.mark.parametrize("gap_s", [0.0, 0.4, 0.8, 0.9, 1.0, 1.4])
def test_two_telephones_call_for_help_while_all_lines_are_taken(gap_s: float) -> None:
    """The line of one rests while the other keys: each is dialled once, by the engine, over a line of its own."""
    box = run(two_call_for_help(gap_s), callers=QUEUED)
    assert box.switch.deputy.calls == 0
    assert [digits for _, _, digits in box.dialled] == ["110", "110"]
    assert len({line for _, line, _ in box.dialled}) == 2


def conference_member(box: TwoHalves) -> None:
    """A hook tap of one who did not make the conference means nothing; then keys for the others."""
    box.lift("804")
    box.wait(1)
    for number in ("801", "803"):
        box.key("804", number)
        box.wait(2)
        box.lift(number)
        box.wait(1)
        box.flash("804")
        box.wait(1.5)
    box.key("804", "3")
    box.wait(1)
    box.flash("803")
    box.wait(0.8)
    box.key("803", "1105512")
    box.wait(5)


def ringback(box: TwoHalves) -> None:
    box.lift("804")
    box.wait(1)
    box.key("804", "913900001111")
    box.wait(7.5)
    box.flash("804")
    box.wait(0.4)
    box.key("804", "11055")
    box.wait(4)


def slow_pin(box: TwoHalves) -> None:
    box.lift("804")
    box.wait(1)
    box.key("804", "*98")
    box.wait(3)
    box.flash("804")
    box.wait(0.8)
    box.key("804", "1105")
    box.wait(3)


@pytest.mark.parametrize("act", [conference_member, ringback, slow_pin])
def test_keys_after_a_tap_the_engine_ignores_are_no_number(act: Callable[[TwoHalves], None]) -> None:
    config = office()
    boxes = tuple(structs.replace(one, pin="1105") for one in config.mailboxes)
    box = run(act, structs.replace(config, mailboxes=boxes))
    assert box.switch.deputy.calls == 0 and helped(box) == []


def hangs_while_the_line_rests(box: TwoHalves) -> None:
    """The engine takes the number and lets a line go for it, and hangs."""
    box.lift("804")
    box.wait(1.5)
    box.key("804", "110")
    box.wait(0.46)
    box.hang(19_000_000)
    box.wait(6)


def test_an_engine_that_hangs_while_the_line_rests_is_not_waited_for() -> None:
    box = run(hangs_while_the_line_rests, callers=QUEUED)
    assert box.switch.deputy.calls == 1
    assert [digits for _, _, digits in box.dialled] == ["110"]


def test_without_what_is_owed_it_would_be_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault."""
    monkeypatch.setattr("firmware.switch.last_resort.deputy.OWED_US", 1 << 60)
    assert run(hangs_while_the_line_rests, callers=QUEUED).dialled == []


def test_a_dial_linked_to_another_telephone_would_accuse_a_living_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Planted fault: linked to nobody."""
    monkeypatch.setattr(Deputy, "_linked", lambda *_: None)
    assert run(two_call_for_help(0.9), callers=QUEUED).switch.deputy.calls > 0
