"""What the cards of a box offer: its outside lines, and telephones that somebody can have."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from firmware.config.expanded import SIP_CARD
from firmware.config.schema import Config, Extension, Line


class Seat(Struct, frozen=True):
    """A slot for a telephone to which no number was given yet."""

    card: str
    slot: int


class Found(Struct, frozen=True):
    """Of a configuration that may hold nothing but cards."""

    lines: tuple[Line, ...]
    """Those configured, then one for each other slot that faces the exchange."""
    trunks: tuple[str, ...]
    telephones: tuple[Extension, ...]
    """Those configured, loudspeakers left out."""
    seats: tuple[Seat, ...]
    sip_card: str
    """Empty where telephones cannot come over the network."""

    @property
    def ways_in(self) -> tuple[str, ...]:
        """Names of all lines and trunks."""
        return (*(line.name for line in self.lines), *self.trunks)

    @property
    def ways_out(self) -> int:
        """Calls the house may have outside at once, over copper; a trunk counts as one."""
        return sum(line.outgoing for line in self.lines) + len(self.trunks)


def found(config: Config) -> Found:
    return Found(
        lines=(*config.lines, *_new_lines(config)),
        trunks=tuple(trunk.name for trunk in config.trunks),
        telephones=tuple(one for one in config.extensions if not one.pager),
        seats=tuple(_seats(config)),
        sip_card=next((card.name for card in config.cards if card.kind == SIP_CARD), ""),
    )


def _free(config: Config, kind: str) -> Iterator[Seat]:
    taken = {(one.card, one.slot) for one in config.lines}
    taken |= {(one.card, one.slot) for one in config.extensions}
    for card in config.cards:
        for slot, found_kind in enumerate(card.slots, 1):
            if found_kind == kind and (card.name, slot) not in taken:
                yield Seat(card.name, slot)


def _seats(config: Config) -> Iterator[Seat]:
    return _free(config, "fxs")


def _new_lines(config: Config) -> Iterator[Line]:
    names = {line.name for line in config.lines} | {trunk.name for trunk in config.trunks}
    number = 0
    for seat in _free(config, "fxo"):
        number += 1
        while f"line-{number}" in names:
            number += 1
        yield Line(name=f"line-{number}", card=seat.card, slot=seat.slot)


def with_lines(config: Config) -> Config:
    """The same, every line that was found in it."""
    return structs.replace(config, lines=found(config).lines)
