"""What came with a request, held against the operation's types; everything that is wrong is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from flask import Request
from msgspec import Struct

from webui.api.operations import Operation
from webui.api.problems import Fault, Refused

Wanted = TypeVar("Wanted", bound=Struct)
MOST_FAULTS = 50
KEY = re.compile(r"[A-Za-z0-9._~-]{8,64}", re.ASCII)
KEY_FORM = "8 to 64 letters, digits, or . _ ~ -"
_WHERE = re.compile(r"(.*) - at `(\$.*)`", re.DOTALL)


def query_of(request: Request, wanted: type[Wanted]) -> Wanted:
    """Raises Refused."""
    given: dict[str, Any] = dict(request.args.items())
    return _held(given, wanted, "?", strict=False)


def body_of(request: Request, wanted: type[Wanted]) -> Wanted:
    """Raises Refused."""
    if request.mimetype != "application/json":
        raise Refused(415, "not-json")
    try:
        found = msgspec.json.decode(request.get_data(cache=False))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused(400, "faults", faults=[Fault("$", str(error)[:200])]) from None
    if not isinstance(found, dict):
        raise Refused(400, "faults", faults=[Fault("$", "Expected `object`")])
    return _held(found, wanted, "$.", strict=True)


def key_of(request: Request) -> str:
    """Raises Refused."""
    found: str = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(found):
        raise Refused(400, "no-key", faults=[Fault("Idempotency-Key", KEY_FORM)])
    return found


def version_of(request: Request) -> str:
    """Raises Refused: 428 without one (RFC 6585)."""
    found: str = request.headers.get("If-Match", "")
    if not found:
        raise Refused(428, "no-version", faults=[Fault("If-Match", "the ETag that was read")])
    return found.strip()


def check(one: Operation) -> None:
    """Raises TypeError for an operation whose types cannot be read field by field."""
    for kind in (one.query, one.body):
        if kind is not None:
            msgspec.structs.fields(kind)


def _held(given: Mapping[str, Any], wanted: type[Wanted], before: str, *, strict: bool) -> Wanted:
    faults = list(_faults(given, wanted, before, strict))[:MOST_FAULTS]
    if faults:
        raise Refused(400, "faults", faults=faults)
    try:
        return msgspec.convert(given, wanted, strict=strict)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        raise Refused(400, "faults", faults=[_fault(error, before)]) from None


def _faults(given: Mapping[str, Any], wanted: type[Struct], before: str, strict: bool) -> Iterator[Fault]:
    fields = {one.encode_name: one for one in msgspec.structs.fields(wanted)}
    for name in given:
        if name not in fields:
            yield Fault(f"{before}{_plain(name)}", "No such field")
    for name, one in fields.items():
        if name not in given:
            if one.required:
                yield Fault(f"{before}{name}", "Wanted")
            continue
        try:
            msgspec.convert(given[name], one.type, strict=strict)
        except (msgspec.ValidationError, RecursionError, OverflowError) as error:
            yield _fault(error, f"{before}{name}")


def _fault(error: Exception, at: str) -> Fault:
    found = _WHERE.fullmatch(str(error))
    where = at + found[2][1:] if found else at
    return Fault(_plain(where), (found[1] if found else str(error))[:200])


def _plain(text: str) -> str:
    return "".join(one for one in text[:100] if one.isprintable())
