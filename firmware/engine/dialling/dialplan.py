"""What the keys of a telephone mean, one at a time. Emergency numbers first, whatever else they could be.

`DialTree.match(digits)` is asked after each key; `settle(digits)` when no more key came in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from msgspec import Struct, structs

from firmware.config.inside import inside_numbers
from firmware.config.schema import Config
from firmware.engine.dialling.feature_codes import ARGUMENTS, Argument, codes
from firmware.engine.dialling.numbers import never_longer

MOST_DIGITS = 40
"""More keys than this make no number: feature codes with an agent and a PIN are the longest."""
MOST_OUTSIDE = 24
LEAST_OUTSIDE = 3
_KEYS = frozenset("0123456789*#")


class MatchKind(StrEnum):
    INCOMPLETE = "incomplete"
    """More keys are needed."""
    AMBIGUOUS = "ambiguous"
    """Complete, but it could go on: take `settle` after the inter-digit time-out."""
    EXTENSION = "extension"
    TARGET = "target"
    """A number of the house that is no telephone: a queue, a group of telephones, a conference room…"""
    FEATURE = "feature"
    EMERGENCY = "emergency"
    OUTSIDE = "outside"
    INVALID = "invalid"


class Match(Struct, frozen=True):
    kind: MatchKind
    number: str = ""
    """Number of the house, emergency number, or outside number with the outside prefix taken off."""
    target: str = ""
    """Where a number of the house leads that is no telephone's, as in `firmware.engine.targets`."""
    feature: str = ""
    """Field name in `Features`; what may follow its code is in `firmware.engine.dialling.feature_codes`."""
    argument: str = ""
    """What followed the code. `sign_in`: the agent (empty: whoever the telephone belongs to)."""
    secret: str = ""
    """`sign_in`: the PIN."""


INCOMPLETE = Match(MatchKind.INCOMPLETE)
INVALID = Match(MatchKind.INVALID)
_INSIDE = (MatchKind.EXTENSION, MatchKind.TARGET)


class _Branch:
    __slots__ = ("ends", "keys")

    def __init__(self) -> None:
        self.keys: dict[str, _Branch] = {}
        self.ends: Match | None = None


