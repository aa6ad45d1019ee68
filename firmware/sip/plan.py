"""What the SIP process needs of the configuration: which telephone and which channel is which port of the card."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from drivers.sip.limits import Limits, Network
from drivers.sip.settings import Account, Settings, Srtp, Transport, TransportKind
from firmware.config.expanded import SIP_CARD, expanded, trunk_of
from firmware.config.schema import Config, Sip, Trunk
from firmware.sip.addresses import sip_uri
from firmware.sip.hosts import host_of, is_literal
from firmware.sip.numbers import Plan

MOST_CONNECTIONS = 1000
"""TCP and TLS, of all sources together; pjsip is compiled for 2048."""
USUAL_PORTS = (0, 5060, 5061)
CODECS = {"pcma": "PCMA/8000", "pcmu": "PCMU/8000", "g722": "G722/16000", "opus": "opus/48000"}


class TelephonePlan(Struct, frozen=True):
    port: int
    number: str


class TrunkPlan(Struct, frozen=True):
    ports: tuple[int, ...]
    """Of its channels."""
    trunk: Trunk
    password: str = ""
    numbers: Plan = Plan()
    """What numbers mean where the box stands."""
    contact: str = ""
    """URI it reaches the box by."""
    public_address: str = ""
    """Where it sends audio to; empty, as `contact`: as the box sees itself."""


class SipPlan(Struct, frozen=True):
    box: str
    settings: Settings
    telephones: tuple[TelephonePlan, ...] = ()
    trunks: tuple[TrunkPlan, ...] = ()


def plan_of(config: Config, secrets: Path) -> SipPlan:
    """Raises OSError where a file of secrets cannot be read."""
    whole = expanded(config)
    plan = whole.dial_plan
    cards = {card.name for card in whole.cards if card.kind == SIP_CARD}
    telephones = tuple(
        TelephonePlan(one.slot - 1, one.number) for one in whole.extensions if one.card in cards
    )
    trunks = tuple(
        TrunkPlan(
            tuple(
                line.slot - 1
                for line in whole.lines
                if line.card in cards and trunk_of(line.name) == trunk.name
            ),
            trunk,
            _secret(secrets / trunk.password) if trunk.password else "",
            Plan(plan.country_code, plan.trunk_prefix, plan.international_prefix, whole.site.area),
            *_reached(whole.sip, trunk),
        )
        for trunk in whole.trunks
        if trunk.card in cards
    )
    legs = len(telephones) + sum(len(trunk.ports) for trunk in trunks)
    return SipPlan(whole.site.box, settings_of(whole, secrets, legs, trunks), telephones, trunks)


def settings_of(config: Config, secrets: Path, legs: int, trunks: tuple[TrunkPlan, ...]) -> Settings:
    sip = config.sip
    return Settings(
        tuple(_transports(config, lambda name: str(secrets / name))),
        legs=max(1, legs),
        codecs=tuple(CODECS[name] for name in sip.codecs),
        srtp=Srtp(sip.srtp),
        limits=limits_of(sip),
        networks=tuple(_networks(sip, trunks)),
        rtp_from=sip.rtp_from,
        rtp_ports=sip.rtp_ports,
        accounts=tuple(map(_account, trunks)),
    )


def _reached(sip: Sip, trunk: Trunk) -> tuple[str, str]:
    """Contact and public address; empty for a carrier within our own networks."""
    local = [ipaddress.ip_network(one) for one in sip.local]
    literal = [name for name in (host_of(host).name for host in trunk.hosts) if is_literal(name)]
    inside = any(ipaddress.ip_address(name) in network for name in literal for network in local)
    if inside or not sip.public_address:
        return "", ""
    port = {"udp": sip.udp_port, "tcp": sip.tcp_port, "tls": sip.tls_port}[trunk.transport]
    way = () if trunk.transport == "udp" else (("transport", trunk.transport),)
    return sip_uri(trunk.user or "tipring", sip.public_address, port, way), sip.public_address


def _account(plan: TrunkPlan) -> Account:
    trunk = plan.trunk
    return Account(
        trunk.name,
        trunk.auth_user or trunk.user,
        plan.password,
        sources=tuple(_sources(trunk)),
        contact=plan.contact,
        public_address=plan.public_address,
    )


def _sources(trunk: Trunk) -> Iterator[tuple[str, int]]:
    """As `TrunkCarrier.knows`; hosts that are names are known later, and their calls are taken all the same."""
    for network in trunk.networks:
        yield network, 0
    for host in map(host_of, () if trunk.networks else trunk.hosts):
        if is_literal(host.name):
            yield host.name, 0 if host.port in USUAL_PORTS else host.port


def limits_of(sip: Sip) -> Limits:
    """Packets, not requests: a call is about eight. What strangers send together is bounded too."""
    least = sip.requests_a_second
    return Limits(
        a_second=4 * least,
        at_once=8 * least,
        of_all=20 * least,
        connections=sip.connections,
        connections_of_all=MOST_CONNECTIONS,
    )


def _networks(sip: Sip, trunks: Iterable[TrunkPlan]) -> Iterator[Network]:
    """Carriers first: all calls of a trunk come from one address."""
    least = sip.requests_a_second
    literal = (host_of(host).name for one in trunks for host in one.trunk.hosts)
    carriers = [network for one in trunks for network in one.trunk.networks]
    for network in (*carriers, *filter(is_literal, literal)):
        yield Network(network, 40 * least, 80 * least)
    for network in sip.local:
        yield Network(network, 4 * least, 8 * least)


def _transports(config: Config, file: Callable[[str], str]) -> Iterator[Transport]:
    sip = config.sip
    if sip.udp_port:
        yield Transport(TransportKind.UDP, sip.address, sip.udp_port)
    if sip.tcp_port:
        yield Transport(TransportKind.TCP, sip.address, sip.tcp_port)
    if sip.tls_port and sip.certificate and sip.key:
        yield Transport(TransportKind.TLS, sip.address, sip.tls_port, file(sip.certificate), file(sip.key))


def _secret(path: Path) -> str:
    """The first line."""
    return path.read_text("utf-8").split("\n", 1)[0].strip()
