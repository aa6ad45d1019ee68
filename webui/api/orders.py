"""Orders of programs. An order's id is the token's and the `Idempotency-Key`: the engine does it once, whoever asks
again.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from firmware.protocol.inputs import (
    AgentOrder,
    AnyOrder,
    CallOrder,
    DispositionOrder,
    QueueOrder,
    ServiceOrder,
    TelephoneOrder,
)
from firmware.protocol.order_format import OrderAnswer, Verdict
from webui.access.tokens import Token
from webui.api.operations import LARGEST_ID, Answer, Given, Operation
from webui.api.problems import Refused
from webui.api.scopes import Scope
from webui.ordering import in_words
from webui.site import the_site

Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Note = Annotated[str, Meta(max_length=4000)]
Number = Annotated[int, Meta(ge=0, le=LARGEST_ID)]
PATIENCE_S = 6.0


class AgentDo(StrEnum):
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    READY = "ready"
    NOT_READY = "not-ready"
    END_WRAP_UP = "end-wrap-up"
    LONGER_WRAP_UP = "longer-wrap-up"
    BREATHER = "breather"
    JOIN_QUEUE = "join-queue"
    LEAVE_QUEUE = "leave-queue"


class CallDo(StrEnum):
    DIAL = "dial"
    CALL = "call"
    CALL_BACK = "call-back"
    ANSWER = "answer"
    DECLINE = "decline"
    HANG_UP = "hang-up"
    HOLD = "hold"
    RESUME = "resume"
    SWAP = "swap"
    CONSULT = "consult"
    COMPLETE = "complete"
    CONFERENCE = "conference"
    DROP_LAST = "drop-last"
    TRANSFER = "transfer"
    PARK = "park"
    REDIRECT = "redirect"
    PAUSE_RECORDING = "pause-recording"
    RESUME_RECORDING = "resume-recording"


class ToAgent(Struct, frozen=True, forbid_unknown_fields=True):
    """`docs/orders.md`, AgentOrder."""

    do: AgentDo
    agent: Id
    reason: Text = ""
    extension: Text = ""
    queue: Text = ""


class ToCall(Struct, frozen=True, forbid_unknown_fields=True):
    """`docs/orders.md`, CallOrder: what a telephone is to do. It is that of `extension`, or where `agent` sits."""

    do: CallDo
    number: Text = ""
    extension: Text = ""
    agent: Text = ""
    call: Number = 0
    leg: Number = 0
    auto: bool = False


class ToWatch(Struct, frozen=True, forbid_unknown_fields=True):
    """A supervisor's telephone into the talk of `leg`, or of `number` (extension, `agent:ID`, queue)."""

    do: Literal["listen", "whisper", "barge", "take-over"]
    extension: Id
    number: Text = ""
    leg: Number = 0
    auto: bool = False


class ToDispose(Struct, frozen=True, forbid_unknown_fields=True):
    call: Annotated[int, Meta(ge=1, le=LARGEST_ID)]
    agent: Id
    code: Text = ""
    note: Note = ""


class ToQueue(Struct, frozen=True, forbid_unknown_fields=True):
    do: Literal["close", "open"]
    queue: Id


class ToService(Struct, frozen=True, forbid_unknown_fields=True):
    """`mode`: `day`, `night`, `holiday`, or by the calendar again (empty)."""

    service: Id
    mode: Text = ""


class ToTelephone(Struct, frozen=True, forbid_unknown_fields=True):
    """`docs/orders.md`, TelephoneOrder."""

    extension: Id
    what: Literal["always", "busy", "no-answer", "unreachable", "do-not-disturb", "follow-me", "call-waiting"]
    value: Text = ""


class Done(Struct, frozen=True):
    done: bool
    repeated: bool
    """This key was used before; it was done then."""
    record: str
    """Epoch and number of the journal's record, as ids of events are: what came of it follows in the stream."""


def to_agent(given: Given) -> Answer:
    asked: ToAgent = given.body
    _own(given.token, asked.agent)
    return _give(
        AgentOrder(_id(given), given.token.author, asked.agent, asked.do, asked.reason, asked.extension, asked.queue)
    )  # fmt: skip


