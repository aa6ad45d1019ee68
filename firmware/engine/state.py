"""Everything the engine remembers, as plain data: what a snapshot holds. Only `apply` changes it."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct, field

from firmware.engine.acd.callers import CallerKept
from firmware.engine.acd.state import AcdState
from firmware.engine.dialling.state import DiallingState
from firmware.engine.floor.state import FloorState, Offer
from firmware.engine.ivr.job_state import Job
from firmware.engine.mailbox.state import MailboxNow, PinGate, VoiceMessage
from firmware.engine.migrations import migrate
from firmware.protocol.names import (
    AgentState,
    Direction,
    LegRole,
    Outcome,
    Presentation,
)

SCHEMA = 2
"""Of a snapshot. A field that is new and has a default leaves it; anything else raises it and adds a migration."""
LINE_GUARD_US = 1_000_000
"""A line let go stays on-hook so long before it is seized anew: the exchange must see a release, not a flash."""
ORDERS_KEPT = 256


class EngineError(Exception):
    """Root of what the engine raises."""


class UnknownSnapshot(EngineError, ValueError):
    """A snapshot of a schema this version cannot read."""


class Phase(StrEnum):
    """What a leg is doing. Which events count in a phase is the table in `firmware.engine.steps`."""

    OFFERED = "offered"
    """Outside line that rings, not answered."""
    FLOW = "flow"
    QUEUED = "queued"
    CALLBACK = "callback"
    """Is asked whether and where to call back; may wait in a queue meanwhile."""
    MONITORING = "monitoring"
    """Supervisor's telephone that follows an agent's call."""
    JOINING = "joining"
    """Hears the announcement that comes before talking."""
    CALLING = "calling"
    """Waits for somebody who is being rung or dialled for it."""
    TALKING = "talking"
    HELD = "held"
    MAILBOX = "mailbox"
    """Leaves a message."""
    PARTING = "parting"
    """Hears a last word or tone, then is released."""
    DIALLING = "dialling"
    KEYING = "keying"
    """Keys what a feature code asks for."""
    PIN = "pin"
    LISTENING = "listening"
    """Hears its mailbox."""
    DICTATING = "dictating"
    """Speaks a greeting or an introduction for its mailbox."""
    NEW_PIN = "new-pin"
    """Keys a new PIN for its mailbox."""
    ALERTING = "alerting"
    """Telephone that rings."""
    AWAY = "away"
    """Its user is in another call."""
    PARKED = "parked"
    """Waits with music in a slot, till somebody takes it from there."""
    KNOCKING = "knocking"
    """Second call at a telephone in use, which hears the call-waiting tone."""
    PAGING = "paging"
    """Speaks to, or hears, the telephones of a paging group."""
    CHOOSING = "choosing"
    """Flashed while a consultation talks: which digit follows?"""
    ROOM = "room"
    """In a conference room."""
    WAITING_LINE = "waiting-line"
    """Outgoing leg whose line must rest on-hook a moment longer."""
    SEIZING = "seizing"
    """Outgoing leg: off-hook, waiting for dial tone, sending digits."""
    PROCEEDING = "proceeding"
    """Outgoing leg: all digits are out."""


ON_HOOK_PHASES = frozenset({Phase.OFFERED, Phase.WAITING_LINE})
"""Phases in which an outside line is on-hook; in all others we hold it."""


class Leg(Struct):
    id: int
    call: int
    port: int
    role: LegRole
    party: str
    agent: str
    fxo: bool
    phase: str
    began_us: int
    since_us: int
    """When it entered its phase."""
    answered: bool = False
    alerted_us: int = 0
    digits: str = ""
    plays: int = 0
    play_us: int = 0
    """When its latest player began."""
    play: str = ""
    """The player it hears."""
    purpose: str = ""
    recording: str = ""
    uncovered: str = ""
    """Why its time is not recorded now."""
    wanted: tuple[str, str, str, str] | None = None
    """Kind, party, agent and queue of the recording that begins once the disk takes it."""
    talk_since_us: int = 0
    cadence: str = ""
    """How its telephone was rung."""
    knocked: bool = False
    """It came as a second call to a telephone in use."""
    answered_us: int = 0
    sends: str = ""
    """Outgoing: the digits dialled on its line, where a route rewrites the number."""
    cost: float = 0.0
    """Outgoing: price of a minute."""
    payer: str = ""
    """Outgoing: the extension whose class of service holds for it."""
    room: str = ""
    """Conference room it is in."""
    dialog: int = 0
    """Its call at a telephone with messages: the telephone's name for it, or ours (negative) while it is rung."""
    ordered: bool = False
    """On hold by order: its telephone does not know."""
    paused_by: int = 0
    """The leg whose user wants this one's tape to be silent."""
    why: str = ""
    """Why the distributor chose the agent who is rung."""


