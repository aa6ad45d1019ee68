"""SIP, SIPS and tel URIs and name-addrs (RFC 3261 19.1, 20.10, 25; RFC 3966). Any text is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from msgspec import Struct

Params = tuple[tuple[str, str], ...]
LONGEST = 1024
"""Characters of a URI; none that a telephone or a carrier needs is longer."""
_SIP = re.compile(
    r"(sips?):(?:([\w\-.!~*'()%&=+$,;?/:#]*)@)?"
    r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?\.?)"
    r"(?::([0-9]{1,5}))?((?:;[^;?\s<>\"]+)*)(?:\?([^\s<>\"]*))?",
    re.ASCII | re.IGNORECASE,
)
_TEL = re.compile(r"tel:(\+?[0-9*#A-D().\-]+)((?:;[^;?\s<>\"]+)*)", re.ASCII | re.IGNORECASE)
_VISIBLE = re.compile(r"[!-~]*")
# No possessive repeats: with alternatives inside, Debian 12's Python (3.11.2) matches what it must not.
_QUOTED = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_PARTS = {
    separator: re.compile(
        rf'([^"<{separator}]*(?:(?:{_QUOTED}|<[^<>]*>)[^"<{separator}]*)*)({separator}|\Z)', re.DOTALL
    )
    for separator in ",;"
}
_QUOTED_NAME = re.compile(rf"\s*({_QUOTED})\s*<([^<>]*)>(.*)", re.DOTALL)
_PLAIN_NAME = re.compile(r"([^\"<>]*)<([^<>]*)>(.*)", re.DOTALL)
_USER_SAFE = "-_.!~*'()&=+$,/"
_SEPARATORS = re.compile(r"[().\-]")


class Uri(Struct, frozen=True):
    scheme: str
    """`sip`, `sips`, `tel`."""
    userinfo: str = ""
    """As it was written, escapes, password and all; of tel the number."""
    host: str = ""
    """Lower case; IPv6 without brackets; empty of tel."""
    port: int = 0
    """0: none was named."""
    params: Params = ()
    headers: str = ""

    @property
    def user(self) -> str:
        """Without escapes, password and parameters. Hostile: may hold any character."""
        if self.scheme == "tel":
            return _SEPARATORS.sub("", self.userinfo)
        return unquote(re.split("[:;]", self.userinfo, maxsplit=1)[0])

    def param(self, name: str) -> str:
        """Of the URI itself; empty where there is none or it has no value."""
        return next((value for one, value in self.params if one == name), "")

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """Equal for URIs that mean the same place (RFC 3261 19.1.4, without its rules for rare parameters)."""
        return (self.scheme, self.user, self.host.rstrip("."), self.port, self.param("transport").lower())

    @property
    def text(self) -> str:
        if self.scheme == "tel":
            return f"tel:{self.userinfo}{_params_text(self.params)}"
        before = f"{self.userinfo}@" if self.userinfo else ""
        after = f"?{self.headers}" if self.headers else ""
        place = f"{host_text(self.host)}{f':{self.port}' if self.port else ''}"
        return f"{self.scheme}:{before}{place}{_params_text(self.params)}{after}"


class Address(Struct, frozen=True):
    """A name-addr or addr-spec with the parameters of its header."""

    display: str
    uri: Uri
    params: Params = ()

    def param(self, name: str) -> str:
        return next((value for one, value in self.params if one == name), "")

    def has(self, name: str) -> bool:
        return any(one == name for one, _ in self.params)


def parse_uri(text: str) -> Uri | None:
    """None for what is no SIP, SIPS or tel URI."""
    if len(text) > LONGEST or not _VISIBLE.fullmatch(text):
        return None
    if tel := _TEL.fullmatch(text):
        return Uri("tel", tel[1], params=_uri_params(tel[2]))
    found = _SIP.fullmatch(text)
    if found is None or int(found[4] or 0) > 65_535:
        return None
    return Uri(
        found[1].lower(),
        found[2] or "",
        found[3].lower().strip("[]"),
        int(found[4] or 0),
        _uri_params(found[5]),
        found[6] or "",
    )


def parse_address(text: str) -> Address | None:
    """None where there is no URI that we read, or quotes and brackets do not match."""
    found = _QUOTED_NAME.fullmatch(text) or _PLAIN_NAME.fullmatch(text)
    if found:
        display, inside, rest = found[1].strip(), found[2], found[3].strip()
    else:
        inside, semicolon, after = text.strip().partition(";")
        display, rest = "", semicolon + after
    uri, params = parse_uri(inside.strip()), header_params(rest)
    if uri is None or params is None:
        return None
    return Address(unquoted(display), uri, params)


def header_params(text: str) -> Params | None:
    """`;name=value;flag`, names in lower case, values without quotes; None where it is something else."""
    pieces = split(text, ";")
    if pieces is None or pieces[0].strip():
        return None
    return tuple(_pair(piece) for piece in pieces[1:])


def split(text: str, separator: str) -> list[str] | None:
    """At commas or semicolons outside quotes and brackets; None where those do not match."""
    pieces, at = [], 0
    while True:
        found = _PARTS[separator].match(text, at)
        if found is None:
            return None
        pieces.append(found[1])
        at = found.end()
        if not found[2]:
            return pieces


def user_in(text: str) -> str:
    """Who a From or To names; empty where it cannot be read."""
    address = parse_address(text)
    return address.uri.user if address else ""


def sip_uri(user: str, host: str, port: int = 0, params: Params = (), scheme: str = "sip") -> str:
    """`user` is any text: what may not stand in a URI is escaped."""
    shown = quote(user, safe=_USER_SAFE, errors="replace")
    return Uri(scheme, shown, host, port, params).text


def name_addr(display: str, uri: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """For a header: `"display" <uri>;…`; `display` is any text."""
    shown = quoted(display)
    return f"{f'{shown} ' if shown != QUOTES else ''}<{uri}>{_params_text(tuple(params))}"


QUOTES = '""'


def quoted(text: str) -> str:
    """A quoted-string (RFC 3261 25.1). What cannot be seen is left out: it could end a line."""
    seen = "".join(letter for letter in text if letter.isprintable())
    return '"' + seen.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(text: str) -> str:
    if len(text) < 2 or not text.startswith('"') or not text.endswith('"'):
        return text
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def host_text(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _uri_params(text: str) -> Params:
    return tuple(_pair(piece) for piece in text.split(";")[1:])


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), unquoted(value.strip())


def _params_text(params: Params) -> str:
    return "".join(f";{name}={value}" if value else f";{name}" for name, value in params)
