"""Requests beside those a description knows: sent again, cut, bent, called something else. None is a server error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from msgspec import Struct, structs
from requests import PreparedRequest

MEDIA = (
    "application/json",
    "text/plain",
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=x",
    "",
)
STRANGE = (
    b"\0",
    b"\xff\xfe",
    b"\r\n",
    b"%00",
    b"%2e%2e/",
    b"\xed\xa0\x80",
    b'"',
    b"}",
    b"[" * 2000,
    b"9" * 400,
    b"-0",
    b"1e999",
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")


class Asked(Struct, frozen=True):
    """A request as it goes over the wire; `target` is path and query, quoted."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def asked(sent: PreparedRequest) -> Asked:
    body = sent.body if isinstance(sent.body, bytes) else str(sent.body or "").encode()
    headers = {
        name: value if isinstance(value, str) else value.decode("latin-1")
        for name, value in sent.headers.items()
    }
    return Asked(sent.method or "GET", sent.path_url, headers, body)


def mutants(one: Asked, chance: Random) -> Iterator[Asked]:
    """The same once more, then with a bent body, target, header and method."""
    yield one
    yield structs.replace(one, body=_bent(one.body, chance))
    yield structs.replace(one, target=_target(one.target, chance))
    yield structs.replace(one, headers=dict(one.headers) | _header(chance))
    yield structs.replace(one, method=chance.choice(METHODS))


def _bent(data: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(data))
    match chance.randrange(3):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + chance.choice(STRANGE) + data[at:]
        case _:
            return data[:at] + chance.randbytes(1) + data[at + 1 :]


def _target(target: str, chance: Random) -> str:
    """Below the API still."""
    base, bent = target[:8], _bent(target[8:].encode(), chance)
    return base + "".join(chr(byte) if 33 <= byte < 127 and byte != 35 else f"%{byte:02X}" for byte in bent)


def _header(chance: Random) -> dict[str, str]:
    word = _bent(b"0123456789abcdef", chance).decode("latin-1").translate({10: None, 13: None, 0: None})
    name = chance.choice(
        ("Content-Type", "If-Match", "Idempotency-Key", "Accept-Language", "Range", "Authorization", "Host")
    )
    return {name: chance.choice(MEDIA) if name == "Content-Type" else word}