class Hunt(Struct):
    """Several telephones that ring for one call, at once or one after another."""

    target: str
    left: list[tuple[str, float]]
    """Numbers not rung yet, each so many seconds after the one before."""
    keep: bool
    last_s: float


class Call(Struct):
    id: int
    direction: Direction
    port: int
    line: str
    began_us: int
    legs: list[int] = field(default_factory=list)
    talk: list[int] = field(default_factory=list)
    held_by: dict[int, int] = field(default_factory=dict)
    """Held leg to the leg that holds it."""
    conference: list[int] = field(default_factory=list)
    number: str = ""
    """The caller's number as received, or the number dialled."""
    e164: str = ""
    name: str = ""
    presentation: Presentation = Presentation.NOT_OFFERED
    emergency: bool = False
    rings: int = 0
    answered: bool = False
    flow: str = ""
    node: str = ""
    tries: int = 0
    silent_nodes: int = 0
    """Nodes it came through since its latest key."""
    within: list[tuple[str, str]] = field(default_factory=list)
    """Flows that called the present one, and their nodes that did; the outermost first."""
    looks_up: int = 0
    """The job its present node waits for."""
    survey: tuple[str, str] | None = None
    """Queue and agent it is asked about."""
    variables: dict[str, str] = field(default_factory=dict)
    language: str = ""
    queue: str = ""
    """The queue it waits in or was answered from."""
    waits: bool = False
    queued: bool = False
    """It was in a queue at some time."""
    visits: int = 0
    """How often it came into a queue."""
    enqueued_us: int = 0
    """When it came into its present queue."""
    place_us: int = 0
    """The place it takes along to another queue."""
    promised_us: int = 0
    """By then it should be served, as the caller was told."""
    comforts: int = 0
    """Comfort messages heard."""
    offer: Offer | None = None
    callback: int = 0
    """The call-back it was made for."""
    reached: Outcome | None = None
    served: bool = False
    """A person of the box answered it."""
    fallback: str = ""
    unreached: str = ""
    """Why nobody was reached whom its flow called last."""
    tried: list[int] = field(default_factory=list)
    record: bool = False
    consent: str = ""
    hunt: Hunt | None = None
    hunts: int = 0
    """How many there were."""
    diverted: list[str] = field(default_factory=list)
    """Extensions that sent it on, in order."""
    guest: int = 0
    """The leg that is served by menus, queues and mailboxes, where it is not the caller's."""
    slot: str = ""
    """Where it is parked, or was last."""
    parked_by: str = ""
    paging: str = ""
    """The paging group it speaks to."""
    payer: str = ""
    """The extension whose class of service holds for its calls outside, and pays for them."""
    account: str = ""
    called: str = ""
    """Inbound: the number that was called."""
    target: str = ""
    """Inbound: where it leads, when its line answers."""
    shown: str = ""
    """Inbound: what telephones are shown in place of the caller's name."""
    about: int = 0
    """The call it calls somebody back for."""


class Port(Struct):
    leg: int = 0
    """The leg that is active here."""
    away: int = 0
    """The leg left aside while its user is in another call."""
    knocks: int = 0
    """The leg of a second call that knocks."""
    off_hook: bool = False
    dialogs: list[int] = field(default_factory=list)
    """Calls a telephone with messages has with us, by its names for them; legs take them up."""
    alarm: str = ""
    tone: str = ""
    released_us: int = -LINE_GUARD_US
    kept: tuple[str, str, Presentation, str] | None = None
    """Caller ID that came before the first ring."""
    kept_us: int = 0


class AgentNow(Struct):
    id: str
    state: AgentState = AgentState.SIGNED_OUT
    reason: str = ""
    extension: str = ""
    call: int = 0
    since_us: int = 0
    missed: int = 0
    """Calls missed in a row."""
    handling_since_us: int = 0
    handling: str = ""
    """Queue of the call being handled."""
    deferred: tuple[AgentState, str] | None = None