class DialTree:
    """The dial plan of one configuration."""

    def __init__(self, config: Config) -> None:
        self._plan = config.dial_plan
        self._reasons = config.features.not_ready_reasons
        self._pins = {agent.id: agent.pin for agent in config.agents}
        self._root = _Branch()
        for extension in config.extensions:
            self._grow(extension.number, Match(MatchKind.EXTENSION, extension.number))
        for number, target, _ in inside_numbers(config):
            self._grow(number, Match(MatchKind.TARGET, number, target))
        for feature, code in codes(config).items():
            self._grow(code, Match(MatchKind.FEATURE, feature=feature))
        for prefix in (config.dial_plan.outside_prefix, ""):
            for number in config.dial_plan.emergency:
                self._grow(prefix + number, Match(MatchKind.EMERGENCY, number))

    def match(self, digits: str) -> Match:
        """What the keys so far are. Never raises; the work is bounded however many there are."""
        if not digits:
            return INCOMPLETE
        if len(digits) > MOST_DIGITS or not _KEYS.issuperset(digits):
            return INVALID
        branch, depth = self._walk(digits)
        if branch.ends is not None and branch.ends.kind is MatchKind.EMERGENCY:
            return branch.ends
        if branch.ends is not None and branch.ends.kind is MatchKind.FEATURE:
            return self._feature(branch.ends.feature, digits[depth:])
        if digits.endswith("#"):
            return self.settle(digits[:-1])
        if depth == len(digits):
            return self._inside(branch, digits)
        return self._outside(digits)

    def settle(self, digits: str) -> Match:
        """What the keys are, given that no other follows."""
        found = self.match(digits)
        if found.kind is MatchKind.INCOMPLETE:
            return INVALID
        if found.kind is not MatchKind.AMBIGUOUS:
            return found
        if found.feature:
            return structs.replace(found, kind=MatchKind.FEATURE)
        branch, depth = self._walk(digits)
        if depth == len(digits) and branch.ends is not None:
            return branch.ends
        return Match(MatchKind.OUTSIDE, found.number)

    def _grow(self, keys: str, ends: Match) -> None:
        branch = self._root
        for key in keys:
            branch = branch.keys.setdefault(key, _Branch())
        if keys:
            branch.ends = ends

    def _walk(self, digits: str) -> tuple[_Branch, int]:
        """As far as the tree goes, but not past an emergency number or a feature code."""
        branch = self._root
        for depth, key in enumerate(digits):
            if branch.ends is not None and branch.ends.kind not in _INSIDE:
                return branch, depth
            if key not in branch.keys:
                return branch, depth
            branch = branch.keys[key]
        return branch, len(digits)

    def _inside(self, branch: _Branch, digits: str) -> Match:
        outside = self._outside(digits)
        goes_on = bool(branch.keys) or outside.kind is not MatchKind.INVALID
        if branch.ends is not None:
            return structs.replace(branch.ends, kind=MatchKind.AMBIGUOUS) if goes_on else branch.ends
        if branch.keys and outside.kind in (MatchKind.INVALID, MatchKind.OUTSIDE):
            return INCOMPLETE if outside is INVALID else Match(MatchKind.AMBIGUOUS, outside.number)
        return outside

    def _outside(self, digits: str) -> Match:
        prefix = self._plan.outside_prefix
        number = digits[len(prefix) :]
        if not digits.startswith(prefix) or (number and not number.isdigit()) or len(number) > MOST_OUTSIDE:
            return INVALID
        if never_longer(number, self._plan):
            return Match(MatchKind.OUTSIDE, number)
        return INCOMPLETE if len(number) < LEAST_OUTSIDE else Match(MatchKind.AMBIGUOUS, number)

    def _feature(self, feature: str, rest: str) -> Match:
        return _ARGUMENTS[ARGUMENTS[feature]](self, Match(MatchKind.FEATURE, feature=feature), rest)

    def _nothing(self, match: Match, rest: str) -> Match:
        return INVALID if rest else match

    def _switch(self, match: Match, rest: str) -> Match:
        return INVALID if rest not in ("", "0", "1") else self._so_many(match, rest, 1)

    def _key(self, match: Match, rest: str) -> Match:
        if match.feature == "not_ready" and rest and rest not in self._reasons:
            return INVALID
        return self._so_many(match, rest, 1)

    def _pair(self, match: Match, rest: str) -> Match:
        return self._so_many(match, rest, 2)

    def _so_many(self, match: Match, rest: str, digits: int) -> Match:
        if rest and not rest.isdigit():
            return INVALID
        return structs.replace(match, argument=rest) if len(rest) == digits else INCOMPLETE

    def _digits(self, match: Match, rest: str) -> Match:
        """Complete with `#`; a pause will do too."""
        keyed, hash_key, tail = rest.partition("#")
        if "*" in keyed or tail:
            return INVALID
        kind = MatchKind.FEATURE if hash_key else MatchKind.AMBIGUOUS
        return structs.replace(match, kind=kind, argument=keyed)

    def _number(self, match: Match, rest: str) -> Match:
        branch, depth = self._walk(rest)
        whole = depth == len(rest) and branch.ends is not None and branch.ends.kind in _INSIDE
        if rest and whole and not branch.keys:
            return structs.replace(match, argument=rest)
        return self._digits(match, rest)

    def _sign_in(self, _match: Match, rest: str) -> Match:
        """Agent, `#`, and where that agent has a PIN, the PIN and `#`."""
        agent, hash_key, tail = rest.partition("#")
        if "*" in rest:
            return INVALID
        if not hash_key:
            return INCOMPLETE
        if not self._pins.get(agent):
            return Match(MatchKind.FEATURE, feature="sign_in", argument=agent) if not tail else INVALID
        pin, hash_key, tail = tail.partition("#")
        if tail:
            return INVALID
        if not hash_key:
            return INCOMPLETE
        return Match(MatchKind.FEATURE, feature="sign_in", argument=agent, secret=pin)


_ARGUMENTS: Mapping[Argument, Callable[[DialTree, Match, str], Match]] = {
    Argument.NONE: DialTree._nothing,
    Argument.SWITCH: DialTree._switch,
    Argument.KEY: DialTree._key,
    Argument.PAIR: DialTree._pair,
    Argument.DIGITS: DialTree._digits,
    Argument.NUMBER: DialTree._number,
    Argument.AGENT: DialTree._sign_in,
}
