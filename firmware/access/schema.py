"""The tables of web.db, step by step. A step that was released is never changed; a new one is added after it.

Times are Unix microseconds UTC.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

ACCESS = Migrations("access")
WEB_FILE = "web.db"


@ACCESS()
def people(db: Database) -> None:
    for statement in _PEOPLE.split(";")[:-1]:
        db.conn.execute(statement)


@ACCESS()
def tokens(db: Database) -> None:
    for statement in _TOKENS.split(";")[:-1]:
        db.conn.execute(statement)


_PEOPLE = """
CREATE TABLE people (
  name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, password TEXT NOT NULL, shown TEXT NOT NULL DEFAULT '',
  agent TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL, made_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL, must_change INTEGER NOT NULL DEFAULT 0, is_off INTEGER NOT NULL DEFAULT 0);
CREATE TABLE sessions (
  key TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE REFERENCES people (name) ON DELETE CASCADE,
  csrf TEXT NOT NULL, made_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, source TEXT NOT NULL);
CREATE INDEX sessions_by_name ON sessions (name);
CREATE TABLE entries (
  at INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, did TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '');
CREATE INDEX entries_by_at ON entries (at);
"""
_TOKENS = """
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, note TEXT NOT NULL, scopes TEXT NOT NULL,
  agent TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL, made_by TEXT NOT NULL,
  until_at INTEGER NOT NULL DEFAULT 0, used_at INTEGER NOT NULL DEFAULT 0, revoked_at INTEGER NOT NULL DEFAULT 0);
CREATE TABLE made_once (
  token TEXT NOT NULL, key TEXT NOT NULL, asked TEXT NOT NULL, made TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (token, key)) WITHOUT ROWID;
CREATE INDEX made_once_by_at ON made_once (at);
"""

STEPS = ("people", "tokens")
"""All steps in order; a database with others was written by newer software."""
TABLES = ("people", "entries", "tokens")
"""What a backup holds: nobody stays signed in, and what programs made once is not asked again so late."""
