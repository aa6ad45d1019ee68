"""The configuration for programs: never over somebody else's, never with a fault, and every version comes back."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from firmware.config.check import check_config, known_names
from firmware.config.load import loads
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, Version
from firmware.protocol.inputs import ConfigApplied
from firmware.protocol.order_format import Verdict
from tests.webui.house import OFFICE, House
from tests.webui.past import HOSTILE
from tests.webui.programs import Program
from webui.api.settings import MOST_BYTES
from webui.settings import putting

EXAMPLES = Path(__file__).resolve().parents[2] / "docs/examples"
FAULTY = (
    OFFICE + '\n[[queue]]\nid = "sales"\nstrategy = "loudest"\n\n[[agent]]\nid = "900"\nqueues = ["none"]\n'
)
PIN = OFFICE.replace('name = "Wang"', 'name = "Wang"\npin = "4711"')


def text_with(**agents: str) -> str:
    return OFFICE + "".join(
        f'\n[[agent]]\nid = "{number[1:]}"\nname = "{name}"\n' for number, name in agents.items()
    )


def put(program: Program, text: str, etag: str = '"1"', **more: object) -> TestResponse:
    return program.ask("PUT", "/settings", {"toml": text, **more}, If_Match=etag)


def rows(house: House) -> list[Version]:
    with ConfigStore(house.places.config_db) as store:
        return store.history()


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


# -- reading ------------------------------------------------------------------------------------------


def test_what_is_in_force_is_told_as_text_that_is_the_same(house: House) -> None:
    answer = Program(house, "read:settings").get("/settings")
    found = told(answer)
    assert answer.headers["ETag"] == found["etag"] == '"1"'
    assert (found["version"], found["author"], found["at"]) == (1, "test", 1)
    assert loads(found["toml"], Config)[0] == house.site.config


def test_pins_are_in_the_text_as_they_are_in_the_pages_export(house: House) -> None:
    put(Program(house), PIN)
    page = house.client("admin").get("/settings/history/2.toml").text
    assert 'pin = "4711"' in page and 'pin = "4711"' in told(Program(house).get("/settings"))["toml"]


def test_a_box_without_configuration_has_version_0(house: House) -> None:
    with ConfigStore(house.places.config_db) as store:
        store.connection.execute("DELETE FROM versions")
    program = Program(house)
    assert told(program.get("/settings"))["etag"] == '"0"'
    assert told(put(program, OFFICE, '"0"'))["is_well"]


def test_versions_are_told_a_page_at_a_time(house: House) -> None:
    program = Program(house)
    for number in range(1, 6):
        told(put(program, text_with(**{f"n{900 + number}": "x"}), f'"{number}"', note=f"step {number}"))
    first = told(program.get("/settings/versions?most=4"))
    assert [one["version"] for one in first["versions"]] == [6, 5, 4, 3] and first["after"] == 3
    assert first["versions"][0]["note"] == "step 5" and first["versions"][0]["author"] == program.token.author
    second = told(program.get("/settings/versions?most=4&after=3"))
    assert [one["version"] for one in second["versions"]] == [2, 1] and second["after"] == 0
    assert '"901"' in told(program.get("/settings/versions/2"))["toml"]
    for absent in (0, 7, 2**53 - 1):
        assert program.get(f"/settings/versions/{absent}").status_code == 404


# -- checking -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_faults_are_told_with_line_key_and_remedy(house: House, language: str) -> None:
    program = Program(house, "read:settings")
    answer = told(program.ask("POST", "/settings/check", {"toml": FAULTY}, Accept_Language=language))
    _, faults = loads(FAULTY, Config, (check_config,), known_names())
    assert not answer["usable"] and not answer["more"]
    assert [(one["line"], one["key"], one["slug"], one["message"], one["remedy"]) for one in answer["faults"]] == [
        (one.line, one.key, one.slug, *one.said(language)) for one in faults
    ]  # fmt: skip
    assert len({one["slug"] for one in answer["faults"] if not one["warning"]}) >= 2
    assert [one.version for one in rows(house)] == [1] and not house.engine.orders


def test_a_good_text_is_usable_and_its_warnings_are_told(house: House) -> None:
    answer = told(Program(house).post("/settings/check", {"toml": OFFICE}))
    assert answer["usable"] and all(one["warning"] for one in answer["faults"])


@pytest.mark.parametrize(
    "text", [*HOSTILE, "\x00", "[[[[", "a=" + "[" * 5000, '"\\ud800"=1', "﻿", "x" * 300_000]
)
def test_a_hostile_text_is_only_faulty(house: House, text: str) -> None:
    answer = Program(house).post("/settings/check", {"toml": text})
    assert answer.status_code in (200, 400), answer.text
    assert answer.mimetype in ("application/json", "application/problem+json")
    assert answer.status_code == 400 or not answer.json["usable"]  # type: ignore[index]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_no_text_is_put_in_force_by_accident(house: House, text: str) -> None:
    answer = put(Program(house, "write:settings"), f"{text}\n[site]\ncountry = 1\n")
    assert answer.status_code in (400, 422) and house.site.config_version == 1


def test_a_long_list_of_faults_ends(house: House) -> None:
    text = "".join(f"k{number} = 1\n" for number in range(3000))
    answer = told(Program(house).post("/settings/check", {"toml": text}))
    assert len(answer["faults"]) == 1000 and answer["more"]


def test_two_long_texts_are_not_looked_at_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(putting, "PATIENCE_S", 0.0)
    with putting.a_turn():
        answer = Program(house).post("/settings/check", {"toml": OFFICE})
        assert answer.status_code == 503 and answer.headers["Retry-After"]
    told(Program(house).post("/settings/check", {"toml": OFFICE}))


# -- putting in force -----------------------------------------------------------------------------------


def test_a_text_is_in_force_at_once_under_the_tokens_name(house: House) -> None:
    program = Program(house, "write:settings")
    answer = put(program, text_with(n901="Li"), note="Li joins")
    found = told(answer)
    assert found["version"] == 2 and found["running"] == "taken" and found["is_well"]
    assert answer.headers["ETag"] == found["etag"] == '"2"'
    assert [one.id for one in house.site.config.agents] == ["800", "810", "901"]
    (order,) = house.engine.orders
    assert isinstance(order, ConfigApplied) and (order.version, order.author) == (2, program.token.author)
    assert (rows(house)[0].author, rows(house)[0].note) == (program.token.author, "Li joins")
    assert program.token.author in house.client("admin").get("/settings/history").text


def test_never_over_somebody_elses(house: House) -> None:
    one, other = Program(house), Program(house)
    told(put(one, text_with(n901="Li")))
    refused = put(other, text_with(n902="Wu"))
    assert refused.status_code == 412 and refused.headers["ETag"] == '"2"'
    assert [one.id for one in house.site.config.agents] == ["800", "810", "901"]
    told(put(other, text_with(n902="Wu"), '"2"'))


@pytest.mark.parametrize(
    "etag", ["1", '"01x"', 'W/"1"', "*", '""', '"-1"', '"1', '"' + "9" * 400 + '"', '"٣"']
)
def test_what_is_no_version_is_an_older_one(house: House, etag: str) -> None:
    program = Program(house)
    answer = program._client.put(
        "/api/v1/settings", json={"toml": text_with(n901="Li")},
        headers={"Authorization": f"Bearer {program.secret}", "If-Match": etag.encode().decode("latin-1")},
    )  # fmt: skip
    assert answer.status_code == 412 and house.site.config_version == 1


def test_without_a_version_nothing_is_done(house: House) -> None:
    assert Program(house).ask("PUT", "/settings", {"toml": OFFICE}).status_code == 428


def test_asked_again_after_the_answer_was_lost_it_is_done_once(house: House) -> None:
    program = Program(house)
    first, again = (told(put(program, text_with(n901="Li"))) for _ in range(2))
    assert first == again and [one.version for one in rows(house)] == [2, 1]
    assert put(Program(house), text_with(n901="Li")).status_code == 412, "somebody else's is not his"


def test_what_changes_nothing_makes_no_version(house: House) -> None:
    assert told(put(Program(house), OFFICE + "\n# said otherwise\n"))["version"] == 1
    assert len(rows(house)) == 1


def test_with_a_fault_nothing_is_changed_and_all_are_told(house: House) -> None:
    answer = put(Program(house), FAULTY)
    found = told(answer, 422)
    assert found["type"] == "urn:tipring:problem:faulty-settings"
    assert {one["at"] for one in found["faults"]} == {"$.toml"}
    assert all(one["line"] and one["slug"] and one["text"] and one["remedy"] for one in found["faults"])
    assert house.site.config_version == 1 and not house.engine.orders


def test_warnings_are_told_and_do_not_hinder(house: House) -> None:
    text = OFFICE.replace('number = "62345678"', 'number = "62345678"\nhangup = []')
    found = told(put(Program(house), text))
    assert found["version"] == 2 and found["warnings"] and all(one["warning"] for one in found["warnings"])


@pytest.mark.parametrize(
    ("verdict", "is_well"), [(Verdict.REFUSED, False), (Verdict.NO_ENGINE, True), (Verdict.UNKNOWN, False)]
)
def test_what_the_running_box_says_is_told(house: House, verdict: Verdict, is_well: bool) -> None:
    house.engine.verdict = verdict
    found = told(put(Program(house), text_with(n901="Li")))
    assert (found["running"], found["is_well"]) == (str(verdict), is_well) and "2" in found["text"]


def test_a_body_that_is_too_large_is_not_read(house: House) -> None:
    fits, large = "#" * (MOST_BYTES - 100), "#" * MOST_BYTES
    assert put(Program(house), large).status_code == 413
    assert Program(house).post("/settings/check", {"toml": large}).status_code == 413
    assert told(Program(house).post("/settings/check", {"toml": OFFICE + fits[len(OFFICE) + 1000 :]}))[
        "usable"
    ]
    assert Program(house).post("/contacts", {"name": "x" * (256 << 10)}).status_code == 413, (
        "others as before"
    )


@pytest.mark.parametrize("body", [{}, {"toml": ""}, {"toml": " \n"}, {"toml": OFFICE, "note": "a\nb"},
                                  {"toml": OFFICE, "note": "x" * 121}, {"toml": 1},
                                  {"toml": OFFICE, "x": 1}])  # fmt: skip
def test_a_body_that_says_nothing_is_refused(house: House, body: object) -> None:
    assert Program(house).ask("PUT", "/settings", body, If_Match='"1"').status_code == 400
    assert house.site.config_version == 1


# -- back -------------------------------------------------------------------------------------------------


def test_an_older_version_is_in_force_again_once(house: House) -> None:
    program = Program(house)
    told(put(program, text_with(n901="Li")))
    first, again = (
        told(program.post("/settings/versions/1/restore", None, Idempotency_Key="back-to-one"))
        for _ in range(2)
    )
    assert first["version"] == again["version"] == 3 and len(rows(house)) == 3
    assert rows(house)[0].note == "rollback to 1" and rows(house)[0].author == program.token.author
    assert [one.id for one in house.site.config.agents] == ["800", "810"]


def test_an_answer_that_comes_late_does_not_put_the_old_one_in_force(house: House) -> None:
    program = Program(house)
    told(put(program, text_with(n901="Li")))
    told(program.post("/settings/versions/1/restore", None, Idempotency_Key="back-to-one"))
    told(put(Program(house), text_with(n902="Wu"), '"3"'))
    late = told(program.post("/settings/versions/1/restore", None, Idempotency_Key="back-to-one"))
    assert late["version"] == 3 and late["running"] == "replaced" and late["etag"] == '"4"'
    assert [one.version for one in house.engine.orders if isinstance(one, ConfigApplied)] == [2, 3, 4]
    assert told(program.post("/settings/versions/1/restore", None))["version"] == 5, (
        "another key, another time"
    )


def test_a_key_is_for_one_thing(house: House) -> None:
    program = Program(house)
    told(put(program, text_with(n901="Li")))
    told(program.post("/settings/versions/1/restore", None, Idempotency_Key="back-to-one"))
    assert (
        program.post("/settings/versions/2/restore", None, Idempotency_Key="back-to-one").status_code == 422
    )
    assert program.post("/settings/versions/9/restore", None).status_code == 404
    assert program.post("/settings/versions/0/restore", None).status_code == 404


def test_a_version_this_firmware_would_not_take_stays_where_it_is(house: House) -> None:
    with ConfigStore(house.places.config_db) as store:
        for text in ('{"site":{"country":"XX"}}', '{"site":7}'):
            store.connection.execute(
                "INSERT INTO versions (author, at_us, note, json) VALUES ('old', 1, 'apply', ?)", (text,)
            )
        store.put(house_config(), "test", 2)
    for number in (2, 3):
        answer = Program(house).post(f"/settings/versions/{number}/restore", None)
        assert told(answer, 409)["type"] == "urn:tipring:problem:not-back", number
        page = house.client("admin").post(
            "/settings/history/back", data={"csrf": house.csrf("admin"), "version": str(number)}
        )
        assert page.status_code == 409, number
    assert house.site.config_version == 4


def house_config() -> Config:
    config, _ = loads(OFFICE, Config)
    assert config
    return config


# -- who --------------------------------------------------------------------------------------------------


def test_reading_is_not_writing_and_the_other_way_round(house: House) -> None:
    reads, writes, other = (Program(house, one) for one in ("read:settings", "write:settings", "supervise"))
    assert put(reads, OFFICE).status_code == 403
    assert reads.post("/settings/versions/1/restore", None).status_code == 403
    assert writes.get("/settings").status_code == 403
    assert writes.post("/settings/check", {"toml": OFFICE}).status_code == 403
    for path in ("/settings", "/settings/versions", "/settings/versions/1"):
        assert reads.get(path).status_code == 200 and other.get(path).status_code == 403


def test_a_token_of_one_agent_cannot_have_them(house: House) -> None:
    for scope in ("read:settings", "write:settings"):
        form = {"csrf": house.csrf("admin"), "note": "x", "scope": [scope], "agent": "800", "days": "0"}
        assert house.client("admin").post("/tokens", data=form).status_code == 422
    assert house.doors.tokens.all() == []


# -- the example ------------------------------------------------------------------------------------------


def example(house: House, program: Program, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """docs/examples/settings.py as it stands, its requests answered in process."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.delitem(sys.modules, "client", raising=False)
    monkeypatch.setenv("TIPRING_URL", "http://box")
    monkeypatch.setenv("TIPRING_TOKEN", program.secret)
    module = runpy.run_path(str(EXAMPLES / "settings.py"))

    def ask(_: object, method: str, path: str, body: object = None, key: str = "", etag: str = "") -> Any:
        headers = ({"Idempotency_Key": key} if key else {}) | ({"If_Match": etag} if etag else {})
        answer = program.ask(method, path, body, **headers)
        if answer.status_code >= 400:
            raise module["Refused"](answer.json)
        return answer.json

    monkeypatch.setattr(module["Box"], "_ask", ask)
    return int(module["main"](*words))


def test_the_example_fetches_checks_and_puts(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, file = Program(house), tmp_path / "box.toml"
    assert example(house, program, monkeypatch, "get") == 0
    file.write_text(capsys.readouterr().out.replace('"Wang"', '"Wang Li"'), "utf-8")
    assert example(house, program, monkeypatch, "put", str(file), "renamed") == 0
    assert "Version 2 is in force" in capsys.readouterr().out
    assert house.site.config.agents[0].name == "Wang Li"
    file.write_text(FAULTY, "utf-8")
    assert example(house, program, monkeypatch, "check", str(file)) == 1
    assert f"{file}:" in capsys.readouterr().out
