"""Ports as they stand, without people; the doctor's findings in words."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from firmware.cli.doctor.finding import Finding
from firmware.cli.line_look import Names, PortLook, look_at_ports, names_of
from firmware.config.schema import Config
from firmware.protocol import meters as wire
from firmware.protocol.meters import Alarm, CardPorts, MeterWriter, PortClass, PortState, meters_path
from firmware.protocol.order_format import CallView, LegView, StateView
from firmware.protocol.places import Places
from firmware.protocol.role import RoleLock
from firmware.sip.trunk_watch import TrunkLook, TrunksStatus
from firmware.store.line_quality import FOLDER, QualityFile, quality_path
from tests.webui.house import House
from webui.live import meters
from webui.live.events import Streams
from webui.live.meters import LineHub
from webui.live.streams import Stream
from webui.reports.line_plots import SCALES, Span, band_plot
from webui.security.rights import Right


def view(*calls: CallView) -> StateView:
    return StateView(1, "box-1", 1, 1, 1, 1, "1", 1, 1, True, calls, (), ())


def call(line: str, *legs: LegView) -> CallView:
    return CallView(7, "inbound", "13900001111", line, 1, True, "", 0, (), name="Ms Secret", parts=legs)


def states(house: House, role: str = "technician") -> dict[str, str]:
    told: dict[str, Any] = house.client(role).get("/lines/now").get_json()
    return {one["name"]: one["state"] for one in told["rows"]}


def test_ports_are_idle_ring_and_talk(house: House) -> None:
    assert set(states(house).values()) == {"unknown"}
    house.engine.stands(view(), house.site)
    assert states(house) == {"line-1": "idle", "801": "idle", "802": "idle"}
    legs = (
        LegView(1, 1, "agent", "801", "800", "talking", 1, True),
        LegView(2, 2, "agent", "802", "", "ringing", 1, False),
    )
    house.engine.stands(view(call("line-1", *legs)), house.site)
    assert states(house) == {"line-1": "busy", "801": "busy", "802": "rings"}


def test_a_technician_sees_ports_and_not_people(house: House) -> None:
    house.engine.stands(
        view(call("line-1", LegView(1, 1, "agent", "801", "800", "talking", 1, True))), house.site
    )
    for path in ("/lines", "/lines/now", "/health"):
        answer = house.client("technician").get(path)
        assert answer.status_code == 200
        assert not [one for one in ("13900001111", "Secret", "Wang") if one in answer.text], path


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_others_have_other_work(house: House, role: str) -> None:
    for path in ("/lines", "/lines/now", "/health"):
        assert house.client(role).get(path).status_code == 403


def test_what_the_switch_tells(house: House) -> None:
    facts = house.client("technician").get("/lines/now").get_json()["facts"]
    assert facts == [{"name": "Switch", "text": "does not run", "is_well": False}]
    told = {"pace": {"late_ticks": 3}, "engine_up": True, "slips": 0, "findings": ["slot 5 is <silent>"]}
    house.places.status("switch").write_bytes(msgspec.json.encode(told))
    lock = RoleLock(house.places.run, "switch")
    page = house.client("technician").get("/lines").text
    lock.release()
    assert "runs" in page and "slot 5 is &lt;silent&gt;" in page and "<silent>" not in page


def test_what_is_wrong_stands_first_and_has_a_remedy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "All is well" in house.client("technician").get("/health").text
    found = [
        Finding("software", {"version": "3.11"}),
        Finding("software-missing", {"version": "3.11", "gone": "<b>x"}),
    ]
    monkeypatch.setattr("webui.pages.health.examine", lambda _: iter(found))
    page = house.client("technician").get("/health").text
    assert page.index(">wrong<") < page.index(">well<")
    assert "make setup" in page and "&lt;b&gt;x" in page and "1 thing(s)" in page


class Switch:
    """What a switch would tell of the house's card."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.writer = MeterWriter(meters_path(house.places), (CardPorts("hat", 8),))
        self.lock = RoleLock(house.places.run, "switch")
        self.rows = np.zeros(8, wire.NOW)
        self.rows["kind"] = [PortClass.FXO, 0, 0, 0, PortClass.FXS, PortClass.FXS, 0, 0]
        self.rows["state"], self.rows["volts"], self.rows["milliamps"] = PortState.IDLE, -49.0, 0.0
        for name in ("level_from", "level_to", "return_loss"):
            self.rows[name] = np.nan
        self.write()

    def write(self) -> None:
        self.writer.write(self.rows, 5_000_000)

    def alarm(self, alarm: Alarm) -> None:
        self.rows["alarms"][0] = alarm
        self.write()


