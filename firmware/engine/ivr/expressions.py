"""What an expression of a flow comes to in a call, now. Every expression comes to something: nothing here can fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext
from zoneinfo import ZoneInfo

from firmware.config.expressions import NUMBER, TEXT, Apply, BadExpression, Literal, Name, Tree, parse
from firmware.engine.acd.distributor import Acd
from firmware.engine.hours import calendar
from firmware.engine.state import Call
from firmware.engine.turn import Turn

Value = str | Decimal | bool
LONGEST_TEXT = 200
MOST = Decimal(10) ** 15
"""Numbers beyond this, either way, are this."""
_ZERO = Decimal(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text_of(turn: Turn, call: Call, source: str) -> str:
    """What a variable becomes."""
    return shown(value_of(turn, call, source))


def is_true(turn: Turn, call: Call, source: str) -> bool:
    return value_of(turn, call, source) in (True, "true")


def number_of(turn: Turn, call: Call, source: str) -> int:
    value = value_of(turn, call, source)
    return int(value if isinstance(value, Decimal) else number(shown(value)))


def value_of(turn: Turn, call: Call, source: str) -> Value:
    """An expression no checked configuration has is an empty text."""
    try:
        tree = parse(source)
    except BadExpression:
        return ""
    with localcontext(prec=30) as context:
        context.clear_traps()
        return _work(_Here(turn, call), tree)


def shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"
    return value[:LONGEST_TEXT]


def number(text: str) -> Decimal:
    """0 for what is no number."""
    text = text.strip()
    if not is_number(text):
        return _ZERO
    return _bounded(Decimal(text))


def is_number(text: str) -> bool:
    digits = text.strip().removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits) <= 40


class _Here:
    """One call at one instant."""

    def __init__(self, turn: Turn, call: Call) -> None:
        self.turn, self.call = turn, call

    def variable(self, name: str) -> Value:
        known = _FACTS.get(name)
        if known is not None:
            return known(self)
        return "" if name.startswith(".") else self.call.variables.get(name, "")

    def now(self) -> datetime | None:
        """By the clock on the wall; None while it was never set."""
        offset_us = self.turn.board.wall_us
        if offset_us is None:
            return None
        zone = ZoneInfo(self.turn.plan.config.site.zone)
        return (_EPOCH + timedelta(microseconds=self.turn.at_us + offset_us)).astimezone(zone)


def _seconds(here: _Here) -> Decimal:
    return Decimal((here.turn.at_us - here.call.began_us) // 1_000_000)


def _language(here: _Here) -> str:
    return here.call.language or here.turn.plan.config.site.language


_FACTS: Mapping[str, Callable[[_Here], Value]] = {
    "caller.number": lambda here: _from(here, here.call.number),
    "caller.e164": lambda here: _from(here, here.call.e164),
    "caller.name": lambda here: here.call.name,
    "caller.presentation": lambda here: str(here.call.presentation),
    "caller.language": _language,
    "caller.inside": lambda here: here.turn.caller(here.call) is None,
    "call.line": lambda here: here.call.line,
    "call.queue": lambda here: here.call.queue,
    "call.seconds": _seconds,
    "call.unreached": lambda here: here.call.unreached,
}


def _from(here: _Here, number: str) -> str:
    """Of a call from inside `number` is what was dialled: its caller is the telephone."""
    leg = here.turn.served(here.call)
    return number if leg is None or leg.fxo else leg.party


def _work(here: _Here, tree: Tree) -> Value:
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Name):
        return here.variable(tree.name)
    if tree.name in ("and", "or"):
        first = _work(here, tree.of[0])
        return _work(here, tree.of[1]) if first is (tree.name == "and") else first
    if tree.name in _COMPARE:
        return _compared(here, tree)
    given = [_work(here, one) for one in tree.of]
    return _cut(_DO[tree.name](here, *given))


def _compared(here: _Here, tree: Apply) -> bool:
    left, right = (_work(here, one) for one in tree.of)
    kinds = [one.gives for one in tree.of]
    if NUMBER in kinds and TEXT in kinds:
        texts = [one for one in (left, right) if isinstance(one, str)]
        if not all(map(is_number, texts)):
            return tree.name == "!="
        left, right = (number(one) if isinstance(one, str) else one for one in (left, right))
    elif kinds == [TEXT, TEXT] and tree.name not in ("=", "!="):
        one, other = str(left), str(right)
        if is_number(one) and is_number(other):
            left, right = number(one), number(other)
    return _COMPARE[tree.name](left, right)


_COMPARE: Mapping[str, Callable[[object, object], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,  # type: ignore[operator]
    "<=": lambda one, other: one <= other,  # type: ignore[operator]
    ">": lambda one, other: one > other,  # type: ignore[operator]
    ">=": lambda one, other: one >= other,  # type: ignore[operator]
}


def _cut(value: Value) -> Value:
    if isinstance(value, Decimal):
        return _bounded(value)
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite():
        return _ZERO
    return max(-MOST, min(MOST, value))


def _divided(_here: _Here, one: Decimal, other: Decimal) -> Decimal:
    """By nothing: 0."""
    return _ZERO if other == 0 else one / other


def _rounded(_here: _Here, value: Decimal) -> Decimal:
    try:
        return value.quantize(Decimal(1), ROUND_HALF_UP)
    except DecimalException:
        return value


def _count(value: Decimal) -> int:
    return max(0, min(LONGEST_TEXT, int(value)))


def _mid(_here: _Here, text: str, begin: Decimal, count: Decimal) -> str:
    first = max(0, _count(begin) - 1)
    return text[first : first + _count(count)]


def _right(_here: _Here, text: str, count: Decimal) -> str:
    return text[max(0, len(text) - _count(count)) :]


def _part(part: Callable[[datetime], int]) -> Callable[[_Here], Decimal]:
    def work(here: _Here) -> Decimal:
        now = here.now()
        return Decimal(part(now)) if now is not None else _ZERO

    return work


def _today(here: _Here) -> str:
    now = here.now()
    return now.date().isoformat() if now is not None else ""


def _open(here: _Here, hours_id: str) -> bool:
    turn = here.turn
    hours, offset_us = turn.plan.hours.get(hours_id), turn.board.wall_us
    if hours is None or offset_us is None:
        return True
    return calendar.is_open(hours, turn.at_us + offset_us, turn.plan.config.site.zone)


def _of_queue(count: Callable[[Acd, str], int]) -> Callable[[_Here, str], Decimal]:
    """A queue as one would find it who came now; 0 of a queue that is none."""

    def work(here: _Here, queue: str) -> Decimal:
        return Decimal(count(here.turn.board.acd, queue)) if queue in here.turn.plan.queues else _ZERO

    return work


_DO: Mapping[str, Callable[..., Value]] = {
    "not": lambda _here, one: not one,
    "+": lambda _here, one, other: one + other,
    "-": lambda _here, one, other: one - other,
    "*": lambda _here, one, other: one * other,
    "/": _divided,
    "len": lambda _here, text: Decimal(len(text)),
    "number": lambda _here, text: number(text),
    "text": lambda _here, value: shown(value),
    "digits": lambda _here, text: "".join(one for one in text if one in "0123456789"),
    "left": lambda _here, text, count: text[: _count(count)],
    "right": _right,
    "mid": _mid,
    "join": lambda _here, *texts: "".join(texts),
    "starts-with": lambda _here, text, *others: text.startswith(others),
    "ends-with": lambda _here, text, *others: text.endswith(others),
    "contains": lambda _here, text, *others: any(one in text for one in others),
    "one-of": lambda _here, text, *others: text in others,
    "is-number": lambda _here, text: is_number(text),
    "is-empty": lambda _here, text: not text,
    "min": lambda _here, *values: min(values),
    "max": lambda _here, *values: max(values),
    "round": _rounded,
    "year": _part(lambda now: now.year),
    "month": _part(lambda now: now.month),
    "day": _part(lambda now: now.day),
    "weekday": _part(lambda now: now.isoweekday()),
    "hour": _part(lambda now: now.hour),
    "minute": _part(lambda now: now.minute),
    "today": _today,
    "open": _open,
    "waiting": _of_queue(lambda acd, queue: acd.waiting(queue)),
    "ready": _of_queue(lambda acd, queue: acd.ready(queue)),
    "signed-in": _of_queue(lambda acd, queue: acd.signed_in(queue)),
    "expected-wait": _of_queue(lambda acd, queue: acd.next_wait_s(queue)),
}
