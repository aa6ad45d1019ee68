"""Prometheus' text format 0.0.4, gathered from the status files, heartbeats and locks of a box."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from firmware.cli.box_now import box_now_us
from firmware.cli.metrics.families import BY_ROLE, Family, Shape, families, values
from firmware.cli.process_memory import held
from firmware.cli.told import read_told
from firmware.protocol.heartbeat import last_beat_us
from firmware.protocol.meters import meters_path, read_meters
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, role_is_held

STATUSES = {
    "switch": ("firmware.switch.runner", "SwitchStatus"),
    "engine": ("firmware.engine.process.status", "EngineStatus"),
    "recorder": ("firmware.protocol.recorder_status", "RecorderStatus"),
    "archive": ("firmware.archive.health", "ArchiveStatus"),
    "jobs": ("firmware.jobs.runner", "JobsStatus"),
    "gate": ("firmware.gate.status", "GateStatus"),
    "sip": ("firmware.sip.status", "SipStatus"),
    "guardian": ("firmware.cli.guardian_status", "GuardianStatus"),
}
"""Who writes a status file, and where the struct in it is written."""
Sample = tuple[dict[str, str], float]


def _by_role(name: str, says: str) -> Family:
    return Family(name, "gauge", says, (), Shape.TABLE, BY_ROLE)


UP = _by_role("tipring_up", "1 while a process has the role.")
BEAT_AGE = _by_role("tipring_heartbeat_age_seconds", "How long ago the role's loop came round.")
RESIDENT = _by_role("tipring_resident_bytes", "Memory of the role's process, shared pages counted by share.")
DESCRIPTORS = _by_role("tipring_open_descriptors", "Files, sockets and pipes the role's process has open.")
OF_PROCESSES = (UP, BEAT_AGE, RESIDENT, DESCRIPTORS)
PORT = "port"


def _by_port(name: str, says: str) -> Family:
    return Family(name, "gauge", says, (), Shape.TABLE, PORT)


OF_LINES: Mapping[str, Family] = {
    "volts": _by_port("tipring_port_volts", "Voltage at the port, as its chip measures it."),
    "milliamps": _by_port("tipring_port_milliamperes", "Loop current."),
    "level_from": _by_port("tipring_port_level_from_dbm0", "Level from the port while it is used."),
    "level_to": _by_port("tipring_port_level_to_dbm0", "Level to the port while it is used."),
    "return_loss": _by_port(
        "tipring_port_echo_return_loss_db", "Echo return loss of the present call or the last."
    ),
    "state": _by_port("tipring_port_state", "0 nothing works there, 1 idle, 2 in use, 3 rings."),
    "alarms": _by_port(
        "tipring_port_alarms",
        "Sum of the alarms that stand: 1 no battery, 2 shared, 4 weak current, 8 short circuit, 16 chip, 32 overload, "
        "64 given up, 128 away.",
    ),
}
"""By figure of `firmware.protocol.meters.NOW`; the label is card and slot."""


def all_families() -> list[Family]:
    """Every family there can be, in the order of the text."""
    return [
        *OF_PROCESSES,
        *OF_LINES.values(),
        *(one for role, where in STATUSES.items() for one in families(role, *where)),
    ]


def gather(places: Places) -> str:
    """The present figures of the box; of a box that does not run, which roles do not."""
    found: dict[str, tuple[Family, list[Sample]]] = {}
    for family, sample in (*_processes(places), *_ports(places), *_statuses(places)):
        found.setdefault(family.name, (family, []))[1].append(sample)
    return "".join(line + "\n" for family, samples in found.values() for line in _lines(family, samples))


def _statuses(places: Places) -> Iterator[tuple[Family, Sample]]:
    for role, where in STATUSES.items():
        told = read_told(places, role)
        for family in families(role, *where):
            for sample in values(family, told):
                yield family, sample


def _processes(places: Places) -> Iterator[tuple[Family, Sample]]:
    now_us = box_now_us(places)
    for role in ROLES:
        labels = {BY_ROLE: role}
        yield UP, (labels, float(role_is_held(places.run, role)))
        beat_us = last_beat_us(places.beat(role))
        if beat_us is not None and now_us is not None:
            yield BEAT_AGE, (labels, max(0, now_us - beat_us) / 1e6)
    for role, process in sorted(read_told(places, "guardian").get("running", {}).items()):
        try:
            now = held(process)
        except OSError:
            continue
        yield RESIDENT, ({BY_ROLE: role}, now.pss_kib * 1024.0)
        yield DESCRIPTORS, ({BY_ROLE: role}, float(now.descriptors))


def _ports(places: Places) -> Iterator[tuple[Family, Sample]]:
    """Figures that are known, of ports something is plugged into."""
    told = read_meters(meters_path(places)) if role_is_held(places.run, "switch") else None
    if told is None:
        return
    names = [f"{card.name}/{slot}" for card in told.cards for slot in range(1, card.ports + 1)]
    for figure, family in OF_LINES.items():
        for name, kind, value in zip(
            names, told.rows["kind"].tolist(), told.rows[figure].tolist(), strict=True
        ):
            if kind and not math.isnan(value):
                yield family, ({PORT: name}, float(value))


def _lines(family: Family, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}"
    yield f"# TYPE {family.name} {family.kind}"
    for labels, value in samples:
        inner = ",".join(f'{name}="{_escaped(text, quote=True)}"' for name, text in labels.items())
        yield f"{family.name}{{{inner}}} {value:.12g}" if inner else f"{family.name} {value:.12g}"


def _escaped(text: str, *, quote: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quote else text
