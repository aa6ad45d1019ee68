"""Rehearse before apply: one at a time, found again by any page, stopped, kept with its draft."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from drivers.clock import MonotonicClock
from firmware.config.drafts.store import DraftStore
from firmware.config.versions import ConfigStore
from tests.webui.house import House
from tests.webui.past import put_past
from tests.webui.test_settings import begin, get, post, save, seen
from webui.rehearsing import compared, kept, runs
from webui.rehearsing.compared import Meaning, meaning
from webui.rehearsing.wanted import NotWanted, Wanted, wanted

SCRIPT = """
import json, os, sys
print(json.dumps({"done": 0.25, "run": "draft", "seed": 2}), file=sys.stderr, flush=True)
open(sys.argv[1] + ".new", "w").write(json.dumps({"argv": sys.argv[2:], "nice": os.nice(0)}))
os.rename(sys.argv[1] + ".new", sys.argv[1] + ".began")
sys.stdout.write(open(sys.argv[1]).read())
"""
"""Says how far it is, then waits for what it is to have found."""
BEGINS_US = 20_000_000
XSS = "<script>alert(1)</script>"


def band(low: float, mean: float, high: float) -> dict[str, float]:
    return {"low": low, "mean": mean, "high": high}


def cell(before: dict[str, float] | None, after: dict[str, float] | None) -> dict[str, Any]:
    return {"happened": 80.0, "unchanged": before, "draft": after, "difference": band(-3, -2, -1)}


FOUND = {
    "of": {"day": "2026-11-23", "calls": 5, "version": 1, "versions": 1},
    "seeds": [1, 2, 3],
    "total": {
        "abandoned": cell(band(5, 6, 7), band(2, 3, 4)),
        "service_level": cell(band(78, 80, 82), band(81, 84, 90)),
        "asa_s": cell(band(5, 5, 5), band(9, 9.5, 10)),
        "longest_wait_s": cell(None, None),
    },
    "queues": {"sales": {"service_level": cell(band(70, 70, 70), band(70, 70, 70))}, XSS: {}},
    "outcomes": {},
    "words": {"en": [f"It rises. {XSS}"], "zh": ["提高。"]},
}


class Fake:
    """The command's stand-in, and the door to its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)

    def pid(self, house: House) -> int:
        job = runs.running(house.places)
        assert job is not None
        return job.pid

    def finds(self, house: House, text: str) -> None:
        """It ends, having printed this."""
        pid = self.pid(house)
        self.path.write_text(text)
        self.waits_for(pid)

    @staticmethod
    def waits_for(pid: int) -> None:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    def began(self) -> dict[str, Any]:
        """How it was started; it has said then how far it is, and waits."""
        path, clock = Path(f"{self.path}.began"), MonotonicClock()
        end_us = clock.now_us() + BEGINS_US
        while not path.exists():
            assert clock.now_us() < end_us, "it does not begin"
            clock.wait_until(clock.now_us() + 5_000)
        told: dict[str, Any] = json.loads(path.read_text())
        return told


