"""Requests that pjsua does not serve, answered by Python; requests of ours outside its calls. One endpoint a process.

Called from the thread that polls the endpoint.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from msgspec import Struct

from drivers.sip._sip import ffi, lib
from drivers.sip.errors import BadHeader
from drivers.sip.events import RequestAnswered, RequestReceived
from drivers.sip.library import check
from drivers.sip.message import is_header, parse

ROOM = 65_536
TAG = "tip-"
"""To tags that we choose begin so: what comes back with them is handed to us, not to pjsua's calls."""

Headers = Iterable[tuple[str, str]]


class RequestCounts(Struct, frozen=True):
    seen: int
    refused: int
    """Too many waited."""
    expired: int
    """Nobody answered within 10 s."""
    repeated: int
    """Came again before they were answered."""


class Requests:
    """At most `most` wait; `fd` can be read when one does.

    Start after pjsua was initialised, stop before it is destroyed.
    """

    def __init__(self, most: int) -> None:
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._about = ffi.new("tip_request *")
        self._text = ffi.new(f"char[{ROOM}]")
        check(lib.tip_requests_start(most, self.fd), "handing over requests")

    def take(self) -> Iterator[RequestReceived | RequestAnswered]:
        """Everything that waits, oldest first."""
        try:
            os.eventfd_read(self.fd)
        except BlockingIOError:
            return
        while lib.tip_requests_take(self._about, self._text, ROOM):
            yield self._told()

    def _told(self) -> RequestReceived | RequestAnswered:
        about = self._about
        text = ffi.unpack(self._text, about.length).decode("utf-8", "replace") if about.length else ""
        message = parse(text)
        if about.status:
            return RequestAnswered(about.id, about.status, message if text else None)
        transport, source = (ffi.string(field).decode() for field in (about.transport, about.source))
        return RequestReceived(about.id, message, transport, source, about.port)

    def answer(
        self,
        request: int,
        status: int,
        *,
        reason: str = "",
        headers: Headers = (),
        to_tag: str = "",
        content_type: str = "",
        body: str = "",
    ) -> None:
        """Answers statefully. Raises BadHeader; SipError where it expired, was answered, or cannot be sent."""
        data = body.encode()
        _checked("Reason-Phrase", reason)
        check(
            lib.tip_requests_answer(
                request,
                status,
                reason.encode(),
                to_tag.encode(),
                _lines(headers),
                content_type.encode(),
                data,
                len(data),
            ),
            f"answering request {request} with {status}",
        )

    def drop(self, request: int) -> None:
        """No answer at all, and room for another. One that expired is let be."""
        lib.tip_requests_drop(request)

    def send(
        self,
        request: int,
        method: str,
        uri: str,
        *,
        from_: str,
        to: str,
        contact: str = "",
        call_id: str = "",
        cseq: int = -1,
        headers: Headers = (),
        content_type: str = "",
        body: str = "",
    ) -> None:
        """Sends a request outside pjsua's calls; its end is a `RequestAnswered` with the same `request`.

        `from_` and `to` are name-addrs with their tags. Raises BadHeader, SipError.
        """
        text = [_checked("text", word).encode() for word in (method, uri, from_, to, contact, call_id)]
        named, target, sender, receiver, reached, dialog = text
        data = body.encode()
        end = (cseq, _lines(headers), content_type.encode(), data, len(data))
        check(
            lib.tip_requests_send(request, named, target, sender, receiver, reached, dialog, *end),
            f"sending {method}",
        )

    def counts(self) -> RequestCounts:
        four = ffi.new("uint64_t[4]")
        lib.tip_requests_counts(four)
        return RequestCounts(*four)

    def stop(self) -> None:
        lib.tip_requests_stop()
        os.close(self.fd)


def _checked(name: str, value: str) -> str:
    if not is_header(name, value):
        raise BadHeader(f"{name!r}: {value!r}")
    return value


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {_checked(name, value)}\n" for name, value in headers).encode()
