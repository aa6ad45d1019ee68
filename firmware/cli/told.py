"""What the processes of a box say of themselves, as others read it."""

from __future__ import annotations

import json
from typing import Any

from firmware.protocol.places import Places


def read_told(places: Places, role: str) -> dict[str, Any]:
    """What a role's status file says; empty where there is none. A half-written one is read again."""
    for _ in range(3):
        try:
            told = json.loads(places.status(role).read_bytes().rstrip(b" \0"))
        except OSError:
            return {}
        except ValueError:
            continue
        return told if isinstance(told, dict) else {}
    return {}
