"""A draft as a value: what it began from, who works on it, and the document as it stands now, faults and all.

The document is plain (dicts, lists, texts, numbers): a draft may hold what no configuration can. It is never changed in
place.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, structs

from firmware.config.changes import Change, changes
from firmware.config.check import check_config, known_names
from firmware.config.faults import Fault, key_text, usable
from firmware.config.lines import Path
from firmware.config.load import look_at
from firmware.config.schema import Config

Document = dict[str, Any]


class Draft(Struct, frozen=True):
    """One."""

    id: int
    """0: not kept yet."""
    base: int
    """Version it began from; 0: the empty configuration."""
    author: str
    at_us: int
    """When it was last changed: wall time, Unix microseconds."""
    note: str
    document: Document


class Looked(Struct, frozen=True):
    """A draft's document held against the schema and the checks."""

    config: Config | None
    """None where a fault (not only warnings) was found."""
    nearest: Config
    """What can be read of it."""
    faults: tuple[Fault, ...]
    """`key` says where: `queue[0].wrap_up_s`."""


def plain(config: Config) -> Document:
    """A configuration as a draft's document."""
    document: Document = msgspec.json.decode(msgspec.json.encode(config))
    return document


def begun(config: Config, base: int, author: str, at_us: int, note: str = "") -> Draft:
    return Draft(0, base, author, at_us, note, plain(config))


def look(document: Document) -> Looked:
    """Never raises for what is in the document."""
    nearest, findings = look_at(document, Config, (check_config,), known_names())
    faults = [Fault("", 0, key_text(one.path), one.wording, one.data) for one in findings]
    faults.sort(key=lambda one: one.key)
    return Looked(nearest if usable(faults) else None, nearest, tuple(faults))


def faults_at(document: Document, path: Path) -> list[Fault]:
    """Those of one part or key and what is within it; of an empty path: all."""
    key = key_text(path)
    if not path:
        return list(look(document).faults)
    return [
        one for one in look(document).faults if one.key == key or one.key.startswith((f"{key}.", f"{key}["))
    ]


def changed_from(draft: Draft, config: Config) -> list[Change]:
    """What it would change of a configuration: of its base, or of what is in force."""
    return changes(config, look(draft.document).nearest)


def with_document(draft: Draft, document: Document, at_us: int) -> Draft:
    return structs.replace(draft, document=document, at_us=at_us)
