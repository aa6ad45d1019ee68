"""What the side of each page offers, by role."""

from __future__ import annotations

from typing import NamedTuple

from webui.security.rights import Right, may


class Entry(NamedTuple):
    endpoint: str
    words: str
    right: Right
    sign: str
    """Of the sprite `static/icons.svg`."""
    only_sim: bool = False
    """There is none at a real box."""


ENTRIES = (
    Entry("home.show", "menu.home", Right.SIGNED_IN, "home"),
    Entry("desk.show", "menu.desk", Right.WORK, "desk"),
    Entry("contacts.show", "menu.contacts", Right.WORK, "people"),
    Entry("wallboard.show", "menu.wallboard", Right.WORK, "wall"),
    Entry("calls.find", "menu.calls", Right.WORK, "calls"),
    Entry("abandoned.show", "menu.abandoned", Right.WORK, "lost"),
    Entry("reports.show", "menu.reports", Right.SUPERVISE, "chart"),
    Entry("lines.show", "menu.lines", Right.LOOK_AT_LINES, "lines"),
    Entry("health.show", "menu.health", Right.LOOK_AT_LINES, "chart"),
    Entry("interview.start", "menu.interview", Right.ADMINISTER, "flow"),
    Entry("settings.show", "menu.settings", Right.ADMINISTER, "gear"),
    Entry("prompts.show", "menu.prompts", Right.ADMINISTER, "tape"),
    Entry("people.show", "menu.people", Right.ADMINISTER, "people"),
    Entry("tokens.show", "menu.tokens", Right.ADMINISTER, "gear"),
    Entry("bench.show", "menu.bench", Right.WORK, "bench", only_sim=True),
)


WITHIN = {
    "settings_parts": "settings",
    "settings_history": "settings",
    "flows": "settings",
    "flow_drafts": "settings",
    "flow_trials": "settings",
    "rehearsals": "settings",
    "recordings": "calls",
    "webhooks": "tokens",
    "erasures": "contacts",
}
"""Blueprints without an entry of their own, and the one their pages belong to."""


def current(endpoint: str | None) -> tuple[str, str]:
    """Which entry is marked, and as what (`aria-current`): the page itself, or what it is in. Empty where none is."""
    blueprint = (endpoint or "").rpartition(".")[0]
    blueprint = WITHIN.get(blueprint, blueprint)
    for one in ENTRIES:
        if one.endpoint == endpoint:
            return one.endpoint, "page"
        if blueprint and one.endpoint.partition(".")[0] == blueprint:
            return one.endpoint, "true"
    return "", ""


def menu_of(role: str, *, is_sim: bool) -> list[Entry]:
    return [one for one in ENTRIES if may(role, one.right) and (is_sim or not one.only_sim)]
