"""Ports, trunks and the processes that have them, as they stand now; never who talks with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firmware.cli.line_look import PortLook, look_at_lines
from firmware.cli.told import read_told
from firmware.config.schema import Config
from firmware.protocol.order_format import StateView
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held
from webui.language import t
from webui.site import the_site

Row = Mapping[str, Any]


def ports() -> list[PortLook]:
    """With their meters; nothing where no switch tells."""
    return look_at_lines(the_site().places, the_site().config) or []


def now() -> dict[str, Any]:
    """Each line, trunk and telephone with its state; what switch and SIP process tell."""
    site = the_site()
    view = site.live.view
    rows = [*_lines(site.config, view), *_telephones(site.config, view)]
    facts = [{"name": name, "text": text, "is_well": well} for name, text, well in _facts(site.places)]
    return {"rows": rows, "facts": facts}


def _lines(config: Config, view: StateView | None) -> Iterator[Row]:
    calls = [call.line for call in view.calls] if view else []
    ports = [("line", one.name, f"{one.card} {one.slot}") for one in config.lines]
    ports += [("trunk", one.name, one.card) for one in config.trunks]
    for kind, name, where in ports:
        count = calls.count(name)
        state = "unknown" if view is None else "busy" if count else "idle"
        yield {"kind": kind, "name": name, "where": where, "state": state, "calls": count}


def _telephones(config: Config, view: StateView | None) -> Iterator[Row]:
    phases = {leg.party: leg.phase for call in view.calls for leg in call.parts} if view else {}
    for one in config.extensions:
        phase = phases.get(one.number, "")
        state = "idle" if not phase else "rings" if phase in ("ringing", "alerting") else "busy"
        where = f"{one.card} {one.slot}" if one.slot else one.card
        yield {
            "kind": "extension", "name": one.number, "where": where, "state": state if view else "unknown",
            "calls": int(bool(phase)),
        }  # fmt: skip


def _facts(places: Places) -> Iterator[tuple[str, str, bool]]:
    """(name, what is told, whether it is well) of the processes that have the ports."""
    switch, sip = read_told(places, "switch"), read_told(places, "sip")
    if not switch or not role_is_held(places.run, "switch"):
        yield t("lines.switch"), t("lines.away"), False
    else:
        pace, fill = switch.get("pace", {}), float(switch.get("audio_ring_fill", 0.0))
        late = int(pace.get("late_ticks", 0)) if isinstance(pace, dict) else 0
        is_up = bool(switch.get("engine_up"))
        yield t("lines.switch"), t("lines.runs"), True
        yield t("lines.decides"), t("lines.yes") if is_up else t("lines.no"), is_up
        yield t("lines.late"), str(late), late == 0
        for name in ("slips", "tape_lost_blocks", "last_resort_calls"):
            count = int(switch.get(name, 0))
            yield t(f"lines.{name}"), str(count), count == 0
        yield t("lines.tape"), f"{fill:.0%}", fill <= 0.5
        for text in switch.get("findings", ()):
            yield t("lines.finding"), str(text), False
    if sip and role_is_held(places.run, "sip"):
        yield t("lines.sip-telephones"), str(sip.get("telephones", 0)), True
        yield t("lines.sip-trunks"), str(sip.get("trunks", 0)), True
        for text in sip.get("findings", ()):
            yield t("lines.finding"), str(text), False
