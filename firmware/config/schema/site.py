"""The box as a whole and its disk."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import Days, Digits, Language, Part, Percent


class Site(Part, frozen=True):
    """The box as a whole."""

    name: str = "Tipring"
    """What the box is called on screens and reports."""
    country: str = "CN"
    """Two letters; the country profile of tones, cadences, caller ID, impedance."""
    area: Digits = ""
    """Area code of the lines, without trunk prefix: turns local numbers into E.164."""
    zone: Annotated[str, Meta(extra={"form": "zone"})] = "Asia/Shanghai"
    """IANA time zone for hours and reports."""
    language: Language = "zh"
    """Language of prompts where nothing else is said: `zh` or `en`."""
    box: str = "box-1"
    """This box among others: every record carries it."""
    retention_days: Days = 180
    """Recordings and messages older than this are deleted, where queue or mailbox say nothing else; 0: never."""
    personal_data_days: Days = 365
    """Then call records forget numbers, names and digits and keep times and outcomes; 0: never."""
    remember_callers_days: Annotated[int, Meta(ge=0, le=366)] = 30
    """So long the box knows who served a number last and whether it gave up waiting; 0: not at all."""
    purge_early_days: Days = 0
    """When the disk is nearly full, recordings older than this go before their time, oldest first; 0: none does."""


class Storage(Part, frozen=True):
    """When the box's disk counts as full; of a disk larger than 128 GiB only so much counts."""

    warn_percent: Percent = 85
    """People are told from here on."""
    purge_percent: Percent = 90
    """What may go is let go before its time from here on."""
    stop_percent: Percent = 95
    """Nothing new is recorded from here on; calls and their records go on."""
    reserve_mb: Annotated[int, Meta(ge=1, le=4096)] = 64
    """Room kept for journal and call records when nothing else is left; never more than 2 % of the disk."""
    wear_gb_per_day: Annotated[float, Meta(gt=0, le=10_000)] = 20.0
    """More written a day than this wears a memory card out too soon: people are told."""
