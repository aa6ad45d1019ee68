"""Webhooks for programs: how each endpoint fares, a new secret, a test, and events sent again.

Endpoints themselves stand in the configuration (`/settings`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from firmware.jobs.webhooks.standing import Standing, put_wish
from webui import hooks
from webui.api.keys import known, once
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.site import the_site


class WebhookTold(Struct, frozen=True):
    """An endpoint. Times are Unix microseconds, 0: never."""

    name: str
    url: str
    events: list[str]
    """What it is told of; empty: everything."""
    state: str
    """`on`, `failing`, `no-secret`, `off`."""
    secret_made_at: int
    secret_made_by: str
    former_until: int
    """So long the secret before it signs, too."""
    stands: Standing


class Webhooks(Struct, frozen=True):
    webhooks: list[WebhookTold]
    silent: bool
    """Nobody delivers just now: figures are old."""


class WebhookSecret(Struct, frozen=True):
    name: str
    secret: str


class WebhookWish(Struct, frozen=True, forbid_unknown_fields=True):
    """`test` sends a test, `now` tries at once, `again` sends the event `id`, `since` all of the last `hours`."""

    do: Literal["test", "now", "again", "since"]
    id: Annotated[str, Meta(max_length=64)] = ""
    hours: Annotated[int, Meta(ge=0, le=72)] = 0


class Wished(Struct, frozen=True):
    repeated: bool
    """This key was used before; it was wished then."""


def find(_: Given) -> Answer:
    return Answer(Webhooks([_told(one) for one in hooks.endpoints()], hooks.is_silent()))


def secret(given: Given, name: str) -> Answer:
    """When it is made is kept with the key: asked again it is the same secret, as long as it is the newest."""
    _check(name)
    at = int(once(given, ["webhook-secret", name], str(hooks.next_at(name))))
    try:
        made = hooks.new_secret(name, given.token.author, at)
    except OSError:
        raise Refused(503, "busy", headers=[("Retry-After", "5")]) from None
    if made is None:
        raise Refused(409, "changed")
    return Answer(WebhookSecret(name, made), 201)


def wish(given: Given, name: str) -> Answer:
    """At least once where the box dies within it, as everything that is delivered."""
    asked: WebhookWish = given.body
    _check(name)
    wanted = hooks.wish_of(name, asked.do, asked.id, asked.hours)
    if wanted is None:
        raise Refused(400, "faults", faults=[Fault("$.id" if asked.do == "again" else "$.hours", "Wanted")])
    what = ["webhook-wish", name, asked]
    if known(given, what):
        return Answer(Wished(repeated=True), 202)
    try:
        once(given, what, put_wish(the_site().places.run, wanted))
    except OSError:
        raise Refused(503, "busy", headers=[("Retry-After", "5")]) from None
    return Answer(Wished(repeated=False), 202)


def _check(name: str) -> None:
    """Raises Refused."""
    if hooks.named(name) is None:
        raise Refused(404, "not-there")


def _told(one: hooks.Endpoint) -> WebhookTold:
    made_at, made_by, until = (
        (one.secret.made_at, one.secret.made_by, one.secret.former_until) if one.secret else (0, "", 0)
    )
    return WebhookTold(
        one.webhook.name,
        one.webhook.url,
        list(one.webhook.events),
        one.state,
        made_at,
        made_by,
        until,
        one.stands,
    )


OPERATIONS = (
    Operation(
        name="webhooks", method="GET", path="/webhooks", scope=Scope.READ_SETTINGS, view=find, answer=Webhooks,
        says="Endpoints, how each fares, and what became of the last deliveries.",
    ),
    Operation(
        name="webhook_secret", method="POST", path="/webhooks/<name>/secret", scope=Scope.WRITE_SETTINGS, view=secret,
        answer=WebhookSecret, status=201, wants_key=True, problems=(404, 409, 422, 503),
        says="A new secret, told this once; the former one signs beside it for a day.",
    ),
    Operation(
        name="webhook_wish", method="POST", path="/webhooks/<name>/wishes", scope=Scope.WRITE_SETTINGS, view=wish,
        body=WebhookWish, answer=Wished, status=202, wants_key=True, problems=(404, 422, 503),
        says="A test, a try at once, events again.",
    ),
)  # fmt: skip
