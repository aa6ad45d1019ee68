"""What an admin can set, as types. Every key is documented by its docstring; `firmware.config.load` reads it.

A configuration is one versioned document; `Config` is what the engine and the switch are given. Ranges are
msgspec's; `extra` is what the loader holds values against: `choices`, `form` (firmware.config.forms), `least`
and `most`, and which names a key `defines` or `refers` to. To everybody else these are plain `str` and `int`.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field


def _one_of(*choices: str) -> Meta:
    return Meta(extra={"choices": choices})


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Root of all parts: unknown keys are faults."""


Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Count = Annotated[int, Meta(ge=0, le=10_000)]
Level = Annotated[int, Meta(ge=0, le=100)]
Days = Annotated[int, Meta(ge=0, le=36_500)]
DaysOrSites = Annotated[int, Meta(ge=-1, le=36_500)]
Slot = Annotated[int, Meta(extra={"least": 1, "most": 8})]
Percent = Annotated[int, Meta(extra={"least": 10, "most": 99})]
GainDb = Annotated[float, Meta(ge=-18, le=18)]
Digits = Annotated[str, Meta(extra={"form": "digits"})]
Key = Annotated[str, Meta(extra={"form": "key"})]
StarCode = Annotated[str, Meta(extra={"form": "star-code"})]
Span = Annotated[str, Meta(extra={"form": "span"})]
Day = Annotated[str, Meta(extra={"form": "day"})]
Date = Annotated[str, Meta(extra={"form": "date"})]
Language = Annotated[str, _one_of("zh", "en")]
LanguageOrNone = Annotated[str, _one_of("", "zh", "en")]
CardName = Annotated[str, Meta(extra={"refers": "card"})]
LineName = Annotated[str, Meta(extra={"refers": "line"})]
AgentId = Annotated[str, Meta(extra={"refers": "agent"})]
QueueId = Annotated[str, Meta(extra={"refers": "queue"})]
FlowId = Annotated[str, Meta(extra={"refers": "flow"})]
HoursId = Annotated[str, Meta(extra={"refers": "hours"})]
PromptId = Annotated[str, Meta(extra={"refers": "prompt"})]
MailboxId = Annotated[str, Meta(extra={"refers": "mailbox"})]
SlotKind = Annotated[str, _one_of("fxo", "fxs", "empty")]
Strategy = Annotated[str, _one_of("longest-idle", "round-robin", "least-talk", "ring-all", "linear")]
_STEPS = (
    "play",
    "menu",
    "collect",
    "hours",
    "set",
    "queue",
    "extension",
    "voicemail",
    "outside",
    "flow",
    "hang-up",
)
NodeKind = Annotated[str, _one_of(*_STEPS)]
HangUp = Annotated[str, _one_of("open-loop", "reversal", "busy-tone", "silence")]


class Site(Part, frozen=True):
    """The box as a whole."""

    name: str = "Tipring"
    """What the box is called on screens and reports."""
    country: str = "CN"
    """Two letters; the country profile of tones, cadences, caller ID, impedance."""
    area: Digits = ""
    """Area code of the lines, without trunk prefix: turns local numbers into E.164."""
    zone: Annotated[str, Meta(extra={"form": "zone"})] = "Asia/Shanghai"
    """IANA time zone for hours and reports."""
    language: Language = "zh"
    """Language of prompts where nothing else is said: `zh` or `en`."""
    box: str = "box-1"
    """This box among others: every record carries it."""
    retention_days: Days = 180
    """Recordings and messages older than this are deleted, where queue or mailbox say nothing else; 0: never."""
    personal_data_days: Days = 365
    """Then call records forget numbers, names and digits and keep times and outcomes; 0: never."""
    purge_early_days: Days = 0
    """When the disk is nearly full, recordings older than this go before their time, oldest first; 0: none does."""


class Card(Part, frozen=True):
    """One card of ports."""

    name: Annotated[str, Meta(extra={"defines": "card", "form": "name"})]
    """What lines and extensions call it."""
    kind: Annotated[str, _one_of("spi-hat")] = "spi-hat"
    """Kind of card."""
    bus: Annotated[int, Meta(ge=0, le=31)] = 0
    """SPI bus; its two chip selects serve slots 1-4 and 5-8."""
    pcm: str = "hw:0"
    """ALSA device of the card's PCM highway."""
    slots: tuple[SlotKind, ...] = ()
    """What should be in each slot: `fxo`, `fxs` or `empty`; one family for each four slots."""
    law: Annotated[str, _one_of("a", "mu")] = "a"
    """Companding on the PCM highway: A-law or µ-law."""


