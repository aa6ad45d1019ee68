"""All endpoints of a box: threads that begin and end with the configuration, and none that holds up another."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec import structs

from drivers.clock import MonotonicClock
from firmware.config.schema import Config, Jobs, Webhook
from firmware.config.versions import ConfigStore
from firmware.jobs.webhooks.courier import Courier
from firmware.jobs.webhooks.office import END_US, MOST_WISHES, Office
from firmware.jobs.webhooks.patience import Outcome
from firmware.jobs.webhooks.posting import Poster
from firmware.jobs.webhooks.signing import make_secret
from firmware.jobs.webhooks.standing import Wish, put_wish, read_standings
from firmware.protocol.mark import DurableMark
from firmware.protocol.places import Places
from firmware.stream.durable import Durable
from tests.unit.hooked_box import Written
from tests.unit.webhook_example import Heard

PATIENCE = 400


class Ahead(MonotonicClock):
    ahead_us = 0

    def now_us(self) -> int:
        return super().now_us() + self.ahead_us


class Rig:
    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        self.clock = Ahead()
        self.journal = Written(root, DurableMark.in_file(self.places.run / "durable.mark"))
        self.office = Office(self.places, self.clock, self.clock.wall_us)
        self._pause = threading.Event()

    def configure(self, *hooks: Webhook, ports: tuple[int, ...] = (443,)) -> None:
        rules = Jobs(networks=("127.0.0.1/32",), schemes=("http",), ports=ports)
        with ConfigStore(self.places.config_db) as store:
            store.put(Config(webhooks=hooks, jobs=rules), "test", 0)
        self.look()

    def look(self) -> None:
        self.office._looked_us = -(1 << 62)
        self.office.step()

    def settled(self) -> None:
        """Till whoever was let go is over."""
        for _ in range(PATIENCE):
            self.look()
            if not self.office._ending:
                return
            self._pause.wait(0.02)

    def has_threads(self, *names: str) -> bool:
        for _ in range(PATIENCE):
            if self.threads == {f"webhook-{name}" for name in names}:
                return True
            self._pause.wait(0.02)
        return False

    def calls(self, count: int) -> list[str]:
        self.journal.now_us = max(self.journal.now_us, self.clock.now_us())
        return self.journal.calls(count)

    def until(self, heard: Heard, told: int) -> bool:
        for _ in range(PATIENCE):
            self.look()
            if len(heard.told) >= told:
                return True
            self._pause.wait(0.02)
        return False

    @property
    def threads(self) -> set[str]:
        return {one.name for one in threading.enumerate() if one.name.startswith("webhook-")}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path / "box")
    yield made
    made.office.close()
    made.journal.close()
    assert made.has_threads()


class Stuck:
    """Posting to port 9 hangs, whatever is done to its sockets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.let_on = threading.Semaphore(0), threading.Event()
        post = Poster.post

        def hangs(poster: Poster, body: bytes, headers: Mapping[str, str]) -> Outcome:
            if ":9/" not in poster._url:
                return post(poster, body, headers)
            self.entered.release()
            self.let_on.wait(PATIENCE)
            return Outcome("timed-out")

        monkeypatch.setattr(Poster, "post", hangs)


@pytest.fixture
def stuck(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stuck]:
    made = Stuck(monkeypatch)
    yield made
    made.let_on.set()


@pytest.fixture
def heard(rig: Rig, tmp_path: Path) -> Iterator[Heard]:
    made = Heard(make_secret(rig.places.secrets, "crm", "boss", 0), str(tmp_path / "seen.db"), fails=0)
    yield made
    made.close()


def hook(port: int, name: str = "crm") -> Webhook:
    return Webhook(name=name, url=f"http://127.0.0.1:{port}/hook")


def test_threads_come_and_go_with_the_configuration(rig: Rig) -> None:
    rig.configure(hook(9), hook(9, "two"), ports=(9,))
    assert rig.threads == {"webhook-crm", "webhook-two"}
    told = read_standings(rig.places.run)
    assert told is not None and {one.name for one in told.webhooks} == {"crm", "two"}
    rig.configure(structs.replace(hook(9), enabled=False), ports=(9,))
    rig.settled()
    assert rig.threads == set()
    kept = rig.places.root / "jobs" / "webhooks"
    assert [path.stem for path in kept.iterdir()] == ["crm"], "one that is switched off goes on where it was"
    told = read_standings(rig.places.run)
    assert told is not None and told.webhooks == ()


