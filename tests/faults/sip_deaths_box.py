"""A box in real time with fifty SIP calls up, whose processes are killed and stopped, and what people then hear."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import numpy as np

from drivers.clock import MonotonicClock
from drivers.ports import TICK_SAMPLES, TICK_US
from firmware.cli.files import load_scenario
from firmware.protocol.heartbeat import last_beat_us
from firmware.protocol.role import role_holder
from firmware.sip.credentials import FOLDER, keep, make_secret
from firmware.sip.digest import realm_of
from tests.box_process import ROOT
from tests.faults.sip_crowd import QUIET_RMS
from tests.peers.sip_office import PASSWORD, Office
from tests.peers.spoken import Spoken

BENCH = Path(__file__).with_name("sip_deaths.toml")
TELEPHONES = tuple(str(301 + place) for place in range(12))
AGENTS = TELEPHONES[:3]
"""Served by a queue that records."""
CALLERS = range(len(TELEPHONES), len(TELEPHONES) + 50)
"""Legs of the carrier's callers; the first of them talk to the telephones, the others wait."""
TALKING = CALLERS[: len(TELEPHONES) - 2]
SPARE = (10, 11)
"""Telephones (by leg) that nobody calls."""
LEGS = CALLERS.stop + 2
BOX_PORTS = 300
ANSWERED_TICKS = 250
"""By then a caller of the copper hears music, and no ringback."""
LAST = LEGS - 1
"""Leg of whoever the box calls over the carrier."""


