"""A whole box in real time with SIP telephones and a carrier beside its copper, as people would have it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.clock import MonotonicClock
from firmware.cli.files import load_scenario
from firmware.cli.told import read_told
from firmware.protocol.places import Places
from firmware.sip.credentials import FOLDER, keep, make_secret
from firmware.sip.digest import realm_of
from tests.box_process import ROOT, BoxProcess
from tests.free_port import free_port
from tests.peers.spoken import Spoken

BENCH = ROOT / "tests/peers/sip_office.toml"
RTP_BLOCKS = 40
PASSWORD = "wide-harbour-seven"  # of a box on the loopback
LIMIT_S = 20.0
TONES = {"201": 440.0, "202": 520.0, "203": 660.0, "carrier": 880.0}


class Office:
    """`with` starts and ends it; `phone(number)` registers one, `until` waits for what must come."""

    def __init__(self, root: Path, bench: Path = BENCH) -> None:
        self.places = Places(root)
        port, self.carrier_port = free_port(), free_port()
        rtp = 12_000 + 600 * (port % RTP_BLOCKS)
        self._rtp = rtp + 300
        self.box = f"127.0.0.1:{port}"
        text = bench.read_text("utf-8").replace("15060", str(port)).replace("15999", str(self.carrier_port))
        self._bench = root.parent / f"{root.name}.toml"
        self._bench.write_text(text.replace("16000", str(rtp)).replace("2000", "300"), "utf-8")
        self.people: dict[str, Spoken] = {}

    def __enter__(self) -> Office:
        self.places.make()
        box = load_scenario(self._bench).config.site.box
        for number in ("201", "202", "203"):
            keep(self.places.secrets / FOLDER, make_secret(number, realm_of(box), PASSWORD))
        self.process = BoxProcess(self.places, self._bench)
        return self

    def __exit__(self, *of: object) -> None:
        for one in self.people.values():
            one.kill()
        self.process.stop()

    def log(self) -> str:
        return self.process.log()

    def phone(self, number: str, *, answer: int = 0) -> Spoken:
        """Registered when this returns."""
        place = 60 * len(self.people)
        one = Spoken(
            "tests.peers.sip_phone", "--box", self.box, "--number", number, "--password", PASSWORD,
            "--rtp", str(self._rtp + place), "--tone", str(TONES[number]), "--answer", str(answer),
        )  # fmt: skip
        self.people[number] = one
        assert self.until(lambda: one.last("registration") == "TrunkUp"), one.told
        return one

    def carrier(self, *, answer: int = 0) -> Spoken:
        one = Spoken(
            "tests.peers.sip_phone", "--box", self.box, "--number", "62349000", "--port", str(self.carrier_port),
            "--rtp", str(self._rtp + 240), "--tone", str(TONES["carrier"]), "--answer", str(answer),
        )  # fmt: skip
        self.people["carrier"] = one
        assert self.until(lambda: one.last("up")), one.told
        return one

    def trunk_up(self) -> bool:
        """The box knows that its carrier answers; where it asked before there was one, it asks again 20 s later."""
        return self.until(lambda: self.status("sip").get("trunks"), 60)

    def until(self, so: Callable[[], object], seconds: float = LIMIT_S) -> bool:
        clock = MonotonicClock()
        end_us = clock.now_us() + round(seconds * 1e6)
        while True:
            for one in self.people.values():
                one.read()
            if so():
                return True
            if clock.now_us() > end_us:
                return False
            clock.wait_until(clock.now_us() + 20_000)

    def sim(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A telephone or a caller of the copper: `tipring sim …`."""
        return subprocess.run(
            [sys.executable, "-m", "firmware.cli.main", "sim", *words, "--data", str(self.places.root)],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def hears(self, one: Spoken) -> list[float]:
        """The tones a telephone hears now."""
        one.forget()
        one.do("hear")
        assert self.until(lambda: one.last("hears") is not None)
        heard: list[float] = one.last("hears")
        return heard

    def status(self, role: str) -> dict[str, Any]:
        return read_told(self.places, role)

    def ready(self) -> bool:
        """SIP is there, the switch has told it of itself, and the engine decides."""
        engine, sip = self.places.status("engine"), self.places.status("sip")
        there = self.until(lambda: sip.exists() and engine.exists(), 40)
        return there and self.until(lambda: self.status("sip").get("switch_up"), 40)
