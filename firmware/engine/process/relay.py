"""How one process of the engine follows another: a copy that stands by, a new version, a stand-in of supervisord's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.process.runner import EngineProcess
from firmware.engine.process.service import Wish
from firmware.engine.process.standby import Standby, fork_off
from firmware.engine.process.switch_link import ROLE
from firmware.protocol.places import Places

if TYPE_CHECKING:
    from drivers.ports import Clock


def run(
    places: Places,
    box: str,
    *,
    clock: Clock,
    wall: WallLook,
    stopped: Callable[[], bool],
    try_out: Sequence[str] = (),
    is_child: Callable[[], bool] = lambda: False,
) -> bool:
    """Returns after `stopped()`, or True when this process shall go on as the new version (`os.exec`).

    `is_child` says whether this process is the one that supervisord looks after. Such a one has a copy that stands by
    (should it die, this returns in the copy), and gives its role away to nobody but itself as a new version.
    """
    process = EngineProcess(places, box, clock, wall, try_out=try_out, is_child=is_child)
    standby = Standby(places.run, ROLE, clock.now_us())
    try:
        while not stopped():
            process.step()
            copied = process.may_be_copied and is_child()
            if copied and standby.keep(clock.now_us(), process.let_go):
                process = EngineProcess(places, box, clock, wall, try_out=try_out, is_child=is_child)
                standby = Standby(places.run, ROLE, clock.now_us())
            if process.service.wish is Wish.GO_ON:
                continue
            standby.end()
            reload = process.service.wish is Wish.RELOAD
            if not (reload and is_child()):
                process.hand_over()
                return reload
            if fork_off(places.run, ROLE):
                return True  # its copy decides on, till the new version has everything ready and asks for the role
            process.service.wish = Wish.GO_ON
        standby.end()
        process.end()
    finally:
        process.let_go()
    return False
