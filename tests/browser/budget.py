"""What a page costs a person who comes for the first time: bytes over the wire, and when it can be used.

Usable: its first content is painted, its scripts have run (DOMContentLoaded waits for modules), and where the test
names what people wait for (`ready`, a CSS selector), that is to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.browser.browser import PHONE_LINE, Line, User

MAX_BYTES = 150_000
MAX_USABLE_MS = 1000.0
TRIES = 5
BY_ITSELF = "/favicon.ico"
"""Chromium asks for it of pages that name no icon, some time."""
USABLE = """ready => {
    const [page] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint").map(one => one.startTime);
    if (!page?.domContentLoadedEventEnd || !paint.length) return null;
    if (ready && !document.querySelector(ready)?.checkVisibility()) return null;
    return Math.max(page.domContentLoadedEventEnd, ...paint, ready ? performance.now() : 0);
}"""


@dataclass(frozen=True)
class Load:
    sizes: dict[str, int]
    """Bytes as sent, with headers, of each address."""
    usable_ms: float

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    def faults(self) -> list[str]:
        found = []
        if self.total > MAX_BYTES:
            heaviest = sorted(self.sizes.items(), key=lambda row: -row[1])
            found.append(f"{self.total} bytes of {MAX_BYTES}: {heaviest}")
        if self.usable_ms > MAX_USABLE_MS:
            found.append(f"usable after {self.usable_ms:.0f} ms of {MAX_USABLE_MS:.0f}")
        return found


class _Meter:
    """Adds up what Chromium's network says; streams that do not end count what came so far."""

    def __init__(self, user: User) -> None:
        self._addresses: dict[str, str] = {}
        self._bytes: dict[str, int] = {}
        self.is_on = True
        for event, take in (
            ("Network.responseReceived", self._begun),
            ("Network.dataReceived", self._came),
            ("Network.loadingFinished", self._ended),
        ):
            user.cdp.on(event, take)
        user.cdp.send("Network.enable")

    def sizes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for request, size in self._bytes.items():
            address = self._addresses.get(request, request)
            found[address] = found.get(address, 0) + size
        return found

    def _begun(self, event: dict[str, Any]) -> None:
        address = event["response"]["url"]
        if self.is_on and not address.startswith("data:") and not address.endswith(BY_ITSELF):
            self._addresses[event["requestId"]] = address
            self._bytes[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def _came(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._bytes and self.is_on:
            self._bytes[event["requestId"]] += int(event["encodedDataLength"])

    def _ended(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._bytes and self.is_on:
            self._bytes[event["requestId"]] = int(event["encodedDataLength"])


def measure(user: User, address: str, line: Line | None = PHONE_LINE, ready: str = "") -> Load:
    """One load with an empty cache over the line (None: as fast as it goes). Leaves the page there, on a fast line."""
    meter = _Meter(user)
    user.cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    user.throttle(line)
    try:
        user.page.goto(address, wait_until="commit")
        usable = user.page.wait_for_function(USABLE, arg=ready)
        usable_ms = float(usable.json_value())
        user.page.wait_for_load_state("load")
    finally:
        user.throttle(None)
        user.cdp.send("Network.setCacheDisabled", {"cacheDisabled": False})
        meter.is_on = False
    return Load(meter.sizes(), usable_ms)


def check(user: User, address: str, line: Line = PHONE_LINE, ready: str = "") -> Load:
    """A first load within the budget; the best of some, as the processor is others' too. Raises AssertionError."""
    loads: list[Load] = []
    while len(loads) < TRIES and (not loads or loads[-1].faults()):
        loads.append(measure(user, address, line, ready))
    assert not loads[-1].faults(), f"{address}: {[one.faults() for one in loads]}"
    return loads[-1]
