"""Whether a carrier that knows the box by its address answers: OPTIONS now and then (RFC 3261 11). Sans-IO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from random import Random

from msgspec import Struct

from drivers.sip.events import RequestAnswered
from firmware.sip.addresses import name_addr, sip_uri
from firmware.sip.hosts import Hosts, Target
from firmware.sip.outputs import Send
from firmware.sip.registering import Reason, TrunkDown, TrunkUp
from firmware.sip.registration import Series

SECOND_US = 1_000_000
SILENT = frozenset({408, 502, 503, 504})
"""All other answers, refusals too, come from something that is alive."""


class Probing(Enum):
    OFF = auto()
    ASKING = auto()
    STANDING = auto()
    WAITING = auto()
    """Nobody answered."""


class Given(Enum):
    START = auto()
    STOP = auto()
    ALIVE = auto()
    HOST_FAILED = auto()
    ALL_FAILED = auto()
    TIMEOUT = auto()
    FOUND = auto()


class Deed(Enum):
    ASK = auto()
    STAND = auto()
    WAIT = auto()
    REST = auto()


STEPS: Mapping[tuple[Probing, Given], tuple[Probing, Deed]] = {
    (Probing.OFF, Given.START): (Probing.ASKING, Deed.ASK),
    (Probing.ASKING, Given.ALIVE): (Probing.STANDING, Deed.STAND),
    (Probing.ASKING, Given.HOST_FAILED): (Probing.ASKING, Deed.ASK),
    (Probing.ASKING, Given.ALL_FAILED): (Probing.WAITING, Deed.WAIT),
    (Probing.ASKING, Given.STOP): (Probing.OFF, Deed.REST),
    (Probing.STANDING, Given.TIMEOUT): (Probing.ASKING, Deed.ASK),
    (Probing.STANDING, Given.STOP): (Probing.OFF, Deed.REST),
    (Probing.WAITING, Given.TIMEOUT): (Probing.ASKING, Deed.ASK),
    (Probing.WAITING, Given.FOUND): (Probing.ASKING, Deed.ASK),
    (Probing.WAITING, Given.STOP): (Probing.OFF, Deed.REST),
}


class Times(Struct, frozen=True):
    answer_s: int = 10
    every_s: int = 60
    down_every_s: int = 20


Out = Send | TrunkUp | TrunkDown


class TrunkProbe:
    """One trunk without an account. Hosts in quarantine are probed too: that is how they leave it."""

    def __init__(
        self,
        own: str,
        hosts: Hosts,
        series: Series,
        new_request: Callable[[], int],
        draw: Random,
        *,
        times: Times | None = None,
    ) -> None:
        """`own` is the URI the box is reached at."""
        self.state = Probing.OFF
        self.unexpected = 0
        self.deadline_us: int | None = None
        self.hosts = hosts
        self._own, self._series, self._new_request, self._draw = own, series, new_request, draw
        self._times = times or Times()
        self._request = 0
        self._target: Target | None = None
        self._tried: list[Target] = []
        self._told: TrunkUp | TrunkDown | None = None
        self._out: list[Out] = []
        self._deeds: Mapping[Deed, Callable[[int], None]] = {
            Deed.ASK: self._ask,
            Deed.STAND: self._stand,
            Deed.WAIT: self._wait,
            Deed.REST: self._rest,
        }

    @property
    def is_up(self) -> bool:
        return isinstance(self._told, TrunkUp)

    def start(self, now_us: int) -> list[Out]:
        return self._given(Given.START, now_us)

    def stop(self, now_us: int) -> list[Out]:
        return self._given(Given.STOP, now_us)

    def found(self, now_us: int) -> list[Out]:
        """`hosts` learned of addresses."""
        return self._given(Given.FOUND, now_us) if self.state is Probing.WAITING else []

    def advance(self, now_us: int) -> list[Out]:
        if self.deadline_us is None or now_us < self.deadline_us:
            return []
        return self._failed(now_us) if self.state is Probing.ASKING else self._given(Given.TIMEOUT, now_us)

    def answered(self, answer: RequestAnswered, now_us: int) -> list[Out]:
        if answer.request != self._request or self.state is not Probing.ASKING:
            return []
        if answer.status in SILENT or answer.message is None:
            return self._failed(now_us)
        return self._given(Given.ALIVE, now_us)

    def _failed(self, now_us: int) -> list[Out]:
        if self._target:
            self.hosts.failed(self._target, now_us)
            self._tried.append(self._target)
        return self._given(Given.HOST_FAILED if self._untried(now_us) else Given.ALL_FAILED, now_us)

    def _untried(self, now_us: int) -> Target | None:
        return next((one for one in self.hosts.order(now_us) if one not in self._tried), None)

    def _given(self, given: Given, now_us: int) -> list[Out]:
        self._step(given, now_us)
        out, self._out = self._out, []
        return out

    def _step(self, given: Given, now_us: int) -> None:
        row = STEPS.get((self.state, given))
        if row is None:
            self.unexpected += 1
            return
        self.state, deed = row
        self._deeds[deed](now_us)

    def _ask(self, now_us: int) -> None:
        self._target = self._untried(now_us)
        if self._target is None:
            self._step(Given.ALL_FAILED, now_us)
            return
        self._request = self._new_request()
        self.deadline_us = now_us + self._times.answer_s * SECOND_US
        self._out.append(self._options(self._target))

    def _options(self, target: Target) -> Send:
        self._series.cseq += 1
        uri = sip_uri("", target.host, target.named_port)
        return Send(
            request=self._request,
            method="OPTIONS",
            uri=uri,
            from_=name_addr("", self._own, [("tag", self._series.tag)]),
            to=name_addr("", uri),
            contact=name_addr("", self._own),
            call_id=self._series.call_id,
            cseq=self._series.cseq,
            headers=(("Route", target.route), ("Accept", "application/sdp")),
        )

    def _stand(self, now_us: int) -> None:
        self._pause(self._times.every_s, now_us)
        if self._target:
            self.hosts.worked(self._target)
            self._tell(TrunkUp(self._target))

    def _wait(self, now_us: int) -> None:
        self._pause(self._times.down_every_s, now_us)
        self._tell(TrunkDown(Reason.NO_ANSWER if self.hosts.order(now_us) else Reason.NO_ADDRESS))

    def _pause(self, for_s: int, now_us: int) -> None:
        self._tried.clear()
        self._request = 0
        self.deadline_us = now_us + int(for_s * SECOND_US * self._draw.uniform(0.75, 1.0))

    def _rest(self, now_us: int) -> None:
        del now_us
        self.deadline_us = None
        self._request = 0
        self._tell(TrunkDown(Reason.STOPPED))

    def _tell(self, news: TrunkUp | TrunkDown) -> None:
        if news != self._told:
            self._told = news
            self._out.append(news)
