"""The tables of history.db, step by step. A step that was released is never changed; a new one is added
after it.

Columns ending in `_us` are box time in microseconds (durations are differences of these); `_at` is Unix
time in
microseconds UTC, as well as it was known then.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

HISTORY = Migrations("history")

_FIRST_TABLES = """
CREATE TABLE progress (
  id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, number INTEGER NOT NULL, at_us INTEGER NOT
  NULL,
  records INTEGER NOT NULL DEFAULT 0);
CREATE TABLE boxes (id INTEGER PRIMARY KEY CHECK (id = 1), box TEXT NOT NULL, zone TEXT NOT NULL);
CREATE TABLE clocks (from_us INTEGER NOT NULL, offset_us INTEGER NOT NULL, quality TEXT NOT NULL);
CREATE TABLE calls (
  id INTEGER PRIMARY KEY, box TEXT NOT NULL, direction TEXT NOT NULL, port INTEGER NOT NULL, line TEXT NOT
  NULL,
  from_number TEXT NOT NULL DEFAULT '', from_e164 TEXT NOT NULL DEFAULT '', from_name TEXT NOT NULL DEFAULT
  '',
  presentation TEXT NOT NULL DEFAULT '', to_number TEXT NOT NULL DEFAULT '', to_e164 TEXT NOT NULL DEFAULT '',
  emergency INTEGER NOT NULL DEFAULT 0,
  offered_us INTEGER NOT NULL, offered_at INTEGER NOT NULL, clock_quality TEXT NOT NULL,
  box_answered_us INTEGER, queued_us INTEGER, answered_us INTEGER, released_us INTEGER,
  outcome TEXT, cause INTEGER, released_by TEXT, agent TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '',
  queue TEXT NOT NULL DEFAULT '', rings INTEGER NOT NULL DEFAULT 0,
  ring_s REAL, wait_s REAL, talk_s REAL, hold_s REAL);
CREATE INDEX calls_by_offered ON calls (offered_at);
CREATE TABLE legs (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, port INTEGER NOT NULL, role TEXT NOT NULL, party TEXT NOT
  NULL,
  agent TEXT NOT NULL, added_us INTEGER NOT NULL, alerted_us INTEGER, answered_us INTEGER, sign TEXT,
  released_us INTEGER, cause INTEGER, released_by TEXT);
CREATE INDEX legs_by_call ON legs (call);
CREATE TABLE leg_moves (leg INTEGER NOT NULL, call INTEGER NOT NULL, at_us INTEGER NOT NULL);
CREATE TABLE talks (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, leg INTEGER NOT NULL, role TEXT NOT NULL, party TEXT NOT
  NULL,
  agent TEXT NOT NULL, others TEXT NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER);
CREATE INDEX talks_by_call ON talks (call);
CREATE INDEX talks_open ON talks (leg) WHERE to_us IS NULL;
CREATE TABLE holds (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, leg INTEGER NOT NULL, by_leg INTEGER NOT NULL, agent TEXT
  NOT NULL,
  from_us INTEGER NOT NULL, to_us INTEGER);
