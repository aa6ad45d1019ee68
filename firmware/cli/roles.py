"""What each process of the box is made of. One function a role; it returns when `stopped()` says so."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from drivers.clock import HARDWARE_CLOCK, MonotonicClock, kernel_is_synchronised
from firmware.cli.box_plan import BoxPlan, read_plan
from firmware.cli.main import CommandError
from firmware.cli.stand_in import is_child_of_supervisord
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings

Stopped = Callable[[], bool]


def switch(data: Path, stopped: Stopped) -> None:
    from firmware.cli.cards import make_cards
    from firmware.cli.prompts import BUILT, prompt_bank
    from firmware.prompts.watch import Watch
    from firmware.switch import runner
    from firmware.switch.messages import ReadAhead, RecordingShelf
    from firmware.switch.plan import SwitchPlan
    from firmware.switch.switch import Switch

    places, plan, config = box_of(data)
    clock = MonotonicClock(plan.offset_us)
    rings = Rings(places.run)
    bank = prompt_bank(config, places.spoken, places.prompts)
    sys.stderr.writelines(f"{one}\n" for one in bank.faults)
    ports = SwitchPlan.from_config(config)

    def make(epoch: int) -> Switch:
        cards = make_cards(places, plan, config, clock)
        made = Switch(cards, ports, clock, bank, rings.audio, epoch, ReadAhead(RecordingShelf(data)))
        bank.forget()
        return made

    with Watch(places, bank, config, BUILT).often():
        fill, faults = (lambda: rings.audio.fill), bank.faults
        runner.run(places, make, clock=clock, ring_fill=fill, stopped=stopped, findings=faults)


def engine(data: Path, stopped: Stopped) -> None:
    from firmware.engine.hours.wall_watch import WallLook, WallWatch, quality_of
    from firmware.engine.process import relay

    def wall_quality() -> str:
        return quality_of(kernel_is_synchronised(), HARDWARE_CLOCK.exists())

    places, plan, config = box_of(data)
    clock = MonotonicClock(plan.offset_us)
    wall = WallLook(clock.now_us, clock.wall_us, wall_quality, WallWatch(plan.boot))
    try_out = (sys.executable, "-m", "firmware.cli.main", "engine", "prepare", "--data", str(data))
    if relay.run(
        places,
        config.site.box,
        clock=clock,
        wall=wall,
        stopped=stopped,
        try_out=try_out,
        is_child=is_child_of_supervisord,
    ):
        # The same process goes on as the new version: for supervisord nothing happened.
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - as we were started


def engine_ready(data: Path) -> None:
    """In a stand-in: everything is imported, and an engine that no supervisord looks after leaves its calls to us."""
    from firmware.engine.hours import wall_watch  # noqa: F401
    from firmware.engine.process import relay  # noqa: F401
    from firmware.protocol.order_client import ask_handover

    ask_handover(Places(data))


def recorder(data: Path, stopped: Stopped) -> None:
    from firmware.recorder import runner

    places, plan, config = box_of(data)
    clock = MonotonicClock(plan.offset_us)
    runner.run(places, config.site.box, config.storage, clock=clock, stopped=stopped)


def archive(data: Path, stopped: Stopped) -> None:
    from firmware.archive import runner

    places, plan, config = box_of(data)
    clock = MonotonicClock(plan.offset_us)
    wall_us = clock.wall_us
    box, zone = config.site.box, config.site.zone
    runner.run(data, places.run, box, zone, clock=clock, wall_us=wall_us, stopped=stopped)


def gate(data: Path, stopped: Stopped) -> None:
    from firmware.gate import runner

    places, plan, config = box_of(data)
    clock = MonotonicClock(plan.offset_us)
    wall_offset_us = clock.wall_us() - clock.now_us()
    runner.run(places, config, clock=clock, wall_offset_us=wall_offset_us, stopped=stopped)


def sip(data: Path, stopped: Stopped) -> None:
    from drivers.sip.errors import SipError
    from firmware.sip import runner
    from firmware.sip.plan import plan_of

    places, plan, config = box_of(data)
    try:
        ports = plan_of(config, places.secrets)
        runner.run(places, ports, config.sip, clock=MonotonicClock(plan.offset_us), stopped=stopped)
    except (SipError, OSError, ValueError) as error:
        raise CommandError(f"no SIP: {error}") from error


def jobs(data: Path, stopped: Stopped) -> None:
    from firmware.jobs import runner
    from firmware.prompts.sweeping import Sweeper
    from firmware.prompts.watch import Speaker

    places, plan, _ = box_of(data)
    clock = MonotonicClock(plan.offset_us)
    with Speaker(places).often(Sweeper(places, clock.wall_us).look):
        runner.run(places, clock=clock, wall_us=clock.wall_us, stopped=stopped)


def world(data: Path, stopped: Stopped) -> None:
    """Simulated boxes only: the lines, the exchange and everybody who telephones."""
    from firmware.cli.cards import shared_wire
    from firmware.cli.files import load_scenario
    from hwsim.world import runner

    places, plan, _ = box_of(data)
    if not plan.sim:
        raise CommandError(
            "this box has real lines; a world is only simulated with `tipring run --sim BENCH.toml`"
        )
    scenario = load_scenario(Path(plan.sim))
    clock = MonotonicClock(plan.offset_us)
    wire = shared_wire(places, scenario.config)
    runner.run(scenario, wire, places.world_socket, clock=clock, stopped=stopped)


def box_of(data: Path) -> tuple[Places, BoxPlan, Config]:
    """Raises CommandError where there is no box to run."""
    places = Places(data)
    plan = read_plan(places)
    found = newest(places.config_db)
    if found is None:
        raise CommandError(f"{data} has no configuration: start the box with `tipring run`")
    return places, plan, found.config
