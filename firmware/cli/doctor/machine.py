"""The machine and what is installed on it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from firmware.cli.doctor.finding import Finding
from firmware.cli.prompts import BUILT
from firmware.protocol.places import Places

MODEL = Path("/proc/device-tree/model")
MODULES = ("numpy", "msgspec", "cffi", "sqlite_utils", "soundfile", "drivers.dsp._dsp")
DEVICES = (Path("/dev/spidev0.0"), Path("/dev/spidev0.1"), Path("/dev/snd"))


def look(_: Places) -> Iterator[Finding]:
    yield _software()
    yield _hardware()
    yield _prompts()


def _software() -> Finding:
    gone = [name for name in MODULES if importlib.util.find_spec(name) is None]
    data = {"version": ".".join(map(str, sys.version_info[:3])), "gone": ", ".join(gone)}
    return Finding("software-missing" if gone else "software", data)


def _hardware() -> Finding:
    model = MODEL.read_text().rstrip("\0") if MODEL.is_file() else ""
    if not model.startswith("Raspberry Pi"):
        return Finding("hardware-none")
    if "Pi 5" in model:
        return Finding("hardware-no-hats", {"model": model})
    gone = ", ".join(str(path) for path in DEVICES if not path.exists())
    return Finding("hardware-missing" if gone else "hardware", {"model": model, "gone": gone})


def _prompts() -> Finding:
    zh, en = (len(list((BUILT / language).glob("*.wav"))) for language in ("zh", "en"))
    return Finding("prompts" if zh == en > 0 else "prompts-missing", {"zh": zh, "en": en})
