"""The ports of a running box as they measure themselves now, with the names people gave them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import msgspec
from msgspec import Struct

from firmware.cli.told import read_told
from firmware.config.expanded import expanded
from firmware.config.schema import Config
from firmware.protocol.meters import Alarm, Meters, PortClass, PortState, Rows, meters_path, read_meters
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

STATES: Mapping[int, str] = {
    PortState.NONE: "none",
    PortState.IDLE: "idle",
    PortState.USED: "used",
    PortState.RINGS: "rings",
}
SLUGS: Mapping[Alarm, str] = {
    Alarm.NO_BATTERY: "line-no-battery",
    Alarm.SHARED: "line-shared",
    Alarm.WEAK: "line-weak",
    Alarm.SHORT: "line-short",
    Alarm.CHIP: "line-chip",
    Alarm.OVERLOAD: "line-overload",
    Alarm.GIVEN_UP: "line-given-up",
    Alarm.AWAY: "line-away",
}
"""Of the doctor's words."""


OF_CHIPS = Alarm.CHIP | Alarm.GIVEN_UP | Alarm.OVERLOAD | Alarm.SHORT
"""The only ones of a port nobody has: nothing need be plugged in there."""


Names = Mapping[tuple[str, int], str]
"""By (card, slot)."""
TRUNKS = "sip-trunks"
"""Whose status file tells of trunks."""


class PortLook(Struct, frozen=True):
    """One port. Figures that are not known are None."""

    card: str
    slot: int
    """From 1."""
    kind: str
    """`fxo`, `fxs`, `sip`, `sip-trunk`."""
    name: str
    """Of its line, or number of its telephone; empty: nobody has it."""
    state: str
    """`idle`, `used`, `rings`, `none` (nothing works there), `away` (a telephone that is not registered)."""
    volts: float | None
    """As the chip says: the sign is the polarity."""
    milliamps: float | None
    level_from: float | None
    """dBm0, from the port; only while it is used."""
    level_to: float | None
    return_loss: float | None
    """Echo return loss in dB, of the present call or the last."""
    alarms: tuple[str, ...]
    """Slugs of the doctor's words."""

    @property
    def place(self) -> str:
        return f"{self.card} {self.slot}"

    @property
    def called(self) -> str:
        return self.name or self.place

    @property
    def data(self) -> dict[str, object]:
        """For the words of an alarm."""
        current = "?" if self.milliamps is None else f"{abs(self.milliamps):.0f}"
        return {"name": self.called, "place": self.place, "milliamps": current}


def look_at_lines(places: Places, config: Config) -> list[PortLook] | None:
    """All ports something is plugged into, in order; None: no switch tells."""
    return look_at_ports(places, lambda: names_of(config))


def look_at_ports(places: Places, names: Callable[[], Names]) -> list[PortLook] | None:
    """The same for whoever looks often and keeps the names."""
    told = read_meters(meters_path(places)) if role_is_held(places.run, "switch") else None
    return None if told is None else list(ports_of(told, names()))


def ports_of(told: Meters, names: Names) -> Iterator[PortLook]:
    row = 0
    for card in told.cards:
        for slot in range(1, card.ports + 1):
            kind = PortClass(int(told.rows["kind"][row]))
            if kind is not PortClass.NONE:
                yield _port(card.name, slot, kind, names.get((card.name, slot), ""), told.rows[row : row + 1])
            row += 1


class TrunkShown(Struct, frozen=True):
    """A SIP trunk as its process tells of it: see `firmware.sip.trunk_watch.TrunkLook`."""

    name: str
    way: str
    up: bool
    reason: str = ""
    round_trip_ms: float | None = None
    calls: int = 0
    lost_percent: float | None = None
    jitter_ms: float | None = None


def look_at_trunks(places: Places) -> list[TrunkShown]:
    """Nothing where SIP does not run."""
    told = read_told(places, TRUNKS) if role_is_held(places.run, "sip") else {}
    try:
        return msgspec.convert(told.get("trunks", []), list[TrunkShown])
    except msgspec.ValidationError:
        return []


def names_of(config: Config) -> Names:
    """Of every line and telephone."""
    whole = expanded(config)
    found = {(one.card, one.slot): one.number for one in whole.extensions}
    return found | {(one.card, one.slot): one.name for one in whole.lines}


def _port(card: str, slot: int, kind: PortClass, name: str, rows: Rows) -> PortLook:
    row, alarms = rows[0], Alarm(int(rows["alarms"][0]))
    state = STATES.get(int(row["state"]), "none")
    if alarms & Alarm.AWAY and kind is PortClass.SIP:
        state, alarms = "away", alarms & ~Alarm.AWAY
    if alarms & Alarm.GIVEN_UP:
        alarms &= ~Alarm.CHIP
    if not name:
        alarms &= OF_CHIPS
    return PortLook(
        card=card,
        slot=slot,
        kind=kind.name.lower().replace("_", "-"),
        name=name,
        state=state,
        volts=_known(row["volts"]),
        milliamps=_known(row["milliamps"]),
        level_from=_known(row["level_from"]),
        level_to=_known(row["level_to"]),
        return_loss=_known(row["return_loss"]),
        alarms=tuple(slug for alarm, slug in SLUGS.items() if alarms & alarm),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 1)
