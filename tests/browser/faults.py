"""What goes wrong in somebody's pages: errors of scripts, refused content, failed requests, strangers asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Request, Response, WebError

LOCAL = frozenset(("127.0.0.1", "localhost"))
INSIDE = frozenset(("about", "blob", "data"))
"""Schemes of what the page holds itself."""
LEFT = "net::ERR_ABORTED"
"""Of requests that the page itself let go: a stream at a reload, a download. No fault."""


class Kind(StrEnum):
    CONSOLE = "console error"
    POLICY = "content security policy"
    SCRIPT = "uncaught error"
    REQUEST = "failed request"
    STATUS = "refused request"
    STRANGER = "external request"


@dataclass(frozen=True)
class Fault:
    kind: Kind
    text: str
    where: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text} ({self.where})"


class PageFaults(AssertionError):
    """A page had faults that nobody expected; one a line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class Watcher:
    """Collects in `faults` what happens in all pages of a context from now on."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[Fault] = []
        context.on("console", self._said)
        context.on("weberror", self._thrown)
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def follow(self, cdp: CDPSession) -> None:
        """Chromium's own word on what a page's policy refused, for one page."""
        cdp.on("Audits.issueAdded", self._issue)
        cdp.send("Audits.enable")

    @contextmanager
    def expecting(self, pattern: str) -> Iterator[None]:
        """As `tests.browser.browser.User.expecting`, of what has been collected when the block is left."""
        before = len(self.faults)
        yield
        new = self.faults[before:]
        left = [one for one in new if not re.search(pattern, str(one))]
        assert len(left) < len(new), f"no fault matched {pattern!r}: {[*map(str, new)]}"
        self.faults[before:] = left

    def check(self) -> None:
        """Raises PageFaults where there are some."""
        if self.faults:
            raise PageFaults(self.faults)

    def _found(self, kind: Kind, text: str, where: str) -> None:
        self.faults.append(Fault(kind, text, where))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self._found(Kind.CONSOLE, message.text, message.location["url"])

    def _thrown(self, error: WebError) -> None:
        self._found(Kind.SCRIPT, str(error.error), error.page.url if error.page else "")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in INSIDE and parts.hostname not in LOCAL:
            self._found(Kind.STRANGER, request.method, request.url)

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._found(Kind.REQUEST, f"{request.method} {request.failure}", request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._found(Kind.STATUS, f"{response.request.method} {response.status}", response.url)

    def _issue(self, event: dict[str, Any]) -> None:
        issue = event["issue"]
        if issue["code"] == "ContentSecurityPolicyIssue":
            details = issue["details"]["contentSecurityPolicyIssueDetails"]
            refused = details.get("blockedURL", details["contentSecurityPolicyViolationType"])
            where = details.get("sourceCodeLocation", {}).get("url", "")
            self._found(Kind.POLICY, f"{details['violatedDirective']} {refused}", where)
