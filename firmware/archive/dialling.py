"""Facts of dialling and conference rooms → line_choices, talk_spent, telephone_alarms, pin_attempts, service_changes,
room_visits.
"""

from __future__ import annotations

from firmware.archive.book import Book, Handlers
from firmware.protocol import facts


def _line_chosen(book: Book, fact: facts.LineChosen) -> None:
    book.do(
        "INSERT INTO line_choices (call, leg, line, route, cost, why, at_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.call,
        fact.leg,
        fact.line,
        fact.route,
        fact.cost,
        fact.why,
        book.at_us,
    )


def _talk_spent(book: Book, fact: facts.TalkSpent) -> None:
    book.do(
        "INSERT INTO talk_spent (call, leg, who, day, seconds, cost) VALUES (?, ?, ?, ?, ?, ?)",
        fact.call,
        fact.leg,
        fact.who,
        fact.day,
        fact.seconds,
        fact.cost,
    )


def _telephone_suspected(book: Book, fact: facts.TelephoneSuspected) -> None:
    book.do(
        "INSERT INTO telephone_alarms (who, why, count, within_s, at_us, at) VALUES (?, ?, ?, ?, ?, ?)",
        fact.who,
        fact.why,
        fact.count,
        fact.within_s,
        book.at_us,
        book.wall_us,
    )


def _account_given(book: Book, fact: facts.AccountGiven) -> None:
    book.do("UPDATE calls SET account = ? WHERE id = ?", fact.account, fact.call)


def _pin_refused(book: Book, fact: facts.PinRefused) -> None:
    book.do(
        "INSERT INTO pin_attempts (call, of, who, wrong, until_us, at_us, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.call,
        fact.of,
        fact.who,
        fact.wrong,
        fact.until_us,
        book.at_us,
        book.wall_us,
    )


def _call_routed(book: Book, fact: facts.CallRouted) -> None:
    book.do(
        "UPDATE calls SET called = ?, routed_to = ?, routed_by = ? WHERE id = ?",
        fact.called,
        fact.target,
        fact.why,
        fact.call,
    )


def _service_entered(book: Book, fact: facts.ServiceEntered) -> None:
    book.do(
        "INSERT INTO service_visits (call, service, mode, why, at_us) VALUES (?, ?, ?, ?, ?)",
        fact.call,
        fact.service,
        fact.mode,
        fact.why,
        book.at_us,
    )


def _service_switched(book: Book, fact: facts.ServiceSwitched) -> None:
    book.do(
        "INSERT INTO service_changes (service, mode, keyed_by, at_us, at) VALUES (?, ?, ?, ?, ?)",
        fact.service,
        fact.mode,
        fact.by,
        book.at_us,
        book.wall_us,
    )


def _room_entered(book: Book, fact: facts.RoomEntered) -> None:
    book.do(
        "INSERT INTO room_visits (room, call, leg, chair, from_us) VALUES (?, ?, ?, ?, ?)",
        fact.room,
        fact.call,
        fact.leg,
        fact.chair,
        book.at_us,
    )


def _room_left(book: Book, fact: facts.RoomLeft) -> None:
    book.do("UPDATE room_visits SET to_us = ? WHERE leg = ? AND to_us IS NULL", book.at_us, fact.leg)


HANDLERS: Handlers = {
    facts.LineChosen: _line_chosen,
    facts.TalkSpent: _talk_spent,
    facts.TelephoneSuspected: _telephone_suspected,
    facts.AccountGiven: _account_given,
    facts.PinRefused: _pin_refused,
    facts.CallRouted: _call_routed,
    facts.ServiceEntered: _service_entered,
    facts.ServiceSwitched: _service_switched,
    facts.RoomEntered: _room_entered,
    facts.RoomLeft: _room_left,
}
