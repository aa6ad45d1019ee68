"""Telephones that watch lamps: SUBSCRIBEs as drivers.sip hands them over, and NOTIFYs judged as a watcher would."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

from msgspec import Struct

from drivers.sip.events import RequestAnswered, RequestReceived
from drivers.sip.message import parse
from firmware.sip.dialog_info import NAMESPACE
from firmware.sip.outputs import Answer, Send
from firmware.sip.subscription_table import Limits
from firmware.sip.subscriptions import MayWatch, Out, Spans, Subscriptions

S = 1_000_000


class Seen(Struct):
    """What a watcher was told in one dialog."""

    cseq: int = 0
    version: int = -1
    is_over: bool = False
    told: int = 0


def everybody(watcher: str, package: str, number: str) -> bool:
    del watcher, package, number
    return True


def said(one: Answer | Send, name: str) -> str:
    return next((value for header, value in one.headers if header.lower() == name.lower()), "")


class House:
    """A box's subscriptions and whoever watches. `sent` is all that came out, in order."""

    def __init__(
        self,
        may_watch: MayWatch = everybody,
        limits: Limits | None = None,
        kind: type[Subscriptions] = Subscriptions,
    ) -> None:
        self.now_us = 0
        self.sent: list[Out] = []
        self.dialogs: dict[tuple[str, str], Seen] = {}
        self.limits = limits or Limits()
        self._requests, self._incoming, words = itertools.count(1), itertools.count(1), itertools.count()
        self.lamps = kind(
            may_watch,
            lambda number, transport: f"sip:{number}@192.0.2.1:5060;transport={transport}",
            lambda: next(self._requests),
            lambda: f"w{next(words)}",
            limits=self.limits,
            spans=Spans(60, 3600),
        )

    def subscribe(
        self,
        number: str = "202",
        event: str = "dialog",
        *,
        watcher: str = "201",
        expires: str = "600",
        call_id: str = "c1",
        to_tag: str = "",
        cseq: int = 1,
        source: str = "192.0.2.50",
        contact: str = "",
        more: str = "",
    ) -> list[Out]:
        """What was answered, and sent besides."""
        text = (
            f"SUBSCRIBE sip:{number}@box SIP/2.0\r\nFrom: <sip:{watcher}@box>;tag=f\r\n"
            f"To: <sip:{number}@box>{f';tag={to_tag}' if to_tag else ''}\r\nCall-ID: {call_id}\r\n"
            f"CSeq: {cseq} SUBSCRIBE\r\nContact: <{contact or f'sip:{watcher}@{source}:5062'}>\r\nEvent: {event}\r\n"
            + (f"Expires: {expires}\r\n" if expires else "")
            + more
            + "\r\n"
        )
        return self.take(text, watcher, source)

    def take(self, text: str, watcher: str = "201", source: str = "192.0.2.50") -> list[Out]:
        """Exactly one answer, and it comes first."""
        request = RequestReceived(next(self._incoming), parse(text), "UDP", source, 5062)
        out = self.lamps.handle(request, watcher, self.now_us)
        assert [isinstance(one, Answer) for one in out] == [True] + [False] * (len(out) - 1)
        assert isinstance(out[0], Answer)
        assert out[0].request == request.request
        return self.judged(out)

    def go_to(self, at_us: int) -> list[Out]:
        out: list[Out] = []
        while (due := self.lamps.deadline_us) is not None and due <= at_us:
            self.now_us = max(due, self.now_us)
            out += self.judged(self.lamps.advance(self.now_us))
        self.now_us = at_us
        return out

    def answer(self, notify: Out, status: int = 200, more: str = "") -> list[Out]:
        assert isinstance(notify, Send)
        message = parse(f"SIP/2.0 {status} X\r\n{more}\r\n")
        return self.judged(self.lamps.answered(RequestAnswered(notify.request, status, message), self.now_us))

    def judged(self, out: list[Out]) -> list[Out]:
        """Each NOTIFY counts on, tells well-formed state, and none follows the last (RFC 6665 4.1.2, RFC 4235 4.3)."""
        for one in out:
            if isinstance(one, Send):
                self._judge(one)
        self.sent += out
        assert len(self.lamps.table) <= self.limits.most
        return out

    def _judge(self, notify: Send) -> None:
        tag = notify.from_.rpartition(";tag=")[2]
        assert tag.startswith("tip-")
        seen = self.dialogs.setdefault((notify.call_id, tag), Seen())
        assert not seen.is_over, "a subscription that is over tells no more"
        assert notify.cseq == seen.cseq + 1
        seen.cseq, seen.told = notify.cseq, seen.told + 1
        state = said(notify, "Subscription-State")
        seen.is_over = state.startswith("terminated")
        assert seen.is_over or re.fullmatch(r"active;expires=\d+", state)
        if "dialog-info" in notify.content_type:
            version = int(xml(notify).attrib["version"])
            assert version == seen.version + 1
            seen.version = version


def xml(notify: Out) -> ElementTree.Element:
    assert isinstance(notify, Send)
    return ElementTree.fromstring(notify.body.encode())


def dialog_state(notify: Out) -> str:
    """`idle` where no dialog is told of."""
    found = xml(notify).find(f"{{{NAMESPACE}}}dialog/{{{NAMESPACE}}}state")
    return found.text or "" if found is not None else "idle"


def status(out: list[Out]) -> int:
    assert isinstance(out[0], Answer)
    return out[0].status


def tag_of(out: list[Out]) -> str:
    assert isinstance(out[0], Answer)
    return out[0].to_tag
