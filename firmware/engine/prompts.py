"""Spoken numbers and sentences, as prompt ids of the built-in set."""

from __future__ import annotations

_SIGNS = {"*": "digit-star", "#": "digit-hash"}


def digits(text: str) -> tuple[str, ...]:
    """Read one by one, as telephone and agent numbers are; other characters are left out."""
    known = (_SIGNS.get(one) or (f"digit-{one}" if one.isascii() and one.isdigit() else "") for one in text)
    return tuple(one for one in known if one)


def number(value: int) -> tuple[str, ...]:
    """A count from 0 to 999; more is said as 999."""
    value = max(0, min(value, 999))
    parts = []
    if value >= 100:
        parts.append(f"number-{value // 100 * 100}")
        value %= 100
        if value == 0:
            return tuple(parts)
        if value < 10:
            return (*parts, "number-0", f"number-{value}")
    if value <= 20:
        return (*parts, f"number-{value}")
    parts.append(f"number-{value // 10 * 10}")
    if value % 10:
        parts.append(f"number-{value % 10}")
    return tuple(parts)


def position(place: int) -> tuple[str, ...]:
    if place <= 1:
        return ("queue-next",)
    return ("queue-position-before", *number(place), "queue-position-after")


def agent_number(number: str) -> tuple[str, ...]:
    """Who speaks, by number; nothing where the agent has none."""
    return ("agent-before", *digits(number), "agent-after") if number else ()


def expected_wait(seconds: int, most_min: int = 120) -> tuple[str, ...]:
    """Nothing for 0: there is nothing to go by. More than `most_min` minutes is said as that."""
    if seconds <= 0:
        return ()
    if seconds < 60:
        return ("expected-wait-short",)
    minutes = -(-seconds // 60)
    if minutes > most_min:
        return ("expected-wait-more-than", *number(most_min), "minute" if most_min == 1 else "minutes")
    return ("expected-wait-before", *number(minutes), "minute" if minutes == 1 else "minutes")


def messages(new: int, saved: int) -> tuple[str, ...]:
    """How many, of either kind that there is."""
    if not new and not saved:
        return ("voicemail-none",)
    counted = ((new, "voicemail-new"), (saved, "voicemail-saved"))
    kinds = (
        word
        for count, kind in counted
        if count
        for word in (*number(count), f"{kind}-message" if count == 1 else f"{kind}-messages")
    )
    return ("voicemail-you-have", *kinds)
