"""The wallboard: who may order, at whose telephone, and what the picture tells browsers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from msgspec import structs
from werkzeug.test import TestResponse

from firmware.protocol.inputs import AgentOrder, CallOrder, QueueOrder
from firmware.protocol.order_format import AgentView, CallView, LegView, StateView, WatchView
from tests.webui.house import House
from tests.webui.past import DAY, look, put_past
from webui.live.levels import DayLevels
from webui.live.picture import changes, picture_of


def order(house: House, role: str, **told: Any) -> TestResponse:
    return house.client(role).post(
        "/wallboard/orders", json={"id": "0123456789ab"} | told, headers={"X-CSRF-Token": house.csrf(role)}
    )


def test_a_supervisor_orders_for_others(house: House) -> None:
    assert (
        order(house, "supervisor", what="agent", do="not-ready", agent="810", reason="meeting").status_code
        == 200
    )
    assert order(house, "supervisor", what="watch", do="whisper", leg=4, extension="802").status_code == 200
    assert order(house, "supervisor", what="hang-up", call=9).status_code == 200
    assert order(house, "supervisor", what="queue", do="close", queue="sales").status_code == 200
    assert house.engine.orders == [
        AgentOrder("web:mei:0123456789ab", "mei", "810", "not-ready", reason="meeting"),
        CallOrder("web:mei:0123456789ab", "mei", "whisper", extension="802", leg=4, auto=True),
        CallOrder("web:mei:0123456789ab", "mei", "hang-up", call=9),
        QueueOrder("web:mei:0123456789ab", "mei", "close", "sales"),
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"what": "watch", "do": "listen", "leg": 4},
        {"what": "watch", "do": "hang-up", "leg": 4, "extension": "802"},
        {"what": "agent", "do": "sign-in", "agent": "810"},
        {"what": "agent", "do": "ready"},
        {"what": "hang-up"},
        {"what": "hang-up", "call": True},
        {"what": "queue", "do": "delete", "queue": "sales"},
        {"what": "nothing"},
        {},
    ],
)
def test_what_is_no_order_of_this_page_is_refused(house: House, told: dict[str, Any]) -> None:
    assert order(house, "supervisor", **told).status_code == 400
    assert house.engine.orders == []


def test_who_works_sees_and_orders_nothing(house: House) -> None:
    page = house.client("agent").get("/wallboard").text
    assert "data-orders" not in page and 'id="person"' not in page
    assert order(house, "agent", what="hang-up", call=9).status_code == 403
    assert "data-orders" in house.client("supervisor").get("/wallboard").text


def view(*calls: CallView, agents: tuple[AgentView, ...] = ()) -> StateView:
    return StateView(1, "box", 1, 1, 5_000_000, 5_000_000, "0", 1, 3, True, calls, agents, ())


def test_the_picture_has_queues_agents_and_calls(house: House) -> None:
    leg = LegView(1, 0, "caller", "line-1", "", "queued", 1_000_000, True)
    waits = CallView(
        7, "inbound", "+8613911112222", "line-1", 1_000_000, True, "sales", 1, (), "Li", (leg,),
        waits_since_us=2_000_000,
    )  # fmt: skip
    seated = AgentView("800", "talking", "", "801", 4_000_000)
    found = picture_of(view(waits, agents=(seated,)), house.site.config, 10_000_000)
    sales = found["queue:sales"]
    assert (sales["waiting"], sales["oldest"], sales["busy"], sales["seated"]) == (1, 12_000, 1, 1)
    assert found["agent:810"]["state"] == "signed-out" and found["agent:810"]["since"] == 0
    assert found["call:7"]["name"] == "Li" and found["call:7"]["legs"][0]["phase"] == "queued"


def test_without_an_engine_the_box_says_so(house: House) -> None:
    found = picture_of(None, house.site.config, 0)
    assert list(found) == ["box:box"] and found["box:box"]["engine"] is False


def test_only_what_changed_is_told(house: House) -> None:
    one = picture_of(view(), house.site.config, 0)
    other = picture_of(view(agents=(AgentView("800", "ready", "", "801", 1),)), house.site.config, 0)
    changed, gone = changes(one, other)
    assert sorted(f"{thing['kind']}:{thing['id']}" for thing in changed) == ["agent:800", "queue:sales"]
    assert gone == []
    watched = StateView(
        1, "box", 1, 1, 0, 0, "0", 1, 3, True, (), (), (), watches=(WatchView(3, 1, 2, "listen"),)
    )
    assert changes(picture_of(watched, house.site.config, 0), one)[1] == ["watch:3"]


def test_a_queue_tells_when_it_alerts(house: House) -> None:
    """Nothing configured: as the service level's own time says."""
    sales = picture_of(view(), house.site.config, 0)["queue:sales"]
    assert (sales["alert_s"], sales["alert_waiting"], sales["alert_level"], sales["level"]) == (
        20,
        0,
        0,
        None,
    )
    queue = structs.replace(
        house.site.config.queues[0], alert_wait_s=90.0, alert_waiting=4, alert_service_level=75
    )
    config = structs.replace(house.site.config, queues=(queue,))
    sales = picture_of(view(), config, 0, {"sales": 71.6})["queue:sales"]
    assert (sales["alert_s"], sales["alert_waiting"], sales["alert_level"], sales["level"]) == (90, 4, 75, 72)


def test_the_days_service_level_comes_from_history(house: House) -> None:
    put_past(house)
    day = datetime.fromisoformat(f"{DAY}T12:00:00+08:00")
    today = DayLevels(
        house.places.history_db, lambda: house.site.config, lambda: int(day.timestamp()) * 1_000_000
    )
    today.read()
    rows = look(
        house, "SELECT why, to_us - from_us FROM queue_visits WHERE queue = 'sales' AND why IS NOT NULL"
    )
    in_time = sum(why == "answered" and int(str(waited)) <= 20_000_000 for why, waited in rows)
    assert rows and today.now["sales"] == pytest.approx(100 * in_time / len(rows))
    tomorrow = DayLevels(
        house.places.history_db, lambda: house.site.config, lambda: int(day.timestamp() + 86_400) * 1_000_000
    )
    tomorrow.read()
    assert tomorrow.now == {}


def test_without_a_history_no_level_is_told(house: House) -> None:
    levels = DayLevels(house.places.history_db, lambda: house.site.config, lambda: 0)
    levels.read()
    assert levels.now == {}
