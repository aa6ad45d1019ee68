"""Facts about surveys after calls → surveys, survey_answers."""

from __future__ import annotations

from firmware.archive.book import Book, Handlers
from firmware.protocol import facts


def _survey_began(book: Book, fact: facts.SurveyBegan) -> None:
    book.do(
        "INSERT INTO surveys (call, queue, agent, flow, began_us, began_at) VALUES (?, ?, ?, ?, ?, ?)",
        fact.call,
        fact.queue,
        fact.agent,
        fact.flow,
        book.at_us,
        book.wall_us,
    )


def _survey_answered(book: Book, fact: facts.SurveyAnswered) -> None:
    book.do(
        "INSERT INTO survey_answers (call, queue, agent, question, answer, at_us, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.call,
        fact.queue,
        fact.agent,
        fact.question,
        fact.answer,
        book.at_us,
        book.wall_us,
    )


HANDLERS: Handlers = {facts.SurveyBegan: _survey_began, facts.SurveyAnswered: _survey_answered}