class Line(Part, frozen=True):
    """One outside line on an FXO port."""

    name: Annotated[str, Meta(extra={"defines": "line", "form": "name"})]
    """What reports and `outgoing_order` call it."""
    card: CardName
    """Card it is plugged into."""
    slot: Slot
    """From 1."""
    number: str = ""
    """Its own number, as people write it."""
    flow: FlowId = ""
    """Flow that answers (by hours); empty: calls are refused with ringing left alone."""
    answer_after_rings: Annotated[int, Meta(ge=1, le=20)] = 1
    """Rings to hear before answering; 2 where the country sends caller ID after the first ring."""
    caller_id: Annotated[str, _one_of("country", "fsk", "dtmf", "none")] = "country"
    """How its exchange sends the caller; `country`: any way usual there."""
    hangup: tuple[HangUp, ...] = ("open-loop", "reversal", "busy-tone", "silence")
    """Which signs of a far end that left are believed."""
    silence_limit_s: Seconds = 60.0
    """How long both sides may be silent before `silence` counts."""
    answer: Annotated[str, _one_of("reversal", "voice", "timeout")] = "voice"
    """How an outgoing call's answer is known: `reversal`, `voice`, `timeout`."""
    answer_timeout_s: Seconds = 20.0
    """With `timeout`: treated as answered this long after dialling."""
    dial: Annotated[str, _one_of("dtmf", "pulse")] = "dtmf"
    """Tones or loop pulses."""
    dial_tone_within_s: Seconds = 5.0
    """How long to wait for dial tone before a call is given up on this line."""
    dial_without_tone: bool = False
    """Dial even when no dial tone came."""
    impedance: str = ""
    """Preset of the country table; empty: the site country's."""
    outgoing: bool = True
    """May be used for outgoing calls."""
    gain_in_db: GainDb = 0.0
    """Louder or softer what comes from the line."""
    gain_out_db: GainDb = 0.0
    """Louder or softer what goes to the line."""


class Extension(Part, frozen=True):
    """One telephone on an FXS port."""

    number: Annotated[str, Meta(extra={"defines": "extension", "form": "digits"})]
    """What others dial."""
    card: CardName
    """Card it is plugged into."""
    slot: Slot
    """From 1."""
    name: str = ""
    """Person or place."""
    language: LanguageOrNone = ""
    """Language of prompts to it; empty: the site's."""
    pulse: bool = False
    """A pulse telephone: short breaks before the call is through are digits."""
    may_call: Annotated[str, _one_of("internal", "local", "national", "international", "all")] = "national"
    """How far it may call; emergency numbers always."""
    ring_s: Seconds = 30.0
    """How long it rings before the call goes on to voicemail or ends."""
    voicemail: MailboxId = ""
    """Mailbox that takes calls not answered."""
    agent: AgentId = ""
    """Agent signed in here when the box starts with no history."""
    record: bool = False
    """Record outgoing calls of this telephone."""


class Agent(Part, frozen=True):
    """Somebody who serves queues from a telephone."""

    id: Annotated[str, Meta(extra={"defines": "agent", "form": "name"})]
    """What is dialled at sign-in and stands in reports."""
    name: str = ""
    """The person."""
    pin: Digits = ""
    """Asked at sign-in when set."""
    announced: str = ""
    """Number said to the caller ("agent 800 is at your service"); empty: nothing is said."""
    queues: tuple[QueueId, ...] = ()
    """Queues this agent serves, given the skills."""
    skills: dict[str, Level] = field(default_factory=dict)
    """Skill to level, 0 to 100."""
    kind: Annotated[str, _one_of("normal", "supervisor", "vip", "foreign-language")] = "normal"
    """Kind of position."""


