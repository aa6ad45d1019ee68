"""Where things are in the box: which matrix row a card's slot is, which lines a number reaches."""

from __future__ import annotations

from firmware.config.dids import block_of
from firmware.config.expanded import SIP_CARD, expanded, trunk_of
from firmware.config.layout import port_of
from firmware.config.schema import Config


def line_ports(config: Config) -> dict[str, int]:
    """Row of each line by name."""
    config = expanded(config)
    return {line.name: port_of(config, line.card, line.slot) for line in config.lines}


def telephone_ports(config: Config) -> dict[str, int]:
    """Row of each telephone by extension number."""
    config = expanded(config)
    return {one.number: port_of(config, one.card, one.slot) for one in config.extensions}


def copper_extensions(config: Config) -> set[str]:
    """Extensions whose telephone is on a port of a hat."""
    sip = {card.name for card in config.cards if card.kind == SIP_CARD}
    return {one.number for one in config.extensions if one.card not in sip}


def hunt_group(config: Config, called: str) -> tuple[str, ...]:
    """Names of the lines a called number (or line or trunk name; empty: the first line's number) reaches, in order.

    A number that no line has but a `[[did]]` has is one of those that the first trunk brings.
    """
    config = expanded(config)
    if not called and config.lines:
        called = config.lines[0].number or config.lines[0].name
    found = [line.name for line in config.lines if called in (line.number, line.name, trunk_of(line.name))]
    if not found and config.trunks and _is_direct(config, called):
        trunk = config.trunks[0].name
        found = [line.name for line in config.lines if trunk_of(line.name) == trunk]
    return tuple(found)


def called_number(config: Config, called: str) -> str:
    """What a message says was called, where people may name a line or a trunk instead."""
    lines = expanded(config).lines
    named = (line for line in lines if not called or called in (line.name, trunk_of(line.name)))
    line = next(named, None)
    return called if line is None else line.number


def _is_direct(config: Config, number: str) -> bool:
    """Whether one of the box's called numbers or blocks is meant."""
    blocks = (block_of(one.number) for one in config.dids)
    return any(
        len(number) == len(block.first) and block.first <= number <= block.last for block in blocks if number
    )
