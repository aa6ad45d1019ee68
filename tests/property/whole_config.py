"""Any configuration the schema allows, drawn from the schema itself: a key that is added there is drawn here."""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from firmware.config.forms import FORMS
from firmware.config.schema import Config

POOL = ("1001", "1002", "2003")
"""Names of everything: digits are a name in every form names have."""
SPANS = ("08:30-12:00", "13:00-17:30", "22:00-02:00")
SAMPLES: Mapping[str, st.SearchStrategy[str]] = {
    "digits": st.text(string.digits, min_size=1, max_size=20),
    "key": st.sampled_from("0123456789*#"),
    "star-code": st.text(string.digits, min_size=1, max_size=4).map("*".__add__),
    "span": st.sampled_from(SPANS),
    "date": st.dates().map(str),
    "day": st.sampled_from(("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
    "zone": st.sampled_from(("Asia/Shanghai", "Europe/Berlin", "UTC")),
    "regex": st.sampled_from(("", "0.*", r"\+86(1[3-9]\d{9})", "[a-z]+")),
    "name": st.sampled_from(POOL),
    "gate-secret": st.text("0123456789abcdef", min_size=80, max_size=80).map(
        lambda one: f"{one[:16]}:{one[16:]}"
    ),
}


class Drawn:
    """A configuration that is not told whole when a test fails on it: the export says more."""

    def __init__(self, plain: Any) -> None:
        self.config = msgspec.convert(plain, Config)

    def __repr__(self) -> str:
        return f"Drawn({msgspec.json.encode(self.config).decode()[:200]}…)"


def whole_configs() -> st.SearchStrategy[Drawn]:
    """A few sections at a time: over many of them, every key of the schema."""
    kind = inspect.type_info(Config)
    assert isinstance(kind, inspect.StructType)
    sections = {field.encode_name: drawn(field.type) for field in kind.fields}

    def chosen(names: list[str]) -> st.SearchStrategy[Any]:
        return st.fixed_dictionaries({name: sections[name] for name in names})

    names = st.lists(st.sampled_from(sorted(sections)), min_size=1, max_size=3, unique=True)
    return names.flatmap(chosen).map(Drawn)


def known_names() -> Mapping[str, Collection[str]]:
    """Every name of the pool, of each kind of thing the schema refers to."""
    return dict.fromkeys(_referred(inspect.type_info(Config)), POOL)


def _referred(kind: inspect.Type) -> list[str]:
    if isinstance(kind, inspect.Metadata):
        refers = (kind.extra or {}).get("refers")
        return [refers] if refers else _referred(kind.type)
    if isinstance(kind, inspect.StructType):
        return [one for field in kind.fields for one in _referred(field.type)]
    if isinstance(kind, inspect.VarTupleType):
        return _referred(kind.item_type)
    if isinstance(kind, inspect.DictType):
        return [*_referred(kind.key_type), *_referred(kind.value_type)]
    return (
        [one for inner in kind.types for one in _referred(inner)]
        if isinstance(kind, inspect.UnionType)
        else []
    )


def drawn(kind: inspect.Type, default: Any = msgspec.NODEFAULT) -> st.SearchStrategy[Any]:
    """Values a JSON document could hold there."""
    if isinstance(kind, inspect.Metadata):
        return _noted(kind, default)
    if isinstance(kind, inspect.StructType):
        return _struct(kind)
    if isinstance(kind, inspect.VarTupleType):
        return st.lists(drawn(kind.item_type), max_size=2, unique_by=_name_of(kind.item_type))
    if isinstance(kind, inspect.DictType):
        return st.dictionaries(drawn(kind.key_type), drawn(kind.value_type), max_size=2)
    if isinstance(kind, inspect.UnionType):
        return st.one_of(*map(drawn, kind.types))
    return _plain(kind)


def _struct(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    """Each key may be left out where it has a default."""
    fields = {field.encode_name: drawn(field.type, field.default) for field in kind.fields}
    wanted = {field.encode_name: fields[field.encode_name] for field in kind.fields if field.required}
    tag = {kind.tag_field: st.just(kind.tag)} if kind.tag_field else {}
    rest = {name: one for name, one in fields.items() if name not in wanted}
    return st.fixed_dictionaries({**tag, **wanted}, optional=rest)


def _noted(kind: inspect.Metadata, default: Any) -> st.SearchStrategy[Any]:
    extra = kind.extra or {}
    if "choices" in extra:
        return st.sampled_from(extra["choices"])
    if "least" in extra:
        return st.integers(extra["least"], extra["most"])
    if "refers" in extra or "defines" in extra:
        return st.sampled_from(POOL)
    form = extra.get("form", "")
    if not form:
        return drawn(kind.type)
    sampled = SAMPLES.get(form, st.just("" if default is msgspec.NODEFAULT else default))
    return sampled.filter(FORMS[form].fits) if form in SAMPLES and form in FORMS else sampled


def _plain(kind: inspect.Type) -> st.SearchStrategy[Any]:
    if isinstance(kind, inspect.FloatType):
        return st.floats(
            kind.ge if kind.ge is not None else kind.gt,
            kind.le if kind.le is not None else kind.lt,
            exclude_min=kind.gt is not None,
            exclude_max=kind.lt is not None,
            allow_nan=False,
            allow_infinity=False,
        )
    if isinstance(kind, inspect.IntType):
        least = kind.ge if kind.ge is not None else kind.gt + 1 if kind.gt is not None else -(1 << 62)
        most = kind.le if kind.le is not None else kind.lt - 1 if kind.lt is not None else 1 << 62
        return st.integers(least, most)
    if isinstance(kind, inspect.BoolType):
        return st.booleans()
    if isinstance(kind, inspect.EnumType):
        return st.sampled_from([one.value for one in kind.cls])
    if isinstance(kind, inspect.LiteralType):
        return st.sampled_from(kind.values)
    if isinstance(kind, inspect.NoneType):
        return st.none()
    if isinstance(kind, inspect.StrType) and kind.pattern is not None:
        least, most = kind.min_length or 0, 40 if kind.max_length is None else kind.max_length
        fits = st.from_regex(kind.pattern, fullmatch=True)
        return fits.filter(lambda one: least <= len(one) <= most and not one.endswith("\n"))
    if isinstance(kind, inspect.StrType):
        return st.text(
            min_size=kind.min_length or 0, max_size=8 if kind.max_length is None else kind.max_length
        )
    raise AssertionError(f"no values are known for {kind}")


def _name_of(kind: inspect.Type) -> Callable[[Any], object]:
    """What makes a part one of its kind: names are given once."""
    for field in kind.fields if isinstance(kind, inspect.StructType) else ():
        if isinstance(field.type, inspect.Metadata) and "defines" in (field.type.extra or {}):
            name = field.encode_name
            return lambda one: one[name]
    return str
