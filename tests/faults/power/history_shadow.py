"""history.db as it must be: every transaction it returned from, executed again elsewhere. And how it is overheard."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from tests.faults.power import notes
from tests.faults.power.notes import NoteBook

_SILENT = ("SELECT", "PRAGMA", "--", "EXPLAI", "WITH")
Rows = dict[str, list[tuple[Any, ...]]]


class Overheard:
    """Writes down what one connection is told, whole transactions, before they are committed; then that they are."""

    def __init__(self, connection: sqlite3.Connection, book: NoteBook) -> None:
        self._connection, self._book = connection, book
        self._told: list[str] = []
        self._flushed = False
        connection.set_trace_callback(self._hear)

    def returned(self) -> None:
        """The database came back from the last statement."""
        if self._flushed:
            self._flushed = False
            self._book.write(notes.Committed())

    def _hear(self, statement: str) -> None:
        self.returned()
        word = statement.lstrip()[:6].upper()
        if word.startswith(_SILENT):
            return
        if word.startswith("ROLLBA"):
            self._told.clear()
            return
        self._told.append(statement)
        if word.startswith(("COMMIT", "END")) or not (
            word.startswith("BEGIN") or self._connection.in_transaction
        ):
            self._book.write(notes.Statements(tuple(self._told)))
            self._told.clear()
            self._flushed = True


class Shadow:
    """`tell` and `committed` in the order of the notes; `states` is what the file may hold now."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._open: tuple[str, ...] = ()
        self.transactions = 0

    def tell(self, note: notes.Statements) -> None:
        self.committed()
        self._open = note.told

    def committed(self) -> None:
        for statement in self._open:
            self._connection.execute(statement)
        self.transactions += bool(self._open)
        self._open = ()

    def differs(self, found: sqlite3.Connection) -> list[str]:
        """What a surviving file has otherwise than promised; takes the transaction that was open when it is there."""
        there = rows(found)
        wrong = _differences(rows(self._connection), there)
        if not wrong or not self._open:
            self._open = ()
            return wrong
        self.committed()
        return _differences(rows(self._connection), there)


def rows(connection: sqlite3.Connection) -> Rows:
    tables = connection.execute(
        "SELECT name, CASE WHEN wr THEN '*' ELSE 'rowid, *' END, CASE WHEN wr THEN '1, 2' ELSE 'rowid' END"
        " FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {
        table: [
            tuple(f"{value:.12g}" if isinstance(value, float) else value for value in row)
            for row in connection.execute(f'SELECT {columns} FROM "{table}" ORDER BY {order}')
        ]
        for table, columns, order in tables
    }


def _differences(promised: Rows, found: Rows) -> list[str]:
    wrong = [f"table {table} is gone" for table in promised if table not in found]
    wrong += [f"table {table} was never promised" for table in found if table not in promised]
    for table in promised.keys() & found.keys():
        if promised[table] != found[table]:
            lost = [row for row in promised[table] if row not in set(found[table])]
            more = [row for row in found[table] if row not in set(promised[table])]
            wrong.append(
                f"table {table}: {len(lost)} promised rows lost {lost[:2]}, {len(more)} others {more[:2]}"
            )
    return wrong


def opened_copy(source: Path, scratch: Path) -> sqlite3.Connection:
    """A database and its log as a power cut left them, recovered in a copy. The index in memory is no part of it."""
    for suffix in ("", "-wal", "-journal"):
        copy = scratch / f"{source.name}{suffix}"
        copy.unlink(missing_ok=True)
        if (left := source.with_name(source.name + suffix)).exists():
            copy.write_bytes(left.read_bytes())
    (scratch / f"{source.name}-shm").unlink(missing_ok=True)
    return sqlite3.connect(scratch / source.name, isolation_level=None)
