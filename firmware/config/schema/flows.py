"""Call flows."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import (
    Count,
    FlowId,
    HoursId,
    Key,
    LanguageOrNone,
    MailboxId,
    Part,
    PromptId,
    QueueId,
    Seconds,
    one_of,
)

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
NodeKind = Annotated[str, one_of(*_STEPS)]


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
