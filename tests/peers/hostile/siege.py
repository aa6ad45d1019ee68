"""Good calls during a flood: how many, how slow, and what it costs the process.

`python -m tests.peers.hostile.siege --seconds 600 --rate 1000` is acceptance's ten minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from drivers.clock import MonotonicClock
from tests.peers.hostile.flood import Flood
from tests.peers.hostile.packets import FLOODS
from tests.peers.sip_target import Target, a_target

GUARDED = ("--limits", "50,100,1000,20,512", "--network", "127.0.0.1/32")
"""How the bare endpoint is started: strangers have budgets, who calls from 127.0.0.1 is known."""
STRANGERS = tuple(f"127.0.9.{last}" for last in range(1, 9))
ALLOWED_US = 2_000_000
PAUSE_US = 100_000


class Siege(Struct):
    calls: int = 0
    refused: list[str] = []
    slowest_us: int = 0
    sent: int = 0
    cpu_share: float = 0.0

    @property
    def is_held(self) -> bool:
        return self.calls > 0 and not self.refused and self.slowest_us <= ALLOWED_US


def besiege(
    target: Target, kinds: Iterable[str], *, rate: int, seconds: float, sources: tuple[str, ...] = STRANGERS
) -> Siege:
    """Ten calls a second while the flood runs."""
    told, clock = Siege(), MonotonicClock()
    with Flood(target.address("udp"), kinds, rate, sources) as flood:
        began_us, began_cpu = clock.now_us(), cpu_s(target.pid)
        while clock.now_us() - began_us < seconds * 1_000_000:
            next_us = clock.now_us() + PAUSE_US
            _call(target, told)
            clock.wait_until(next_us)
        took_s = (clock.now_us() - began_us) / 1_000_000
        told.cpu_share = (cpu_s(target.pid) - began_cpu) / took_s
        told.sent = flood.sent
    return told


def _call(target: Target, told: Siege) -> None:
    try:
        took_us = target.call()
    except (AssertionError, OSError) as error:
        told.refused.append(str(error)[:120])
        if len(told.refused) > 3 and not told.calls:
            raise AssertionError(f"no call at all: {told.refused}") from None
        return
    told.calls += 1
    told.slowest_us = max(told.slowest_us, took_us)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--kinds", default=",".join(FLOODS))
    parser.add_argument("--open", action="store_true", help="without budgets: what the flood would do")
    arguments = parser.parse_args()
    with a_target(*(() if arguments.open else GUARDED)) as target:
        told = besiege(target, arguments.kinds.split(","), rate=arguments.rate, seconds=arguments.seconds)
        figures = target.figures()
    print(
        f"{told.sent} hostile packets ({told.sent / arguments.seconds:.0f} a second), {told.calls} good calls, "
        f"{len(told.refused)} refused, slowest answer {told.slowest_us / 1000:.1f} ms, "
        f"{told.cpu_share:.1%} of a core; {figures.get('guard', '')}"
    )
    for reason in told.refused[:5]:
        print(reason)
    return 0 if told.is_held else 1


if __name__ == "__main__":
    sys.exit(main())
