"""Reaching telephones: groups, forwards, parked calls, paging, call-backs on busy, and what telephones have set."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact

# -- several telephones for one call ----------------------------------------------------------------


class HuntBegan(Fact, frozen=True, tag=True):
    """A call looks for somebody at several telephones.

    `target`: `group:ID`, or `extension:NUMBER` whose follow-me is on. `numbers` (`extension:…`, `outside:…`) ring in
    this order, each so many seconds (`after_s`) after the one before; with `keep` those before ring on. `last_s` after
    the last one it is over.
    """

    call: int
    target: str
    numbers: tuple[str, ...]
    after_s: tuple[float, ...]
    keep: bool
    last_s: float


class HuntStepped(Fact, frozen=True, tag=True):
    """The next number's turn has come."""

    call: int


class HuntEnded(Fact, frozen=True, tag=True):
    """`why`: `answered`, `nobody`, `elsewhere`."""

    call: int
    why: str


class HuntMoved(Fact, frozen=True, tag=True):
    """A transfer: what rings for `call` rings for `to` from now on."""

    call: int
    to: int


class CallDiverted(Fact, frozen=True, tag=True):
    """Extension `by` sends the call on to `to`, a target.

    `why`: `always`, `busy`, `no-answer`, `unreachable`, `by-telephone` (it said so when it was rung).
    """

    call: int
    by: str
    to: str
    why: str


class DiversionsForgotten(Fact, frozen=True, tag=True):
    """The call begins anew at another place: who sent it on before may do so again."""

    call: int


class PartySent(Fact, frozen=True, tag=True):
    """Leg `leg` goes on alone to a queue, a flow, a mailbox…: it is the one that is served there."""

    call: int
    leg: int
    to: str


# -- a second call at a telephone in use ------------------------------------------------------------


class KnockTaken(Fact, frozen=True, tag=True):
    """The telephone goes over to the call that knocked; the one before is left aside."""

    port: int


# -- parked calls -----------------------------------------------------------------------------------


class CallParked(Fact, frozen=True, tag=True):
    """`leg` waits with music in slot `slot`, put there from extension `by`."""

    call: int
    leg: int
    slot: str
    by: str


class CallUnparked(Fact, frozen=True, tag=True):
    """`why`: `retrieved` (by extension `by`), `recall` (too long; `by` is called back)."""

    call: int
    leg: int
    slot: str
    by: str
    why: str


# -- paging -----------------------------------------------------------------------------------------


class PagingBegan(Fact, frozen=True, tag=True):
    """The call's caller speaks to all telephones of a paging group."""

    call: int
    group: str


# -- what telephones have set -----------------------------------------------------------------------


class TelephoneSet(Fact, frozen=True, tag=True):
    """Keyed at extension `extension`. `what`: `always`, `busy`, `no-answer`, `unreachable` (a number, empty: off),
    `do-not-disturb`, `follow-me`, `call-waiting` (`1`, `0`)."""

    extension: str
    what: str
    value: str


class BusyMet(Fact, frozen=True, tag=True):
    """Who called from `extension` found extension `number` busy: a call-back may be asked for."""

    extension: str
    number: str


class CompletionWanted(Fact, frozen=True, tag=True):
    """`extension` rings as soon as it and `number` are both free, till `until_us` of box time."""

    extension: str
    number: str
    until_us: int


class CompletionOver(Fact, frozen=True, tag=True):
    """`why`: `called` (the telephone rings for it), `cancelled`, `lapsed`."""

    extension: str
    number: str
    why: str


ReachingFact = (
    HuntBegan
    | HuntStepped
    | HuntEnded
    | HuntMoved
    | CallDiverted
    | DiversionsForgotten
    | PartySent
    | KnockTaken
    | CallParked
    | CallUnparked
    | PagingBegan
    | TelephoneSet
    | BusyMet
    | CompletionWanted
    | CompletionOver
)
