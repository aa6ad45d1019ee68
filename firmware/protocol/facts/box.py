"""Lines, disk, configuration, clock, timers: the box itself."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact

# -- the box ----------------------------------------------------------------------------------------


class LineChanged(Fact, frozen=True, tag=True):
    """A port became usable or not; `alarm` empty when all is well."""

    port: int
    alarm: str


class AllLinesBusy(Fact, frozen=True, tag=True):
    """All outside lines are taken (or free again): stands in for calls the exchange refused."""

    busy: bool


class DiskChanged(Fact, frozen=True, tag=True):
    """How full the disk is (`ample`, `warn`, `purge`, `full`) and why nothing is recorded (empty: it is)."""

    level: str
    stop: str = ""


class ConfigTaken(Fact, frozen=True, tag=True):
    """The configuration of input `ConfigApplied` is in force; `config` is its JSON text."""

    version: int
    author: str
    config: str = ""


class ClockTaken(Fact, frozen=True, tag=True):
    """Wall time is box time plus `offset_us`, known as well as `quality` says, in this boot of the machine."""

    offset_us: int
    quality: str
    boot: str = ""


class TimerSet(Fact, frozen=True, tag=True):
    """`timer` is named by what it is for, e.g. `ring:12`; setting again moves it."""

    timer: str
    at_us: int


class TimerCleared(Fact, frozen=True, tag=True):
    """The timer will not come."""

    timer: str


class EventsTaken(Fact, frozen=True, tag=True):
    """All switch events up to `number` of life `epoch` are taken; repeats are dropped."""

    epoch: int
    number: int


class SwitchLost(Fact, frozen=True, tag=True):
    """The switch began life `epoch`; what it carried is gone. Life `former` ticked last at `last_us`; 0: unknown."""

    epoch: int
    former: int = 0
    last_tick: int = 0
    last_us: int = 0


BoxFact = (
    LineChanged
    | AllLinesBusy
    | DiskChanged
    | ConfigTaken
    | ClockTaken
    | TimerSet
    | TimerCleared
    | EventsTaken
    | SwitchLost
)
