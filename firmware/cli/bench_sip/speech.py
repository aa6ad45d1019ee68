"""A process of its own that speaks and listens for all telephones of the bench, so that it counts to no box.

Started as `python -m firmware.cli.bench_sip.speech FIRST_PORT COUNT`; told `measure` and `tell` on standard input, it
answers `tell` with a line of JSON. It ends with its input.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from firmware.cli.bench_sip._rtp_peer import ffi, lib
from firmware.cli.bench_sip.box import before_others
from firmware.cli.main import CommandError

TURN_MS = 50
BEFORE_OTHERS = -10
"""Its niceness, where it may: what is late here must not look like the box's fault."""


class Heard(Struct, frozen=True):
    """Of all streams since `measure`, on the telephones' side."""

    received: int
    sent: int
    lost: int
    """Packets of the box that never came."""
    gap_us_p50: int
    """From one packet of a stream to its next one."""
    gap_us_p99: int
    gap_us_p999: int
    gap_us_most: int
    gaps_excused: int
    """In no figure of gaps: the machine stood still on some core meanwhile."""
    ticks_stood: int
    """Ticks of 20 ms that standstills of the machine took."""
    longest_stood_us: int
    turns_late: int
    """Of this process itself, by more than 5 ms."""
    speaking: int
    """Streams that stand now."""


class Speech:
    """The process, held by the bench."""

    def __init__(self, first_port: int, count: int) -> None:
        argv = [sys.executable, "-m", "firmware.cli.bench_sip.speech", str(first_port), str(count)]
        self._process = subprocess.Popen(  # noqa: S603
            argv, cwd=Path(__file__).resolve().parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        before_others(self._process.pid)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._say, self._hear = self._process.stdin, self._process.stdout
        if self._hear.readline().strip() != b"ready":
            self.close()
            raise CommandError(f"no UDP ports from {first_port} on for the telephones' speech")

    @property
    def pid(self) -> int:
        return self._process.pid

    def measure(self) -> None:
        self._tell(b"measure\n")

    def heard(self) -> Heard:
        self._tell(b"tell\n")
        return msgspec.json.decode(self._hear.readline(), type=Heard)

    def close(self) -> None:
        with suppress(OSError):
            self._say.close()
        self._process.wait()
        self._hear.close()

    def _tell(self, word: bytes) -> None:
        self._say.write(word)
        self._say.flush()


def _figures(peer: object) -> Heard:
    counts = ffi.new("tip_peer_counts *")
    lib.tip_peer_counts_of(peer, counts)
    p50, p99, p999 = (lib.tip_peer_gap_us(peer, share) for share in (0.5, 0.99, 0.999))
    return Heard(
        counts.received,
        counts.sent,
        counts.lost,
        p50,
        p99,
        p999,
        counts.gap_most_us,
        counts.gaps_excused,
        counts.ticks_stood,
        counts.longest_stood_us,
        counts.turn_late,
        counts.speaking,
    )


def serve(peer: object, told: IO[bytes], out: IO[bytes]) -> None:
    """Until `told` ends."""
    handle = told.fileno()
    while True:
        lib.tip_peer_run(peer, TURN_MS)
        if not select.select([handle], [], [], 0)[0]:
            continue
        words = os.read(handle, 1000)
        if not words:
            return
        for word in words.split():
            if word == b"measure":
                lib.tip_peer_measure(peer)
            elif word == b"tell":
                out.write(msgspec.json.encode(_figures(peer)) + b"\n")
                out.flush()


def main(first_port: int, count: int) -> int:
    with suppress(OSError):
        os.nice(BEFORE_OTHERS)
    peer = lib.tip_peer_open(first_port, count)
    if peer == ffi.NULL:
        print(json.dumps(os.strerror(ffi.errno)), flush=True)
        return 1
    print("ready", flush=True)
    try:
        serve(peer, sys.stdin.buffer, sys.stdout.buffer)
    finally:
        lib.tip_peer_close(peer)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
