"""Where telephones are: an extension's contacts, as they registered (RFC 3261 10). No clock, no network, no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from firmware.sip.addresses import Uri, parse_uri
from firmware.sip.guard import address_of

OUT_OF_ORDER_US = 32_000_000
"""A request that was sent earlier cannot come later than this (RFC 3261 17.1.2.2, timer F)."""
SECURE = "tls"
Place = TypeVar("Place")


class Contact(Struct, frozen=True):
    """One telephone of an extension. Times are box time."""

    number: str
    uri: str
    """As the telephone gave it."""
    reach: str
    """What a request to it is sent to: `uri`, or the same at the address it registered from."""
    address: str
    port: int
    transport: str
    """Where it registered from, and over what: `udp`, `tcp`, `tls`."""
    expires_us: int
    registered_us: int
    call_id: str
    cseq: int
    q: int = 1000
    """Thousandths."""
    instance: str = ""
    """`+sip.instance` and `reg-id` (RFC 5626): the same telephone, wherever it is."""
    user_agent: str = ""
    is_natted: bool = False
    """Its own address is not the one it speaks from."""
    needs_connection: bool = False
    """It can be reached over the connection alone that it opened itself."""

    @property
    def key(self) -> object:
        uri = parse_uri(self.uri)
        return uri.key if uri else self.uri


class OutOfOrder(ValueError):
    """An older request than the one that made a binding (RFC 3261 10.3, step 7)."""


class Bindings:
    """At most `most` contacts for each number; a further one takes the place of the oldest."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.version = 0
        """Changes whenever anything does."""
        self.next_us: int | None = None
        """No contact's time is over before; ask `expire` then."""
        self._changed: set[str] = set()
        self._by_number: dict[str, tuple[Contact, ...]] = {}
        self._sources: Counter[str] = Counter()
        self._places: Counter[tuple[str, int]] = Counter()

    def of(self, number: str) -> tuple[Contact, ...]:
        """The preferred first, of equals the newest."""
        return self._by_number.get(number, ())

    def all(self) -> Iterator[Contact]:
        for contacts in self._by_number.values():
            yield from contacts

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(self._by_number)

    def speaks_from(self, address: str) -> bool:
        """Whether some telephone is registered from there."""
        return address in self._sources

    def is_at(self, number: str, address: str, port: int) -> bool:
        """Whether a telephone of this number is registered from there; without a number, of any."""
        if not number:
            return (address, port) in self._places
        return any((one.address, one.port) == (address, port) for one in self.of(number))

    def bind(self, number: str, asked: Iterable[Contact], now_us: int) -> None:
        """All of it or nothing; a contact whose time is over at once is taken away. Raises OutOfOrder."""
        kept = list(self._by_number.get(number, ()))
        for one in asked:
            same = [former for former in kept if is_same(former, one)]
            _check_order(same, one, now_us)
            kept = [former for former in kept if former not in same]
            if one.expires_us > now_us:
                kept.append(one)
        newest = sorted(kept, key=lambda one: one.registered_us)[-self.most :]
        self._set(number, newest)

    def unbind(self, number: str, call_id: str, cseq: int, now_us: int) -> None:
        """`Contact: *`. Raises OutOfOrder."""
        for one in self.of(number):
            _check_order((one,), replace(one, call_id=call_id, cseq=cseq), now_us)
        self._set(number, ())

    def expire(self, now_us: int) -> None:
        """Takes away what is over."""
        if self.next_us is None or now_us < self.next_us:
            return
        for number, contacts in list(self._by_number.items()):
            alive = [one for one in contacts if one.expires_us > now_us]
            if len(alive) < len(contacts):
                self._set(number, alive)
        self.next_us = min((one.expires_us for one in self.all()), default=None)

    def keep_only(self, numbers: Collection[str]) -> None:
        """The configuration's; what others had is gone."""
        for number in [one for one in self._by_number if one not in numbers]:
            self._set(number, ())

    def take_changed(self) -> set[str]:
        """Numbers whose contacts changed since this was asked last."""
        changed, self._changed = self._changed, set()
        return changed

    def __len__(self) -> int:
        return sum(len(contacts) for contacts in self._by_number.values())

    def _set(self, number: str, contacts: Iterable[Contact]) -> None:
        self._count(self._by_number.pop(number, ()), -1)
        ordered = tuple(sorted(contacts, key=lambda one: (-one.q, -one.registered_us)))
        if ordered:
            self._by_number[number] = ordered
        self._count(ordered, 1)
        self.version += 1
        self._changed.add(number)
        ends = [one.expires_us for one in ordered]
        self.next_us = min(ends if self.next_us is None else [*ends, self.next_us], default=None)

    def _count(self, contacts: Iterable[Contact], step: int) -> None:
        for one in contacts:
            _add(self._sources, one.address, step)
            _add(self._places, (one.address, one.port), step)


def _add(counts: Counter[Place], place: Place, step: int) -> None:
    counts[place] += step
    if not counts[place]:
        del counts[place]


def is_same(one: Contact, other: Contact) -> bool:
    """Of one telephone. The same private address behind two routers is two."""
    if one.instance and one.instance == other.instance:
        return True
    return one.key == other.key and (one.address == other.address or one.call_id == other.call_id)


def _check_order(formers: Iterable[Contact], one: Contact, now_us: int) -> None:
    """A telephone that began anew with its old Call-ID is not locked out: nothing stays under way for so long."""
    for former in formers:
        recent = now_us - former.registered_us < OUT_OF_ORDER_US
        if former.call_id == one.call_id and one.cseq <= former.cseq and recent:
            raise OutOfOrder(former.uri)


def reach_of(uri: Uri, address: str, port: int, transport: str, *, flow: bool) -> tuple[str, bool, bool]:
    """What requests to a contact are sent to, whether it is behind NAT, whether its own connection is needed.

    Strategy: nothing is ever sent to a host that is not the one that registered. A telephone cannot have the box send
    to somebody else (`maddr` would lead there too), and one behind a router is found where it speaks from (RFC 3581).
    A TLS telephone has no certificate to be called with.
    """
    host = address_of(uri.host)
    natted = host is None or host != address_of(address)
    connection = transport != "udp" and (natted or flow or transport == SECURE)
    params = [(name, value) for name, value in uri.params if name != "maddr"]
    if not natted and not connection:
        return replace(uri, params=tuple(params)).text, False, False
    params = [(name, value) for name, value in params if name != "transport"]
    carried = () if transport == "udp" else (("transport", transport),)
    return replace(uri, host=address, port=port, params=(*params, *carried)).text, natted, connection
