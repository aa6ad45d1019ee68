"""The configuration as processes use it: telephones on a SIP card have slots, and each channel of a trunk is a line.

What an admin writes of SIP names no slots: telephones come first, in order, then the channels of the trunks. Such a
card comes after those of copper. Where a trunk is named among lines, all its channels are meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from firmware.config.schema import Card, Config, Line, Trunk

SIP_CARD = "sip"
TELEPHONE, CHANNEL = "sip", "sip-trunk"
"""Kinds of slots of such a card."""


def expanded(config: Config) -> Config:
    """The same again where it was done before, or where there is no SIP."""
    cards = {card.name for card in config.cards if card.kind == SIP_CARD and not card.slots}
    if not cards:
        return config
    slots: dict[str, list[str]] = {name: [] for name in cards}
    telephones = tuple(
        structs.replace(one, slot=_next(slots, one.card, TELEPHONE)) if one.card in cards else one
        for one in config.extensions
    )
    channels = {
        trunk.name: tuple(
            _channel(trunk, number, _next(slots, trunk.card, CHANNEL))
            for number in range(1, trunk.channels + 1)
        )
        for trunk in config.trunks
        if trunk.card in cards
    }
    return structs.replace(
        _named(config, channels),
        cards=tuple(
            sorted((_card(card, slots) for card in config.cards), key=lambda card: card.name in cards)
        ),
        extensions=telephones,
        lines=(*config.lines, *(line for lines in channels.values() for line in lines)),
    )


def trunk_of(line: str) -> str:
    """The trunk whose channel a line is; the line itself where it is none."""
    name, dot, number = line.rpartition(".")
    return name if dot and number.isdecimal() else line


def _next(slots: dict[str, list[str]], card: str, kind: str) -> int:
    slots[card].append(kind)
    return len(slots[card])


def _card(card: Card, slots: Mapping[str, list[str]]) -> Card:
    return structs.replace(card, slots=tuple(slots[card.name])) if card.name in slots else card


def _channel(trunk: Trunk, number: int, slot: int) -> Line:
    return Line(
        name=f"{trunk.name}.{number}",
        card=trunk.card,
        slot=slot,
        number=trunk.number,
        flow=trunk.flow,
        target=trunk.target,
        shown_prefix=trunk.shown_prefix,
        hangup=(),
        answer="reversal",
        dial_tone_within_s=0.0,
        dial_without_tone=True,
        outgoing=trunk.outgoing,
        music=trunk.music,
        gain_in_db=trunk.gain_in_db,
        gain_out_db=trunk.gain_out_db,
    )


def _named(config: Config, channels: Mapping[str, tuple[Line, ...]]) -> Config:
    """Names of trunks among lines become the names of their channels."""

    def names(given: Iterable[str]) -> tuple[str, ...]:
        found: list[str] = []
        for name in given:
            found += [line.name for line in channels[name]] if name in channels else [name]
        return tuple(found)

    return structs.replace(
        config,
        dial_plan=structs.replace(config.dial_plan, outgoing_order=names(config.dial_plan.outgoing_order)),
        routes=tuple(structs.replace(one, lines=names(one.lines)) for one in config.routes),
        line_groups=tuple(structs.replace(one, lines=names(one.lines)) for one in config.line_groups),
        routing=tuple(structs.replace(one, lines=names(one.lines)) for one in config.routing),
        caller_rules=tuple(structs.replace(one, lines=names(one.lines)) for one in config.caller_rules),
    )
