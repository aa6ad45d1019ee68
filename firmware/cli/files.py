"""Files a person names on the command line: read whole, or refused with every fault told at once."""

from __future__ import annotations

from pathlib import Path

from firmware.cli.main import CommandError
from firmware.config.check import check_config
from firmware.config.faults import Fault, render_faults
from hwsim.scenario import Scenario
from hwsim.scenario_file import load_scenario as read_scenario


class FaultyFile(CommandError):
    """All faults of a file; the text names each with line and remedy."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        super().__init__(f"{path} cannot be used\n{render_faults(faults, 'en')}")
        self.faults = faults


def load_scenario(path: Path) -> Scenario:
    """Raises FaultyFile."""
    scenario, faults = read_scenario(path, (check_config,))
    if scenario is None:
        raise FaultyFile(path, faults)
    return scenario
