"""What all parts of a configuration are made of: the root of parts, and the types of their keys."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


def one_of(*choices: str) -> Meta:
    return Meta(extra={"choices": choices})


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Root of all parts: unknown keys are faults."""


Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Count = Annotated[int, Meta(ge=0, le=10_000)]
Level = Annotated[int, Meta(ge=0, le=100)]
Days = Annotated[int, Meta(ge=0, le=36_500)]
DaysOrSites = Annotated[int, Meta(ge=-1, le=36_500)]
Order = Annotated[int, Meta(ge=1, le=9)]
Weight = Annotated[int, Meta(ge=1, le=100)]
Slot = Annotated[int, Meta(extra={"least": 1, "most": 8})]
SlotOrNone = Annotated[int, Meta(extra={"least": 0, "most": 8})]
Percent = Annotated[int, Meta(extra={"least": 10, "most": 99})]
GainDb = Annotated[float, Meta(ge=-18, le=18)]
Digits = Annotated[str, Meta(extra={"form": "digits"})]
Key = Annotated[str, Meta(extra={"form": "key"})]
StarCode = Annotated[str, Meta(extra={"form": "star-code"})]
Span = Annotated[str, Meta(extra={"form": "span"})]
Day = Annotated[str, Meta(extra={"form": "day"})]
Date = Annotated[str, Meta(extra={"form": "date"})]
Language = Annotated[str, one_of("zh", "en")]
LanguageOrNone = Annotated[str, one_of("", "zh", "en")]
CardName = Annotated[str, Meta(extra={"refers": "card"})]
LineName = Annotated[str, Meta(extra={"refers": "line"})]
NumberListId = Annotated[str, Meta(extra={"refers": "number_list"})]
AgentId = Annotated[str, Meta(extra={"refers": "agent"})]
QueueId = Annotated[str, Meta(extra={"refers": "queue"})]
FlowId = Annotated[str, Meta(extra={"refers": "flow"})]
HoursId = Annotated[str, Meta(extra={"refers": "hours"})]
MusicName = Annotated[str, Meta(extra={"refers": "music"})]
PromptId = Annotated[str, Meta(extra={"refers": "prompt"})]
LookupId = Annotated[str, Meta(extra={"refers": "lookup"})]
MailboxId = Annotated[str, Meta(extra={"refers": "mailbox"})]
SlotKind = Annotated[str, one_of("fxo", "fxs", "empty")]
Strategy = Annotated[
    str,
    one_of(
        "longest-idle", "round-robin", "least-talk", "ring-all", "linear", "highest-skill", "lowest-skill"
    ),
]
HangUp = Annotated[str, one_of("open-loop", "reversal", "busy-tone", "silence")]
