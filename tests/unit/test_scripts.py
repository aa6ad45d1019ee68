"""People with scripts, what can be wrong in them, and expectations of facts and diaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.countries import profile
from firmware.cli.rehearsal.expect import expectations
from firmware.cli.rehearsal.watch import Watch
from firmware.config.load import render_faults
from firmware.protocol.names import Tone
from hwsim.scenario import Caller as CallerPlan
from hwsim.scenario import Expect
from hwsim.scenario import Person as Plan
from hwsim.scenario_file import load_scenario
from hwsim.script import Line, line
from hwsim.world.bell import Bell, cadences
from hwsim.world.caller import Caller
from hwsim.world.diary import Entry
from hwsim.world.percepts import (
    Act,
    Connected,
    Due,
    Goodbye,
    HeardTone,
    HeardVoice,
    Percept,
    Press,
    Rang,
    RingingStopped,
)
from hwsim.world.scripted import Scripted

REPORT = {
    "calls": [], "recordings": [], "agents": [], "transfers": 0, "conferences": 0, "asa_s": None, "totals": {},
    "service_level": {"percent": None}, "ledger": {"unexplained_s": 0.0},
}  # fmt: skip
FIRST_CALL = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios" / "first-call.toml"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("lift@2", Line("lift", "", "start", 2_000_000)),
        ("*8#@0.5", Line("", "*8#", "start", 500_000)),
        ("flash@+3", Line("flash", "", "", 3_000_000)),
        ("hang@far", Line("hang", "", "far", 0)),
        ("lift@ring+1.5", Line("lift", "", "ring", 1_500_000)),
    ],
)
def test_a_line_says_what_and_when(given: str, meant: Line) -> None:
    assert line(given) == meant


@pytest.mark.parametrize(
    "given", ["lift", "lift@", "@3", "801@-1", "lift@ring2", "jump@3", "lift@3+ring", "8 1@3"]
)
def test_other_texts_are_no_lines(given: str) -> None:
    with pytest.raises(ValueError, match="WHAT@WHEN"):
        line(given)


class Somebody:
    """Runs one person; `acts` are (seconds, what)."""

    def __init__(self, *script: str) -> None:
        self.person = Scripted("ext-801", Plan(extension="801", script=script))
        self.acts: list[tuple[float, str]] = []

    def notices(self, at_s: float, percept: Percept) -> Somebody:
        self.until(at_s)
        self._note(self.person.handle(percept, round(at_s * 1e6)), at_s)
        return self

    def until(self, at_s: float) -> Somebody:
        while (due_us := self.person.deadline_us) is not None and due_us <= at_s * 1e6:
            self._note(self.person.handle(Due(), due_us), due_us / 1e6)
        return self

    def _note(self, acts: list[Act], at_s: float) -> None:
        self.acts += [(at_s, one.digits if isinstance(one, Press) else type(one).__name__) for one in acts]


def test_lines_are_done_in_their_order_each_at_its_moment() -> None:
    somebody = Somebody("lift@1", "802@tone+0.5", "flash@voice+4", "hang@+2")
    somebody.notices(2.0, HeardTone(Tone.DIAL)).notices(9.0, HeardVoice("ext-802")).until(60)
    assert somebody.acts[:3] == [(1.0, "Lift"), (2.5, "802"), (9.0, "Talk")]
    assert somebody.acts[3:] == [(13.0, "Hush"), (13.0, "Flash"), (15.0, "Hush"), (15.0, "HangUp")]


def test_a_ring_that_ends_is_not_answered_and_the_next_one_is() -> None:
    somebody = Somebody("lift@ring+5")
    somebody.notices(1.0, Rang()).notices(3.0, RingingStopped()).until(20)
    assert somebody.acts == []
    somebody.notices(30.0, Rang()).until(60)
    assert somebody.acts == [(35.0, "Lift"), (35.0, "Talk")]


def test_after_a_flash_dial_tone_keeps_silent_and_another_voice_loosens_the_tongue() -> None:
    somebody = Somebody("lift@ring+1", "flash@5").notices(1.0, Rang())
    somebody.notices(6.5, HeardTone(Tone.DIAL)).until(20)
    assert somebody.acts[-2:] == [(5.0, "Hush"), (5.0, "Flash")]
    somebody.notices(21.0, HeardVoice("li"))
    assert somebody.acts[-1] == (21.0, "Talk")


def test_after_a_flash_back_to_the_first_party_he_talks_on() -> None:
    somebody = Somebody("lift@ring+1", "flash@5").notices(1.0, Rang()).until(20)
    assert somebody.acts[-1] == (7.5, "Talk")


@pytest.mark.parametrize("name", ["normal", "internal", "recall"])
def test_a_bell_is_known_by_its_bursts_and_anew_after_a_broken_one(name: str) -> None:
    known = cadences(profile("CN"))
    bell, at_us, heard = Bell(known), 0, []
    for ms in (0, 150, 2000, *known[name], *known[name]):
        at_us += ms * 1000
        heard.append(bell.turn(at_us))
    assert [one for one in heard if one] == [name]


def test_an_expectation_counts_what_was_noticed_in_its_time() -> None:
    diary = [Entry(at * 1_000_000, "ext-801", "mark", "li") for at in (2, 5, 9)]
    diary.append(Entry(3_000_000, "ext-801", "Displayed", "13800138000 Li"))
    watch = Watch(())
    marks = Expect(name="n", diary="ext-801", what="mark", about="li", from_s=3, to_s=5)
    assert watch.count(diary, marks) == 1
    assert watch.count(diary, Expect(name="n", diary="ext-801", what="mark", about="wang")) == 0
    assert watch.count(diary, Expect(name="n", diary="ext-801", what="Displayed", about="13800138000")) == 1


@pytest.mark.parametrize(
    ("count", "least", "most", "held"),
    [
        (0, None, None, False),
        (1, None, None, True),
        (0, None, 0, True),
        (1, None, 0, False),
        (1, 2, None, False),
    ],
)
def test_a_count_without_bounds_is_at_least_one(
    count: int, least: float | None, most: float | None, held: bool
) -> None:
    expect = Expect(name="n", fact="CallAnswered", of={"by": "person"}, least=least, most=most)
    (judged,) = expectations([expect], REPORT, lambda _: count)
    assert judged["held"] is held
    assert judged["figure"] == "CallAnswered by=person"


def test_a_caller_who_said_goodbye_presses_what_a_survey_asks() -> None:
    plan = CallerPlan(at_s=0.0, ends="agent", talk_s=5.0, press_after=("3@6",))
    caller = Caller("li", plan, 1)
    caller.handle(Due(), 0)
    caller.handle(Connected(), 1_000_000)
    caller.handle(HeardVoice("ext-801"), 2_000_000)
    assert caller.handle(Due(), 7_000_000) == [Goodbye()]
    assert caller.deadline_us == 13_000_000
    assert caller.handle(Due(), 13_000_000) == [Press("3")]
    assert caller.deadline_us == 25_000_000


WRONG = """
[[person]]
extension = "801"
agent = "800"
script = [
  "lift at 3",
  "flash@4",
  "lift@9",
  "801@7",
]

