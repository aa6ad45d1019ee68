"""Drafts for programs: begun, read with their faults, changed by who read the newest, taken further, put in force.

Who may only write is told how a draft stands, never its text: that holds the PINs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import msgspec
from msgspec import Struct, structs

from firmware.config.drafts.draft import Draft, look, plain
from firmware.config.drafts.store import DraftStore, FaultyDraft, NoSuchDraft, OtherDraft, OtherVersion, noted
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, Version
from webui.api.draft_told import DraftRebased, DraftRow, Drafts, DraftTold, etag_of_draft, row, whole
from webui.api.in_force import faulty
from webui.api.keys import by_itself, found, once
from webui.api.operations import NUMBER, Answer, Given, Operation
from webui.api.problems import Refused
from webui.api.scopes import Scope
from webui.api.settings import MOST_BYTES, Note, SettingsInForce, Toml, in_force, read
from webui.drafting import work
from webui.site import the_site

PATH = f"/drafts/<{NUMBER}:number>"
AT = "{number}"
"""Faults of a draft that is there are told of its address."""
_alone = threading.Lock()
"""A key that is sent twice at once makes one draft, one version."""


class NewDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """A text with faults is none: they are told, and nothing is kept."""

    note: Note = ""
    """For the history."""
    toml: str = ""
    """Empty: what is in force."""


class DraftText(Struct, frozen=True, forbid_unknown_fields=True):
    """A text with faults changes nothing."""

    toml: Toml | None = None
    """All of it; without: as it is."""
    note: Note | None = None
    """Without: as it is."""


def find(_: Given) -> Answer:
    with work.drafts() as (_store, kept):
        return Answer(Drafts([row(one) for one in kept.all()]))


def show(_: Given, number: int) -> Answer:
    with work.drafts() as (_store, kept):
        there = kept.get(number)
        base = kept.base_of(there)
    told = whole(there, base)
    return Answer(told, headers=(("ETag", told.etag),))


def begin(given: Given) -> Answer:
    """The key is kept after the draft: where the box dies between the two, asked again there are two of them."""
    asked: NewDraft = given.body
    config = _good(asked.toml) if asked.toml else None
    what = ["draft", asked]
    with by_itself(_alone), work.drafts() as (_, kept):
        made = found(given, what)
        if made is not None:
            return _answer(kept.get(int(made)), 201)
        there = kept.begin(given.token.author, the_site().wall_us(), asked.note.strip(), config)
        once(given, what, str(there.id))
    return _answer(there, 201)


def change(given: Given, number: int) -> Answer:
    """Asked again after the answer was lost it is found done."""
    asked: DraftText = given.body
    config = None if asked.toml is None else _good(asked.toml)

    def made(there: Draft) -> Draft:
        document = there.document if config is None else plain(config)
        note = there.note if asked.note is None else asked.note.strip()
        return structs.replace(there, document=document, note=note)

    try:
        return _answer(work.change(number, _seen(given, number), made))
    except work.Moved:
        with work.drafts() as (_, kept):
            there = kept.get(number)
    if made(there) != there:
        _moved(there)
    return _answer(there)


def drop(given: Given, number: int) -> Answer:
    with work.drafts() as (_, kept):
        seen_us = _hold(given, kept.get(number))
        with _told_of(kept, number):
            kept.drop(number, seen_us)
    return Answer(status=204)


def rebase(given: Given, number: int) -> Answer:
    what = ["draft-rebase", number]
    with by_itself(_alone), work.drafts() as (_, kept):
        there = kept.get(number)
        if found(given, what) is not None:
            return _rebased(there, [])
        seen_us = _hold(given, there)
        with _told_of(kept, number):
            made, conflicts = kept.rebase(number, max(there.at_us + 1, the_site().wall_us()), seen_us)
        once(given, what, "")
    return _rebased(made, [[str(step) for step in one.path] for one in conflicts])


def apply(given: Given, number: int) -> Answer:
    """Base and note are kept with the key before it is done: asked again that version is found, or it is done."""
    with by_itself(_alone), work.drafts() as (store, kept):
        version = _applied_before(given, number, store, kept) or _applied(given, number, kept)
    return in_force(version, look(plain(version.config)).faults)


def _applied_before(given: Given, number: int, store: ConfigStore, kept: DraftStore) -> Version | None:
    """None: it was not. Raises NoSuchDraft where the draft is gone without that."""
    named = found(given, ["draft-apply", number])
    if named is None or any(one.id == number for one in kept.all()):
        return None
    base, note = msgspec.json.decode(named, type=tuple[int, str])
    made = store.made_since(base, given.token.author, note)
    if made is None:
        raise NoSuchDraft(number)
    return made


def _applied(given: Given, number: int, kept: DraftStore) -> Version:
    """Raises Refused, NoSuchDraft."""
    there = kept.get(number)
    seen_us = _hold(given, there)
    if (looked := look(there.document)).config is None:
        raise faulty(looked.faults, AT)
    if there.base != the_site().config_version:
        raise Refused(409, "other-version")
    once(given, ["draft-apply", number], msgspec.json.encode((there.base, noted(there))).decode())
    try:
        with _told_of(kept, number):
            return kept.apply(number, given.token.author, the_site().wall_us(), seen_us)
    except OtherVersion:
        raise Refused(409, "other-version") from None
    except FaultyDraft as error:
        raise faulty(error.faults, AT) from None


def _good(text: str) -> Config:
    """Raises Refused with all its faults."""
    config, faults = read(text)
    if config is None:
        raise faulty(faults, "$.toml")
    return config


def _hold(given: Given, there: Draft) -> int | None:
    """When the one that was read was changed last. Without `If-Match`: None, whatever it is now. Raises Refused."""
    if not given.if_match:
        return None
    if given.if_match != etag_of_draft(there):
        _moved(there)
    return there.at_us


@contextmanager
def _told_of(kept: DraftStore, number: int) -> Iterator[None]:
    """Raises Refused where somebody changed it just now."""
    try:
        yield
    except OtherDraft:
        _moved(kept.get(number))


def _seen(given: Given, number: int) -> str:
    """When it was changed last, as it was read; empty where another thing was read."""
    name, _, at = given.if_match.removeprefix('"').removesuffix('"').partition("-")
    return at if given.if_match == f'"{name}-{at}"' and name == str(number) else ""


def _moved(there: Draft) -> NoReturn:
    raise Refused(412, "changed", headers=[("ETag", etag_of_draft(there))])


def _rebased(one: Draft, conflicts: list[list[str]]) -> Answer:
    told = DraftRebased(row(one), conflicts)
    return Answer(told, headers=(("ETag", told.draft.etag),))


def _answer(one: Draft, status: int = 200) -> Answer:
    return Answer(row(one), status, (("ETag", etag_of_draft(one)),))


OPERATIONS = (
    Operation(
        name="drafts", method="GET", path="/drafts", scope=Scope.READ_SETTINGS, view=find, answer=Drafts,
        says="Configurations somebody is changing, before they are in force.",
    ),
    Operation(
        name="draft", method="GET", path=PATH, scope=Scope.READ_SETTINGS, view=show, answer=DraftTold,
        problems=(404,), says="One as TOML, with its faults, and what it would change.",
    ),
    Operation(
        name="draft_begin", method="POST", path="/drafts", scope=Scope.WRITE_SETTINGS, view=begin, body=NewDraft,
        answer=DraftRow, status=201, wants_key=True, most_bytes=MOST_BYTES, problems=(404, 422, 503),
        says="A new draft: a text, or what is in force.",
    ),
    Operation(
        name="draft_change", method="PUT", path=PATH, scope=Scope.WRITE_SETTINGS, view=change, body=DraftText,
        answer=DraftRow, wants_version=True, most_bytes=MOST_BYTES, problems=(404, 412, 422, 428, 503),
        says="The draft's text becomes this, or its note.",
    ),
    Operation(
        name="draft_drop", method="DELETE", path=PATH, scope=Scope.WRITE_SETTINGS, view=drop, status=204,
        heeds_version=True, problems=(404, 412), says="The draft is thrown away.",
    ),
    Operation(
        name="draft_rebase", method="POST", path=f"{PATH}/rebase", scope=Scope.WRITE_SETTINGS, view=rebase,
        answer=DraftRebased, wants_key=True, heeds_version=True, problems=(404, 412, 422),
        says="The draft stands on what is in force now; where both changed one thing, the draft's stands.",
    ),
    Operation(
        name="draft_apply", method="POST", path=f"{PATH}/apply", scope=Scope.WRITE_SETTINGS, view=apply,
        answer=SettingsInForce, wants_key=True, heeds_version=True, problems=(404, 409, 412, 422),
        says="The draft is in force, as a new version, and is no draft any more.",
    ),
)  # fmt: skip
