"""How an endpoint is set up."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


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
    session_s: int = 1800
    """Session timer (RFC 4028); the least is 90."""
