"""What a scenario file can say, as types: the box, its lines, the people around it, faults and expectations.

Every key is documented by its docstring; `hwsim.scenario_file` reads TOML into it and tells all its faults.
Times ending in `_s` are seconds, those named `at_s` seconds after the scenario's start.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field, structs

from firmware.config.schema import Config, Part
from hwsim.figures import NAMES

SIGNS = ("open-loop", "reversal", "busy-tone", "congestion", "silence")
BEHAVIOURS = ("answers", "busy", "never", "vacant", "congestion")
GROUPS = ("pbx", "acd", "ivr", "voicemail", "admin")
ROLES = ("inside", "outside", "both")
FAULTS = (
    "unplug",
    "battery",
    "noise",
    "phone-unplug",
    "port-power",
    "kill-engine",
    "hang-engine",
    "kill-switch",
    "clock",
)
PHONE_FAULTS = ("phone-unplug", "port-power")
"""Their target is an extension."""
BOX_FAULTS = ("kill-engine", "hang-engine", "kill-switch", "clock")
"""Faults that happen to the box: whoever runs it executes them; the world only does the others."""
CLOCK_QUALITIES = ("ntp", "rtc", "manual", "none")
PRESENTATIONS = ("allowed", "private", "unavailable")


def _one_of(*choices: str) -> Meta:
    return Meta(extra={"choices": choices})


AtS = Annotated[float, Meta(ge=0, le=100_000_000)]
DbM0 = Annotated[float, Meta(ge=-120, le=3)]
Share = Annotated[float, Meta(ge=0, le=1)]
Language = Annotated[str, _one_of("zh", "en")]
Presentation = Annotated[str, _one_of(*PRESENTATIONS)]
Ends = Annotated[str, _one_of("caller", "agent")]


class Spread(Part, frozen=True):
    """A length of time drawn anew each time: even between `least` and `most`, or exponential about `mean`."""

    least: AtS
    """Shortest."""
    most: AtS
    """Longest."""
    mean: AtS = 0.0
    """0: even. Otherwise `least` plus an exponential draw so that the mean comes out, cut off at `most`."""


Seconds = AtS | Spread


class About(Part, frozen=True):
    """The scenario as a whole."""

    name: str
    """What reports call it."""
    seconds: Annotated[float, Meta(gt=0, le=100_000_000)]
    """Simulated length."""
    seed: int = 1
    """Of everything that is drawn; the same seed gives the same run to the last bit."""
    description: str = ""
    """One sentence for the report's head."""
    starts: str = "2026-11-23T09:00:00"
    """Wall time at the start, in the site's zone (decides about opening hours)."""
    feature: str = ""
    """The one feature this scenario shows, in a sentence: a row of [features](features.md)."""
    feature_zh: str = ""
    """The same in Chinese."""
    how: str = ""
    """How people use it: what is dialled or keyed, or which key of the configuration it is."""
    group: Annotated[str, _one_of("", *GROUPS)] = ""
    """Part of the features' page: `pbx`, `acd`, `ivr`, `voicemail`, `admin`."""
    role: Annotated[str, _one_of("", *ROLES)] = ""
    """In which telephony roles it is shown: an `inside` telephone, an `outside` caller on a line, or `both`."""


class OutsideLine(Part, frozen=True):
    """The copper and the exchange behind one line of the box. `line = "*"` is the default for all lines."""

    line: str
    """Name of the box's line."""
    country: str = ""
    """Whose exchange this is; empty: the site's."""
    noise_dbm0: DbM0 = -68.0
    """Level of white line noise."""
    hum_dbm0: DbM0 = -72.0
    """Level of 50 Hz mains hum with its harmonics."""
    loss_db: float = 2.0
    """Loss from the exchange to the box and back, each way."""
    echo_db: float = 16.0
    """Return loss: how far below what the box sends its echo comes back."""
    echo_delay_ms: float = 3.0
    """How late the echo comes."""
    leaves: Annotated[str, _one_of(*SIGNS)] = "busy-tone"
    """What the line shows when the far end hung up: `open-loop`, `reversal`, `busy-tone`, `congestion`,
    `silence`."""
    leaves_after_s: AtS = 0.3
    """From the far end's hanging up to that sign."""
    open_loop_ms: int = 600
    """How long the battery is away with `open-loop`."""
    answer_reversal: bool = False
    """Outgoing calls: polarity is reversed at the answer (and comes back at the end)."""
    caller_id: Annotated[str, _one_of("country", "fsk", "dtmf", "none")] = "country"
    """What the exchange sends: `country`, `fsk`, `dtmf`, `none`."""
    dial_tone_after_s: AtS = 0.3
    """From off-hook to dial tone."""
    loop_ohm: float = 900.0
    """Feed bridge and copper together."""


