"""The box without its engine: help can be called from any telephone in any state, and what went on goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from firmware.config.schema import Config, Mailbox
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Tone
from firmware.switch.last_resort.deputy import Deputy
from firmware.switch.last_resort.telephone import Help
from hwsim.scenario import Caller, Fault, OutsideLine
from tests.scenario.hand_box import HandBox
from tests.scenario.hand_box import caller as singing_caller
from tests.scenario.hand_box import scenario as by_hand
from tests.unit.fake_box import LINES, PHONES, office
from tests.unit.two_halves import TwoHalves, scenario

pytestmark = pytest.mark.scenario
WITHIN_S = 2.0
POST_DIAL_S = 0.7
"""The exchange waits so long after the last digit before it gives the number on."""
SHEDDING_S = 1.1
"""A line that must be taken from somebody rests a second, or the exchange sees no release."""


def box_config() -> Config:
    boxes = (Mailbox(id="box", pin="4711"),)
    return structs.replace(office(), mailboxes=boxes)


def caller(line: str = "L1", at_s: float = 0.5, name: str = "li", press: str = "1@4") -> Caller:
    return Caller(
        id=name, at_s=at_s, calls=line, number="13800000000", press=(press,), patience_s=999.0, talk_s=999.0
    )


def goes(box: TwoHalves, how: str, for_s: float = 60.0) -> None:
    if how == "hung":
        box.hang(round(for_s * 1e6))
        return
    box.kill(round(for_s * 1e6))
    box.starting = how == "starting"


# -- in which state the telephone is ---------------------------------------------------------------------


def idle(box: TwoHalves, how: str) -> None:
    goes(box, how)
    box.wait(1.0)
    box.lift("804")
    box.wait(1.0)


def lifted_before(box: TwoHalves, how: str) -> None:
    box.lift("804")
    box.wait(1.0)
    goes(box, how)


def half_dialled(box: TwoHalves, how: str) -> None:
    """The engine had `9` or `1` of it; `emergency_from` keys the rest."""
    box.lift("804")
    box.wait(1.0)
    box.key("804", box.keys[0])
    box.wait(0.5)
    box.keys = box.keys[1:]
    goes(box, how)


def talking(box: TwoHalves, how: str) -> None:
    _talk(box)
    goes(box, how)
    box.wait(0.5)
    box.flash("804")
    box.wait(1.5)


def flashed_before(box: TwoHalves, how: str) -> None:
    _talk(box)
    box.flash("804")
    box.wait(1.5)
    goes(box, how)


def _talk(box: TwoHalves) -> None:
    box.lift("802")
    box.wait(1.0)
    box.key("802", "804")
    box.wait(2.0)
    box.lift("804")
    box.wait(1.0)
    assert box.hears("804") == PHONES["802"]


def ringing(box: TwoHalves, how: str) -> None:
    box.lift("802")
    box.wait(1.0)
    box.key("802", "804")
    box.wait(2.0)
    goes(box, how)
    box.wait(1.0)
    box.lift("804")
    box.wait(1.0)


def ringing_elsewhere(box: TwoHalves, how: str) -> None:
    box.lift("804")
    box.wait(1.0)
    box.key("804", "802")
    box.wait(2.0)
    goes(box, how)


def mailbox(box: TwoHalves, how: str) -> None:
    box.lift("804")
    box.wait(1.0)
    box.key("804", "*98")
    box.wait(1.0)
    goes(box, how)


def pin(box: TwoHalves, how: str) -> None:
    mailbox(box, how)
    box.key("804", "47")
    box.wait(3.5)


def signing_in(box: TwoHalves, how: str) -> None:
    box.lift("804")
    box.wait(1.0)
    box.key("804", "*41")
    box.wait(1.0)
    goes(box, how)


def held(box: TwoHalves, how: str) -> None:
    _talk(box)
    box.flash("802")
    box.wait(1.0)
    goes(box, how)


def busy_tone(box: TwoHalves, how: str) -> None:
    box.lift("804")
    box.wait(1.0)
    box.key("804", "804")
    box.wait(6.0)
    goes(box, how)
    box.wait(1.0)


STATES = (
    idle,
    lifted_before,
    half_dialled,
    talking,
    flashed_before,
    ringing,
    ringing_elsewhere,
    mailbox,
    pin,
    signing_in,
    held,
    busy_tone,
)


class Caught(TwoHalves):
    keys = ""


def emergency_from(
    state: Callable[[TwoHalves, str], None],
    how: str,
    keys: str,
    out: Path,
    *,
    callers: tuple[Caller, ...] = (),
) -> tuple[Caught, float]:
    """The box after the call, and seconds from the last key to the last digit at the exchange."""
    box = Caught(scenario(box_config(), callers), out)
    box.keys = keys
    box.wait(16.0 if callers else 0.5)
    state(box, how)
    keyed_us = box.now_us
    box.key("804", box.keys)
    last_us = keyed_us + 200_000 * (len(box.keys) - 1) + 45_000
    box.wait(8.0)
    late_s = (box.dialled[0][0] - last_us) / 1e6 - POST_DIAL_S if box.dialled else 99.0
    return box, late_s


slow = pytest.mark.slow
KEYS = [
    "110",
    "9120",
    *(pytest.param(one, marks=slow) for one in ("119", "120", "122", "9110", "9119", "9122")),
]


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("how", ["dead", "hung", "starting"])
@pytest.mark.parametrize("state", STATES)
def test_help_is_called_in_two_seconds_from_any_state(
    state: Callable[[TwoHalves, str], None], how: str, keys: str, tmp_path: Path
) -> None:
    box, late_s = emergency_from(state, how, keys, tmp_path)
    assert [one[2] for one in box.dialled] == [keys[-3:]]
    assert late_s <= WITHIN_S
    assert box.hears("804") in LINES.values()
    assert box.switch.deputy.telephones[PHONES["804"]].state is Help.THROUGH


@pytest.mark.parametrize("how", ["dead", "hung", "starting"])
def test_help_is_called_when_callers_hold_every_line(how: str, tmp_path: Path) -> None:
    callers = tuple(caller(line, name=f"c{n}") for n, line in enumerate(LINES))
    box, late_s = emergency_from(idle, how, "110", tmp_path, callers=callers)
    assert [one[2] for one in box.dialled] == ["110"]
    assert late_s <= WITHIN_S + SHEDDING_S
    assert sorted(box.line_state(line) for line in LINES) == ["ANSWERED"] * 3 + ["CONVERSING"]


@pytest.mark.parametrize("how", ["dead", "hung"])
def test_help_is_called_when_every_line_rings(how: str, tmp_path: Path) -> None:
    callers = tuple(caller(line, 17.0, f"c{n}") for n, line in enumerate(LINES))
    box, late_s = emergency_from(idle, how, "110", tmp_path, callers=callers)
    assert [one[2] for one in box.dialled] == ["110"]
    assert late_s <= WITHIN_S + SHEDDING_S + 0.6
    assert sorted(box.line_state(line) for line in LINES) == ["CONVERSING", "RINGING", "RINGING", "RINGING"]


def test_two_who_call_for_help_get_two_lines_and_a_third_call_takes_neither(tmp_path: Path) -> None:
    config = structs.replace(box_config(), lines=box_config().lines[:2])
    box = TwoHalves(scenario(config), tmp_path)
    box.wait(0.5)
    goes(box, "dead")
    for number, keys in (("801", "110"), ("802", "119"), ("804", "120")):
        box.lift(number)
        box.wait(1.0)
        box.key(number, keys)
        box.wait(3.0)
    assert [one[1:] for one in box.dialled] == [("L2", "110"), ("L1", "119")]
    assert box.switch.deputy.telephones[PHONES["804"]].state is Help.SEEKING
    box.hang_up("801")
    box.wait(5.0)
    assert [one[1:] for one in box.dialled][-1] == ("L2", "120")


def test_another_line_is_tried_where_one_gives_no_dial_tone(tmp_path: Path) -> None:
    lines = (OutsideLine(line="L4", dial_tone_after_s=60.0),)
    box = TwoHalves(scenario(box_config(), lines=lines), tmp_path)
    box.wait(0.5)
    goes(box, "dead")
    box.lift("804")
    box.wait(1.0)
    box.key("804", "110")
    box.wait(8.0)
    assert [one[1:] for one in box.dialled] == [("L3", "110")]


# -- what is none ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["804", "811", "9139", "*98", "11", "010110"])
def test_what_is_no_emergency_number_waits_and_congestion_tone_says_so(keys: str, tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    goes(box, "dead", 120.0)
    box.lift("801")
    box.wait(1.0)
    telephone = box.switch.deputy.telephones[PHONES["801"]]
    assert telephone.state is Help.TONE
    box.key("801", keys)
    box.wait(2.0)
    assert telephone.state.value == Help.KEYED.value
    box.wait(11.0)
    assert telephone.state.value == Help.CONGESTED.value
    assert not box.seized


def test_keys_in_conversation_are_the_other_partys(tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    _talk(box)
    goes(box, "dead")
    box.key("804", "110")
    box.wait(3.0)
    assert not box.seized
    assert box.hears("804") == PHONES["802"]


def test_a_second_flash_leads_back_into_the_conversation(tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    talking(box, "dead")
    assert box.hears("804") < 0 and box.hears("802") < 0
    box.flash("804")
    box.wait(1.5)
    assert (box.hears("804"), box.hears("802")) == (PHONES["802"], PHONES["804"])


# -- what goes on ----------------------------------------------------------------------------------------


def test_talks_rings_and_music_go_on_without_an_engine(tmp_path: Path) -> None:
    callers = (caller("L1", 0.5, "c1"), caller("L2", 1.0, "c2"), caller("L3", 16.0, "c3"))
    config = structs.replace(box_config(), agents=box_config().agents[:1])
    box = TwoHalves(scenario(config, callers), tmp_path)
    box.wait(12.0)
    box.lift("801")
    box.wait(6.0)
    talking_line = box.hears("801")
    assert talking_line in LINES.values()
    goes(box, "dead", 30.0)
    box.wait(20.0)
    assert box.hears("801") == talking_line
    report = {one.port: one for one in box.switch.report().ports}
    waiting = next(port for port in (0, 1) if port != talking_line)
    assert report[waiting].play, "music"
    assert box.line_state("L3") == "RINGING"
    before = len(box.ended())
    box.wait(18.0)
    assert len(box.ended()) == before
    assert box.line_state("L3") == "ANSWERED", "the new engine answers who still rings"


def test_a_caller_whose_announcement_ends_hears_music_till_somebody_decides(tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config(), (caller("L1", press="1@60"),)), tmp_path)
    while not box.switch.report().ports[0].play:
        box.wait(0.02)
    goes(box, "hung", 5.0)
    box.wait(4.0)
    assert box.switch.report().ports[0].play == "last-resort"
    box.wait(3.0)
    assert box.switch.report().ports[0].play != "last-resort"


# -- what waited -----------------------------------------------------------------------------------------


def lifts_and_keys(box: TwoHalves, number: str, keys: str, *, for_s: float = 3.0) -> None:
    box.lift(number)
    box.wait(1.0)
    box.key(number, keys)
    box.wait(for_s)
    box.hang_up(number)
    box.wait(2.0)


@pytest.mark.parametrize("how", ["dead", "hung"])
@pytest.mark.parametrize("keys", ["913900001111", "802", "9139000"])
def test_who_dialled_and_gave_up_long_ago_is_not_dialled_for(how: str, keys: str, tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    goes(box, how, 60.0)
    lifts_and_keys(box, "804", keys, for_s=10.0)
    box.wait(90.0)
    assert not box.seized
    orders = [one for record in box.records for one in record.commands]
    assert not [one for one in orders if isinstance(one, c.Ring | c.Dial)]
    assert not box.half.keeper.engine.state.calls
    lifted = [fact for fact in box.facts(f.CallBegan)]
    assert len(lifted) == 1, "that somebody tried is known"
    began, ended = times(box, f.CallBegan), times(box, f.CallEnded)
    assert 10.0 < ended[0] - began[0] < 14.0, "and for how long"


def times(box: TwoHalves, kind: type) -> list[float]:
    return [record.at_us / 1e6 for record in box.records for fact in record.facts if isinstance(fact, kind)]


@pytest.mark.parametrize("how", ["dead", "hung"])
def test_an_emergency_call_over_before_the_engine_was_back_has_its_times(how: str, tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    goes(box, how, 60.0)
    lifts_and_keys(box, "804", "9110", for_s=30.0)
    assert {box.line_state(line) for line in LINES} == {"IDLE"}, "the line is free at once"
    box.wait(60.0)
    assert [one[2] for one in box.dialled] == ["110"] and len(box.seized) == 1
    assert [one.cause for one in box.ended()] == [Cause.NORMAL_CLEARING]
    answered, ended = times(box, f.CallAnswered), times(box, f.CallEnded)
    assert len(answered) == 1
    assert 20.0 < ended[0] - answered[0] < 30.0


def test_a_half_dialled_number_is_dialled_on_when_the_engine_is_back(tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    goes(box, "dead", 4.0)
    box.lift("804")
    box.wait(1.0)
    box.key("804", "80")
    box.wait(4.0)
    box.key("804", "2")
    box.wait(2.0)
    assert [one.number for one in box.facts(f.NumberDialled)] == ["802"]
    assert box.switch.report().ports[PHONES["802"]].ringing


def test_a_timer_due_while_nobody_decided_does_not_forestall_what_was_keyed(tmp_path: Path) -> None:
    """`80` and 3 s later `2`: the inter-digit time is 4 s, and the engine was dead for 6."""
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    box.lift("804")
    box.wait(1.0)
    box.key("804", "80")
    box.wait(0.6)
    goes(box, "dead", 6.0)
    box.wait(3.0)
    box.key("804", "2")
    box.wait(6.0)
    assert [one.number for one in box.facts(f.NumberDialled)] == ["802"]


def test_who_lifted_a_ringing_telephone_is_put_through_by_the_next_engine(tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config()), tmp_path)
    box.wait(0.5)
    box.lift("802")
    box.wait(1.0)
    box.key("802", "804")
    box.wait(2.0)
    goes(box, "dead", 2.5)
    box.wait(0.5)
    box.lift("804")
    box.wait(1.5)
    assert box.switch.deputy.telephones[PHONES["804"]].state is Help.LIFTED
    box.wait(2.0)
    assert box.hears("804") == PHONES["802"]


def test_who_lifted_a_ringing_telephone_and_gave_up_rings_on_while_the_caller_waits(tmp_path: Path) -> None:
    box = TwoHalves(scenario(box_config(), (caller("L1"),)), tmp_path)
    rung: list[int] = []
    while not rung:
        box.wait(0.1)
        rung = [one.port for one in box.switch.report().ports if one.ringing and one.port >= 4]
    number = next(one for one, port in PHONES.items() if port == rung[0])
    goes(box, "dead", 6.0)
    box.lift(number)
    box.wait(2.0)
    box.hang_up(number)
    box.wait(6.0)
    assert not box.ended(), "the caller is not dropped"
    assert [one.port for one in box.switch.report().ports if one.ringing and one.port >= 4]


def test_a_caller_who_rang_and_gave_up_meanwhile_is_not_answered(tmp_path: Path) -> None:
    impatient = structs.replace(caller("L1", 3.0), patience_s=12.0)
    box = TwoHalves(scenario(box_config(), (impatient,)), tmp_path)
    box.wait(1.0)
    goes(box, "dead", 60.0)
    box.wait(70.0)
    assert not box.seized
    assert [str(one.outcome) for one in box.ended()] == ["abandoned_in_menu"]


# -- over silicon ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "at_s"), [("kill-engine", 0.0), ("kill-engine", 9.0), ("hang-engine", 9.0)])
def test_over_silicon_help_is_heard_and_known(kind: str, at_s: float, tmp_path: Path) -> None:
    fault = Fault(at_s=at_s, kind=kind, for_s=22.0 - at_s)
    box = HandBox(structs.replace(by_hand(callers=(singing_caller(at_s=1.0),)), faults=(fault,)), tmp_path)
    box.wait(12.0)
    box.lift("804")
    keyed_s = box.key("804", "9110")
    circuit = box.world.lines[LINES["L4"]]
    while circuit.exchange.state.name != "ROUTING" and box.now_s < keyed_s + 5:
        box.wait(0.02)
    assert box.now_s - keyed_s <= WITHIN_S
    box.wait(12.0)
    assert box.line_state("L4") == "CONVERSING"
    box.hang_up("804")
    box.wait(2.0)
    assert box.line_state("L4") == "IDLE"
    calls = [(one.number, one.emergency) for one in box.facts(f.NumberDialled)]
    assert calls == [("110", True)]
    assert len(box.told(e.LastResortCalled)) == 1


# -- planted faults --------------------------------------------------------------------------------------


def test_planted_a_switch_that_was_left_no_table_calls_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firmware.protocol.last_resort import LastResort

    box = TwoHalves(scenario(box_config()), tmp_path)
    box.switch.deputy.leave(LastResort())
    box.wait(0.5)
    idle(box, "dead")
    box.key("804", "110")
    box.wait(5.0)
    assert not box.dialled


def test_planted_a_deputy_that_does_nothing_gives_not_even_dial_tone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Deputy, "_act", lambda *_: None)
    box, _ = emergency_from(idle, "dead", "110", tmp_path)
    assert not box.dialled
    assert Tone.DIAL not in [
        item.tone for command in _plays(box) for item in command.items if isinstance(item, c.ToneItem)
    ]


def _plays(box: TwoHalves) -> list[c.Play]:
    sound = box.switch.deputy._given.sound(PHONES["804"])
    return [sound] if isinstance(sound, c.Play) else []
