"""Lines, health and webhooks for programs: what the pages tell, and what is asked for is done once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from firmware.cli.doctor import examine
from firmware.jobs.webhooks.signing import read_secret
from firmware.jobs.webhooks.standing import Delivery, Standing, Standings, Wish, take_wishes, write_standings
from firmware.protocol.meters import Alarm
from tests.webui.house import House
from tests.webui.programs import Program
from tests.webui.test_lines import Switch, call, view
from tests.webui.test_webhooks_page import AT, HOOKED, XSS
from webui.hooks import HOUR_US, SILENT_US


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


@pytest.fixture
def switch(house: House) -> Iterator[Switch]:
    made = Switch(house)
    yield made
    made.lock.release()
    made.writer.close()


@pytest.fixture
def hooked(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, HOOKED)
    made.settle()
    yield made
    made.close()


# -- lines and health -----------------------------------------------------------------------------------


def test_ports_are_told_with_their_meters_and_alarms(house: House, switch: Switch) -> None:
    switch.alarm(Alarm.NO_BATTERY)
    house.engine.stands(view(call("line-1")), house.site)
    program = Program(house, "read:live")
    english, chinese = (told(program.get("/lines", Accept_Language=one)) for one in ("en", "zh"))
    port = english["ports"][0]
    assert (port["card"], port["slot"], port["kind"], port["name"], port["state"]) == (
        "hat",
        1,
        "fxo",
        "line-1",
        "idle",
    )
    assert port["volts"] == -49.0 and port["level_from"] is None
    assert [one["slug"] for one in port["alarms"]] == ["line-no-battery"]
    assert "line-1" in port["alarms"][0]["seen"] and port["alarms"][0]["remedy"]
    assert chinese["ports"][0]["alarms"][0]["remedy"] != port["alarms"][0]["remedy"]
    assert {one["name"]: one["state"] for one in english["lines"]} == {
        "line-1": "busy",
        "801": "idle",
        "802": "idle",
    }
    assert english["facts"] == told(program.get("/lines", Accept_Language="en"))["facts"] != []
    assert "Ms Secret" not in str(english) and "13900001111" not in str(english), "ports, not people"


def test_where_no_switch_runs_it_is_said(house: House) -> None:
    found = told(Program(house).get("/lines", Accept_Language="en"))
    assert found["ports"] == [] and found["trunks"] == []
    assert found["facts"] == [{"name": "Switch", "text": "does not run", "is_well": False}]


def test_health_is_what_the_doctor_finds(house: House) -> None:
    found = told(Program(house, "read:live").get("/health", Accept_Language="en"))
    looked = list(examine(house.places))
    assert sorted(one["slug"] for one in found["findings"]) == sorted(one.slug for one in looked)
    wells = [one["well"] for one in found["findings"]]
    assert wells == sorted(wells) and found["well"] == all(wells)
    assert all(one["well"] or one["remedy"] for one in found["findings"])


def test_agents_have_other_work(house: House) -> None:
    agent, other = Program(house, "read:live", agent="800"), Program(house, "supervise")
    for path in ("/lines", "/health"):
        assert agent.get(path).status_code == other.get(path).status_code == 403, path


# -- webhooks -------------------------------------------------------------------------------------------


def test_how_each_endpoint_fares_is_told(hooked: House) -> None:
    program = Program(hooked, "read:settings")
    found = told(program.get("/webhooks"))
    assert [(one["name"], one["state"]) for one in found["webhooks"]] == [
        ("crm", "no-secret"),
        ("old", "off"),
    ]
    assert found["silent"]
    Program(hooked).post("/webhooks/crm/secret", None)
    one = Standing(
        "crm",
        failing_at=AT,
        reason=XSS,
        waiting=3,
        latest=(Delivery("1-7-0", "call.began", AT, "timed-out"),),
    )
    write_standings(hooked.places.run, Standings(hooked.clock.now_us(), (one,)))
    found = told(program.get("/webhooks"))
    crm = found["webhooks"][0]
    assert not found["silent"] and crm["state"] == "failing" and crm["events"] == ["call.began", "call.ended"]
    assert crm["stands"]["waiting"] == 3 and crm["stands"]["latest"][0]["reason"] == "timed-out"
    assert crm["secret_made_by"].startswith("api:") and crm["secret_made_at"]
    kept = read_secret(hooked.places.secrets, "crm")
    assert kept and kept.current not in program.get("/webhooks").text
    hooked.clock.us += SILENT_US + 1
    assert told(program.get("/webhooks"))["silent"]


def test_a_secret_is_made_once_for_each_key(hooked: House) -> None:
    program = Program(hooked, "write:settings")
    first, again = (
        told(program.post("/webhooks/crm/secret", None, Idempotency_Key="a-new-one"), 201) for _ in range(2)
    )
    kept = read_secret(hooked.places.secrets, "crm")
    assert kept and first == again == {"name": "crm", "secret": kept.current}
    assert kept.made_by == program.token.author and kept.former == ""
    second = told(program.post("/webhooks/crm/secret", None), 201)
    kept = read_secret(hooked.places.secrets, "crm")
    assert kept and (kept.current, kept.former) == (second["secret"], first["secret"])
    late = program.post("/webhooks/crm/secret", None, Idempotency_Key="a-new-one")
    assert late.status_code == 409, "another one was made since: nothing is told, nothing is made"
    assert read_secret(hooked.places.secrets, "crm") == kept


@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e%2fx", "<b>"])
def test_endpoints_that_are_not_there_get_nothing(hooked: House, name: str) -> None:
    program = Program(hooked)
    assert program.post(f"/webhooks/{name}/secret", None).status_code in (404, 405)
    assert program.post(f"/webhooks/{name}/wishes", {"do": "test"}).status_code in (404, 405)
    assert not (hooked.places.secrets / "webhooks").exists() and not list(take_wishes(hooked.places.run))


@pytest.mark.parametrize(
    ("body", "wish"),
    [
        ({"do": "test"}, Wish("test", "crm")),
        ({"do": "now"}, Wish("now", "crm")),
        ({"do": "again", "id": "3-14-1"}, Wish("again", "crm", id="3-14-1")),
        ({"do": "since", "hours": 24}, Wish("since", "crm", at_us=5_000_000)),
    ],
)
def test_a_wish_reaches_who_delivers_once(hooked: House, body: dict[str, object], wish: Wish) -> None:
    hooked.clock.us = 24 * HOUR_US + 5_000_000
    program = Program(hooked, "write:settings")
    first, again = (
        told(program.post("/webhooks/crm/wishes", body, Idempotency_Key="the-same-wish"), 202)
        for _ in range(2)
    )
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert [one for _, one in take_wishes(hooked.places.run)] == [wish]
    other = body | {"do": "test", "hours": 1}
    assert program.post("/webhooks/crm/wishes", other, Idempotency_Key="the-same-wish").status_code == 422
    assert list(take_wishes(hooked.places.run)) == []


@pytest.mark.parametrize(
    "body", [{}, {"do": "dance"}, {"do": "again"}, {"do": "again", "id": "x"}, {"do": "since"},
             {"do": "since", "hours": 73}, {"do": "since", "hours": -1}, {"do": "test", "x": 1}]
)  # fmt: skip
def test_what_is_no_wish_is_refused(hooked: House, body: dict[str, object]) -> None:
    assert told(Program(hooked).post("/webhooks/crm/wishes", body), 400)["faults"]
    assert list(take_wishes(hooked.places.run)) == []


def test_a_disk_that_is_full_keeps_the_key_for_another_try(
    hooked: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    program = Program(hooked)
    with monkeypatch.context() as broken:
        broken.setattr("webui.api.webhooks.put_wish", full)
        told(program.post("/webhooks/crm/wishes", {"do": "test"}, Idempotency_Key="the-same-wish"), 503)
    again = told(program.post("/webhooks/crm/wishes", {"do": "test"}, Idempotency_Key="the-same-wish"), 202)
    assert not again["repeated"] and len(list(take_wishes(hooked.places.run))) == 1


def test_reading_is_not_writing(hooked: House) -> None:
    reads, writes = Program(hooked, "read:settings"), Program(hooked, "write:settings")
    assert reads.post("/webhooks/crm/secret", None).status_code == 403
    assert reads.post("/webhooks/crm/wishes", {"do": "test"}).status_code == 403
    assert writes.get("/webhooks").status_code == 403
