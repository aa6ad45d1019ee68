"""This machine's Chromium with people in front of it, each with a language, a screen and a line.

`with browser.user(language=ZH, screen=PHONE) as anna:` gives one whose `page` is Playwright's; leaving the block fails
where her pages had a fault (`tests.browser.faults`). Nothing but the loopback can be reached.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Error, sync_playwright

from tests.browser.faults import Watcher

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path("/usr/bin/chromium")
FAILED = ROOT / "build/browser"
"""Pictures of pages whose test failed."""
LIMIT_MS = 15_000
ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--no-proxy-server",
    "--disable-quic",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
)
EN, ZH = "en", "zh-CN"


@dataclass(frozen=True)
class Screen:
    name: str
    width: int
    height: int
    is_phone: bool = False


DESKTOP = Screen("desktop", 1280, 800)
PHONE = Screen("phone", 390, 844, is_phone=True)


@dataclass(frozen=True)
class Line:
    """What lies between a person and the box."""

    latency_ms: float
    down_kbit_s: float
    up_kbit_s: float
    score: float = 0
    """Of the person's processor, as Lighthouse counts (BenchmarkIndex); 0: this machine's."""


PHONE_LINE = Line(165, 8100, 1350, 400)
"""Chromium's own "Fast 4G", and what Lighthouse's phone is on the desks it was made on: a quarter of 1,600.

Chromium's presets are 264 (a cheap telephone of 2022) and 1,000 (a good one of 2020). A slow machine is slowed less.
"""
FAR = "TIPRING_FAR"
FAR_LINE = Line(400, 8100, 1350, 300)
"""Everybody's where the environment says so: a test that does not wait for what it needs fails there each time."""
SCORE_MS = 250
SCORE = """ms => {
    const until = performance.now() + ms, began = performance.now();
    let rounds = 0;
    while (performance.now() < until) {
        let text = "";
        while (text.length < 10000) text += "a";
        rounds += text.length / 10000;
    }
    return rounds * 100 / (performance.now() - began);
}"""
"""Strings of 10,000 characters put together one by one, in tens a second: Lighthouse's way of counting."""


class Browser:
    """One Chromium; users share nothing but its process. Of the thread that made it, until `close`.

    Between the two `asyncio.run` cannot be called in this thread: Playwright's loop is the running one.
    """

    def __init__(self) -> None:
        if not PROGRAM.exists():
            raise RuntimeError(f"{PROGRAM} is missing: `make setup` installs Debian's chromium")
        self._playwright = sync_playwright().start()
        self._chromium: Chromium = self._playwright.chromium.launch(
            executable_path=PROGRAM, args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
        )

    def user(
        self,
        *,
        language: str = EN,
        screen: Screen = DESKTOP,
        dark: bool = False,
        any_certificate: bool = False,
    ) -> User:
        return User(self._chromium, language, screen, dark=dark, any_certificate=any_certificate)

    def close(self) -> None:
        self._chromium.close()
        self._playwright.stop()


class User:
    """A person with cookies of his own and one `page`; more come from `context`."""

    def __init__(
        self, chromium: Chromium, language: str, screen: Screen, *, dark: bool, any_certificate: bool
    ) -> None:
        self.language, self.screen = language, screen
        self.context = chromium.new_context(
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport={"width": screen.width, "height": screen.height},
            device_scale_factor=2 if screen.is_phone else 1,
            is_mobile=screen.is_phone,
            has_touch=screen.is_phone,
            color_scheme="dark" if dark else "light",
            ignore_https_errors=any_certificate,
        )
        self.context.set_default_timeout(LIMIT_MS)
        self.watcher = Watcher(self.context)
        self.page = self.context.new_page()
        self.cdp = self.context.new_cdp_session(self.page)
        self.watcher.follow(self.cdp)
        if os.environ.get(FAR):
            self.throttle(None)

    def __enter__(self) -> User:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                self._picture(error)
                return
            self.settle()
            self.watcher.check()
        except (AssertionError, Error) as fault:
            self._picture(fault)
            raise
        finally:
            self.context.close()

    def settle(self) -> None:
        """Everything the pages said so far is collected when this returns. Raises Error where one stands still."""
        for page in self.context.pages:
            page.wait_for_function("true", polling=1)

    @contextmanager
    def expecting(self, pattern: str) -> Iterator[None]:
        """Faults that match the pattern are meant to be. Raises AssertionError where there was none."""
        with self.watcher.expecting(pattern):
            yield
            self.settle()

    def throttle(self, line: Line | None) -> None:
        """The page's line and processor from now on; None: as fast as they are, or far off."""
        at = line or (FAR_LINE if os.environ.get(FAR) else Line(0, 0, 0))
        self.cdp.send("Network.enable")
        self.cdp.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": at.latency_ms,
                "downloadThroughput": at.down_kbit_s * 125 or -1,
                "uploadThroughput": at.up_kbit_s * 125 or -1,
            },
        )
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": self._slower(at.score)})

    def _slower(self, score: float) -> float:
        """So many times, for this machine to be the other."""
        if not score:
            return 1.0
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        return max(1.0, float(self.page.evaluate(SCORE, SCORE_MS)) / score)

    def _picture(self, error: BaseException) -> None:
        """What the page looked like when the test failed."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "test").rsplit(" ", 1)[0]
        place = FAILED / f"{re.sub(r'[^a-z0-9]+', '-', test.lower()).strip('-')}.png"
        with suppress(Error):
            self.page.screenshot(path=place, full_page=True)
            error.add_note(f"the page looked so: {place.relative_to(ROOT)}, at {self.page.url}")
