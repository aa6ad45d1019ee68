"""Meters of ports as they change, an alarm in words, the days of a line: in both languages, on a desk and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from playwright.sync_api import expect

from drivers.clock import MonotonicClock
from firmware.protocol import meters as wire
from firmware.protocol.meters import Alarm, CardPorts, MeterWriter, PortClass, PortState, meters_path
from firmware.protocol.role import RoleLock
from firmware.store.line_quality import FOLDER, QualityFile, quality_path
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser, Screen, User
from tests.browser.ways import sign_in
from tests.webui.house import PASSWORD
from tests.webui.served import Served
from webui.access.doors import Doors
from webui.access.people import Person
from webui.access.schema import WEB_FILE

SAID = {
    EN: ("no battery", "plug the line in", "No alarm on any port."),
    ZH: ("无馈电", "请插好外线", "各端口均无告警。"),
}


class Lines(Served):
    """Pages beside a switch that tells what the test wants."""

    def settle(self) -> None:
        self.places.make()
        with closing(Doors(self.places.root / WEB_FILE, MonotonicClock.wall_us)) as doors:
            doors.first(Person("tech", "admin"), PASSWORD, "127.0.0.1")
        self.writer = MeterWriter(meters_path(self.places), (CardPorts("hat", 8),))
        self.lock = RoleLock(self.places.run, "switch")
        self.rows = np.zeros(8, wire.NOW)
        self.rows["kind"] = [PortClass.FXO, 0, 0, 0, PortClass.FXS, PortClass.FXS, 0, 0]
        self.rows["state"] = PortState.IDLE
        for port, row in (
            (0, (-49.0, 0.0, np.nan, np.nan, 18.2)),
            (4, (-7.5, 23.8, -19.4, -16.1, 21.0)),
            (5, (-48.0, 0.0, np.nan, np.nan, np.nan)),
        ):
            for name, value in zip((*wire.FIGURES, "return_loss"), row, strict=True):
                self.rows[name][port] = value
        self.rows["state"][4] = PortState.USED
        self.write()
        self._past()

    def write(self) -> None:
        self.writer.write(self.rows, 5_000_000)

    def alarm(self, alarm: Alarm) -> None:
        self.rows["alarms"][0], self.rows["volts"][0] = alarm, 0.0 if alarm else -49.0
        self.write()

    def _past(self) -> None:
        (self.places.root / FOLDER).mkdir()
        file, now = (
            QualityFile(quality_path(self.places.root, "hat"), 8),
            MonotonicClock.wall_us() // 60_000_000,
        )
        random = np.random.default_rng(6)
        for minute in [*range(now - 20_000, now - 1440, 15), *range(now - 1440, now)]:
            rows = np.zeros(8, wire.MINUTE)
            is_cut, is_used = now - 500 <= minute < now - 440, (minute // 7) % 5 == 0
            for name, middle, spread in (
                ("volts", 0.0 if is_cut else 49.0 + np.sin(minute / 230), 0.0 if is_cut else 1.2),
                ("milliamps", 24.0 if is_used else np.nan, 2.5),
                ("level_from", -22.0 + 4 * random.random() if is_used else np.nan, 14.0),
                ("level_to", -17.0 + 3 * random.random() if is_used else np.nan, 10.0),
            ):
                for which, way in (("least", -1), ("mean", 0), ("most", 1)):
                    rows[f"{name}_{which}"] = middle + way * spread * random.random()
            rows["samples"], rows["alarm_s"] = 120, 60 if is_cut else 0
            file.put(minute, rows)
        file.close()

    def __exit__(self, *given: object) -> None:
        super().__exit__(*given)
        self.lock.release()
        self.writer.close()

    def sign_in(self, user: User, path: str) -> None:
        user.page.goto(self.at(path))
        sign_in(user.page, "tech", PASSWORD)
        expect(user.page.locator("nav.side")).to_be_visible()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lines]:
    made = Lines(tmp_path_factory.mktemp("lines"))
    made.settle()
    with made:
        yield made


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", [EN, ZH])
def test_an_alarm_comes_and_goes_while_one_looks(
    browser: Browser, box: Lines, language: str, screen: Screen
) -> None:
    name, remedy, none = SAID[language]
    with browser.user(language=language, screen=screen) as user:
        box.sign_in(user, "/lines")
        page = user.page
        alarms = page.locator("#alarms")
        expect(alarms).to_have_text(none)
        line = page.locator('[data-port="hat/1"]')
        expect(line.locator('[data-figure="volts"] b')).to_have_text("-49.0 V")
        box.alarm(Alarm.NO_BATTERY)
        expect(alarms).to_contain_text(remedy)
        expect(line.locator(".alarm")).to_have_text(name)
        expect(line.locator('[data-figure="volts"] b')).to_have_text("0.0 V")
        axe.check(user)
        screens.keep(user, "lines")
        box.alarm(Alarm(0))
        expect(alarms).to_have_text(none)
        expect(line.locator(".alarm")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", [EN, ZH])
def test_the_days_of_a_line_are_drawn(browser: Browser, box: Lines, language: str, screen: Screen) -> None:
    with browser.user(language=language, screen=screen) as user:
        box.sign_in(user, "/lines/hat/1")
        user.page.goto(box.at("/lines/hat/1"))
        expect(user.page.locator(".past svg.plot")).to_have_count(10)
        expect(user.page.locator('[data-figure="volts"] meter')).to_have_attribute(
            "aria-valuetext", "-49.0 V"
        )
        axe.check(user)
        screens.keep(user, "line")
        assert user.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_level_comes_when_the_line_is_used(browser: Browser, box: Lines) -> None:
    with browser.user(language=EN, screen=DESKTOP) as user:
        box.sign_in(user, "/lines")
        level = user.page.locator('[data-port="hat/6"] [data-figure="level_from"] dd')
        expect(level).to_have_text("–")
        box.rows["level_from"][5], box.rows["state"][5] = -21.5, PortState.USED
        box.write()
        expect(level.locator("b")).to_have_text("-21.5 dBm0")
        expect(level.locator("meter")).to_have_attribute("aria-label", "Level from the port, 802")
        box.rows["level_from"][5], box.rows["state"][5] = np.nan, PortState.IDLE
        box.write()
        expect(level).to_have_text("–")
