"""What the machines of telephones and channels want of the endpoint. `dialog` is the endpoint's number of a call."""

from __future__ import annotations

from msgspec import Struct

from drivers.signalling import SignallingEvent

Headers = tuple[tuple[str, str], ...]


class Invite(Struct, frozen=True):
    """Place a call; its number was taken from the endpoint beforehand."""

    dialog: int
    target: str
    caller: str = ""
    """Name-addr for From."""
    to: str = ""
    headers: Headers = ()
    account: str = ""
    """Whose credentials and ways; empty: the telephones'."""


class Reply(Struct, frozen=True):
    """180, 183, 200 or a refusal to an INVITE."""

    dialog: int
    status: int
    headers: Headers = ()


class End(Struct, frozen=True):
    """BYE, CANCEL or a refusal, whichever is right now."""

    dialog: int
    cause: int
    status: int = 0
    headers: Headers = ()


class Join(Struct, frozen=True):
    """The dialog's audio is the port's."""

    dialog: int
    port: int


class Part(Struct, frozen=True):
    """The port is silent both ways."""

    port: int


class TakeRefer(Struct, frozen=True):
    """Answers a REFER."""

    request: int
    status: int


class TellRefer(Struct, frozen=True):
    """NOTIFY with how a transfer goes (RFC 3515 2.4.4)."""

    dialog: int
    status: int
    reason: str
    final: bool


Order = Invite | Reply | End | Join | Part | TakeRefer | TellRefer
Out = Order | SignallingEvent
