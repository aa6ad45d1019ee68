"""Boxes somebody sets up, and answers somebody gives: any that the questions allow."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from firmware.config.schema import Agent, Card, Config, Extension, Line, Mailbox, Queue, Site, Trunk
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
from firmware.interview.customs import CUSTOMS
from firmware.interview.found import found
from hwsim.scenario_file import load_scenario

ROOT = Path(__file__).resolve().parents[2]
HAT = Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4)


def _small_office() -> Config:
    scenario, _ = load_scenario(ROOT / "hw-sim" / "scenarios" / "small-office.toml")
    assert scenario is not None
    return scenario.config


BOXES = {
    "one hat": Config(cards=(HAT,)),
    "telephones alone": Config(cards=(Card(name="hat", slots=("fxs",) * 8),)),
    "two hats": Config(
        cards=(HAT, Card(name="hat-2", bus=1, pcm="hw:1", slots=("fxs",) * 8)), site=Site(country="TW")
    ),
    "over the network": Config(
        cards=(Card(name="net", kind="sip"),),
        trunks=(Trunk(name="carrier", card="net", hosts=("sip.example.org",)),),
        extensions=(Extension(number="201", card="net", name="Ann"),),
    ),
    "named already": Config(
        cards=(HAT,),
        lines=(Line(name="Shop", card="hat", slot=2, number="62345678", outgoing=False),),
        extensions=(Extension(number="611", card="hat", slot=6, name="王芳", may_call="all"),),
        agents=(Agent(id="9999", name="Old hand", queues=("old",)),),
        queues=(Queue(id="old", name="Sales", overflow="voicemail:Office"),),
        mailboxes=(Mailbox(id="Office"),),
    ),
    "small office": _small_office(),
}
NAMES = ("王芳", "李强", "Ann", "Zhao", "Wang", "Bob O'Neil", "Müller", "Иван", "0", "a" * 60)
DEPARTMENTS = (
    "销售",
    "Sales",
    "售后",
    "Repairs & parts",
    "财务",
    "Bookings",
    "o",
    "0",
    "Технический",
    "Orders",
)
SPANS = ((), ("09:00-18:00",), ("08:30-12:00", "13:00-17:30"), ("22:00-02:00",), ("00:00-24:00",))
DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(str)
LANGUAGES = st.lists(st.sampled_from(("zh", "en")), unique=True, max_size=2).map(tuple)
TEXT = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=60)
NUMBERS = ("", "", "", "801", "8010", "62", "200", "305", "730")


def answers(config: Config) -> st.SearchStrategy[Answers]:
    """Most of them without fault for this box."""
    return st.lists(people(), max_size=6, unique_by=lambda one: one.name.casefold()).flatmap(
        lambda who: st.builds(
            Answers,
            goal=st.sampled_from(("answer", "sell", "support", "book")),
            languages=LANGUAGES,
            site=st.builds(
                Place,
                name=st.just("") | TEXT,
                country=st.just("") | st.sampled_from(sorted(CUSTOMS)),
                area=st.sampled_from(("", "10", "21")),
                zone=st.sampled_from(("", "Asia/Shanghai", "Europe/Berlin")),
                language=st.sampled_from(("", "zh", "en")),
            ),
            people=st.just(tuple(who)),
            departments=st.lists(
                departments([one.name for one in who]), max_size=4, unique_by=lambda one: one.name.casefold()
            ).map(tuple),
            opening=openings(),
            load=loads(),
            wishes=wishes(),
        ).flatmap(lambda whole: channels(whole, config))
    )


def people() -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        name=st.sampled_from(NAMES),
        role=st.sampled_from(("agent", "agent", "supervisor", "staff")),
        languages=LANGUAGES,
        extension=st.sampled_from(NUMBERS),
    ) | st.builds(Person, name=st.sampled_from(NAMES), mobile=st.just("13900001111"))


def departments(names: list[str]) -> st.SearchStrategy[Department]:
    some = st.lists(st.sampled_from(names), unique=True, max_size=3) if names else st.just([])
    return st.builds(
        Department,
        name=st.sampled_from(DEPARTMENTS),
        other_name=st.sampled_from(("", "Something else", "其他")),
        people=some.map(tuple),
        key=st.sampled_from(("", "", "", "3", "9")),
        share=st.integers(0, 25),
        urgent=st.booleans(),
    )


def channels(whole: Answers, config: Config) -> st.SearchStrategy[Answers]:
    names = [one.name for one in whole.departments]
    one = st.builds(
        Channel,
        line=st.sampled_from(found(config).ways_in or ("none",)),
        number=st.sampled_from(("", "62340001")),
        department=st.sampled_from(["", *names]),
    )
    some = st.lists(one, unique_by=lambda channel: channel.line, max_size=3)
    return some.map(lambda made: structs.replace(whole, channels=tuple(made)))


def openings() -> st.SearchStrategy[Opening]:
    days: Any = {day: st.sampled_from(SPANS) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    return st.just(Opening()) | st.builds(
        Opening,
        open=st.fixed_dictionaries({}, optional=days),
        holidays=st.dictionaries(DATES, st.sampled_from(("", "国庆节")), max_size=3),
        working=st.lists(DATES, max_size=2).map(tuple),
    )


def loads() -> st.SearchStrategy[Load]:
    return st.builds(
        Load,
        percent=st.integers(1, 99),
        within_s=st.integers(1, 600),
        calls_a_day=st.integers(0, 300),
        talk_s=st.integers(5, 600),
        notes_s=st.integers(0, 900),
        peak_percent=st.integers(1, 100),
        patience_s=st.integers(5, 3600),
    )


def wishes() -> st.SearchStrategy[Wishes]:
    return st.builds(
        Wishes,
        record=st.sampled_from(("country", "yes", "no")),
        announce=st.booleans(),
        voicemail=st.booleans(),
        callback=st.booleans(),
        greeting_zh=st.just("") | TEXT,
        greeting_en=st.just("") | TEXT,
    )
