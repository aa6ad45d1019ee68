"""Where things are in the box: which matrix row a card's slot is, which lines a number reaches."""

from __future__ import annotations

from firmware.config.layout import port_of
from firmware.config.schema import Config


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
