"""What the bench's telephones excuse: gaps while the machine stood still, and no others."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from drivers.clock import MonotonicClock
from firmware.cli.bench_sip.speech import Heard, Speech
from tests.free_port import free_port

PACKET_US, STILL_US = 20_000, 300_000
PACKETS, HOLE_US, GOES = 60, 90_000, 20
PORT = free_port(2)


@pytest.fixture
def speech() -> Iterator[Speech]:
    made = Speech(PORT, 1)
    try:
        yield made
    finally:
        made.close()


def heard_of(speech: Speech, *, hole_us: int = 0, stands_still: bool = False) -> Heard:
    """A sender speaks to it for a while; in the middle he pauses, or what stands for the machine is stopped."""
    clock = MonotonicClock()
    speech.measure()
    clock.wait_until(clock.now_us() + 200_000)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        due_us = clock.now_us()
        for number in range(PACKETS):
            if number == PACKETS // 2:
                due_us += hole_us
                if stands_still:
                    _stop_for(speech.pid)
            clock.wait_until(due_us)
            sender.sendto(
                struct.pack("!BBHII", 0x80, 8, number, 160 * number, 7) + bytes(160), ("127.0.0.1", PORT)
            )
            due_us += PACKET_US
    clock.wait_until(clock.now_us() + 100_000)
    return speech.heard()


def _stop_for(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(STILL_US / 1e6, os.kill, (pid, signal.SIGCONT)).start()


def test_a_gap_of_the_box_counts(speech: Speech) -> None:
    """Told by the first go that falls where the machine did not stand still."""
    for _ in range(GOES):
        heard = heard_of(speech, hole_us=HOLE_US)
        assert heard.received == PACKETS
        if heard.gap_us_most >= HOLE_US:
            return
    raise AssertionError("a hole was excused each time")


def test_while_the_machine_stands_still_none_counts(speech: Speech) -> None:
    heard = heard_of(speech, stands_still=True)
    assert heard.longest_stood_us >= STILL_US * 0.9
    assert heard.gaps_excused >= STILL_US // PACKET_US - 1
    assert heard.ticks_stood >= STILL_US // PACKET_US
