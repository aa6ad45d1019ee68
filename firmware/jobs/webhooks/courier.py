"""One endpoint: reads the journal where it left off, tells one event at a time, in order, and keeps how far it came.

No thread and no wait in here: `step` is one turn and says when the next one is due. Only `post` takes time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from firmware.config.schema import Webhook
from firmware.jobs.webhooks.items import Item, gap_before, headers_of, item_of, test_of
from firmware.jobs.webhooks.kept import Keeper, Kept
from firmware.jobs.webhooks.ledger import Ledger
from firmware.jobs.webhooks.patience import Input, Outcome, Patience, State
from firmware.jobs.webhooks.signing import Secret
from firmware.jobs.webhooks.standing import Delivery, Standing, Wish
from firmware.stream.durable import BEGINNING, Durable, Told
from firmware.stream.happenings import Position, position_of

SAVE_US = 2_000_000
COUNT_US = 30_000_000
MOST_COUNTED, MOST_LOOKED_AT = 1000, 20_000
A_TURN = 2000
"""So many events are passed over in one turn."""
NEVER = 1 << 62
SECRET_US = 2_000_000
"""So often it is looked whether a secret was made."""


class Posts(Protocol):
    def post(self, body: bytes, headers: dict[str, str]) -> Outcome: ...

    def close(self) -> None: ...


class Means(Struct, frozen=True):
    """What a courier works with. `durable` gives a new reader of the journal each time."""

    poster: Posts
    durable: Callable[[], Durable]
    keeper: Keeper
    secret: Callable[[], Secret | None]
    now_us: Callable[[], int]
    wall_us: Callable[[], int]
    chance: Callable[[], float]


class Courier:
    def __init__(self, webhook: Webhook, means: Means) -> None:
        """Reads nothing yet: the first `step` does."""
        self._events, self._means = frozenset(webhook.events), means
        self._patience = Patience(means.chance)
        self._hand: deque[Item] = deque()
        """What is told next; the event is the last one, the word of a gap may stand before it."""
        self.wishes: deque[tuple[str, Wish]] = deque()
        """Any thread may add; `step` takes."""
        self.is_stopped = False
        self._saved_us = self._counted_us = -NEVER
        self._is_dirty = True
        self._has_begun = self._is_reading = False
        self._done: Position | None = None
        self._since_us, self._gap = means.now_us(), False
        self._ledger = Ledger(Standing(webhook.name))
        self._durable = means.durable()

    @property
    def standing(self) -> Standing:
        return self._ledger.told

    def step(self) -> int:
        """Box time at which it has something to do again. Raises OSError: `recover` and come again."""
        now_us = self._means.now_us()
        if not self._is_reading:
            self._read_on(now_us)
        while self.wishes and not self.is_stopped:
            self._grant(*self.wishes.popleft())
        has_more = self._fill(now_us)
        self._patience.waited(now_us)
        is_ready = self._patience.state is State.READY and bool(self._hand)
        wake_us = self._tell() if is_ready else now_us if has_more else self._rest()
        self._keep(self._means.now_us())
        return min(wake_us, self._saved_us + SAVE_US if self._is_dirty else NEVER)

    def recover(self) -> None:
        """After an error of the disk: the next `step` reads the journal anew from where it was."""
        self._hand.clear()
        self._patience.handle(Input.DROPPED)
        self._is_reading = False

    def stop(self) -> None:
        """Raises OSError."""
        self._keep(self._means.now_us(), at_once=True)
        self._means.poster.close()

    def _rest(self) -> int:
        """Till when."""
        if self._patience.state is State.IDLE:
            self._means.poster.close()
            self._ledger.waits(0, more=False)
        return self._patience.deadline if self._patience.deadline is not None else NEVER

    # -- what is next ---------------------------------------------------------------------------------

    def _read_on(self, now_us: int) -> None:
        """Where it left off, in this life or in the one before it. Raises OSError: nothing of it counts."""
        kept = None if self._has_begun else self._recall()
        self._durable = self._reader()
        self._is_reading = True
        if kept is not None and kept.failing_us is not None:
            self._fill(now_us)
            self._patience.resume(kept.tries, kept.failing_us, kept.deadline)
        self._has_begun = True
        self._keep(now_us)

    def _recall(self) -> Kept:
        """Raises OSError."""
        kept = self._means.keeper.load(self._since_us)
        self._ledger = Ledger(kept.standing or self._ledger.told)
        self._done, self._since_us, self._gap = kept.done, kept.since_us, kept.gap
        return kept

    def _reader(self) -> Durable:
        made = self._means.durable()
        if self._done is None:
            made.go_since(self._since_us)
        else:
            made.go_on(self._done)
        return made

    def _fill(self, now_us: int) -> bool:
        """Something is in hand, if there is anything. True: there is more to look at."""
        if self._hand and self._patience.is_lost(self._hand[-1].at_us, now_us):
            self._give_up()
        for _ in range(A_TURN):
            if self._hand:
                break
            told = self._durable.next()
            if told is None:
                self._come_to(self._durable.position)
                break
            self._take(told, now_us)
        if self._hand:
            if self._patience.state is State.IDLE:
                self._patience.handle(Input.OFFERED)
            return False
        if self._durable.is_at_end and self._patience.state is not State.IDLE:
            self._patience.handle(Input.DROPPED)
        return not self._durable.is_at_end

    def _take(self, told: Told, now_us: int) -> None:
        self._gap |= told.is_behind_gap
        one = told.happening
        if self._events and one.kind.name not in self._events:
            self._come_to(one.position)
            return
        item = item_of(one, told.at_us)
        self._hand.append(item)
        if self._patience.is_lost(told.at_us, now_us):
            self._give_up()
        elif self._gap:
            self._hand.appendleft(gap_before(item, self._means.wall_us()))

    def _give_up(self) -> None:
        """Of what is in hand; that it is missing is told as soon as something is taken."""
        self._ledger.gave_up()
        self._gap = True
        self._come_to(self._hand[-1].position)
        self._hand.clear()
        self._patience.tries = 0

    def _come_to(self, position: Position | None) -> None:
        if position not in (None, BEGINNING, self._done):
            self._done, self._is_dirty = position, True

    # -- telling --------------------------------------------------------------------------------------

    def _tell(self) -> int:
        """When there is more to do."""
        secret, item = self._means.secret(), self._hand[0]
        self._ledger.told.has_secret = secret is not None
        if secret is None:
            return self._means.now_us() + SECRET_US
        self._patience.handle(Input.BEGUN)
        outcome, took_ms = self._post(item, secret, self._patience.tries + 1)
        if not self.is_stopped:
            self._ended(item, outcome, took_ms)
        deadline = self._patience.deadline
        return deadline if deadline is not None else self._means.now_us()

    def _ended(self, item: Item, outcome: Outcome, took_ms: int) -> None:
        now_us, tries = self._means.now_us(), self._patience.tries + 1
        given = self._patience.ended(outcome, now_us)
        one = Delivery(item.id, item.event, self._means.wall_us(), outcome.reason, tries, took_ms)
        self._ledger.ended(given, one)
        self._ledger.paused(self._means.wall_us() - now_us, self._patience, item)
        self._is_dirty = True
        if given is Input.FAILED:
            self._count(now_us)
            self._saved_us = -NEVER
            return
        self._hand.popleft()
        if item.position is None:
            self._gap = False
        self._come_to(item.position)
        if self._hand:
            self._patience.handle(Input.OFFERED)

    def _post(self, item: Item, secret: Secret, attempt: int) -> tuple[Outcome, int]:
        """What came of it, and how long it took in ms."""
        means = self._means
        began_us = means.now_us()
        outcome = means.poster.post(item.body, headers_of(item, secret, means.wall_us(), attempt))
        return outcome, (means.now_us() - began_us) // 1000

    def _count(self, now_us: int) -> None:
        """How many wait, looked up now and then."""
        if now_us - self._counted_us < COUNT_US:
            return
        self._counted_us = now_us
        ahead, found = self._reader(), 0
        for _ in range(MOST_LOOKED_AT):
            told = ahead.next(MOST_LOOKED_AT)
            if told is None or found >= MOST_COUNTED:
                break
            found += not self._events or told.happening.kind.name in self._events
        self._ledger.waits(found, more=not ahead.is_at_end)

    # -- wishes ---------------------------------------------------------------------------------------

    def _grant(self, name: str, wish: Wish) -> None:
        if wish.do == "since":
            self._go_back(wish.at_us)
        elif wish.do == "now":
            self._patience.handle(Input.URGED)
        elif item := self._wished(name, wish):
            self._tell_once(item)

    def _go_back(self, at_us: int) -> None:
        self._hand.clear()
        self._patience.handle(Input.DROPPED)
        self._done, self._since_us, self._saved_us, self._is_dirty = None, at_us, -NEVER, True
        self._durable = self._reader()

    def _wished(self, name: str, wish: Wish) -> Item | None:
        if wish.do == "test":
            return test_of(name, self._means.now_us(), self._means.wall_us())
        position = position_of(wish.id)
        if position is None:
            return None
        ahead = self._means.durable()
        ahead.go_on((position[0], position[1], position[2] - 1))
        told = ahead.next()
        if told is None or told.happening.id != wish.id:
            self._once(Item(wish.id, "", b"", 0), "no-such-event")
            return None
        return item_of(told.happening, told.at_us)

    def _tell_once(self, item: Item) -> None:
        """Beside the order of events; whatever comes of it, it is not tried again."""
        secret = self._means.secret()
        if secret is None:
            self._once(item, "no-secret")
            return
        outcome, took_ms = self._post(item, secret, 1)
        self._once(item, outcome.reason, took_ms)
        if outcome.taken:
            self._patience.handle(Input.URGED)

    def _once(self, item: Item, reason: str, took_ms: int = 0) -> None:
        self._ledger.once(Delivery(item.id, item.event, self._means.wall_us(), reason, 1, took_ms))
        self._is_dirty = True

    def _keep(self, now_us: int, *, at_once: bool = False) -> None:
        """Raises OSError."""
        if not self._has_begun or (self.is_stopped and not at_once):
            return
        if not self._is_dirty or (now_us - self._saved_us < SAVE_US and not at_once):
            return
        patience = self._patience
        self._saved_us = now_us
        self._means.keeper.save(
            Kept(
                self._done, self._since_us, patience.tries, patience.failing_us, patience.deadline, self._gap,
                self._ledger.told,
            )
        )  # fmt: skip
        self._is_dirty = False
