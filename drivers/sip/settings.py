"""How an endpoint is set up."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from drivers.sip.limits import Limits, Network


class TransportKind(Enum):
    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Transport(Struct, frozen=True):
    """Where the endpoint listens. IPv6 by the address's form."""

    kind: TransportKind
    address: str
    port: int = 0
    """0: any that is free; `Endpoint.addresses` tells which."""
    certificate: str = ""
    """TLS: path of the chain, PEM."""
    key: str = ""


CODECS = ("PCMA/8000", "PCMU/8000", "G722/16000", "opus/48000")
"""Best first. What is not named is off; telephone-event is no codec and always offered (RFC 4733)."""


class Srtp(Enum):
    """Encrypted speech (RFC 3711) with keys in SDP (RFC 4568), over TLS alone."""

    OFF = "off"
    OFFERED = "offered"
    """To and from who is there over TLS; others speak in clear."""
    REQUIRED = "required"
    """No call without."""


class Account(Struct, frozen=True):
    """A carrier: its log-in (RFC 7616), where its calls come from, what it reaches the box by."""

    name: str
    user: str = ""
    """Of the digest; empty: it asks for none."""
    password: str = ""
    sources: tuple[tuple[str, int], ...] = ()
    """Prefixes, each with a port, or 0 for any."""
    contact: str = ""
    """URI; empty: as the box sees itself."""
    public_address: str = ""
    """Where it sends audio to; empty: as the box sees itself."""


class Settings(Struct, frozen=True):
    transports: tuple[Transport, ...]
    calls: int = 512
    legs: int = 64
    codecs: tuple[str, ...] = CODECS
    rtp_from: int = 10_000
    rtp_ports: int = 10_000
    """RTP and RTCP take two a call."""
    rtp_address: str = ""
    """Where audio is received; empty: the first transport's address."""
    user_agent: str = "Tipring"
    log_level: int = 1
    """0 nothing, 1 errors, 2 warnings, 3 what happens, 4 messages too; on standard error."""
    requests: int = 512
    """Requests outside calls that wait for an answer of ours; more are refused with 503."""
    accounts: tuple[Account, ...] = ()
    limits: Limits = Limits()
    """Of what sources may send and hold."""
    networks: tuple[Network, ...] = ()
    """Sources with budgets of their own."""
    srtp: Srtp = Srtp.OFF
    """With telephones."""
    session_s: int = 1800
    """Session timer (RFC 4028); the least is 90."""