@pytest.fixture
def switch(house: House) -> Iterator[Switch]:
    made = Switch(house)
    yield made
    made.lock.release()
    made.writer.close()


def test_meters_are_figures_beside_bars_and_an_idle_line_has_no_level(house: House, switch: Switch) -> None:
    page = house.client("technician").get("/lines").text
    assert page.count('data-figure="volts"') == 3
    assert re.search(r'<meter min="0" max="60" value="49.0" aria-label="Voltage, line-1">', page)
    assert "<b>-49.0 V</b>" in page and "dBm0</b>" not in page
    assert "No alarm on any port." in page and "style=" not in page


@pytest.mark.parametrize(
    ("language", "name", "remedy"), [("en", "no battery", "plug the line in"), ("zh", "无馈电", "请插好外线")]
)
def test_an_alarm_is_said_in_words_with_what_to_do(
    house: House, switch: Switch, language: str, name: str, remedy: str
) -> None:
    client = house.client("technician")
    client.post("/language", data={"language": language, "csrf": house.csrf("technician")})
    switch.alarm(Alarm.NO_BATTERY)
    for path in ("/lines", "/lines/hat/1"):
        alarms = client.get(path).text.partition('id="alarms"')[2].partition("</ul>")[0]
        assert name in alarms and remedy in alarms and "line-1" in alarms, path
    switch.alarm(Alarm(0))
    assert "line-1" not in client.get("/lines").text.partition('id="alarms"')[2].partition("</ul>")[0]


def put_past_of_lines(house: House, minutes: int = 600) -> int:
    """The last ten hours of the card; the line was cut for some minutes. The minute it is now."""
    (house.places.root / FOLDER).mkdir(exist_ok=True)
    file, now = QualityFile(quality_path(house.places.root, "hat"), 8), house.clock.wall_us() // 60_000_000
    for minute in range(now - minutes, now):
        rows = np.zeros(8, wire.MINUTE)
        for name in rows.dtype.names or ():
            if name not in ("samples", "alarm_s", "alarms"):
                rows[name] = np.nan
        rows["samples"] = 120
        is_cut = now - 200 <= minute < now - 190
        for which, volts in (("least", 47.0), ("mean", 48.0), ("most", 50.0)):
            rows[f"volts_{which}"] = 0.0 if is_cut else volts
        rows["alarm_s"][0] = 60 if is_cut else 0
        file.put(minute, rows)
    file.close()
    return now


def test_a_line_has_its_day_and_its_month(house: House, switch: Switch) -> None:
    assert "Nothing is kept yet" in house.client("technician").get("/lines/hat/1").text
    put_past_of_lines(house)
    text = house.client("technician").get("/lines/hat/1").text
    assert text.count('<svg class="plot"') == 4 and text.count("<polyline") >= 2
    assert text.count('class="is-alarm"') >= 2
    tables = re.findall(r'<td class="n">(\d+)</td></tr>', text)
    assert sum(map(int, tables)) == 2 * 600, "ten minutes, in the day's table and in the month's"
    assert "48.0 (47–50)" in text


def test_ports_that_are_not_there_have_no_page(house: House) -> None:
    client = house.client("technician")
    for path in ("/lines/hat/9", "/lines/hat/0", "/lines/none/1", "/lines/..%2f..%2fetc/1", "/lines/hat/-1"):
        assert client.get(path).status_code == 404, path
    for role in ("agent", "supervisor"):
        assert house.client(role).get("/lines/hat/1").status_code == 403


def test_a_band_is_broken_where_nothing_was_measured(house: House) -> None:
    from webui.reports.line_past import last_day

    now = put_past_of_lines(house, 30)
    drawn = last_day(house.places.root, "hat", 1, now, "UTC")
    (volts,) = [plot for scale, plot in drawn.plots if scale.figure == "volts"]
    assert len(volts.lines) == 1
    past_of = house.places.root / FOLDER
    for one in past_of.iterdir():
        one.unlink()
    assert last_day(house.places.root, "hat", 1, now, "UTC").is_empty


def test_levels_are_drawn_within_their_scale() -> None:
    from firmware.store.line_quality import Past

    rows = np.zeros(2, wire.MINUTE)
    for which in ("least", "mean", "most"):
        rows[f"level_from_{which}"] = -90.0, 20.0
    scale = next(one for one in SCALES if one.figure == "level_from")
    plot = band_plot(Past(np.array([0, 5]), rows), scale, Span(0, 10, 5), [])
    ys = [float(pair.split(",")[1]) for pair in plot.lines[0].split()]
    assert ys == [plot.height - 24, 12]