class Taping(Struct):
    """A recording until the switch says its last frame is taped."""

    id: str
    call: int
    leg: int
    kind: str
    began_us: int
    from_tick: int = -1
    ended: bool = False
    paused: bool = False
    """It is silent just now."""
    party: str = ""
    agent: str = ""
    queue: str = ""


class Keyed(Struct):
    """What was keyed at a telephone; what is not here is as the configuration says."""

    settings: dict[str, str] = field(default_factory=dict)
    helped_us: int = -1
    """When it last made an emergency call."""
    busy: str = ""
    """The extension that was found busy last."""


class Completion(Struct):
    """A call-back on busy that is waited for."""

    extension: str
    number: str
    until_us: int


class Ordered(Struct):
    """An order that was taken in record (`epoch`, `number`): what is answered when it is given again."""

    epoch: int
    number: int
    refused: str = ""
    """Why it was not carried out; empty when it was."""


class State(Struct):
    box: str
    schema: int = SCHEMA
    epoch: int = 0
    number: int = 0
    """(epoch, number) of the newest record."""
    at_us: int = 0
    config_version: int = 0
    config: str = ""
    clock_offset_us: int = 0
    clock_quality: str = ""
    switch_epoch: int = 0
    switch_number: int = 0
    report_asked_us: int = -1
    """When the report that is under way was asked for; -1: none is."""
    calls_made: int = 0
    legs_made: int = 0
    recordings_made: int = 0
    calls: dict[int, Call] = field(default_factory=dict)
    legs: dict[int, Leg] = field(default_factory=dict)
    ports: dict[int, Port] = field(default_factory=dict)
    agents: dict[str, AgentNow] = field(default_factory=dict)
    seats: dict[str, str] = field(default_factory=dict)
    """Extension to the agent signed in there."""
    acd: AcdState = field(default_factory=AcdState)
    timers: dict[str, int] = field(default_factory=dict)
    recordings: dict[str, Taping] = field(default_factory=dict)
    jobs_made: int = 0
    jobs: dict[int, Job] = field(default_factory=dict)
    """Those under way."""
    mailboxes: dict[str, list[VoiceMessage]] = field(default_factory=dict)
    boxes: dict[str, MailboxNow] = field(default_factory=dict)
    gates: dict[str, PinGate] = field(default_factory=dict)
    """What counts wrong PINs, by mailbox and by who tries (`firmware.engine.mailbox.doors`)."""
    lamps: dict[str, int] = field(default_factory=dict)
    """Extension to the new messages its lamp was told of."""
    orders: dict[str, Ordered] = field(default_factory=dict)
    """The latest orders from outside by their ids, oldest first."""
    dialling: DiallingState = field(default_factory=DiallingState)
    floor: FloorState = field(default_factory=FloorState)
    callers: dict[str, CallerKept] = field(default_factory=dict)
    """Numbers that called lately, oldest first."""
    memory: str = ""
    """Name of the shared memory the newest life found; another one means that the power was off in between."""
    all_busy: bool = False
    keyed: dict[str, Keyed] = field(default_factory=dict)
    """By extension."""
    completions: list[Completion] = field(default_factory=list)
    behind_until_us: int = 0
    """What is stamped before this was told while nobody decided."""
    disk_level: str = "ample"
    disk_stop: str = ""
    """Why nothing may be recorded; empty: record."""

    def port(self, port: int) -> Port:
        """A copy-free look; an unknown port is an idle one."""
        return self.ports.get(port) or Port()


class _Schema(Struct):
    schema: int


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(State)
_SCHEMAS = msgspec.msgpack.Decoder(_Schema)
_PLAIN = msgspec.msgpack.Decoder()
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, LookupError, TypeError, ValueError, AttributeError)


def freeze(state: State) -> bytes:
    return _ENCODER.encode(state)


def thaw(snapshot: bytes) -> State:
    """A snapshot of this or an older schema. Raises UnknownSnapshot for what this version cannot read."""
    try:
        schema = _SCHEMAS.decode(snapshot).schema
        if schema == SCHEMA:
            return _DECODER.decode(snapshot)
        if schema < SCHEMA:
            return msgspec.convert(migrate(_PLAIN.decode(snapshot), SCHEMA), State)
    except UNREADABLE as error:
        raise UnknownSnapshot(f"not a snapshot: {error}") from error
    raise UnknownSnapshot(f"it has schema {schema}, of a newer firmware; this one reads up to {SCHEMA}")