def test_one_that_hangs_holds_up_nobody_and_can_be_switched_off(rig: Rig, heard: Heard) -> None:
    make_secret(rig.places.secrets, "hangs", "boss", 0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        rig.configure(hook(port, "hangs"), hook(heard.port), ports=(port, heard.port))
        ids = rig.calls(5)
        assert rig.until(heard, 5)
        assert [one["id"] for one in heard.told] == ids
        rig.configure(hook(heard.port), ports=(port, heard.port))
        assert rig.has_threads("crm")
        ids += rig.calls(1)
        assert rig.until(heard, 6)


def test_a_new_address_goes_on_where_the_old_one_was(rig: Rig, heard: Heard) -> None:
    rig.configure(hook(9), ports=(9, heard.port))
    ids = rig.calls(3)
    rig.look()
    rig.configure(hook(heard.port), ports=(9, heard.port))
    assert rig.until(heard, 3)
    assert [one["id"] for one in heard.told] == ids


def test_nothing_that_hangs_holds_up_the_thread_of_all_jobs(
    rig: Rig, stuck: Stuck, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"dead-{number}" for number in range(6)]
    for name in names:
        make_secret(rig.places.secrets, name, "boss", 0)
    rig.configure(*(hook(9, name) for name in names), ports=(9, heard.port))
    rig.calls(1)
    rig.look()
    assert all(stuck.entered.acquire(timeout=20) for _ in names)
    waited: list[float] = []
    with monkeypatch.context() as watched:
        watched.setattr(threading.Thread, "join", lambda _, timeout: waited.append(timeout))
        rig.configure(hook(heard.port), ports=(9, heard.port))
    assert waited == [], "a new configuration waits for nobody"
    ids = rig.calls(1)
    assert rig.until(heard, 1) and heard.told[0]["id"] == ids[0]


def test_the_end_waits_for_all_together(rig: Rig, stuck: Stuck, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"dead-{number}" for number in range(6)]
    for name in names:
        make_secret(rig.places.secrets, name, "boss", 0)
    rig.configure(*(hook(9, name) for name in names), ports=(9,))
    rig.calls(1)
    rig.look()
    assert all(stuck.entered.acquire(timeout=20) for _ in names)
    waited_s: list[float] = []

    def join(_: threading.Thread, timeout: float) -> None:
        waited_s.append(timeout)
        rig.clock.ahead_us += round(timeout * 1e6)

    with monkeypatch.context() as watched:
        watched.setattr(threading.Thread, "join", join)
        rig.office.close()
    assert len(waited_s) == len(names) and sum(waited_s) <= 2.0


def test_one_left_behind_writes_nothing_over_its_successor(rig: Rig, stuck: Stuck, heard: Heard) -> None:
    rig.configure(hook(9), ports=(9, heard.port))
    put_wish(rig.places.run, Wish("test", "crm"))
    rig.look()
    assert stuck.entered.acquire(timeout=20)
    ids = rig.calls(2)
    rig.configure(hook(heard.port), ports=(9, heard.port))
    rig.clock.ahead_us += END_US
    assert rig.until(heard, 2) and [one["id"] for one in heard.told] == ids
    rig.office.close()
    path = rig.places.root / "jobs" / "webhooks" / "crm.json"
    kept = path.read_bytes()
    stuck.let_on.set()
    assert rig.has_threads() and path.read_bytes() == kept


def test_one_left_behind_does_not_bring_back_what_was_deleted(rig: Rig, stuck: Stuck) -> None:
    make_secret(rig.places.secrets, "crm", "boss", 0)
    rig.configure(hook(9), ports=(9,))
    put_wish(rig.places.run, Wish("test", "crm"))
    rig.look()
    assert stuck.entered.acquire(timeout=20)
    rig.configure()
    rig.clock.ahead_us += END_US
    rig.settled()
    folder = rig.places.root / "jobs" / "webhooks"
    assert list(folder.iterdir()) == []
    stuck.let_on.set()
    assert rig.has_threads() and list(folder.iterdir()) == []


def test_one_endpoint_whose_journal_fails_does_not_stop_the_next(
    rig: Rig, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_since = Durable.go_since

    def faulty(self: Durable, at_us: int) -> None:
        if threading.current_thread().name != "webhook-crm":
            raise OSError(5, "input/output error")
        go_since(self, at_us)

    monkeypatch.setattr(Durable, "go_since", faulty)
    rig.configure(hook(9, "broken"), hook(heard.port), ports=(9, heard.port))
    ids = rig.calls(1)
    assert rig.until(heard, 1) and heard.told[0]["id"] == ids[0]


def test_wishes_of_one_that_hangs_are_few(rig: Rig, stuck: Stuck) -> None:
    make_secret(rig.places.secrets, "crm", "boss", 0)
    rig.configure(hook(9), ports=(9,))
    rig.calls(1)
    rig.look()
    assert stuck.entered.acquire(timeout=20)
    for _ in range(3 * MOST_WISHES):
        put_wish(rig.places.run, Wish("test", "crm"))
    rig.look()
    assert len(rig.office._rounds["crm"].courier.wishes) == MOST_WISHES


def test_a_fault_of_ours_does_not_silence_an_endpoint(
    rig: Rig, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [RuntimeError("a bug")]
    step = Courier.step

    def faulty(self: Courier) -> int:
        if left:
            raise left.pop()
        return step(self)

    monkeypatch.setattr(Courier, "step", faulty)
    monkeypatch.setattr("firmware.jobs.webhooks.office.AFTER_FAULT_S", 0.0)
    rig.configure(hook(heard.port), ports=(heard.port,))
    ids = rig.calls(2)
    assert rig.until(heard, 2)
    assert [one["id"] for one in heard.told] == ids