class OutsideTrunk(Part, frozen=True):
    """The carrier behind one trunk of the box. `trunk = "*"` is the default for all trunks."""

    trunk: str
    """Name of the box's trunk."""
    early_media: bool = False
    """Whether it sends ringback, busy tone and the like itself before anybody answers (183), instead of saying it."""
    refuses: Annotated[int, Meta(ge=0, le=127)] = 0
    """Every call by the box is refused with this cause (Q.850): 34 no channel free, 21 rejected; 0: none is."""


class Caller(Part, frozen=True):
    """One outside person who rings the box once."""

    at_s: AtS
    """When the call reaches the exchange of the line."""
    id: str = ""
    """How diaries and reports name this person; empty: `caller-1`, `caller-2` …"""
    calls: str = ""
    """Number or name of a line or trunk, or a number of the box's `[[did]]`s (then the first trunk brings the call);
    lines with the same number hunt. Empty: the first line's number."""
    number: str = ""
    """Calling number as the exchange sends it."""
    name: str = ""
    """Caller's name as the exchange sends it, where it does."""
    presentation: Presentation = "allowed"
    """`allowed`, `private`, `unavailable`."""
    press: tuple[str, ...] = ()
    """Keys and when, in seconds after the answer: `1@3.5`, `800#@8`."""
    says: str = ""
    """What this person says in a conversation: a text, or a file ending in `.wav`; empty: small talk."""
    patience_s: Seconds = 90.0
    """How long to listen without hearing a person."""
    ring_patience_s: Seconds = 45.0
    """How long to let it ring."""
    talk_s: Seconds = 30.0
    """Length of the conversation once a person is heard; time on hold does not count."""
    ends: Ends = "caller"
    """Who hangs up first when all is said: `caller` or `agent`."""
    leaves_message_s: Seconds = 0.0
    """After a beep: speaks for so long, then hangs up. 0: hangs up at the beep."""
    hangs_up_at_s: AtS = 0.0
    """Hangs up this long after the answer, whatever happens; 0: does not."""
    press_after: tuple[str, ...] = ()
    """With `ends = "agent"`: keys and when, in seconds after having said goodbye (to a survey, say)."""
    language: Language = "zh"
    """Language this person speaks."""
    level_dbm0: DbM0 = -16.0
    """Speech level at the exchange."""


class Choice(Part, frozen=True):
    """One kind of caller among those who arrive. What is set here replaces what the arrivals say."""

    weight: float = 1.0
    """Share among the choices of these arrivals."""
    press: tuple[str, ...] | None = None
    """Instead of what the arrivals say."""
    says: str | None = None
    """Instead of what the arrivals say."""
    patience_s: Seconds | None = None
    """Instead of what the arrivals say."""
    ring_patience_s: Seconds | None = None
    """Instead of what the arrivals say."""
    talk_s: Seconds | None = None
    """Instead of what the arrivals say."""
    ends: Ends | None = None
    """Instead of what the arrivals say."""
    leaves_message_s: Seconds | None = None
    """Instead of what the arrivals say."""
    hangs_up_at_s: AtS | None = None
    """Instead of what the arrivals say."""
    language: Language | None = None
    """Instead of what the arrivals say."""
    presentation: Presentation | None = None
    """Instead of what the arrivals say."""
    calls: str | None = None
    """Instead of what the arrivals say."""
    name: str | None = None
    """Instead of what the arrivals say."""


