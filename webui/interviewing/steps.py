"""Which questions stand on which page, and a form's fields as the document of answers.

Fields are called as their place in the document: `person.0.name`. What is no number stays text: the check tells it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from firmware.config.times import DAYS
from firmware.interview.answers import MOST_PEOPLE, MOST_SERVICES

Document = dict[str, Any]
Form = MultiDict[str, str]
LONGEST = 400
_BETWEEN = re.compile(r"[\s,;，、；]+")
_BLANKS = re.compile(r"\s*[-–—~～至]\s*")
PERSON = ("name", "role", "extension", "mobile")
DEPARTMENT = ("name", "other_name", "key")
LOAD = ("percent", "within_s", "calls_a_day", "talk_s", "notes_s", "peak_percent", "patience_s")
WISHES = ("announce", "voicemail", "callback")


def business(form: Form, answers: Document) -> Document:
    site = {key: _text(form, f"site.{key}") for key in ("name", "country", "area", "zone", "language")}
    if site["country"] != answers.get("site", {}).get("country"):
        site["zone"] = site["area"] = ""
    goal = _text(form, "goal") or "answer"
    moved = goal != answers.get("goal") and len(answers.get("department", ())) <= 1
    kept = {key: value for key, value in answers.items() if not (moved and key == "department")}
    return kept | {"goal": goal, "languages": form.getlist("languages"), "site": site}


def people(form: Form, answers: Document) -> Document:
    """Whoever is called otherwise now keeps his departments."""
    named: dict[str, str] = {}
    rows = []
    for at in _rows(form, "person", MOST_PEOPLE):
        row: Document = {key: _text(form, f"person.{at}.{key}") for key in PERSON}
        row["languages"] = form.getlist(f"person.{at}.languages")
        if row["name"] or row["extension"] or row["mobile"]:
            rows.append(row)
            named[_text(form, f"person.{at}.was")] = row["name"]
    departments = [
        one | {"people": [named[name] for name in one.get("people", ()) if name in named]}
        for one in answers.get("department", ())
    ]
    return answers | {"person": rows, "department": departments}


def departments(form: Form, answers: Document) -> Document:
    names = [one["name"] for one in answers.get("person", ())]
    rows = []
    for at in _rows(form, "department", MOST_SERVICES):
        row: Document = {key: _text(form, f"department.{at}.{key}") for key in DEPARTMENT}
        row["urgent"] = f"department.{at}.urgent" in form
        row["share"] = _whole(form, f"department.{at}.share") or 0
        chosen = [name for name in form.getlist(f"department.{at}.people") if name in names]
        row["people"] = [] if len(chosen) == len(names) else chosen
        if row["name"] or row["other_name"]:
            rows.append(row)
    channels = [
        {key: _text(form, f"channel.{at}.{key}") for key in ("line", "number", "department")}
        for at in _rows(form, "channel", MOST_PEOPLE)
    ]
    used = [one for one in channels if one["number"] or one["department"]]
    return answers | {"department": rows, "channel": used}


def hours(form: Form, answers: Document) -> Document:
    spans = {
        day: _spans(_text(form, f"opening.open.{day}"))
        for day in DAYS
        if f"opening.is-open.{day}" in form and _text(form, f"opening.open.{day}")
    }
    lines = (line.strip() for line in form.get("opening.holidays", "")[:20_000].splitlines())
    split = (line.split(None, 1) for line in lines if line)
    holidays = {date: rest[0] if rest else date for date, *rest in split}
    working = [one for one in _BETWEEN.split(_text(form, "opening.working")) if one]
    return answers | {"opening": {"open": spans, "holidays": holidays, "working": working}}


def load(form: Form, answers: Document) -> Document:
    given = {key: _whole(form, f"load.{key}") for key in LOAD}
    return answers | {"load": {key: value for key, value in given.items() if value is not None}}


def wishes(form: Form, answers: Document) -> Document:
    switches: Document = {key: f"wishes.{key}" in form for key in WISHES}
    texts = {key: _text(form, f"wishes.{key}") for key in ("greeting_zh", "greeting_en")}
    return answers | {"wishes": switches | texts | {"record": _text(form, "wishes.record") or "country"}}


Take = Callable[[Form, Document], Document]
STEPS: Mapping[str, Take] = {
    "business": business,
    "people": people,
    "departments": departments,
    "hours": hours,
    "load": load,
    "wishes": wishes,
}
"""In their order."""
OF_STEP: Mapping[str, str] = {
    "goal": "business",
    "languages": "business",
    "site": "business",
    "person": "people",
    "department": "departments",
    "channel": "departments",
    "opening": "hours",
    "load": "load",
    "wishes": "wishes",
}
"""First part of a fault's path to the page on which it is put right."""


def after(step: str) -> str:
    """Empty behind the last."""
    names: Sequence[str] = list(STEPS)
    place = names.index(step) + 1
    return names[place] if place < len(names) else ""


def _text(form: Form, name: str) -> str:
    return form.get(name, "")[:LONGEST].strip()


def _whole(form: Form, name: str) -> int | str | None:
    text = _text(form, name)
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text or None


def _spans(text: str) -> list[str]:
    """People write `9:00 - 12:00、13:30-18:00`."""
    parts = [one for one in _BETWEEN.split(_BLANKS.sub("-", text)) if one]
    return [re.sub(r"(?<![0-9])([0-9]):", r"0\1:", part.replace("：", ":")) for part in parts]


def _rows(form: Form, kind: str, most: int) -> Iterator[int]:
    places = {
        int(found[1]) for name in form if (found := re.fullmatch(rf"{kind}\.([0-9]{{1,4}})\.\w+", name))
    }
    yield from sorted(places)[: most + 1]
