"""Drafts in config.db, and putting one in force: only on top of the version it was made from.

A draft leaves the store with the same transaction that makes it a version.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec import structs

from firmware.config.drafts.draft import Document, Draft, begun, look, plain
from firmware.config.drafts.merging import Conflict, merged
from firmware.config.faults import Fault
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, ConfigStoreError, Version

_COLUMNS = "id, base, author, at_us, note, json"
_ALL = f"SELECT {_COLUMNS} FROM drafts ORDER BY at_us DESC, id DESC"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM drafts WHERE id = ?"  # noqa: S608


class NoSuchDraft(ConfigStoreError, KeyError):
    """There is no draft of this number: it was put in force or thrown away."""

    def __str__(self) -> str:
        return f"there is no draft {self.args[0]}"


class OtherVersion(ConfigStoreError, RuntimeError):
    """Somebody else put a version in force since the draft was begun: `DraftStore.rebase` first."""

    def __init__(self, base: int, current: int) -> None:
        super().__init__(f"the draft is of version {base}, in force is {current}")
        self.base, self.current = base, current


class OtherDraft(ConfigStoreError, RuntimeError):
    """Somebody changed it since it was read."""


class FaultyDraft(ConfigStoreError, ValueError):
    """It cannot be put in force as it is."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{sum(not one.warning for one in faults)} fault(s)")
        self.faults = faults


def noted(draft: Draft) -> str:
    """What the history says of the version it becomes."""
    return draft.note or f"draft {draft.id}"


class DraftStore:
    """Of an open store; same thread."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store
        self._db = store.connection

    def begin(self, author: str, at_us: int, note: str = "", config: Config | None = None) -> Draft:
        """A draft of what is in force, or that proposes `config` on top of it."""
        current = self._store.current()
        base = Config() if current is None else current.config
        number = 0 if current is None else current.version
        return self.keep(begun(config or base, number, author, at_us, note))

    def keep(self, draft: Draft) -> Draft:
        """On the disk when this returns. Raises NoSuchDraft for one that is gone."""
        json = msgspec.json.encode(draft.document).decode()
        row = (draft.base, draft.author, draft.at_us, draft.note, json)
        if draft.id:
            done = self._db.execute(
                "UPDATE drafts SET base = ?, author = ?, at_us = ?, note = ?, json = ? WHERE id = ?",
                (*row, draft.id),
            )
            if not done.rowcount:
                raise NoSuchDraft(draft.id)
            return draft
        added = self._db.execute(
            "INSERT INTO drafts (base, author, at_us, note, json) VALUES (?, ?, ?, ?, ?)", row
        )
        return structs.replace(draft, id=int(added.lastrowid or 0))

    def get(self, number: int) -> Draft:
        """Raises NoSuchDraft."""
        for found in self._rows(_ONE, number):
            return found
        raise NoSuchDraft(number)

    def all(self) -> list[Draft]:
        """Newest first."""
        return list(self._rows(_ALL))

    def drop(self, number: int, seen_us: int | None = None) -> None:
        """`seen_us`: when it was changed last, as it was read. Nothing happens where none is. Raises OtherDraft."""
        done = self._db.execute(
            "DELETE FROM drafts WHERE id = ? AND at_us = coalesce(?, at_us)", (number, seen_us)
        )
        if not done.rowcount and list(self._rows(_ONE, number)):
            raise OtherDraft(number)

    def base_of(self, draft: Draft) -> Config:
        """Raises NoSuchVersion."""
        return self._store.get(draft.base).config if draft.base else Config()

    def rebase(self, number: int, at_us: int, seen_us: int | None = None) -> tuple[Draft, list[Conflict]]:
        """The draft on top of what is in force now; where both changed one thing, the draft's stands. It is kept.

        Raises OtherDraft, NoSuchDraft.
        """
        with self._whole():
            return self._rebased(self._seen(number, seen_us), at_us)

    def _rebased(self, draft: Draft, at_us: int) -> tuple[Draft, list[Conflict]]:
        current = self._store.current()
        if current is None or current.version == draft.base:
            return draft, []
        documents = (plain(self.base_of(draft)), draft.document, plain(current.config))
        document, conflicts = merged(*documents)
        whole = structs.replace(draft, base=current.version, document=document, at_us=at_us)
        return self.keep(whole), conflicts

    def apply(self, number: int, author: str, at_us: int, seen_us: int | None = None) -> Version:
        """The draft as a new version; the caller tells the engine.

        Raises OtherVersion, OtherDraft, FaultyDraft, NoSuchDraft.
        """
        with self._whole():
            version = self._applied(self._seen(number, seen_us), author, at_us)
        return self._store.get(version)

    def _seen(self, number: int, seen_us: int | None) -> Draft:
        """Raises OtherDraft, NoSuchDraft."""
        draft = self.get(number)
        if seen_us not in (None, draft.at_us):
            raise OtherDraft(number)
        return draft

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What is read and written within is one transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _applied(self, draft: Draft, author: str, at_us: int) -> int:
        current = self._store.current()
        in_force = 0 if current is None else current.version
        if in_force != draft.base:
            raise OtherVersion(draft.base, in_force)
        looked = look(draft.document)
        if looked.config is None:
            raise FaultyDraft(looked.faults)
        version = self._store.put(looked.config, author, at_us, noted(draft))
        self.drop(draft.id)
        return version

    def _rows(self, select: str, *values: int) -> Iterator[Draft]:
        for number, base, author, at_us, note, json in self._db.execute(select, values):
            document: Document = msgspec.json.decode(json)
            yield Draft(number, base, author, at_us, note, document)
