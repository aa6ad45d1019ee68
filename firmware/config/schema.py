"""What an admin can set, as types. Every key is documented by its docstring; `firmware.config.load` reads TOML into it.

A configuration is one versioned document; `Config` is what the engine and the switch are given.
"""

from __future__ import annotations

from msgspec import Struct, field


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Root of all parts: unknown keys are faults."""


class Site(Part, frozen=True):
    """The box as a whole."""

    name: str = "Tipring"
    country: str = "CN"
    """Two letters; the country profile of tones, cadences, caller ID, impedance."""
    area: str = ""
    """Area code of the lines, without trunk prefix: turns local numbers into E.164."""
    zone: str = "Asia/Shanghai"
    """IANA time zone for hours and reports."""
    language: str = "zh"
    """Language of prompts where nothing else is said: `zh` or `en`."""
    box: str = "box-1"


class Card(Part, frozen=True):
    """One card of ports."""

    name: str
    kind: str = "spi-hat"
    bus: int = 0
    """SPI bus; its two chip selects serve slots 1-4 and 5-8."""
    pcm: str = "hw:0"
    """ALSA device of the card's PCM highway."""
    slots: tuple[str, ...] = ()
    """What should be in each slot: `fxo`, `fxs` or `empty`; one family for each four slots."""
    law: str = "a"


class Line(Part, frozen=True):
    """One outside line on an FXO port."""

    name: str
    card: str
    slot: int
    """From 1."""
    number: str = ""
    """Its own number, as people write it."""
    flow: str = ""
    """Flow that answers (by hours); empty: calls are refused with ringing left alone."""
    answer_after_rings: int = 1
    """Rings to hear before answering; caller ID after the first ring needs 2 where the country sends it so."""
    caller_id: str = "country"
    """`country`, `fsk`, `dtmf`, `none`."""
    hangup: tuple[str, ...] = ("open-loop", "reversal", "busy-tone", "silence")
    """Which signs of a far end that left are believed."""
    silence_limit_s: float = 60.0
    """How long both sides may be silent before `silence` counts."""
    answer: str = "voice"
    """How an outgoing call's answer is known: `reversal`, `voice`, `timeout`."""
    answer_timeout_s: float = 20.0
    """With `timeout`: treated as answered this long after dialling."""
    dial: str = "dtmf"
    """`dtmf` or `pulse`."""
    dial_tone_within_s: float = 5.0
    dial_without_tone: bool = False
    impedance: str = ""
    """Preset of the country table; empty: the site country's."""
    outgoing: bool = True
    """May be used for outgoing calls."""
    gain_in_db: float = 0.0
    gain_out_db: float = 0.0


class Extension(Part, frozen=True):
    """One telephone on an FXS port."""

    number: str
    card: str
    slot: int
    name: str = ""
    language: str = ""
    pulse: bool = False
    """A pulse telephone: short breaks before the call is through are digits."""
    may_call: str = "national"
    """`internal`, `local`, `national`, `international`, `all`."""
    ring_s: float = 30.0
    voicemail: str = ""
    """Mailbox that takes calls not answered."""
    agent: str = ""
    """Agent signed in here when the box starts with no history."""
    record: bool = False
    """Record outgoing calls of this telephone."""


class Agent(Part, frozen=True):
    id: str
    name: str = ""
    pin: str = ""
    """Asked at sign-in when set."""
    announced: str = ""
    """Number said to the caller ("agent 800 is at your service"); empty: nothing is said."""
    queues: tuple[str, ...] = ()
    skills: dict[str, int] = field(default_factory=dict)
    kind: str = "normal"
    """`normal`, `supervisor`, `vip`, `foreign-language`."""


