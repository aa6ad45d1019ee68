"""What telephones have set: keyed at the telephone, else as the configuration says. After a call for help nothing of it
holds for a while: who was called must be able to call back."""

from __future__ import annotations

from firmware.config.schema import Extension
from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f

HELPED_US = us(3600)
"""So long after an emergency call neither forwards nor do-not-disturb keep a call from the telephone."""
ON = {"": "", "1": "1", "0": ""}
FORWARDS = ("always", "busy", "no-answer", "unreachable")
DO_NOT_DISTURB, FOLLOW_ME, CALL_WAITING = "do-not-disturb", "follow-me", "call-waiting"


def setting(turn: Turn, extension: str, what: str) -> str:
    """A number, or `1` for on; empty for off."""
    keyed = turn.state.keyed.get(extension)
    found = keyed.settings.get(what) if keyed is not None else None
    if found is not None:
        return found if what in FORWARDS else ON.get(found, "")
    telephone = turn.plan.extensions.get(extension)
    return _configured(turn, telephone, what) if telephone is not None else ""


def all_set(turn: Turn, extension: str) -> tuple[tuple[str, str], ...]:
    """Name and value of all that is not off."""
    names = (*FORWARDS, DO_NOT_DISTURB, FOLLOW_ME, CALL_WAITING)
    found = ((name, setting(turn, extension, name)) for name in names)
    return tuple((name, value) for name, value in found if value)


def _configured(turn: Turn, telephone: Extension, what: str) -> str:
    if what in FORWARDS:
        forward: str = getattr(telephone, f"forward_{what.replace('-', '_')}")
        return forward
    if what == CALL_WAITING:
        waiting = telephone.call_waiting or ("on" if turn.plan.config.switchboard.call_waiting else "off")
        return "1" if waiting == "on" else ""
    return "1" if getattr(telephone, what.replace("-", "_")) else ""


def put(turn: Turn, extension: str, what: str, value: str) -> None:
    turn.fact(f.TelephoneSet(extension, what, value))


def helped_lately(turn: Turn, extension: str) -> bool:
    keyed = turn.state.keyed.get(extension)
    return keyed is not None and keyed.helped_us >= 0 and turn.at_us - keyed.helped_us < HELPED_US


def undisturbed(turn: Turn, extension: str) -> bool:
    return bool(setting(turn, extension, DO_NOT_DISTURB)) and not helped_lately(turn, extension)


def away(turn: Turn, extension: str) -> bool:
    """Calls for this telephone do not ring at it."""
    forwarded = bool(setting(turn, extension, "always")) and not helped_lately(turn, extension)
    return forwarded or undisturbed(turn, extension)


def marked(turn: Turn, extension: str) -> bool:
    """Its dial tone reminds of what is set."""
    return any(setting(turn, extension, one) for one in (*FORWARDS, DO_NOT_DISTURB))
