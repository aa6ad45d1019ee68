"""Cards and what stands in their slots."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config import wordings as say
from firmware.config.expanded import SIP_CARD
from firmware.config.faults import Finding
from firmware.config.schema import Card, Config
from firmware.config.shape import BROKEN, BROKEN_NUMBER

SLOTS = 8
GROUPS = ((0, 4), (4, 8))
"""One chip select, and so one chip family, serves four slots."""

_Place = tuple[str, int, str, str, str]
"""(card, slot, what, its name, the kind of slot it needs)."""


def check_slots(config: Config) -> Iterator[Finding]:
    for place, card in enumerate(config.cards):
        if card.kind != SIP_CARD:
            yield from _card(card, place)
    yield from _sharing(config)
    cards = {card.name: card for card in config.cards if card.name != BROKEN and card.kind != SIP_CARD}
    taken: dict[tuple[str, int], str] = {}
    for path, one in _users(config):
        if one[0] in cards and cards[one[0]].slots and one[1] != BROKEN_NUMBER:
            yield from _user(path, one, cards[one[0]], taken)


def _users(config: Config) -> Iterator[tuple[tuple[str | int, ...], _Place]]:
    for place, line in enumerate(config.lines):
        yield ("line", place, "slot"), (line.card, line.slot, "line", line.name, "fxo")
    for place, telephone in enumerate(config.extensions):
        one = (telephone.card, telephone.slot, "extension", telephone.number, "fxs")
        yield ("extension", place, "slot"), one


def _card(card: Card, place: int) -> Iterator[Finding]:
    path = ("card", place, "slots")
    count = len(card.slots)
    if not count:
        yield Finding(path, say.NO_SLOTS, {"card": card.name})
    if count > SLOTS:
        yield Finding(path, say.TOO_MANY_SLOTS, {"count": count, "over": count - SLOTS})
    for begin, end in GROUPS:
        if {"fxo", "fxs"} <= set(card.slots[begin:end]):
            others = " or ".join(f"{a + 1}-{b}" for a, b in GROUPS if a != begin)
            yield Finding(path, say.MIXED_FAMILIES, {"first": begin + 1, "last": end, "others": others})


def _sharing(config: Config) -> Iterator[Finding]:
    """Two cards cannot hang on the same SPI bus or the same PCM device."""
    for what in ("bus", "pcm"):
        first: dict[object, str] = {}
        for place, card in enumerate(config.cards):
            if card.kind == SIP_CARD:
                continue
            value = getattr(card, what)
            if value in first:
                data = {"other": first[value], "what": what, "value": value}
                yield Finding(("card", place, what), say.SAME_BUS, data)
            first.setdefault(value, card.name)


def _user(
    path: tuple[str | int, ...], one: _Place, card: Card, taken: dict[tuple[str, int], str]
) -> Iterator[Finding]:
    name, slot, what, own, wanted = one
    if not slot:
        yield Finding(path, say.MISSING, {"key": "slot"})
        return
    first = taken.setdefault((name, slot), f"{what} {own}")
    if first != f"{what} {own}":
        yield Finding(path, say.SLOT_TAKEN, {"slot": slot, "card": name, "other": first})
        return
    if slot > len(card.slots):
        yield Finding(path, say.NO_SUCH_SLOT, {"slot": slot, "card": name, "count": len(card.slots)})
        return
    found = card.slots[slot - 1]
    if found not in (wanted, BROKEN):
        data = {"slot": slot, "card": name, "found": found, "what": what, "wanted": wanted}
        yield Finding(path, say.WRONG_SLOT_KIND, data)
