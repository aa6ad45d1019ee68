"""SIP cards, the telephones and trunks on them, and where SIP listens."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from firmware.config import wordings as say
from firmware.config.expanded import SIP_CARD
from firmware.config.faults import Finding, Wording
from firmware.config.schema import Card, Config, Trunk
from firmware.config.shape import BROKEN


def check_sip(config: Config) -> Iterator[Finding]:
    cards = {card.name: card for card in config.cards if card.kind == SIP_CARD and card.name != BROKEN}
    yield from _cards(config)
    yield from _users(config, cards)
    kinds = {card.name: card.kind for card in config.cards}
    for place, trunk in enumerate(config.trunks):
        yield from _trunk(trunk, place, kinds)
    if cards:
        yield from _listening(config)
        yield from _uncapped(config, cards)


def _cards(config: Config) -> Iterator[Finding]:
    first = ""
    used = {one.card for one in config.extensions} | {trunk.card for trunk in config.trunks}
    for place, card in enumerate(config.cards):
        if card.kind != SIP_CARD:
            continue
        if card.slots:
            yield Finding(("card", place, "slots"), say.SIP_SLOTS, {"card": card.name})
        if first:
            yield Finding(("card", place, "kind"), say.TWO_SIP_CARDS, {"card": card.name, "other": first})
        elif card.name not in used:
            yield Finding(("card", place), say.SIP_UNUSED, {"card": card.name})
        first = first or card.name


def _users(config: Config, cards: dict[str, Card]) -> Iterator[Finding]:
    for place, one in enumerate(config.extensions):
        if one.card in cards and one.slot:
            data = {"what": "extension", "name": one.number, "card": one.card}
            yield Finding(("extension", place, "slot"), say.SIP_SLOT, data)
    for place, line in enumerate(config.lines):
        if line.card in cards:
            yield Finding(("line", place, "card"), say.SIP_LINE, {"name": line.name, "card": line.card})


def _trunk(trunk: Trunk, place: int, kinds: dict[str, str]) -> Iterator[Finding]:
    kind = kinds.get(trunk.card, SIP_CARD)
    if kind != SIP_CARD:
        data = {"name": trunk.name, "card": trunk.card, "kind": kind}
        yield Finding(("trunk", place, "card"), say.TRUNK_CARD, data)
    if not trunk.hosts:
        yield Finding(("trunk", place), say.TRUNK_HOSTS, {"name": trunk.name})
    if trunk.register and trunk.user and not trunk.password:
        yield Finding(("trunk", place), say.TRUNK_PASSWORD, {"name": trunk.name, "user": trunk.user})


def _listening(config: Config) -> Iterator[Finding]:
    sip = config.sip
    faults: list[tuple[str, Wording]] = []
    if not (sip.udp_port or sip.tcp_port or sip.tls_port):
        faults.append(("udp_port", say.NO_TRANSPORT))
    if sip.tls_port and not (sip.certificate and sip.key):
        faults.append(("tls_port", say.TLS_FILES))
    for key, wording in faults:
        yield Finding(("sip", key), wording, {})


def _uncapped(config: Config, cards: dict[str, Card]) -> Iterator[Finding]:
    """Whoever steals a password may log in from anywhere: abroad then wants a limit."""
    open_to = next((one for one in config.sip.local if _is_public(one)), "")
    if not open_to:
        return
    classes = {one.id: one for one in config.classes}
    for place, one in enumerate(config.extensions):
        given = classes.get(one.of_class)
        far = given.may_call if given is not None else _REACHES.get(one.may_call, ())
        is_capped = given is not None and bool(given.day_cost or given.day_minutes)
        if one.card in cards and not is_capped and _DEAR.intersection(far):
            data = {"name": one.number, "network": open_to}
            yield Finding(("extension", place), say.SIP_UNCAPPED, data)


_DEAR = frozenset({"international", "premium"})
_REACHES = {"international": ("international",), "all": ("international", "premium")}
"""Levels of telephones without a class, which have no limit at all."""


def _is_public(network: str) -> bool:
    try:
        found = ip_network(network, strict=False)
    except ValueError:
        return False
    return not found.is_private and not found.is_link_local
