"""Spoiled SIP messages against a live process: none may end it, make it stand still, or cost it memory or descriptors.

`python -m tests.peers.sip_mutants -n 1000000` (`make sip-mutants N=1000000`). Messages go out in small heaps; after
each the process must answer OPTIONS: none is lost in a full socket, and a hang shows at once, with the heap that made
it. Heaps keep a pace: how many transactions live at a time, and so the memory in use, is the same on any machine.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
from msgspec import Struct
from msgspec import json as msgspec_json

from drivers.clock import MonotonicClock
from tests.peers import mutation
from tests.peers.sip_caller import Caller, NoAnswer, header_of, status_of
from tests.peers.sip_target import Target, a_target, prove_alive

HEAP = 50
HEAP_US = 25_000
"""Not more often. 4,000 messages live in their two seconds then, some 5 MiB; without it 40,000 do on a quick machine,
and one that gets quicker on the way looks like a leak."""
CALL_EVERY = 4
"""Heaps, between calls that are answered and then spoiled from within."""
WHOLE_CALL_EVERY = 100
WARM = 0.4
"""Of the run; pools and tables fill meanwhile."""
ALLOWED_KB = 6144
ALLOWED_BYTES_EACH = 4
ALLOWED_HANDLES = 200
"""RTP sockets of calls that stand for their two seconds; 4 a call."""


class Report(Struct):
    sent: int = 0
    took_s: float = 0.0
    calls: int = 0
    rss_kb: list[int] = []
    handles: list[int] = []
    wait_ms_most: float = 0.0
    grown_kb: int = 0
    fault: str = ""


class Broken(AssertionError):
    """The process ended, stood still, or grew."""


class Mutants:
    def __init__(self, target: Target, seed: int) -> None:
        self.report = Report()
        self._target, self._rng = target, Random(seed)
        self._clock = MonotonicClock()
        host, port = target.address("udp")
        self._there = f"{host}:{port}"
        self._caller = Caller((host, port))
        self._heap: list[bytes] = []

    def run(self, messages: int) -> Report:
        """Raises Broken, with the heap that was sent last in `heap.bin`."""
        began_us = self._clock.now_us()
        heaps = -(-messages // HEAP)
        for number in range(heaps):
            due_us = self._clock.now_us() + HEAP_US
            self._send_heap()
            self._must_answer()
            if number % CALL_EVERY == 0:
                self._spoil_a_call()
            if number % WHOLE_CALL_EVERY == 0:
                self._must_serve()
            self._look(every=max(1, heaps // 200), number=number)
            self._clock.wait_until(due_us)
        self._must_serve()
        self.report.took_s = (self._clock.now_us() - began_us) / 1_000_000
        self._judge()
        return self.report

    def close(self) -> None:
        self._caller.socket.close()

    def _send_heap(self) -> None:
        here = self._caller.here
        self._heap = [
            mutation.spoiled(self._rng, mutation.good_message(self._rng, here, self._there))
            for _ in range(HEAP)
        ]
        for text in self._heap:
            with suppress(OSError):
                self._caller.send(text or b"x")
        self.report.sent += len(self._heap)

    def _must_answer(self) -> None:
        began_us = self._clock.now_us()
        try:
            self._caller.ask("OPTIONS", f"sip:{self._there}")
        except (NoAnswer, OSError) as error:
            raise self._broken(f"no answer after {self.report.sent}: {error}") from None
        waited_ms = (self._clock.now_us() - began_us) / 1000
        self.report.wait_ms_most = max(self.report.wait_ms_most, waited_ms)

    def _spoil_a_call(self) -> None:
        """An answered call with an odd description, another one offered within, and its end."""
        caller, rng, uri = self._caller, self._rng, f"sip:within@{self._there}"
        plain = caller.request("INVITE", uri, "Content-Type: application/sdp", body=mutation.SDP)
        invite = mutation.other_media(rng, plain)
        call_id = header_of(invite, "Call-ID")
        caller.send(invite)
        try:
            answer = caller.final(call_id, 1)
        except NoAnswer as error:
            raise self._broken(f"no answer to an INVITE: {error}") from None
        if status_of(answer) != 200:
            return
        self.report.calls += 1
        to = header_of(answer, "To")
        caller.send(caller.request("ACK", uri, to=to, call_id=call_id))
        again = caller.request(
            "INVITE", uri, "Content-Type: application/sdp", to=to, call_id=call_id, cseq=2, body=mutation.SDP
        )
        for text in (mutation.other_media(rng, again), mutation.spoiled(rng, again)):
            caller.send(text[:60_000] or b"x")
        caller.send(caller.request("BYE", uri, to=to, call_id=call_id, cseq=9))

    def _must_serve(self) -> None:
        try:
            prove_alive(self._target)
        except (AssertionError, OSError) as error:
            raise self._broken(f"it serves no more after {self.report.sent}: {error}") from None

    def _look(self, *, every: int, number: int) -> None:
        if number % every:
            return
        self.report.rss_kb.append(rss_kb(self._target.pid))
        self.report.handles.append(handles(self._target.pid))

    def _judge(self) -> None:
        """Memory by the line through all samples after the warm-up; descriptors by their number then and at the end."""
        warm = int(len(self.report.rss_kb) * WARM)
        rss, files = self.report.rss_kb[warm:], self.report.handles[warm:]
        if len(rss) < 4:
            return
        slope = float(np.polyfit(range(len(rss)), rss, 1)[0])
        self.report.grown_kb = round(slope * len(rss))
        if self.report.grown_kb > ALLOWED_KB + self.report.sent * ALLOWED_BYTES_EACH // 1024:
            raise self._broken(f"memory grew by {self.report.grown_kb} KiB over {self.report.sent} messages")
        if max(files) - min(files[: len(files) // 3 + 1]) > ALLOWED_HANDLES:
            raise self._broken(f"descriptors grew from {files[0]} to {files[-1]}")

    def _broken(self, what: str) -> Broken:
        self.report.fault = what
        return Broken(what)

    def kept(self, path: Path) -> None:
        """The last heap, each message after its length."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(len(text).to_bytes(4, "big") + text for text in self._heap))


def rss_kb(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def handles(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def replay(path: Path, address: tuple[str, int]) -> None:
    """Sends a kept heap again."""
    data = path.read_bytes()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while data:
            length = int.from_bytes(data[:4], "big")
            sender.sendto(data[4 : 4 + length], address)
            data = data[4 + length :]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/sip-mutants"))
    parser.add_argument("--fault", default="")
    arguments = parser.parse_args()
    words = ["--quick-timers"] + (["--fault", arguments.fault] if arguments.fault else [])
    with a_target(*words) as target:
        mutants = Mutants(target, arguments.seed)
        try:
            mutants.run(arguments.n)
        except Broken:
            mutants.kept(arguments.out / "heap.bin")
        finally:
            mutants.close()
        report = mutants.report
        told = json.loads(msgspec_json.encode(report)) | {
            "figures": target.figures() if not report.fault else {}
        }
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "report.json").write_text(json.dumps(told, indent=1) + "\n")
    print(
        f"{report.sent} messages in {report.took_s:.0f} s, {report.calls} calls spoiled, longest wait "
        f"{report.wait_ms_most:.0f} ms, memory {report.rss_kb[-1]} KiB (grown {report.grown_kb}), "
        f"descriptors {report.handles[-1]}: {report.fault or 'sound'}"
    )
    return 1 if report.fault else 0


if __name__ == "__main__":
    sys.exit(main())
