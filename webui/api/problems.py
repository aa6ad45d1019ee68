"""What the API says when it cannot: RFC 9457 problem details, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from flask import Response
from msgspec import Struct
from werkzeug.exceptions import HTTPException

from webui.language import language, t

MEDIA = "application/problem+json"
BY_STATUS = {
    400: "faults", 401: "no-token", 403: "out-of-scope", 404: "not-there", 405: "not-this-way", 413: "too-large",
    415: "not-json", 429: "too-often", 503: "busy",
}  # fmt: skip


class Fault(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with what was asked."""

    at: str
    """Which field: `$.number`, `$.numbers[0].kind`; of the address: `?most`, `{number}`; of the header:
    `Idempotency-Key`.
    """
    text: str
    line: int = 0
    """Of a configuration's text, or of a file, from 1."""
    key: str = ""
    """Of a configuration: `queue[0].wrap_up_s`; of a contact: `numbers`."""
    slug: str = ""
    """What is wrong with a configuration, a sound, a file, for programs."""
    remedy: str = ""


class Problem(Struct, frozen=True, omit_defaults=True):
    """RFC 9457. `type` is stable, what people read is in their language."""

    type: str
    title: str
    status: int
    detail: str = ""
    reason: str = ""
    """Why an order was refused: a word of docs/orders.md."""
    repeated: bool = False
    """The same order was given before: this was its answer."""
    faults: list[Fault] = []


class Refused(HTTPException):
    """What a view raises."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str = "",
        *,
        reason: str = "",
        faults: Sequence[Fault] = (),
        repeated: bool = False,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.code, self.slug, self.detail = status, slug, detail
        self.reason, self.faults, self.repeated, self.more = reason, list(faults), repeated, headers


def refuse_for(found: Iterable[tuple[str, str]]) -> None:
    """`found`: (field of the body, key of the words). Raises Refused with all of it, where there is any."""
    faults = [Fault(f"$.{field}", t(word)) for field, word in found]
    if faults:
        raise Refused(400, "faults", faults=faults)


def told(error: HTTPException) -> Response:
    """Whatever was wrong with a request of the API."""
    status = error.code or 500
    if isinstance(error, Refused):
        return _answer(problem(error), error.more)
    more = [one for one in error.get_headers() if one[0] in ("Allow", "Retry-After")]
    slug = BY_STATUS.get(status, "error" if status >= 500 else "faults")
    return _answer(Problem(_type(slug), _title(slug), status), more)


def problem(error: Refused) -> Problem:
    return Problem(
        _type(error.slug), _title(error.slug), error.code or 500, error.detail, error.reason, error.repeated,
        error.faults,
    )  # fmt: skip


def _answer(found: Problem, headers: Sequence[tuple[str, str]]) -> Response:
    made = Response(msgspec.json.encode(found), found.status, mimetype=MEDIA)
    made.headers.extend(headers)
    made.headers["Content-Language"] = language()
    if found.status == 401:
        made.headers["WWW-Authenticate"] = 'Bearer realm="tipring"'
    return made


def _type(slug: str) -> str:
    return f"urn:tipring:problem:{slug}"


def _title(slug: str) -> str:
    return t(f"api.problem-{slug}")