class Queue(Part, frozen=True):
    id: str
    name: str = ""
    strategy: str = "longest-idle"
    """`longest-idle`, `round-robin`, `least-talk`, `ring-all`, `linear`."""
    ring_s: float = 15.0
    """How long one agent is rung before the call goes on to another (a missed call)."""
    wrap_up_s: float = 10.0
    retry_missed_s: float = 30.0
    """An agent who missed a call is not offered this queue's calls for so long."""
    missed_limit: int = 3
    """After this many missed calls in a row the agent is not-ready (`missed-calls`)."""
    music: str = "default"
    announce_every_s: float = 30.0
    """Position and expected wait; 0: never."""
    announce_first_s: float = 8.0
    expected_wait: bool = True
    announce_agent: bool = True
    max_wait_s: float = 300.0
    """Then overflow; 0: no limit."""
    max_waiting: int = 50
    overflow: str = ""
    """`voicemail:BOX`, `queue:ID`, `extension:NUMBER`, `outside:NUMBER`, `flow:ID`, or empty: hang up."""
    no_agents: str = "wait"
    """When nobody is signed in: `wait`, or `overflow` at once."""
    exit_key: str = ""
    """A key that takes the caller out to `overflow`."""
    record: bool = True
    consent: str = ""
    """Prompt that must have ended before a frame is recorded; empty: none wanted."""
    service_level_s: float = 20.0
    skills: dict[str, int] = field(default_factory=dict)
    """Least level an agent needs."""
    priority: int = 0


class Node(Part, frozen=True):
    """One step of a flow; which keys count depends on `kind`."""

    id: str
    kind: str
    """`play`, `menu`, `collect`, `hours`, `set`, `queue`, `extension`, `voicemail`, `outside`, `flow`, `hang-up`."""
    prompt: str = ""
    next: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    """`menu`: digit to node."""
    timeout_s: float = 5.0
    retries: int = 2
    """`menu`, `collect`: how often wrong or missing input is asked again."""
    otherwise: str = ""
    """`menu`, `collect`, `hours`: node when input stays wrong or missing, or when closed."""
    digits: int = 1
    """`collect`: most digits; `#` ends earlier."""
    variable: str = ""
    value: str = ""
    secret: bool = False
    hours: str = ""
    queue: str = ""
    extension: str = ""
    """A number, or `{variable}`."""
    mailbox: str = ""
    number: str = ""
    flow: str = ""
    language: str = ""
    """`set`: the caller's language from here on."""


class Flow(Part, frozen=True):
    id: str
    start: str
    nodes: tuple[Node, ...] = field(default=(), name="node")
    record: bool = False
    self_served: bool = False
    """A caller who heard this flow to a `hang-up` node counts as self-served."""


class Hours(Part, frozen=True):
    id: str
    open: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Day (`mon` .. `sun`) to spans `08:30-12:00`, in the site's zone."""
    holidays: tuple[str, ...] = ()
    """Dates `2026-10-01` on which it is closed."""


class Prompt(Part, frozen=True):
    """A text to be spoken, or a WAV that replaces it."""

    id: str
    zh: str = ""
    en: str = ""
    zh_wav: str = ""
    en_wav: str = ""


class Mailbox(Part, frozen=True):
    id: str
    name: str = ""
    greeting: str = "voicemail-greeting"
    max_message_s: float = 120.0
    least_message_s: float = 2.0
    pin: str = ""


class DialPlan(Part, frozen=True):
    outside_prefix: str = "9"
    """Digit that takes an outside line; with `0` or more it is stripped."""
    emergency: tuple[str, ...] = ("110", "119", "120")
    """Work from every telephone, in every state, without prefix."""
    trunk_prefix: str = "0"
    international_prefix: str = "00"
    country_code: str = "86"
    first_digit_s: float = 10.0
    inter_digit_s: float = 4.0
    outgoing_order: tuple[str, ...] = ()
    """Names of lines in order of use; empty: last line first."""


class Features(Part, frozen=True):
    """Feature codes: star codes a telephone can dial."""

    sign_in: str = "*41"
    """`*41` agent `#` [pin `#`]."""
    sign_out: str = "*42"
    ready: str = "*43"
    not_ready: str = "*44"
    """Followed by one digit: the reason."""
    voicemail: str = "*98"
    pickup: str = "*8"
    not_ready_reasons: dict[str, str] = field(
        default_factory=lambda: {"1": "break", "2": "lunch", "3": "meeting", "4": "training", "5": "paperwork"}
    )


class Config(Part, frozen=True):
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
