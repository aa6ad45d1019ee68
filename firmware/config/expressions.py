"""The small language of flows: texts, numbers, comparison, `and`/`or`/`not`, functions. Read here; worked out in
`firmware.engine.ivr.expressions`.

Whoever writes `a-b` names one thing: a minus sign has spaces around it. Everything has one of three kinds, known before
any call: text, number, truth. A variable is text; where a number is wanted, text that is none counts as 0.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

LONGEST = 200
"""Characters of an expression."""
DEEPEST = 20
"""Brackets, functions and signs within one another."""
TEXT, NUMBER, TRUTH = "text", "number", "truth"

FACTS: Mapping[str, str] = {
    "caller.number": TEXT,
    "caller.e164": TEXT,
    "caller.name": TEXT,
    "caller.presentation": TEXT,
    "caller.language": TEXT,
    "caller.inside": TRUTH,
    "call.line": TEXT,
    "call.queue": TEXT,
    "call.seconds": NUMBER,
    "call.unreached": TEXT,
}
"""What is known of every call; any other name is a variable of the flow."""


class Function(NamedTuple):
    """`takes` are the kinds of its arguments; with `more`, the last may be repeated."""

    takes: tuple[str, ...]
    gives: str
    more: bool = False
    names: str = ""
    """What its first argument, which must then be a plain text, is the name of in the configuration."""


FUNCTIONS: Mapping[str, Function] = {
    "len": Function((TEXT,), NUMBER),
    "number": Function((TEXT,), NUMBER),
    "text": Function((NUMBER,), TEXT),
    "digits": Function((TEXT,), TEXT),
    "left": Function((TEXT, NUMBER), TEXT),
    "right": Function((TEXT, NUMBER), TEXT),
    "mid": Function((TEXT, NUMBER, NUMBER), TEXT),
    "join": Function((TEXT, TEXT), TEXT, more=True),
    "starts-with": Function((TEXT, TEXT), TRUTH, more=True),
    "ends-with": Function((TEXT, TEXT), TRUTH, more=True),
    "contains": Function((TEXT, TEXT), TRUTH, more=True),
    "one-of": Function((TEXT, TEXT), TRUTH, more=True),
    "is-number": Function((TEXT,), TRUTH),
    "is-empty": Function((TEXT,), TRUTH),
    "min": Function((NUMBER, NUMBER), NUMBER, more=True),
    "max": Function((NUMBER, NUMBER), NUMBER, more=True),
    "round": Function((NUMBER,), NUMBER),
    "year": Function((), NUMBER),
    "month": Function((), NUMBER),
    "day": Function((), NUMBER),
    "weekday": Function((), NUMBER),
    "hour": Function((), NUMBER),
    "minute": Function((), NUMBER),
    "today": Function((), TEXT),
    "open": Function((TEXT,), TRUTH, names="hours"),
    "waiting": Function((TEXT,), NUMBER, names="queue"),
    "ready": Function((TEXT,), NUMBER, names="queue"),
    "signed-in": Function((TEXT,), NUMBER, names="queue"),
    "expected-wait": Function((TEXT,), NUMBER, names="queue"),
}
"""`weekday` counts from Monday = 1; `mid` from 1; `today` is 2026-10-01; `expected-wait` is in seconds."""

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<name>[A-Za-z_](?:[A-Za-z0-9_.]|-(?=[A-Za-z0-9_]))*)"
    r"|(?P<sign>!=|<=|>=|[=<>()+\-*/,]))"
)


class BadExpression(ValueError):
    """What is wrong (`reason`, a slug with one detail) and where (`at`, from 1)."""

    def __init__(self, reason: str, detail: str, at: int) -> None:
        super().__init__(f"{reason}: {detail} at {at}")
        self.reason, self.detail, self.at = reason, detail, at


class Literal(NamedTuple):
    value: str | Decimal | bool
    gives: str


class Name(NamedTuple):
    name: str
    gives: str
    at: int


class Apply(NamedTuple):
    """A function, or a sign as one; the signs' names are themselves."""

    name: str
    of: tuple[Tree, ...]
    gives: str


Tree = Literal | Name | Apply


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


@functools.lru_cache(maxsize=2048)
def parse(source: str) -> Tree:
    """Raises BadExpression."""
    if len(source) > LONGEST:
        raise BadExpression("too-long", str(LONGEST), LONGEST + 1)
    reader = _Reader(list(_tokens(source)))
    tree = reader.either(0)
    reader.end()
    return tree


def names_in(tree: Tree) -> Iterator[Name]:
    """The variables an expression reads."""
    if isinstance(tree, Name):
        if tree.name not in FACTS:
            yield tree
    elif isinstance(tree, Apply):
        for one in tree.of:
            yield from names_in(one)


def named(tree: Tree) -> Iterator[tuple[str, str]]:
    """(kind of thing, its name) that functions speak of."""
    if isinstance(tree, Apply):
        function = FUNCTIONS.get(tree.name)
        if function is not None and function.names and isinstance(tree.of[0], Literal):
            yield function.names, str(tree.of[0].value)
        for one in tree.of:
            yield from named(one)


def _tokens(source: str) -> Iterator[_Token]:
    at, end = 0, len(source.rstrip())
    while at < end:
        found = _TOKEN.match(source, at)
        if found is None:
            raise BadExpression("not-understood", source[at:].strip()[:10], at + 1)
        kind = found.lastgroup or ""
        yield _Token(kind, found[kind], found.start(kind) + 1)
        at = found.end()
    yield _Token("end", "", len(source) + 1)


