"""Values said aloud, as prompt ids of the built-in set: digits, numbers, dates, times, money, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from firmware.engine import prompts

MOST = 999_999_999
Words = tuple[str, ...]


def say(text: str, speak: str, language: str) -> Words:
    """What cannot be read as wanted is read digit by digit."""
    return _SPEAK.get(speak, _digits)(text.strip(), language)


def number(text: str, language: str) -> Words:
    """A number with or without sign and decimals."""
    plain = text.removeprefix("-")
    whole, point, rest = plain.partition(".")
    if not _is_digits(whole) or (point and not _is_digits(rest)) or int(whole) > MOST:
        return prompts.digits(text)
    words = _WHOLE[language](int(whole))
    if point:
        words = (*words, "point", *prompts.digits(rest))
    return ("minus", *words) if text != plain else words


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MOST))


def _english(value: int) -> Words:
    for size, word in ((1_000_000, "million"), (1000, "thousand")):
        if value >= size:
            rest = value % size
            return (*_english(value // size), word, *(_english(rest) if rest else ()))
    if value > 100 and value % 100:
        return (f"number-{value // 100 * 100}", *prompts.number(value % 100))
    return prompts.number(value)


def _mandarin(value: int) -> Words:
    for size, word in ((100_000_000, "hundred-million"), (10_000, "ten-thousand"), (1000, "thousand")):
        if value >= size:
            rest = value % size
            gap = ("number-0",) if 0 < rest < size // 10 else ()
            return (*_mandarin(value // size), word, *gap, *(_mandarin(rest) if rest else ()))
    return prompts.number(value)


_WHOLE: Mapping[str, Callable[[int], Words]] = {"en": _english, "zh": _mandarin}


def _digits(text: str, _language: str) -> Words:
    return prompts.digits(text)


def _date(text: str, language: str) -> Words:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return prompts.digits(text)
    if language == "zh":
        year = (*prompts.digits(f"{day.year}"), "year")
        return (*year, *prompts.number(day.month), "month", *prompts.number(day.day), "day-of-month")
    century, rest = divmod(day.year, 100)
    year = (*prompts.number(century), *(prompts.number(rest) if rest else ("number-100",)))
    return (f"month-{day.month}", *prompts.number(day.day), *(_english(day.year) if rest < 10 else year))


def _time(text: str, language: str) -> Words:
    hour, _, minute = text.partition(":")
    if not (_is_digits(hour) and _is_digits(minute) and int(hour) <= 24 and int(minute) < 60):
        return prompts.digits(text)
    if language == "zh":
        return (*prompts.number(int(hour)), "o-clock", *_minutes(int(minute), "minutes-past"))
    return (*prompts.number(int(hour)), *_minutes(int(minute)), *(("o-clock",) if not int(minute) else ()))


def _minutes(minute: int, *after: str) -> Words:
    if not minute:
        return ()
    return (*(("number-0",) if minute < 10 else ()), *prompts.number(minute), *after)


def _money(text: str, language: str) -> Words:
    return (*number(text, language), "money-unit")


_SPEAK: Mapping[str, Callable[[str, str], Words]] = {
    "digits": _digits,
    "number": number,
    "date": _date,
    "time": _time,
    "money": _money,
}
