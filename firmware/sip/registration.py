"""A REGISTER to a carrier and what its answer grants: RFC 3261 10.2, RFC 3608 (Service-Route), RFC 7315 4.1."""

from __future__ import annotations

from msgspec import Struct

from drivers.sip.message import Message, is_header
from firmware.sip.addresses import Address, parse_address, parse_uri, sip_uri
from firmware.sip.client_digest import Headers
from firmware.sip.elements import elements, whole_number
from firmware.sip.hosts import Target
from firmware.sip.outputs import Send

MOST_ROUTES = 8
MOST_IDENTITIES = 16
MOST_REGISTRATION_S = 86_400
MOST_RETRY_S = 3600


class Account(Struct, frozen=True):
    """What the carrier knows the box by."""

    user: str
    contact: str
    """URI at which the box wants to be called: `sip:021@192.0.2.1:5060;transport=udp`."""
    domain: str = ""
    """Of the account's own address; empty: the host it registers at."""
    registration_s: int = 600


class Granted(Struct, frozen=True):
    """What a 2xx said."""

    for_s: int
    """0: it is not registered."""
    routes: tuple[str, ...] = ()
    """Service-Route: to be sent as Route with each call, in this order."""
    identities: tuple[str, ...] = ()
    """P-Associated-URI: the first is the one used unless another is named."""


class Series(Struct):
    """All registrations of one account have one Call-ID and count on (RFC 3261 10.2)."""

    call_id: str
    tag: str
    cseq: int = 0


def registrar_uri(account: Account, target: Target) -> str:
    """Without a user (RFC 3261 10.2)."""
    return sip_uri("", account.domain or target.host, target.named_port)


def address_of_record(account: Account, target: Target) -> str:
    return sip_uri(account.user, account.domain or target.host)


def register(request: int, account: Account, target: Target, series: Series, more: Headers) -> Send:
    """`more` has Expires, 0 to take the registration back, and credentials."""
    series.cseq += 1
    own = address_of_record(account, target)
    expires = dict(more)["Expires"]
    return Send(
        request=request,
        method="REGISTER",
        uri=registrar_uri(account, target),
        from_=f"<{own}>;tag={series.tag}",
        to=f"<{own}>",
        contact=f"<{account.contact}>;expires={expires}",
        call_id=series.call_id,
        cseq=series.cseq,
        headers=(("Route", target.route), *more),
    )


def retry_after_s(answer: Message | None) -> int:
    """0: it does not say."""
    return (whole_number(answer.first("retry-after"), MOST_RETRY_S) if answer else None) or 0


def granted(answer: Message, account: Account, asked_s: int) -> Granted:
    """Of a 2xx. Where the carrier is unclear, the shortest time it may have meant."""
    return Granted(
        _granted_s(answer, account, asked_s),
        _addresses(answer, "service-route")[:MOST_ROUTES],
        _addresses(answer, "p-associated-uri")[:MOST_IDENTITIES],
    )


def _granted_s(answer: Message, account: Account, asked_s: int) -> int:
    own = parse_uri(account.contact)
    listed = [one for text in elements(answer.all("contact")) if (one := parse_address(text))]
    ours = [one for one in listed if own and one.uri.key == own.key]
    spans = [span for one in ours or listed if (span := _expires(one)) is not None]
    general = whole_number(answer.first("expires"), MOST_REGISTRATION_S)
    return min(spans, default=min(asked_s, MOST_REGISTRATION_S) if general is None else general)


def _expires(contact: Address) -> int | None:
    return whole_number(contact.param("expires"), MOST_REGISTRATION_S)


def _addresses(answer: Message, name: str) -> tuple[str, ...]:
    """As they may be sent again."""
    return tuple(one for one in elements(answer.all(name)) if parse_address(one) and is_header(name, one))
