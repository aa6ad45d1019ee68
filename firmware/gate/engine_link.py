"""The gate's side of the order socket: many requests at a time, nothing waited for; the owner's loop selects."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from firmware.protocol.connection import arrived, connected, send_kept
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.order_format import (
    Answers,
    AskState,
    GiveOrder,
    OrderAnswer,
    Request,
    StateView,
    Verdict,
    encode,
)

RETRY_US = 200_000
PATIENCE_US = 5_000_000
"""An order without an answer for so long is told to be of unknown fate; till then it is given again to each engine
that comes, which its id makes harmless."""


class Asked(Struct):
    order: AnyOrder
    told: Callable[[OrderAnswer], None]
    until_us: int
    sent: bool = False


class EngineLink:
    def __init__(self, path: Path, view_came: Callable[[StateView], None]) -> None:
        self._path, self._view_came = path, view_came
        self._socket: socket.socket | None = None
        self._answers = Answers()
        self._out = bytearray()
        self._asked: dict[int, Asked] = {}
        self._requests = 0
        self._retry_us = 0
        self._wants_view = False

    @property
    def readers(self) -> list[socket.socket]:
        return [self._socket] if self._socket is not None else []

    @property
    def writers(self) -> list[socket.socket]:
        return [self._socket] if self._socket is not None and self._out else []

    def give(self, order: AnyOrder, told: Callable[[OrderAnswer], None], now_us: int) -> None:
        """`told` is called once, with the engine's answer or when it is out of patience."""
        self._requests += 1
        self._asked[self._requests] = Asked(order, told, now_us + PATIENCE_US)
        self.proceed(now_us)

    def ask_view(self) -> None:
        """`view_came` is called when the engine has told how things stand."""
        self._wants_view = True
        self._send(AskState(0x7FFF_FFFF))

    def proceed(self, now_us: int) -> None:
        """Connects where there is no connection, gives up what waited too long."""
        if self._socket is None and now_us >= self._retry_us:
            self._retry_us = now_us + RETRY_US
            self._connect()
        for number, one in list(self._asked.items()):
            if self._socket is not None and not one.sent:
                one.sent = True
                self._send(GiveOrder(number, one.order))
            if now_us >= one.until_us:
                del self._asked[number]
                one.told(OrderAnswer(number, Verdict.UNKNOWN if one.sent else Verdict.NO_ENGINE))

    def read(self) -> None:
        data = arrived(self._socket) if self._socket else None
        if data is None:
            return
        if not data:
            self._lost()
            return
        for answer in self._answers.receive(data):
            if isinstance(answer, StateView):
                self._wants_view = False
                self._view_came(answer)
            elif isinstance(answer, OrderAnswer) and answer.request in self._asked:
                self._asked.pop(answer.request).told(answer)

    def flush(self) -> None:
        if self._socket is not None and not send_kept(self._socket, self._out):
            self._lost()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _connect(self) -> None:
        self._socket, self._answers, self._out = connected(self._path), Answers(), bytearray()
        if self._socket is None:
            return
        for one in self._asked.values():
            one.sent = False
        if self._wants_view:
            self.ask_view()

    def _send(self, request: Request) -> None:
        if self._socket is not None:
            self._out += encode(request)
            self.flush()

    def _lost(self) -> None:
        self.close()
        self._out.clear()
