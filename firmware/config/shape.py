"""Holds a parsed document against a msgspec type and tells everything that does not fit, not only the first.

The outcome always has the type's shape: what does not fit is left out (its default stands) or, where there is
none, filled with an empty value, so that checks can go on and name the other faults too.
Beyond msgspec's own limits a string's `Meta(extra=...)` may carry `choices` (a tuple) and `form` (a key of
`firmware.config.forms.FORMS`), a number's `least` and `most`; `defines` and `refers` are for
`firmware.config.references`.
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import NODEFAULT, inspect

from firmware.config import wordings as say
from firmware.config.faults import Finding, Wording
from firmware.config.forms import FORMS
from firmware.config.lines import Path

BROKEN = "\ue000"
"""Stands for a value that could not be read; it fits everywhere and refers to nothing."""
BROKEN_NUMBER = -(1 << 40)
"""The same for a number without limits of msgspec's own."""


class Shaper:
    """One document's walk; `findings` grows."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._kinds: dict[type, Callable[[Any, Any, Path], Any]] = {
            inspect.Metadata: self._metadata,
            inspect.StructType: self._struct,
            inspect.VarTupleType: self._array,
            inspect.ListType: self._array,
            inspect.DictType: self._dict,
            inspect.UnionType: self._union,
            inspect.LiteralType: self._literal,
            inspect.EnumType: self._enum,
            inspect.StrType: self._str,
            inspect.BoolType: self._bool,
            inspect.IntType: self._int,
            inspect.FloatType: self._float,
        }

    def shape(self, value: Any, kind: inspect.Type, path: Path = ()) -> Any:
        """A value that fits `kind`, as near to `value` as can be; NODEFAULT where nothing of it fits."""
        if value == BROKEN:
            return NODEFAULT
        shaper = self._kinds.get(type(kind))
        return value if shaper is None else shaper(value, kind, path)

    def tell(self, path: Path, wording: Wording, **data: object) -> Any:
        self.findings.append(Finding(path, wording, data))
        return NODEFAULT

    def _wrong(self, path: Path, wanted: str, value: Any) -> Any:
        return self.tell(path, say.WRONG_TYPE[wanted], given=_shown(value))

    # -- composites ---------------------------------------------------------------------------------

    def _metadata(self, value: Any, kind: inspect.Metadata, path: Path) -> Any:
        shaped = self.shape(value, kind.type, path)
        extra = kind.extra or {}
        if isinstance(shaped, int) and "least" in extra:
            return self._between(shaped, extra, path)
        if not isinstance(shaped, str):
            return shaped
        choices, form = extra.get("choices", ()), extra.get("form", "")
        if choices and shaped not in choices:
            return self._no_choice(path, shaped, choices)
        if form and shaped and not FORMS[form].fits(shaped):
            unfit = self.tell(path, FORMS[form].wording, value=_shown(shaped))
            return shaped if "defines" in extra else unfit
        return shaped

    def _between(self, value: int, extra: Mapping[str, int], path: Path) -> Any:
        least, most = extra["least"], extra["most"]
        if least <= value <= most:
            return value
        return self.tell(path, say.OUT_OF_RANGE, value=value, least=least, most=most)

    def _no_choice(self, path: Path, value: object, choices: Iterable[object]) -> Any:
        words = [str(one) for one in choices]
        near = difflib.get_close_matches(str(value), words, 1, 0.5)
        wording = say.NO_CHOICE_NEAR if near else say.NO_CHOICE
        shown = ", ".join(f'"{one}"' for one in words)
        return self.tell(path, wording, value=value, choices=shown, near="".join(near))

    def _struct(self, value: Any, kind: inspect.StructType, path: Path) -> Any:
        if not isinstance(value, dict):
            return self._wrong(path, "table", value)
        fields = {field.encode_name: field for field in kind.fields}
        shaped: dict[str, Any] = {} if kind.tag_field is None else {kind.tag_field: kind.tag}
        for key, inner in value.items():
            if key in fields:
                part = self.shape(inner, fields[key].type, (*path, key))
                if part is not NODEFAULT:
                    shaped[key] = part
            elif key != kind.tag_field:
                self._unknown(key, fields, path)
        for key, field in fields.items():
            if field.required and key not in shaped:
                if key not in value:
                    self.tell(path, say.MISSING, key=key)
                shaped[key] = _empty(field.type)
        return shaped

    def _unknown(self, key: str, known: Iterable[str], path: Path) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(key, names, 1, 0.6)
        wording = say.UNKNOWN_KEY_NEAR if near else say.UNKNOWN_KEY
        self.tell((*path, key), wording, key=key, near="".join(near), known=", ".join(names))

    def _array(self, value: Any, kind: inspect.VarTupleType | inspect.ListType, path: Path) -> Any:
        if isinstance(value, dict) and isinstance(kind.item_type, inspect.StructType):
            self._wrong(path, "tables", "one table")
            return [self.shape(value, kind.item_type, (*path, 0))]
        if not isinstance(value, list):
            return self._wrong(path, "list", value)
        shaped = [self.shape(one, kind.item_type, (*path, place)) for place, one in enumerate(value)]
        return [_empty(kind.item_type) if one is NODEFAULT else one for one in shaped]

    def _dict(self, value: Any, kind: inspect.DictType, path: Path) -> Any:
        if not isinstance(value, dict):
            return self._wrong(path, "table", value)
        shaped = {}
        for key, inner in value.items():
            name = self.shape(key, kind.key_type, (*path, key))
            part = self.shape(inner, kind.value_type, (*path, key))
            if name is not NODEFAULT and part is not NODEFAULT:
                shaped[name] = part
        return shaped

    def _union(self, value: Any, kind: inspect.UnionType, path: Path) -> Any:
        tagged = {one.tag: one for one in kind.types if isinstance(one, inspect.StructType) and one.tag_field}
        if tagged and isinstance(value, dict):
            return self._tagged(value, tagged, path)
        others = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        for one in others:
            trial = Shaper()
            shaped = trial.shape(value, one, path)
            if not trial.findings:
                return shaped
        return self.shape(value, _nearest(value, others), path)

    def _tagged(self, value: dict[str, Any], kinds: Mapping[Any, inspect.StructType], path: Path) -> Any:
        field = next(iter(kinds.values())).tag_field or ""
        if field not in value:
            return self.tell(path, say.MISSING, key=field)
        kind = kinds.get(value[field])
        return (
            self._no_choice((*path, field), value[field], kinds)
            if kind is None
            else self._struct(value, kind, path)
        )

    # -- scalars ------------------------------------------------------------------------------------

    def _literal(self, value: Any, kind: inspect.LiteralType, path: Path) -> Any:
        return value if value in kind.values else self._no_choice(path, value, kind.values)

    def _enum(self, value: Any, kind: inspect.EnumType, path: Path) -> Any:
        values = [one.value for one in kind.cls]
        return value if value in values else self._no_choice(path, value, values)

    def _str(self, value: Any, kind: inspect.StrType, path: Path) -> Any:
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            value = value.isoformat()
        if not isinstance(value, str):
            return self._wrong(path, "text", value)
        if kind.pattern is not None and not re.search(kind.pattern, value):
            return self.tell(path, say.NO_MATCH, value=_shown(value), pattern=kind.pattern)
        if _within(len(value), kind.min_length, kind.max_length):
            return value
        low, high = _limit(kind.min_length), _limit(kind.max_length)
        return self.tell(path, say.BAD_LENGTH, value=len(value), least=low, most=high)

    def _bool(self, value: Any, _kind: inspect.BoolType, path: Path) -> Any:
        return value if isinstance(value, bool) else self._wrong(path, "bool", value)

    def _int(self, value: Any, kind: inspect.IntType, path: Path) -> Any:
        if not isinstance(value, int) or isinstance(value, bool) or _huge(value):
            return self._wrong(path, "int", value)
        return self._number(value, kind, path)

    def _float(self, value: Any, kind: inspect.FloatType, path: Path) -> Any:
        if not isinstance(value, int | float) or isinstance(value, bool) or _huge(value):
            return self._wrong(path, "float", value)
        if not math.isfinite(value):
            return self._wrong(path, "float", value)
        return self._number(float(value), kind, path)

    def _number(self, value: float, kind: inspect.IntType | inspect.FloatType, path: Path) -> Any:
        least = kind.ge if kind.gt is None else kind.gt
        most = kind.le if kind.lt is None else kind.lt
        if value not in (kind.gt, kind.lt) and _within(value, least, most):
            return value
        low = _limit(least) if kind.gt is None else f">{_limit(kind.gt)}"
        high = _limit(most) if kind.lt is None else f"<{_limit(kind.lt)}"
        return self.tell(path, say.OUT_OF_RANGE, value=_limit(value), least=low, most=high)


def _limit(value: float | None) -> str:
    return "…" if value is None else f"{value:.12g}"


def _within(size: float, least: float | None, most: float | None) -> bool:
    return (least is None or size >= least) and (most is None or size <= most)


def _huge(value: Any) -> bool:
    """More than TOML's 64 bits: `tomllib` lets it pass, floats and texts do not."""
    return isinstance(value, int) and value.bit_length() > 63


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if _huge(value):
        return "a number of more than 64 bits"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _nearest(value: Any, kinds: list[inspect.Type]) -> inspect.Type:
    """The kind a faulty value was most likely meant for."""
    wanted = _BUILT_AS.get(type(value), ())
    return next((one for one in kinds if isinstance(_bare(one), wanted)), kinds[0])


