"""RTP is read in the pump's turn: whatever comes, whoever sends it and however much of it (rtp_reader.c)."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drivers.clock import MonotonicClock
from tests.peers.rtp_phone import SSRC, RtpPhone, received, report

ROOT = Path(__file__).resolve().parents[2]
RTP = 33_000
LOUD_DB = 15.1
"""The loudest A-law against the sine that is 0 dB."""
LEGS = 4
SETTLE_US = 700_000
"""Longer than what the party does not measure after its first sound."""
SHARE = 0.8
"""Of the blocks that have sound; a busy machine loses some."""
pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")


def party(part: str, *words: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "tests.peers.sip_party", part, *words]
    return subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def figures(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert told["troubles"] == []
    return told


@contextmanager
def answering(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    there = party("answer", "--rtp", str(RTP), *words)
    assert there.stdout is not None
    try:
        yield there, there.stdout.readline().strip()
    finally:
        there.kill()
        there.communicate()


@contextmanager
def flood(ports: range, *, source: str) -> Iterator[list[int]]:
    """As much as one thread can send; how many, afterwards."""
    ended, sent = threading.Event(), [0]

    def pour(by: socket.socket) -> None:
        while not ended.is_set():
            for port in ports:
                by.sendto(bytes([0x80, 8]) + sent[0].to_bytes(10, "big") + b"\xd5" * 160, ("127.0.0.1", port))
                sent[0] += 1

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as by:
        by.bind((source, 0))
        thread = threading.Thread(target=pour, args=(by,))
        thread.start()
        try:
            yield sent
        finally:
            ended.set()
            thread.join()


def test_what_is_no_rtp_harms_no_call() -> None:
    with answering() as (there, address), RtpPhone(address) as phone:
        phone.call()
        random = Random(1)
        garbage = [
            b"",
            b"\x80",
            phone.packet()[:11],
            phone.packet()[:12],
            b"\xff" * 12,
            phone.packet(b"x" * 4000),
        ]
        garbage += [
            b"\x8f\x08" + random.randbytes(14),
            b"\x90\x08" + b"\xff" * 18,
            b"\xa0\x08" + b"\xff" * 30,
        ]
        garbage += [random.randbytes(random.randrange(1, 1500)) for _ in range(20)]
        for one in garbage:
            phone.speak(4, one)
        for one in garbage:
            phone.rtcp.sendto(one, (phone.there[0], phone.there[1] + 1))
        phone.speak(50)
        phone.hang_up()
        heard = figures(there)
    assert heard["levels_db"] == pytest.approx([LOUD_DB], abs=1)


def test_rtcp_goes_both_ways_and_none_to_a_stranger() -> None:
    """pjmedia's own transport sends its reports to whoever sent three, from anywhere."""
    with (
        answering() as (_, address),
        RtpPhone(address) as phone,
        socket.socket(type=socket.SOCK_DGRAM) as stranger,
    ):
        stranger.bind(("127.0.0.2", 0))
        phone.call()
        rtcp = (phone.there[0], phone.there[1] + 1)
        phone.rtcp.sendto(report(), rtcp)
        first = phone.reports(until=1)
        for _ in range(10):
            stranger.sendto(report(b"evil"), rtcp)
            phone.speak(5)
        more = phone.reports(until=2)
        phone.hang_up()
        assert received(stranger) == []
    blocks = [one[one.index(SSRC) :][:24] for one in first + more if SSRC in one]
    assert blocks, "they name whom they heard"
    assert any(block[16:20] == b"\x00\x01\x80\x00" for block in blocks), "and the report they heard of him"
    assert len(more) == 2


def test_the_answer_follows_a_far_end_that_sends_from_another_port() -> None:
    with (
        answering() as (_, address),
        RtpPhone(address) as phone,
        socket.socket(type=socket.SOCK_DGRAM) as router,
    ):
        router.bind(("127.0.0.1", 0))
        phone.call()
        phone.speak(40, by=router)
        received(phone.rtp)
        phone.speak(25, by=router)
        heard, elsewhere = received(router), received(phone.rtp)
        phone.hang_up()
    assert len(heard) > 25
    assert elsewhere == []


def test_calls_and_their_media_may_change_while_packets_pour_in() -> None:
    """The sender counts as the far end: every packet is told above, or would be just when nobody may be told."""
    with (
        answering("--legs", "8") as (there, address),
        flood(range(RTP, RTP + 12, 2), source="127.0.0.1") as sent,
    ):
        with RtpPhone(address) as phone:
            for _ in range(40):
                phone.call()
                for number in range(4):
                    phone.offer(f"a={('sendonly', 'sendrecv')[number % 2]}\r\n")
                phone.hang_up()
        assert there.poll() is None
        heard = figures(there)
    assert heard["offered"] == 40
    assert sent[0] > 10_000


def test_what_came_while_nobody_listened_is_not_heard_later() -> None:
    """The kernel keeps seconds of it for a socket that nobody reads."""
    clock = MonotonicClock()
    with answering() as (there, address), RtpPhone(address) as phone:
        phone.call()
        phone.speak(10)
        phone.offer("a=inactive\r\n")
        clock.wait_until(clock.now_us() + SETTLE_US)
        for _ in range(100):
            phone.rtp.sendto(phone.packet(), phone.there)
        phone.offer()
        clock.wait_until(clock.now_us() + SETTLE_US)
        phone.hang_up()
        heard = figures(there)
    assert heard["onset_us"][0] > 0
    assert heard["levels_db"] == []


def test_a_flood_on_one_call_keeps_the_others_from_nothing() -> None:
    words = ("--legs", str(LEGS))
    with answering(*words) as (there, address):
        here = party("call", "--target", address, "--seconds", "6", *words)
        with flood(range(RTP, RTP + 2, 2), source="127.0.0.2") as sent:
            calling = figures(here)
        answered = figures(there)
    print(f"{sent[0]} packets; turn {answered['turn_us']:.0f} us, at most {answered['turn_us_most']} us")
    assert calling["levels_db"] == pytest.approx([0] * LEGS, abs=0.5)
    assert answered["levels_db"] == pytest.approx([0] * LEGS, abs=0.5)
    assert min(calling["shares"]) > SHARE
    assert sorted(answered["shares"])[1] > SHARE
    assert answered["foreign"] > 1000
