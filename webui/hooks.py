"""Webhooks as they stand, a new secret, and what is wished of the process that delivers: for pages and programs."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from msgspec import Struct

from firmware.config.schema import Webhook
from firmware.jobs.webhooks.signing import Secret, make_secret, read_secret
from firmware.jobs.webhooks.standing import Standing, Wish, read_standings
from firmware.stream.happenings import position_of
from webui.site import the_site

SILENT_US = 10_000_000
"""Box time after which figures say that nobody delivers."""
HOUR_US = 3_600_000_000
_making = threading.Lock()


class Endpoint(Struct, frozen=True):
    webhook: Webhook
    stands: Standing
    secret: Secret | None

    @property
    def state(self) -> str:
        if not self.webhook.enabled:
            return "off"
        if self.secret is None:
            return "no-secret"
        return "failing" if self.stands.failing_at else "on"


def endpoints() -> list[Endpoint]:
    site, standings = the_site(), _standings()
    return [
        Endpoint(one, standings.get(one.name, Standing(one.name)), read_secret(site.places.secrets, one.name))
        for one in site.config.webhooks
    ]


def is_silent() -> bool:
    """Nobody delivers just now."""
    told_by = read_standings(the_site().places.run)
    return told_by is None or the_site().clock.now_us() - told_by.at_us > SILENT_US


def named(name: str) -> Webhook | None:
    return next((one for one in the_site().config.webhooks if one.name == name), None)


def next_at(name: str) -> int:
    """Unix microseconds no secret of this name was made at."""
    there = read_secret(the_site().places.secrets, name)
    return max(the_site().wall_us(), there.made_at + 1 if there else 0)


def new_secret(name: str, author: str, at: int) -> str | None:
    """The former one signs beside it for a day. Raises OSError.

    `at` is of `next_at`: asked for again with the same one it is the same secret; None: another was made since.
    """
    folder = the_site().places.secrets
    with _making:
        there = read_secret(folder, name)
        if there and (there.made_at, there.made_by) == (at, author):
            return there.current
        return None if there and there.made_at > at else make_secret(folder, name, author, at)


def wish_of(name: str, do: str, event: str = "", hours: int = 0) -> Wish | None:
    """None: nobody can wish that. `again` wants the id of an event, `since` how many hours back."""
    match do:
        case "test" | "now":
            return Wish(do, name)
        case "again" if position_of(event):
            return Wish("again", name, id=event)
        case "since" if hours > 0:
            return Wish("since", name, at_us=max(0, the_site().clock.now_us() - hours * HOUR_US))
        case _:
            return None


def _standings() -> Mapping[str, Standing]:
    told_by = read_standings(the_site().places.run)
    return {one.name: one for one in told_by.webhooks} if told_by else {}
