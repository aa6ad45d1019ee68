"""One run of the bench: a box or its peer is brought up, called, and what was seen is put together."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from drivers.clock import MonotonicClock
from firmware.cli.bench_sip import asterisk, figures, traffic
from firmware.cli.bench_sip.box import (
    MOST_CALLS,
    BenchBox,
    configuration,
    extensions,
    spare,
)
from firmware.cli.bench_sip.figures import Level
from firmware.cli.bench_sip.load import SETTLES_S, Place, Run, Subject
from firmware.cli.bench_sip.speech import Speech
from firmware.cli.main import CommandError

BOX_RTP = 18_100
SPEECH_PORTS = (26_000, 28_000, 30_000)
"""First of the telephones' speech: the first from which all are free."""
FEW_S = 20.0
"""The fewer calls stand no longer than this."""
CUT_WITHIN_S = 60.0


class Asked(Struct, frozen=True):
    """As typed."""

    calls: int
    record: bool
    seconds: float
    rate: float = 0.0
    """0: calls stand."""


def run(asked: Asked, peer: bool = False) -> dict[str, Any]:
    """`peer`: an Asterisk instead of the box. Raises CommandError with what is missing or did not come up."""
    if not 2 <= asked.calls <= MOST_CALLS:
        raise CommandError(f"--calls: from 2 to {MOST_CALLS}")
    traffic.need_sipp()
    folder = Path(tempfile.mkdtemp(prefix="tipring-bench-sip-"))
    with ExitStack() as stack:
        speech_port, talk = speech(2 * spare(asked.calls))
        stack.callback(talk.close)
        own, carrier, telephones = free_ports(3)
        place = Place(folder, own, carrier, telephones, speech_port)
        subject: Subject = _entered(stack, place, asked, peer)
        one = Run(subject, talk, place, asked.calls)
        stack.callback(one.close)
        result = under_traffic(subject, one, asked)
    shutil.rmtree(folder, ignore_errors=True)
    return result


def _entered(stack: ExitStack, place: Place, asked: Asked, peer: bool) -> Subject:
    if peer:
        return stack.enter_context(_asterisk(place, asked))
    return stack.enter_context(_box(place, asked))


def _box(place: Place, asked: Asked) -> BenchBox:
    config = configuration(asked.calls, asked.record, (place.box, place.carrier, BOX_RTP))
    return BenchBox(place.folder / "box", config)


def _asterisk(place: Place, asked: Asked) -> asterisk.Asterisk:
    root = place.folder / "asterisk"
    return asterisk.Asterisk(root, asterisk.files(root, place.box, extensions(asked.calls), asked.record))


def under_traffic(subject: Subject, one: Run, asked: Asked) -> dict[str, Any]:
    telephones = one.telephones(extensions(asked.calls))
    subject.wait(SETTLES_S)
    before = subject.counters()
    levels = _levels(one, asked)
    after = subject.counters()
    answered = sum(made.answered for made in one.made)
    wanted = answered if asked.record else 0
    recorded = _recorded(subject, wanted)
    found = _result(subject.name, levels, one, {name: after[name] - before.get(name, 0) for name in after})
    found |= {"record": asked.record, "rate": asked.rate, "served": telephones.counts()[0]}
    found |= {"recordings": recorded, "recordings_wanted": wanted}
    return found | {"over_budget": figures.verdict(found)}


def _levels(one: Run, asked: Asked) -> list[Level]:
    if asked.rate:
        return [one.stream(asked.calls, asked.rate, asked.seconds)]
    few = one.level(figures.low_level(asked.calls), min(asked.seconds, FEW_S))
    return [few, one.level(asked.calls, asked.seconds)]


def _result(name: str, levels: Sequence[Level], one: Run, counters: dict[str, int]) -> dict[str, Any]:
    heard = one.heard
    assert heard is not None
    gaps = (("p50", heard.gap_us_p50), ("p99", heard.gap_us_p99), ("p999", heard.gap_us_p999))
    found: dict[str, Any] = {
        "program": name,
        "levels": [_level(level) for level in levels],
        "answered": sum(made.answered for made in one.made),
        "failed": sum(made.failed for made in one.made),
        "answered_ms": figures.ranks([ms for made in one.made for ms in made.answered_ms]),
        "ringing_ms": figures.ranks([ms for made in one.made for ms in made.ringing_ms]),
        "rtp_gap_ms": {key: us / 1000 for key, us in gaps} | {"most": heard.gap_us_most / 1000},
        "rtp_lost": heard.lost,
        "rtp_received": heard.received,
        "rtp_gaps_excused": heard.gaps_excused,
        "machine": {"ticks_stood": heard.ticks_stood, "longest_ms": heard.longest_stood_us / 1000},
        "bench_late": heard.turns_late,
        "counters": counters,
    }
    if len(levels) > 1:
        found["per_leg_percent"] = figures.per_leg_percent(levels[0], levels[-1])
    return found


def _level(level: Level) -> dict[str, Any]:
    shares = {name: round(level.share_percent(name), 2) for name in level.cpu_s}
    return {"calls": level.calls, "legs": level.legs, "seconds": round(level.seconds, 1), "percent": shares}


def _recorded(subject: Subject, wanted: int) -> int:
    """Waits while they are still being finished."""
    clock = MonotonicClock()
    end_us = clock.now_us() + round(CUT_WITHIN_S * 1e6)
    while (there := subject.recordings()) < wanted and clock.now_us() < end_us:
        subject.wait(0.5)
    return there


def speech(count: int) -> tuple[int, Speech]:
    for first in SPEECH_PORTS:
        try:
            return first, Speech(first, count)
        except CommandError:
            if first == SPEECH_PORTS[-1]:
                raise
    raise AssertionError


def free_ports(count: int) -> list[int]:
    found = []
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
        found.append(int(one.getsockname()[1]))
    for one in sockets:
        one.close()
    return found
