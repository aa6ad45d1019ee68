"""A SIP telephone (or a carrier) as a program: `python -m tests.peers.sip_phone --box HOST:PORT …`.

Lines of JSON on its input are what its user does, lines of JSON on its output are what happens to it.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import threading
from collections import deque
from contextlib import suppress
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.clock import MonotonicClock
from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES, TICK_US
from drivers.sip import events as sip
from drivers.sip.blocks import BoxSide
from drivers.sip.endpoint import Endpoint
from drivers.sip.errors import SipError
from drivers.sip.settings import Account, Settings, Transport, TransportKind
from firmware.sip import registration
from firmware.sip.client_digest import ClientDigest, Login
from firmware.sip.hosts import Hosts
from firmware.sip.outputs import Send, carry_out
from firmware.sip.trunk_account import TrunkAccount

AMPLITUDE = 8000
HZ = (440.0, 520.0, 660.0, 880.0, 1004.0)
"""Tones that are told apart."""


class Telephone:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        log_in = (Account("box", arguments.number, arguments.password),) if arguments.password else ()
        settings = Settings(
            (Transport(TransportKind.UDP, "127.0.0.1", arguments.port),),
            legs=1,
            rtp_from=arguments.rtp,
            rtp_ports=200,
            accounts=log_in,
        )
        self.endpoint = Endpoint(settings)
        self.endpoint.start()
        self._box = BoxSide(self.endpoint.blocks)
        self._clock = MonotonicClock()
        self._told: deque[dict[str, Any]] = deque()
        self._heard: deque[NDArray[np.int16]] = deque(maxlen=15)
        self._sounded = 0
        self._in_use = 0
        self._live: set[int] = set()
        self._request = 0
        self._account = self._registration() if arguments.password else None
        self.is_over = False
        threading.Thread(target=self._read, daemon=True).start()

    def run(self) -> None:
        self._say(up=self.endpoint.addresses[0])
        if self._account:
            self._send(self._account.start(self._clock.now_us()))
        due_us = self._clock.now_us()
        while not self.is_over:
            due_us += TICK_US
            while (left_us := due_us - self._clock.now_us()) > 0:
                self._turn(max(1, left_us // 1000))
            self._heard.append(self._box.exchange(self._sound()).copy())
        self.endpoint.stop()

    def _turn(self, wait_ms: int) -> None:
        for event in self.endpoint.step(wait_ms):
            with suppress(SipError):
                self._hear(event)
        if self._account:
            self._send(self._account.advance(self._clock.now_us()))
        while self._told:
            with suppress(SipError):  # the call was over
                self._obey(self._told.popleft())

    def _read(self) -> None:
        for line in sys.stdin:
            self._told.append(json.loads(line))
            self.endpoint.wake.ring()
        self._told.append({"do": "quit"})
        self.endpoint.wake.ring()

    def _obey(self, told: dict[str, Any]) -> None:  # noqa: C901 - one row a word
        endpoint, call = self.endpoint, told.get("call", self._in_use)
        match told["do"]:
            case "call":
                number, box = told["number"], self._arguments.box
                caller = f"<sip:{self._arguments.number}@{box}>"
                account = "box" if self._arguments.password else ""
                headers = [tuple(one) for one in told.get("headers", [])]
                self._in_use = endpoint.call(
                    f"sip:{number}@{box}", caller=caller, account=account, headers=headers
                )
                self._live.add(self._in_use)
                self._say(placed=self._in_use)
            case "answer":
                endpoint.answer(
                    call, told.get("status", 200), headers=[tuple(h) for h in told.get("headers", [])]
                )
            case "hang_up":
                endpoint.hang_up(call, told.get("cause", 16))
            case "hang_up_all":
                for one in sorted(self._live):
                    with suppress(SipError):
                        endpoint.hang_up(one, 16)
            case "hold":
                endpoint.hold(call)
            case "resume":
                endpoint.resume(call)
            case "key":
                endpoint.send_digits(call, told["key"], method=sip.DigitMethod(told.get("method", "rtp")))
            case "transfer":
                endpoint.transfer(call, told["target"])
            case "transfer_to":
                endpoint.transfer_to_call(call, told["other"])
            case "hear":
                self._say(hears=self._hears())
            case "quit":
                self.is_over = True

    def _hear(self, event: sip.AnySipEvent) -> None:  # noqa: C901 - one row an event
        match event:
            case sip.CallOffered(call=call):
                self._in_use = call
                self._live.add(call)
                message = event.message
                named = {name: message.first(name) for name in ("from", "call-info", "p-asserted-identity")}
                self._say(offered=call, uri=message.uri, **named)
                if self._arguments.answer:
                    self.endpoint.answer(call, self._arguments.answer)
            case sip.MediaChanged(call=call, codec=codec):
                if codec:
                    self._in_use = call
                    self.endpoint.join(call, 0)
                self._say(media=call, codec=codec, held=event.held_by_far_end)
            case sip.CallAlerting(call=call, status=status):
                self._say(alerting=call, status=status)
            case sip.CallAnswered(call=call):
                self._say(answered=call)
            case sip.CallEnded(call=call):
                self._live.discard(call)
                self._say(ended=call, status=event.status, cause=event.cause)
            case sip.TransferProgressed(call=call):
                self._say(transfer=event.status, final=event.final)
            case sip.DigitReceived(digit=digit):
                self._say(digit=digit)
            case sip.RequestAnswered() if self._account:
                self._send(self._account.answered(event, self._clock.now_us()))
            case sip.RequestReceived(request=request):
                self.endpoint.requests.answer(request, 200)
            case _:
                pass

    def _registration(self) -> TrunkAccount:
        arguments = self._arguments
        account = registration.Account(
            arguments.number, f"sip:{arguments.number}@{self.endpoint.addresses[0]}", registration_s=600
        )
        digest = ClientDigest(Login(arguments.number, arguments.password), lambda: secrets.token_hex(8))
        series = registration.Series(secrets.token_hex(8), secrets.token_hex(6))
        return TrunkAccount(
            account, Hosts([arguments.box], "udp", Random(1)), digest, series, self._next, draw=Random(1)
        )

    def _next(self) -> int:
        self._request += 1
        return self._request

    def _send(self, said: list[Any]) -> None:
        for one in said:
            if isinstance(one, Send):
                carry_out(self.endpoint.requests, one)
            else:
                self._say(registration=type(one).__name__, reason=str(getattr(one, "reason", "")))

    def _sound(self) -> NDArray[np.int16]:
        at = np.arange(self._sounded, self._sounded + TICK_SAMPLES) / SAMPLE_RATE_HZ
        self._sounded += TICK_SAMPLES
        row = AMPLITUDE * np.sin(2 * np.pi * self._arguments.tone * at)
        samples: NDArray[np.int16] = np.round(row).astype(np.int16)[np.newaxis, :]
        return samples

    def _hears(self) -> list[float]:
        return tones_in(np.concatenate([one[0] for one in self._heard]))

    def _say(self, **what: Any) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


def tones_in(samples: NDArray[np.int16]) -> list[float]:
    """Those of HZ that sound louder than a tenth of what was sent."""
    at = np.arange(len(samples)) / SAMPLE_RATE_HZ
    powers = {hz: 2 * abs(np.mean(samples * np.exp(-2j * np.pi * hz * at))) for hz in HZ}
    return [hz for hz, power in powers.items() if power > AMPLITUDE / 10]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--box", required=True)
    parser.add_argument("--number", default="201")
    parser.add_argument("--password", default="", help="registers with it")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rtp", type=int, default=24_000)
    parser.add_argument("--tone", type=float, default=440.0)
    parser.add_argument("--answer", type=int, default=0, help="answer calls with this status")
    Telephone(parser.parse_args()).run()


if __name__ == "__main__":
    main()
