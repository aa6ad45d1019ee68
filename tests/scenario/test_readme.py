"""What README.md says is run: its commands as they stand there, on a box started as `make run` starts it."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.clock import MonotonicClock
from drivers.dsp.tones import level_dbm0
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, role_is_held

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LINES = [line.partition("#")[0].strip() for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
         for line in block.splitlines()]  # fmt: skip
TIPRING = [line for line in LINES if line.startswith(".venv/bin/tipring ")]
SIM = [line for line in TIPRING if line.split()[1] == "sim"]
LIVE = [line for line in TIPRING if line.split()[1] in ("engine", "sip")]
"""Of a running box."""
OTHERS = [line for line in TIPRING if line not in (*SIM, *LIVE)]
FIRST_CALL_WITHIN_S = 60
READ_BYTES = 65_536
SOUND_DBM0 = -40.0
ENDS_WITH = {"config check": (2,), "doctor": (0, 1)}
"""Exit codes of commands that are there to show what is wrong; a full disk of this machine is not ours."""


def tipring(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of the README in `cwd`, with the tree's own files in reach."""
    argv = shlex.split(line.replace(".venv/bin/tipring", str(ROOT / ".venv/bin/tipring")))
    argv = [str(ROOT / word) if word.startswith(("hw-sim/", "tests/")) else word for word in argv]
    return subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_the_readme_has_the_promised_commands() -> None:
    assert LINES[:2] == ["make run", "make test"]
    assert len(SIM) >= 2 and len(LIVE) == 4
    assert len(OTHERS) >= 6


def test_make_knows_every_target_that_is_named() -> None:
    for target in {line.split()[1] for line in LINES if line.startswith("make ")}:
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.scenario
def test_every_command_that_needs_no_running_box_does_what_it_says(tmp_path: Path) -> None:
    """In the order of the page: later ones look at what earlier ones made."""
    for line in OTHERS:
        name = " ".join(line.split()[1:3])
        done = tipring(line + (" --ticks 100" if name == "bench fabric" else ""), tmp_path)
        assert done.returncode in ENDS_WITH.get(name, (0,)), f"{line}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "out" / "history.db").is_file()
    assert list((tmp_path / "out" / "recordings").rglob("*.wav"))
    assert (tmp_path / "out" / "report.txt").read_text("utf-8").startswith("first-call")
    wavs = list((tmp_path / "wavs").glob("*.wav"))
    assert wavs
    with wave.open(str(wavs[0])) as file:
        assert file.getnchannels() == 2


class Box(NamedTuple):
    """A box started as `make run` does, and what its log said until a call was served."""

    process: subprocess.Popen[str]
    home: Path
    log: list[str]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    argv = [str(ROOT / ".venv/bin/tipring"), "run", "--sim", str(ROOT / "hw-sim/scenarios/demo.toml")]
    with subprocess.Popen(argv, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Box(process, tmp_path, _until_a_call_is_served(process))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
            shutil.rmtree(Places(tmp_path / "data").run)


@pytest.mark.realtime
def test_a_newcomer_s_first_minute_is_as_the_page_says(box: Box) -> None:
    """One box for all of it: it takes half a minute to serve its first call."""
    assert "62345699" in box.log[0]
    assert any("tipring sim call" in line for line in box.log[:4])
    _a_second_box_on_the_same_data_is_refused(box)
    _the_sim_commands_of_the_page_are_heard_as_they_say(box)
    _the_running_box_can_be_looked_at(box)
    _its_engine_is_shown_and_replaced(box)
    _sigterm_stops_everything_in_order(box)


def _until_a_call_is_served(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    clock = MonotonicClock()
    log: list[str] = []
    rest = b""
    began_us = clock.now_us()
    end_us = began_us + FIRST_CALL_WITHIN_S * 1_000_000
    while not any("talks with agent" in line for line in log):
        left_s = (end_us - clock.now_us()) / 1e6
        assert left_s > 0, f"no call was served in {FIRST_CALL_WITHIN_S} s: {log}"
        if select.select([process.stdout], [], [], left_s)[0]:
            # Not `readline`: lines that wait in a reader's buffer would be hidden from `select`.
            read = os.read(process.stdout.fileno(), READ_BYTES)
            assert read, f"the box ended: {log}"
            *lines, rest = (rest + read).split(b"\n")
            log += [line.decode() for line in lines]
    print(f"first call served after {(clock.now_us() - began_us) / 1e6:.0f} s")
    return log


def _a_second_box_on_the_same_data_is_refused(box: Box) -> None:
    done = tipring(f".venv/bin/tipring run --sim hw-sim/scenarios/demo.toml --data {box.home}/data", box.home)
    assert done.returncode == 2
    assert "a box already runs on" in done.stderr


def _the_sim_commands_of_the_page_are_heard_as_they_say(box: Box) -> None:
    told = {}
    for line in SIM:
        done = tipring(line, box.home)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        told[line.split()[2]] = done.stdout
    assert "line line-1" in told["status"]
    assert "telephone 804" in told["status"]
    _levels_are_those_of_the_wav(told["call"], box.home / "heard.wav")
    assert "dBm0" in told["hear"]


def _levels_are_those_of_the_wav(text: str, path: Path) -> None:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 8000)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    rows = re.findall(r"^ *([\d.]+) s +(-?[\d.]+) dBm0", text, re.MULTILINE)
    assert len(rows) >= 20
    began = 0
    for upto_s, printed_dbm0 in rows:
        end = min(round(float(upto_s) * 8000), len(samples))
        heard = _levels_between(samples, began, end)
        if min(heard) > SOUND_DBM0:
            assert min(heard) - 1.0 < float(printed_dbm0) < max(heard) + 1.0, upto_s
        began = end
    assert sum(float(level) > SOUND_DBM0 for _, level in rows) >= 8


def _levels_between(samples: NDArray[np.int16], began: int, end: int) -> list[float]:
    """Seconds are printed to a tenth: up to 50 ms at either end may be another second's."""
    half = 400
    return [
        level_dbm0(samples[max(began + before, 0) : end + after])
        for before in (-half, 0, half)
        for after in (-half, 0, half)
    ]


def _the_running_box_can_be_looked_at(box: Box) -> None:
    listed = tipring(".venv/bin/tipring report calls --json", box.home)
    assert json.loads(listed.stdout)["calls"]
    well = json.loads(tipring(".venv/bin/tipring doctor --json", box.home).stdout)
    seen = {finding["check"]: finding for finding in well["findings"]}
    assert seen["processes"]["well"], seen
    assert all(role in seen["processes"]["seen"] for role in ROLES)


def _its_engine_is_shown_and_replaced(box: Box) -> None:
    for line in LIVE:
        done = tipring(line, box.home)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def _sigterm_stops_everything_in_order(box: Box) -> None:
    places = Places((box.home / "data").resolve())
    pids = [int((places.run / f"{role}.lock").read_text()) for role in ROLES]
    box.process.send_signal(signal.SIGTERM)
    assert box.process.wait(30) == 0
    assert not [role for role in ROLES if role_is_held(places.run, role)]
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not places.world_socket.exists()
    ledger = tipring(".venv/bin/tipring recordings ledger", box.home)
    assert ledger.returncode == 0, ledger.stdout
