"""Where things are in the box: which matrix row a card's slot is, which lines a number reaches."""

from __future__ import annotations

from firmware.config.schema import Card, Config

PORTS_OF_KIND = {"spi-hat": 8}


def card_ports(card: Card) -> int:
    """How many rows a card takes."""
    return PORTS_OF_KIND.get(card.kind, len(card.slots))


def port_count(config: Config) -> int:
    return sum(card_ports(card) for card in config.cards)


def port_of(config: Config, card: str, slot: int) -> int:
    """Box-wide row of a card's slot (from 1). Raises LookupError for a card that is not there."""
    first = 0
    for one in config.cards:
        if one.name == card:
            return first + slot - 1
        first += card_ports(one)
    raise LookupError(f"there is no card {card!r}")


def line_ports(config: Config) -> dict[str, int]:
    """Row of each line by name."""
    return {line.name: port_of(config, line.card, line.slot) for line in config.lines}


def telephone_ports(config: Config) -> dict[str, int]:
    """Row of each telephone by extension number."""
    return {one.number: port_of(config, one.card, one.slot) for one in config.extensions}


def hunt_group(config: Config, called: str) -> tuple[str, ...]:
    """Names of the lines a called number (or line name; empty: the first line's number) reaches, in order."""
    if not called and config.lines:
        called = config.lines[0].number or config.lines[0].name
    return tuple(line.name for line in config.lines if called in (line.number, line.name))