def told(stream: Stream) -> tuple[str, dict[str, Any]]:
    message = asyncio.run(stream.next(0.01)).decode()
    head, data, *_ = message.split("\n")
    return head.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_the_stream_tells_everything_and_then_what_changed(house: House, switch: Switch) -> None:
    hub = LineHub(house.places, lambda: house.site.config)
    stream = hub.open(lambda _: True)
    assert stream
    asyncio.run(hub.step())
    event, said = told(stream)
    assert event == "all" and {one["id"] for one in said["things"]} == {"box", "hat/1", "hat/5", "hat/6"}
    asyncio.run(hub.step())
    assert stream.waiting == 0
    switch.alarm(Alarm.NO_BATTERY)
    asyncio.run(hub.step())
    event, said = told(stream)
    assert (event, [one["alarms"] for one in said["things"]]) == ("change", [["line-no-battery"]])
    switch.lock.release()
    asyncio.run(hub.step())
    event, said = told(stream)
    assert said["gone"] == ["port:hat/1", "port:hat/5", "port:hat/6"] and not said["things"][0]["engine"]
    switch.lock = RoleLock(house.places.run, "switch")
    hub.close(stream)


@pytest.mark.parametrize(
    ("role", "status"), [("", 401), ("agent", 403), ("supervisor", 403), ("technician", 200)]
)
def test_who_may_see_lines_may_follow_their_meters(
    house: House, switch: Switch, role: str, status: int
) -> None:
    from tests.webui.house import PEOPLE

    hub = LineHub(house.places, lambda: house.site.config)
    person = house.doors.person(PEOPLE[role]) if role else None
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    scope = {"method": "GET", "headers": [], "path": "/events/lines"}

    async def served() -> None:
        looking = asyncio.ensure_future(hub.run(lambda: False))
        await Streams(hub, lambda _: person, "tipring", Right.LOOK_AT_LINES).serve(scope, receive, send)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    asyncio.run(served())
    assert sent[0]["status"] == status


def test_a_look_that_fails_is_not_the_last_one(
    house: House, switch: Switch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Meters of another version."""
    hub, left = LineHub(house.places, lambda: house.site.config), [ValueError("9 is not a valid PortClass")]
    look = hub._look

    def faulty() -> dict[str, Any]:
        if left:
            raise left.pop()
        return look()

    async def first() -> bytes:
        running = asyncio.ensure_future(hub.run(lambda: False))
        stream = hub.open(lambda _: True)
        assert stream
        message = await stream.next(20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return message

    monkeypatch.setattr(hub, "_look", faulty)
    monkeypatch.setattr(meters, "LOOK_S", 0.0)
    assert b'"hat/1"' in asyncio.run(first())
    assert capsys.readouterr().err == "web: the ports' meters: ValueError: 9 is not a valid PortClass\n"


def test_looking_holds_up_no_stream_and_names_are_made_once(
    house: House, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, look = LineHub(house.places, lambda: house.site.config), look_at_ports
    made: list[Config] = []
    lookers: set[threading.Thread] = set()

    def looked(places: Places, names: Callable[[], Names]) -> list[PortLook] | None:
        lookers.add(threading.current_thread())
        return look(places, names)

    def named(config: Config) -> Names:
        made.append(config)
        return names_of(config)

    monkeypatch.setattr(meters, "look_at_ports", looked)
    monkeypatch.setattr(meters, "names_of", named)
    for _ in range(4):
        asyncio.run(hub.step())
    assert threading.current_thread() not in lookers and len(made) == 1


def test_trunks_tell_how_they_fare(house: House) -> None:
    client = house.client("technician")
    assert "Network trunks<" not in client.get("/lines").text
    up = TrunkLook("tele", "registration", True, "", 23.4, 10, 0.52, 3.1)
    down = TrunkLook("<b>other", "options", False, "no-answer 503")
    told = msgspec.json.encode(TrunksStatus(1, (up, down)))
    house.places.status("sip-trunks").write_bytes(told)
    lock = RoleLock(house.places.run, "sip")
    page = client.get("/lines").text
    lock.release()
    for cell in ("23.4", "10", "0.52", "3.1"):
        assert f'<td class="n">{cell}</td>' in page
    assert "no-answer 503" in page and "&lt;b&gt;other" in page and "<b>other" not in page
    assert page.count('<td class="n">–</td>') == 3
