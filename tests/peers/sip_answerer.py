"""The bare SIP endpoint with somebody who answers, as a program: what the hostile suites aim at before there is a box.

`python -m tests.peers.sip_answerer` prints one JSON line with its addresses, then one with its figures for each line
of standard input, and ends with it. Calls to those of TAKEN are taken for two seconds, all others are refused
with 486. Nothing is remembered of anybody. `--fault` plants a defect.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import sys
from collections import deque
from contextlib import suppress
from typing import Any

from drivers.clock import MonotonicClock
from drivers.sip.endpoint import Endpoint
from drivers.sip.errors import SipError
from drivers.sip.events import (
    AnySipEvent,
    CallEnded,
    CallOffered,
    MediaChanged,
    RequestReceived,
    TransferAsked,
)
from drivers.sip.library import timers
from drivers.sip.limits import Limits, Network
from drivers.sip.settings import Settings, Transport, TransportKind

LEGS = 32
TAKEN = {"sip:alive": range(8), "sip:within": range(8, 20), "sip:taken": range(20, LEGS)}
"""Whom to call, and the legs for it: who is well-behaved finds one whatever others do."""
CALL_US = 2_000_000
TURN_MS = 20
CHALLENGE = ("WWW-Authenticate", 'Digest realm="test", nonce="abc", algorithm=SHA-256, qop="auth"')
ANSWERS: dict[str, tuple[int, list[tuple[str, str]]]] = {
    "REGISTER": (401, [CHALLENGE]),
    "OPTIONS": (200, [("Allow", "INVITE, ACK, BYE")]),
    "SUBSCRIBE": (202, [("Expires", "60")]),
}
FAULTS = ("leak", "handles", "crash", "hang", "slow")
SLOW_US = 20_000


class Answerer:
    def __init__(self, arguments: argparse.Namespace) -> None:
        kinds = [TransportKind(kind) for kind in arguments.transports.split(",")]
        transports = tuple(
            Transport(kind, "127.0.0.1", 0, arguments.certificate, arguments.key) for kind in kinds
        )
        limits = Limits(*(int(number) for number in arguments.limits.split(",")))
        networks = tuple(Network(one) for one in arguments.network)
        settings = Settings(
            transports, legs=LEGS, rtp_from=arguments.rtp, log_level=0, limits=limits, networks=networks
        )
        self.endpoint = Endpoint(settings)
        self.served = 0
        self.fault = arguments.fault
        self._kinds = [kind.value for kind in kinds]
        self._clock = MonotonicClock()
        self._up: deque[tuple[int, int]] = deque()
        """Calls and until when they stand, oldest first."""
        self._legs: dict[int, int] = {}
        self._kept: list[object] = []

    def start(self) -> None:
        self.endpoint.start()
        say(dict(zip(self._kinds, self.endpoint.addresses, strict=True)) | {"pid": os.getpid()})

    def turn(self) -> None:
        for event in self.endpoint.step(TURN_MS):
            with suppress(SipError):  # it may have ended within the same step
                self._take(event)
        now_us = self._clock.now_us()
        while self._up and self._up[0][1] <= now_us:
            self._end(self._up.popleft()[0])

    def _take(self, event: AnySipEvent) -> None:
        match event:
            case CallOffered(call=call, message=message):
                self._offered(call, message.uri)
            case MediaChanged(call=call, codec=codec) if codec and call in self._legs:
                self.endpoint.join(call, self._legs[call])
            case CallEnded(call=call):
                self._legs.pop(call, None)
            case RequestReceived():
                self._serve(event)
            case TransferAsked():
                self.endpoint.take_transfer(event, 603)
            case _:
                pass

    def _offered(self, call: int, uri: str) -> None:
        legs = next((legs for user, legs in TAKEN.items() if uri.startswith(user)), range(0))
        free = set(legs) - set(self._legs.values())
        if not free:
            self.endpoint.answer(call, 486)
            return
        self._legs[call] = min(free)
        self._up.append((call, self._clock.now_us() + CALL_US))
        self.endpoint.answer(call, 200)

    def _end(self, call: int) -> None:
        if call in self._legs:
            with suppress(SipError):
                self.endpoint.hang_up(call, 16)
            self._legs.pop(call, None)

    def _serve(self, asked: RequestReceived) -> None:
        self.served += 1
        self._plant(asked)
        status, headers = ANSWERS.get(asked.message.method, (403, []))
        self.endpoint.requests.answer(asked.request, status, headers=headers, to_tag="tip-1")

    def _plant(self, asked: RequestReceived) -> None:
        if self.fault == "leak":
            self._kept.append(bytearray(8192))
        elif self.fault == "handles" and self.served % 4 == 0:
            self._kept.append(os.open("/dev/null", os.O_RDONLY))
        elif self.fault == "crash" and asked.message.method == "SUBSCRIBE":
            os.abort()
        elif self.fault == "slow":
            self._clock.wait_until(self._clock.now_us() + SLOW_US)
        elif self.fault == "hang" and asked.message.method == "SUBSCRIBE":
            select.select([], [], [])

    def figures(self) -> dict[str, Any]:
        counts = self.endpoint.guard.counts()
        return {
            "served": self.served,
            "calls": len(self._legs),
            "troubles": self.endpoint.troubles,
            "drops": [(one.source, one.reason, one.count) for one in self.endpoint.drops.take()],
            "guard": {name: getattr(counts, name) for name in counts.__struct_fields__},
        }


def say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--transports", default="udp,tcp")
    parser.add_argument("--certificate", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--rtp", type=int, default=20_000 + os.getpid() % 100 * 100)
    parser.add_argument("--limits", default="0,0,0,0,0", help="as in Limits")
    parser.add_argument("--network", action="append", default=[], help="sources without limits")
    parser.add_argument("--handles", type=int, default=0, help="so many descriptors and no more")
    parser.add_argument("--quick-timers", action="store_true", help="transactions live for 2 s, not 32")
    parser.add_argument("--fault", default="", choices=("", *FAULTS))
    arguments = parser.parse_args()
    answerer = Answerer(arguments)
    answerer.start()
    if arguments.handles:
        resource.setrlimit(resource.RLIMIT_NOFILE, (arguments.handles, arguments.handles))
    if arguments.quick_timers:
        timers(200, 400, 500, 2000)
    while True:
        answerer.turn()
        if select.select([sys.stdin], [], [], 0)[0]:
            if not sys.stdin.readline():
                break
            say(answerer.figures())
    answerer.endpoint.stop()


if __name__ == "__main__":
    main()
