"""The tables of business.db, step by step. A step that was released is never changed; a new one is added after it.

Columns ending in `_at` are Unix time in microseconds UTC. `contact_words` and `number_digits` are indices: whatever is
in them is made of the other tables (`firmware.business.index`), and no backup holds them.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

BUSINESS = Migrations("business")

_FIRST_TABLES = """
CREATE TABLE contacts (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL DEFAULT 1,
  name TEXT NOT NULL DEFAULT '', company TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '',
  vip INTEGER NOT NULL DEFAULT 0, value INTEGER NOT NULL DEFAULT 0,
  tags TEXT NOT NULL DEFAULT '[]', fields TEXT NOT NULL DEFAULT '{}', note TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL, created_by TEXT NOT NULL, changed_at INTEGER NOT NULL, changed_by TEXT NOT NULL,
  erased_at INTEGER, erased_by TEXT) STRICT;
CREATE INDEX contacts_by_name ON contacts (name, company);
CREATE TABLE numbers (
  id INTEGER PRIMARY KEY, contact INTEGER NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL,
  entered TEXT NOT NULL, e164 TEXT NOT NULL, digits TEXT NOT NULL, tail TEXT NOT NULL) STRICT;
CREATE INDEX numbers_by_contact ON numbers (contact, place);
CREATE INDEX numbers_by_e164 ON numbers (e164) WHERE e164 <> '';
CREATE INDEX numbers_by_digits ON numbers (digits);
CREATE INDEX numbers_by_tail ON numbers (tail) WHERE tail <> '';
CREATE TABLE numbering (id INTEGER PRIMARY KEY CHECK (id = 1), rules TEXT NOT NULL) STRICT;
CREATE TABLE contact_notes (
  id INTEGER PRIMARY KEY, contact INTEGER NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL,
  text TEXT NOT NULL) STRICT;
CREATE INDEX contact_notes_by_contact ON contact_notes (contact, at);
CREATE TABLE dispositions (
  id INTEGER PRIMARY KEY, box TEXT NOT NULL, call INTEGER NOT NULL, contact INTEGER, code TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '', agent TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX dispositions_by_call ON dispositions (call, id);
CREATE INDEX dispositions_by_contact ON dispositions (contact, at) WHERE contact IS NOT NULL;
CREATE INDEX dispositions_by_time ON dispositions (at);
CREATE VIRTUAL TABLE contact_words USING fts5 (name, company, tags, tokenize = 'ascii', prefix = '1 2 3');
CREATE VIRTUAL TABLE number_digits USING fts5 (digits, tokenize = 'trigram')
"""


@BUSINESS()
def first_tables(db: Database) -> None:
    """Contacts with their numbers, notes about them, dispositions of calls, and what finds them."""
    for statement in _FIRST_TABLES.split(";"):
        db.execute(statement)


_MOMENT_NOTES = """
CREATE TABLE moment_notes (
  id INTEGER PRIMARY KEY, recording TEXT NOT NULL, at_s REAL NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX moment_notes_by_recording ON moment_notes (recording, at_s)
"""


@BUSINESS()
def moment_notes(db: Database) -> None:
    """What people note at a moment of a recording."""
    for statement in _MOMENT_NOTES.split(";"):
        db.execute(statement)


STEPS = ("first_tables", "moment_notes")
"""All steps in order; a database with others was written by newer software."""
TABLES = ("contacts", "numbers", "numbering", "contact_notes", "dispositions", "moment_notes")
"""What has to be kept: the rest is made of these."""
