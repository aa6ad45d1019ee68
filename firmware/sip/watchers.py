"""Telephones that watch lamps: their log-ins, what they may see, and what the switch wants shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection

from drivers.signalling import ShowMessageCount, ShowUse
from drivers.sip.events import RequestAnswered, RequestReceived
from firmware.sip import dialog_info
from firmware.sip.addresses import sip_uri
from firmware.sip.authenticator import Allowed, Authenticator
from firmware.sip.dialog_info import Use
from firmware.sip.message_summary import Messages
from firmware.sip.outputs import Out
from firmware.sip.registrar import refusal
from firmware.sip.subscriptions import Subscriptions


class Watchers:
    def __init__(
        self,
        numbers: Collection[str],
        authenticator: Authenticator,
        at: str,
        new_request: Callable[[], int],
    ) -> None:
        """`numbers` are the box's extensions; `at` is the box, `host:port`."""
        self._authenticator, self._numbers = authenticator, numbers
        host, _, port = at.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._subscriptions = Subscriptions(
            self._may_watch, self._contact, new_request, lambda: secrets.token_hex(8)
        )

    @property
    def due_us(self) -> int | None:
        return self._subscriptions.deadline_us

    def due(self, now_us: int) -> list[Out]:
        return list(self._subscriptions.advance(now_us))

    def handle(self, request: RequestReceived, now_us: int) -> list[Out]:
        verdict = self._authenticator.judge_request(request, now_us)
        if not isinstance(verdict, Allowed):
            return [refusal(request.request, verdict)]
        return list(self._subscriptions.handle(request, verdict.number, now_us))

    def answered(self, answer: RequestAnswered, now_us: int) -> list[Out]:
        return list(self._subscriptions.answered(answer, now_us))

    def show(self, number: str, shown: ShowMessageCount | ShowUse, now_us: int) -> list[Out]:
        if isinstance(shown, ShowMessageCount):
            return list(self._subscriptions.show_messages(number, Messages(shown.new), now_us))
        other = sip_uri(shown.other, self._host, self._port) if shown.other else ""
        return list(self._subscriptions.show_use(number, Use(shown.state, other), now_us))

    def _may_watch(self, watcher: str, package: str, number: str) -> bool:
        """One's own mailbox, and everybody's use."""
        return number in self._numbers and (number == watcher or package == dialog_info.PACKAGE)

    def _contact(self, number: str, transport: str) -> str:
        params = () if transport == "udp" else (("transport", transport),)
        return sip_uri(number, self._host, self._port, params)
