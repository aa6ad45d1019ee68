"""Telephones that are reached together: ring groups, pickup groups, paging groups; and the switchboard's own rules."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import Count, Digits, MusicName, Part, Seconds, one_of

Member = Annotated[str, Meta(extra={"form": "digits"})]
Telephone = Annotated[str, Meta(extra={"refers": "extension"})]
ParkSlot = Annotated[str, Meta(extra={"form": "pair"})]
MemberReach = Annotated[str, one_of("internal", "local", "national", "international", "all")]


class Group(Part, frozen=True):
    """A ring group: one number, several telephones; the first to lift has the call."""

    id: Annotated[str, Meta(extra={"defines": "group", "form": "name"})]
    """What flows, queues and others call it: `group:ID`."""
    number: Digits = ""
    """What telephones dial; empty: only flows, queues and others lead there."""
    name: str = ""
    """What reports show."""
    strategy: Annotated[str, one_of("all", "hunt", "memory")] = "all"
    """`all` ring at once; `hunt`: one after another; `memory`: one more each time, those before ring on."""
    members: tuple[Member, ...] = ()
    """Extensions, and outside numbers as a telephone dials them. Who is busy, forwarded or undisturbed is passed by."""
    may_call: MemberReach = "internal"
    """How far outside members may be; premium numbers never."""
    ring_s: Seconds = 20.0
    """`all`: how long they ring; `hunt`, `memory`: how long till the next one does."""
    rounds: Annotated[int, Meta(ge=1, le=10)] = 1
    """`hunt`: how often the members are gone through."""
    fallback: str = ""
    """Where calls go that nobody takes: `voicemail:BOX`, `queue:ID`, `extension:NUMBER`… Empty: busy tone."""
    music: MusicName = ""
    """Music for whoever waits; empty: ringback tone."""


class PickupGroup(Part, frozen=True):
    """Telephones that may take each other's calls. Where none is configured all may."""

    id: Annotated[str, Meta(extra={"defines": "pickup group", "form": "name"})]
    """Its name."""
    members: tuple[Telephone, ...] = ()
    """Extensions."""


class PagingGroup(Part, frozen=True):
    """Telephones and loudspeakers that hear somebody who speaks to all of them."""

    id: Annotated[str, Meta(extra={"defines": "paging group", "form": "name"})]
    """Its name."""
    number: Digits
    """What is keyed after the feature code `paging`."""
    members: tuple[Telephone, ...] = ()
    """Extensions: all that are free ring distinctively; who lifts hears, and is not heard."""
    ring_s: Seconds = 10.0
    """How long they ring."""
    longest_s: Annotated[float, Meta(ge=5, le=600)] = 60.0
    """Nobody speaks longer."""


class FollowMe(Part, frozen=True):
    """One more number that rings for an extension."""

    number: Member
    """An extension, or an outside number as this telephone dials it, so far as its class of service reaches."""
    after_s: Annotated[float, Meta(ge=0, le=120)] = 10.0
    """So long after the one before began to ring."""


class Switchboard(Part, frozen=True):
    """Rules of the house for all telephones."""

    park_slots: tuple[ParkSlot, ...] = ("71", "72", "73", "74", "75", "76", "77", "78", "79")
    """Places where calls are parked: two digits each, keyed after the feature code `retrieve`."""
    park_recall_s: Annotated[float, Meta(ge=10, le=3600)] = 90.0
    """A parked call comes back to who parked it after this."""
    park_music: MusicName = ""
    """Music of parked callers; empty: as on hold."""
    hold_music: MusicName = "default"
    """Music on hold where line, queue and extension say nothing."""
    recall_to: str = ""
    """Where a transferred or parked caller goes whom nobody takes back: `extension:NUMBER`… Empty: a word."""
    call_waiting: bool = False
    """A second call knocks at a telephone in use, where the extension says nothing."""
    diversions: Annotated[int, Meta(ge=1, le=10)] = 3
    """So often one call may be forwarded; then it rings where it is."""
    completion_s: Annotated[float, Meta(ge=60, le=86_400)] = 2700.0
    """How long a call-back on busy is waited for."""
    completions: Count = 3
    """Call-backs one telephone may wait for at a time; 0: none."""
