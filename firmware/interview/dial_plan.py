"""The dial plan of a site that says its country: what somebody set stays, unless the box moved."""

from __future__ import annotations

from msgspec import structs

from firmware.config.check import countries
from firmware.config.schema import Config, DialPlan
from firmware.interview.answers import Answers

KEYS = ("country_code", "trunk_prefix", "international_prefix")


def plan_of(whole: Answers, config: Config) -> DialPlan:
    """Emergency numbers are only ever added, but for those of a country the box has left."""
    plan, profile = config.dial_plan, countries().get(whole.site.country)
    if profile is None:
        return plan
    moved = whole.site.country != config.site.country
    untouched = all(getattr(plan, key) == getattr(DialPlan(), key) for key in KEYS)
    former = countries().get(config.site.country, {}).get("emergency", ()) if moved else ()
    kept = [number for number in plan.emergency if number not in former or number in profile["emergency"]]
    return structs.replace(
        plan,
        emergency=tuple(dict.fromkeys((*kept, *profile["emergency"]))),
        **({key: profile[key] for key in KEYS} if moved or untouched else {}),
    )
