"""A draft being worked on by a page: read, changed and kept in one transaction, and never over somebody else's work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import abort
from msgspec import structs

from firmware.config.drafts.draft import Draft
from firmware.config.drafts.store import DraftStore, NoSuchDraft
from firmware.config.versions import ConfigStore
from webui.applying import config_store
from webui.site import the_site


class Moved(RuntimeError):
    """Somebody else changed the draft since the page was shown."""


@contextmanager
def drafts() -> Iterator[tuple[ConfigStore, DraftStore]]:
    """An unknown draft is a page that is not there: 404."""
    with config_store() as store:
        try:
            yield store, DraftStore(store)
        except NoSuchDraft:
            abort(404)


def change(number: int, seen: str, make: Callable[[Draft], Draft]) -> Draft:
    """`seen` is when the draft was changed last, as the page knew it. Raises Moved, and what `make` raises."""
    with drafts() as (store, kept):
        store.connection.execute("BEGIN IMMEDIATE")
        try:
            draft = kept.get(number)
            if str(draft.at_us) != seen:
                raise Moved(str(number))
            made = make(draft)
            if made.document != draft.document or made.note != draft.note:
                made = kept.keep(structs.replace(made, at_us=max(draft.at_us + 1, the_site().wall_us())))
        except BaseException:
            store.connection.execute("ROLLBACK")
            raise
        store.connection.execute("COMMIT")
    return made
