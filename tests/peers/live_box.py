"""A simulated box some times faster than the wall's clock, with a gate: for programs that know only TCP."""

from __future__ import annotations

import shutil
import threading
from functools import partial
from pathlib import Path
from types import TracebackType

from msgspec import structs

from drivers.clock import MonotonicClock
from firmware.cli.files import load_scenario
from firmware.cli.gate import make_token
from firmware.cli.rehearsal.boxes import FastBox
from firmware.config.schema import Gate as GateKeys
from firmware.config.versions import ConfigStore
from firmware.engine.process.order_desk import OrderDesk
from firmware.engine.view import state_view
from firmware.gate.runner import Gate
from firmware.prompts.bank import PromptBank
from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.order_format import AskState, GiveOrder
from firmware.protocol.order_server import OrderServer
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.protocol.rings import JOURNAL_BYTES

SPEED = 4
SALT = "0123456789abcdef"
TURN_US = 5_000


class BoxClock:
    """What the gate takes for the time."""

    def __init__(self) -> None:
        self.at_us = 0

    def now_us(self) -> int:
        return self.at_us

    def wait_until(self, at_us: int) -> None:
        raise AssertionError("the gate waits for sockets alone")


class LiveBox:
    """Everything in one thread of its own; `with` starts and ends it."""

    def __init__(self, scenario: Path, root: Path, *, name: str = "tool") -> None:
        self.places = Places(root)
        self.places.make()
        token, self.secret = make_token(self.places, name, ("read", "originate", "queue"), SALT)
        self.name = name
        self._scenario = load_scenario(scenario)
        self._config = structs.replace(self._scenario.config, gate=GateKeys(enabled=True, tokens=(token,)))
        with ConfigStore(self.places.config_db) as store:
            store.put(self._config, "test", 0)
        self._ring = Ring.in_file(self.places.run / "journal.ring", JOURNAL_BYTES)
        self.records: list[Record] = []
        self.port = 0
        self.error: BaseException | None = None
        self._ready, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._live, name="box")

    def __enter__(self) -> LiveBox:
        self._thread.start()
        self._ready.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(20)
        shutil.rmtree(self.places.run, ignore_errors=True)
        if self.error is not None:
            raise self.error

    def _live(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001 - the test's thread raises it
            self.error = error

    def _run(self) -> None:
        box = FastBox(self._scenario, self.places.root / "out", PromptBank({}, {}), see=self._journal)
        server = OrderServer(self.places.engine_socket)
        clock = BoxClock()
        gate = Gate(self.places, self._config, clock, wall_offset_us=0, port=0)
        self.port = gate.server.port if gate.server else 0
        desk = OrderDesk(box.half.keeper.give, box.half.keeper.engine, self._ring)
        self._ready.set()
        wall = MonotonicClock()
        began_us = wall.now_us()
        try:
            while not self._over.is_set():
                clock.at_us = (wall.now_us() - began_us) * SPEED
                box.run_until(clock.at_us)
                _serve(server, desk, box)
                gate.step(TURN_US)
            box.finish()
        finally:
            gate.close()
            server.close()

    def _journal(self, record: Record) -> None:
        self.records.append(record)
        assert self._ring.put(journal.encode(record))
        self._ring.drain()


def _serve(server: OrderServer, desk: OrderDesk, box: FastBox) -> None:
    """What the engine's process does with orders."""
    for client, request in server.take(server.readers):
        if isinstance(request, GiveOrder):
            desk.take(request, box.now_us, partial(server.answer, client))
        elif isinstance(request, AskState):
            engine, now_us = box.half.keeper.engine, box.now_us
            view = state_view(engine, request.request, now_us=now_us, link_up=True, gap_us=0, alarms=())
            server.answer(client, view)