[[expect]]
name = "neither"

[[expect]]
name = "a"
fact = "CallAnsered"

[[expect]]
name = "b"
fact = "CallAnswered"
of = { person = "801" }
about = "x"

[[expect]]
name = "c"
diary = "ext-899"
what = "HeardTon"

[[expect]]
name = "d"
diary = "ext-801"
what = "HeardTone"
about = "bussy"
"""


def test_faults_of_scripts_and_expectations_are_told_with_their_lines(tmp_path: Path) -> None:
    text = FIRST_CALL.read_text() + WRONG
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    scenario, faults = load_scenario(path)
    assert scenario is None
    lines = text.splitlines()
    told = {(lines[fault.line - 1].strip(), fault.slug) for fault in faults}
    assert told >= {
        ('agent = "800"', "script-and-duties"),
        ('"lift at 3",', "bad-script-line"),
        ('"flash@4",', "script-hook"),
        ('"801@7",', "script-backwards"),
        ("[[expect]]", "expect-not-one"),
        ('fact = "CallAnsered"', "expect-unknown"),
        ('of = { person = "801" }', "expect-unknown"),
        ('about = "x"', "expect-unused"),
        ('diary = "ext-899"', "expect-unknown"),
        ('what = "HeardTon"', "expect-unknown"),
        ('about = "bussy"', "expect-unknown"),
    }, render_faults(faults)
