"""A box with a journal on the disk and endpoints that are told: real files, a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from firmware.config.schema import Config, Jobs, Webhook
from firmware.config.versions import ConfigStore
from firmware.jobs.webhooks.courier import Courier, Means
from firmware.jobs.webhooks.kept import Keeper
from firmware.jobs.webhooks.patience import Outcome
from firmware.jobs.webhooks.signing import Secret
from firmware.protocol import facts as f
from firmware.protocol import journal
from firmware.protocol.inputs import Started
from firmware.protocol.journal import Record
from firmware.protocol.mark import DurableMark
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder, Rotation
from firmware.store.disk import VirtualDisk
from firmware.stream.durable import Durable

WALL_US = 1_700_000_000_000_000
SECOND_US = 1_000_000


class Written:
    """A journal that grows by what it is told; all of it lasts at once, unless it is held back."""

    def __init__(self, root: Path, mark: DurableMark | None = None, rotation: Rotation | None = None) -> None:
        self._ring = Ring.in_memory(1 << 20)
        self._recorder = Recorder(
            self._ring, Ring.in_memory(1 << 16), root, disk=VirtualDisk(), rotation=rotation or Rotation(),
            mark=mark or DurableMark.in_memory(),
        )  # fmt: skip
        self.mark = self._recorder.mark
        self.folder = root / "journal"
        self.now_us, self.number = 10 * SECOND_US, 0

    def happens(self, *facts: f.AnyFact, epoch: int = 1) -> str:
        """Id of the first fact."""
        self.number += 1
        self._ring.put(journal.encode(Record(epoch, self.number, self.now_us, Started(1), facts, ())))
        self._recorder.step(self.now_us)
        self.now_us += 2 * SECOND_US
        self._recorder.step(self.now_us)
        return f"{epoch}-{self.number}-0"

    def calls(self, count: int) -> list[str]:
        return [self.happens(f.AllLinesBusy(busy=bool(number % 2))) for number in range(count)]

    def reader(self) -> Durable:
        return Durable(self.folder, lambda: self.mark.read().journal, lambda: WALL_US)

    def close(self) -> None:
        self._recorder.close(self.now_us)


class Far:
    """The other side: `says` is what it answers next; what it took stands in `told`."""

    def __init__(self) -> None:
        self.says: Callable[[dict[str, str]], Outcome] = lambda _headers: Outcome("", 204)
        self.told: list[str] = []
        self.tried: list[str] = []
        self.bodies: list[bytes] = []

    def post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        self.bodies.append(body)
        self.tried.append(headers["Tipring-Event-Id"])
        outcome = self.says(headers)
        if outcome.taken:
            self.told.append(headers["Tipring-Event-Id"])
        return outcome

    def close(self) -> None:
        """Nothing is open."""


class Desk:
    """One courier on such a journal; `die` and a new one goes on."""

    def __init__(self, root: Path, *events: str, rotation: Rotation | None = None) -> None:
        self.root, self.journal, self.far = root, Written(root, rotation=rotation), Far()
        self.webhook = Webhook(name="crm", url="https://crm.example/", events=events)
        self.now_us = self.journal.now_us
        self.secret: Secret | None = Secret("tipring_hook_x")
        self.courier = self.begun()

    def begun(self) -> Courier:
        return Courier(
            self.webhook,
            Means(
                poster=self.far, durable=self.journal.reader, keeper=Keeper(self.root / "jobs", "crm"),
                secret=lambda: self.secret, now_us=lambda: self.now_us,
                wall_us=lambda: WALL_US + self.now_us, chance=lambda: 0.5,
            ),
        )  # fmt: skip

    def die(self) -> None:
        """As by kill -9: nothing is kept that was not."""
        self.courier = self.begun()

    def turns(self, until_us: int = 0) -> None:
        """Box time goes on from one thing that is due to the next, up to `until_us` or till nothing is due now."""
        for _ in range(100_000):
            self.now_us = max(self.now_us, self.journal.now_us)
            due_us = self.courier.step()
            if due_us > max(self.now_us, until_us):
                break
            self.now_us = max(self.now_us, due_us)
        self.now_us = max(self.now_us, until_us)


def configured(places: Places, port: int, *events: str) -> Config:
    """In force: one endpoint on loopback."""
    config = Config(
        webhooks=(Webhook(name="crm", url=f"http://127.0.0.1:{port}/hook", events=events),),
        jobs=Jobs(networks=("127.0.0.1/32",), schemes=("http",), ports=(port,)),
    )
    with ConfigStore(places.config_db) as store:
        store.put(config, "test", 0)
    return config
