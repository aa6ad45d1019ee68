"""One SIP endpoint with a tick of its own, as a program: `python -m tests.peers.sip_party answer|call …`.

`answer` prints its address, takes every call, sounds 440 Hz and measures what it hears until its standard input is
closed; `call` places calls, sounds 1004 Hz and does the same. The last line of both is a JSON document of figures.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.clock import MonotonicClock
from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES, TICK_US
from drivers.sip import endpoint
from drivers.sip.audio_source import audio_sources
from drivers.sip.blocks import BoxSide
from drivers.sip.endpoint import Endpoint
from drivers.sip.errors import NoSuchCall
from drivers.sip.events import (
    AnySipEvent,
    CallAnswered,
    CallEnded,
    CallOffered,
    DigitMethod,
    DigitReceived,
    MediaChanged,
    RequestAnswered,
    RequestReceived,
    TransferAsked,
    TransferProgressed,
)
from drivers.sip.library import limits, version
from drivers.sip.refer import target_of
from drivers.sip.settings import Settings, Srtp, Transport, TransportKind

AMPLITUDE = 8000
ONSET = 1000
SETTLE_TICKS = 25
"""After the onset; what is measured begins here."""
CHALLENGE = ("WWW-Authenticate", 'Digest realm="test", nonce="abc", algorithm=SHA-256, qop="auth"')


class Ear:
    """Level and first sound of each leg."""

    def __init__(self, legs: int) -> None:
        self.onset_us = np.zeros(legs, np.int64)
        self.onset_tick = np.zeros(legs, np.int64)
        self.powers: list[NDArray[np.float64]] = []
        self.tick = 0

    def hear(self, heard: NDArray[np.int16], at_us: int) -> None:
        self.tick += 1
        loud = np.abs(heard.astype(np.int32)) > ONSET
        new = loud.any(axis=1) & (self.onset_us == 0)
        self.onset_us[new] = at_us + loud.argmax(axis=1)[new] * 1_000_000 // SAMPLE_RATE_HZ
        self.onset_tick[new] = self.tick
        settled = loud.any(axis=1) & (self.onset_us > 0) & (self.tick > self.onset_tick + SETTLE_TICKS)
        self.powers.append(np.where(settled, (heard.astype(float) ** 2).mean(axis=1), np.nan))

    def levels_db(self) -> list[float]:
        """Of each leg that heard something, against the sine that was sent: the median block, whatever was lost."""
        heard = np.array(self.powers)
        there = ~np.isnan(heard).all(axis=0)
        power = np.nanmedian(heard[:, there], axis=0)
        return [round(float(level), 3) for level in 10 * np.log10(power / (AMPLITUDE**2 / 2))]

    def shares(self) -> list[float]:
        """Of each leg that heard something: blocks with sound, of those between its first and its last."""
        if not self.powers:
            return []
        heard = ~np.isnan(np.array(self.powers))
        there = heard[:, heard.any(axis=0)]
        spans = len(there) - there.argmax(axis=0) - there[::-1].argmax(axis=0)
        return [round(float(share), 3) for share in there.sum(axis=0) / spans]


class Party:
    def __init__(self, arguments: argparse.Namespace) -> None:
        kind = TransportKind(arguments.transport)
        transports = (Transport(kind, "127.0.0.1", 0, arguments.certificate, arguments.key),)
        codecs = (arguments.codec,) if arguments.codec else Settings(transports).codecs
        settings = Settings(
            transports,
            legs=arguments.legs,
            codecs=codecs,
            rtp_from=arguments.rtp,
            requests=arguments.requests,
            srtp=Srtp(arguments.srtp),
        )
        self.endpoint = Endpoint(settings)
        self.legs: dict[int, int] = {}
        self.events: list[AnySipEvent] = []
        self.up: set[int] = set()
        self.ear = Ear(arguments.legs)
        self.tone_hz = 0.0
        self.began_us = 0
        self.codec = ""
        self.stalled = False
        self._arguments = arguments
        self._sounded = 0
        self._clock = MonotonicClock()

    def start(self) -> None:
        self.endpoint.start()
        self._box = BoxSide(self.endpoint.blocks)
        self._due_us = self._clock.now_us()

    def ticks(self, number: int) -> Iterator[None]:
        for _ in range(number):
            self._tick()
            yield

    def until(self, so: Callable[[], bool], most_ticks: int) -> bool:
        return any(so() for _ in self.ticks(most_ticks))

    def ended(self) -> bool:
        return any(isinstance(one, CallEnded) for one in self.events)

    def _tick(self) -> None:
        self._due_us += TICK_US
        while (left_us := self._due_us - self._clock.now_us()) > 0:
            for event in self.endpoint.step(max(1, left_us // 1000)):
                self._take(event)
        if self.tone_hz and not self.began_us:
            self.began_us = self._clock.now_us()
        if self.stalled:
            return
        heard = self._box.exchange(self._said())
        self.ear.hear(heard, self._clock.now_us())

    def _said(self) -> NDArray[np.int16]:
        legs = self.endpoint.blocks.legs
        if not self.tone_hz:
            return np.zeros((legs, TICK_SAMPLES), np.int16)
        at = np.arange(self._sounded, self._sounded + TICK_SAMPLES) / SAMPLE_RATE_HZ
        self._sounded += TICK_SAMPLES
        row = np.round(AMPLITUDE * np.sin(2 * np.pi * self.tone_hz * at)).astype(np.int16)
        return np.tile(row, (legs, 1))

    def _take(self, event: AnySipEvent) -> None:
        self.events.append(event)
        match event:
            case CallOffered(call=call) if self._arguments.refuse:
                self.endpoint.answer(
                    call, self._arguments.refuse, headers=[("Contact", "<sip:9@127.0.0.1:9>")]
                )
            case CallOffered(call=call):
                self.legs[call] = len(self.legs) % self._arguments.legs
                self.endpoint.answer(call, 200)
            case MediaChanged(call=call, codec=codec) if codec:
                self.codec = codec
                with suppress(NoSuchCall):  # it may have ended in the same step
                    self.endpoint.join(call, self.legs[call])
            case CallAnswered(call=call):
                self.up.add(call)
            case CallEnded(call=call):
                self.up.discard(call)
            case TransferAsked(call=call):
                self._transfer(event)
            case RequestReceived():
                self._serve(event)
            case _:
                pass

    def _transfer(self, asked: TransferAsked) -> None:
        self.endpoint.take_transfer(asked)
        self.endpoint.tell_transfer(asked.call, 200, "OK", final=True)
        target = target_of(asked.target)
        if target.replaces:
            call = self.endpoint.call(target.uri, headers=[("Replaces", target.replaces)])
            self.legs[call] = 0

    def _serve(self, asked: RequestReceived) -> None:
        answers: dict[str, tuple[int, list[tuple[str, str]]]] = {
            "REGISTER": (401, [CHALLENGE]),
            "OPTIONS": (200, [("Allow", "INVITE, ACK, BYE")]),
            "SUBSCRIBE": (202, [("Expires", "60")]),
        }
        if self._arguments.mute:
            return
        status, headers = answers.get(asked.message.method, (403, []))
        self.endpoint.requests.answer(asked.request, status, headers=headers, to_tag="tip-1")
        if asked.message.method == "SUBSCRIBE":
            self._notify(asked)

    def _notify(self, asked: RequestReceived) -> None:
        self.endpoint.requests.send(
            1_000_000,
            "NOTIFY",
            f"sip:100@{asked.source}:{asked.port}",
            from_=f"{asked.message.first('to').split(';')[0]};tag=tip-1",
            to=asked.message.first("from"),
            call_id=asked.message.first("call-id"),
            cseq=7,
            headers=[("Event", "dialog"), ("Subscription-State", "active;expires=60")],
            content_type="application/dialog-info+xml",
            body="<dialog-info/>",
        )

    def figures(self) -> dict[str, Any]:
        counts = self.endpoint.blocks.counts()
        digits = [(one.digit, one.method.value) for one in self.events if isinstance(one, DigitReceived)]
        return {
            "version": version(),
            "calls": limits().calls,
            "levels_db": self.ear.levels_db(),
            "shares": self.ear.shares(),
            "onset_us": self.ear.onset_us.tolist(),
            "began_us": self.began_us,
            "codec": self.codec,
            "digits": digits,
            "causes": [one.cause for one in self.events if isinstance(one, CallEnded)],
            "statuses": [one.status for one in self.events if isinstance(one, CallEnded)],
            "heard": [
                (one.heard.packets, one.heard.lost, one.heard.jitter_us)
                for one in self.events
                if isinstance(one, CallEnded) and one.heard
            ],
            "transfers": [one.target for one in self.events if isinstance(one, TransferAsked)],
            "replaced": [
                one.replaces for one in self.events if isinstance(one, CallOffered) and one.replaces
            ],
            "offered": sum(isinstance(one, CallOffered) for one in self.events),
            "progress": [one.status for one in self.events if isinstance(one, TransferProgressed)],
            "requests": [one.message.method for one in self.events if isinstance(one, RequestReceived)],
            "answers": [one.status for one in self.events if isinstance(one, RequestAnswered)],
            "drops": [(one.source, one.reason, one.count) for one in self.endpoint.drops.take()],
            "foreign": audio_sources().foreign,
            "missed": self._box.missed,
            "late": counts.late,
            "skipped": counts.skipped,
            "alone": counts.alone,
            "turn_us": counts.turn_us / max(1, counts.carried),
            "turn_us_most": counts.turn_us_most,
            "wake_us_most": counts.wake_us_most,
            "threads_s": _threads_s(),
            "memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "troubles": self.endpoint.troubles,
        }


def answer(party: Party, _: argparse.Namespace) -> dict[str, Any]:
    sys.stdout.write(f"{party.endpoint.addresses[0]}\n")
    sys.stdout.flush()
    party.tone_hz = 440.0
    party.until(lambda: bool(select.select([sys.stdin], [], [], 0)[0]), 50 * 120)
    return party.figures()


def call(party: Party, arguments: argparse.Namespace) -> dict[str, Any]:
    placed = []
    for leg in range(arguments.legs):
        one = party.endpoint.call(f"sip:{leg}@{arguments.target};transport={arguments.transport}")
        party.legs[one] = leg
        placed.append(one)
        list(party.ticks(2))
    party.until(lambda: len(party.up) == arguments.legs or party.ended(), 500)
    list(party.ticks(25))
    spent = _cpu_s()
    party.tone_hz = 1004.0
    list(party.ticks(50 * arguments.seconds))
    if arguments.stall:
        party.stalled = True
        list(party.ticks(arguments.stall))
        party.stalled = False
        list(party.ticks(50))
    share = (_cpu_s() - spent) / arguments.seconds
    up, threads = len(party.up), len(_threads_s())
    _exercise(party, placed[0], arguments)
    if arguments.attended:
        party.endpoint.transfer_to_call(placed[0], placed[1])
        list(party.ticks(50))
    for one in sorted(party.up):
        party.endpoint.hang_up(one, arguments.cause)
    party.until(lambda: not party.up, 250)
    return party.figures() | {"up": up, "threads": threads, "cpu_share": share}


def woken(party: Party, _: argparse.Namespace) -> dict[str, Any]:
    """Two long waits that another thread ends."""
    for _turn in range(2):
        threading.Timer(0.2, party.endpoint.wake.ring).start()
        while party.endpoint.step(3_600_000):
            pass
    return party.figures()


PARTS = {"answer": answer, "call": call, "woken": woken}


def _exercise(party: Party, first: int, arguments: argparse.Namespace) -> None:
    if not arguments.exercise:
        return
    party.endpoint.send_digits(first, "5", method=DigitMethod.RTP)
    list(party.ticks(25))
    party.endpoint.send_digits(first, "7", method=DigitMethod.INFO)
    list(party.ticks(10))
    party.endpoint.hold(first)
    list(party.ticks(25))
    party.endpoint.resume(first)
    list(party.ticks(25))
    party.endpoint.transfer(first, "sip:elsewhere@127.0.0.1")
    list(party.ticks(25))


def _threads_s() -> list[float]:
    """Processor time of each thread: Python's, pjmedia's events, the pump."""
    tasks = sorted(Path("/proc/self/task").iterdir(), key=lambda task: int(task.name))
    fields = []
    for task in tasks:
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            fields.append((task / "stat").read_text().rpartition(")")[2].split())
    return [(int(one[11]) + int(one[12])) / os.sysconf("SC_CLK_TCK") for one in fields]


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=tuple(PARTS))
    parser.add_argument("--target", default="")
    parser.add_argument("--transport", default="udp")
    parser.add_argument("--certificate", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--codec", default="")
    parser.add_argument("--legs", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rtp", type=int, default=20_000)
    parser.add_argument("--cause", type=int, default=16)
    parser.add_argument("--refuse", type=int, default=0, help="answer calls with this status")
    parser.add_argument("--attended", action="store_true", help="transfer the first call to the second")
    parser.add_argument("--stall", type=int, default=0, help="ticks without a block, in mid-call")
    parser.add_argument("--requests", type=int, default=512)
    parser.add_argument("--srtp", default="off")
    parser.add_argument("--mute", action="store_true", help="answer no request")
    parser.add_argument("--exercise", action="store_true")
    parser.add_argument("--unguarded", action="store_true", help="take audio from anybody, as pjmedia does")
    arguments = parser.parse_args()
    if arguments.unguarded:
        endpoint.guard_audio = lambda: None  # type: ignore[attr-defined]
    party = Party(arguments)
    party.start()
    figures = PARTS[arguments.part](party, arguments)
    party.endpoint.stop()
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
