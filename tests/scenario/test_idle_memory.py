"""What all processes of an idle box hold together (DESIGN.md's budget): calls, pages, SIP, everything there."""

from __future__ import annotations

from pathlib import Path

from firmware.cli.process_memory import PROC, Held, held
from tests.browser.web_box import WebBox

MOST_MIB = 350.0
NOT_ON_A_BOX = "world"
"""Plays lines, exchange and people."""
AFTER_S = 5.0


def processes(root: Path) -> dict[str, Held]:
    """By name and number, of the box that lives in `root`."""
    found = {}
    for home in PROC.iterdir():
        words = _words(home) if home.name.isdecimal() else []
        if str(root) in words and "sim" not in words:
            name = words[words.index("role") + 1] if "role" in words else "guardian"
            found[f"{name} {home.name}"] = held(int(home.name))
    return found


def _words(home: Path) -> list[str]:
    try:
        return home.joinpath("cmdline").read_text("utf-8").split("\0")
    except OSError:
        return []


def test_an_idle_box_fits_into_its_memory(tmp_path: Path) -> None:
    with WebBox(tmp_path / "data") as box:
        assert box.until(lambda: "locked" not in box.log() and box.places.status("switch").exists()), (
            box.log()
        )
        box.until(lambda: False, AFTER_S)  # what comes up beside: SIP, the engine's stand-in
        found = processes(box.places.root)
    names = {name.split()[0] for name in found}
    assert names == {
        "guardian", "supervisord", "switch", "engine", "recorder", "archive", "jobs", "sip", "web", NOT_ON_A_BOX,
    }  # fmt: skip
    mib = {name: one.pss_kib / 1024 for name, one in found.items() if not name.startswith(NOT_ON_A_BOX)}
    told = ", ".join(f"{name.split()[0]} {size:.0f}" for name, size in sorted(mib.items()))
    print(f"{sum(mib.values()):.0f} MiB: {told}")
    assert sum(mib.values()) <= MOST_MIB, told
