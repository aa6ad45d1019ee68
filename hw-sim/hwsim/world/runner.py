"""The world's process of a simulated box in real time: a look every 5 ms, a block every 20 ms, the desk's socket."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drivers.ports import CYCLE_US, TICK_US, Clock
from hwsim.scenario import Scenario
from hwsim.wire import Wire
from hwsim.world.control import Control
from hwsim.world.desk import Desk
from hwsim.world.diary import Diary
from hwsim.world.world import World

BEHIND_US = 2_500
"""Strategy: the chips' process publishes a block just before its end and needs the next 5 ms later; we look
between."""
DIARY_ENTRIES = 20_000


def run(scenario: Scenario, wire: Wire, control: Path, *, clock: Clock, stopped: Callable[[], bool]) -> None:
    """Play the scenario from now on, until `stopped()`. Raises OSError where the socket cannot be made."""
    start_us = -(-clock.now_us() // TICK_US) * TICK_US
    world = World(scenario, wire, start_us=start_us, diary=Diary(DIARY_ENTRIES))
    speaking = ThreadPoolExecutor(1, thread_name_prefix="speech")
    desk = Control(control, Desk(world, speaking.submit))
    at_us = start_us
    try:
        while not stopped():
            clock.wait_until(at_us + BEHIND_US)
            world.advance(at_us)
            desk.poll()
            at_us = max(at_us + CYCLE_US, (clock.now_us() - BEHIND_US) // CYCLE_US * CYCLE_US)
    finally:
        desk.close()
        speaking.shutdown(wait=False, cancel_futures=True)
