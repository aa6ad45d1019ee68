"""One Chromium a worker: started by the first test that asks for it, ended before any test of another kind."""

from __future__ import annotations

import pytest

from tests.browser.browser import Browser

HERE = "tests/browser/"
_running: list[Browser] = []


@pytest.fixture
def browser() -> Browser:
    if not _running:
        _running.append(Browser())
    return _running[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Other tests run loops of their own, which Playwright's would be in the way of."""
    if _running and (nextitem is None or not nextitem.nodeid.startswith(HERE)):
        _running.pop().close()
