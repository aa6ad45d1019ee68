"""All endpoints of a box: a thread for each, so that none waits for another; begun, ended and looked after here."""

from __future__ import annotations

import random
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from drivers.ports import Clock
from firmware.config.newest import newest
from firmware.config.schema import Config, Jobs, Webhook
from firmware.jobs.webhooks.courier import Courier, Means
from firmware.jobs.webhooks.kept import FOLDER, Keeper, forget_others
from firmware.jobs.webhooks.posting import Poster
from firmware.jobs.webhooks.signing import read_secret
from firmware.jobs.webhooks.standing import Standings, take_wishes, write_standings
from firmware.protocol.mark import DurableMark, Place
from firmware.protocol.places import Places
from firmware.stream.durable import Durable

LOOK_US = 1_000_000
LONGEST_WAIT_S = 60.0
AFTER_FAULT_S = 5.0
END_US = 2_000_000
"""So long whoever is let go may take; then it is left behind, and saves nothing any more."""
MOST_WISHES = 10
"""Of one endpoint that are not granted yet; more are not taken."""


class Round:
    """One courier in its thread."""

    def __init__(self, webhook: Webhook, means: Means, poster: Poster) -> None:
        self.webhook, self.poster, self.courier = webhook, poster, Courier(webhook, means)
        self._keeper, self._now_us = means.keeper, means.now_us
        self._let_go_us = 0
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"webhook-{webhook.name}", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def let_go(self) -> None:
        """It ends as soon as it can; nothing is waited for."""
        self.courier.is_stopped = True
        self._let_go_us = self._now_us()
        self.poster.cut()
        self.wake()

    def is_over(self) -> bool:
        """Of one that was let go: it ended, or is left behind. What is on the disk then is nobody's."""
        if not self._thread.is_alive():
            return True
        self.poster.cut()
        return self._now_us() - self._let_go_us >= END_US and self._keeper.leave()

    def join(self, until_us: int) -> None:
        self._thread.join(max(0.0, (until_us - self._now_us()) / 1e6))
        self._keeper.leave()

    def _run(self) -> None:
        while True:
            self._woken.clear()
            if self.courier.is_stopped:
                break
            self._woken.wait(self._turn())
        with suppress(OSError):
            self.courier.stop()

    def _turn(self) -> float:
        """Seconds till the next one."""
        try:
            wake_us = self.courier.step()
        except Exception as error:  # noqa: BLE001 - a fault in here must not silence an endpoint for ever
            sys.stderr.write(f"webhook {self.webhook.name}: {type(error).__name__}: {error}\n")
            self.courier.recover()
            return AFTER_FAULT_S
        return min(max(0.0, (wake_us - self._now_us()) / 1e6), LONGEST_WAIT_S)


