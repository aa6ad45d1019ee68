"""Cards, outside lines and telephones."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.classes import ClassId
from firmware.config.schema.dialling import Keys, Pair
from firmware.config.schema.groups import FollowMe
from firmware.config.schema.part import (
    AgentId,
    CardName,
    Digits,
    FlowId,
    GainDb,
    HangUp,
    LanguageOrNone,
    MailboxId,
    MusicName,
    Part,
    Seconds,
    Slot,
    SlotKind,
    SlotOrNone,
    one_of,
)


class Card(Part, frozen=True):
    """One card of ports."""

    name: Annotated[str, Meta(extra={"defines": "card", "form": "name"})]
    """What lines and extensions call it."""
    kind: Annotated[str, one_of("spi-hat", "sip")] = "spi-hat"
    """Kind of card: a hat of analog ports, or `sip`: telephones and trunks on the network."""
    bus: Annotated[int, Meta(ge=0, le=31)] = 0
    """SPI bus; its two chip selects serve slots 1-4 and 5-8."""
    pcm: str = "hw:0"
    """ALSA device of the card's PCM highway."""
    slots: tuple[SlotKind, ...] = ()
    """What should be in each slot: `fxo`, `fxs` or `empty`; one family for each four slots. A `sip` card has none."""
    law: Annotated[str, one_of("a", "mu")] = "a"
    """Companding on the PCM highway: A-law or µ-law."""


class Line(Part, frozen=True):
    """One outside line on an FXO port."""

    name: Annotated[str, Meta(extra={"defines": "line", "form": "name"})]
    """What reports and `outgoing_order` call it."""
    card: CardName
    """Card it is plugged into."""
    slot: Slot
    """From 1."""
    number: Annotated[str, Meta(extra={"form": "number"})] = ""
    """Its own number, as people write it."""
    flow: FlowId = ""
    """Flow that answers (by hours); empty: calls are refused with ringing left alone."""
    target: str = ""
    """Where its calls go instead of a flow: `service:ID`, `queue:ID`, `extension:NUMBER`… `[[did]]` comes first."""
    shown_prefix: str = ""
    """Shown in front of the caller's name: which business was called."""
    answer_after_rings: Annotated[int, Meta(ge=1, le=20)] = 1
    """Rings to hear before answering; 2 where the country sends caller ID after the first ring."""
    caller_id: Annotated[str, one_of("country", "fsk", "dtmf", "none")] = "country"
    """How its exchange sends the caller; `country`: any way usual there."""
    hangup: tuple[HangUp, ...] = ("open-loop", "reversal", "busy-tone", "silence")
    """Which signs of a far end that left are believed."""
    silence_limit_s: Seconds = 60.0
    """How long both sides may be silent before `silence` counts."""
    answer: Annotated[str, one_of("reversal", "voice", "timeout")] = "voice"
    """How an outgoing call's answer is known: `reversal`, `voice`, `timeout`."""
    answer_timeout_s: Seconds = 20.0
    """With `timeout`: treated as answered this long after dialling."""
    dial: Annotated[str, one_of("dtmf", "pulse")] = "dtmf"
    """Tones or loop pulses."""
    dial_tone_within_s: Seconds = 5.0
    """How long to wait for dial tone before a call is given up on this line."""
    dial_without_tone: bool = False
    """Dial even when no dial tone came."""
    hide_prefix: Annotated[str, Meta(extra={"form": "keys"})] = ""
    """What its exchange takes before a number to withhold ours from who is called: `#31#`, `*67`; empty: it cannot."""
    impedance: str = ""
    """Preset of the country table; empty: the site country's."""
    outgoing: bool = True
    """May be used for outgoing calls."""
    music: MusicName = ""
    """Music for its callers on hold; empty: the switchboard's."""
    gain_in_db: GainDb = 0.0
    """Louder or softer what comes from the line."""
    gain_out_db: GainDb = 0.0
    """Louder or softer what goes to the line."""


class Extension(Part, frozen=True):
    """One telephone: on an FXS port, or with SIP where its card is of that kind."""

    number: Annotated[str, Meta(extra={"defines": "extension", "form": "digits"})]
    """What others dial."""
    card: CardName
    """Card it is plugged into."""
    slot: SlotOrNone = 0
    """From 1; not given on a `sip` card."""
    name: str = ""
    """Person or place."""
    language: LanguageOrNone = ""
    """Language of prompts to it; empty: the site's."""
    pulse: bool = False
    """A pulse telephone: short breaks before the call is through are digits."""
    may_call: Annotated[str, one_of("internal", "local", "national", "international", "all")] = "national"
    """How far it may call; emergency numbers always."""
    of_class: ClassId = field(default="", name="class")
    """Class of service; empty: as `may_call` says."""
    speed_dial: dict[Pair, Keys] = field(default_factory=dict)
    """Two digits to what is dialled for them here; they come before the dial plan's."""
    ring_s: Seconds = 30.0
    """How long it rings before the call goes on to voicemail or ends."""
    voicemail: MailboxId = ""
    """Mailbox that takes calls not answered."""
    lamp: Annotated[str, one_of("stutter", "fsk", "none")] = "stutter"
    """How new messages show: `stutter` by the dial tone, `fsk` also by the telephone's message lamp, `none`."""
    agent: AgentId = ""
    """Agent signed in here when the box starts with no history."""
    record: bool = False
    """Record outgoing calls of this telephone."""
    hide_number: bool = False
    """Whom it calls outside is not shown our number, on lines with `hide_prefix`. Emergency calls always show it."""
    forward_always: Digits = ""
    """Where all its calls go: an extension, a number of the house, or an outside number as it is dialled here. What is
    keyed at the telephone goes before this and the next three."""
    forward_busy: Digits = ""
    """Where they go while it is in use."""
    forward_no_answer: Digits = ""
    """Where they go when nobody lifts."""
    forward_unreachable: Digits = ""
    """Where they go while its line is out of order."""
    do_not_disturb: bool = False
    """Calls do not ring: as busy."""
    follow: tuple[FollowMe, ...] = ()
    """Other numbers that ring too, one after another, while follow-me is on."""
    follow_me: bool = False
    """Follow-me is on where nothing was keyed."""
    call_waiting: Annotated[str, one_of("", "on", "off")] = ""
    """A second call knocks while it is in use; empty: as the switchboard says."""
    music: MusicName = ""
    """Music for whoever this telephone holds; empty: as the line or the switchboard says."""
    pager: bool = False
    """No telephone but a loudspeaker's amplifier, which answers by itself: it is paged or called directly, never one of
    a group, nobody picks up for it, and it hears no tones."""
