"""What a busy lamp is told: application/dialog-info+xml (RFC 4235 4). Names and numbers in it are hostile: escaped."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from msgspec import Struct

from firmware.sip.party import clean_name

PACKAGE = "dialog"
CONTENT_TYPE = "application/dialog-info+xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
NAMESPACE = "urn:ietf:params:xml:ns:dialog-info"
STATES = {"ringing": "early", "talking": "confirmed"}
"""`ShowUse.state` as RFC 4235 3.7.1 calls it; idle is no dialog at all."""
MOST_URI = 1024
_ENTITIES = {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
# XML 1.0 2.2: what no document may hold, escaped or not.
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


class Use(Struct, frozen=True):
    """How a telephone is used."""

    state: str = "idle"
    """`idle`, `ringing`, `talking`; anything else is taken for idle."""
    other: str = ""
    """URI of its other end, where watchers may know it."""
    other_name: str = ""
    is_caller: bool = False
    """The telephone made the call."""
    call_id: str = ""
    """Of a call that rings there, so that watchers can pick it up (Replaces, RFC 3891)."""
    local_tag: str = ""
    remote_tag: str = ""
    id: str = ""
    """Tells calls of this telephone apart; empty: they look like one."""


def dialog_info(entity: str, use: Use, version: int) -> str:
    """The whole state of the telephone with the URI `entity`; `version` goes up by one with each message."""
    inner = _dialog(entity, use) if use.state in STATES else ""
    about = f'version="{version}" state="full" entity="{attribute(entity)}"'
    return f'{DECLARATION}\r\n<dialog-info xmlns="{NAMESPACE}" {about}>\r\n{inner}</dialog-info>\r\n'


def attribute(text: str) -> str:
    """Between double quotes."""
    return escape(_FORBIDDEN.sub("", text[:MOST_URI]), _ENTITIES)


def _dialog(entity: str, use: Use) -> str:
    named = {
        "id": use.id or "call",
        "call-id": use.call_id,
        "local-tag": use.local_tag,
        "remote-tag": use.remote_tag,
    }
    named["direction"] = "initiator" if use.is_caller else "recipient"
    about = " ".join(f'{name}="{attribute(value)}"' for name, value in named.items() if value)
    state = f"<state>{STATES[use.state]}</state>"
    ends = f"{_end('local', entity)}{_end('remote', use.other, use.other_name)}"
    return f"<dialog {about}>\r\n{state}\r\n{ends}</dialog>\r\n"


def _end(name: str, uri: str, display: str = "") -> str:
    if not uri:
        return ""
    shown = clean_name(display)
    called = f' display="{attribute(shown)}"' if shown else ""
    place = attribute(uri)
    return f'<{name}>\r\n<identity{called}>{place}</identity>\r\n<target uri="{place}"/>\r\n</{name}>\r\n'