class Office:
    """Of the main thread of the jobs process; `step` now and then."""

    def __init__(self, places: Places, clock: Clock, wall_us: Callable[[], int]) -> None:
        self._places, self._clock, self._wall_us = places, clock, wall_us
        self._rounds: dict[str, Round] = {}
        self._ending: dict[str, Round] = {}
        """Let go; whoever follows one of them begins when it is over."""
        self._wanted: dict[str, Webhook] = {}
        self._named: set[str] = set()
        self._rules, self._is_arranged = Jobs(), True
        self._marked: Place | None = None
        self._mark: DurableMark | None = None
        self._stamp: tuple[int, ...] | None = None
        self._looked_us = -LOOK_US
        self._has_told = True
        """Of a life before this one, perhaps."""

    def step(self) -> None:
        """Raises nothing: whatever fails is tried again."""
        now_us = self._clock.now_us()
        try:
            self._wake_if_grown()
            is_due = now_us - self._looked_us >= LOOK_US
            if is_due:
                self._looked_us = now_us
                self._look()
            self._settle()
            if is_due:
                self._tell()
            self._hand_out_wishes()
        except (OSError, ValueError, sqlite3.Error) as error:
            sys.stderr.write(f"webhooks: {error}\n")

    def close(self) -> None:
        """Within `END_US`, however many hang."""
        left = [*self._rounds.values(), *self._ending.values()]
        for one in left:
            one.let_go()
        until_us = self._clock.now_us() + END_US
        for one in left:
            one.join(until_us)
        self._rounds.clear()
        self._ending.clear()
        self._wanted.clear()

    # -- parts ----------------------------------------------------------------------------------------

    def _wake_if_grown(self) -> None:
        """Raises OSError, ValueError."""
        if not self._rounds:
            return
        mark = self._read_mark()
        if mark != self._marked:
            self._marked = mark
            for one in self._rounds.values():
                one.wake()

    def _read_mark(self) -> Place:
        """Raises OSError, ValueError. From any thread."""
        if self._mark is None:
            self._mark = DurableMark.in_file(self._places.run / "durable.mark")
        return self._mark.read().journal

    def _hand_out_wishes(self) -> None:
        """Raises OSError."""
        if self._ending:
            return
        for name, wish in take_wishes(self._places.run):
            there = self._rounds.get(wish.webhook)
            if there and len(there.courier.wishes) < MOST_WISHES:
                there.courier.wishes.append((name, wish))
                there.wake()

    def _look(self) -> None:
        """Raises OSError."""
        stamp = self._stamp_of_config()
        if stamp != self._stamp:
            found = newest(self._places.config_db)
            self._arrange(found.config if found else Config())
            self._stamp = stamp
        for one in self._rounds.values():
            if one.poster.overdue:
                one.poster.cut()

    def _tell(self) -> None:
        """Raises OSError."""
        told = tuple(one.courier.standing for one in self._rounds.values())
        if told or self._has_told:
            write_standings(self._places.run, Standings(self._clock.now_us(), told))
        self._has_told = bool(told)

    def _stamp_of_config(self) -> tuple[int, ...]:
        """Changes with every version."""
        found: list[int] = []
        for path in (self._places.config_db, self._places.config_db.with_name("config.db-wal")):
            with suppress(OSError):
                there = path.stat()
                found += (there.st_mtime_ns, there.st_size)
        return tuple(found)

    def _arrange(self, config: Config) -> None:
        self._wanted = {one.name: one for one in config.webhooks if one.enabled}
        self._named = {one.name for one in config.webhooks}
        for name, one in list(self._rounds.items()):
            if self._wanted.get(name) != one.webhook or config.jobs != self._rules:
                self._ending[name] = self._rounds.pop(name)
                one.let_go()
        self._rules, self._is_arranged = config.jobs, False

    def _settle(self) -> None:
        """Who was let go is over, who is wanted begins: never two of one name. Raises OSError."""
        over = [name for name, one in self._ending.items() if one.is_over()]
        if self._is_arranged and not over:
            return
        for name in over:
            del self._ending[name]
        for name, webhook in self._wanted.items():
            if name not in self._rounds and name not in self._ending:
                self._rounds[name] = self._begun(webhook)
        forget_others(self._places.root / "jobs" / FOLDER, self._named | self._ending.keys())
        self._is_arranged = True

    def _begun(self, webhook: Webhook) -> Round:
        places, now_us = self._places, self._clock.now_us
        poster = Poster(webhook.url, self._rules, now_us)
        means = Means(
            poster=poster,
            durable=self._durable,
            keeper=Keeper(places.root / "jobs" / FOLDER, webhook.name),
            secret=lambda: read_secret(places.secrets, webhook.name),
            now_us=now_us,
            wall_us=self._wall_us,
            chance=random.Random().random,  # noqa: S311 - spreads pauses, guards nothing
        )
        made = Round(webhook, means, poster)
        made.begin()
        return made

    def _durable(self) -> Durable:
        return Durable(self._places.journal, self._read_mark, lambda: self._wall_us() - self._clock.now_us())
