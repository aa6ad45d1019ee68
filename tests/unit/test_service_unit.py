"""tipring.service: what systemd is asked to do, and what it may not."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.kill_box import RESTART_US, WATCHDOG_US

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "tipring.service"


@pytest.fixture
def unit() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(UNIT.read_text())
    return parser


def test_the_calls_outlive_the_unit_s_main_process(unit: configparser.RawConfigParser) -> None:
    service = unit["Service"]
    assert (service["killmode"], service["oompolicy"], service["removeipc"]) == ("process", "continue", "no")
    assert service["restart"] == "always" and unit["Unit"]["startlimitintervalsec"] == "0"


def test_a_guardian_that_hangs_is_noticed_within_fourteen_seconds(unit: configparser.RawConfigParser) -> None:
    service = unit["Service"]
    assert service["type"] == "notify" and 0 < int(service["watchdogsec"]) <= 14
    assert (service["restartsec"], int(service["watchdogsec"])) == (
        f"{RESTART_US // 1000}ms",
        WATCHDOG_US / 1e6,
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_has_few_rights() -> None:
    argv = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)]
    told = subprocess.run(argv, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout.splitlines()[-1]
