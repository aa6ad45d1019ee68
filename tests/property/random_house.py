"""Random houses: configurations of every feature, as the checks accept them, over the wires of the fake box.

Drawn from the schema itself, so that a key or a feature that is added there is drawn here. What the checks find wrong
is taken out again, until nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

import msgspec
from msgspec import inspect

from firmware.config.check import check_config, known_names
from firmware.config.check_flows import NEEDS
from firmware.config.faults import Finding
from firmware.config.load import look_at
from firmware.config.schema import Config, Features, Node
from tests.unit.fake_box import LINES, PHONES

EMERGENCY = ("110", "119", "120", "122")
ALSO = ("112", "999", "000", "113")
TARGETS = frozenset({"target", "fallback", "overflow", "day", "night", "holiday", "recall_to", "supervisor"})
"""Free keys that hold a target."""
NODES = ("n1", "n2", "n3", "n4")
NODE_KEYS = frozenset({"next", "otherwise", "start"})
WHOLE = {
    "card",
    "line",
    "extension",
    "gate",
    "jobs",
    "mail",
    "storage",
    "prompt",
    "features",
    "dial_plan",
    "site",
}
"""Parts with a drawing of their own, or that have nothing to do with telephones."""
MOST_REPAIRS = 12
SAMPLES: Mapping[str, Callable[[Random], str]] = {
    "digits": lambda draw: draw.choice(
        ["801", "802", "962345678", "500", "913912345678", "2468", "1357", "77", "55"]
    ),
    "key": lambda draw: draw.choice("0123456789*#"),
    "star-code": lambda draw: f"*{draw.randrange(10, 99)}",
    "span": lambda draw: draw.choice(["00:00-12:00", "12:00-24:00", "08:00-18:00"]),
    "date": lambda draw: f"2026-01-{draw.randrange(1, 29):02}",
    "day": lambda draw: draw.choice(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    "pair": lambda draw: f"{draw.randrange(100):02}",
    "keys": lambda draw: draw.choice(["801", "804", "962345678", "9110", "110", "500"]),
    "beginning": lambda draw: draw.choice(["+86", "+86 10", "0", "00", "6", "139"]),
    "number": lambda draw: draw.choice(["62345601", "010-62345602"]),
    "did": lambda draw: draw.choice(["62345601", "62345600-62345699"]),
}


class House:
    """One drawing; `config` is what came of it."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._names: dict[str, list[str]] = {
            "card": ["hat"],
            "line": list(LINES),
            "extension": list(PHONES),
            "prompt": ["welcome", "goodbye", "recording-consent"],
            "agent": ["801", "802", "900"],
        }
        self.config = _accepted(self._document())

    def _document(self) -> dict[str, Any]:
        fields = {field.encode_name: field for field in _struct_of(Config).fields}
        parts = {name: field.type for name, field in fields.items() if name not in WHOLE}
        counts = {name: self._draw.choice([0, 1, 1, 2]) for name in parts}
        for name, kind in parts.items():
            self._give_names(name, kind, counts[name])
        document = {name: self._part(kind, counts[name]) for name, kind in parts.items()}
        return {name: one for name, one in document.items() if one} | self._wires() | self._plan()

    def _give_names(self, part: str, kind: inspect.Type, count: int) -> None:
        item = kind.item_type if isinstance(kind, inspect.VarTupleType) else None
        for field in item.fields if isinstance(item, inspect.StructType) else ():
            extra = (field.type.extra or {}) if isinstance(field.type, inspect.Metadata) else {}
            if "defines" in extra and extra["defines"] not in self._names:
                digits = extra.get("form") == "digits"
                given = [
                    f"{place + 4}{place + 5}3" if digits else f"{part}-{place}" for place in range(count)
                ]
                self._names[extra["defines"]] = given

    # -- what every house has -----------------------------------------------------------------------

    def _wires(self) -> dict[str, Any]:
        card = {"name": "hat", "slots": ["fxo"] * 4 + ["fxs"] * 4}
        lines = [
            self._more("line", {"name": name, "card": "hat", "slot": port + 1})
            for name, port in LINES.items()
        ]
        telephones = [
            self._more("extension", {"number": number, "card": "hat", "slot": port + 1})
            for number, port in PHONES.items()
        ]
        return {"card": [card], "line": lines, "extension": telephones}

    def _more(self, part: str, fixed: dict[str, Any]) -> dict[str, Any]:
        kind = next(one.type for one in _struct_of(Config).fields if one.encode_name == part)
        assert isinstance(kind, inspect.VarTupleType)
        assert isinstance(kind.item_type, inspect.StructType)
        drawn = {
            name: one for name, one in self._struct(kind.item_type).items() if name not in ("pulse", "dial")
        }
        return drawn | fixed

    def _plan(self) -> dict[str, Any]:
        draw = self._draw
        kinds = {one.encode_name: one.type for one in _struct_of(Config).fields}
        assert isinstance(kinds["dial_plan"], inspect.StructType)
        plan = self._struct(kinds["dial_plan"])
        own = ("country_code", "trunk_prefix", "international_prefix", "first_digit_s", "inter_digit_s")
        plan = {name: one for name, one in plan.items() if name not in own}
        plan["outside_prefix"] = draw.choice(["9", "9", "0"])
        plan["emergency"] = [*EMERGENCY, *draw.sample(ALSO, draw.choice([0, 0, 1]))]
        site = {"country": "CN", "area": "10", "language": draw.choice(["zh", "en"])}
        return {"dial_plan": plan, "site": site, "features": self._codes()}

    def _codes(self) -> dict[str, str]:
        """The codes of the schema, or others in any order; some are off."""
        if self._draw.random() < 0.5:
            return {}
        names = [one.name for one in msgspec.structs.fields(Features) if one.type is not dict]
        codes = [f"*{number}" for number in range(10, 99)]
        self._draw.shuffle(codes)
        given = {name: code for name, code in zip(names, codes, strict=False) if not name.endswith("reasons")}
        return {name: "" if self._draw.random() < 0.1 else code for name, code in given.items()}

    # -- any part, by its type ----------------------------------------------------------------------

    def _part(self, kind: inspect.Type, count: int) -> Any:
        if not isinstance(kind, inspect.VarTupleType):
            return self._value(kind, "")
        return [self._value(kind.item_type, "", place) for place in range(count)]

    def _struct(self, kind: inspect.StructType, place: int = 0) -> dict[str, Any]:
        drawn: dict[str, Any] = {kind.tag_field: kind.tag} if kind.tag_field else {}
        for field in kind.fields:
            if field.required or field.encode_name == "node" or self._draw.random() < 0.5:
                value = self._value(field.type, field.encode_name, place)
                if value is not None:
                    drawn[field.encode_name] = value
        return self._node(drawn) if kind.cls is Node else drawn

    def _node(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """A step of a flow that has what its kind needs, as often as not."""
        needs = {
            "keys": {"1": "n2", "2": "n3"},
            "prompt": "welcome",
            "variable": "v",
            "target": self._target(),
        }
        for key in NEEDS.get(drawn["kind"], ()):
            if key in needs:
                drawn[key] = needs[key]
            elif self._names.get(key):
                drawn[key] = self._draw.choice(self._names[key])
        return {key: one for key, one in drawn.items() if key not in ("expression", "cases", "value", "ends")}

    def _value(self, kind: inspect.Type, key: str, place: int = 0) -> Any:
        """None: nothing fits here."""
        draw = self._draw
        match kind:
            case inspect.Metadata():
                return self._noted(kind, key, place)
            case inspect.StructType():
                return self._struct(kind, place)
            case inspect.VarTupleType():
                count = len(NODES) if key == "node" else draw.randrange(4)
                some = (self._value(kind.item_type, key, at) for at in range(count))
                return [one for one in some if one is not None]
            case inspect.DictType():
                pairs = [
                    (self._value(kind.key_type, key), self._value(kind.value_type, f"{key}*"))
                    for _ in range(2)
                ]
                return {one: other for one, other in pairs if one is not None and other is not None}
            case inspect.UnionType():
                return self._value(draw.choice(kind.types), key, place)
            case inspect.BoolType():
                return draw.random() < 0.5
            case inspect.IntType() | inspect.FloatType():
                return self._number(kind)
            case inspect.StrType():
                return self._text(key, place)
            case _:
                return None

    def _noted(self, kind: inspect.Metadata, key: str, place: int) -> Any:
        extra, draw = kind.extra or {}, self._draw
        if "choices" in extra:
            return draw.choice(extra["choices"])
        if "least" in extra:
            return draw.randint(extra["least"], extra["most"])
        if "defines" in extra:
            names = self._names.get(extra["defines"], [])
            return names[place] if place < len(names) else f"{extra['defines'].replace(' ', '-')}-{place}"
        if "refers" in extra:
            names = self._names.get(extra["refers"], [])
            return draw.choice(names) if names else None
        form = extra.get("form", "")
        if form:
            return SAMPLES[form](draw) if form in SAMPLES else None
        return self._value(kind.type, key, place)

    def _number(self, kind: inspect.IntType | inspect.FloatType) -> float:
        least = kind.ge if kind.ge is not None else kind.gt if kind.gt is not None else 0
        most = kind.le if kind.le is not None else kind.lt if kind.lt is not None else 100
        most = min(most, least + self._draw.choice([1, 5, 60]))
        whole = isinstance(kind, inspect.IntType)
        return self._draw.randint(int(least), int(most)) if whole else self._draw.uniform(least, most)

    def _text(self, key: str, place: int) -> str:
        if key in TARGETS:
            return self._target()
        if key == "id":
            return NODES[place % len(NODES)]
        if key in NODE_KEYS or key == "keys*":
            return self._draw.choice(NODES)
        if key in ("extension", "members", "number"):
            return self._draw.choice(list(PHONES))
        return self._draw.choice(["", "a", "lunch", "zh"])

    def _target(self) -> str:
        kinds = {"voicemail": "mailbox", "outside": ""}
        kind = self._draw.choice(
            ["queue", "extension", "flow", "group", "service", "room", "voicemail", "outside"]
        )
        names = self._names.get(kinds.get(kind, kind), []) or ["62345678"]
        return f"{kind}:{self._draw.choice(names)}"


@cache
def _struct_of(kind: type[msgspec.Struct]) -> inspect.StructType:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    return described


def _accepted(document: dict[str, Any]) -> Config:
    """Without whatever the checks find wrong."""
    for _ in range(MOST_REPAIRS):
        config, findings = look_at(document, Config, (check_config,), known_names())
        faults = [one for one in findings if not one.wording.warning]
        if not faults:
            return config
        for fault in faults:
            _take_out(document, fault)
    raise AssertionError([(one.path, one.wording.slug) for one in faults])


def _take_out(document: Any, fault: Finding) -> None:
    """The key the fault names; where it is a place in a list or may not go, the part that holds it."""
    path = list(fault.path)
    while path:
        holder = document
        for step in path[:-1]:
            holder = _inside(holder, step)
        if _inside(holder, path[-1]) is not None and _may_go(path):
            del holder[path[-1]]
            return
        path.pop()


def _inside(holder: Any, step: str | int) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    return holder[step] if isinstance(holder, list) and isinstance(step, int) and step < len(holder) else None


def _may_go(path: list[str | int]) -> bool:
    """Wires stay, and names and kinds go only with their part."""
    wires = path[0] in ("card", "line", "extension")
    return path[-1] not in ("id", "kind", "name", "number", "start", "code") and not (wires and len(path) < 3)
