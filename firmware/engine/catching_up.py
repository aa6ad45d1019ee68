"""Events that waited for an engine: each is taken in its own time, with the timers between them.

So calls have the lengths they had. What the engine orders reaches lines and bells only now, so nothing is begun
there before it has heard everything (`State.behind_until_us`): who lifted, dialled and gave up is not dialled for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.inputs import AnyInput, FellBehind, FromSwitch

if TYPE_CHECKING:
    from firmware.engine.process.keeper import Keeper

LATE_US = 1_000_000
"""An event that was told so long ago has waited for an engine."""


def fell_behind(turn: Turn, given: FellBehind) -> None:
    turn.fact(f.CatchingUp(given.until_us))


def take(keeper: Keeper, given: FromSwitch, now_us: int, give: Callable[[AnyInput, int], object]) -> None:
    """Give one event at its own time; `now_us` is when it is taken. `give` is the keeper's, or around it."""
    engine = keeper.engine
    at_us = keeper.not_before(given.event.at_us)
    if now_us - at_us > LATE_US and engine.state.behind_until_us <= at_us:
        give(FellBehind(now_us), at_us)
    while (deadline_us := engine.deadline_us) is not None and deadline_us <= at_us:
        keeper.run_timers(keeper.not_before(deadline_us))
    give(given, at_us)