class DeathsBox(Office):
    """People are two programs: the house's telephones, the carrier's callers. Times are of the machine's own clock."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, BENCH)
        former, self._rtp = self._rtp - 300, _free_block() + BOX_PORTS
        text = self._bench.read_text("utf-8").replace(str(former), str(self._rtp - BOX_PORTS))
        self._bench.write_text(text + "".join(_extension(one) for one in TELEPHONES), "utf-8")
        self.clock = MonotonicClock()
        self.listeners: list[subprocess.Popen[bytes]] = []

    def __exit__(self, *of: object) -> None:
        for one in self.listeners:
            one.kill()
            one.wait()
        super().__exit__(*of)

    def __enter__(self) -> DeathsBox:
        self.places.make()
        box = load_scenario(self._bench).config.site.box
        for number in TELEPHONES:
            keep(self.places.secrets / FOLDER, make_secret(number, realm_of(box), PASSWORD))
        super().__enter__()
        assert self.ready(), self.log()
        assert self.until(lambda: (self.state() or {}).get("link_up") and self.status("sip")["switch_up"]), (
            self.log()
        )
        house = ("--numbers", ",".join(TELEPHONES), "--password", PASSWORD, "--legs", str(len(TELEPHONES)))
        street = (
            "--port",
            str(self.carrier_port),
            "--first",
            str(CALLERS.start),
            "--legs",
            str(LEGS - CALLERS.start),
        )
        for place, (name, words) in enumerate({"house": house, "street": street}.items()):
            rtp = str(self._rtp + place * 3 * len(TELEPHONES))
            common = ("--box", self.box, "--rtp", rtp, "--tones", str(LEGS))
            self.people[name] = Spoken("tests.faults.sip_crowd", *common, *words)
        assert self.until(lambda: self.count("registration", "TrunkUp") == len(TELEPHONES)), self.log()
        return self

    # -- people ---------------------------------------------------------------------------------------

    def do(self, what: str, **more: Any) -> None:
        """Whoever is meant: telephones by their legs, callers by theirs, else all."""
        one = {None: "", True: "house", False: "street"}[
            more["leg"] < CALLERS.start if "leg" in more else None
        ]
        for name in (one,) if one else ("house", "street"):
            self.people[name].do(what, **more)

    def told(self) -> list[dict[str, Any]]:
        return [told for one in self.people.values() for told in one.told]

    def said(self, key: str) -> list[Any]:
        return [one[key] for one in self.told() if key in one]

    def count(self, key: str, value: object) -> int:
        return self.said(key).count(value)

    def when_us(self, key: str, leg: int) -> int:
        """When this happened last to this leg; 0: not yet."""
        return next((one["at_us"] for one in reversed(self.told()) if one.get(key) == leg), 0)

    def fill(self) -> None:
        """Fifty calls: ten talk to telephones, three of them on tape; forty wait with music."""
        for place, leg in enumerate(CALLERS):
            self.do("call", leg=leg, number=_number(place))
            assert self.until(lambda leg=leg: leg in self.said("answered")), (leg, self.log())  # type: ignore[misc]
        assert self.until(lambda: set(TALKING) <= set(self.pairs())), self.pairs()
        assert len(self.calls()) == len(CALLERS), self.calls()
        for one in self.people.values():
            one.forget()

    def settled(self) -> dict[int, int]:
        """`pairs`, once all who talk hear one another."""
        found: dict[int, int] = {}

        def there() -> bool:
            found.update(self.pairs())
            return set(TALKING) <= set(found)

        assert self.until(there), found
        return found

    def pairs(self) -> dict[int, int]:
        """Who hears whom, both ways, by leg."""
        self.wait(0.2)
        hears = self.gaps()["hears"]
        return {leg: whom for leg, whom in hears.items() if whom >= 0 and hears.get(whom) == leg}

    def empty(self) -> None:
        """Everybody hangs up; nothing may be left."""
        self.do("hang_up", legs=list(range(LEGS)))
        assert self.until(lambda: not self.calls() and self.sip_calls() == 0, 30), (self.calls(), self.log())
        for one in self.people.values():
            one.forget()

    def mark(self) -> None:
        self.do("mark")

    def gaps(self) -> dict[str, dict[int, int]]:
        """`longest_ms` since `mark` and `hears`, by leg."""
        for one in self.people.values():
            one.told = [told for told in one.told if "gaps" not in told]
        self.do("gaps")
        assert self.until(lambda: len(self.said("gaps")) == len(self.people))
        keys = ("longest_ms", "hears")
        return {
            key: {int(leg): value for one in self.said("gaps") for leg, value in one[key].items()}
            for key in keys
        }

    def hiccup_ms(self) -> int:
        """The longest gap of three seconds in which nobody dies: the machine's own."""
        self.mark()
        self.wait(3.0)
        return longest(self.gaps(), CALLERS)

    def wait(self, seconds: float) -> None:
        self.until(lambda: False, seconds)

    # -- processes ------------------------------------------------------------------------------------

    def kill(self, role: str, number: signal.Signals = signal.SIGKILL) -> int:
        """When it was."""
        pid = role_holder(self.places.run, role)
        assert pid, role
        at_us = self.clock.now_us()
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        self.struck = pid
        return at_us

    def hang(self, role: str) -> int:
        """Of a box that was planted with it: when it was asked for."""
        self.struck = role_holder(self.places.run, role) or 0
        (self.places.run / "hang").touch()
        return self.clock.now_us()

    def back(self, role: str, since_us: int, limit_s: float = 15.0) -> float:
        """Seconds until its next life works: it has come round its loop twice."""
        pid = self.struck
        assert self.until(lambda: role_holder(self.places.run, role) not in (None, pid), limit_s), self.log()
        beat = self.places.beat(role)
        first = last_beat_us(beat)
        assert self.until(lambda: last_beat_us(beat) != first, limit_s), self.log()
        second = last_beat_us(beat)
        assert self.until(lambda: last_beat_us(beat) != second, limit_s), self.log()
        return (self.clock.now_us() - since_us) / 1e6

    def start_again(self) -> None:
        """As systemd does with a `tipring run` that died."""
        self.process.wait(10)
        super().__enter__()
        assert self.until(lambda: role_holder(self.places.run, "guardian") == self.process.pid, 40), (
            self.log()
        )
        self.wait(1.0)

    def listen(self, number: str, heard: Path, seconds: int) -> subprocess.Popen[bytes]:
        """A caller of the copper."""
        words = (
            "call",
            number,
            "--seconds",
            str(seconds),
            "--wav",
            str(heard),
            "--data",
            str(self.places.root),
        )
        listener = subprocess.Popen(
            [sys.executable, "-m", "firmware.cli.main", "sim", *words], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        self.listeners.append(listener)
        return listener

    def ends(self, newest: int) -> list[tuple[Any, ...]]:
        """Cause and who let go, of so many calls, once all are in history."""
        query = f"SELECT cause, released_by FROM calls ORDER BY id DESC LIMIT {newest}"
        assert self.until(lambda: all(cause is not None for cause, _ in self.rows(query)), 30)
        return self.rows(query)

    # -- what the box knows ---------------------------------------------------------------------------

    def state(self) -> dict[str, Any] | None:
        """The engine's; None where it does not answer."""
        told = self.tipring("engine", "state", "--json")
        view: dict[str, Any] | None = json.loads(told)["engine"]
        return view

    def calls(self) -> list[dict[str, Any]]:
        view = self.state()
        calls: list[dict[str, Any]] = view["calls"] if view else [{"nobody": "decides"}]
        return calls

    def sip_calls(self) -> int:
        """In the SIP process; its status is a second old at most."""
        with suppress(OSError, ValueError):
            status = self.status("sip")
            return int(status["calls"])
        return -1

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.places.root}/history.db?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def tipring(self, *words: str) -> str:
        told = subprocess.run(
            [sys.executable, "-m", "firmware.cli.main", *words, "--data", str(self.places.root)],
            cwd=ROOT,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return told.stdout


def _free_block() -> int:
    """Of UDP ports for the speech of box and people, which no other box of this machine uses."""
    for base in range(37_000, 60_000, BOX_PORTS + 3 * LEGS):
        with ExitStack() as held, suppress(OSError):
            for port in range(base, base + BOX_PORTS + 3 * LEGS, 2):
                held.enter_context(closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))).bind(
                    ("127.0.0.1", port)
                )
            return base
    raise AssertionError("no free ports")


def _extension(number: str) -> str:
    text = f'\n[[box.extension]]\nnumber = "{number}"\ncard = "ip"\n'
    if number in AGENTS:
        text += f'agent = "{number}"\n\n[[box.agent]]\nid = "{number}"\nqueues = ["sales"]\n'
    return text


def _number(place: int) -> str:
    """Whom the caller of this place dials."""
    if place < len(AGENTS):
        return "62340391"
    return f"62340{TELEPHONES[place]}" if place < len(TALKING) else "62349000"


def silence_ms(path: Path) -> int:
    """The longest silence in what a caller heard once he was answered, to its last sound."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)
    blocks = samples[: len(samples) // TICK_SAMPLES * TICK_SAMPLES].reshape(-1, TICK_SAMPLES)
    sounds = np.flatnonzero(np.sqrt(np.mean(blocks[ANSWERED_TICKS:] ** 2, axis=1)) > QUIET_RMS)
    return int(np.diff(sounds).max() - 1) * TICK_US // 1000


def longest(gaps: dict[str, dict[int, int]], legs: Sequence[int]) -> int:
    return max(gaps["longest_ms"][leg] for leg in legs)
