"""How a call waits in a queue: the rules of `routing` and who served this caller last become one need."""

from __future__ import annotations

from collections.abc import Iterable

from firmware.config.schema import Config, Queue, RoutingRule
from firmware.engine.acd.callers import CallerKept
from firmware.engine.dialling.patterns import NumberPatterns
from firmware.engine.state import Call
from firmware.protocol.choice import CallerKind, Need

MOST_PRIORITY = 100
SECOND_US = 1_000_000


class Routing:
    """The rules of one configuration, numbers made ready for looking up."""

    def __init__(self, config: Config) -> None:
        self._language = config.site.language
        lists = {one.id: one.numbers for one in config.number_lists}
        self._rules = config.routing
        self._numbers = NumberPatterns(
            (number, place)
            for place, rule in enumerate(config.routing)
            for number in (*rule.numbers, *(one for name in rule.lists for one in lists.get(name, ())))
        )

    def need(self, call: Call, queue: Queue, kept: CallerKept | None) -> tuple[int, Need]:
        """Priority and need of a call that comes into a queue; `kept` is what is remembered of its caller."""
        theirs = self._numbers.of(call.e164, call.number)
        fitting = [
            rule
            for place, rule in enumerate(self._rules)
            if (place in theirs or not (rule.numbers or rule.lists)) and _holds(rule, call, queue.id, kept)
        ]
        priority = queue.priority + sum(rule.priority for rule in fitting)
        skills: dict[str, int] = {}
        for rule in fitting:
            for skill, least in rule.skills.items():
                skills[skill] = max(least, skills.get(skill, 0))
        agent, wait_s, because = _preferred(queue, fitting, kept)
        return max(-MOST_PRIORITY, min(MOST_PRIORITY, priority)), Need(
            dict(sorted(skills.items())),
            self._kind(call, fitting),
            agent,
            round(wait_s * SECOND_US),
            (*(rule.id for rule in fitting), *because),
        )

    def _kind(self, call: Call, fitting: Iterable[RoutingRule]) -> CallerKind:
        foreign = call.language not in ("", self._language)
        if any(rule.vip for rule in fitting):
            return "vip-foreign" if foreign else "vip"
        return "foreign" if foreign else "plain"


def _preferred(
    queue: Queue, fitting: Iterable[RoutingRule], kept: CallerKept | None
) -> tuple[str, float, tuple[str, ...]]:
    """Agent, how long to wait for that agent alone, and why: the first rule that names one, else who served last."""
    for rule in fitting:
        if rule.agent:
            return rule.agent, rule.agent_wait_s, ()
    if queue.last_agent and kept is not None and kept.agent:
        return kept.agent, queue.last_agent_wait_s, ("last-agent",)
    return "", 0.0, ()


def _holds(rule: RoutingRule, call: Call, queue: str, kept: CallerKept | None) -> bool:
    """Whatever the rule sets beside numbers."""
    return (
        (not rule.queues or queue in rule.queues)
        and (not rule.lines or call.line in rule.lines)
        and (not rule.languages or call.language in rule.languages)
        and all(_is(call.variables.get(name, ""), wanted) for name, wanted in rule.variables.items())
        and (not rule.history or _history(call, kept) == rule.history)
    )


def _is(value: str, wanted: str) -> bool:
    return bool(value) and value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted


def _history(call: Call, kept: CallerKept | None) -> str:
    """Of a caller without a number nothing is known, not even that nothing happened yet."""
    if not call.e164 and not call.number:
        return ""
    return kept.how if kept is not None else "new"
