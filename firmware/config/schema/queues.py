"""Queues."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import (
    AgentId,
    Count,
    DaysOrSites,
    Digits,
    FlowId,
    HoursId,
    Key,
    Level,
    MusicName,
    Part,
    PromptId,
    QueueId,
    Seconds,
    Strategy,
    Weight,
    one_of,
)


class OverflowStep(Part, frozen=True):
    """One way out of a queue, taken when its condition comes true; of several the first in the list."""

    when: Annotated[str, one_of("wait", "length", "staffing", "closed")]
    """`wait`: waited `after_s`; `length`: so many wait already; `staffing`: too few agents; `closed`: queue closed."""
    target: str
    """As a queue's `overflow`. Who is not answered there goes to the step after this one, at last to `overflow`."""
    after_s: Seconds = 0.0
    """`wait`: so long after the call came."""
    waiting: Count = 0
    """`length`: so many wait when the call comes."""
    staffing: Annotated[str, one_of("nobody-signed-in", "nobody-at-work", "nobody-ready")] = "nobody-at-work"
    """`staffing`: nobody is signed in; all who are, are not-ready; nobody is free just now (looked at on arrival)."""
    keep_place: bool = True
    """To another queue: the time waited counts there too."""


class RelaxStep(Part, frozen=True):
    """What a queue asks of an agent when a call has waited, or all will wait, too long. One step follows another."""

    after_s: Seconds = 0.0
    """For a call that has waited so long; 0: however long."""
    when_expected_wait_s: Seconds = 0.0
    """For all calls of the queue while who joined now would have to expect such a wait; 0: never for that."""
    skills: dict[str, Level] = field(default_factory=dict)
    """Skill to the most that is asked of it from here on; 0: no more asked at all."""
    agents: tuple[AgentId, ...] = ()
    """These may serve the queue too, given the skills."""
    also_queues: tuple[QueueId, ...] = ()
    """Agents of these queues may serve it too, given the skills."""
    priority: Annotated[int, Meta(ge=0, le=100)] = 0
    """Added to the call's priority from here on."""


