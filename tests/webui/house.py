"""The pages without a running box: Flask's own client, people of each role, an engine that says what it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from flask import Flask
from flask.testing import FlaskClient

from firmware.config.load import loads
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.order_format import OrderAnswer, StateView, Verdict
from firmware.protocol.places import Places
from webui.access.doors import Doors
from webui.access.people import Person
from webui.access.schema import WEB_FILE
from webui.app import create_app
from webui.live.hub import LiveHub
from webui.live.picture import Thing, picture_of
from webui.security.certificates import Certificates
from webui.site import Site

PASSWORD = "nine quiet herons"
PEOPLE = {"admin": "boss", "supervisor": "mei", "agent": "wang", "technician": "tech"}
AGENT = "800"
OFFICE = """
[site]
name = "Office"
country = "CN"
area = "10"
language = "en"

[[card]]
name = "hat"
slots = ["fxo", "empty", "empty", "empty", "fxs", "fxs", "empty", "empty"]

[[line]]
name = "line-1"
card = "hat"
slot = 1
number = "62345678"
flow = "main"

[[extension]]
number = "801"
card = "hat"
slot = 5
agent = "800"

[[extension]]
number = "802"
card = "hat"
slot = 6

[[agent]]
id = "800"
name = "Wang"
queues = ["sales"]

[[agent]]
id = "810"
name = "Zhao"
queues = ["sales"]

[[queue]]
id = "sales"
name = "Sales"

[[flow]]
id = "main"
start = "queue"

[[flow.node]]
id = "queue"
kind = "queue"
queue = "sales"
"""


class StillClock:
    """A clock of a test: `us` moves it."""

    us = 1_000_000

    def now_us(self) -> int:
        return self.us

    def wall_us(self) -> int:
        return self.us + 1_795_000_000_000_000

    def wait_until(self, at_us: int) -> None:
        self.us = max(self.us, at_us)


class Engine:
    """What the hub is to a page: orders are kept, answered as `verdict` says."""

    def __init__(self) -> None:
        self.orders: list[AnyOrder] = []
        self.verdict, self.reason = Verdict.TAKEN, ""
        self.view: StateView | None = None
        self.things: Mapping[str, Thing] = {}

    def give(self, order: AnyOrder, patience_s: float = 6.0) -> OrderAnswer:
        self.orders.append(order)
        return OrderAnswer(1, self.verdict, 1, len(self.orders), self.reason)

    def stands(self, view: StateView, site: Site) -> None:
        self.view, self.things = view, picture_of(view, site.config, 0)


class House:
    """`client("agent")` is signed in; `client("")` is a stranger."""

    def __init__(self, root: Path, office: str = OFFICE, *, is_sim: bool = False) -> None:
        self.places = Places(root / "box")
        self.places.make()
        config, faults = loads(office, Config)
        assert config, faults
        with ConfigStore(self.places.config_db) as store:
            store.put(config, "test", 1)
        self.clock, self.engine = StillClock(), Engine()
        self.doors = Doors(self.places.root / WEB_FILE, self.clock.wall_us)
        certificates = Certificates(self.places.secrets / "web")
        live = cast(LiveHub, self.engine)
        self.site = Site(self.places, self.clock, self.clock.wall_us, self.doors, live, certificates, is_sim)
        self.app: Flask = create_app(self.site, ["localhost", "127.0.0.1"])
        self._clients: dict[str, FlaskClient] = {}

    def settle(self) -> None:
        """One person of each role."""
        for role, name in PEOPLE.items():
            agent = AGENT if role == "agent" else ""
            person = Person(name, role, agent=agent, language="en")
            if self.doors.is_new:
                self.doors.first(person, PASSWORD, "127.0.0.1")
            else:
                self.doors.add(person, PASSWORD, "test")

    def client(self, role: str) -> FlaskClient:
        if role not in self._clients:
            one = self._clients[role] = self.browser()
            if role:
                answer = one.post("/sign-in", data={"name": PEOPLE[role], "password": PASSWORD})
                assert answer.status_code == 302, answer.text
        return self._clients[role]

    def browser(self) -> FlaskClient:
        made = self.app.test_client()
        made.environ_base["HTTP_ACCEPT"] = "text/html,*/*;q=0.8"
        return made

    def forget(self, role: str) -> None:
        """It signs in anew the next time."""
        self._clients.pop(role, None)

    def csrf(self, role: str) -> str:
        """As the pages of this person have it."""
        text = self.client(role).get("/").text
        return text.partition('name="csrf" content="')[2].partition('"')[0]

    def close(self) -> None:
        self.doors.close()