class Arrivals(Part, frozen=True):
    """A stream of callers: a Poisson process, bursts, or both."""

    id: str
    """Its callers are called `ID-1`, `ID-2` … in diaries and reports."""
    from_s: AtS = 0.0
    """When the first may come."""
    to_s: AtS = 0.0
    """0: to the end of the scenario."""
    per_hour: AtS = 0.0
    """Poisson rate."""
    burst_every_s: AtS = 0.0
    """A burst of callers each so many seconds; 0: none."""
    burst_size: int = 0
    """Callers in one burst."""
    burst_within_s: AtS = 5.0
    """A burst's callers come evenly drawn within this time."""
    calls: str = ""
    """As with a caller."""
    numbers: tuple[str, ...] = ("138########",)
    """Patterns of calling numbers; `#` is a random digit."""
    names: tuple[str, ...] = ()
    """Names drawn from; empty: none is sent."""
    press: tuple[str, ...] = ()
    """As with a caller."""
    says: str = ""
    """As with a caller."""
    patience_s: Seconds = field(default_factory=lambda: Spread(least=20.0, most=300.0, mean=90.0))
    """As with a caller."""
    ring_patience_s: Seconds = 45.0
    """As with a caller."""
    talk_s: Seconds = field(default_factory=lambda: Spread(least=10.0, most=240.0, mean=60.0))
    """As with a caller."""
    ends: Ends = "caller"
    """As with a caller."""
    leaves_message_s: Seconds = 0.0
    """As with a caller."""
    language: Language = "zh"
    """Language these people speak."""
    presentation: Presentation = "allowed"
    """As with a caller."""
    level_dbm0: DbM0 = -16.0
    """Speech level at the exchange."""
    choices: tuple[Choice, ...] = field(default=(), name="choice")
    """Kinds of callers among them, drawn by weight."""


class Break(Part, frozen=True):
    """A person's time away: not-ready by feature code, and ready again."""

    at_s: AtS
    """When it begins, or once the call then under way is over."""
    for_s: AtS
    """How long."""
    reason: str = "1"
    """Digit dialled after the not-ready code."""


class Handling(Part, frozen=True):
    """Something a person does with a call by the hook flash, in a share of the conversations."""

    do: Annotated[str, _one_of("hold", "blind", "attended", "conference")]
    """`hold`, `blind`, `attended`, `conference`."""
    share: Share = 0.1
    """Of this person's conversations."""
    after_s: AtS = 6.0
    """After hearing the caller."""
    to: str = ""
    """Extension or outside number, with prefix; not for `hold`."""
    for_s: AtS = 8.0
    """How long the hold, or the talk before handing over, lasts."""


class Dialling(Part, frozen=True):
    """A call this person makes."""

    at_s: AtS
    """When, or once the call then under way is over."""
    number: str
    """With the outside prefix where one is needed."""
    talk_s: Seconds = 15.0
    """Length of the conversation when somebody answers."""


class Person(Part, frozen=True):
    """Somebody at one of the box's telephones. Telephones without a person stay on-hook."""

    extension: str
    """Number of the telephone."""
    agent: str = ""
    """Signs in as this agent with `signs_in_at_s`; empty: only answers the telephone."""
    pin: str = ""
    """Keyed at sign-in when set."""
    signs_in_at_s: float = -1.0
    """Dials the sign-in code then; negative: does not (the configuration signs the agent in, or nobody)."""
    signs_out_at_s: AtS = 0.0
    """0: stays."""
    reacts_s: Seconds = field(default_factory=lambda: Spread(least=1.0, most=3.5))
    """From the first ring to lifting."""
    ignores: Share = 0.0
    """Share of ringings left alone (missed calls)."""
    talk_limit_s: Seconds = 600.0
    """Ends a conversation that lasts longer."""
    says: str = ""
    """As with a caller."""
    language: Language = "zh"
    """Language this person speaks."""
    level_dbm0: DbM0 = -16.0
    """Speech level at the telephone."""
    breaks: tuple[Break, ...] = field(default=(), name="break")
    """Times away."""
    handling: tuple[Handling, ...] = ()
    """What is done with some calls."""
    dials: tuple[Dialling, ...] = ()
    """Calls this person makes."""
    pulse: bool = False
    """Dials by loop pulses instead of tones."""
    pulses_per_second: float = 10.0
    """With `pulse`: speed of the dial."""
    make_percent: float = 38.5
    """With `pulse`: share of a pulse in which the loop is closed."""
    flash_ms: int = 100
    """Length of this telephone's hook flash."""
    script: tuple[str, ...] = ()
    """What this person does by hand, line after line, and then nothing else: `lift@ring+2`, `801@3`; see
    [scripts](#scripts)."""