@pytest.fixture
def fake(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    put_past(house)
    made = Fake(tmp_path / "found")
    monkeypatch.setattr(runs, "COMMAND", (sys.executable, "-c", SCRIPT, str(made.path)))
    yield made
    job = runs.running(house.places)
    if job is not None and runs.stop(house.places):
        made.waits_for(job.pid)
        assert runs.running(house.places) is None


def rehearse(house: House, draft: str, **form: str) -> TestResponse:
    return post(house, f"{draft}/rehearsal", **({"day": "2026-11-23", "seeds": "3", "seed": "1"} | form))


def test_the_busiest_day_is_offered_first(house: House, fake: Fake) -> None:
    page = get(house, f"{begin(house)}/rehearsal")
    assert re.search(r"<option value=\"2026-11-23\">2026-11-23: \d calls, the busiest", page)


def test_it_runs_tells_how_far_it_is_and_is_kept_with_its_draft(house: House, fake: Fake) -> None:
    draft = begin(house)
    save(house, f"{draft}/part/queue.0", ring_s="22")
    assert rehearse(house, draft, seed="7").status_code == 302
    page = get(house, f"{draft}/rehearsal")
    assert "js/rehearsals.js" in page and "<progress" in page and 'name="day"' not in page
    fake.finds(house, json.dumps(FOUND))
    began = fake.began()
    assert began["nice"] == 19
    argv = began["argv"]
    assert argv[:2] == ["--data", str(house.places.root)]
    assert argv[4:] == [
        "--day",
        "2026-11-23",
        "--seeds",
        "3",
        "--seed",
        "7",
        "--json",
        "--progress",
        "json",
    ]
    assert house.client("admin").get(f"{draft}/rehearsal/now").json == {"running": False}
    page = get(house, f"{draft}/rehearsal")
    assert "Seeds 1, 2, 3" in page and "84 (81 … 90)" in page
    assert XSS not in page and "&lt;script&gt;alert(1)" in page
    assert page.count("no clear difference") == 1 and ">better<" in page and ">worse<" in page
    assert 'class="happened"' in page
    told = post(house, f"{draft}/apply", seen=seen(page))
    assert "Version 2 is in force" in told.text
    another = begin(house)
    get(house, f"{another}/rehearsal")
    rehearse(house, another)
    assert [one.name for one in (house.places.root / kept.FOLDER).iterdir()] == []


def test_how_far_it_is_comes_in_words(house: House, fake: Fake) -> None:
    draft = begin(house)
    rehearse(house, draft)
    pid = fake.pid(house)
    fake.began()
    progress = house.places.run / runs.FOLDER / "progress"
    progress.write_text(
        '{"done": 0.1, "run": "unchanged", "seed": 1}\n{"done": 0.255, "run": "draft", "seed": 2}\n{"do'
    )
    told = house.client("admin").get(f"{draft}/rehearsal/now").json
    assert told == {"running": True, "percent": 26, "text": "26 % · draft, seed 2"}
    assert fake.pid(house) == pid


def test_a_second_one_is_told_of_the_first(house: House, fake: Fake) -> None:
    draft, other = begin(house), begin(house)
    rehearse(house, draft)
    pid = fake.pid(house)
    told = rehearse(house, other)
    assert told.status_code == 409
    assert "One rehearsal at a time: draft 1 is being rehearsed, begun by boss" in told.text
    assert f'href="{draft}/rehearsal"' in get(house, f"{other}/rehearsal")
    post(house, f"{other}/rehearsal/stop")
    assert fake.pid(house) == pid, "only at its own draft it is stopped"


def test_stopped_it_is_gone_and_nothing_is_kept(house: House, fake: Fake) -> None:
    draft = begin(house)
    rehearse(house, draft)
    pid = fake.pid(house)
    assert post(house, f"{draft}/rehearsal/stop").status_code == 302
    fake.waits_for(pid)
    page = get(house, f"{draft}/rehearsal")
    assert 'name="day"' in page and "came to nothing" not in page
    assert kept.read(house.places.root, 1) is None
    assert sorted(one.name for one in (house.places.run / runs.FOLDER).iterdir()) == ["lock"]


@pytest.mark.parametrize("said", ["", "{", "[]", '{"total": 1}'])
def test_one_that_fails_is_told(house: House, fake: Fake, said: str) -> None:
    draft = begin(house)
    rehearse(house, draft)
    pid = fake.pid(house)
    fake.began()
    with (house.places.run / runs.FOLDER / "progress").open("a") as told:
        told.write(f"there was no call {XSS}\n")
    assert fake.pid(house) == pid
    fake.finds(house, said)
    page = get(house, f"{draft}/rehearsal")
    assert (
        "came to nothing" in page and "there was no call &lt;script&gt;" in page and 'id="result"' not in page
    )
    assert "done" not in kept.read(house.places.root, 1).failure  # type: ignore[union-attr]


def test_a_result_of_an_older_draft_says_so(house: House, fake: Fake) -> None:
    draft = begin(house)
    rehearse(house, draft)
    fake.finds(house, json.dumps(FOUND))
    assert "was changed since" not in get(house, f"{draft}/rehearsal")
    save(house, f"{draft}/part/queue.0", ring_s="22")
    page = get(house, f"{draft}/rehearsal")
    assert "was changed since" in page and '<button class="main" disabled>Apply' in page


def test_a_process_that_took_the_number_of_an_old_one_is_left_alone(house: House, fake: Fake) -> None:
    """The web process and its rehearsal died; its number belongs to somebody else: to this test."""
    draft = begin(house)
    rehearse(house, draft)
    job = runs.running(house.places)
    assert job is not None
    fake.finds(house, json.dumps(FOUND))
    file = house.places.run / runs.FOLDER / "job.json"
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {"pid": os.getpid()}))
    assert runs.stop(house.places) is False
    os.waitpid(job.pid, 0)
    assert kept.read(house.places.root, 1) is not None


