"""The API of a whole simulated box: its examples as they stand in docs, an order sent twice, a stream that goes on."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from drivers.clock import MonotonicClock
from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.numbers import Number, rules_of
from firmware.business.store import open_business
from firmware.cli.files import load_scenario
from tests.box_process import ROOT
from tests.browser.web_box import WebBox
from webui.access.doors import Doors
from webui.access.schema import WEB_FILE
from webui.api.scopes import GIVEN

pytestmark = [pytest.mark.realtime, pytest.mark.slow]
BENCH = ROOT / "tests/browser/shop.toml"
EXAMPLES = ROOT / "docs/examples"
KEY = "the-same-key-again"
CALLER = "13901234567"


class Box(WebBox):
    """With a token and a contact."""

    def __enter__(self) -> Box:
        self.places.make()
        doors = Doors(self.places.root / WEB_FILE, MonotonicClock.wall_us)
        self.token, _ = doors.tokens.make("test", tuple(str(one) for one in GIVEN), "test")
        doors.close()
        with closing(open_business(self.places.business_db, durable=False)) as db:
            who = Draft("Wang Fang", numbers=(Number(CALLER, "mobile"),))
            Contacts(db, rules_of(load_scenario(BENCH).config)).add(who, author="test", at=1)
        super().__enter__()
        return self

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"TIPRING_URL": self.at(""), "TIPRING_TOKEN": self.token}

    def client(self) -> Any:
        """The example's `Box`."""
        spec = importlib.util.spec_from_file_location("example_client", EXAMPLES / "client.py")
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.Box(self.at(""), self.token)

    @contextmanager
    def stream(self, last: str = "") -> Iterator[Any]:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Last-Event-ID": last} if last else {})
        asked = urllib.request.Request(self.at("/api/v1/events"), headers=headers)
        with urllib.request.urlopen(asked, timeout=30) as told:
            yield told


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with Box(tmp_path_factory.mktemp("box") / "data", BENCH) as there:
        assert there.until(lambda: there.client().get("/live")["box"]["engine"])
        yield there


def example(box: Box, name: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", str(EXAMPLES / name), *words],
        env=box.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def first_event(told: Any, name: str) -> dict[str, Any]:
    for line in told:
        if line.startswith(b"data: "):
            event: dict[str, Any] = json.loads(line[6:])
            if event["event"] == name:
                return event
    raise AssertionError(f"no {name}")


def test_an_order_sent_again_places_no_second_call(box: Box) -> None:
    client = box.client()
    asked = {"do": "dial", "extension": "803", "number": "802"}
    with box.stream() as told:
        first = client._ask("POST", "/orders/call", asked, KEY)
        again = [client._ask("POST", "/orders/call", asked, KEY) for _ in range(3)]
        assert first["done"] and not first["repeated"] and all(one["repeated"] for one in again)
        began = first_event(told, "call.began")
    assert len(client.get("/live/calls")["calls"]) == 1
    with box.stream(
        first["record"].partition("-")[0] + "-" + str(int(first["record"].split("-")[1]) - 1)
    ) as told:
        assert first_event(told, "call.began") == began, "whoever comes again hears it again"
    client.post("/orders/call", {"do": "hang-up", "call": began["call"]})
    assert box.until(lambda: not client.get("/live/calls")["calls"])


def test_the_client_says_what_it_is_told_and_why_not(box: Box) -> None:
    client = example(box, "client.py", "live")
    told, _ = client.communicate(timeout=30)
    assert client.returncode == 0 and json.loads(told)["queues"][0]["id"] == "sales"
    client = example(box, "client.py", "call", "899", "802")
    told, _ = client.communicate(timeout=30)
    assert client.returncode == 1 and "no-such-extension" in told


def test_the_screen_pop_says_who_calls(box: Box) -> None:
    client = box.client()
    client.post("/orders/agent", {"do": "sign-in", "agent": "800", "extension": "801"})
    client.post("/orders/agent", {"do": "ready", "agent": "800"})
    pop = example(box, "screen_pop.py", "800")
    assert pop.stdout is not None
    try:
        assert box.until(lambda: _follows(box))
        box.sim("call", "62345678", "--from", CALLER, "--seconds", "8")
        assert pop.stdout.readline().startswith(f"Wang Fang | +86{CALLER} | queue sales |")
    finally:
        pop.kill()
        pop.communicate()


def _follows(box: Box) -> bool:
    """The example reads the stream; told by a second look, for it says nothing itself."""
    told = box.places.status("web").read_bytes().strip(b"\0 \n")
    return bool(json.loads(told)["followers"])


def test_recordings_need_a_token_where_their_bytes_are(box: Box) -> None:
    asked = urllib.request.Request(
        box.at("/api/v1/sound?ticket=x"), headers={"Authorization": f"Bearer {box.token}"}
    )
    with pytest.raises(urllib.error.HTTPError, match="403") as forbidden:
        urllib.request.urlopen(asked, timeout=10)
    forbidden.value.close()
    with pytest.raises(urllib.error.HTTPError, match="401") as unknown:
        urllib.request.urlopen(box.at("/api/v1/sound?ticket=x"), timeout=10)
    unknown.value.close()
