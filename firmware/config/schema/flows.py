"""Call flows."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import (
    Count,
    Digits,
    FlowId,
    HoursId,
    Key,
    LanguageOrNone,
    LookupId,
    MailboxId,
    MusicName,
    Part,
    PromptId,
    QueueId,
    Seconds,
    one_of,
)
from firmware.config.schema.services import Mode, ServiceId

_STEPS = (
    "play",
    "say",
    "menu",
    "collect",
    "survey",
    "record",
    "hours",
    "branch",
    "service",
    "set",
    "language",
    "http",
    "sql",
    "contact",
    "queue",
    "callback",
    "extension",
    "voicemail",
    "outside",
    "transfer",
    "flow",
    "call",
    "return",
    "hang-up",
)
CONTACT_VARIABLES = (
    "contact_id",
    "contact_name",
    "contact_company",
    "contact_language",
    "contact_vip",
    "contact_value",
    "contact_tags",
    "contact_count",
)
"""What a `contact` node sets; all of them are text."""
NodeKind = Annotated[str, one_of(*_STEPS)]
Expression = str
"""See docs/flows.md; `firmware.config.expressions` reads it."""


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
    """`menu`, `collect`, `survey`: how often wrong or missing input is asked again."""
    no_input: PromptId = "no-input"
    """`menu`, `collect`, `survey`: what is said before it asks again, when nothing was keyed."""
    wrong_input: PromptId = "wrong-input"
    """`menu`, `collect`, `survey`: what is said before it asks again, when something wrong was keyed."""
    otherwise: str = ""
    """Node when input stays wrong or missing, hours are closed, no case is true, a look-up fails, nobody answers."""
    digits: Annotated[int, Meta(ge=1, le=40)] = 1
    """`collect`, `survey`: most digits (`survey`: up to 3)."""
    least: Annotated[int, Meta(ge=1, le=40)] = 1
    """`collect`: fewer digits are wrong input."""
    ends: Annotated[str, Meta(max_length=2, pattern="^[*#]*$")] = "#"
    """`collect`, `survey`, `record`: keys that end it early; empty: none does."""
    confirm: bool = False
    """`collect`: the digits are read back; 1 is right, any other key asks again."""
    most: Count = 0
    """`survey`: highest answer, counted from 0; 0: any."""
    variable: str = ""
    """`collect`, `set`, `record`: where the digits, the value or the recording's name are kept."""
    value: str = ""
    """`set`, `say`: a text, or `{variable}`."""
    expression: Expression = ""
    """`set`, `say`: worked out in place of `value`. `contact`: the number that is looked for; empty: the caller's."""
    speak: Annotated[str, one_of("digits", "number", "date", "time", "money")] = "digits"
    """`say`: how the value is read; money is in yuan, a date 2026-10-01, a time 13:05."""
    secret: bool = False
    """`collect`: the digits are never written down; only a look-up may have them."""
    hours: HoursId = ""
    """`hours`: opening hours; open goes on to `next`, closed to `otherwise`."""
    cases: dict[Expression, str] = field(default_factory=dict)
    """`branch`: expression to node; the first that is true counts, else `otherwise`."""
    service: ServiceId = ""
    """`service`: which one; by day `next` follows, else `otherwise`, unless `modes` says where."""
    modes: dict[Mode, str] = field(default_factory=dict)
    """`service`: mode to node."""
    lookup: LookupId = ""
    """`http`, `sql`: what is asked; `otherwise` follows where it fails, finds nothing or takes too long."""
    give: dict[str, Expression] = field(default_factory=dict)
    """`http`, `sql`: parameter of the look-up to expression; a secret variable must stand alone."""
    within_s: Annotated[float, Meta(ge=0.05, le=10)] = 0.15
    """`http`, `sql`, `contact`: later answers are not waited for; `prompt` or `music` may be heard meanwhile."""
    music: MusicName = ""
    """`http`, `sql`, `contact`: music while it is looked up; empty: none."""
    queue: QueueId = ""
    """`queue`: where the caller waits (rules of `routing` may look at the flow's variables). `callback`: whose agents
    call back; empty: those of the queue the caller was in."""
    extension: str = ""
    """A number, or `{variable}`."""
    mailbox: MailboxId = ""
    """`voicemail`: where the message goes."""
    number: str = ""
    """`outside`: number to call."""
    target: str = ""
    """`transfer`: as a queue's `overflow`; what was keyed may only choose within the house (`extension:{variable}`)."""
    most_s: Annotated[float, Meta(ge=1, le=3600)] = 120.0
    """`record`: longest message."""
    flow: FlowId = ""
    """`flow`: flow that goes on; `call`: flow that is gone through, `next` follows its `return`."""
    language: LanguageOrNone = ""
    """`language`, `set`: the caller's language from here on."""


class Flow(Part, frozen=True):
    """What a caller hears and can do before somebody answers.

    A new version of the configuration holds for callers in a flow from their next step on. Whose node is gone begins
    the flow anew; whose flow is gone hears a last word.
    """

    id: Annotated[str, Meta(extra={"defines": "flow", "form": "name"})]
    """What lines and other flows call it."""
    start: str
    """First node."""
    number: Digits = ""
    """What telephones of the house dial to hear it; empty: none."""
    nodes: tuple[Node, ...] = field(default=(), name="node")
    record: bool = False
    """Record the caller in this flow too."""
    self_served: bool = False
    """A caller who heard this flow to a `hang-up` node counts as self-served."""