class _Reader:
    """One method a level of binding, loosest first."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._place = tokens, 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _takes(self, *words: str) -> str:
        if self._next.kind in ("sign", "name") and self._next.text in words:
            return self._take().text
        return ""

    def end(self) -> None:
        if self._next.kind != "end":
            raise BadExpression("left-over", self._next.text[:20], self._next.at)

    def either(self, depth: int) -> Tree:
        tree = self._both(depth)
        while self._takes("or"):
            tree = Apply("or", (_want(tree, TRUTH, self._next), self._truth(self._both(depth))), TRUTH)
        return tree

    def _both(self, depth: int) -> Tree:
        tree = self._not(depth)
        while self._takes("and"):
            tree = Apply("and", (_want(tree, TRUTH, self._next), self._truth(self._not(depth))), TRUTH)
        return tree

    def _truth(self, tree: Tree) -> Tree:
        return _want(tree, TRUTH, self._next)

    def _not(self, depth: int) -> Tree:
        if self._takes("not"):
            return Apply("not", (self._truth(self._not(self._deeper(depth))),), TRUTH)
        return self._compared(depth)

    def _compared(self, depth: int) -> Tree:
        left = self._sum(depth)
        sign = self._takes(*_COMPARISONS)
        if not sign:
            return left
        right = self._sum(depth)
        if TRUTH in (left.gives, right.gives):
            if sign not in ("=", "!="):
                raise BadExpression("wrong-kind", NUMBER, self._next.at)
            left, right = self._truth(left), self._truth(right)
        return Apply(sign, (left, right), TRUTH)

    def _sum(self, depth: int) -> Tree:
        tree = self._product(depth)
        while sign := self._takes("+", "-"):
            other = self._product(depth)
            tree = Apply(sign, (_want(tree, NUMBER, self._next), _want(other, NUMBER, self._next)), NUMBER)
        return tree

    def _product(self, depth: int) -> Tree:
        tree = self._signed(depth)
        while sign := self._takes("*", "/"):
            other = self._signed(depth)
            tree = Apply(sign, (_want(tree, NUMBER, self._next), _want(other, NUMBER, self._next)), NUMBER)
        return tree

    def _signed(self, depth: int) -> Tree:
        if self._takes("-"):
            zero = Literal(Decimal(0), NUMBER)
            return Apply("-", (zero, _want(self._signed(self._deeper(depth)), NUMBER, self._next)), NUMBER)
        return self._one(depth)

    def _one(self, depth: int) -> Tree:
        token = self._take()
        if token.kind == "number":
            return Literal(Decimal(token.text), NUMBER)
        if token.kind == "text":
            return Literal(token.text[1:-1], TEXT)
        if token.kind == "name":
            return self._named(token, depth)
        if token.text == "(":
            tree = self.either(self._deeper(depth))
            self._close()
            return tree
        raise BadExpression("missing", token.text or "…", token.at)

    def _named(self, token: _Token, depth: int) -> Tree:
        if token.text in ("true", "false"):
            return Literal(token.text == "true", TRUTH)
        if token.text in ("and", "or", "not"):
            raise BadExpression("missing", token.text, token.at)
        if self._takes("("):
            return self._function(token, depth)
        if token.text.startswith(("caller.", "call.")) and token.text not in FACTS:
            raise BadExpression("unknown-name", token.text, token.at)
        return Name(token.text, FACTS.get(token.text, TEXT), token.at)

    def _function(self, token: _Token, depth: int) -> Tree:
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise BadExpression("unknown-function", token.text, token.at)
        given: list[Tree] = []
        while not self._takes(")"):
            if given and not self._takes(","):
                raise BadExpression("missing", ")", self._next.at)
            given.append(self.either(self._deeper(depth)))
        least = len(function.takes)
        if len(given) < least or (len(given) > least and not function.more):
            raise BadExpression("wrong-count", f"{token.text}: {least}", token.at)
        kinds = (*function.takes, *function.takes[-1:] * (len(given) - least))
        if function.names and not (isinstance(given[0], Literal) and given[0].gives == TEXT):
            raise BadExpression("wants-a-name", token.text, token.at)
        of = tuple(_want(one, kind, token) for one, kind in zip(given, kinds, strict=True))
        return Apply(token.text, of, function.gives)

    def _close(self) -> None:
        if not self._takes(")"):
            raise BadExpression("missing", ")", self._next.at)

    def _deeper(self, depth: int) -> int:
        if depth >= DEEPEST:
            raise BadExpression("too-deep", str(DEEPEST), self._next.at)
        return depth + 1


def _want(tree: Tree, kind: str, token: _Token) -> Tree:
    """The tree, as something of this kind."""
    if tree.gives == kind:
        return tree
    if isinstance(tree, Name) and tree.gives == TEXT and kind == TRUTH:
        return Apply("=", (tree, Literal("true", TEXT)), TRUTH)
    if tree.gives == TEXT and kind == NUMBER and not isinstance(tree, Literal):
        return Apply("number", (tree,), NUMBER)
    if tree.gives == NUMBER and kind == TEXT:
        return Apply("text", (tree,), TEXT)
    raise BadExpression("wrong-kind", kind, token.at)