@pytest.mark.parametrize(
    "form",
    [
        {"day": ""},
        {"day": "--scenario"},
        {"day": "2026-13-01"},
        {"seeds": "50"},
        {"seeds": "x"},
        {"seed": "-1"},
        {"seed": "99999999999999999999"},
        {"day": "expected", "calls": "-3"},
        {"day": "expected"},
    ],
)
def test_what_no_form_of_ours_asks_is_refused(house: House, fake: Fake, form: dict[str, str]) -> None:
    told = rehearse(house, begin(house), **form)
    assert told.status_code == 422 and 'role="alert"' in told.text
    assert runs.running(house.places) is None


def test_a_faulty_draft_is_not_rehearsed(house: House, fake: Fake) -> None:
    draft = begin(house)
    save(house, f"{draft}/part/queue.0", ring_s="soon")
    assert rehearse(house, draft).status_code == 409
    assert runs.running(house.places) is None


def test_the_expected_day_is_a_scenario_of_the_interview(house: House, fake: Fake) -> None:
    get(house, "/interview/step/load")
    post(house, "/interview/step/business")
    draft = begin(house)
    told = rehearse(house, draft, day="expected", calls="90")
    if told.status_code == 422:
        pytest.fail(told.text)
    scenario = (house.places.run / runs.FOLDER / "day.toml").read_text()
    assert 'name = "expected-day"' in scenario
    fake.finds(house, json.dumps(FOUND | {"of": {"name": "expected-day"}}))
    argv = fake.began()["argv"]
    assert "--scenario" in argv and "--day" not in argv
    assert "The expected day; in force: version 1" in get(house, f"{draft}/rehearsal")


def test_the_drafts_pins_are_nobodys_to_read(house: House, fake: Fake) -> None:
    rehearse(house, begin(house))
    folder = house.places.run / runs.FOLDER
    assert {
        oct((folder / name).stat().st_mode & 0o77) for name in ("draft.toml", "found.json", "progress")
    } == {"0o0"}


def test_without_history_and_interview_the_page_says_what_to_do(house: House) -> None:
    assert "there is nothing to rehearse" in get(house, f"{begin(house)}/rehearsal")
    assert house.client("admin").get("/settings/draft/99/rehearsal").status_code == 404


def test_only_with_the_pages_own_token(house: House, fake: Fake) -> None:
    draft = begin(house)
    form = {"day": "2026-11-23", "seeds": "3", "csrf": "stolen"}
    assert house.client("admin").post(f"{draft}/rehearsal", data=form).status_code == 403
    assert house.client("admin").post(f"{draft}/rehearsal/stop", data={}).status_code == 403


def test_differences_mean_something_only_where_bands_are_apart() -> None:
    assert meaning("service_level", band(70, 75, 80), band(80, 85, 90)) is Meaning.UNCLEAR
    assert meaning("service_level", band(70, 75, 80), band(81, 85, 90)) is Meaning.BETTER
    assert meaning("asa_s", band(70, 75, 80), band(81, 85, 90)) is Meaning.WORSE
    assert meaning("abandoned", band(9, 9, 9), band(8, 8, 8)) is Meaning.BETTER
    assert meaning("offered", band(9, 9, 9), band(8, 8, 8)) is Meaning.OTHER
    assert meaning("asa_s", band(9, 9, 9), band(9, 9, 9)) is Meaning.SAME
    assert meaning("asa_s", None, band(9, 9, 9)) is Meaning.NONE


def test_bands_are_drawn_within_the_picture() -> None:
    drawn = compared.plot(FOUND, "service_level", {"": "All", "sales": "Sales"})
    assert drawn is not None and [one.name for one in drawn.lines] == ["All", "Sales"]
    for line in drawn.lines:
        for one in line.bands:
            assert compared.LEFT - 5 <= one.x <= one.mean + 2 <= compared.WIDTH - compared.RIGHT + 5
            assert one.width >= compared.LEAST_WIDTH
    assert compared.plot(FOUND, "longest_wait_s", {}) is None


def test_a_form_is_read_strictly() -> None:
    assert wanted({"day": "2026-11-23", "seeds": "5", "seed": "2"}) == Wanted("2026-11-23", 0, 5, 2)
    assert wanted({"day": "expected", "seeds": "3", "calls": "120"}) == Wanted("", 120, 3, 1)
    with pytest.raises(NotWanted, match="bad-seeds"):
        wanted({"day": "2026-11-23"})


def test_drafts_stay_where_they_are(house: House, fake: Fake) -> None:
    """The configuration's own database is not written to by a rehearsal."""
    draft = begin(house)
    with ConfigStore(house.places.config_db) as store:
        before = DraftStore(store).get(1), store.history()
    rehearse(house, draft)
    fake.finds(house, json.dumps(FOUND))
    get(house, f"{draft}/rehearsal")
    with ConfigStore(house.places.config_db) as store:
        assert (DraftStore(store).get(1), store.history()) == before
