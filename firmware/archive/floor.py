"""Facts about call-backs, memberships, closed queues and supervision → callbacks, floor_events, supervisions."""

from __future__ import annotations

from firmware.archive.audit import Deed, note
from firmware.archive.book import Book, Handlers
from firmware.archive.notes import note_of_call
from firmware.protocol import facts


def _callback_asked(book: Book, fact: facts.QueueCallbackAsked) -> None:
    """No number: it is in the records of the calls, and is forgotten with them."""
    book.do(
        "INSERT OR IGNORE INTO callbacks (id, call, queue, how, since_us, asked_us, asked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.callback,
        fact.call,
        fact.queue,
        fact.how,
        fact.since_us,
        book.at_us,
        book.wall_us,
    )
    _request(book, fact.callback, fact.call, fact.how)


def _request(book: Book, callback: int, call: int, how: str) -> None:
    book.do(
        "INSERT INTO callback_requests (callback, call, how, at_us) VALUES (?, ?, ?, ?)",
        callback,
        call,
        how,
        book.at_us,
    )


def _callback_merged(book: Book, fact: facts.QueueCallbackMerged) -> None:
    _request(book, fact.callback, fact.call, fact.how)


def _callback_begun(book: Book, fact: facts.QueueCallbackBegun) -> None:
    book.do(
        "INSERT INTO callback_attempts (callback, call, from_us) VALUES (?, ?, ?)",
        fact.callback,
        fact.call,
        book.at_us,
    )


def _callback_put(book: Book, fact: facts.QueueCallbackPut) -> None:
    book.do("UPDATE callbacks SET tries = ? WHERE id = ?", fact.tries, fact.callback)
    _attempt_over(book, fact.callback, fact.why)


def _attempt_over(book: Book, callback: int, why: str) -> None:
    book.do(
        "UPDATE callback_attempts SET to_us = ?, why = ? WHERE callback = ? AND to_us IS NULL",
        book.at_us,
        why,
        callback,
    )


def _callback_ended(book: Book, fact: facts.QueueCallbackEnded) -> None:
    _attempt_over(book, fact.callback, fact.why)
    book.do(
        "UPDATE callbacks SET ended_us = ?, why = ? WHERE id = ? AND ended_us IS NULL",
        book.at_us,
        fact.why,
        fact.callback,
    )


def _floor_event(book: Book, what: str, agent: str, queue: str, detail: str, *, author: str = "") -> None:
    book.do(
        "INSERT INTO floor_events (what, agent, queue, detail, author, at_us, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        what,
        agent,
        queue,
        detail,
        author,
        book.at_us,
        book.wall_us,
    )


def _membership(book: Book, fact: facts.MembershipChanged) -> None:
    what = "joined" if fact.member else "left"
    _floor_event(book, what, fact.agent, fact.queue, "", author=fact.author)


def _queue_closed(book: Book, fact: facts.QueueClosed) -> None:
    _floor_event(book, "closed" if fact.closed else "opened", "", fact.queue, "", author=fact.author)


def _agent_alarmed(book: Book, fact: facts.AgentAlarmed) -> None:
    _floor_event(book, fact.alarm, fact.agent, "", fact.reason)


def _wrap_up_extended(book: Book, fact: facts.WrapUpExtended) -> None:
    _floor_event(book, "longer-wrap-up", fact.agent, "", "")


def _supervision_began(book: Book, fact: facts.SupervisionBegan | facts.SupervisionChanged) -> None:
    book.do(
        "INSERT INTO supervisions (leg, supervisor, call, agent, mode, from_us) VALUES (?, ?, ?, ?, ?, ?)",
        fact.leg,
        fact.supervisor,
        fact.call,
        fact.agent,
        fact.mode,
        book.at_us,
    )
    _audit(book, fact.supervisor, fact.mode, fact.call, fact.agent)


def _audit(book: Book, supervisor: str, mode: str, call: int, agent: str) -> None:
    entry = f"{mode}:{call}:{book.number[0]}:{book.number[1]}"
    note(book, entry, Deed(f"agent {supervisor}", mode, f"call {call}", f"agent {agent}"))


def _supervision_changed(book: Book, fact: facts.SupervisionChanged) -> None:
    _supervision_over(book, fact.leg, "changed")
    _supervision_began(book, fact)


def _supervision_ended(book: Book, fact: facts.SupervisionEnded) -> None:
    _supervision_over(book, fact.leg, fact.why)


def _supervision_over(book: Book, leg: int, why: str) -> None:
    book.do(
        "UPDATE supervisions SET to_us = ?, why = ? WHERE leg = ? AND to_us IS NULL", book.at_us, why, leg
    )


def _taken_over(book: Book, fact: facts.CallTakenOver) -> None:
    _audit(book, fact.supervisor, "take-over", fact.call, fact.agent)
    note_of_call(book, fact.call, "taken-over", fact.supervisor)


HANDLERS: Handlers = {
    facts.QueueCallbackAsked: _callback_asked,
    facts.QueueCallbackMerged: _callback_merged,
    facts.QueueCallbackBegun: _callback_begun,
    facts.QueueCallbackPut: _callback_put,
    facts.QueueCallbackEnded: _callback_ended,
    facts.MembershipChanged: _membership,
    facts.QueueClosed: _queue_closed,
    facts.AgentAlarmed: _agent_alarmed,
    facts.WrapUpExtended: _wrap_up_extended,
    facts.SupervisionBegan: _supervision_began,
    facts.SupervisionChanged: _supervision_changed,
    facts.SupervisionEnded: _supervision_ended,
    facts.CallTakenOver: _taken_over,
}
