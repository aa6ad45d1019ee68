"""What must stand before the process tree starts: directories, one box time, a checked configuration in force."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from drivers.clock import MonotonicClock, boot_id
from firmware.archive.erasure_list import read_list
from firmware.cli.box_plan import CONFIGURED, BoxPlan, read_plan
from firmware.cli.files import load_scenario
from firmware.cli.main import CommandError
from firmware.cli.prepared import Prepared
from firmware.config.expanded import expanded
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, in_force
from firmware.protocol import journal
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings, let_grow
from firmware.protocol.role import ROLES, role_is_held
from firmware.store.disk import Disk
from hwsim.scenario import Scenario


def prepare(data: Path, sim: Path | None, language: str = "en", web_port: int = CONFIGURED) -> Prepared:
    """Raises CommandError with all faults of a file that has some, before anything is made."""
    scenario = load_scenario(sim, language) if sim is not None else None
    places = Places(data.resolve())
    _finish_restore(places)
    places.make()
    config = _config(places, sim, scenario)
    lines = len(expanded(config).lines)
    if not any(role_is_held(places.run, role) for role in ROLES):
        let_grow(places.run, lines)
    Rings(places.run, lines)
    offset_us = _offset(places)
    plan = BoxPlan(offset_us, boot_id(), str(sim.resolve()) if sim else "", web_port)
    places.plan.write_bytes(msgspec.json.encode(plan))
    return Prepared(places, config, offset_us)


def _finish_restore(places: Places) -> None:
    """A restore that a power cut came upon goes on, before anything else looks at the data."""
    from firmware.archive.backup.swap import SwapError, finish_swap

    try:
        finish_swap(places.root, Disk())
    except SwapError as error:
        raise CommandError(str(error)) from error


def _config(places: Places, sim: Path | None, scenario: Scenario | None) -> Config:
    """A bench file's box is put in force when it differs; without one the box runs what it has."""
    current = in_force(places.config_db)
    if sim is not None and scenario is not None:
        config = scenario.config
        if current is None or current.config != config:
            with ConfigStore(places.config_db) as store:
                store.put(config, f"run --sim {sim.name}", MonotonicClock.wall_us())
        return config
    if current is None:
        raise CommandError(
            f"{places.root} has no configuration: `tipring config apply FILE.toml --data {places.root}`, "
            "or try the simulated box with --sim hw-sim/scenarios/demo.toml"
        )
    return current.config


def _offset(places: Places) -> int:
    """Box time goes on over reboots: never before the last time any process of the box has seen."""
    with suppress(CommandError):
        former = read_plan(places)
        if former.boot == boot_id():
            return former.offset_us
    # A restored box must not live the time before an erasure again: its new calls would be taken for old ones.
    last_us = max(last_box_time_us(places), *(one.ordered_us for one in read_list(places.root)), 0)
    return max(0, last_us - MonotonicClock().now_us() + 1_000_000)


def last_box_time_us(places: Places) -> int:
    """Of the newest journal record; 0 for none. Reads the newest file that has one, not the whole journal."""
    from firmware.recorder.framed import FrameReader
    from firmware.recorder.segments import JOURNAL

    for path in reversed(JOURNAL.files(places.journal).values()):
        at_us = 0
        for payload in FrameReader(path, JOURNAL).read():
            with suppress(msgspec.MsgspecError):
                at_us = journal.at_us_of(payload)
        if at_us:
            return at_us
    return 0
