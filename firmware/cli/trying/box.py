"""A configuration as one caller meets it: a line of its own that leads into the flow, everything else as it is."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Card, Config, Line

CARD = "tried-flow"
LINE = "trial"


def with_line(config: Config, flow: str) -> tuple[Config, str]:
    """And the line's name: that of the first line which leads there, so that rules about lines hold.

    Called numbers and rules about callers are left out: they might lead the call elsewhere.
    """
    to = (flow, f"flow:{flow}")
    there = next((one for one in config.lines if one.flow == flow or one.target == to[1]), None)
    line = structs.replace(
        there or Line(name=LINE, card=CARD, slot=1),
        card=CARD,
        slot=1,
        flow=flow,
        target="",
        answer_after_rings=1,
    )
    others = tuple(one for one in config.lines if one.name != line.name)
    return (
        structs.replace(
            config,
            cards=(*(one for one in config.cards if one.name != CARD), Card(name=CARD, slots=("fxo",))),
            lines=(*others, line),
            dids=(),
            caller_rules=(),
        ),
        line.name,
    )
