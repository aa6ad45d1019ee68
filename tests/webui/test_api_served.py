"""The stream of events at the sockets of the web process."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import MonotonicClock
from firmware.protocol import facts as f
from firmware.protocol.inputs import Started
from firmware.protocol.journal import Record, encode
from firmware.protocol.ring import Ring
from firmware.protocol.rings import JOURNAL_BYTES
from tests.webui.served import Served
from webui.access.doors import Doors
from webui.access.schema import WEB_FILE

pytestmark = pytest.mark.realtime


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Served, str]]:
    made = Served(tmp_path)
    made.places.make()
    doors = Doors(made.places.root / WEB_FILE, MonotonicClock.wall_us)
    secret, _ = doors.tokens.make("test", ("read:live",), "test")
    doors.close()
    with made:
        yield made, secret


def test_a_program_follows_and_an_open_stream_does_not_hold_up_the_end(served: tuple[Served, str]) -> None:
    box, secret = served
    asked = urllib.request.Request(
        f"http://127.0.0.1:{box.port}/api/v1/events", headers={"Authorization": f"Bearer {secret}"}
    )
    with urllib.request.urlopen(asked, timeout=20) as told:
        assert told.headers["Content-Type"].startswith("text/event-stream")
        assert told.readline() == b": welcome\n"
        ring = Ring.in_file(box.places.run / "journal.ring", JOURNAL_BYTES)
        ring.put(encode(Record(1, 5, 1000, Started(1), (f.AllLinesBusy(busy=True),), ())))
        assert [told.readline() for _ in range(3)][1:] == [b"id: 1-5-0\n", b"event: lines.busy\n"]
        box.process.terminate()
        assert box.process.wait(20) == 0


def test_without_a_token_nobody_follows(served: tuple[Served, str]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{served[0].port}/api/v1/events", timeout=20)
    assert refused.value.headers["Content-Type"] == "application/problem+json"
    refused.value.close()
