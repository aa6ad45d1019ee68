"""The state as programs read it, and the description of all."""

from __future__ import annotations

import pytest

from firmware.protocol.order_format import CallView, LegView, StateView
from tests.webui.house import House
from tests.webui.programs import Program
from webui.api.blueprint import DESCRIBED
from webui.api.description import openapi


def view(*calls: CallView) -> StateView:
    return StateView(1, "box", 1, 1, 5_000_000, 5_000_000, "0", 1, 3, True, calls, (), ())


def talking(number: int, agent: str) -> CallView:
    leg = LegView(1, 5, "agent", "801", agent, "talking", 1_000_000, answered=True)
    return CallView(number, "inbound", "139", "line-1", 1_000_000, True, "", 0, (), parts=(leg,))


def test_calls_agents_and_queues_are_told(house: House) -> None:
    house.engine.stands(view(talking(7, "800")), house.site)
    told = Program(house, "read:live").get("/live").json
    assert told is not None and told["box"]["engine"] is True
    assert [one["id"] for one in told["calls"]] == [7] and told["calls"][0]["legs"][0]["agent"] == "800"
    assert [one["id"] for one in told["agents"]] == ["800", "810"]
    assert [one["id"] for one in told["queues"]] == ["sales"]


def test_without_an_engine_the_box_says_so(house: House) -> None:
    told = Program(house, "read:live").get("/live").json
    assert told == {
        "box": {"engine": False, "switch": False, "alarms": []}, "calls": [], "agents": [], "queues": []
    }  # fmt: skip


def test_a_token_of_one_agent_sees_the_calls_of_this_one(house: House) -> None:
    house.engine.stands(view(talking(7, "800"), talking(8, "810")), house.site)
    program = Program(house, "read:live", agent="800")
    told = program.get("/live/calls").json
    assert told is not None and [one["id"] for one in told["calls"]] == [7]
    assert program.get("/live/calls/7").status_code == 200
    assert program.get("/live/calls/8").status_code == 404
    assert Program(house, "read:live").get("/live/calls/8").status_code == 200


@pytest.mark.parametrize(
    "path", ["/live/calls/99", "/live/calls/99999999999999999999", "/live/agents/x", "/nosuch", "/live/"]
)
def test_what_is_not_there_is_a_problem(house: House, path: str) -> None:
    answer = Program(house).get(path)
    assert answer.status_code == 404 and answer.mimetype == "application/problem+json"


def test_a_wrong_method_is_told_which_ones_there_are(house: House) -> None:
    answer = Program(house).ask("DELETE", "/live")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]


def test_programs_and_people_read_the_same_description(house: House) -> None:
    assert Program(house).get("/openapi.json").json == house.client("agent").get("/tokens/openapi.json").json
    assert house.client("").get("/api/v1/openapi.json").status_code == 401


def test_the_description_has_every_operation_once() -> None:
    told = openapi(DESCRIBED)
    ids = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert sorted(ids) == sorted(one.name for one in DESCRIBED) and len(set(ids)) == len(ids)
