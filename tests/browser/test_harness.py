"""The harness finds what it is there to find: each planted fault, and none on a page without one."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import axe, budget, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ROOT, SCORE, SCORE_MS, ZH, Browser, Line, Screen, User
from tests.browser.faults import Kind, PageFaults
from tests.browser.little_site import Answer, LittleSite, page, script

GOES = 6
HEAVY = random.Random(1).randbytes(budget.MAX_BYTES).hex().encode()
LINKED = '<script type="module" src="{}"></script>'.format
ANSWERS = {
    "/good": page("<h1>Good</h1><p>Nothing wrong here.</p>", LINKED("/calm.js")),
    "/favicon.ico": Answer(b"", "image/svg+xml"),
    "/calm.js": script("document.title = navigator.language;"),
    "/console": page("<h1>Console</h1>", LINKED("/console.js")),
    "/console.js": script("console.error('a planted word');"),
    "/thrown": page("<h1>Thrown</h1>", LINKED("/thrown.js")),
    "/thrown.js": script("throw new Error('a planted end');"),
    "/inline": page("<h1>Inline</h1><script>document.title = 'ran';</script>"),
    "/style": page('<h1 style="color: red">Style</h1>'),
    "/missing": page('<h1>Missing</h1><img src="/nowhere.png" alt="none">'),
    "/stranger": page("<h1>Stranger</h1>", '<script src="https://example.com/x.js"></script>'),
    "/nameless": page('<h1>Nameless</h1><input type="text"><img src="/dot.svg">'),
    "/dot.svg": Answer(b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    "/framed": page('<h1>Framed</h1><iframe src="/nameless" title="within"></iframe>'),
    "/heavy": page("<h1>Heavy</h1>", LINKED("/heavy.js")),
    "/heavy.js": script(f"/* {HEAVY.decode()} */"),
    "/packed": page("<h1>Packed</h1>", LINKED("/packed.js")),
    "/packed.js": Answer(b"/* " + b"a" * 2 * budget.MAX_BYTES + b" */", "text/javascript", compressed=True),
    "/later": page("<h1>Later</h1>", LINKED("/later.js")),
    "/later.js": script("fetch('/nowhere').then(() => console.error('not there'));"),
    "/slow": page("<h1>Slow</h1>", LINKED("/slow.js")),
    "/slow.js": script("setTimeout(() => { document.querySelector('h1').id = 'late'; }, 1100);"),
    "/chinese": page("<h1>字</h1><p id=one>国</p><p id=two>酒</p>"),
}

BROWSING = """
def test_it(browser):
    with browser.user() as anna:
        anna.page.goto("about:blank")
def test_it_again(browser):
    with browser.user() as anna:
        anna.page.goto("about:blank")
"""
HOOKS = "from tests.browser.conftest import browser, pytest_runtest_teardown"
LOOPING = """
import asyncio
async def wait():
    await asyncio.sleep(0)
def test_it():
    asyncio.run(wait())
