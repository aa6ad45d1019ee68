"""A flow tried on a simulated call, for programs: all steps at once. Nothing is changed or rung."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from firmware.cli.period import local
from firmware.cli.trying.steps import LONGEST, MOST_STEPS
from firmware.config.drafts.draft import look
from firmware.config.drafts.store import NoSuchDraft
from firmware.config.schema import Config
from webui.api.operations import LARGEST_ID, Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.drafting.work import drafts
from webui.flows.telling import stands, told
from webui.flows.trying import CannotTry, Trial, tried, with_step
from webui.language import t
from webui.site import the_site

PLAIN = r"^[^\x00-\x1f\x7f]*$"
Step = Annotated[str, Meta(max_length=LONGEST, pattern=PLAIN)]
CHOICES: Mapping[str, tuple[str, ...]] = {
    "asks": ("keys", "wait", "hang-up"),
    "elsewhere": ("keys", "wait", "hang-up"),
    "looks-up": ("found", "nothing", "wait", "hang-up"),
    "over": (),
}


class FlowTrial(Struct, frozen=True, forbid_unknown_fields=True):
    """Who calls, when, and what he does."""

    flow: Annotated[str, Meta(min_length=1, max_length=200, pattern=PLAIN)]
    """Its name."""
    draft: Annotated[int, Meta(ge=1, le=LARGEST_ID)] | None = None
    """Its number; without: what is in force."""
    caller: Annotated[str, Meta(pattern=r"^\+?[0-9]{0,24}$")] = ""
    """His number as the exchange sends it; empty: withheld."""
    at: Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})?$")] = ""
    """`2026-10-01T20:30`, site's time; empty: now."""
    staffed: bool = True
    """Agents are signed in."""
    steps: Annotated[list[Step], Meta(max_length=MOST_STEPS)] = []
    """Keys (`380#`), `wait`, `hang-up`; where a look-up is asked `found`, `found:name=Wang&level=3`, `nothing`."""


class TrialLine(Struct, frozen=True):
    kind: str
    text: str
    """In the reader's language; of what is heard in its own."""
    language: str
    """Of what is heard; empty: it is said about it."""


class TrialPlace(Struct, frozen=True):
    flow: str
    node: str


class TrialTold(Struct, frozen=True):
    lines: list[TrialLine]
    path: list[TrialPlace]
    """Steps of flows he went through."""
    state: str
    """`asks` (keys), `looks-up`, `elsewhere` (a queue, a telephone, a mailbox), `over`."""
    where: TrialPlace | None
    """The last step."""
    stands: str
    """Where he is now, in a sentence."""
    at_s: float
    """Since it rang."""
    choices: list[str]
    """What can be the next step; `keys`: any of `0-9*#`."""
    takes: list[str]
    """Fields the look-up's answer may have."""


def attempt(given: Given) -> Answer:
    asked: FlowTrial = given.body
    faults = [*_step_faults(asked), *_place_faults(asked)]
    if faults:
        raise Refused(422, "not-tried", faults=faults)
    try:
        found = tried(the_site().places.root, asked.draft, asked.flow, _trial(asked))
    except CannotTry as error:
        raise _refused(error) from None
    return Answer(_told(found))


def _step_faults(asked: FlowTrial) -> Iterator[Fault]:
    for place, one in enumerate(asked.steps):
        try:
            with_step(Trial(), one)
        except CannotTry as error:
            yield Fault(f"$.steps[{place}]", t(str(error)))


def _place_faults(asked: FlowTrial) -> Iterator[Fault]:
    """Of when, and of which flow."""
    if asked.at and not _is_moment(asked.at):
        yield Fault("$.at", t("flows.bad-trial"))
    try:
        config = _config(asked.draft)
    except NoSuchDraft:
        yield Fault("$.draft", t("api.problem-not-there"))
        return
    if not any(one.id == asked.flow for one in config.flows):
        yield Fault("$.flow", t("api.problem-not-there"))


def _config(draft: int | None) -> Config:
    """What can be read of a draft. Raises NoSuchDraft."""
    if draft is None:
        return the_site().config
    with drafts() as (_, kept):
        there = next((one for one in kept.all() if one.id == draft), None)
    if there is None:
        raise NoSuchDraft(draft)
    return look(there.document).nearest


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _trial(asked: FlowTrial) -> Trial:
    site = the_site()
    at = asked.at or local(site.wall_us(), site.config.site.zone)[:16].replace(" ", "T")
    return Trial(asked.caller, at, asked.staffed, tuple(asked.steps))


def _refused(error: CannotTry) -> Refused:
    if str(error) == "flows.busy":
        return Refused(503, "busy", t(str(error)), headers=[("Retry-After", "5")])
    return Refused(422, "not-tried", t(str(error)))


def _told(found: Mapping[str, Any]) -> TrialTold:
    where = found["where"]
    return TrialTold(
        [TrialLine(one.kind, one.text, one.language) for one in told(found["lines"], t)],
        [TrialPlace(one["flow"], one["node"]) for one in found["path"]],
        found["state"],
        TrialPlace(where["flow"], where["node"]) if where else None,
        stands(found, t),
        found["at_s"],
        list(CHOICES[found["state"]]),
        found["takes"],
    )


OPERATIONS = (
    Operation(
        name="flow_try", method="POST", path="/settings/try-flow", scope=Scope.READ_SETTINGS, view=attempt,
        body=FlowTrial, answer=TrialTold, problems=(422, 503),
        says="A simulated call through a flow, in force or of a draft. Nothing is changed or rung.",
    ),
)  # fmt: skip
