"""The engine's step tables as part of the page about the machines."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from firmware.engine import engine, steps
from firmware.engine.ivr import nodes

Rows = Mapping[Any, Callable[..., Any]]
HEAD = """## The engine's steps

The engine has no machine objects: a leg's `phase` is a fact like any other. One input is looked up in these tables of
`firmware.engine.steps`, `firmware.engine.engine` and `firmware.engine.ivr.nodes`.
"""


def sections() -> Iterator[str]:
    yield HEAD
    yield _table("Inputs", ("input",), {(one.__name__,): step for one, step in engine.DECIDE.items()})
    yield _table("Events whatever the leg does", ("event",), _by_class(steps.ALWAYS))
    yield _table("Events at a port without a leg", ("event",), _by_class(steps.IDLE))
    at_leg = {(str(phase), kind.__name__): step for (kind, phase), step in steps.STEPS.items()}
    yield _table("Events at a port with a leg", ("phase of the leg", "event"), dict(sorted(at_leg.items())))
    yield _table(
        "When a player ended", ("purpose",), {(name,): step for name, step in steps.AFTER_PLAY.items()}
    )
    timers = {(name,): step for name, step in steps.NUMBERED_TIMERS.items()}
    yield _table("Timers (`name:number`)", ("timer",), timers)
    yield _table("Nodes of a flow", ("kind",), {(name,): step for name, step in nodes.KINDS.items()})


def _by_class(table: Mapping[type, Callable[..., Any]]) -> Rows:
    return {(kind.__name__,): step for kind, step in table.items()}


def _table(title: str, heads: tuple[str, ...], rows: Rows) -> str:
    lines = [f"### {title}\n", f"| {' | '.join(heads)} | step |", "|---" * (len(heads) + 1) + "|"]
    for names, step in rows.items():
        cells = [f"`{name}`" if name else "(none)" for name in names]
        lines.append(f"| {' | '.join(cells)} | `{_name(step)}` |")
    return "\n".join(lines) + "\n"


def _name(step: Callable[..., Any]) -> str:
    """`module.function`; of a wrapped step, the one inside."""
    inner = inspect.getclosurevars(step).nonlocals.get("handler") if inspect.isfunction(step) else None
    found = step if inner is None else inner
    return f"{found.__module__.rpartition('.')[2]}.{found.__qualname__}"
