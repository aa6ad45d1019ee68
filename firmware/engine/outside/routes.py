"""Which line an outgoing call takes, and why: routes by number, kind, time and price, groups of lines and their limits.

Without any route all lines serve, in the dial plan's order. With routes the cheapest that fits comes first; within one
the lines stand in order. A line that is in use, in alarm, or was tried in vain for this call is passed by; what was
passed by is told with the choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from firmware.config.schema import LineGroup, Route
from firmware.engine.dialling import classes, numbers
from firmware.engine.state import Call
from firmware.engine.turn import Turn
from firmware.protocol.names import LegRole

NO_ROUTE = "no-route"
"""No route fits the number at this time: nothing to do with busy lines."""
MOST_TOLD = 12
"""Lines passed by that are named with a choice."""


class Choice(Struct, frozen=True):
    """A line (`port` -1: none) and what is dialled on it; `why` as one sentence of data."""

    port: int = -1
    line: str = ""
    route: str = ""
    digits: str = ""
    cost: float = 0.0
    why: str = ""


class _Way(Struct, frozen=True):
    route: Route
    line: str
    group: LineGroup | None = None


def choose(turn: Turn, call: Call, number: str) -> Choice:
    """The first line that can be had for `number`; never an emergency call's matter."""
    passed: list[str] = []
    fits = False
    for way in _ways(turn, number):
        fits = True
        port = turn.plan.line_ports.get(way.line, -1)
        hindrance = _hindrance(turn, call, port, way.group)
        if not hindrance:
            return Choice(port, way.line, way.route.id, *_sent(way.route, number), _why(way, passed))
        passed.append(f"{way.line} {hindrance}")
    return Choice(why=_told(passed) if fits else NO_ROUTE)


def _ways(turn: Turn, number: str) -> Iterator[_Way]:
    """All lines in the order they would be used, each as part of its route."""
    config = turn.plan.config
    if not config.routes:
        everywhere = Route(id="")
        for port in turn.plan.outgoing:
            yield _Way(everywhere, turn.plan.line_name(port))
        return
    kind = numbers.classify(number, config.dial_plan, config.site)
    written = classes.forms(turn, number)
    fitting = [one for one in config.routes if _fits(turn, one, written, kind)]
    for route in sorted(fitting, key=lambda one: one.cost):
        yield from _of_route(turn, route)


def _fits(turn: Turn, route: Route, written: tuple[str, ...], kind: str) -> bool:
    by_kind = not route.kinds or kind in route.kinds
    by_number = not route.numbers or classes.longest(route.numbers, written) >= 0
    return by_kind and by_number and classes.now_in(turn, route.hours)


def _of_route(turn: Turn, route: Route) -> Iterator[_Way]:
    for name in route.lines:
        group = turn.plan.line_groups.get(name)
        if group is None:
            yield _Way(route, name)
            continue
        for line in group.lines:
            yield _Way(route, line, group)


def _hindrance(turn: Turn, call: Call, port: int, group: LineGroup | None) -> str:
    """Why this line cannot be had now; empty when it can."""
    line, now = turn.plan.lines.get(port), turn.state.port(port)
    if line is None or not line.outgoing:
        return "not for outgoing calls"
    if port in call.tried:
        return "tried"
    if now.alarm:
        return f"alarm {now.alarm}"
    if now.leg:
        return "in use"
    return "group full" if group is not None and _full(turn, group) else ""


def _full(turn: Turn, group: LineGroup) -> bool:
    ports = [turn.plan.line_ports.get(name, -1) for name in group.lines]
    legs = [turn.leg_at(port) for port in ports]
    going_out = sum(leg is not None and leg.role is LegRole.TRUNK for leg in legs)
    return bool(group.most_calls) and going_out >= group.most_calls


def _sent(route: Route, number: str) -> tuple[str, float]:
    """What is dialled where it is not the number itself; the price."""
    sent = route.prefix + number[route.strip :]
    return (sent if sent != number else "", route.cost)


def _why(way: _Way, passed: list[str]) -> str:
    """For example `route cheap at 0.1, group mobile; passed by: L1 in use, L2 alarm no-battery`."""
    by = f"route {way.route.id} at {way.route.cost:g}" if way.route.id else "order of lines"
    group = f", group {way.group.id}" if way.group is not None else ""
    return by + group + (f"; passed by: {_told(passed)}" if passed else "")


def _told(passed: list[str]) -> str:
    more = f", {len(passed) - MOST_TOLD} more" if len(passed) > MOST_TOLD else ""
    return (", ".join(passed[:MOST_TOLD]) + more) or "no lines"
