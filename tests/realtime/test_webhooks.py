"""The jobs process against a real receiver on loopback: fails twice, is killed in between, and loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.jobs.webhooks.signing import make_secret
from firmware.jobs.webhooks.standing import Wish, put_wish, read_standings
from firmware.protocol.mark import DurableMark
from firmware.protocol.places import Places
from tests.unit.hooked_box import Written, configured
from tests.unit.webhook_example import PATIENCE_S, Heard

pytestmark = pytest.mark.realtime
PROCESS = """
import sys
from pathlib import Path
from drivers.clock import MonotonicClock
from firmware.jobs import runner
from firmware.protocol.places import Places
clock = MonotonicClock()
runner.run(Places(Path(sys.argv[1])), clock=clock, wall_us=clock.wall_us, stopped=lambda: False)
"""


class Box:
    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        self.mark = DurableMark.in_file(self.places.run / "durable.mark")
        self.journal = Written(root, self.mark)
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(self.places.root)], env=os.environ
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path / "box")
    yield made
    if made.process is not None:
        made.kill()
    made.journal.close()


def settled(box: Box, wait: threading.Event) -> None:
    """The endpoint has begun: what happens from now on is told."""
    for _ in range(400):
        if list((box.places.root / "jobs" / "webhooks").glob("crm.json")):
            return
        wait.wait(0.05)
    raise AssertionError("nobody began to deliver")


def test_a_receiver_that_fails_and_a_process_that_is_killed_lose_nothing(box: Box, tmp_path: Path) -> None:
    from drivers.clock import MonotonicClock

    secret = make_secret(box.places.secrets, "crm", "boss", 0)
    heard = Heard(secret, str(tmp_path / "seen.db"), fails=2)
    try:
        configured(box.places, heard.port)
        box.journal.now_us = MonotonicClock().now_us()
        box.begin()
        settled(box, threading.Event())
        box.journal.now_us = max(box.journal.now_us, MonotonicClock().now_us())
        ids = box.journal.calls(3)
        with heard.came:
            assert heard.came.wait_for(lambda: heard.statuses, PATIENCE_S)
        box.kill()
        ids += box.journal.calls(3)
        box.begin()
        assert heard.until(6), (heard.statuses, read_standings(box.places.run))
        box.kill()
        ids += box.journal.calls(3)
        box.begin()
        assert heard.until(9)
        put_wish(box.places.run, Wish("test", "crm"))
        assert heard.until(10)
    finally:
        heard.close()
    assert [one["id"] for one in heard.told[:9]] == ids, "each once for who remembers ids, in order"
    assert heard.told[9]["event"] == "test"
    assert heard.statuses[:2] == [503, 503] and set(heard.statuses[2:]) == {204}