class Queue(Part, frozen=True):
    """Callers who wait for an agent."""

    id: Annotated[str, Meta(extra={"defines": "queue", "form": "name"})]
    """What flows and agents call it."""
    name: str = ""
    """What reports show."""
    strategy: Strategy = "longest-idle"
    """Who of the ready agents is rung."""
    ring_s: Seconds = 15.0
    """How long one agent is rung before the call goes on to another (a missed call)."""
    wrap_up_s: Seconds = 10.0
    """Time for notes after a call before the next is offered."""
    retry_missed_s: Seconds = 30.0
    """An agent who missed a call is not offered this queue's calls for so long."""
    missed_limit: Count = 3
    """After this many missed calls in a row the agent is not-ready (`missed-calls`)."""
    music: str = "default"
    """Music while waiting."""
    announce_every_s: Seconds = 30.0
    """Position and expected wait; 0: never."""
    announce_first_s: Seconds = 8.0
    """How long after the call arrived the first announcement comes."""
    expected_wait: bool = True
    """Say the expected wait with the position."""
    announce_agent: bool = True
    """Say the agent's number to the caller where the agent has one."""
    max_wait_s: Seconds = 300.0
    """Then overflow; 0: no limit."""
    max_waiting: Count = 50
    """When so many wait already, further callers overflow at once."""
    overflow: str = ""
    """`voicemail:BOX`, `queue:ID`, `extension:NUMBER`, `outside:NUMBER`, `flow:ID`, or empty: hang up."""
    no_agents: Annotated[str, _one_of("wait", "overflow")] = "wait"
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
    skills: dict[str, Level] = field(default_factory=dict)
    """Least level an agent needs, by skill."""
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    """Calls of a higher one are served first wherever an agent serves both."""


class Node(Part, frozen=True):
    """One step of a flow; which keys count depends on `kind`."""

    id: str
    """What other nodes of the flow call it."""
    kind: NodeKind
    """What the step does; which keys count depends on it."""
    prompt: PromptId = ""
    """What is said."""
    next: str = ""
    """Node that follows."""
    keys: dict[Key, str] = field(default_factory=dict)
    """`menu`: digit to node."""
    timeout_s: Seconds = 5.0
    """How long to wait for a key."""
    retries: Count = 2
    """`menu`, `collect`: how often wrong or missing input is asked again."""
    otherwise: str = ""
    """`menu`, `collect`, `hours`: node when input stays wrong or missing, or when closed."""
    digits: Annotated[int, Meta(ge=1, le=40)] = 1
    """`collect`: most digits; `#` ends earlier."""
    variable: str = ""
    """`collect`, `set`: where the digits or the value are kept."""
    value: str = ""
    """`set`: what the variable becomes."""
    secret: bool = False
    """`collect`: the digits are never written down."""
    hours: HoursId = ""
    """`hours`: opening hours; open goes on to `next`, closed to `otherwise`."""
    queue: QueueId = ""
    """`queue`: where the caller waits."""
    extension: str = ""
    """A number, or `{variable}`."""
    mailbox: MailboxId = ""
    """`voicemail`: where the message goes."""
    number: str = ""
    """`outside`: number to call."""
    flow: FlowId = ""
    """`flow`: flow that goes on."""
    language: LanguageOrNone = ""
    """`set`: the caller's language from here on."""


class Flow(Part, frozen=True):
    """What a caller hears and can do before somebody answers."""

    id: Annotated[str, Meta(extra={"defines": "flow", "form": "name"})]
    """What lines and other flows call it."""
    start: str
    """First node."""
    nodes: tuple[Node, ...] = field(default=(), name="node")
    record: bool = False
    """Record the caller in this flow too."""
    self_served: bool = False
    """A caller who heard this flow to a `hang-up` node counts as self-served."""


class Hours(Part, frozen=True):
    """When it is open."""

    id: Annotated[str, Meta(extra={"defines": "hours", "form": "name"})]
    """What flows call it."""
    open: dict[Day, tuple[Span, ...]] = field(default_factory=dict)
    """Day (`mon` .. `sun`) to spans `08:30-12:00`, in the site's zone."""
    holidays: tuple[Date, ...] = ()
    """Dates `2026-10-01` on which it is closed."""


