"""The registrar: telephones say where they are (RFC 3261 10), and what else comes outside of calls is answered.

Nothing is ever passed on: a MESSAGE or PUBLISH of a telephone is refused, of anybody else challenged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from drivers.sip.events import RequestAnswered, RequestReceived
from firmware.config.schema import Sip
from firmware.sip.addresses import user_in
from firmware.sip.authenticator import Allowed, Authenticator, Challenge, Denied, Verdict, plain
from firmware.sip.bindings import Bindings, Contact, OutOfOrder
from firmware.sip.outputs import Answer, Drop, Header, Out, Reachable, Unreachable
from firmware.sip.pings import Pings
from firmware.sip.register_request import Refused, Wish, read_wish, shown

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, SUBSCRIBE, NOTIFY, REFER, INFO, UPDATE, PRACK"
CAN: tuple[Header, ...] = (
    ("Allow", ALLOW),
    ("Accept", "application/sdp"),
    ("Supported", "replaces, timer, 100rel"),
)
OUTSIDE_CALLS: Mapping[str, int] = {
    "MESSAGE": 405,
    "PUBLISH": 405,
    "SUBSCRIBE": 489,
    "NOTIFY": 481,
    "INFO": 481,
    "UPDATE": 481,
    "PRACK": 481,
    "BYE": 481,
    "REFER": 403,
    "INVITE": 503,
}
"""What a telephone that logged in is told. Calls and subscriptions are others' and do not come here."""
UNKNOWN = 501
"""RFC 3261 21.5.2."""


class Registrar:
    """`handle` each request, `due` when `due_us` says so; carry out what they return, in order."""

    def __init__(
        self,
        settings: Sip,
        authenticator: Authenticator,
        bindings: Bindings,
        next_request: Callable[[], int],
        own: str,
    ) -> None:
        """`next_request` numbers requests of ours; `own` is who sends them, a name-addr."""
        self.bindings = bindings
        self._settings, self._authenticator = settings, authenticator
        self._pings = Pings(next_request, own)
        self._reachable: set[str] = set()

    def use(self, numbers: Collection[str], now_us: int) -> list[Out]:
        """The configuration's extensions; first of all, and when it changes. What others had is gone."""
        self._authenticator.numbers = frozenset(numbers)
        self.bindings.keep_only(self._authenticator.numbers)
        return self._changed(now_us)

    def contacts(self, number: str, now_us: int) -> tuple[Contact, ...]:
        """Where a call to this number goes, the preferred first; who does not answer pings comes last."""
        alive = [one for one in self.bindings.of(number) if one.expires_us > now_us]
        return tuple(sorted(alive, key=self._pings.is_silent))

    def is_silent(self, contact: Contact) -> bool:
        """It left pings unanswered."""
        return self._pings.is_silent(contact)

    @property
    def due_us(self) -> int | None:
        waits = [at_us for at_us in (self.bindings.next_us, self._pings.due_us) if at_us is not None]
        return min(waits, default=None)

    def due(self, now_us: int) -> list[Out]:
        self.bindings.expire(now_us)
        changed = self._changed(now_us)
        return [*changed, *self._pings.due(now_us)]

    def answered(self, answer: RequestAnswered) -> bool:
        """The end of a request; False: it was none of ours."""
        return self._pings.answered(answer)

    def handle(self, request: RequestReceived, now_us: int) -> list[Out]:
        """Never raises, whatever came."""
        method = request.message.method
        if method == "ACK":
            return [Drop(request.request)]
        if method in WITHOUT_LOG_IN:
            admitted = self._authenticator.guard.admits(plain(request.source), now_us, request.port)
            return [WITHOUT_LOG_IN[method](request.request) if admitted else Drop(request.request)]
        verdict = self._authenticator.judge_request(request, now_us)
        if not isinstance(verdict, Allowed):
            return [refusal(request.request, verdict)]
        if method == "REGISTER":
            return self._register(request, verdict.number, now_us)
        status = OUTSIDE_CALLS.get(method, UNKNOWN)
        return [Answer(request.request, status, (("Allow", ALLOW),) if status in (405, UNKNOWN) else ())]

    def _register(self, request: RequestReceived, number: str, now_us: int) -> list[Out]:
        if user_in(request.message.first("to")) != number:
            return [Answer(request.request, 403)]
        wish = read_wish(request, number, self._settings, now_us)
        if isinstance(wish, Refused):
            return [Answer(request.request, wish.status, wish.headers)]
        try:
            self._grant(wish, number, now_us)
        except OutOfOrder:
            return [Answer(request.request, 500, reason="Older Than A Former Request")]
        told = shown(self.contacts(number, now_us), now_us)
        return [Answer(request.request, 200, told), *self._changed(now_us)]

    def _grant(self, wish: Wish, number: str, now_us: int) -> None:
        self.bindings.expire(now_us)
        if wish.everything:
            self.bindings.unbind(number, wish.call_id, wish.cseq, now_us)
        elif wish.contacts:
            self.bindings.bind(number, wish.contacts, now_us)

    def _changed(self, now_us: int) -> list[Out]:
        """Tells which numbers got their first telephone or lost their last."""
        told: list[Out] = []
        for number in sorted(self.bindings.take_changed()):
            contacts = self.bindings.of(number)
            self._pings.use(number, contacts, now_us)
            if contacts and number not in self._reachable:
                self._reachable.add(number)
                told.append(Reachable(number))
            elif not contacts and number in self._reachable:
                self._reachable.remove(number)
                told.append(Unreachable(number))
        return told


def refusal(request: int, verdict: Verdict) -> Answer | Drop:
    """Of a request that is not allowed."""
    if isinstance(verdict, Challenge):
        return Answer(request, 401, verdict.headers)
    if isinstance(verdict, Denied):
        return Answer(request, verdict.status)
    return Drop(request)


def _options(request: int) -> Answer:
    """RFC 3261 11.2. The same whoever is asked for."""
    return Answer(request, 200, CAN)


def _no_such_call(request: int) -> Answer:
    return Answer(request, 481)


WITHOUT_LOG_IN: Mapping[str, Callable[[int], Answer]] = {"OPTIONS": _options, "CANCEL": _no_such_call}
"""A CANCEL cannot be challenged (RFC 3261 22.1)."""
