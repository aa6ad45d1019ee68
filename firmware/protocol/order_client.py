"""Giving the running engine an order, or asking it how things stand. For commands and programs; it may wait."""

from __future__ import annotations

import socket
from typing import TypeVar

from drivers.clock import MonotonicClock
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.order_format import (
    NOT_READ,
    Answer,
    Answers,
    AskHandover,
    AskReload,
    AskState,
    GiveOrder,
    OrderAnswer,
    ReloadAnswer,
    Request,
    StateView,
    Verdict,
    encode,
)
from firmware.protocol.places import Places

RETRY_US = 50_000
REQUEST = 1
Told = TypeVar("Told", bound=Answer)


def give_order(
    places: Places, order: AnyOrder, timeout_s: float = 5.0, *, wait_saved: bool = False
) -> OrderAnswer:
    """Never raises for an engine that is away, slow or dies in between: the verdict says so.

    An engine that comes back within `timeout_s` is given the order again, which its id makes harmless.
    """
    asking = _Asking(places, GiveOrder(REQUEST, order, wait_saved), timeout_s)
    answer = asking.answer(OrderAnswer)
    if answer is not None:
        return answer
    return OrderAnswer(REQUEST, Verdict.UNKNOWN if asking.sent else Verdict.NO_ENGINE)


def ask_state(places: Places, timeout_s: float = 2.0) -> StateView | None:
    """None: no engine answered in time."""
    return _Asking(places, AskState(REQUEST), timeout_s).answer(StateView)


def ask_reload(places: Places, timeout_s: float = 30.0) -> ReloadAnswer | None:
    """None: no engine answered in time."""
    return _Asking(places, AskReload(REQUEST), timeout_s).answer(ReloadAnswer)


def ask_handover(places: Places, timeout_s: float = 1.0) -> bool:
    """True when the engine is about to leave its calls to us."""
    answer = _Asking(places, AskHandover(REQUEST), timeout_s).answer(ReloadAnswer)
    return answer is not None and answer.prepared


class _Asking:
    """One request till it is answered or its time is over. A box that does not run has no socket: no waiting."""

    def __init__(self, places: Places, request: Request, timeout_s: float) -> None:
        self._path = places.engine_socket
        self._request = request
        self._clock = MonotonicClock()
        self._until_us = self._clock.now_us() + round(timeout_s * 1e6)
        self.sent = False

    def answer(self, kind: type[Told]) -> Told | None:
        while self._path.exists():
            answer = self._once(kind)
            if answer is not None or self._clock.now_us() + RETRY_US >= self._until_us:
                return answer
            self._clock.wait_until(self._clock.now_us() + RETRY_US)
        return None

    def _once(self, kind: type[Told]) -> Told | None:
        """One connection: None when it ends, or time does, before the answer."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            try:
                self._limit(link)
                link.connect(str(self._path))
                self.sent = True
                link.sendall(encode(self._request))
                return self._hear(link, kind)
            except OSError:
                return None

    def _hear(self, link: socket.socket, kind: type[Told]) -> Told | None:
        answers = Answers()
        while data := link.recv(1 << 16):
            for answer in answers.receive(data):
                if isinstance(answer, kind) and answer.request in (REQUEST, NOT_READ):
                    return answer
            self._limit(link)
        return None

    def _limit(self, link: socket.socket) -> None:
        link.settimeout(max(0.001, (self._until_us - self._clock.now_us()) / 1e6))
