"""Files a person names on the command line: read whole, or refused with every fault told at once."""

from __future__ import annotations

from pathlib import Path

from firmware.cli.main import CommandError
from firmware.config.check import check_config, load_config
from firmware.config.faults import Fault, render_faults
from firmware.config.schema import Config
from hwsim.scenario import Scenario
from hwsim.scenario_file import load_scenario as read_scenario


class FaultyFile(CommandError):
    """All faults of a file; the text names each with line and remedy."""

    def __init__(self, path: Path, faults: list[Fault], language: str = "en") -> None:
        cannot = f"{path} 不可用" if language == "zh" else f"{path} cannot be used"
        super().__init__(f"{cannot}\n{render_faults(faults, language)}")
        self.faults = faults


def load_scenario(path: Path, language: str = "en") -> Scenario:
    """Raises FaultyFile, which tells the faults in `language`."""
    scenario, faults = read_scenario(path, (check_config,))
    if scenario is None:
        raise FaultyFile(path, faults, language)
    return scenario


def load_configuration(path: Path, language: str = "en") -> Config:
    """Raises FaultyFile, which tells the faults in `language`."""
    config, faults = load_config(path)
    if config is None:
        raise FaultyFile(path, faults, language)
    return config