def to_call(given: Given) -> Answer:
    """A token of one agent orders for this agent's telephone alone."""
    asked: ToCall = given.body
    agent = asked.agent
    if own := given.token.agent:
        _own(given.token, agent or own)
        if asked.extension:
            raise Refused(403, "not-this-agent")
        agent = own
    return _give(
        CallOrder(
            _id(given), given.token.author, asked.do, asked.extension, asked.number, asked.call, asked.leg, agent,
            asked.auto,
        )
    )  # fmt: skip


def to_watch(given: Given) -> Answer:
    asked: ToWatch = given.body
    return _give(
        CallOrder(
            _id(given), given.token.author, asked.do, asked.extension, asked.number, leg=asked.leg, auto=asked.auto
        )
    )  # fmt: skip


def to_dispose(given: Given) -> Answer:
    asked: ToDispose = given.body
    _own(given.token, asked.agent)
    return _give(
        DispositionOrder(_id(given), given.token.author, asked.call, asked.agent, asked.code, asked.note)
    )


def to_queue(given: Given) -> Answer:
    return _give(QueueOrder(_id(given), given.token.author, given.body.do, given.body.queue))


def to_service(given: Given) -> Answer:
    return _give(ServiceOrder(_id(given), given.token.author, given.body.service, given.body.mode))


def to_telephone(given: Given) -> Answer:
    asked: ToTelephone = given.body
    if own := given.token.agent:
        seat = next((one.number for one in the_site().config.extensions if one.agent == own), "")
        if asked.extension != seat:
            raise Refused(403, "not-this-agent")
    return _give(TelephoneOrder(_id(given), given.token.author, asked.extension, asked.what, asked.value))


def _id(given: Given) -> str:
    return f"api:{given.token.id}:{given.key}"


def _own(token: Token, agent: str) -> None:
    """Raises Refused where a token of one agent speaks for another."""
    if token.agent and agent != token.agent:
        raise Refused(403, "not-this-agent")


def _give(order: AnyOrder) -> Answer:
    """Raises Refused."""
    answer = give(order)
    return Answer(Done(done=True, repeated=answer.repeated, record=f"{answer.epoch}-{answer.number}"))


def give(order: AnyOrder) -> OrderAnswer:
    """What the engine says of an order that was done. Raises Refused."""
    try:
        answer = the_site().live.give(order, PATIENCE_S)
    except (TimeoutError, RuntimeError):
        answer = OrderAnswer(0, Verdict.UNKNOWN)
    if answer.done:
        return answer
    if answer.verdict is Verdict.REFUSED:
        raise Refused(409, "refused", in_words(answer.reason), reason=answer.reason, repeated=answer.repeated)
    raise Refused(503, "no-engine", reason=str(answer.verdict), headers=[("Retry-After", "2")])


def _row(noun: str, scope: Scope, says: str, view: Callable[..., Answer], body: Any) -> Operation:
    return Operation(
        name=f"order_{noun}", method="POST", path=f"/orders/{noun}", scope=scope, says=says, view=view, body=body,
        answer=Done, wants_key=True, problems=(409, 503),
    )  # fmt: skip


OPERATIONS = (
    _row("agent", Scope.AGENT, "An agent's state, or in which queues the agent is.", to_agent, ToAgent),
    _row("call", Scope.CALL, "What a telephone is to do: dial, hold, transfer, hang up…", to_call, ToCall),
    _row("supervision", Scope.SUPERVISE, "Listen to a talk, whisper, barge, take over.", to_watch, ToWatch),
    _row("disposition", Scope.AGENT, "What became of a call.", to_dispose, ToDispose),
    _row("queue", Scope.SUPERVISE, "Close a queue, or open it.", to_queue, ToQueue),
    _row("service", Scope.SUPERVISE, "A service goes into a mode.", to_service, ToService),
    _row("telephone", Scope.CALL, "A telephone's setting.", to_telephone, ToTelephone),
)
