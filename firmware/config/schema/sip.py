"""SIP: where it listens, and trunks. Telephones are `[[extension]]`s whose card is of kind `sip`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import CardName, FlowId, GainDb, MusicName, Part, one_of

Port = Annotated[int, Meta(ge=0, le=65_535)]
Network = Annotated[str, Meta(extra={"form": "network"})]
Codec = Annotated[str, one_of("pcma", "pcmu", "g722", "opus")]
Digest = Annotated[str, one_of("md5", "sha-256")]
SecretFile = Annotated[str, Meta(extra={"form": "name"})]
"""A file below the box's `secrets` directory; its first line is the secret."""


class Sip(Part, frozen=True):
    """Where SIP telephones and trunks find the box. It runs where a card is of kind `sip`."""

    address: Annotated[str, Meta(extra={"form": "address"})] = "0.0.0.0"  # noqa: S104 - telephones are elsewhere
    """Address it listens at; `0.0.0.0`: all of the box's."""
    udp_port: Port = 5060
    """0: not over UDP."""
    tcp_port: Port = 5060
    """0: not over TCP."""
    tls_port: Port = 0
    """Usually 5061; 0: not over TLS."""
    certificate: SecretFile = ""
    """Of TLS: file with the chain (PEM) below the box's `secrets` directory."""
    key: SecretFile = ""
    """Of TLS: file with the key (PEM)."""
    public_address: Annotated[str, Meta(extra={"form": "address"})] = ""
    """What the world outside `local` reaches the box by, behind a router that translates addresses."""
    local: tuple[Network, ...] = (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
    """Networks whose telephones may register."""
    rtp_from: Annotated[int, Meta(ge=1024, le=64_000)] = 10_000
    """First UDP port of speech; two a call."""
    rtp_ports: Annotated[int, Meta(ge=100, le=50_000)] = 10_000
    """How many."""
    codecs: tuple[Codec, ...] = ("pcma", "pcmu", "g722", "opus")
    """Best first; what is not named is not spoken."""
    srtp: Annotated[str, one_of("off", "offered", "required")] = "off"
    """Encrypted speech with telephones (RFC 4568); wants TLS."""
    digests: tuple[Digest, ...] = ("md5",)
    """How telephones may log in, best first. Some refuse to where they are offered `sha-256` beside `md5`."""
    least_registration_s: Annotated[int, Meta(ge=10, le=3600)] = 60
    """A telephone that wants to be known for a shorter time is told this one."""
    most_registration_s: Annotated[int, Meta(ge=60, le=86_400)] = 3600
    """Longer wishes are cut to this."""
    contacts: Annotated[int, Meta(ge=1, le=10)] = 5
    """So many telephones may register for one extension."""
    ban_after: Annotated[int, Meta(ge=3, le=1000)] = 10
    """So many failed log-ins within 10 minutes ban an address."""
    ban_s: Annotated[int, Meta(ge=60, le=604_800)] = 3600
    """How long."""
    requests_a_second: Annotated[int, Meta(ge=5, le=10_000)] = 50
    """What one address may send before it is left unanswered."""
    connections: Annotated[int, Meta(ge=1, le=1000)] = 20
    """TCP and TLS connections one address may hold."""


class Trunk(Part, frozen=True):
    """Lines over SIP: `channels` calls at once. Routes and groups call all of them by the trunk's name."""

    name: Annotated[str, Meta(extra={"defines": "line", "form": "name"})]
    """What routes, groups and reports call it; its channels are `NAME.1`, `NAME.2` …"""
    card: CardName
    """A card of kind `sip`."""
    hosts: tuple[Annotated[str, Meta(extra={"form": "host"})], ...]
    """Where the carrier is, `host` or `host:port`, tried in order."""
    transport: Annotated[str, one_of("udp", "tcp", "tls")] = "udp"
    """How it is reached."""
    channels: Annotated[int, Meta(ge=1, le=240)] = 4
    """So many calls at once."""
    user: str = ""
    """Account at the carrier; empty: known by address."""
    auth_user: str = ""
    """Name in the digest where it is not `user`."""
    password: SecretFile = ""
    """File below the box's `secrets` directory."""
    register: bool = True
    """Register with the carrier, where there is a `user`."""
    registration_s: Annotated[int, Meta(ge=60, le=86_400)] = 600
    """For how long at a time."""
    networks: tuple[Network, ...] = ()
    """From where its calls come; empty: the addresses of `hosts`."""
    number: Annotated[str, Meta(extra={"form": "number"})] = ""
    """Its own number: shown to who is called; the one called where the carrier names none."""
    flow: FlowId = ""
    """Flow that answers calls for numbers no `[[did]]` has."""
    target: str = ""
    """Where they go instead of a flow, as with a line."""
    shown_prefix: str = ""
    """Shown in front of the caller's name."""
    sends: Annotated[str, one_of("dialled", "e164", "e164-plus", "national")] = "e164-plus"
    """How the called number is written for the carrier: as it was dialled, `8613…`, `+8613…`, with the trunk prefix."""
    caller_number: Annotated[str, one_of("number", "extension", "none")] = "number"
    """Who the carrier is told calls: this trunk's number, or the extension behind it."""
    identity: Annotated[str, one_of("from", "pai", "rpid")] = "pai"
    """Which header the carrier takes that from, beside From (RFC 3325)."""
    outgoing: bool = True
    """May be used for outgoing calls."""
    codecs: tuple[Codec, ...] = ()
    """Best first; empty: as `[sip]` says."""
    music: MusicName = ""
    """Music for its callers on hold; empty: the switchboard's."""
    gain_in_db: GainDb = 0.0
    """Louder or softer what comes from it."""
    gain_out_db: GainDb = 0.0
    """Louder or softer what goes to it."""
