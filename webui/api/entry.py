"""Who comes with a token, and whether it reaches what it asks for. Cookies say nothing here, so no page can ask."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import cast

from flask import current_app, g, request

from webui.access.tokens import Token
from webui.api.limits import Buckets
from webui.api.operations import MOST_BYTES
from webui.api.problems import Refused
from webui.api.scopes import Scope, scope_of
from webui.site import Site, the_site

BUCKETS = "tipring-api-buckets"
_BEARER = re.compile(r"Bearer +([\w-]{1,200})", re.ASCII | re.IGNORECASE)


def let_in() -> None:
    """Before a view of the API. Raises Refused."""
    request.max_content_length = MOST_BYTES
    now_us = the_site().wall_us()
    source = f"source {request.remote_addr}"
    found = the_site().doors.tokens.find(secret_of(request.headers.get("Authorization", "")))
    _pace(found.id if found else source, now_us)
    if found is None:
        raise Refused(401, "no-token")
    if not reaches(found, scope_of(current_app, str(request.endpoint))):
        raise Refused(403, "out-of-scope")
    g.token = found


def secret_of(header: str) -> str:
    """What `Authorization` shows; nothing where it shows none of ours."""
    found = _BEARER.fullmatch(header.strip())
    return found[1] if found else ""


def reaches(token: Token, scope: Scope) -> bool:
    return scope is Scope.ANY or scope in token.scopes


def token() -> Token:
    """Of the request under way."""
    return cast(Token, g.token)


def token_of(scope: Mapping[str, object], site: Site) -> Token | None:
    """The same for what the event loop serves itself. Raises sqlite3.Error."""
    headers = dict(cast("list[tuple[bytes, bytes]]", scope["headers"]))
    return site.doors.tokens.find(secret_of(headers.get(b"authorization", b"").decode("latin-1")))


def _pace(who: str, now_us: int) -> None:
    wait_s = cast(Buckets, current_app.extensions[BUCKETS]).wait_s(who, now_us)
    if wait_s:
        raise Refused(429, "too-often", headers=[("Retry-After", str(math.ceil(wait_s)))])