CREATE INDEX holds_by_call ON holds (call);
CREATE TABLE transfers (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, kind TEXT NOT NULL, leg INTEGER NOT NULL, by_leg INTEGER
  NOT NULL,
  agent TEXT NOT NULL, target TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE TABLE conferences (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, legs TEXT NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER);
CREATE TABLE refused_attempts (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, wanted TEXT NOT NULL, reason TEXT NOT NULL, cause INTEGER
  NOT NULL,
  at_us INTEGER NOT NULL);
CREATE TABLE queue_visits (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, queue TEXT NOT NULL, priority INTEGER NOT NULL,
  from_us INTEGER NOT NULL, to_us INTEGER, why TEXT);
CREATE INDEX queue_visits_by_call ON queue_visits (call);
CREATE TABLE wait_announcements (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, position INTEGER NOT NULL, expected_wait_s INTEGER NOT NULL,
  at_us INTEGER NOT NULL);
CREATE TABLE flow_visits (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, flow TEXT NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER,
  why TEXT);
CREATE INDEX flow_visits_by_call ON flow_visits (call);
CREATE TABLE flow_nodes (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, flow TEXT NOT NULL, node TEXT NOT NULL, at_us INTEGER NOT
  NULL);
CREATE TABLE digits (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, node TEXT NOT NULL, digits TEXT NOT NULL, at_us INTEGER
  NOT NULL);
CREATE TABLE agent_offers (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, queue TEXT NOT NULL, agent TEXT NOT NULL, leg INTEGER NOT
  NULL,
  why TEXT NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER, result TEXT);
CREATE INDEX agent_offers_by_call ON agent_offers (call);
CREATE TABLE agent_states (
  id INTEGER PRIMARY KEY, agent TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, extension TEXT
  NOT NULL,
  call INTEGER NOT NULL, from_us INTEGER NOT NULL, from_at INTEGER NOT NULL, to_us INTEGER);
CREATE INDEX agent_states_by_agent ON agent_states (agent, from_us);
CREATE TABLE consents (call INTEGER NOT NULL, prompt TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE TABLE recordings (
  id TEXT PRIMARY KEY, call INTEGER NOT NULL, leg INTEGER NOT NULL, party TEXT NOT NULL, agent TEXT NOT NULL,
  kind TEXT NOT NULL, queue TEXT NOT NULL, began_us INTEGER NOT NULL, began_at INTEGER NOT NULL,
  taped_us INTEGER, from_tick INTEGER, to_tick INTEGER, ended_us INTEGER, why TEXT,
  cut INTEGER NOT NULL DEFAULT 0, audio_from_tick INTEGER, path TEXT NOT NULL DEFAULT '', seconds REAL,
  sha256 TEXT NOT NULL DEFAULT '');
CREATE INDEX recordings_by_call ON recordings (call);
CREATE INDEX recordings_not_cut ON recordings (cut) WHERE cut = 0;
CREATE TABLE recording_marks (
  id INTEGER PRIMARY KEY, recording TEXT NOT NULL, mark TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE INDEX recording_marks_by_recording ON recording_marks (recording);
CREATE TABLE not_recorded (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, leg INTEGER NOT NULL, reason TEXT NOT NULL, at_us INTEGER
  NOT NULL);
CREATE INDEX not_recorded_by_call ON not_recorded (call);
CREATE TABLE ledger_gaps (
  id INTEGER PRIMARY KEY, recording TEXT NOT NULL, from_tick INTEGER NOT NULL, to_tick INTEGER NOT NULL,
  reason TEXT NOT NULL);
CREATE INDEX ledger_gaps_by_recording ON ledger_gaps (recording);
CREATE TABLE voicemails (
  recording TEXT PRIMARY KEY, mailbox TEXT NOT NULL, call INTEGER NOT NULL, left_us INTEGER NOT NULL,
  heard_us INTEGER, deleted_us INTEGER);
CREATE TABLE line_alarms (
  id INTEGER PRIMARY KEY, port INTEGER NOT NULL, alarm TEXT NOT NULL, from_us INTEGER NOT NULL, to_us
  INTEGER);
CREATE TABLE busy_spans (id INTEGER PRIMARY KEY, from_us INTEGER NOT NULL, to_us INTEGER);
CREATE TABLE configs (version INTEGER NOT NULL, author TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE TABLE switch_lives (epoch INTEGER NOT NULL, at_us INTEGER NOT NULL);
CREATE TABLE journal_gaps (
  epoch INTEGER NOT NULL, after_number INTEGER NOT NULL, next_number INTEGER NOT NULL, at_us INTEGER NOT
  NULL);
CREATE TABLE oddities (id INTEGER PRIMARY KEY, fact TEXT NOT NULL, problem TEXT NOT NULL, at_us INTEGER NOT
NULL)
"""


@HISTORY()
def first_tables(db: Database) -> None:
    """Everything the KPIs of the first release are made of."""
    for statement in _FIRST_TABLES.split(";"):
        db.execute(statement)


_WHAT_IS_KEPT = """
ALTER TABLE calls ADD COLUMN forgotten TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN forgotten_us INTEGER;
ALTER TABLE recordings ADD COLUMN epoch INTEGER;
ALTER TABLE recordings ADD COLUMN untaped_us INTEGER;
ALTER TABLE recordings ADD COLUMN gone TEXT NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN gone_us INTEGER;
CREATE INDEX recordings_with_audio ON recordings (ended_us) WHERE path <> '';
CREATE INDEX calls_remembered ON calls (released_us) WHERE forgotten = '';
ALTER TABLE switch_lives ADD COLUMN last_seen_us INTEGER;
ALTER TABLE progress ADD COLUMN switch_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE progress ADD COLUMN switch_seen_us INTEGER NOT NULL DEFAULT 0;
CREATE TABLE keeping (id INTEGER PRIMARY KEY CHECK (id = 1), rules TEXT NOT NULL);
CREATE TABLE memories (memory TEXT NOT NULL, at_us INTEGER NOT NULL, last_us INTEGER NOT NULL);
CREATE TABLE reel_faults (
  epoch INTEGER NOT NULL, from_tick INTEGER NOT NULL, to_tick INTEGER NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (epoch, from_tick, to_tick));
CREATE TABLE legal_holds (
  id TEXT PRIMARY KEY, author TEXT NOT NULL, why TEXT NOT NULL, call INTEGER NOT NULL, recording TEXT NOT NULL,
  marks TEXT NOT NULL, shown TEXT NOT NULL, placed_us INTEGER NOT NULL, placed_at INTEGER NOT NULL,
  released_us INTEGER, released_by TEXT, released_why TEXT);
CREATE TABLE erasures (
  id TEXT PRIMARY KEY, author TEXT NOT NULL, why TEXT NOT NULL, marks TEXT NOT NULL, at_once INTEGER NOT NULL,
  ordered_us INTEGER NOT NULL, ordered_at INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
  looked_us INTEGER, erased_us INTEGER, known_epoch INTEGER, known_number INTEGER, known_reel INTEGER,
  told INTEGER NOT NULL DEFAULT 0, complete_us INTEGER);
CREATE TABLE erasure_calls (
  erasure TEXT NOT NULL, call INTEGER NOT NULL, state TEXT NOT NULL, recordings INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (erasure, call));
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, entry TEXT NOT NULL UNIQUE, at_us INTEGER NOT NULL, at INTEGER NOT NULL,
  clock_quality TEXT NOT NULL, author TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
  why TEXT NOT NULL, seal TEXT NOT NULL);
CREATE TABLE audit_end (id INTEGER PRIMARY KEY CHECK (id = 1), rows INTEGER NOT NULL, seal TEXT NOT NULL)
"""


@HISTORY()
def what_is_kept(db: Database) -> None:
    """Retention, legal holds, erasures, the audit, and the evidence for audio that is missing."""
    for statement in _WHAT_IS_KEPT.split(";"):
        db.execute(statement)


@HISTORY()
def true_times(db: Database) -> None:
    """Clocks know their boot, and what the times they told are shown as now."""
    for column in ("boot TEXT NOT NULL DEFAULT ''", "shown_offset_us INTEGER", "shown_quality TEXT"):
        db.execute(f"ALTER TABLE clocks ADD COLUMN {column}")
    db.execute("UPDATE clocks SET shown_offset_us = offset_us, shown_quality = quality")


@HISTORY()
def disk_levels(db: Database) -> None:
    """How full the disk was, and when nothing was recorded for it."""
    db.execute(
        "CREATE TABLE disk_levels (id INTEGER PRIMARY KEY, level TEXT NOT NULL, stop TEXT NOT NULL,"
        " from_us INTEGER NOT NULL, to_us INTEGER)"
    )


_JOBS_AND_SURVEYS = """
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, call INTEGER NOT NULL, node TEXT NOT NULL,
  asked_us INTEGER NOT NULL, asked_at INTEGER NOT NULL, ended_us INTEGER, result TEXT, reason TEXT);
CREATE INDEX jobs_by_call ON jobs (call);
CREATE TABLE surveys (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, queue TEXT NOT NULL, agent TEXT NOT NULL, flow TEXT NOT NULL,
  began_us INTEGER NOT NULL, began_at INTEGER NOT NULL);
CREATE TABLE survey_answers (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, queue TEXT NOT NULL, agent TEXT NOT NULL,
  question TEXT NOT NULL, answer TEXT NOT NULL, at_us INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX survey_answers_by_call ON survey_answers (call)
"""


@HISTORY()
def jobs_and_surveys(db: Database) -> None:
    """What was asked of the jobs process, and what callers said of how they were served."""
    for statement in _JOBS_AND_SURVEYS.split(";"):
        db.execute(statement)


_DIALLING = """
ALTER TABLE calls ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN called TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN routed_to TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN routed_by TEXT NOT NULL DEFAULT '';
CREATE TABLE line_choices (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, leg INTEGER NOT NULL, line TEXT NOT NULL, route TEXT NOT NULL,
  cost REAL NOT NULL, why TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE INDEX line_choices_by_call ON line_choices (call);
CREATE TABLE talk_spent (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, leg INTEGER NOT NULL, who TEXT NOT NULL, day TEXT NOT NULL,
  seconds REAL NOT NULL, cost REAL NOT NULL);
CREATE INDEX talk_spent_by_day ON talk_spent (day, who);
CREATE TABLE pin_attempts (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, of TEXT NOT NULL, who TEXT NOT NULL, wrong INTEGER NOT NULL,
  until_us INTEGER NOT NULL, at_us INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE service_visits (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, service TEXT NOT NULL, mode TEXT NOT NULL, why TEXT NOT NULL,
  at_us INTEGER NOT NULL);
CREATE TABLE service_changes (
  id INTEGER PRIMARY KEY, service TEXT NOT NULL, mode TEXT NOT NULL, keyed_by TEXT NOT NULL,
  at_us INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE room_visits (
  id INTEGER PRIMARY KEY, room TEXT NOT NULL, call INTEGER NOT NULL, leg INTEGER NOT NULL, chair INTEGER NOT NULL,
  from_us INTEGER NOT NULL, to_us INTEGER)
"""


@HISTORY()
def dialling(db: Database) -> None:
    """Which line was chosen and why, what calls cost whom, PINs, services, conference rooms."""
    for statement in _DIALLING.split(";"):
        db.execute(statement)


_MAILBOXES = """
ALTER TABLE voicemails RENAME TO old_voicemails;
CREATE TABLE voicemails (
  recording TEXT NOT NULL, mailbox TEXT NOT NULL, call INTEGER NOT NULL, left_us INTEGER NOT NULL,
  left_at INTEGER NOT NULL DEFAULT 0, heard_us INTEGER, deleted_us INTEGER, seconds REAL NOT NULL DEFAULT 0,
  of TEXT NOT NULL DEFAULT '', passed_on_by TEXT NOT NULL DEFAULT '', PRIMARY KEY (recording, mailbox));
INSERT INTO voicemails (recording, mailbox, call, left_us, heard_us, deleted_us)
  SELECT recording, mailbox, call, left_us, heard_us, deleted_us FROM old_voicemails;
DROP TABLE old_voicemails;
CREATE TABLE greetings (
  recording TEXT PRIMARY KEY, mailbox TEXT NOT NULL, kind TEXT NOT NULL, seconds REAL NOT NULL,
  kept_us INTEGER NOT NULL, kept_at INTEGER NOT NULL, dropped_us INTEGER);
CREATE TABLE mailbox_visits (
  id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, call INTEGER NOT NULL, visitor TEXT NOT NULL,
  own INTEGER NOT NULL, at_us INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE mailbox_levels (
  id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, level TEXT NOT NULL, messages INTEGER NOT NULL,
  seconds REAL NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER);
CREATE TABLE mailbox_checks (
  id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, messages INTEGER NOT NULL, reminder INTEGER NOT NULL,
  at_us INTEGER NOT NULL, at INTEGER NOT NULL, checked_us INTEGER)
"""


@HISTORY()
def mailboxes(db: Database) -> None:
    """A message may be in several mailboxes; greetings, visits, fill levels, daily checks."""
    for statement in _MAILBOXES.split(";"):
        db.execute(statement)


_FLOOR = """
CREATE TABLE callbacks (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, queue TEXT NOT NULL, how TEXT NOT NULL, since_us INTEGER NOT NULL,
  asked_us INTEGER NOT NULL, asked_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, ended_us INTEGER, why TEXT);
CREATE INDEX callbacks_by_call ON callbacks (call);
CREATE TABLE callback_requests (
  id INTEGER PRIMARY KEY, callback INTEGER NOT NULL, call INTEGER NOT NULL, how TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE TABLE callback_attempts (
  id INTEGER PRIMARY KEY, callback INTEGER NOT NULL, call INTEGER NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER,
  why TEXT);
CREATE TABLE floor_events (
  id INTEGER PRIMARY KEY, what TEXT NOT NULL, agent TEXT NOT NULL, queue TEXT NOT NULL, detail TEXT NOT NULL,
  author TEXT NOT NULL, at_us INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE supervisions (
  id INTEGER PRIMARY KEY, leg INTEGER NOT NULL, supervisor TEXT NOT NULL, call INTEGER NOT NULL, agent TEXT NOT NULL,
  mode TEXT NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER, why TEXT);
CREATE INDEX supervisions_by_call ON supervisions (call)
"""


@HISTORY()
def floor(db: Database) -> None:
    """Call-backs, who joined and left queues, alarms about agents, supervisors in calls."""
    for statement in _FLOOR.split(";"):
        db.execute(statement)


_REACHING = """
CREATE TABLE hunts (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, target TEXT NOT NULL, numbers INTEGER NOT NULL,
  from_us INTEGER NOT NULL, to_us INTEGER, why TEXT);
CREATE INDEX hunts_by_call ON hunts (call);
CREATE TABLE diversions (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, by_extension TEXT NOT NULL, target TEXT NOT NULL, why TEXT NOT NULL,
  at_us INTEGER NOT NULL);
CREATE INDEX diversions_by_call ON diversions (call);
CREATE TABLE parkings (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, leg INTEGER NOT NULL, slot TEXT NOT NULL, by_extension TEXT NOT NULL,
  from_us INTEGER NOT NULL, to_us INTEGER, taken_by TEXT, why TEXT);
CREATE INDEX parkings_by_call ON parkings (call);
CREATE TABLE pagings (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, paging_group TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE TABLE completions (
  id INTEGER PRIMARY KEY, extension TEXT NOT NULL, number TEXT NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER,
  why TEXT)
"""


@HISTORY()
def reaching(db: Database) -> None:
    """Hunts of ring groups and follow-me, forwarded calls, parked calls, pages, call-backs on busy."""
    for statement in _REACHING.split(";"):
        db.execute(statement)


@HISTORY()
def choices(db: Database) -> None:
    """Who was not chosen and why; what a call asked for when it came into a queue."""
    db.execute("ALTER TABLE agent_offers ADD COLUMN others TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE queue_visits ADD COLUMN need TEXT NOT NULL DEFAULT ''")


@HISTORY()
def last_ticks(db: Database) -> None:
    """How far each life of the switch came before the next one began."""
    for column in ("former_epoch", "last_tick", "last_tick_us"):
        db.execute(f"ALTER TABLE switch_lives ADD COLUMN {column} INTEGER")


_DISPOSITIONS = """
CREATE TABLE dispositions (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, agent TEXT NOT NULL, code TEXT NOT NULL, note TEXT NOT NULL,
  author TEXT NOT NULL, at_us INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX dispositions_by_call ON dispositions (call);
CREATE TABLE call_links (
  call INTEGER PRIMARY KEY, about INTEGER NOT NULL, author TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE INDEX call_links_by_about ON call_links (about)
"""


@HISTORY()
def dispositions(db: Database) -> None:
    """What agents say became of calls; whom they called back by hand for which call."""
    for statement in _DISPOSITIONS.split(";"):
        db.execute(statement)


@HISTORY()
def telephone_alarms(db: Database) -> None:
    """Telephones that called as somebody would who stole their password."""
    db.execute(
        "CREATE TABLE telephone_alarms (id INTEGER PRIMARY KEY, who TEXT NOT NULL, why TEXT NOT NULL,"
        " count INTEGER NOT NULL, within_s REAL NOT NULL, at_us INTEGER NOT NULL, at INTEGER)"
    )


_CALL_SEARCH = """
ALTER TABLE calls ADD COLUMN known_us INTEGER;
ALTER TABLE calls ADD COLUMN dialled_us INTEGER;
ALTER TABLE calls ADD COLUMN recorded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN voicemail INTEGER NOT NULL DEFAULT 0;
CREATE INDEX calls_searched ON calls (
  id, offered_at, direction, outcome, queue, agent, line, wait_s, talk_s, recorded, voicemail);
CREATE TABLE parties (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (kind, text));
CREATE TABLE call_parties (call INTEGER NOT NULL, party INTEGER NOT NULL, PRIMARY KEY (call, party)) WITHOUT ROWID;
CREATE INDEX call_parties_by_party ON call_parties (party, call);
CREATE TABLE search_progress (id INTEGER PRIMARY KEY CHECK (id = 1), below INTEGER NOT NULL);
INSERT INTO search_progress (id, below) SELECT 1, coalesce(max(id), 0) + 1 FROM calls;
CREATE TABLE call_notes (
  id INTEGER PRIMARY KEY, call INTEGER NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL, at_us INTEGER NOT NULL);
CREATE INDEX call_notes_by_call ON call_notes (call);
CREATE INDEX transfers_by_call ON transfers (call);
CREATE INDEX conferences_by_call ON conferences (call);
CREATE INDEX refused_attempts_by_call ON refused_attempts (call);
CREATE INDEX wait_announcements_by_call ON wait_announcements (call);
CREATE INDEX flow_nodes_by_call ON flow_nodes (call);
CREATE INDEX digits_by_call ON digits (call);
CREATE INDEX consents_by_call ON consents (call);
CREATE INDEX voicemails_by_call ON voicemails (call);
CREATE INDEX service_visits_by_call ON service_visits (call);
CREATE INDEX room_visits_by_call ON room_visits (call);
CREATE INDEX surveys_by_call ON surveys (call);
CREATE INDEX callback_requests_by_call ON callback_requests (call);
CREATE INDEX callback_attempts_by_call ON callback_attempts (call)
"""


@HISTORY()
def call_search(db: Database) -> None:
    """Finding calls among a million, and all of one call; the archive enters the calls there are a batch at a time."""
    for statement in _CALL_SEARCH.split(";"):
        db.execute(statement)


@HISTORY()
def day_views(db: Database) -> None:
    """What agents did on one day."""
    db.execute("CREATE INDEX agent_states_by_time ON agent_states (from_at)")


STEPS = (
    "first_tables",
    "what_is_kept",
    "true_times",
    "disk_levels",
    "jobs_and_surveys",
    "dialling",
    "mailboxes",
    "floor",
    "reaching",
    "choices",
    "last_ticks",
    "dispositions",
    "telephone_alarms",
    "call_search",
    "day_views",
)
"""All steps in order; a database with others was written by newer software."""
