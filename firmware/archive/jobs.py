"""Facts about jobs → jobs. What was asked is not kept: it may name people."""

from __future__ import annotations

from firmware.archive.book import Book, Handlers
from firmware.protocol import facts


def _job_asked(book: Book, fact: facts.JobAsked) -> None:
    book.do(
        "INSERT INTO jobs (id, kind, name, call, node, asked_us, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.job,
        fact.kind,
        fact.name,
        fact.call,
        fact.node,
        book.at_us,
        book.wall_us,
    )


def _job_ended(book: Book, fact: facts.JobEnded) -> None:
    book.do(
        "UPDATE jobs SET ended_us = ?, result = ?, reason = ? WHERE id = ? AND ended_us IS NULL",
        book.at_us,
        fact.result,
        fact.reason,
        fact.job,
    )


HANDLERS: Handlers = {facts.JobAsked: _job_asked, facts.JobEnded: _job_ended}