class OutsideParty(Part, frozen=True):
    """Somebody the box can call."""

    number: str
    """As the exchange sees it dialled."""
    behaves: Annotated[str, _one_of(*BEHAVIOURS)] = "answers"
    """`answers`, `busy`, `never` (rings for ever), `vacant`, `congestion`."""
    answers_after_s: Seconds = 6.0
    """From the first ring to the answer."""
    talk_s: Seconds = 600.0
    """Hangs up after talking so long."""
    says: str = ""
    """As with a caller."""
    language: Language = "zh"
    """Language this person speaks."""
    level_dbm0: DbM0 = -16.0
    """Speech level at the exchange."""


class Fault(Part, frozen=True):
    """Something that breaks."""

    at_s: AtS
    """When it begins."""
    kind: Annotated[str, _one_of(*FAULTS)]
    """`unplug` (a line; of a trunk, the carrier cannot be reached), `battery` (the exchange's feed is gone), `noise`
    (a burst), `phone-unplug`, `port-power` (a telephone's port loses its 12 V: the box alarms, tries it again ever
    more seldom and gives it up after some forty seconds), `kill-engine` (another comes at once, or after `for_s`),
    `hang-engine` (it stands still), `kill-switch`, `clock` (on the wall). What happens to the box itself is for
    rehearsals."""
    target: str = ""
    """Name of a line or trunk; for `phone-unplug` and `port-power` an extension."""
    for_s: AtS = 0.0
    """How long; 0: to the end."""
    level_dbm0: DbM0 = -30.0
    """`noise`: its level."""
    shows: str = ""
    """`clock`: jumps to this time, like `starts`; empty: it does not jump."""
    runs_ppm: Annotated[float, Meta(ge=-1_000_000, le=1_000_000)] = 0.0
    """`clock`: runs so many millionths too fast from then on."""
    quality: Annotated[str, _one_of(*CLOCK_QUALITIES)] = "ntp"
    """`clock`: what it is worth from then on: `ntp`, `rtc`, `manual`, `none`."""


class Order(Part, frozen=True):
    """What somebody at a page wants of a telephone or an agent: see [orders](orders.md). For rehearsals."""

    at_s: AtS
    """When it is given."""
    do: str
    """A `do` of the orders' page: `hold`, `consult`, `listen`; of agents `not-ready`, `end-wrap-up`."""
    of: Annotated[str, _one_of("call", "agent")] = "call"
    """A `CallOrder` or an `AgentOrder`."""
    extension: str = ""
    """The telephone."""
    agent: str = ""
    """Who is signed in there; the supervisor; the agent whose state it is."""
    number: str = ""
    """A number, or a place: `agent:802`, `queue:service`."""
    reason: str = ""
    """`not-ready`: why."""
    queue: str = ""
    """`join-queue`, `leave-queue`."""
    auto: bool = False
    """A SIP telephone that rings for it is asked to answer by itself."""


class LookupAnswer(Part, frozen=True):
    """What a look-up of a flow finds. One that no entry fits is answered by nobody."""

    lookup: str
    """Id of the look-up, or `contact` for who the caller is."""
    of: dict[str, str] = field(default_factory=dict)
    """Only when these parameters have these values."""
    after_s: AtS = 0.02
    """How long it takes."""
    result: Annotated[str, _one_of("done", "failed", "unknown")] = "done"
    """`done`, `failed`, `unknown`."""
    values: dict[str, str] = field(default_factory=dict)
    """Variable to value; none: nothing was found."""


