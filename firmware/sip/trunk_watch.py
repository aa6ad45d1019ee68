"""How each trunk fares: registered or answering, how quickly it answers, what its last calls sounded like. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from msgspec import Struct

from drivers.sip.events import Heard, RequestAnswered
from firmware.sip.outputs import Send
from firmware.sip.registering import TrunkDown, TrunkUp

LAST_CALLS = 10
"""Whose packets are counted together."""
STATUS_NAME = "sip-trunks"
STATUS_BYTES = 64 * 1024


class TrunkLook(Struct, frozen=True):
    """One trunk."""

    name: str
    way: str
    """How it is watched: `registration` or `options`."""
    up: bool
    reason: str = ""
    """Why it is down (`firmware.sip.registering.Reason`), with the carrier's status."""
    round_trip_ms: float | None = None
    """Of the last REGISTER or OPTIONS that was answered."""
    calls: int = 0
    """Of the last calls, so many whose audio was counted."""
    lost_percent: float | None = None
    """Packets of theirs that did not come; None: there were none."""
    jitter_ms: float | None = None
    """Mean of theirs (RFC 3550 6.4.1)."""


class TrunksStatus(Struct, frozen=True):
    """`sip-trunks.status.json`, anew each second."""

    at_us: int
    trunks: tuple[TrunkLook, ...]


class TrunkWatch:
    """`sent`, `answered`, `told` and `talked` as things happen; `look` when somebody asks."""

    def __init__(self, ways: Mapping[str, str]) -> None:
        """By name: `registration` or `options`."""
        self._ways = ways
        self._asked: dict[str, tuple[int, int]] = {}
        self._round_trip_us: dict[str, int] = {}
        self._news: dict[str, TrunkUp | TrunkDown] = {}
        self._heard: dict[str, deque[Heard]] = {name: deque(maxlen=LAST_CALLS) for name in ways}

    def told(self, name: str, said: Iterable[Send | TrunkUp | TrunkDown], now_us: int) -> None:
        """What the trunk's machine wants, or says."""
        for one in said:
            if isinstance(one, Send):
                self._asked[name] = one.request, now_us
            else:
                self._news[name] = one

    def answered(self, answer: RequestAnswered, now_us: int) -> None:
        """An answer nobody sent (a timeout) is none."""
        if answer.message is None:
            return
        for name, (request, at_us) in self._asked.items():
            if request == answer.request:
                self._round_trip_us[name] = now_us - at_us

    def talked(self, name: str, heard: Heard) -> None:
        """A call of this trunk is over."""
        if heard.packets + heard.lost:
            self._heard[name].append(heard)

    def look(self) -> tuple[TrunkLook, ...]:
        return tuple(self._one(name, way) for name, way in self._ways.items())

    def _one(self, name: str, way: str) -> TrunkLook:
        news, calls, trip_us = self._news.get(name), self._heard[name], self._round_trip_us.get(name)
        lost, packets = sum(one.lost for one in calls), sum(one.packets for one in calls)
        return TrunkLook(
            name,
            way,
            isinstance(news, TrunkUp),
            f"{news.reason.value} {news.status or ''}".strip() if isinstance(news, TrunkDown) else "",
            None if trip_us is None else round(trip_us / 1000, 1),
            len(calls),
            round(100 * lost / (lost + packets), 2) if calls else None,
            round(sum(one.jitter_us for one in calls) / len(calls) / 1000, 1) if calls else None,
        )