class Queue(Part, frozen=True):
    """Callers who wait for an agent."""

    id: Annotated[str, Meta(extra={"defines": "queue", "form": "name"})]
    """What flows and agents call it."""
    number: Digits = ""
    """What telephones of the house dial to wait in it, or to send somebody there; empty: none."""
    name: str = ""
    """What reports show."""
    strategy: Strategy = "longest-idle"
    """Who of the ready agents is rung. `highest-skill` and `lowest-skill` compare what they have of the skills asked
    for (who asks for none: longest idle)."""
    ring_s: Seconds = 15.0
    """How long one agent is rung before the call goes on to another (a missed call)."""
    wrap_up_s: Seconds = 10.0
    """Time for notes after a call before the next is offered."""
    wrap_up_more_s: Seconds = 60.0
    """How much longer each time an agent asks for more."""
    wrap_up_most_s: Seconds = 300.0
    """Wrap-up is never longer than this."""
    retry_missed_s: Seconds = 30.0
    """An agent who missed a call is not offered this queue's calls for so long."""
    missed_limit: Count = 3
    """After this many missed calls in a row the agent is not-ready (`missed-calls`)."""
    music: MusicName = "default"
    """Music while waiting."""
    announce_every_s: Seconds = 30.0
    """Position and expected wait; 0: never."""
    announce_first_s: Seconds = 8.0
    """How long after the call arrived the first announcement comes."""
    announce_position: bool = True
    """Say the place in the queue."""
    expected_wait: bool = True
    """Say the expected wait with the position: in whole minutes, rounded up; nothing more once that has passed."""
    expected_wait_most_min: Annotated[int, Meta(ge=1, le=120)] = 20
    """A longer wait is said as "more than" so many minutes."""
    comfort: tuple[PromptId, ...] = ()
    """Messages between the music, one after the other."""
    comfort_every_s: Annotated[float, Meta(ge=10, le=3600)] = 60.0
    """How often one of them is said."""
    announce_agent: bool = True
    """Say the agent's number to the caller where the agent has one."""
    max_wait_s: Seconds = 300.0
    """Then overflow; 0: no limit."""
    max_waiting: Count = 50
    """When so many wait already, further callers overflow at once."""
    overflow: str = ""
    """`voicemail:BOX`, `queue:ID`, `extension:NUMBER`, `outside:NUMBER`, `flow:ID`, or empty: hang up."""
    overflow_steps: tuple[OverflowStep, ...] = field(default=(), name="overflow_step")
    """Ways out before `overflow`."""
    hours: HoursId = ""
    """When it takes callers; empty: always."""
    closing: Annotated[str, one_of("serve", "overflow")] = "serve"
    """Who waits when it closes is still served, or overflows."""
    no_agents: Annotated[str, one_of("wait", "overflow")] = "wait"
    """When nobody is signed in: `wait`, or `overflow` at once."""
    exit_key: Key = ""
    """A key that takes the caller out to `overflow`."""
    record: bool = True
    """Record conversations of this queue."""
    consent: PromptId = ""
    """Prompt that must have ended before a frame is recorded; empty: none wanted."""
    retention_days: DaysOrSites = -1
    """Recordings of this queue older than this are deleted; 0: never, -1: as the site says."""
    service_level_s: Seconds = 20.0
    """Answered within this time counts for the service level."""
    alert_wait_s: Seconds = 0.0
    """Wallboard: it alerts while somebody waits longer than this; 0: than `service_level_s`."""
    alert_waiting: Count = 0
    """Wallboard: it alerts while so many wait; 0: it never does for their number."""
    alert_service_level: Annotated[int, Meta(ge=0, le=100)] = 0
    """Wallboard: it alerts while the day's service level is below so many percent; 0: it never does for that."""
    skills: dict[str, Level] = field(default_factory=dict)
    """Least level an agent needs, by skill."""
    relax: tuple[RelaxStep, ...] = ()
    """Steps in which less is asked of the agents the longer callers wait; a later one never asks more."""
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    """Calls of a higher one are served before others, as `ageing_s` says."""
    ageing_s: Annotated[float, Meta(ge=1, le=3600)] = 60.0
    """A point of priority counts like so many seconds waited: who waits long enough is always served."""
    weight: Weight = 1
    """Against other queues of the same agents: waiting here counts so many times."""
    supervisors_after_s: Seconds = 20.0
    """Agents of kind `supervisor` are rung for calls that have waited so long, while nobody else can be."""
    last_agent: bool = False
    """Prefer whoever served this caller last, as long as the site remembers (`remember_callers_days`)."""
    last_agent_wait_s: Seconds = 0.0
    """Wait so long for that agent alone, if at work; 0: only if ready."""
    callback_key: Key = ""
    """A key by which a waiting caller asks to be called back in his turn; empty: not offered."""
    callback_other_number: bool = False
    """The caller may key another number than the one he calls from."""
    callback_may_call: Annotated[str, one_of("local", "national")] = "national"
    """How far call-backs may go. Numbers abroad, premium and service numbers are never called back."""
    callback_abandoned_after_s: Seconds = 0.0
    """Who gives up after waiting at least so long is called back without having asked; 0: nobody is."""
    callback_abandoned_within_s: Seconds = 0.0
    """And not longer than this: only short abandons; 0: however long."""
    callback_tries: Annotated[int, Meta(ge=1, le=10)] = 3
    """How often a number that does not answer is called."""
    callback_pause_s: Annotated[float, Meta(ge=60, le=86_400)] = 600.0
    """Between two of these."""
    callback_expires_h: Annotated[float, Meta(gt=0, le=72)] = 24.0
    """A call-back nobody made by then is given up."""
    callback_agent_words: PromptId = "callback-agent"
    """What the agent who lifts for a call-back is told while it is dialled; empty: nothing."""
    callback_words: PromptId = ""
    """What both hear when it is answered, before they talk; empty: nothing, the agent speaks at once."""
    callback_hours: HoursId = ""
    """When people may be called back; empty: whenever the queue is open."""
    survey: FlowId = ""
    """Flow for callers who stay on the line when the agent has hung up; empty: none."""