class Expect(Part, frozen=True):
    """Something that must be true of the report: a `figure` of it, how many facts of a kind (`fact`) the box
    decided, or how often somebody noticed or did something (`diary`). See [what can be
    expected](#what-can-be-expected).
    """

    name: str
    """What is expected, in words."""
    figure: Annotated[str, _one_of(*NAMES)] = ""
    """E.g. `totals.answered`, `service_level.percent`, `longest_queue_s`, `unrecorded`, `still_open`."""
    fact: str = ""
    """Kind of fact as in [facts](facts.md): `CallAnswered`."""
    of: dict[str, str | int | float | bool] = field(default_factory=dict)
    """`fact`: only those whose fields have these values (compared as text): `{ number = "802" }`."""
    diary: str = ""
    """Whose diary: `ext-801`, `party-110`, a caller's `id`, a mailbox's mail address."""
    what: str = ""
    """`diary`: what this person noticed or did: `HeardTone`, `HeardBell`, `mark` …"""
    about: str = ""
    """`diary`: whose voice, which tone, which bell, what was displayed or pressed; empty: any."""
    sound_s: Spread | None = None
    """`diary`: only mails whose sound lasts so long, from `least` to `most`."""
    from_s: AtS = 0.0
    """`fact`, `diary`: what happened from this time on."""
    to_s: AtS = 0.0
    """`fact`, `diary`: up to this time; 0: to the end."""
    least: float | None = None
    """Held when the figure or count is at least this; of a count that has no `most` either: 1."""
    most: float | None = None
    """Held when the figure or count is at most this."""


class Scenario(Part, frozen=True):
    """One file: a box, the world around it, and what must come of it."""

    about: About = field(name="scenario")
    """About it."""
    box: Config | str
    """The box's configuration, or the name of a file that holds it (from the scenario's folder on). With `from`
    under `[box]` (`from = "../boxes/office.toml"`) that file holds it but for what is said here: tables are merged
    key by key, parts by their name (a queue's `id`, an extension's `number`, a line's `name`), other parts are added;
    a list within a part replaces the whole list."""
    outside_lines: tuple[OutsideLine, ...] = field(default=(), name="outside_line")
    outside_trunks: tuple[OutsideTrunk, ...] = field(default=(), name="outside_trunk")
    callers: tuple[Caller, ...] = field(default=(), name="caller")
    arrivals: tuple[Arrivals, ...] = ()
    persons: tuple[Person, ...] = field(default=(), name="person")
    outside_parties: tuple[OutsideParty, ...] = field(default=(), name="outside_party")
    orders: tuple[Order, ...] = field(default=(), name="order")
    faults: tuple[Fault, ...] = field(default=(), name="fault")
    answers: tuple[LookupAnswer, ...] = field(default=(), name="answer")
    expects: tuple[Expect, ...] = field(default=(), name="expect")

    @property
    def config(self) -> Config:
        """The box. Raises TypeError while `box` still names a file."""
        if isinstance(self.box, str):
            raise TypeError(f"the box is in file {self.box!r}, which was not read")
        return self.box

    @property
    def end_us(self) -> int:
        return round(self.about.seconds * 1e6)

    def outside_line(self, name: str) -> OutsideLine:
        """The copper of line `name`: its own entry, else the default entry, else all defaults."""
        entries = {entry.line: entry for entry in self.outside_lines}
        found = entries.get(name) or entries.get("*") or OutsideLine(line=name)
        return structs.replace(found, line=name)

    def outside_trunk(self, name: str) -> OutsideTrunk:
        """The carrier of trunk `name`: its own entry, else the default entry, else all defaults."""
        entries = {entry.trunk: entry for entry in self.outside_trunks}
        found = entries.get(name) or entries.get("*") or OutsideTrunk(trunk=name)
        return structs.replace(found, trunk=name)

    def in_country(self, code: str) -> Scenario:
        """The same scenario with the site, and so every exchange without a country of its own, in `code`."""
        site = structs.replace(self.config.site, country=code)
        return structs.replace(self, box=structs.replace(self.config, site=site))


def press_times(press: str) -> tuple[str, float]:
    """`"12#@3.5"` as `("12#", 3.5)`. Raises ValueError."""
    digits, at, seconds = press.partition("@")
    if not at or not digits or set(digits) - set("0123456789*#ABCD"):
        raise ValueError(f"{press!r} is not KEYS@SECONDS")
    return digits, float(seconds)
