"""Day, night and holiday service: which mode a service is in, and the key that says otherwise."""

from __future__ import annotations

from datetime import date

from firmware.config.schema import Service
from firmware.engine import calls, targets
from firmware.engine.hours import calendar
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

DAY, NIGHT, HOLIDAY = "day", "night", "holiday"
MODES = {"0": "", "1": DAY, "2": NIGHT, "3": HOLIDAY}
KEYED = "keyed"


def mode_of(turn: Turn, service: Service) -> tuple[str, str]:
    """The mode now, and why: `keyed`, an exception's or a holiday's name, `calendar`. Day while no clock was set."""
    keyed = turn.state.dialling.services.get(service.id, "")
    offset_us = turn.board.wall_us
    if keyed:
        return keyed, KEYED
    return by_calendar(turn, service, turn.at_us + offset_us) if offset_us is not None else (DAY, "no-clock")


def by_calendar(turn: Turn, service: Service, wall_us: int) -> tuple[str, str]:
    zone = turn.plan.config.site.zone
    today = calendar.day_of(wall_us, zone)
    if today in service.exceptions:
        return service.exceptions[today], "exception"
    if today in service.holidays:
        return HOLIDAY, service.holidays[today] or HOLIDAY
    hours = turn.plan.hours.get(service.hours)
    is_open = hours is None or calendar.is_open(hours, wall_us, zone)
    return (DAY if is_open else NIGHT), "calendar"


def target_of(service: Service, mode: str) -> str:
    by_night = service.night
    return {DAY: service.day, NIGHT: by_night, HOLIDAY: service.holiday or by_night}.get(mode, "")


def enter(turn: Turn, call: Call, leg: Leg, name: str) -> None:
    """A caller comes to a service; one that is not there ends with a last word, as every target does."""
    service = turn.plan.services.get(name)
    if service is None:
        turn.fact(f.AttemptRefused(call.id, f"service:{name}", "no-such-service", Cause.NO_ROUTE))
        targets.go(turn, call, leg, "")
        return
    mode, why = mode_of(turn, service)
    turn.fact(f.ServiceEntered(call.id, service.id, mode, why))
    targets.go(turn, call, leg, target_of(service, mode))


# -- the key ----------------------------------------------------------------------------------------


def keyed(turn: Turn, leg: Leg, key: str) -> None:
    """Feature `service`: all services this telephone may switch go into the mode."""
    own = [one for one in turn.plan.config.services if leg.party in one.telephones]
    if not own or key not in MODES:
        turn.fact(f.AttemptRefused(leg.call, f"service:{key}", "not-allowed", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "not-allowed")
        return
    for service in own:
        switch(turn, service, MODES[key], leg.party)
    calls.farewell(turn, leg, *(f"service-{mode_of(turn, one)[0]}" for one in own[:1]))


def switch(turn: Turn, service: Service, mode: str, by: str) -> None:
    """`mode` empty: by the calendar."""
    turn.fact(f.ServiceSwitched(service.id, mode, by))
    _arm(turn, service, mode)


def arm(turn: Turn) -> None:
    """After the clock or the configuration changed: what is keyed lasts till the calendar's change as it is now."""
    for service in turn.plan.config.services:
        _arm(turn, service, turn.state.dialling.services.get(service.id, ""))


def clock_moved(turn: Turn, before_us: int | None) -> None:
    """`before_us`: the former clock's offset. Set past a change of the calendar, it ends what was keyed."""
    offset_us = turn.board.wall_us
    if before_us is None or offset_us is None:
        return
    for service in turn.plan.config.services:
        was, _ = by_calendar(turn, service, turn.at_us + before_us)
        now, _ = by_calendar(turn, service, turn.at_us + offset_us)
        if was != now and service.keyed_until != "cancelled":
            lapsed(turn, service.id)


def _arm(turn: Turn, service: Service, mode: str) -> None:
    timer = f"service:{service.id}"
    offset_us = turn.board.wall_us
    lasts = service.keyed_until == "cancelled" or offset_us is None
    change_us = None if lasts or offset_us is None else _next_change_us(turn, service, turn.at_us + offset_us)
    if mode and change_us is not None and offset_us is not None:
        turn.fact(f.TimerSet(timer, change_us - offset_us))
    else:
        turn.clear(timer)


def lapsed(turn: Turn, name: str) -> None:
    """Timer `service`: the calendar changed, what was keyed is over."""
    turn.clear(f"service:{name}")
    if name in turn.state.dialling.services:
        turn.fact(f.ServiceSwitched(name, "", "calendar"))


def _next_change_us(turn: Turn, service: Service, wall_us: int) -> int | None:
    """When the calendar's mode is next another one."""
    now, _ = by_calendar(turn, service, wall_us)
    zone = turn.plan.config.site.zone
    hours = turn.plan.hours.get(service.hours)
    dates = (*service.holidays, *service.exceptions)
    days = {one for text in dates for one in calendar.midnights_us(date.fromisoformat(text), zone)}
    at_us = wall_us
    for _ in range(calendar.LOOK_AHEAD_DAYS):
        changes = [one for one in days if one > at_us]
        change_us = calendar.next_change_us(hours, at_us, zone) if hours is not None else None
        changes += [change_us] if change_us is not None else []
        if not changes:
            return None
        at_us = min(changes)
        if by_calendar(turn, service, at_us)[0] != now:
            return at_us
    return None
