"""Which names may stand in a request's Host: a page elsewhere must not reach this box under a name of its own.

A browser that is told another address for a foreign name (DNS rebinding) still says that name.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from webui.site import Site

HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,45}\]")
LOCAL = ("localhost", "127.0.0.1", "[::1]")


def hosts_of(site: Site) -> list[str]:
    """Loopback, and what people on the network call this box."""
    return [*LOCAL, *(() if site.is_sim else names_of(site))]


def names_of(site: Site) -> list[str]:
    """This machine's name and addresses, what the configuration adds; also in the box's certificate."""
    name = socket.gethostname()
    found = [name, f"{name}.local", *site.config.web.names, "localhost", "127.0.0.1", *_addresses()]
    return list(dict.fromkeys(one for one in found if one))


async def to_https(
    scope: Mapping[str, Any], send: Callable[[dict[str, Any]], Awaitable[None]], port: int
) -> None:
    """All that plain HTTP answers. A name that no box has is not sent anywhere."""
    given = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    host = given.rsplit(":", 1)[0] if not given.endswith("]") else given
    is_name = bool(HOST.fullmatch(host))
    path = quote(scope["path"], safe="/~!$&'()*+,;=:@-._")
    query = scope["query_string"].decode("latin-1")
    where = f"https://{host}:{port}{path}{'?' + quote(query, safe='=&%+-._~') if query else ''}"
    headers = [(b"content-length", b"0"), *([(b"location", where.encode())] if is_name else [])]
    await send({"type": "http.response.start", "status": 308 if is_name else 400, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _addresses() -> Iterator[str]:
    with suppress(OSError):
        for *_, address in socket.getaddrinfo(socket.gethostname(), None):
            one = ipaddress.ip_address(str(address[0]).partition("%")[0])
            yield f"[{one}]" if one.version == 6 else str(one)
