"""What all processes of an idle box hold together (DESIGN.md's budget): calls, pages, SIP, everything there."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from firmware.cli.process_memory import PROC, Held, held
from firmware.cli.told import read_told
from tests.browser.web_box import WebBox

MOST_MIB = 350.0
NOT_ON_A_BOX = "world"
"""Plays lines, exchange and people."""
AFTER_S = 3.0
ROLES = {"switch", "engine", "recorder", "archive", "jobs", "sip", "web", NOT_ON_A_BOX}


def processes(root: Path) -> dict[str, Held]:
    """By name and number, of the box that lives in `root`."""
    found = {}
    for home in PROC.iterdir():
        words = _words(home) if home.name.isdecimal() else []
        if str(root) in words and "sim" not in words:
            name = words[words.index("role") + 1] if "role" in words else "guardian"
            with suppress(OSError):  # gone just now
                found[f"{name} {home.name}"] = held(int(home.name))
    return found


def _words(home: Path) -> list[str]:
    try:
        return home.joinpath("cmdline").read_text("utf-8").split("\0")
    except OSError:
        return []


def names(root: Path) -> set[str]:
    return {name.split()[0] for name in processes(root)}


def test_an_idle_box_fits_into_its_memory(tmp_path: Path) -> None:
    with WebBox(tmp_path / "data") as box:
        root = box.places.root
        wanted = ROLES | {"guardian", "supervisord"}
        assert box.until(lambda: names(root) == wanted and read_told(box.places, "switch")), names(root)
        assert box.until(lambda: read_told(box.places, "sip") and read_told(box.places, "web")), box.log()
        box.until(lambda: False, AFTER_S)  # the engine's stand-in, what is imported late
        found = processes(root)
        assert not [one for one in read_told(box.places, "switch")["findings"] if "memory" in one]
    mib = {name: one.pss_kib / 1024 for name, one in found.items() if not name.startswith(NOT_ON_A_BOX)}
    told = ", ".join(f"{name.split()[0]} {size:.0f}" for name, size in sorted(mib.items()))
    print(f"{sum(mib.values()):.0f} MiB: {told}")
    assert sum(mib.values()) <= MOST_MIB, told