"""


@pytest.fixture(scope="module")
def site() -> Iterator[LittleSite]:
    with LittleSite(ANSWERS) as serving:
        yield serving


def test_a_good_page_passes_everything(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna:
        load = budget.check(anna, site.at("/good"))
        axe.check(anna)
    names = {address.rsplit("/", 1)[1] for address in load.sizes}
    assert names - {"favicon.ico"} == {"good", "calm.js"}
    body = sum(len(ANSWERS[path].body) for path in ("/good", "/calm.js"))
    assert body < load.total < body + 2000


@pytest.mark.parametrize(
    ("path", "kind", "word"),
    [
        ("/console", Kind.CONSOLE, "a planted word"),
        ("/thrown", Kind.SCRIPT, "a planted end"),
        ("/inline", Kind.POLICY, "script-src"),
        ("/style", Kind.POLICY, "style-src"),
        ("/missing", Kind.STATUS, "404"),
        ("/stranger", Kind.STRANGER, "example.com"),
    ],
)
def test_a_planted_fault_fails_its_test(
    browser: Browser, site: LittleSite, path: str, kind: Kind, word: str
) -> None:
    with pytest.raises(PageFaults) as failed, browser.user() as anna:
        anna.page.goto(site.at(path))
    assert [one for one in failed.value.faults if one.kind is kind and word in str(one)], failed.value


def test_nothing_but_the_loopback_is_reached(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna, anna.expecting("example.com|192.0.2.1"):
        anna.page.goto(site.at("/stranger"))
        anna.page.goto(site.at("/good"))
        with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
            anna.page.goto("http://192.0.2.1/")


def test_a_fault_that_was_expected_is_none(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna, anna.expecting("404"):
        anna.page.goto(site.at("/missing"))


def test_an_expected_fault_may_come_a_moment_later(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna:
        anna.page.goto(site.at("/good"))
        with anna.expecting("404|not there"):
            anna.page.goto(site.at("/later"), wait_until="networkidle")


def test_an_expected_fault_that_stayed_away_is_one(browser: Browser, site: LittleSite) -> None:
    with (
        pytest.raises(AssertionError, match="no fault matched"),
        browser.user() as anna,
        anna.expecting("404"),
    ):
        anna.page.goto(site.at("/good"))


def test_a_test_that_fails_keeps_its_picture_and_its_own_reason(browser: Browser, site: LittleSite) -> None:
    with pytest.raises(ZeroDivisionError) as failed, browser.user() as anna:
        anna.page.goto(site.at("/console"))
        raise ZeroDivisionError
    told = failed.value.__notes__[0]
    assert "build/browser/tests-browser-test-harness-py-test-a-test-that-fails" in told
    Path(told.split("looked so: ")[1].split(",")[0]).unlink()


def test_a_fault_of_access_is_found_by_axe(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna:
        anna.page.goto(site.at("/nameless"))
        found = {one.rule for one in axe.violations(anna)}
        with pytest.raises(AssertionError, match="label"):
            axe.check(anna)
    assert found == {"label", "image-alt"}


def test_axe_looks_into_frames(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna:
        anna.page.goto(site.at("/framed"))
        assert {one.rule for one in axe.violations(anna)} == {"label", "image-alt"}


def test_a_page_too_heavy_is_found(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna:
        load = budget.measure(anna, site.at("/heavy"))
    assert "heavy.js" in load.faults()[0]
    assert len(HEAVY) < load.total < len(HEAVY) + 2000


def test_bytes_count_as_they_were_sent(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna:
        assert budget.measure(anna, site.at("/packed")).total < 10_000


def test_a_second_load_counts_as_the_first(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna:
        first, second = (budget.measure(anna, site.at("/good")) for _ in range(2))
    assert second.sizes.keys() == first.sizes.keys()


def test_a_page_usable_too_late_is_found(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna, pytest.raises(AssertionError, match="usable after") as failed:
        assert budget.check(anna, site.at("/slow"))
        budget.check(anna, site.at("/slow"), ready="#late")
    assert str(failed.value).count("usable after") == budget.TRIES


def test_a_thin_line_takes_its_time(browser: Browser, site: LittleSite) -> None:
    kbit = len(HEAVY) * 8 / 1000
    with browser.user() as anna:
        load = budget.measure(anna, site.at("/heavy"), Line(100, kbit, kbit))
        fast = budget.measure(anna, site.at("/heavy"), Line(0, 0, 0))
    assert load.usable_ms > 1000 > fast.usable_ms


def test_a_slow_phone_takes_its_time(browser: Browser, site: LittleSite) -> None:
    work = """() => {
        const began = performance.now();
        for (let n = 0, sum = 0; n < 1e7; n++) sum += n;
        return performance.now() - began;
    }"""
    with browser.user() as anna:
        anna.page.goto(site.at("/good"))
        assert any(takes_twice_as_long(anna, work) for _ in range(GOES))


def takes_twice_as_long(anna: User, work: str) -> bool:
    """With a quarter of the processor; where others' work fell on both or on neither, it shows."""
    anna.throttle(None)
    fast = min(anna.page.evaluate(work) for _ in range(12))
    anna.throttle(Line(0, 0, 0, anna.page.evaluate(SCORE, SCORE_MS) / 4))
    return bool(min(anna.page.evaluate(work) for _ in range(12)) > 2 * fast)


@pytest.mark.parametrize("language", [EN, ZH])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP])
def test_a_user_has_a_language_and_a_screen(
    browser: Browser, site: LittleSite, language: str, screen: Screen
) -> None:
    with browser.user(language=language, screen=screen) as anna:
        anna.page.goto(site.at("/good"))
        assert anna.page.title().startswith(language)
        assert anna.page.evaluate("innerWidth") == screen.width or screen.is_phone
        assert anna.page.evaluate("screen.width") == screen.width
        assert anna.page.evaluate("matchMedia('(pointer: coarse)').matches") == screen.is_phone


def test_users_share_no_cookies(browser: Browser, site: LittleSite) -> None:
    with browser.user() as anna, browser.user() as ben:
        for one in (anna, ben):
            one.page.goto(site.at("/good"))
        anna.page.evaluate("document.cookie = 'who=anna'")
        assert anna.page.evaluate("document.cookie") == "who=anna"
        assert not ben.page.evaluate("document.cookie")


def test_the_machine_can_write_chinese(browser: Browser, site: LittleSite) -> None:
    with browser.user(language=ZH) as anna:
        anna.page.goto(site.at("/chinese"))
        one, two = (anna.page.locator(f"#{name}").screenshot() for name in ("one", "two"))
    assert one != two, "signs without a font are all the same box: fonts-wqy-microhei is missing"


@pytest.mark.parametrize("asked", [True, False])
def test_a_picture_is_kept_where_the_environment_asks(
    browser: Browser, site: LittleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    (monkeypatch.setenv if asked else _unset(monkeypatch))(screens.VARIABLE, "1")
    with browser.user(language=ZH, screen=PHONE) as anna:
        anna.page.goto(site.at("/good"))
        kept = screens.keep(anna, "good", tmp_path)
    assert kept == (tmp_path / "good.zh.phone.png" if asked else None)
    assert [one.read_bytes()[:4] for one in tmp_path.iterdir()] == [b"\x89PNG"] * asked


def _unset(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    return lambda name, _: monkeypatch.delenv(name, raising=False)


def test_no_loop_is_left_to_other_tests(tmp_path: Path) -> None:
    """Playwright's running loop would stop each `asyncio.run` of a worker that went through here."""
    for name, text in (("browser", BROWSING), ("unit", LOOPING)):
        (tmp_path / "tests" / name).mkdir(parents=True)
        (tmp_path / "tests" / name / f"test_{name}.py").write_text(text)
    (tmp_path / "conftest.py").write_text(HOOKS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/browser", "tests/unit"]
    path = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=tmp_path, env=path, capture_output=True, text=True, check=False)
    assert "3 passed" in done.stdout, done.stdout + done.stderr
