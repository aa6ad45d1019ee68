"""Putting a configuration in force: a new version under a person's or a program's name, and the running box is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from firmware.config.versions import ConfigStore, Version
from firmware.protocol.inputs import ConfigApplied
from firmware.protocol.order_format import OrderAnswer, Verdict
from webui.language import t
from webui.ordering import in_words
from webui.site import the_site


class Applied(Struct, frozen=True):
    """What came of it."""

    version: int
    is_well: bool
    """In force now, or when the box starts."""
    text: str
    verdict: Verdict | None
    """Of the running box; None: a newer one is in force, it was not asked."""


@contextmanager
def config_store() -> Iterator[ConfigStore]:
    """For the length of a request. Raises sqlite3.Error."""
    with ConfigStore(the_site().places.config_db) as store:
        yield store


@contextmanager
def one_change(store: ConfigStore) -> Iterator[None]:
    """All of it or nothing, and nobody else puts a version in force meanwhile. Raises sqlite3.Error."""
    store.connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        store.connection.execute("ROLLBACK")
        raise
    store.connection.execute("COMMIT")


def tell_box(version: Version) -> Applied:
    """A version that is stored already; telling it twice does no harm."""
    answer = _answer(version)
    verdict = Verdict.TAKEN if answer.done else answer.verdict
    text = t(
        f"applying.{verdict.value}", version=version.version, reason=in_words(answer.reason) or answer.reason
    )
    return Applied(version.version, answer.done or verdict is Verdict.NO_ENGINE, text, verdict)


def _answer(version: Version) -> OrderAnswer:
    try:
        return the_site().live.give(ConfigApplied(version.version, version.author, version.json))
    except TimeoutError:
        return OrderAnswer(0, Verdict.UNKNOWN)
