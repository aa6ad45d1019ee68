"""How the box itself is: its ports as they measure themselves, and what the doctor finds."""

from __future__ import annotations

import msgspec
from msgspec import Struct, structs

from firmware.cli.doctor import examine
from firmware.cli.doctor.finding import Finding
from firmware.cli.line_look import PortLook, TrunkShown, look_at_trunks
from webui import ports
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Refused
from webui.api.scopes import Scope
from webui.language import language
from webui.site import the_site


class LineAlarm(Struct, frozen=True):
    """In the reader's language."""

    slug: str
    seen: str
    remedy: str


class LinePort(Struct, frozen=True):
    """A port and its meters. Figures that are not known are null."""

    card: str
    slot: int
    kind: str
    """`fxo`, `fxs`, `sip`, `sip-trunk`."""
    name: str
    """Of its line, or number of its telephone; empty: nobody has it."""
    state: str
    """`idle`, `used`, `rings`, `none` (nothing works there), `away` (a telephone that is not registered)."""
    volts: float | None
    milliamps: float | None
    level_from: float | None
    level_to: float | None
    return_loss: float | None
    alarms: list[LineAlarm]


class LineState(Struct, frozen=True):
    """A line, trunk or telephone of the configuration."""

    kind: str
    """`line`, `trunk`, `extension`."""
    name: str
    where: str
    state: str
    """`idle`, `busy`, `rings`, `unknown`."""
    calls: int


class LineFact(Struct, frozen=True):
    """What the switch and the SIP process say of themselves, in the reader's language."""

    name: str
    text: str
    is_well: bool


class Lines(Struct, frozen=True):
    ports: list[LinePort]
    """Empty: no switch tells."""
    lines: list[LineState]
    trunks: list[TrunkShown]
    facts: list[LineFact]


class HealthFinding(Struct, frozen=True):
    check: str
    """What was looked at."""
    slug: str
    well: bool
    seen: str
    """In the reader's language."""
    remedy: str


class Health(Struct, frozen=True):
    well: bool
    """Nothing is wrong."""
    findings: list[HealthFinding]
    """What is wrong stands first."""


def lines(given: Given) -> Answer:
    _of_house(given)
    now = ports.now()
    told = Lines(
        [_port(one) for one in ports.ports()],
        msgspec.convert(now["rows"], list[LineState]),
        look_at_trunks(the_site().places),
        msgspec.convert(now["facts"], list[LineFact]),
    )
    return Answer(told)


def health(given: Given) -> Answer:
    _of_house(given)
    found = sorted(examine(the_site().places), key=lambda one: one.well)
    told = [HealthFinding(one.check, one.slug, one.well, *one.said(language())) for one in found]
    return Answer(Health(all(one.well for one in told), told))


def _of_house(given: Given) -> None:
    """Agents have no such pages. Raises Refused."""
    if given.token.agent:
        raise Refused(403, "not-this-agent")


def _port(one: PortLook) -> LinePort:
    alarms = [LineAlarm(slug, *Finding(slug, one.data).said(language())) for slug in one.alarms]
    return LinePort(**structs.asdict(one) | {"alarms": alarms})


OPERATIONS = (
    Operation(
        name="lines", method="GET", path="/lines", scope=Scope.READ_LIVE, view=lines, answer=Lines,
        says="Ports, trunks and telephones: states, voltages, currents, levels, alarms.",
    ),
    Operation(
        name="health", method="GET", path="/health", scope=Scope.READ_LIVE, view=health, answer=Health,
        says="What the doctor finds, and what to do about it.",
    ),
)  # fmt: skip
