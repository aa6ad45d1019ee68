"""What a program is told of a draft."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from firmware.config.changes import Change, changes
from firmware.config.drafts.draft import Draft, Looked, changed_from, look
from firmware.config.export import as_toml
from firmware.config.lines import line_of, locate
from firmware.config.schema import Config
from webui.api.in_force import MOST_FAULTS, SettingsFault, told_faults
from webui.drafting.places import path_of
from webui.language import language
from webui.site import the_site


class DraftRow(Struct, frozen=True, kw_only=True):
    """How it stands. `etag` is what `If-Match` wants."""

    id: int
    etag: str
    author: str
    """Who began it."""
    at: int
    """When it was changed last, Unix microseconds."""
    note: str
    base: int
    """Version it stands on; `apply` wants it to be the one in force."""
    usable: bool
    """It has no faults."""
    faults: int
    """How many, without warnings."""
    changes: int
    """How many things it would change of what is in force."""


class Drafts(Struct, frozen=True):
    """Changed last first."""

    drafts: list[DraftRow]


class DraftChange(Struct, frozen=True):
    kind: str
    """`added`, `removed`, `changed`, `order`."""
    part: list[str]
    """Kind and name, and of parts within it: `flow`, `main`, `node`, `menu`."""
    key: str
    said: str
    """In the reader's language."""


class DraftTold(DraftRow, frozen=True, kw_only=True):
    toml: str
    """All of it, PINs in the clear; what nobody can read of a faulty draft has a stand-in there, or is left out."""
    found: list[SettingsFault]
    """Faults and warnings, with lines of `toml`."""
    more: bool
    """There are more than these."""
    differs: list[DraftChange]
    """From what is in force."""
    since_base: list[DraftChange]
    """What was changed in the draft itself."""


class DraftRebased(Struct, frozen=True):
    draft: DraftRow
    conflicts: list[list[str]]
    """Places that both changed: the draft's stands. Empty, too, where it was asked for before."""


def etag_of_draft(one: Draft) -> str:
    return f'"{one.id}-{one.at_us}"'


def row(one: Draft, looked: Looked | None = None) -> DraftRow:
    looked = looked or look(one.document)
    return DraftRow(
        id=one.id,
        etag=etag_of_draft(one),
        author=one.author,
        at=one.at_us,
        note=one.note,
        base=one.base,
        usable=looked.config is not None,
        faults=sum(not fault.warning for fault in looked.faults),
        changes=len(changes(the_site().config, looked.nearest)),
    )


def whole(one: Draft, base: Config) -> DraftTold:
    """`base`: what it stands on."""
    looked = look(one.document)
    toml = as_toml(looked.nearest)
    return DraftTold(
        **structs.asdict(row(one, looked)),
        toml=toml,
        found=_found(looked, toml),
        more=len(looked.faults) > MOST_FAULTS,
        differs=_told(changes(the_site().config, looked.nearest)),
        since_base=_told(changed_from(one, base)),
    )


def _found(looked: Looked, toml: str) -> list[SettingsFault]:
    lines = locate(toml)
    faults = looked.faults[:MOST_FAULTS]
    return told_faults([structs.replace(one, line=line_of(lines, path_of(one.key))) for one in faults])


def _told(found: Sequence[Change]) -> list[DraftChange]:
    return [DraftChange(one.kind, list(one.part), one.key, one.said(language())) for one in found]
