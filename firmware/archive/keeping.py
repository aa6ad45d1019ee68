"""What the configuration says about keeping: for how long, and how numbers are read. It comes by facts."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from firmware.archive.book import Book
from firmware.config.schema import Config, DialPlan

DAY_US = 86_400_000_000
GREETING, MESSAGES = "greeting", ("voicemail", "introduction")
"""Kinds of recordings: a greeting is kept while it is used, messages as their mailbox says."""


class Keeping(Struct, frozen=True):
    """As JSON in history.db. Days; 0: for ever."""

    recordings_days: int = 0
    records_days: int = 0
    early_days: int = 0
    queues: dict[str, int] = {}
    """Those that say something else than the site."""
    mailboxes: dict[str, int] = {}
    dial_plan: DialPlan = DialPlan()
    area: str = ""
    own: frozenset[str] = frozenset()
    """Names of the box's own lines, extensions, queues, mailboxes, agents: nobody's personal data."""

    @property
    def all_days(self) -> tuple[int, ...]:
        """Every number of days said for recordings."""
        return self.recordings_days, *self.queues.values(), *self.mailboxes.values()

    def days_of(self, kind: str, queue: str, party: str) -> int:
        """How long a recording is kept."""
        if kind == GREETING:
            return 0
        own = self.mailboxes.get(party) if kind in MESSAGES else self.queues.get(queue)
        return self.recordings_days if own is None else own


def keeping_of(config: Config) -> Keeping:
    site = config.site
    return Keeping(
        site.retention_days,
        site.personal_data_days,
        site.purge_early_days,
        {one.id: one.retention_days for one in config.queues if one.retention_days >= 0},
        {one.id: one.retention_days for one in config.mailboxes if one.retention_days >= 0},
        config.dial_plan,
        site.area,
        frozenset(
            (
                *(one.name for one in config.lines),
                *(one.number for one in config.extensions),
                *(one.id for part in (config.queues, config.mailboxes, config.agents) for one in part),
            )
        ),
    )


def take_config(book: Book, text: str) -> None:
    """A configuration in force; one that cannot be read (an older journal has none) changes nothing."""
    try:
        config = msgspec.json.decode(text, type=Config)
    except msgspec.MsgspecError:
        return
    rules = msgspec.json.encode(keeping_of(config)).decode()
    book.do("INSERT OR REPLACE INTO keeping (id, rules) VALUES (1, ?)", rules)


def keeping(book: Book) -> Keeping:
    """What is in force; nothing is ever deleted before a configuration was heard of."""
    found = book.row("SELECT rules FROM keeping")
    try:
        return msgspec.json.decode(found[0], type=Keeping) if found else Keeping()
    except msgspec.MsgspecError:
        return Keeping()
