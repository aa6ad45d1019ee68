"""Who asks the engine from outside, and what it answers: orders, how things stand, a new version, a stand-in."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial

from firmware.engine.engine import Engine
from firmware.engine.ivr.job_board import JobBoard
from firmware.engine.process.order_desk import OrderDesk
from firmware.engine.process.reload import Reload
from firmware.engine.process.trial import Trial
from firmware.protocol.order_format import (
    NOT_READ,
    AskHandover,
    AskJobs,
    AskReload,
    AskState,
    GiveOrder,
    OrderAnswer,
    ReloadAnswer,
    Request,
    StateView,
    Verdict,
)
from firmware.protocol.order_server import Client, OrderServer


class Wish(Enum):
    """What the engine's loop is asked for between two inputs."""

    GO_ON = "go-on"
    RELOAD = "reload"
    """This process is to go on as a new version."""
    GIVE_WAY = "give-way"
    """Another process has everything ready and wants the role."""


class Service:
    """`view` tells how things stand; `is_child` whether supervisord looks after this process."""

    def __init__(
        self,
        server: OrderServer,
        desk: OrderDesk,
        reload: Reload,
        view: Callable[[int], StateView],
        is_child: Callable[[], bool],
    ) -> None:
        self.server, self.desk, self.reload = server, desk, reload
        self._view, self._is_child = view, is_child
        self.jobs = JobBoard(server)
        self._asked: tuple[Client, int] | None = None
        self._epoch = 0
        self.wish = Wish.GO_ON

    def take(self, ready: Iterable[socket.socket], engine: Engine, now_us: int) -> None:
        """Serves what came, and looks what has become of earlier requests."""
        self._epoch = engine.epoch
        for client, request in self.server.take(ready):
            self.serve(client, request, engine, now_us)
        self.desk.tell_saved()
        self.reload.look(now_us)

    def serve(self, client: Client, request: Request | None, engine: Engine, now_us: int) -> None:
        match request:
            case GiveOrder():
                self.desk.take(request, now_us, partial(self.server.answer, client))
            case AskState():
                self.server.answer(client, self._view(request.request))
            case AskJobs():
                self.jobs.subscribe(client, request.request, engine)
            case AskReload():
                self._try_new_version(client, request.request, engine, now_us)
            case AskHandover():
                gives_way = not self._is_child()
                self.wish = Wish.GIVE_WAY if gives_way else self.wish
                self.server.answer(client, ReloadAnswer(request.request, gives_way, self._epoch))
            case None:
                self.server.answer(client, OrderAnswer(NOT_READ, Verdict.REFUSED, reason="not-understood"))

    def tried(self, trial: Trial) -> None:
        """What came of the new version's trial."""
        self.wish = Wish.RELOAD if trial.able else Wish.GO_ON
        if self._asked is not None:
            client, request = self._asked
            told = ReloadAnswer(request, trial.able, self._epoch, trial.reason, trial.detail)
            self.server.answer(client, told)

    def _try_new_version(self, client: Client, request: int, engine: Engine, now_us: int) -> None:
        if self.reload.runs or self.wish is not Wish.GO_ON:
            self.server.answer(client, ReloadAnswer(request, False, self._epoch, "under-way"))
            return
        self._asked = (client, request)
        self.reload.begin(engine, now_us, self.tried)
