"""What those who speak outside of calls want done. Who holds the endpoint does it: fields are `Requests`' arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

if TYPE_CHECKING:
    from drivers.sip.requests import Requests

Header = tuple[str, str]


class Answer(Struct, frozen=True, tag=True):
    """`Requests.answer`."""

    request: int
    status: int
    headers: tuple[Header, ...] = ()
    reason: str = ""
    to_tag: str = ""
    content_type: str = ""
    body: str = ""


class Drop(Struct, frozen=True, tag=True):
    """The request gets no answer at all, and its room is free for others at once."""

    request: int


class Send(Struct, frozen=True, tag=True):
    """`Requests.send`; its end is a `RequestAnswered` with the same `request`."""

    request: int
    method: str
    uri: str
    from_: str
    to: str
    contact: str = ""
    call_id: str = ""
    cseq: int = -1
    headers: tuple[Header, ...] = ()
    content_type: str = ""
    body: str = ""


class Reachable(Struct, frozen=True, tag=True):
    """The number has its first telephone."""

    number: str


class Unreachable(Struct, frozen=True, tag=True):
    """The number has no telephone any more."""

    number: str


Out = Answer | Drop | Send | Reachable | Unreachable


def carry_out(requests: Requests, one: Answer | Drop | Send) -> None:
    """Raises SipError where the request expired or cannot be sent."""
    match one:
        case Answer():
            requests.answer(**structs.asdict(one))
        case Drop():
            requests.drop(one.request)
        case Send():
            requests.send(**structs.asdict(one))
