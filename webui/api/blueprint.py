"""The routes of `/api/v1`, made of the operations."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import IntegerConverter

from webui.api import (
    box,
    calls,
    contact_files,
    contacts,
    description,
    drafts,
    erasures,
    flow_trials,
    holds,
    interview,
    live,
    notes,
    orders,
    people,
    prompt_messages,
    prompts,
    recordings,
    rehearsals,
    reports,
    settings,
    tokens,
    webhooks,
)
from webui.api.entry import BUCKETS, token
from webui.api.limits import Buckets
from webui.api.operations import NUMBER, Answer, Given, Operation
from webui.api.reading import body_of, check, key_of, query_of, version_of
from webui.api.scopes import BLUEPRINT as NAME
from webui.api.scopes import for_scope
from webui.api.stream import serving

PREFIX = "/api/v1"
OPERATIONS: tuple[Operation, ...] = (
    *live.OPERATIONS, *orders.OPERATIONS, *calls.OPERATIONS, *holds.OPERATIONS, *recordings.OPERATIONS,
    *contacts.OPERATIONS, *contact_files.OPERATIONS, *notes.OPERATIONS, *reports.OPERATIONS, *settings.OPERATIONS,
    *drafts.OPERATIONS, *rehearsals.OPERATIONS, *flow_trials.OPERATIONS, *prompts.OPERATIONS,
    *prompt_messages.OPERATIONS, *box.OPERATIONS, *webhooks.OPERATIONS, *people.OPERATIONS, *tokens.OPERATIONS,
    *erasures.OPERATIONS, *interview.OPERATIONS, description.OPERATION,
)  # fmt: skip
DESCRIBED = (*OPERATIONS, serving.OPERATION)
"""Also what the event loop serves beside Flask."""
_JSON = msgspec.json.Encoder()


def made() -> Blueprint:
    blueprint = Blueprint(NAME, __name__, url_prefix=PREFIX)
    blueprint.record_once(_install)
    for one in OPERATIONS:
        check(one)
        blueprint.add_url_rule(one.path, one.name, _view(one), methods=[one.method])
    return blueprint


class Number(IntegerConverter):
    """A longer one is no address at all: refused by a bound instead, Werkzeug answers it by a path's other methods."""

    regex = "[0-9]{1,15}"


def _install(state: BlueprintSetupState) -> None:
    state.app.url_map.converters[NUMBER] = Number
    state.app.extensions.setdefault(BUCKETS, Buckets())


def _view(one: Operation) -> Callable[..., Response]:
    does = one.view
    assert does is not None

    def view(**where: object) -> Response:
        return _answered(does(_given(one), **where), one)

    return for_scope(one.scope)(view)


def _given(one: Operation) -> Given:
    """Raises Refused, RequestEntityTooLarge."""
    request.max_content_length = one.most_bytes
    return Given(
        token(),
        query_of(request, one.query) if one.query else None,
        body_of(request, one.body) if one.body else None,
        key_of(request) if one.wants_key else "",
        _version(one),
        request.get_data(cache=False) if one.takes else b"",
    )


def _version(one: Operation) -> str:
    """Raises Refused."""
    if one.wants_version:
        return version_of(request)
    return request.headers.get("If-Match", "").strip() if one.heeds_version else ""


def _answered(answer: Answer, one: Operation) -> Response:
    body = answer.data if answer.body is None else _JSON.encode(answer.body)
    made = Response(body, answer.status, mimetype=answer.media or one.media)
    made.headers.extend(answer.headers)
    return made
