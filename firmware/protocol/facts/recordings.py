"""What is taped, and what is not and why; messages."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact

# -- recordings -------------------------------------------------------------------------------------


class ConsentAnnounced(Fact, frozen=True, tag=True):
    """The announcement before a recording was played to its end."""

    call: int
    prompt: str


class RecordingBegan(Fact, frozen=True, tag=True):
    """One recording is one (caller's leg, answering party). `kind`: `conversation`, `menu`,
    `voicemail`, `greeting`, `introduction` (spoken before a message that is passed on)."""

    recording: str
    call: int
    leg: int
    party: str
    agent: str
    kind: str
    queue: str = ""


class RecordingMarked(Fact, frozen=True, tag=True):
    """A stretch begins: `hold`, `resumed`, `conference`, `consult`; `paused` to `unpaused` is taped silence."""

    recording: str
    mark: str


class RecordingPaused(Fact, frozen=True, tag=True):
    """Somebody at leg `by` wants what leg `leg` hears and says not to be kept (`paused`), or kept again.

    It holds for whatever recording of that leg there is, till it is taken back or `by` is out of the talk.
    """

    call: int
    leg: int
    by: int
    paused: bool
    author: str = ""


class RecordingTaped(Fact, frozen=True, tag=True):
    """The switch taped ticks `from_tick` .. (`to_tick` - 1); `to_tick` is -1 while it runs."""

    recording: str
    from_tick: int
    to_tick: int = -1


class RecordingGap(Fact, frozen=True, tag=True):
    """Ticks `from_tick` .. (`to_tick` - 1) are lost, and why: `disk-slow`, `disk-full`, `disk-failed`."""

    recording: str
    from_tick: int
    to_tick: int
    reason: str


class RecordingEnded(Fact, frozen=True, tag=True):
    """`why`: `released`, `transferred`, `too-short`, `switch-died`, `disk-full`, `disk-slow`, `disk-failed`."""

    recording: str
    why: str


class NotRecorded(Fact, frozen=True, tag=True):
    """Answered time without audio from here on, and its reason: `off`, `consent`, `paused`, `internal`, `menu`…

    Where the box itself prevents it (`disk-full`, `disk-slow`, `disk-failed`), `kind`, `party`, `agent` and `queue`
    are of the recording that begins as soon as it can; else `kind` is empty.
    """

    call: int
    leg: int
    reason: str
    kind: str = ""
    party: str = ""
    agent: str = ""
    queue: str = ""


class VoicemailLeft(Fact, frozen=True, tag=True):
    """A message of more than the least length is in the mailbox."""

    mailbox: str
    call: int
    recording: str
    seconds: float = 0.0
    number: str = ""
    """Who left it, where that is known."""
    inside: bool = False
    """`number` is an extension."""


class VoicemailHeard(Fact, frozen=True, tag=True):
    """A message was listened to."""

    mailbox: str
    recording: str


class MessagePlayed(Fact, frozen=True, tag=True):
    """A message began to be played to somebody at this telephone: each time, for the audit."""

    mailbox: str
    recording: str
    extension: str


class VoicemailDeleted(Fact, frozen=True, tag=True):
    """A message was deleted by its owner."""

    mailbox: str
    recording: str


RecordingFact = (
    ConsentAnnounced
    | RecordingBegan
    | RecordingMarked
    | RecordingPaused
    | RecordingTaped
    | RecordingGap
    | RecordingEnded
    | NotRecorded
    | VoicemailLeft
    | VoicemailHeard
    | MessagePlayed
    | VoicemailDeleted
)
