"""Who a carrier is told calls: From, P-Asserted-Identity (RFC 3325), Remote-Party-ID, and privacy (RFC 3323)."""

from __future__ import annotations

from msgspec import Struct

from firmware.sip.addresses import Params, name_addr, sip_uri
from firmware.sip.party import clean_name

ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
"""RFC 3323 4.1.1.3."""

Headers = tuple[tuple[str, str], ...]


class Shown(Struct, frozen=True):
    """Number and name as the carrier wants them."""

    number: str
    name: str = ""
    hide: bool = False
    """The called party shall not learn them; the carrier may, where it has a header for that."""


class Identity(Struct, frozen=True):
    from_: str
    """Name-addr without tag."""
    headers: Headers = ()


def identity(shown: Shown, way: str, domain: str) -> Identity:
    """`way` is `Trunk.identity`: `from`, `pai` or `rpid`; anything else is taken for `from`."""
    params: Params = (("user", "phone"),) if shown.number.startswith("+") else ()
    uri = sip_uri(shown.number or "anonymous", domain, params=params)
    party = name_addr(clean_name(shown.name), uri)
    privacy: Headers = (("Privacy", "id"),) if shown.hide else ()
    return Identity(
        ANONYMOUS if shown.hide or not shown.number else party, (*_asserted(shown, way, party), *privacy)
    )


def _asserted(shown: Shown, way: str, party: str) -> Headers:
    if not shown.number:
        return ()
    if way == "pai":
        return (("P-Asserted-Identity", party),)
    if way == "rpid":
        privacy = "full" if shown.hide else "off"
        return (("Remote-Party-ID", f"{party};party=calling;screen=yes;privacy={privacy}"),)
    return ()
