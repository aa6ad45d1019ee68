"""Where a Refer-To leads (RFC 3515 2.1), and whose place it takes (RFC 3891)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from msgspec import Struct

_ADDRESS = re.compile(r"<([^>]*)>")


class Target(Struct, frozen=True):
    uri: str
    """Without the headers in it."""
    replaces: str = ""
    """To be sent as the Replaces header; empty: blind."""


def target_of(refer_to: str) -> Target:
    """Takes any text; the URI is not judged."""
    found = _ADDRESS.search(refer_to)
    uri, _, headers = (found[1] if found else refer_to.split(";", maxsplit=1)[0].strip()).partition("?")
    named = dict(pair.partition("=")[::2] for pair in headers.split("&"))
    value = next((unquote(value) for name, value in named.items() if name.lower() == "replaces"), "")
    return Target(uri, value)


def dialog_of(replaces: str) -> str:
    """The Call-ID in a Replaces header; empty where there is none."""
    return replaces.split(";", maxsplit=1)[0].strip()
