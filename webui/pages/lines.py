"""Cards, lines, trunks and telephones with what they do now. It tells of ports, never of who talks with whom."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.lines import ALARMS
from firmware.cli.doctor.wordings_lines import LINES
from firmware.cli.line_look import STATES as PORT_STATES
from firmware.cli.line_look import look_at_trunks, names_of
from firmware.config.schema import Config
from webui import ports
from webui.language import language, t
from webui.reports import line_past, plots
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("lines", __name__, url_prefix="/lines")
STATES = ("idle", "busy", "rings", "unknown")
COPPER = ("fxo", "fxs")
METERS = ("volts", "milliamps", "level_from", "level_to")
PORT_WORDS = ("no-alarm", "no-switch", "not-known", "of-mean", *METERS, "return_loss")


@BLUEPRINT.get("")
@needs(Right.LOOK_AT_LINES)
def show() -> ResponseReturnValue:
    config = the_site().config
    return render_template(
        "lines/show.html",
        cards=[(card, _slots(config, card.name, card.slots)) for card in config.cards],
        words={state: t(f"lines.{state}") for state in STATES},
        now=ports.now(),
        ports=ports.ports(),
        copper=COPPER,
        trunks=look_at_trunks(the_site().places),
        **_meter_words(),
    )


@BLUEPRINT.get("/<card>/<int:slot>")
@needs(Right.LOOK_AT_LINES)
def one(card: str, slot: int) -> ResponseReturnValue:
    """One port: its meters, its last day and its last thirty days."""
    site = the_site()
    if not any(there.name == card and 1 <= slot <= len(there.slots) for there in site.config.cards):
        abort(404)
    port = next((one for one in ports.ports() if (one.card, one.slot) == (card, slot)), None)
    now, zone = site.wall_us() // 60_000_000, site.config.site.zone
    root = site.places.root
    spans = {
        "day": line_past.last_day(root, card, slot, now, zone),
        "month": line_past.last_month(root, card, slot, now, zone),
    }
    name = names_of(site.config).get((card, slot), "")
    return render_template(
        "lines/one.html",
        card=card,
        slot=slot,
        name=name,
        port=port,
        spans=spans,
        plots=plots,
        **_meter_words(),
    )


@BLUEPRINT.get("/now")
@needs(Right.LOOK_AT_LINES)
def now() -> ResponseReturnValue:
    """JSON for the page: each port's state, and what switch and SIP process tell."""
    return ports.now()


def _meter_words() -> dict[str, Any]:
    """What both pages, and their script, say of meters."""
    chinese = language() == "zh"
    remedies = {slug: LINES[slug].zh_remedy if chinese else LINES[slug].en_remedy for slug in ALARMS}
    return {
        "alarms": {slug: t(f"lines.{slug}") for slug in ALARMS},
        "remedies": remedies,
        "states": {state: t(f"lines.port-{state}") for state in PORT_STATES.values()}
        | {"away": t("lines.port-away")},
        "port_words": {word: t(f"lines.{word}") for word in PORT_WORDS},
        "meters": METERS,
        "shown_alarm": lambda port, slug: Finding(slug, port.data).said(language())[0],
    }


def _slots(config: Config, card: str, kinds: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """(slot, what it is for, who has it) of a card of analog ports."""
    used = {one.slot: one.name for one in config.lines if one.card == card}
    used |= {one.slot: one.number for one in config.extensions if one.card == card and one.slot}
    return [(slot, kind, used.get(slot, "")) for slot, kind in enumerate(kinds, 1)]
