"""Facts about agents' states and the box itself → agent_states, line_alarms, clocks, configs."""

from __future__ import annotations

from firmware.archive.book import Book, Handlers
from firmware.archive.keeping import take_config
from firmware.archive.true_times import clock_taken
from firmware.protocol import facts


def _agent_changed(book: Book, fact: facts.AgentChanged) -> None:
    book.do("UPDATE agent_states SET to_us = ? WHERE agent = ? AND to_us IS NULL", book.at_us, fact.agent)
    book.do(
        "INSERT INTO agent_states (agent, state, reason, extension, call, from_us, from_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.agent,
        fact.state,
        fact.reason,
        fact.extension,
        fact.call,
        book.at_us,
        book.wall_us,
    )


def _line_changed(book: Book, fact: facts.LineChanged) -> None:
    book.do("UPDATE line_alarms SET to_us = ? WHERE port = ? AND to_us IS NULL", book.at_us, fact.port)
    if fact.alarm:
        book.do(
            "INSERT INTO line_alarms (port, alarm, from_us) VALUES (?, ?, ?)",
            fact.port,
            fact.alarm,
            book.at_us,
        )


def _all_lines_busy(book: Book, fact: facts.AllLinesBusy) -> None:
    book.do("UPDATE busy_spans SET to_us = ? WHERE to_us IS NULL", book.at_us)
    if fact.busy:
        book.do("INSERT INTO busy_spans (from_us) VALUES (?)", book.at_us)


def _disk_changed(book: Book, fact: facts.DiskChanged) -> None:
    book.do("UPDATE disk_levels SET to_us = ? WHERE to_us IS NULL", book.at_us)
    book.do(
        "INSERT INTO disk_levels (level, stop, from_us) VALUES (?, ?, ?)", fact.level, fact.stop, book.at_us
    )


def _config_taken(book: Book, fact: facts.ConfigTaken) -> None:
    book.do(
        "INSERT INTO configs (version, author, at_us) VALUES (?, ?, ?)", fact.version, fact.author, book.at_us
    )
    take_config(book, fact.config)


def _clock_taken(book: Book, fact: facts.ClockTaken) -> None:
    clock_taken(book, fact.offset_us, fact.quality, fact.boot)


def _switch_lost(book: Book, fact: facts.SwitchLost) -> None:
    """No recording outlives the switch that taped it."""
    book.do(
        "INSERT INTO switch_lives (epoch, at_us, last_seen_us, former_epoch, last_tick, last_tick_us)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        fact.epoch,
        book.at_us,
        book.switch_seen_us,
        fact.former or None,
        fact.last_tick or None,
        fact.last_us or None,
    )
    book.switch_epoch, book.switch_seen_us = fact.epoch, book.at_us
    book.do(
        "UPDATE recordings SET ended_us = ?, why = 'switch-died' WHERE ended_us IS NULL AND cut = 0",
        book.at_us,
    )


def _input_passed_over(book: Book, fact: facts.InputPassedOver) -> None:
    """Once an hour for the same fault at the same place: poison that comes again does not fill the table."""
    problem = f"{fact.input}: {fact.error} at {fact.where}"
    book.do(
        "INSERT INTO oddities (fact, problem, at_us) SELECT 'InputPassedOver', ?, ? WHERE NOT EXISTS"
        " (SELECT 1 FROM oddities WHERE fact = 'InputPassedOver' AND problem = ? AND at_us > ?)",
        problem,
        book.at_us,
        problem,
        book.at_us - 3_600_000_000,
    )


def _engine_started(book: Book, fact: facts.EngineStarted) -> None:
    """Another memory: the box was without power since the record before, and what was not synced is lost."""
    found = book.row("SELECT memory FROM memories ORDER BY rowid DESC LIMIT 1")
    if fact.memory and (found is None or found[0] != fact.memory):
        book.do(
            "INSERT INTO memories (memory, at_us, last_us) VALUES (?, ?, ?)",
            fact.memory,
            book.at_us,
            book.before_us,
        )


HANDLERS: Handlers = {
    facts.EngineStarted: _engine_started,
    facts.InputPassedOver: _input_passed_over,
    facts.AgentChanged: _agent_changed,
    facts.LineChanged: _line_changed,
    facts.AllLinesBusy: _all_lines_busy,
    facts.DiskChanged: _disk_changed,
    facts.ConfigTaken: _config_taken,
    facts.ClockTaken: _clock_taken,
    facts.SwitchLost: _switch_lost,
}
