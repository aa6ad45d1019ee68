"""Days for rehearsing before applying: a shop of three agents and four lines, lived through by the event model."""

from pathlib import Path

from msgspec import structs

from firmware.cli.files import load_scenario
from firmware.cli.rehearse import rehearse
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from hwsim.scenario import Scenario

OFFICE = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios" / "small-office.toml"


def office(load: float, seed: int, seconds: float = 7200) -> Scenario:
    """The small office with so many times its callers, its faults left out."""
    scenario = load_scenario(OFFICE)
    arrivals = tuple(structs.replace(one, per_hour=one.per_hour * load) for one in scenario.arrivals)
    about = structs.replace(scenario.about, seed=seed, seconds=seconds)
    return structs.replace(scenario, about=about, arrivals=arrivals, faults=(), callers=())


def lived(scenario: Scenario, data: Path) -> Config:
    """A box's data directory after that day; its configuration is version 1."""
    data.mkdir(parents=True, exist_ok=True)
    rehearse(scenario, data, fast=True)
    with ConfigStore(data / "config.db") as store:
        store.put(scenario.config, "test", 0)
    return scenario.config
