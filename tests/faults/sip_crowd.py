"""Many SIP telephones and a carrier's callers in one program: `python -m tests.faults.sip_crowd --box HOST:PORT …`.

Each has a leg of its own with a tone of its own, and is measured: how long it heard nothing. Lines of JSON on the input
say what they do, lines of JSON on the output what happens to them, with the machine's monotonic time.
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
from firmware.sip.addresses import parse_uri
from firmware.sip.client_digest import ClientDigest, Login
from firmware.sip.hosts import Hosts
from firmware.sip.outputs import Send, carry_out
from firmware.sip.trunk_account import TrunkAccount

AMPLITUDE = 6000
QUIET_RMS = 150.0
FIRST_HZ, STEP_HZ = 450.0, 25.0
PIECE_TICKS, KEPT_TICKS = 4, 24
"""What a leg heard is looked at in pieces of 80 ms: 25 Hz are told apart."""
PIECE_SAMPLES = PIECE_TICKS * TICK_SAMPLES
CARRIER = "carrier"


class Crowd:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._numbers: list[str] = arguments.numbers.split(",") if arguments.numbers else []
        self._legs, self._first = arguments.legs, arguments.first
        settings = Settings(
            (Transport(TransportKind.UDP, "127.0.0.1", arguments.port),),
            legs=self._legs,
            codecs=("PCMA/8000",),
            rtp_from=arguments.rtp,
            rtp_ports=3 * self._legs,
            accounts=tuple(Account(one, one, arguments.password) for one in self._numbers),
        )
        self.endpoint = Endpoint(settings)
        self.endpoint.start()
        self._box = BoxSide(self.endpoint.blocks)
        self._clock = MonotonicClock()
        self._told: deque[dict[str, Any]] = deque()
        self._leg_of: dict[int, int] = {}
        """Call to leg."""
        self._rings: set[str] = set()
        """Numbers that answer by hand."""
        self._request = 0
        self._accounts = {one: self._registration(one) for one in self._numbers}
        self._at = 0
        self._hz = FIRST_HZ + STEP_HZ * np.arange(arguments.tones)
        at = np.arange(PIECE_SAMPLES) / SAMPLE_RATE_HZ
        self._waves = np.exp(-2j * np.pi * self._hz[:, np.newaxis] * at)
        self._quiet = np.zeros(self._legs, np.int64)
        self._longest = np.zeros(self._legs, np.int64)
        self._ticks = 0
        self._kept: deque[NDArray[np.int16]] = deque(maxlen=KEPT_TICKS)
        self.is_over = False
        threading.Thread(target=self._read, daemon=True).start()

    def run(self) -> None:
        self._say(up=self.endpoint.addresses[0])
        for one in self._accounts.values():
            self._send(one.start(self._clock.now_us()))
        due_us = self._clock.now_us()
        while not self.is_over:
            due_us += TICK_US
            while (left_us := due_us - self._clock.now_us()) > 0:
                self._turn(max(1, left_us // 1000))
            self._measure(self._box.exchange(self._sound()).copy())
        self.endpoint.stop()

    def _turn(self, wait_ms: int) -> None:
        for event in self.endpoint.step(wait_ms):
            with suppress(SipError):
                self._hear(event)
        while self._told:
            told = self._told.popleft()
            try:
                self._obey(told)
            except SipError as error:
                self._say(refused=told, why=str(error))

    def _read(self) -> None:
        for line in sys.stdin:
            self._told.append(json.loads(line))
            self.endpoint.wake.ring()
        self._told.append({"do": "quit"})
        self.endpoint.wake.ring()

    # -- what they do -------------------------------------------------------------------------------

    def _obey(self, told: dict[str, Any]) -> None:  # noqa: C901 - one row a word
        match told["do"]:
            case "call":
                self._call(told["number"], told.get("who", CARRIER), told["leg"] - self._first)
            case "hang_up":
                legs = {leg - self._first for leg in told["legs"]}
                for call in [one for one, leg in self._leg_of.items() if leg in legs]:
                    self.endpoint.hang_up(call, 16)
            case "ring":
                self._rings = set(told["numbers"])
            case "answer":
                own = told["leg"] - self._first
                self.endpoint.answer(next(one for one, leg in self._leg_of.items() if leg == own), 200)
            case "mark":
                self._longest[:] = self._quiet[:] = self._ticks = 0
                self._say(marked=True)
            case "gaps":
                self._say(gaps=self._gaps())
            case "register":
                for one in self._accounts.values():
                    self._send(one.start(self._clock.now_us()))
            case "quit":
                self.is_over = True

    def _call(self, number: str, who: str, leg: int) -> None:
        box = self._arguments.box
        call = self.endpoint.call(
            f"sip:{number}@{box}",
            caller=f"<sip:{'13800138000' if who == CARRIER else who}@{box}>",
            account="" if who == CARRIER else who,
        )
        self._leg_of[call] = leg

    def _gaps(self) -> dict[str, Any]:
        legs = sorted(set(self._leg_of.values()))
        return {
            "ticks": self._ticks,
            "longest_ms": {leg + self._first: int(self._longest[leg]) * TICK_US // 1000 for leg in legs},
            "hears": {leg + self._first: self._hears(leg) for leg in legs},
        }

    # -- what happens to them -----------------------------------------------------------------------

    def _hear(self, event: sip.AnySipEvent) -> None:
        match event:
            case sip.CallOffered():
                self._offered(event)
            case sip.MediaChanged(call=call, codec=codec):
                if codec and call in self._leg_of:
                    self.endpoint.join(call, self._leg_of[call])
            case sip.CallAlerting(call=call):
                self._tell("alerting", call)
            case sip.CallAnswered(call=call):
                self._tell("answered", call)
            case sip.CallEnded(call=call):
                self._tell("ended", call, status=event.status, cause=event.cause)
                self._leg_of.pop(call, None)
            case sip.RequestAnswered(request=request):
                for number, one in self._accounts.items():
                    self._send(one.answered(event, self._clock.now_us()), number)
                del request
            case sip.RequestReceived(request=request):
                self.endpoint.requests.answer(request, 200)
            case _:
                pass

    def _offered(self, event: sip.CallOffered) -> None:
        """A number of ours takes its own leg, a call for anybody else the last one."""
        found = parse_uri(event.message.uri)
        number = found.user if found else ""
        own = number in self._numbers
        leg = self._numbers.index(number) if own else self._legs - 1
        if leg in self._leg_of.values():
            self.endpoint.hang_up(event.call, 17)
            return
        self._leg_of[event.call] = leg
        self._tell("offered", event.call, number=number)
        self.endpoint.answer(event.call, 180 if number in self._rings else 200)

    def _tell(self, what: str, call: int, **more: Any) -> None:
        if call in self._leg_of:  # one that found its leg in use is nobody's
            self._say(**{what: self._leg_of[call] + self._first}, at_us=self._clock.now_us(), **more)

    def _registration(self, number: str) -> TrunkAccount:
        arguments = self._arguments
        account = registration.Account(
            number, f"sip:{number}@{self.endpoint.addresses[0]}", registration_s=600
        )
        digest = ClientDigest(Login(number, arguments.password), lambda: secrets.token_hex(8))
        series = registration.Series(secrets.token_hex(8), secrets.token_hex(6))
        return TrunkAccount(
            account, Hosts([arguments.box], "udp", Random(1)), digest, series, self._next, draw=Random(1)
        )

    def _next(self) -> int:
        self._request += 1
        return self._request

    def _send(self, said: list[Any], number: str = "") -> None:
        for one in said:
            if isinstance(one, Send):
                carry_out(self.endpoint.requests, one)
            else:
                self._say(registration=type(one).__name__, who=number, at_us=self._clock.now_us())

    # -- sound --------------------------------------------------------------------------------------

    def _sound(self) -> NDArray[np.int16]:
        at = np.arange(self._at, self._at + TICK_SAMPLES) / SAMPLE_RATE_HZ
        self._at = (self._at + TICK_SAMPLES) % SAMPLE_RATE_HZ  # all tones have whole periods in a second
        own = self._hz[self._first : self._first + self._legs]
        rows = AMPLITUDE * np.sin(2 * np.pi * own[:, np.newaxis] * at)
        samples: NDArray[np.int16] = rows.astype(np.int16)
        return samples

    def _measure(self, heard: NDArray[np.int16]) -> None:
        self._kept.append(heard)
        quiet = np.sqrt(np.mean(heard.astype(np.float64) ** 2, axis=1)) < QUIET_RMS
        self._quiet = np.where(quiet, self._quiet + 1, 0)
        self._longest = np.maximum(self._longest, self._quiet)
        self._ticks += 1

    def _hears(self, leg: int) -> int:
        """Whose tone is the loudest; -1: nobody's. Piece by piece: a block more or less shifts the phase."""
        pieces = np.concatenate([one[leg] for one in self._kept]).reshape(-1, PIECE_SAMPLES)
        powers = np.mean(2 * np.abs(self._waves @ pieces.T) / PIECE_SAMPLES, axis=1)
        loudest = int(powers.argmax())
        return loudest if powers[loudest] > AMPLITUDE / 3 else -1

    def _say(self, **what: Any) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--box", required=True)
    parser.add_argument("--numbers", default="", help="telephones, each with the leg of its place")
    parser.add_argument("--password", default="")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rtp", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first leg")
    parser.add_argument("--legs", type=int, default=64, help="how many")
    parser.add_argument("--tones", type=int, default=64, help="legs of everybody")
    Crowd(parser.parse_args()).run()


if __name__ == "__main__":
    main()
