"""Defects planted into the processes of a box under test: `TIPRING_PLANTED` names one.

Python imports this at the start of every process whose path leads here; what is planted takes effect when its module is
imported.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any


def _dies_with_supervisord(module: Any) -> None:
    """No adoption: whoever has a role goes when the supervisord that started it goes."""
    take = module.take

    def mortal(*given: Any) -> Any:
        module._die_with_parent()
        return take(*given)

    module.take, module._outlive_parent = mortal, lambda: None


def _no_hang_check(module: Any) -> None:
    """The guardian looks, and sees nothing."""

    def look(self: Any, _now_us: int, seen: Any) -> str:
        self.pid = seen.pid
        return ""

    module.Watch.look = look


def _acts_before_it_remembers(module: Any) -> None:
    """The engine acknowledges and commands at once, and journals sixteen records at a time."""
    put = module.Journalling.put
    kept: list[Any] = []

    def later(self: Any, record: Any) -> None:
        kept.append(record)
        if len(kept) >= 16:
            for one in kept:
                put(self, one)
            kept.clear()

    module.Journalling.put = later


def _forgets_the_rings(module: Any) -> None:
    """A recorder that begins with empty rings: what its predecessor left in them is gone."""
    rings = module.Rings

    def emptied(*given: Any) -> Any:
        found = rings(*given)
        found.journal.drain()
        found.audio.drain()
        return found

    module.Rings = emptied


def _clears_what_rang(module: Any) -> None:
    """A new switch gives up what rings at SIP telephones."""
    module.SignalledTelephone._rings_on = lambda _, call: [module.s.ClearCall(call, 41)]


def _keeps_what_died(module: Any) -> None:
    """Calls that went with the SIP process are not told of."""
    lost = module.SipCard._lost

    def silent(self: Any) -> None:
        self._calls.clear()
        lost(self)

    module.SipCard._lost = silent


def _sip_hangs(module: Any) -> None:
    """No defect of the box: its SIP library does not return, once there is a file `hang` beside the heartbeats."""
    step = module.SipProcess.step

    def hangs(self: Any, *given: Any) -> None:
        hang = self._places.run / "hang"
        if hang.exists():
            hang.unlink()
            signal.pause()
        step(self, *given)

    module.SipProcess.step = hangs


PLANTS: Mapping[str, tuple[str, Callable[[Any], None]]] = {
    "dies-with-supervisord": ("firmware.cli.stand_in", _dies_with_supervisord),
    "no-hang-check": ("firmware.cli.guardian_watch", _no_hang_check),
    "acts-before-it-remembers": ("firmware.engine.process.journalling", _acts_before_it_remembers),
    "forgets-the-rings": ("firmware.recorder.runner", _forgets_the_rings),
    "clears-what-rang": ("firmware.switch.lines.signalled_telephone", _clears_what_rang),
    "keeps-what-died": ("drivers.cards.sip", _keeps_what_died),
    "sip-hangs": ("firmware.sip.process", _sip_hangs),
}


class _Planter(importlib.abc.MetaPathFinder):
    """Imports one module as ever, then changes it."""

    def __init__(self, name: str, plant: Callable[[Any], None]) -> None:
        self._name, self._plant = name, plant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_plant(module: ModuleType) -> None:
                execute(module)
                self._plant(module)

            spec.loader.exec_module = execute_and_plant  # type: ignore[method-assign]
        return spec


if os.environ.get("TIPRING_PLANTED"):
    sys.meta_path.insert(0, _Planter(*PLANTS[os.environ["TIPRING_PLANTED"]]))
