"""Who watches which lamp: SUBSCRIBE and NOTIFY for messages (RFC 3842) and dialogs (RFC 4235). Sans-IO, bounded.

Requests are authenticated before they come here; `watcher` is the number that was proved. One subscription's life is
the table in subscription.py.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from drivers.sip.events import RequestAnswered, RequestReceived
from firmware.sip import dialog_info, message_summary
from firmware.sip.addresses import name_addr, sip_uri
from firmware.sip.dialog_info import Use
from firmware.sip.message_summary import Messages
from firmware.sip.outputs import Answer, Send
from firmware.sip.subscribe import ALLOW_EVENTS, PACKAGES, Refusal, Wish, wish_of
from firmware.sip.subscription import Deed, Given, Subscription, Watching
from firmware.sip.subscription_table import Limits, SubscriptionTable

TAG = "tip-"
"""To tags of ours begin so, else pjsip answers their requests itself (drivers.sip.requests)."""
RETRY_AFTER_S = 60
MayWatch = Callable[[str, str, str], bool]
"""Watcher, event package, number."""
Out = Answer | Send


class Spans(Struct, frozen=True):
    least_s: int = 60
    most_s: int = 3600


class Subscriptions:
    def __init__(
        self,
        may_watch: MayWatch,
        contact: Callable[[str, str], str],
        new_request: Callable[[], int],
        make_word: Callable[[], str],
        *,
        limits: Limits | None = None,
        spans: Spans | None = None,
    ) -> None:
        """`contact` gives the URI the box is reached at, for a number over a transport; `make_word` never repeats."""
        self.table = SubscriptionTable(limits or Limits())
        self.unexpected = 0
        self._may_watch, self._contact = may_watch, contact
        self._new_request, self._make_word = new_request, make_word
        self._spans = spans or Spans()
        self._requests: dict[int, int] = {}
        """NOTIFYs on their way, to subscriptions."""
        self._messages: dict[str, Messages] = {}
        self._uses: dict[str, Use] = {}
        self._out: list[Out] = []

    @property
    def deadline_us(self) -> int | None:
        """When `advance` has something to do."""
        return self.table.deadline_us

    def handle(self, request: RequestReceived, watcher: str, now_us: int) -> list[Out]:
        """A SUBSCRIBE: its answer, and a NOTIFY where it was accepted."""
        wish = wish_of(request)
        if isinstance(wish, Refusal):
            return [_refused(request, wish)]
        standing = self.table.of_dialog(wish)
        refusal = self._refusal(wish, standing, watcher)
        if refusal:
            return [_refused(request, refusal)]
        return self._accept(request.request, self._ours(wish), standing, watcher, now_us)

    def show_messages(self, number: str, messages: Messages, now_us: int) -> list[Out]:
        is_new = self._messages.get(number, Messages()) != messages
        self._messages[number] = messages
        if messages == Messages():
            del self._messages[number]
        return self._changed(message_summary.PACKAGE, number, now_us) if is_new else []

    def show_use(self, number: str, use: Use, now_us: int) -> list[Out]:
        is_new = self._uses.get(number, Use()) != use
        self._uses[number] = use
        if use == Use():
            del self._uses[number]
        return self._changed(dialog_info.PACKAGE, number, now_us) if is_new else []

    def answered(self, answer: RequestAnswered, now_us: int) -> list[Out]:
        """To a NOTIFY. A refusal ends the subscription, unless it says that it will pass (RFC 6665 4.2.2)."""
        standing = self.table.get(self._requests.pop(answer.request, 0))
        if standing is None:
            return []
        passes = answer.message is not None and bool(answer.message.first("retry-after"))
        self._do(
            standing, standing.step(Given.TOLD if answer.status < 300 or passes else Given.REFUSED), now_us
        )
        return self._flush()

    def advance(self, now_us: int) -> list[Out]:
        while standing := self.table.take_due(now_us):
            self._do(standing, standing.passed(now_us), now_us)
        return self._flush()

    def recheck(self, now_us: int) -> list[Out]:
        """After the configuration changed: who may not watch any longer is told so."""
        for one in self.table.all():
            if not self._may_watch(one.watcher, one.wish.package, one.wish.number):
                self._do(one, one.step(Given.ENDED), now_us, "rejected")
        return self._flush()

    def stop(self, now_us: int) -> list[Out]:
        """Watchers shall come again a little later (RFC 6665 4.1.3)."""
        for one in self.table.all():
            self._do(one, one.step(Given.ENDED), now_us, "probation;retry-after=5")
        return self._flush()

    def _refusal(self, wish: Wish, standing: Subscription | None, watcher: str) -> Refusal | None:
        if wish.our_tag and (standing is None or standing.watcher != watcher):
            return Refusal(481)
        if standing and wish.cseq <= standing.wish.cseq:
            return Refusal(500, (("Retry-After", "1"),))
        number = standing.wish.number if standing else wish.number
        if not number or not self._may_watch(watcher, wish.package, number):
            return Refusal(403)
        if 0 < wish.for_s < self._spans.least_s:
            return Refusal(423, (("Min-Expires", str(self._spans.least_s)),))
        if wish.for_s and not standing and not self._has_room(wish, watcher):
            return Refusal(503, (("Retry-After", str(RETRY_AFTER_S)),))
        return None

    def _has_room(self, wish: Wish, watcher: str) -> bool:
        return self.table.same(wish, watcher) is not None or not self.table.is_full(wish.source, watcher)

    def _ours(self, wish: Wish) -> Wish:
        """With a tag of ours, and no longer than may be."""
        wish = replace(wish, for_s=min(wish.for_s, self._spans.most_s))
        if wish.our_tag:
            return wish
        tag = TAG + self._make_word()
        return replace(wish, our_tag=tag, ours=f"{wish.ours};tag={tag}")

    def _accept(
        self, request: int, wish: Wish, standing: Subscription | None, watcher: str, now_us: int
    ) -> list[Out]:
        own = name_addr("", self._contact(wish.number, wish.transport))
        headers = (("Expires", str(wish.for_s)), ("Contact", own), ALLOW_EVENTS)
        self._out.append(Answer(request, 200, headers, to_tag=wish.our_tag))
        if standing:
            wish = replace(wish, number=standing.wish.number, entity_host=standing.wish.entity_host)
            self._do(standing, standing.refreshed(wish, now_us), now_us)
        elif wish.for_s:
            self._begin(wish, watcher, now_us)
        else:
            # A fetch (RFC 6665 4.4.3): nothing is kept, so nothing can be freed twice (CVE-2026-28799).
            self._out.append(self._notify(Subscription(0, watcher, wish, now_us), now_us, "timeout"))
        return self._flush()

    def _begin(self, wish: Wish, watcher: str, now_us: int) -> None:
        if before := self.table.same(wish, watcher):
            self._forget(before)
        added = self.table.add(watcher, wish, now_us)
        self._do(added, added.changed(now_us), now_us)

    def _changed(self, package: str, number: str, now_us: int) -> list[Out]:
        for one in self.table.watching(package, number):
            self._do(one, one.changed(now_us), now_us)
        return self._flush()

    def _do(self, one: Subscription, deed: Deed | None, now_us: int, reason: str = "timeout") -> None:
        if deed is None:
            self.unexpected += 1
            return
        if deed is Deed.TELL:
            self._out.append(self._notify(one, now_us))
            self._requests[one.request] = one.key
        elif deed is Deed.FAREWELL:
            self._out.append(self._notify(one, now_us, reason))
        if one.state is Watching.OVER:
            self._forget(one)
        else:
            self.table.settle(one)

    def _forget(self, one: Subscription) -> None:
        self._requests.pop(one.awaited, None)
        self.table.remove(one)

    def _flush(self) -> list[Out]:
        out, self._out = self._out, []
        return out

    def _notify(self, one: Subscription, now_us: int, over: str = "") -> Send:
        """`over`: why it is the last one."""
        wish = one.wish
        one.counted(self._new_request(), now_us, is_last=bool(over))
        state = f"terminated;reason={over}" if over else f"active;expires={one.left_s(now_us)}"
        return Send(
            request=one.request,
            method="NOTIFY",
            uri=wish.contact,
            from_=wish.ours,
            to=wish.theirs,
            contact=name_addr("", self._contact(wish.number, wish.transport)),
            call_id=wish.call_id,
            cseq=one.cseq,
            headers=(*_routes(wish), ("Event", wish.event), ("Subscription-State", state), ALLOW_EVENTS),
            content_type=PACKAGES[wish.package],
            body=self._body(one),
        )

    def _body(self, one: Subscription) -> str:
        number = one.wish.number
        entity = sip_uri(number, one.wish.entity_host)
        if one.wish.package == message_summary.PACKAGE:
            return message_summary.message_summary(self._messages.get(number, Messages()), entity)
        return dialog_info.dialog_info(entity, self._uses.get(number, Use()), one.version)


def _refused(request: RequestReceived, why: Refusal) -> Answer:
    return Answer(request.request, why.status, why.headers)


def _routes(wish: Wish) -> tuple[tuple[str, str], ...]:
    return tuple(("Route", one) for one in (wish.way, *wish.routes))
