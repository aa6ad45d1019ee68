"""Registering the box with a carrier: REGISTER, challenge, renewal, the next host, back-off, taking it back. Sans-IO.

`start`, `stop`, `found`, `answered` and `advance` give requests to send and, where it changes, whether the trunk can be
used. The table is in registering.py, the words in registration.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from drivers.sip.events import RequestAnswered
from firmware.sip.backoff import BackOff
from firmware.sip.client_digest import Attempt, ClientDigest, Headers
from firmware.sip.elements import whole_number
from firmware.sip.hosts import Hosts, Target
from firmware.sip.outputs import Send
from firmware.sip.registering import (
    AWAITING,
    STEPS,
    UNWELL,
    Deed,
    Given,
    Reason,
    Registering,
    Times,
    TrunkDown,
    TrunkUp,
)
from firmware.sip.registration import (
    MOST_REGISTRATION_S,
    Account,
    Granted,
    Series,
    granted,
    register,
    registrar_uri,
    retry_after_s,
)

SECOND_US = 1_000_000
LEAST_GRANTED_S = 10
"""A carrier that grants less would be asked all the time: it is as good as a refusal."""
Out = Send | TrunkUp | TrunkDown


class TrunkAccount:
    """One account at one carrier. `hosts` may be shared with the trunk's calls."""

    def __init__(
        self,
        account: Account,
        hosts: Hosts,
        digest: ClientDigest,
        series: Series,
        new_request: Callable[[], int],
        *,
        draw: Random,
        times: Times | None = None,
    ) -> None:
        """`new_request` numbers requests; `series` is new for each life of the process."""
        self.state = Registering.OFF
        self.unexpected = 0
        self.hosts = hosts
        self._account, self._digest, self._series = account, digest, series
        self._new_request, self._draw = new_request, draw
        self._times = times = times or Times()
        self._wait = BackOff(times.least_wait_s * SECOND_US, times.most_wait_s * SECOND_US, draw)
        self._refused = BackOff(times.least_refused_s * SECOND_US, times.most_refused_s * SECOND_US, draw)
        self._asked_s = account.registration_s
        self._longer = False
        """Asked for longer already, as 423 wanted."""
        self._until_us: int | None = None
        """The registration's end at the carrier."""
        self._timer_us: int | None = None
        self._request = 0
        self._target: Target | None = None
        self._attempt: Attempt | None = None
        self._granted = Granted(0)
        self._why = TrunkDown(Reason.NO_ANSWER)
        self._told: TrunkUp | TrunkDown | None = None
        self._out: list[Out] = []
        self._deeds: Mapping[Deed, Callable[[int], None]] = {
            Deed.NOTHING: self._rest,
            Deed.ASK: self._ask,
            Deed.ANSWER: self._answer_challenge,
            Deed.STAND: self._stand,
            Deed.WAIT: lambda now_us: self._pause(self._wait, now_us),
            Deed.WAIT_LONG: lambda now_us: self._pause(self._refused, now_us, is_over=True),
            Deed.LEAVE: self._leave,
        }
        self._headers: Headers = ()

    @property
    def deadline_us(self) -> int | None:
        """When `advance` has something to do."""
        return min((one for one in (self._timer_us, self._until_us) if one is not None), default=None)

    @property
    def is_up(self) -> bool:
        return isinstance(self._told, TrunkUp)

    def start(self, now_us: int) -> list[Out]:
        self._told = None
        return self._given(Given.START, now_us)

    def stop(self, now_us: int) -> list[Out]:
        """Takes the registration back; `state` is OFF when that is done."""
        self._tell(TrunkDown(Reason.STOPPED))
        return self._given(Given.STOP, now_us)

    def found(self, now_us: int) -> list[Out]:
        """`hosts` learned of addresses."""
        lacks = self.state is Registering.WAITING and self._why.reason is Reason.NO_ADDRESS
        return self._given(Given.FOUND, now_us) if lacks and self.hosts.next(now_us) else self._flush()

    def advance(self, now_us: int) -> list[Out]:
        if self._until_us is not None and now_us >= self._until_us:
            self._over()
        if self._timer_us is None or now_us < self._timer_us:
            return self._flush()
        if self.state not in AWAITING:
            return self._given(Given.TIMEOUT, now_us)
        return self._host_failed(TrunkDown(Reason.NO_ANSWER), 0, now_us)

    def answered(self, answer: RequestAnswered, now_us: int) -> list[Out]:
        """Answers to requests of others, or late ones, are ignored."""
        if answer.request != self._request or self.state not in AWAITING:
            return self._flush()
        self._request = 0
        if answer.status in UNWELL:
            why = TrunkDown(Reason.NO_ANSWER, answer.status if answer.message else 0)
            return self._host_failed(why, retry_after_s(answer.message) * SECOND_US, now_us)
        return self._given(self._judged(answer), now_us)

    def _judged(self, answer: RequestAnswered) -> Given:
        self._why = TrunkDown(Reason.REFUSED, answer.status)
        if answer.message is None:
            return Given.REFUSED
        if answer.status in {401, 407}:
            self._headers = self._attempt.answer(answer.message) if self._attempt else ()
            self._why = TrunkDown(Reason.PASSWORD, answer.status)
            return Given.CHALLENGED if self._headers else Given.REFUSED
        if answer.status == 423:
            return self._too_brief(whole_number(answer.message.first("min-expires"), MOST_REGISTRATION_S))
        if 200 <= answer.status < 300:
            self._granted = granted(answer.message, self._account, self._asked_s)
            is_enough = self._granted.for_s >= LEAST_GRANTED_S or self.state is Registering.LEAVING
            return Given.GRANTED if is_enough else Given.REFUSED
        return Given.REFUSED

    def _too_brief(self, least_s: int | None) -> Given:
        """RFC 3261 10.2.8; not again and again."""
        if least_s is None or least_s <= self._asked_s or self._longer:
            return Given.REFUSED
        self._asked_s, self._longer = least_s, True
        return Given.TOO_BRIEF

    def _host_failed(self, why: TrunkDown, for_us: int, now_us: int) -> list[Out]:
        self._why = why
        self._request = 0
        if self._target:
            self.hosts.failed(self._target, now_us, for_us)
        return self._given(Given.HOST_FAILED if self.hosts.next(now_us) else Given.ALL_FAILED, now_us)

    def _given(self, given: Given, now_us: int) -> list[Out]:
        self._step(given, now_us)
        return self._flush()

    def _step(self, given: Given, now_us: int) -> None:
        row = STEPS.get((self.state, given))
        if row is None:
            self.unexpected += 1
            return
        self.state, deed = row
        self._deeds[deed](now_us)

    def _flush(self) -> list[Out]:
        out, self._out = self._out, []
        return out

    def _ask(self, now_us: int) -> None:
        self._target = self._present(now_us)
        if self._target is None:
            self._why = self._why if self.hosts.order(now_us) else TrunkDown(Reason.NO_ADDRESS)
            self._step(Given.ALL_FAILED, now_us)
            return
        self._begin(self._target, self._asked_s, now_us)

    def _present(self, now_us: int) -> Target | None:
        """The host that serves us goes on serving, unless it failed."""
        standing = self._told.target if isinstance(self._told, TrunkUp) else None
        best = self.hosts.next(now_us)
        others = [one for one in self.hosts.order(now_us) if one != standing]
        return standing if standing and self.hosts.next(now_us, others) else best

    def _begin(self, target: Target, expires_s: int, now_us: int) -> None:
        self._attempt = self._digest.attempt("REGISTER", registrar_uri(self._account, target))
        self._send(target, expires_s, self._attempt.headers(), now_us)

    def _answer_challenge(self, now_us: int) -> None:
        if self._target:
            expires_s = 0 if self.state is Registering.LEAVING else self._asked_s
            self._send(self._target, expires_s, self._headers, now_us)

    def _send(self, target: Target, expires_s: int, credentials: Headers, now_us: int) -> None:
        self._request = self._new_request()
        self._timer_us = now_us + self._times.answer_s * SECOND_US
        more = (("Expires", str(expires_s)), *credentials)
        self._out.append(register(self._request, self._account, target, self._series, more))

    def _stand(self, now_us: int) -> None:
        for_us = self._granted.for_s * SECOND_US
        share = self._draw.uniform(self._times.renewed_from, self._times.renewed_to)
        self._until_us, self._timer_us = now_us + for_us, now_us + int(for_us * share)
        self._wait.reset()
        self._refused.reset()
        self._longer = False
        self._why = TrunkDown(Reason.NO_ANSWER)
        if self._target:
            self.hosts.worked(self._target)
            self._tell(TrunkUp(self._target, self._granted.routes, self._granted.identities))

    def _pause(self, back_off: BackOff, now_us: int, *, is_over: bool = False) -> None:
        """A registration that nobody could renew stands until its end; one that was refused does not."""
        self._timer_us = max(now_us + back_off.next_us(), self.hosts.free_us(now_us) or 0)
        self._longer = False
        if is_over or self._until_us is None:
            self._over()

    def _over(self) -> None:
        self._until_us = None
        self._granted = Granted(0)
        self._tell(self._why)

    def _leave(self, now_us: int) -> None:
        """Where something may stand: also what the carrier granted after we had stopped."""
        stands = self._until_us is not None or bool(self._granted.for_s)
        self._until_us = None
        if self._target is None or not stands:
            self._step(Given.REFUSED, now_us)
            return
        self._begin(self._target, 0, now_us)

    def _rest(self, now_us: int) -> None:
        """LINGERING keeps waiting for its answer."""
        del now_us
        self._until_us = None
        if self.state is Registering.OFF:
            self._timer_us = None
            self._granted = Granted(0)

    def _tell(self, news: TrunkUp | TrunkDown) -> None:
        stopped = isinstance(self._told, TrunkDown) and self._told.reason is Reason.STOPPED
        if news == self._told or (stopped and isinstance(news, TrunkDown)):
            return
        self._told = news
        self._out.append(news)
