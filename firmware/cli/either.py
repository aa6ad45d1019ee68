"""A file that is a configuration, or a scenario with one in it: people name either."""

from __future__ import annotations

import re
from pathlib import Path

from firmware.config.check import check_config, load_config
from firmware.config.faults import Fault
from firmware.config.schema import Config
from hwsim.scenario_file import load_scenario

_SCENARIO = re.compile(rb"^[ \t]*(?:\[[ \t]*(?:scenario|box)\b|box[ \t]*=)", re.MULTILINE)


def load_either(path: Path) -> tuple[Config | None, list[Fault]]:
    """The configuration, or None, and what is wrong with it."""
    if not _is_scenario(path):
        return load_config(path)
    scenario, faults = load_scenario(path, (check_config,))
    return (scenario.config if scenario is not None else None), faults


def _is_scenario(path: Path) -> bool:
    """It has a [scenario], or a box of its own. A file that cannot be read has neither."""
    try:
        return _SCENARIO.search(path.read_bytes()) is not None
    except OSError:
        return False
