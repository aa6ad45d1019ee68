"""The simulated bench: telephones and outside callers to be played by hand; there is none at a real box."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from firmware.config.expanded import SIP_CARD, expanded
from firmware.config.schema import Config, Extension
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("bench", __name__, url_prefix="/bench")
TONES = ("dial", "special-dial", "ringback", "busy", "congestion", "special-information", "call-waiting",
         "confirm", "howler", "beep")  # fmt: skip
STATES = ("ringing", "listening", "gone", "busy", "released", "left", "forgotten")
FAILS = ("lift", "hang", "flash", "dial", "say", "ring")
KEYS = (("1", ""), ("2", "ABC"), ("3", "DEF"), ("4", "GHI"), ("5", "JKL"), ("6", "MNO"), ("7", "PQRS"), ("8", "TUV"),
        ("9", "WXYZ"), ("*", ""), ("0", "+"), ("#", ""))  # fmt: skip


@BLUEPRINT.get("")
@needs(Right.WORK)
def show() -> ResponseReturnValue:
    if not the_site().is_sim:
        abort(404)
    config = expanded(the_site().config)
    return render_template(
        "bench/show.html",
        numbers=_numbers(config),
        telephones={one.number: one.name for one in config.extensions},
        softphones=_softphones(config),
        captions=captions(config), site_language=config.site.language or "en",
        sip_port=config.sip.udp_port or config.sip.tcp_port,
        tones=TONES, states=STATES, fails=FAILS, keys=KEYS,
    )  # fmt: skip


def _numbers(config: Config) -> list[tuple[str, str]]:
    """(number, lines that have it); the one with the fewest lines, which nobody else may be ringing, first."""
    lines: dict[str, list[str]] = {}
    for line in config.lines:
        lines.setdefault(line.number or line.name, []).append(line.name)
    ordered = sorted(lines.items(), key=lambda one: len(one[1]))
    return [(number, ", ".join(names)) for number, names in ordered]


def captions(config: Config) -> dict[str, dict[str, str]]:
    """What a flow says, to be read: `flow/node` → language → text. Prompts that are recordings alone have none."""
    from firmware.prompts.render import builtin_texts, config_texts  # heavy, and no matter of a real box

    texts: dict[str, dict[str, str]] = {}
    for one in (*builtin_texts(), *config_texts(config)):
        texts.setdefault(one.prompt, {})[one.language] = one.text
    return {
        f"{flow.id}/{node.id}": texts[node.prompt]
        for flow in config.flows
        for node in flow.nodes
        if node.prompt in texts
    }


def _softphones(config: Config) -> list[Extension]:
    sip = {card.name for card in config.cards if card.kind == SIP_CARD}
    return [one for one in config.extensions if one.card in sip]
