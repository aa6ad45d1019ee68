"""The same callers through two versions of the flows, in fast mode: who comes another way, and what that sums up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from msgspec import Struct, field, structs

from firmware.cli.prompts import prompt_bank
from firmware.cli.rehearsal.boxes import FastBox
from firmware.cli.rehearsal.flow_callers import callers_for
from firmware.cli.rehearsal.result import Json
from firmware.config.schema import Config
from firmware.protocol import facts as f
from firmware.protocol.journal import Record
from hwsim.scenario import About, Scenario

PAUSE_S = 120.0
"""From one made-up caller to the next."""
STAYS_S = 100.0
"""So long a made-up caller stays at most."""
DRAIN_S = 900
MOST_SHOWN = 40


class Visit(Struct):
    """One caller's way through the flows of one version."""

    number: str = ""
    way: list[str] = field(default_factory=list)
    """`flow/node`, in order."""
    outcome: str = "-"
    menu_us: int = 0
    entered_us: int | None = None

    @property
    def menu_s(self) -> float:
        return round(self.menu_us / 1e6, 1)


class Ways:
    """Follows the records of one run."""

    def __init__(self) -> None:
        self.visits: dict[int, Visit] = {}
        self._flow: dict[int, str] = {}

    def see(self, record: Record) -> None:
        for fact in record.facts:
            self._take(fact, record.at_us)

    def _take(self, fact: f.AnyFact, at_us: int) -> None:
        match fact:
            case f.CallBegan(direction="inbound"):
                self.visits[fact.call] = Visit()
            case f.CallerKnown() if fact.call in self.visits:
                self.visits[fact.call].number = fact.number
            case f.FlowEntered() | f.FlowReturned() if fact.call in self.visits:
                self._flow[fact.call] = fact.flow
            case f.NodeEntered() if fact.call in self.visits:
                visit = self.visits[fact.call]
                visit.way.append(f"{self._flow.get(fact.call, '')}/{fact.node}")
                visit.entered_us = at_us if visit.entered_us is None else visit.entered_us
            case f.FlowLeft() if fact.call in self.visits:
                _left(self.visits[fact.call], at_us)
            case f.CallEnded() if fact.call in self.visits:
                _left(self.visits[fact.call], at_us)
                self.visits[fact.call].outcome = str(fact.outcome or "-")
            case _:
                pass


def _left(visit: Visit, at_us: int) -> None:
    if visit.entered_us is not None:
        visit.menu_us += at_us - visit.entered_us
        visit.entered_us = None


def flow_diff(old: Config, new: Config, scenario: Scenario | None, out: Path) -> Json:
    """Without a scenario one caller is made up for each way through the menus of either version."""
    cast = scenario or _made_up(old, new)
    versions = [
        _run(structs.replace(cast, box=one), out / name) for name, one in (("old", old), ("new", new))
    ]
    pairs = list(_pairs(*versions))
    changed = [(one, other) for one, other in pairs if not _alike(one, other)]
    return {
        "scenario": cast.about.name,
        "callers": len(pairs),
        "changed": len(changed),
        "outcomes": _both(versions, lambda visit: [visit.outcome]),
        "nodes": _both(versions, lambda visit: dict.fromkeys(visit.way)),
        "menu_s": [round(sum(one.menu_s for one in visits) / max(1, len(visits)), 1) for visits in versions],
        "ways": _ways(changed),
    }


def _made_up(old: Config, new: Config) -> Scenario:
    callers = callers_for(old, new, PAUSE_S, STAYS_S)
    seconds = 10.0 + PAUSE_S * len(callers)
    return Scenario(about=About(name="every way", seconds=seconds), box=old, callers=callers)


def _run(scenario: Scenario, out: Path) -> list[Visit]:
    ways = Ways()
    box = FastBox(scenario, out, prompt_bank(scenario.config, out / "spoken"), see=ways.see)
    box.run_until(scenario.end_us)
    last, limit_us = box.half.calls_made, scenario.end_us + DRAIN_S * 1_000_000
    while box.half.open_calls(last) and box.now_us < limit_us:
        box.run_until(box.now_us + 1_000_000)
    box.finish()
    box.half.archive.close()
    return list(ways.visits.values())


def _pairs(old: Iterable[Visit], new: Iterable[Visit]) -> Iterator[tuple[Visit, Visit]]:
    """The same caller in both: by number, and by order where one calls again."""
    by_number: list[dict[str, list[Visit]]] = []
    for visits in (old, new):
        found: dict[str, list[Visit]] = {}
        for visit in visits:
            found.setdefault(visit.number, []).append(visit)
        by_number.append(found)
    for number in dict.fromkeys((*by_number[0], *by_number[1])):
        both = zip_longest(
            by_number[0].get(number, []), by_number[1].get(number, []), fillvalue=Visit(number)
        )
        yield from both


def _alike(one: Visit, other: Visit) -> bool:
    return one.way == other.way and one.outcome == other.outcome


def _both(versions: list[list[Visit]], count: object) -> Json:
    """Name to how often in the old and in the new version."""
    assert callable(count)
    sums = [Counter(name for visit in visits for name in count(visit)) for visits in versions]
    return {name: [one[name] for one in sums] for name in sorted(sums[0].keys() | sums[1].keys())}


def _ways(changed: list[tuple[Visit, Visit]]) -> list[Json]:
    """Callers who went the same two ways together; the most frequent first."""
    groups: dict[tuple[str, ...], list[tuple[Visit, Visit]]] = {}
    for one, other in changed:
        key = (*one.way, "", one.outcome, "", *other.way, "", other.outcome)
        groups.setdefault(key, []).append((one, other))
    shown = sorted(groups.values(), key=len, reverse=True)
    return [
        {
            "callers": len(group),
            "first": group[0][0].number,
            "old": _side([one for one, _ in group]),
            "new": _side([other for _, other in group]),
        }
        for group in shown
    ]


def _side(visits: list[Visit]) -> Json:
    mean_s = sum(one.menu_s for one in visits) / len(visits)
    return {"way": visits[0].way, "outcome": visits[0].outcome, "menu_s": round(mean_s, 1)}


def flow_diff_text(found: Json) -> str:
    """For people."""
    lines = [
        f"{found['scenario']}: {found['callers']} callers, {found['changed']} come another way or end otherwise",
        "",
        f"{'':28} {'old':>7} {'new':>7}",
        f"{'seconds in menus, mean':28} {found['menu_s'][0]:7.1f} {found['menu_s'][1]:7.1f}",
        *_rows(found["outcomes"], everything=True),
        *_rows(found["nodes"], everything=False),
    ]
    for way in found["ways"][:MOST_SHOWN]:
        lines += ["", f"{way['callers']} x, first {way['first'] or 'without a number'}"]
        for side in ("old", "new"):
            what = way[side]
            shown = " > ".join(what["way"]) or "no flow"
            lines.append(f"  {side}: {shown} = {what['outcome']}, {what['menu_s']} s")
    return "\n".join(lines)


def _rows(counts: Mapping[str, list[int]], *, everything: bool) -> Iterator[str]:
    for name, (old, new) in counts.items():
        if everything or old != new:
            yield f"{name:28} {old:7} {new:7}"
