"""Classes of service, routes, accounts, services and rooms: names that are there, and PINs that can be keyed."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.lines import Path
from firmware.config.references import missing
from firmware.config.schema import Config, DialPlan
from firmware.config.shape import BROKEN


def check_classes(config: Config) -> Iterator[Finding]:
    yield from _pins(config)
    yield from _routes(config)
    for at, given in enumerate(config.classes):
        for place, kind in enumerate(given.pin_for):
            if not given.pin:
                yield Finding(("class", at, "pin_for", place), say.PIN_FOR_NOTHING, {"kind": kind})
        if given.needs_account and config.dial_plan.accounts == "listed" and not config.accounts:
            yield Finding(("class", at, "needs_account"), say.NO_ACCOUNTS, {"name": given.id})
    for at, room in enumerate(config.rooms):
        if (room.chair_pin and room.chair_pin in (room.pin, BROKEN)) or (room.chair_pin and not room.pin):
            yield Finding(("room", at, "chair_pin"), say.CHAIR_PIN, {"name": room.id})
    yield from _speed_dial(config)


def _pins(config: Config) -> Iterator[Finding]:
    """What is keyed as a PIN or an account must not begin as a call for help does."""
    for at, given in enumerate(config.classes):
        yield from urgent(config.dial_plan, given.pin, f"the PIN of {given.id}", ("class", at, "pin"))
    for at, room in enumerate(config.rooms):
        for key in ("pin", "chair_pin"):
            yield from urgent(config.dial_plan, getattr(room, key), f"a PIN of {room.id}", ("room", at, key))
    for at, account in enumerate(config.accounts):
        yield from urgent(config.dial_plan, account.code, f"account {account.code}", ("account", at, "code"))


def urgent(plan: DialPlan, keys: str, what: str, path: Path) -> Iterator[Finding]:
    """Keys that begin with an emergency number, where only a pause could tell them from one."""
    if keys in ("", BROKEN):
        return
    for number in plan.emergency:
        if number and keys.startswith((number, plan.outside_prefix + number)):
            yield Finding(path, say.EMERGENCY_BEGINNING, {"what": what, "emergency": number})
            return


def _routes(config: Config) -> Iterator[Finding]:
    lines = {line.name: line.outgoing for line in config.lines}
    lines |= {trunk.name: trunk.outgoing for trunk in config.trunks}
    groups = dict.fromkeys(group.id for group in config.line_groups)
    for at, group in enumerate(config.line_groups):
        if group.id in lines and group.id != BROKEN:
            yield Finding(("line_group", at, "id"), say.GROUP_LIKE_LINE, {"name": group.id})
    for at, route in enumerate(config.routes):
        if not route.lines:
            yield Finding(("route", at), say.ROUTE_EMPTY, {"name": route.id})
        for place, name in enumerate(route.lines):
            path: Path = ("route", at, "lines", place)
            if name not in lines and name not in groups and name != BROKEN:
                yield missing(path, "line or line group", name, (*lines, *groups))
            elif lines.get(name) is False:
                yield Finding(path, say.LINE_NOT_OUT, {"name": name})


def _speed_dial(config: Config) -> Iterator[Finding]:
    """A stored code that stands for another stored code would lead nowhere."""
    code = config.features.speed_dial
    lists = [(("dial_plan", "speed_dial"), config.dial_plan.speed_dial)]
    for at, telephone in enumerate(config.extensions):
        lists.append((("extension", at, "speed_dial"), telephone.speed_dial))  # type: ignore[arg-type]
    for path, stored in lists:
        for pair, keys in stored.items():
            if keys.startswith("*") or (code not in ("", BROKEN) and keys.startswith(code)):
                yield Finding((*path, pair), say.SPEED_DIAL_CODE, {"value": keys})
