"""Numbers by keyed hash: what is erased can be recognised again and is written down nowhere."""

from __future__ import annotations

import hashlib
import hmac
import re

from firmware.config.schema import DialPlan
from firmware.engine.dialling.numbers import MOST_CHARACTERS, normalise

LEAST_DIGITS = 3
_OTHER = re.compile(r"[^0-9+*#]", re.ASCII)


class NumberMarks:
    """All forms in which one number may stand in records lead to one mark at least that they share."""

    def __init__(self, key: bytes, dial_plan: DialPlan, area: str) -> None:
        self._key, self._plan, self._area = key, dial_plan, area

    def of(self, text: str) -> frozenset[str]:
        """Marks of a number as people or exchanges write it; none for what is no number."""
        return frozenset(map(self._mark, self._forms(text)))

    def fit(self, text: str, wanted: frozenset[str]) -> bool:
        return not wanted.isdisjoint(self.of(text))

    def _forms(self, text: str) -> set[str]:
        """As received and E.164, with and without the digit that takes an outside line."""
        bare = _OTHER.sub("", text.rpartition(":")[2])
        if not LEAST_DIGITS <= len(bare) <= MOST_CHARACTERS:
            return set()
        forms = {bare, normalise(bare, self._plan, self._area)}
        prefix = self._plan.outside_prefix
        if prefix and bare.startswith(prefix):
            forms.add(normalise(bare[len(prefix) :], self._plan, self._area))
        return forms - {""}

    def _mark(self, form: str) -> str:
        return hmac.new(self._key, form.encode(), hashlib.sha256).hexdigest()[:32]
