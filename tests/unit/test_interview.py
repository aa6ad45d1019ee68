"""The interview: faults at their questions, what proposals say, and the command around it."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from firmware.cli import interview as command
from firmware.config.schema import Card, Config, Extension, Line, Site
from firmware.config.versions import ConfigStore
from firmware.interview.answers import (
    Answers,
    Channel,
    Department,
    Load,
    Opening,
    Person,
    Place,
    Wishes,
)
from firmware.interview.check import check_answers, load_answers, read_answers
from firmware.interview.configuring import proposed
from firmware.interview.house import House
from firmware.interview.proposal import Proposal, propose
from firmware.interview.staffing import shares, staffing
from firmware.protocol.places import Places

HAT = Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4)
BOX = Config(cards=(HAT,))
TODAY = date(2026, 11, 18)
SHOP = Answers(
    goal="sell",
    languages=("zh", "en"),
    site=Place(name="花店"),
    people=(
        Person(name="王芳", languages=("zh", "en")),
        Person(name="李强"),
        Person(name="店主", mobile="13900001111"),
    ),
    departments=(
        Department(name="销售", other_name="sales", share=60),
        Department(name="售后", other_name="service", people=("李强",)),
    ),
    load=Load(calls_a_day=90, talk_s=120),
)
TEN_MISTAKES = """
[site]
country = "XX"
[[person]]
name = ""
[[person]]
name = "Ann"
extension = "110"
[[person]]
name = "ann"
mobile = "0086139"
extension = "802"
[[person]]
name = "Bob"
role = "chief"
[[department]]
name = "Sales"
people = ["Anne"]
key = "0"
[[department]]
name = "Help"
share = 200
[opening.open]
mon = ["09:00-12:00", "11:00-13:00"]
[[channel]]
line = "line-9"
department = "Seils"
[load]
percent = 100
"""


def slugs(answers: Answers, config: Config = BOX) -> list[tuple[tuple[str | int, ...], str]]:
    return [(one.path, one.wording.slug) for one in check_answers(answers, config) if not one.wording.warning]


def made_of(answers: Answers, config: Config = BOX) -> Proposal:
    assert slugs(answers, config) == []
    return propose(answers, config, TODAY)


def test_a_box_with_telephones_needs_no_answer() -> None:
    made = made_of(Answers()).config
    assert [one.agent for one in made.extensions] == ["801", "802", "803", "804"]
    assert {line.target for line in made.lines} == {"service:office"}
    (queue,) = made.queues
    assert (queue.strategy, queue.service_level_s, queue.consent) == ("longest-idle", 20, "recording-consent")
    assert made.site == BOX.site


def test_all_mistakes_are_told_at_once_each_at_its_question(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(TEN_MISTAKES)
    answers, faults = load_answers(path, BOX)
    assert answers is None
    assert {(one.key, one.slug) for one in faults} >= {
        ("site.country", "no-such-country"),
        ("person[3].role", "no-such-choice"),
        ("department[1].share", "out-of-range"),
        ("load.percent", "out-of-range"),
    }
    path.write_text(TEN_MISTAKES.replace('"XX"', '"CN"'))
    answers, faults = load_answers(path, BOX)
    assert {(one.key, one.slug) for one in faults} >= {
        ("person[0].name", "no-name"),
        ("person[1].extension", "extension-hinders"),
        ("person[2].name", "name-twice"),
        ("person[2].mobile", "both-telephones"),
        ("department[0].people[0]", "no-such-person"),
        ("department[0].key", "bad-menu-key"),
        ("opening.open.mon", "hours-overlap"),
        ("channel[0].line", "no-such-line"),
        ("channel[0].department", "no-such-department"),
    }
    for one in faults:
        assert one.line > 0
        for language in ("en", "zh"):
            assert all(one.said(language))


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (Answers(people=(Person(name="A", role="staff"),)), ("person",)),
        (Answers(people=tuple(Person(name=f"P{n}") for n in range(5))), ("person", 4)),
        (Answers(people=(Person(name="A", mobile="110"),)), ("person", 0, "mobile")),
        (Answers(people=(Person(name="A", mobile="0044123456"),)), ("person", 0, "mobile")),
        (Answers(people=(Person(name="A", extension="911"),)), ("person", 0, "extension")),
        (Answers(opening=Opening(open={"mon": ()})), ("opening", "open")),
        (Answers(opening=Opening(holidays={"2026-10-01": ""}, working=("2026-10-01",))), ("opening", "working", 0)),
        (Answers(departments=tuple(Department(name=f"D{n}") for n in range(10))), ("department", 9)),
        (Answers(channels=(Channel(line="line-1"), Channel(line="line-1"))), ("channel", 1, "line")),
        (Answers(site=Place(country="DE"), wishes=Wishes(record="yes", announce=False)), ("wishes", "announce")),
        (Answers(site=Place(name="a\u200bb")), ("site", "name")),
    ],
)  # fmt: skip
def test_each_question_has_its_fault(answers: Answers, told: tuple[str | int, ...]) -> None:
    assert told in [path for path, _ in slugs(answers)]


def test_who_moves_where_his_own_number_means_help_is_told() -> None:
    box = structs.replace(BOX, extensions=(Extension(number="112", card="hat", slot=5),))
    assert (("site", "country"), "extension-hinders") in slugs(Answers(site=Place(country="DE")), box)


def test_a_form_is_read_like_a_file() -> None:
    answers, findings = read_answers({"goal": "sell", "load": {"percent": 0}}, BOX)
    assert answers is None
    assert [one.path for one in findings] == [("load", "percent")]
    answers, findings = read_answers({"goal": "sell"}, BOX)
    assert (answers, findings) == (Answers(goal="sell"), [])


def test_a_shop_gets_menu_languages_mobile_and_message() -> None:
    made = made_of(SHOP).config
    sales, service = made.queues
    assert (sales.id, sales.overflow, service.id) == ("sales", "group:sales-mobiles", "service")
    assert (service.overflow, service.exit_key) == ("voicemail:office", "0")
    assert made.groups[0].members == ("913900001111",)
    assert [one.queues for one in made.agents] == [("sales",), ("sales", "service")]
    assert [rule.queues for rule in made.routing] == [("sales",)]
    choice = next(one for one in made.prompts if one.id == "office-choice")
    assert (choice.zh, choice.en) == (
        "销售请按一，售后请按二。",
        "For sales, press one, for service, press two.",
    )


def test_dear_numbers_are_shut_and_help_is_open() -> None:
    made = made_of(Answers()).config
    assert {one.of_class for one in made.extensions} == {"staff"}
    assert made.classes[0].may_call == ("local", "service", "national")
    assert made.dial_plan == BOX.dial_plan
    abroad = made_of(Answers(site=Place(country="GB"))).config
    assert abroad.dial_plan.emergency == ("999", "112")
    assert (abroad.site.zone, abroad.site.retention_days) == ("Europe/London", 90)


def test_where_recording_is_a_crime_nothing_is_recorded_unasked() -> None:
    made = made_of(Answers(site=Place(country="DE"))).config
    assert [queue.record for queue in made.queues] == [False]
    told = made_of(Answers(site=Place(country="DE"), wishes=Wishes(record="yes"))).config
    assert [(one.record, one.consent) for one in told.queues] == [(True, "recording-consent")]


def test_a_line_of_its_own_leads_past_the_menu() -> None:
    own = structs.replace(SHOP, channels=(Channel(line="line-2", number="62340002", department="售后"),))
    made = made_of(own).config
    line = made.lines[1]
    assert (line.number, line.target) == ("62340002", "service:office-service")
    flow = next(one for one in made.flows if one.id == "office-service")
    assert [node.queue for node in flow.nodes if node.kind == "queue"] == ["service"]


def test_what_somebody_set_by_hand_stays() -> None:
    by_hand = Config(
        cards=(HAT,),
        site=Site(name="Shop"),
        lines=(Line(name="Main", card="hat", slot=2, gain_in_db=3.0),),
        extensions=(Extension(number="611", card="hat", slot=6, name="王芳", may_call="all", ring_s=9.0),),
    )
    made = made_of(SHOP, by_hand)
    there = made.config.extensions[0]
    assert (there.number, there.may_call, there.of_class, there.ring_s) == ("611", "all", "", 9.0)
    assert (made.config.lines[0].name, made.config.lines[0].gain_in_db) == ("Main", 3.0)
    assert any(one.part == "extension:611" and one.remark for one in made.why)
    longer = structs.replace(made.config.queues[0], ring_s=33.0)
    tuned = structs.replace(made.config, queues=(longer, *made.config.queues[1:]))
    assert proposed(SHOP, tuned) == tuned


def test_departments_of_the_same_people_are_staffed_together() -> None:
    plan = staffing(House(SHOP, BOX))
    assert [(pool.queues, pool.people) for pool in plan.pools] == [(("sales", "service"), 2)]
    apart = structs.replace(
        SHOP,
        departments=(Department(name="销售", people=("王芳",)), Department(name="售后", people=("李强",))),
    )
    assert [pool.people for pool in staffing(House(apart, BOX)).pools] == [1, 1]
    assert shares(SHOP) == pytest.approx([0.6, 0.4])
    assert sum(one.calls for one in plan.pools[0].day) == pytest.approx(90, abs=0.1)


def test_too_few_people_and_lines_are_remarked() -> None:
    busy = structs.replace(SHOP, load=Load(calls_a_day=400))
    remarks = {one.part for one in made_of(busy).why if one.remark}
    assert remarks >= {"staffing", "lines"}
    calm = structs.replace(SHOP, load=Load(calls_a_day=5))
    assert not {one.part for one in made_of(calm).why if one.remark} & {"staffing", "lines"}


def test_every_reason_is_said_in_both_languages() -> None:
    for answers in (Answers(), SHOP, structs.replace(SHOP, wishes=Wishes(voicemail=False, announce=False))):
        for one in made_of(answers).why:
            assert one.en.isprintable()
            assert any("\u4e00" <= sign <= "\u9fff" for sign in one.zh)


# -- the command ------------------------------------------------------------------------------------


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["interview", *words])
    code: int = arguments.run(arguments)
    return code


@pytest.fixture
def data(tmp_path: Path) -> str:
    places = Places(tmp_path / "box")
    places.make()
    with ConfigStore(places.config_db) as store:
        store.put(BOX, "test", 1)
    return str(places.root)


def test_what_the_box_would_answer_itself_is_a_file_to_answer_with(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--data", data) == 0
    path = tmp_path / "answers.toml"
    path.write_text(capsys.readouterr().out)
    assert run("--answers", str(path), "--data", data) == 0
    assert "--propose" in capsys.readouterr().out


def test_a_proposal_is_shown_then_put_in_force_then_nothing_is_left_to_change(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('goal = "support"\n[site]\nname = "Shop"\n')
    answered = ("--answers", str(path), "--data", data)
    assert run(*answered, "--propose") == 0
    shown = capsys.readouterr().out
    assert "site: name Tipring → Shop" in shown
    assert "(Erlang A)" in shown
    assert run(*answered, "--apply", "--author", "wang") == 0
    with ConfigStore(Places(Path(data)).config_db) as store:
        version = store.current()
    assert version is not None
    assert (version.version, version.author, version.note) == (2, "wang", "interview")
    capsys.readouterr()
    assert run(*answered, "--propose", "--json", "--language", "zh") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["changes"], told["faults"]) == ([], [])
    assert told["why"]


def test_faulty_answers_are_refused_whole(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(TEN_MISTAKES)
    assert run("--answers", str(path), "--data", data, "--apply") == 2
    assert "no country" in capsys.readouterr().err
    assert run("--answers", str(path), "--data", data, "--json") == 2
    assert not json.loads(capsys.readouterr().out)["usable"]
    with ConfigStore(Places(Path(data)).config_db) as store:
        assert len(store.history()) == 1
