"""Which row of the box's matrix a card's slot is: cards in order of the configuration, their slots in order."""

from __future__ import annotations

from firmware.config.schema import Card, Config

PORTS_OF_KIND = {"spi-hat": 8}
"""Cards whose number of ports does not hang on what is plugged in."""


def card_ports(card: Card) -> int:
    """How many rows a card takes."""
    return PORTS_OF_KIND.get(card.kind, len(card.slots))


def port_count(config: Config) -> int:
    return sum(card_ports(card) for card in config.cards)


def first_ports(config: Config) -> dict[str, int]:
    """Row of each card's first slot, by the card's name."""
    firsts, first = {}, 0
    for card in config.cards:
        firsts[card.name] = first
        first += card_ports(card)
    return firsts


def port_names(config: Config) -> dict[int, str]:
    """What people call the telephone or line at each row; `config` is expanded."""
    firsts = first_ports(config)
    seats = [(one.card, one.slot, one.number) for one in config.extensions]
    seats += [(line.card, line.slot, line.name) for line in config.lines]
    return {firsts[card] + slot - 1: name for card, slot, name in seats if card in firsts}


def port_of(config: Config, card: str, slot: int) -> int:
    """Box-wide row of a card's slot (from 1); -1 for a card that is not there."""
    first = first_ports(config).get(card)
    return -1 if first is None else first + slot - 1
