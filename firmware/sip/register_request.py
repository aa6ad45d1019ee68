"""What a REGISTER asks for (RFC 3261 10.2, 10.3) and how its answer shows the bindings. Any text is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from drivers.sip.events import RequestReceived
from drivers.sip.message import Message
from firmware.config.schema import Sip
from firmware.sip.addresses import Address, parse_address, split
from firmware.sip.authenticator import plain
from firmware.sip.bindings import Contact, reach_of
from firmware.sip.outputs import Header

SECOND_US = 1_000_000
UNCLEAR_S = 3600
"""What an Expires that cannot be read means (RFC 3261 20.19)."""
MOST_HEADERS = 16
MOST_VALUE = 2048
MOST_CALL_ID = 256
MOST_CSEQ = 2**31 - 1
SHOWN_AGENT = 80
EVERYTHING = "*"
_CSEQ = re.compile(r"([0-9]{1,10})\s+REGISTER", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,10}", re.ASCII)
_Q = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?", re.ASCII)
_INSTANCE = re.compile(r"<[!-;=?-~]{1,128}>")
_OPTION_TAG = re.compile(r"[\w.!%*+`'~-]{1,64}", re.ASCII)


class Refused(Struct, frozen=True):
    status: int
    headers: tuple[Header, ...] = ()


class Wish(Struct, frozen=True):
    call_id: str
    cseq: int
    contacts: tuple[Contact, ...] = ()
    """With none the telephone asks what stands."""
    everything: bool = False
    """`Contact: *`: all of them go."""


def read_wish(request: RequestReceived, number: str, settings: Sip, now_us: int) -> Wish | Refused:
    message = request.message
    if required := ", ".join(_option_tags(message.all("require"))):
        return Refused(420, (("Unsupported", required),))
    cseq, call_id = _CSEQ.fullmatch(message.first("cseq")), message.first("call-id")
    values = _contact_values(message)
    if cseq is None or int(cseq[1]) > MOST_CSEQ or not 0 < len(call_id) <= MOST_CALL_ID or values is None:
        return Refused(400)
    wish = Wish(call_id, int(cseq[1]))
    if EVERYTHING in values:
        alone = len(values) == 1 and message.first("expires").strip() == "0"
        return replace(wish, everything=True) if alone else Refused(400)
    if len(values) > settings.contacts:
        return Refused(403)
    return _with_contacts(wish, _Telephone(request, wish, number, now_us), values, settings)


def shown(contacts: Iterable[Contact], now_us: int) -> tuple[Header, ...]:
    """All that stands, with the seconds each has left."""
    return tuple(("Contact", _shown(one, now_us)) for one in contacts)


class _Telephone(Struct, frozen=True):
    """Who registers."""

    request: RequestReceived
    wish: Wish
    number: str
    now_us: int

    def contact(self, address: Address, seconds: int) -> Contact:
        source, port = plain(self.request.source), self.request.port
        transport = self.request.transport.lower().rstrip("6")
        reach, natted, connection = reach_of(
            address.uri, source, port, transport, flow=_wants_connection(address)
        )
        return Contact(
            number=self.number,
            uri=address.uri.text,
            reach=reach,
            address=source,
            port=port,
            transport=transport,
            expires_us=self.now_us + seconds * SECOND_US,
            registered_us=self.now_us,
            call_id=self.wish.call_id,
            cseq=self.wish.cseq,
            q=_thousandths(address.param("q")),
            instance=_instance(address),
            user_agent=_visible(self.request.message.first("user-agent")),
            is_natted=natted,
            needs_connection=connection,
        )


def _with_contacts(wish: Wish, telephone: _Telephone, values: Sequence[str], settings: Sip) -> Wish | Refused:
    contacts = []
    for value in values:
        address = parse_address(value)
        if address is None or not _can_be_called(address):
            return Refused(400)
        seconds = _seconds(address, telephone.request.message)
        if 0 < seconds < settings.least_registration_s:
            return Refused(423, (("Min-Expires", str(settings.least_registration_s)),))
        contacts.append(telephone.contact(address, min(seconds, settings.most_registration_s)))
    return replace(wish, contacts=tuple(contacts))


def _can_be_called(address: Address) -> bool:
    """Headers in a Contact would go into our INVITE."""
    return address.uri.scheme in ("sip", "sips") and not address.uri.headers


def _wants_connection(address: Address) -> bool:
    """RFC 5626 4.2.1, 4.3."""
    return address.has("reg-id") or any(name == "ob" for name, _ in address.uri.params)


def _seconds(address: Address, message: Message) -> int:
    """The contact's own, else the header's, else an hour (RFC 3261 10.2.1.1)."""
    for text in (address.param("expires"), message.first("expires").strip()):
        if text:
            return int(text) if _SECONDS.fullmatch(text) else UNCLEAR_S
    return UNCLEAR_S


def _thousandths(q: str) -> int:
    return round(float(q) * 1000) if _Q.fullmatch(q) else 1000


def _instance(address: Address) -> str:
    """One telephone may hold several flows (RFC 5626 4.1)."""
    instance = address.param("+sip.instance")
    return f"{instance} {address.param('reg-id')[:10]}".strip() if _INSTANCE.fullmatch(instance) else ""


def _contact_values(message: Message) -> list[str] | None:
    values = message.all("contact")
    if len(values) > MOST_HEADERS or any(len(value) > MOST_VALUE for value in values):
        return None
    pieces: list[str] = []
    for value in values:
        parts = split(value, ",")
        if parts is None:
            return None
        pieces += [part.strip() for part in parts]
    return pieces if all(pieces) else None


def _option_tags(values: Iterable[str]) -> list[str]:
    """What is no option tag is nobody's."""
    words = [word.strip() for value in values for word in value[:MOST_VALUE].split(",")]
    return [word for word in words if _OPTION_TAG.fullmatch(word)][:MOST_HEADERS]


def _visible(text: str) -> str:
    return "".join(letter for letter in text[:SHOWN_AGENT] if letter.isprintable())


def _shown(one: Contact, now_us: int) -> str:
    left_s = -((now_us - one.expires_us) // SECOND_US)
    q = f";q={one.q / 1000:g}" if one.q != 1000 else ""
    return f"<{one.uri}>;expires={left_s}{q}"