class Prompt(Part, frozen=True):
    """A text to be spoken, or a WAV that replaces it."""

    id: Annotated[str, Meta(extra={"defines": "prompt", "form": "name"})]
    """What queues and flows call it; that of a built-in prompt replaces it."""
    zh: str = ""
    """Text in Mandarin."""
    en: str = ""
    """Text in English."""
    zh_wav: str = ""
    """WAV file instead of the Mandarin text."""
    en_wav: str = ""
    """WAV file instead of the English text."""


class Mailbox(Part, frozen=True):
    """Where messages are left."""

    id: Annotated[str, Meta(extra={"defines": "mailbox", "form": "name"})]
    """What extensions, queues and flows call it."""
    name: str = ""
    """Person or department."""
    greeting: PromptId = "voicemail-greeting"
    """Prompt before the tone."""
    max_message_s: Seconds = 120.0
    """A message ends after this."""
    least_message_s: Seconds = 2.0
    """A shorter message is no message."""
    pin: Digits = ""
    """Asked before messages are played, when set."""
    retention_days: DaysOrSites = -1
    """Messages older than this are deleted; 0: never, -1: as the site says."""


class DialPlan(Part, frozen=True):
    """What the digits of a telephone mean; the defaults are those of China."""

    outside_prefix: Digits = "9"
    """Digit that takes an outside line; with `0` or more it is stripped."""
    emergency: tuple[Digits, ...] = ("110", "119", "120", "122")
    """Work from every telephone, in every state, without prefix."""
    trunk_prefix: Digits = "0"
    """In front of national numbers."""
    international_prefix: Digits = "00"
    """In front of numbers abroad."""
    country_code: Digits = "86"
    """E.164 code of the country, without the plus."""
    first_digit_s: Seconds = 10.0
    """How long dial tone waits for the first digit."""
    inter_digit_s: Seconds = 4.0
    """A pause this long ends a number that could go on."""
    outgoing_order: tuple[LineName, ...] = ()
    """Names of lines in order of use; empty: last line first."""
    transfer_outside: bool = False
    """A telephone may hang up and leave two outside parties talking to one another, at the box's cost."""


class Features(Part, frozen=True):
    """Feature codes: star codes a telephone can dial."""

    sign_in: StarCode = "*41"
    """`*41` agent `#` [pin `#`]."""
    sign_out: StarCode = "*42"
    """Sign out."""
    ready: StarCode = "*43"
    """Take calls."""
    not_ready: StarCode = "*44"
    """Followed by one digit: the reason."""
    voicemail: StarCode = "*98"
    """Hear messages."""
    pickup: StarCode = "*8"
    """Take a call that rings elsewhere."""
    not_ready_reasons: dict[Key, str] = field(
        default_factory=lambda: {
            "1": "break",
            "2": "lunch",
            "3": "meeting",
            "4": "training",
            "5": "paperwork",
        }
    )
    """Digit to reason."""


class Storage(Part, frozen=True):
    """When the box's disk counts as full; of a disk larger than 128 GiB only so much counts."""

    warn_percent: Percent = 85
    """People are told from here on."""
    purge_percent: Percent = 90
    """What may go is let go before its time from here on."""
    stop_percent: Percent = 95
    """Nothing new is recorded from here on; calls and their records go on."""
    reserve_mb: Annotated[int, Meta(ge=1, le=4096)] = 64
    """Room kept for journal and call records when nothing else is left; never more than 2 % of the disk."""
    wear_gb_per_day: Annotated[float, Meta(gt=0, le=10_000)] = 20.0
    """More written a day than this wears a memory card out too soon: people are told."""


class Config(Part, frozen=True):
    """The whole document."""

    site: Site = Site()
    cards: tuple[Card, ...] = field(default=(), name="card")
    lines: tuple[Line, ...] = field(default=(), name="line")
    extensions: tuple[Extension, ...] = field(default=(), name="extension")
    agents: tuple[Agent, ...] = field(default=(), name="agent")
    queues: tuple[Queue, ...] = field(default=(), name="queue")
    flows: tuple[Flow, ...] = field(default=(), name="flow")
    hours: tuple[Hours, ...] = ()
    prompts: tuple[Prompt, ...] = field(default=(), name="prompt")
    mailboxes: tuple[Mailbox, ...] = field(default=(), name="mailbox")
    dial_plan: DialPlan = DialPlan()
    features: Features = Features()
    storage: Storage = Storage()
