"""What every test gets: run directories of its own session in memory, gone with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from firmware.cli import background
from firmware.cli.run import WEB_VARIABLE
from firmware.protocol.places import MEMORY, MEMORY_VARIABLE
from tests.timekeeping import is_in_real_time, try_fairly

# `make test` asks the same questions of each version; `make explore` (EXPLORE=1) asks new ones each time.
# A shared machine may be slow for a while; that says nothing of the code.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", print_blob=True)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "steady")


def _not_here(most_bytes: int = 0, most_cpu_s: int = 0) -> None:
    raise AssertionError(
        "lowest priority and limits would be the test process's own: run it as a program, or patch it"
    )


background.give_way = _not_here


@pytest.fixture(scope="session", autouse=True)
def memory() -> Iterator[None]:
    """A box's rings take 32 MB of shared memory; nothing of them may outlive the tests."""
    base = MEMORY if Path(MEMORY).is_dir() else None
    folder = tempfile.mkdtemp(prefix="tipring-tests-", dir=base)
    os.environ[MEMORY_VARIABLE] = folder
    os.environ.setdefault(WEB_VARIABLE, "0")  # a box of a test has pages where the test asks for them
    try:
        yield
    finally:
        del os.environ[MEMORY_VARIABLE]
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if not is_in_real_time(item):
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in try_fairly(item, nextitem):
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = (one for every in terminalreporter.stats.values() for one in every)
    sections = [
        text for one in reports for name, text in getattr(one, "sections", ()) if name == "timekeeping"
    ]
    for text in sections:
        terminalreporter.write_line(text)


class _Now:
    """Names a failure as it happens: a run that is cut off says what it saw."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal:
            why = getattr(getattr(report.longrepr, "reprcrash", None), "message", "").split("\n", 1)[0]
            terminal.write_line(f"\n{report.nodeid} ({report.when}): {why}")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Now(config), "failures-as-they-happen")