def _bare(kind: inspect.Type) -> inspect.Type:
    return _bare(kind.type) if isinstance(kind, inspect.Metadata) else kind


_BUILT_AS: Mapping[type, tuple[type, ...]] = {
    dict: (inspect.StructType, inspect.DictType),
    list: (inspect.VarTupleType, inspect.ListType),
    str: (inspect.StrType, inspect.LiteralType, inspect.EnumType),
    int: (inspect.IntType, inspect.FloatType),
    float: (inspect.FloatType,),
    bool: (inspect.BoolType,),
}


def _empty(kind: inspect.Type) -> Any:
    """A value of this type that means nothing, in place of one that is missing or broken."""
    if isinstance(kind, inspect.Metadata):
        return _empty(kind.type)
    if isinstance(kind, inspect.StructType):
        tag = {} if kind.tag_field is None else {kind.tag_field: kind.tag}
        return tag | {one.encode_name: _empty(one.type) for one in kind.fields if one.required}
    if isinstance(kind, inspect.UnionType):
        return _empty(kind.types[0])
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.EnumType):
        return next(iter(kind.cls)).value
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return BROKEN_NUMBER if kind.ge is kind.gt is kind.le is kind.lt is None else _some_number(kind)
    return _EMPTIES.get(type(kind), lambda: None)()


def _some_number(kind: inspect.IntType | inspect.FloatType) -> float:
    """A number within the limits: msgspec holds these too."""
    if kind.ge is not None:
        return kind.ge
    if kind.gt is not None:
        return kind.gt + 1
    return kind.le if kind.le is not None else (kind.lt or 0) - 1


_EMPTIES: Mapping[type, Callable[[], Any]] = {
    inspect.StrType: lambda: BROKEN,
    inspect.BoolType: lambda: False,
    inspect.VarTupleType: list,
    inspect.ListType: list,
    inspect.DictType: dict,
}
