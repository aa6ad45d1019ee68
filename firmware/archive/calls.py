"""Facts about calls, legs and conversations → calls, legs, talks, holds, transfers."""

from __future__ import annotations

import msgspec

from firmware.archive.book import Book, Handlers
from firmware.archive.finding import enter_call
from firmware.protocol import facts
from firmware.protocol.names import Direction, LegRole

_SECOND_US = 1_000_000.0


def _call_began(book: Book, fact: facts.CallBegan) -> None:
    inbound = fact.direction is Direction.INBOUND
    added = book.do(
        "INSERT OR IGNORE INTO calls (id, box, direction, port, line, from_number, to_number, offered_us,"
        " offered_at, clock_quality) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        fact.call,
        book.box,
        fact.direction,
        fact.port,
        fact.line,
        "" if inbound else fact.line,
        fact.line if inbound else "",
        book.at_us,
        book.wall_us,
        book.quality,
    )
    if not added:
        book.odd("CallBegan", f"call {fact.call} is there already")


def _caller_known(book: Book, fact: facts.CallerKnown) -> None:
    book.do(
        "UPDATE calls SET from_number = ?, from_e164 = ?, from_name = ?, presentation = ?,"
        " known_us = coalesce(known_us, ?) WHERE id = ?",
        fact.number,
        fact.e164,
        fact.name,
        fact.presentation,
        book.at_us,
        fact.call,
    )


def _number_dialled(book: Book, fact: facts.NumberDialled) -> None:
    book.do(
        "UPDATE calls SET to_number = ?, to_e164 = ?, direction = ?, emergency = ?,"
        " dialled_us = coalesce(dialled_us, ?) WHERE id = ?",
        fact.number,
        fact.e164,
        fact.direction,
        fact.emergency,
        book.at_us,
        fact.call,
    )


def _ring_counted(book: Book, fact: facts.RingCounted) -> None:
    book.do("UPDATE calls SET rings = max(rings, ?) WHERE id = ?", fact.rings, fact.call)


def _call_answered(book: Book, fact: facts.CallAnswered) -> None:
    if fact.by == "flow":
        book.do(
            "UPDATE calls SET box_answered_us = coalesce(box_answered_us, ?) WHERE id = ?",
            book.at_us,
            fact.call,
        )
    else:
        answered_by_person(book, fact.call)


def answered_by_person(book: Book, call: int) -> None:
    book.do("UPDATE calls SET answered_us = coalesce(answered_us, ?) WHERE id = ?", book.at_us, call)


def _call_ended(book: Book, fact: facts.CallEnded) -> None:
    for statement in (
        "UPDATE talks SET to_us = ? WHERE call = ? AND to_us IS NULL",
        "UPDATE holds SET to_us = ? WHERE call = ? AND to_us IS NULL",
        "UPDATE conferences SET to_us = ? WHERE call = ? AND to_us IS NULL",
        "UPDATE queue_visits SET to_us = ?, why = 'call-ended' WHERE call = ? AND to_us IS NULL",
        "UPDATE flow_visits SET to_us = ?, why = 'call-ended' WHERE call = ? AND to_us IS NULL",
        "UPDATE agent_offers SET to_us = ?, result = 'call-ended' WHERE call = ? AND to_us IS NULL",
        "UPDATE hunts SET to_us = ?, why = 'call-ended' WHERE call = ? AND to_us IS NULL",
        "UPDATE parkings SET to_us = ?, why = 'left' WHERE call = ? AND to_us IS NULL",
    ):
        book.do(statement, book.at_us, fact.call)
    book.do(
        "UPDATE calls SET outcome = ?, cause = ?, released_by = ?, released_us = ? WHERE id = ?",
        fact.outcome,
        fact.cause,
        fact.by,
        book.at_us,
        fact.call,
    )
    _sum_up(book, fact.call)
    enter_call(book, fact.call)


def _sum_up(book: Book, call: int) -> None:
    """The durations of a finished call, from its own intervals."""
    book.do(
        "UPDATE calls SET"
        " ring_s = (coalesce(box_answered_us, answered_us, released_us) - offered_us) / ?1,"
        " wait_s = (SELECT sum(to_us - from_us) / ?1 FROM queue_visits WHERE call = ?2),"
        " talk_s = (SELECT sum(to_us - from_us) / ?1 FROM talks WHERE call = ?2 AND role = 'caller'),"
        " hold_s = (SELECT sum(h.to_us - h.from_us) / ?1 FROM holds h JOIN legs l ON l.id = h.leg"
        "           WHERE h.call = ?2 AND l.role = 'caller')"
        " WHERE id = ?2",
        _SECOND_US,
        call,
    )


def _attempt_refused(book: Book, fact: facts.AttemptRefused) -> None:
    book.do(
        "INSERT INTO refused_attempts (call, wanted, reason, cause, at_us) VALUES (?, ?, ?, ?, ?)",
        fact.call,
        fact.wanted,
        fact.reason,
        fact.cause,
        book.at_us,
    )


def _leg_added(book: Book, fact: facts.LegAdded) -> None:
    added = book.do(
        "INSERT OR IGNORE INTO legs (id, call, port, role, party, agent, added_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.leg,
        fact.call,
        fact.port,
        fact.role,
        fact.party,
        fact.agent,
        book.at_us,
    )
    if not added:
        book.odd("LegAdded", f"leg {fact.leg} is there already")


def _leg_alerted(book: Book, fact: facts.LegAlerted) -> None:
    book.do("UPDATE legs SET alerted_us = coalesce(alerted_us, ?) WHERE id = ?", book.at_us, fact.leg)


def _leg_answered(book: Book, fact: facts.LegAnswered) -> None:
    book.do(
        "UPDATE legs SET answered_us = coalesce(answered_us, ?), sign = ? WHERE id = ?",
        book.at_us,
        fact.sign,
        fact.leg,
    )
    found = book.row("SELECT call, role FROM legs WHERE id = ?", fact.leg)
    if found and found[1] == LegRole.CALLED:  # an agent is told of by AgentConnected
        answered_by_person(book, found[0])


def _leg_released(book: Book, fact: facts.LegReleased) -> None:
    book.do("UPDATE talks SET to_us = ? WHERE leg = ? AND to_us IS NULL", book.at_us, fact.leg)
    book.do("UPDATE holds SET to_us = ? WHERE leg = ? AND to_us IS NULL", book.at_us, fact.leg)
    book.do(
        "UPDATE legs SET released_us = coalesce(released_us, ?), cause = ?, released_by = ? WHERE id = ?",
        book.at_us,
        fact.cause,
        fact.by,
        fact.leg,
    )


def _leg_moved(book: Book, fact: facts.LegMoved) -> None:
    left = book.row("SELECT call FROM legs WHERE id = ?", fact.leg)
    book.do("UPDATE legs SET call = ? WHERE id = ?", fact.call, fact.leg)
    book.do("INSERT INTO leg_moves (leg, call, at_us) VALUES (?, ?, ?)", fact.leg, fact.call, book.at_us)
    for call in {fact.call, *(left or ())}:
        enter_call(book, call)


def _talk_began(book: Book, fact: facts.TalkBegan) -> None:
    for leg in fact.legs:
        others = msgspec.json.encode([other for other in fact.legs if other != leg]).decode()
        role, party, agent = book.row("SELECT role, party, agent FROM legs WHERE id = ?", leg) or ("", "", "")
        book.do("UPDATE talks SET to_us = ? WHERE leg = ? AND to_us IS NULL", book.at_us, leg)
        book.do(
            "INSERT INTO talks (call, leg, role, party, agent, others, from_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
            fact.call,
            leg,
            role,
            party,
            agent,
            others,
            book.at_us,
        )


def _talk_ended(book: Book, fact: facts.TalkEnded) -> None:
    for leg in fact.legs:
        book.do("UPDATE talks SET to_us = ? WHERE leg = ? AND to_us IS NULL", book.at_us, leg)


def _hold_began(book: Book, fact: facts.HoldBegan) -> None:
    book.do(
        "INSERT INTO holds (call, leg, by_leg, agent, from_us)"
        " VALUES (?, ?, ?, coalesce((SELECT agent FROM legs WHERE id = ?), ''), ?)",
        fact.call,
        fact.leg,
        fact.by,
        fact.by,
        book.at_us,
    )


def _hold_ended(book: Book, fact: facts.HoldEnded) -> None:
    book.do("UPDATE holds SET to_us = ? WHERE leg = ? AND to_us IS NULL", book.at_us, fact.leg)


def _transfer_made(book: Book, fact: facts.TransferMade) -> None:
    book.do(
        "INSERT INTO transfers (call, kind, leg, by_leg, agent, target, at_us)"
        " VALUES (?, ?, ?, ?, coalesce((SELECT agent FROM legs WHERE id = ?), ''), ?, ?)",
        fact.call,
        fact.kind,
        fact.leg,
        fact.by,
        fact.by,
        fact.to,
        book.at_us,
    )


def _conference_began(book: Book, fact: facts.ConferenceBegan) -> None:
    legs = msgspec.json.encode(fact.legs).decode()
    book.do("INSERT INTO conferences (call, legs, from_us) VALUES (?, ?, ?)", fact.call, legs, book.at_us)


def _conference_ended(book: Book, fact: facts.ConferenceEnded) -> None:
    book.do("UPDATE conferences SET to_us = ? WHERE call = ? AND to_us IS NULL", book.at_us, fact.call)


HANDLERS: Handlers = {
    facts.CallBegan: _call_began,
    facts.CallerKnown: _caller_known,
    facts.NumberDialled: _number_dialled,
    facts.RingCounted: _ring_counted,
    facts.CallAnswered: _call_answered,
    facts.CallEnded: _call_ended,
    facts.AttemptRefused: _attempt_refused,
    facts.LegAdded: _leg_added,
    facts.LegAlerted: _leg_alerted,
    facts.LegAnswered: _leg_answered,
    facts.LegReleased: _leg_released,
    facts.LegMoved: _leg_moved,
    facts.TalkBegan: _talk_began,
    facts.TalkEnded: _talk_ended,
    facts.HoldBegan: _hold_began,
    facts.HoldEnded: _hold_ended,
    facts.TransferMade: _transfer_made,
    facts.ConferenceBegan: _conference_began,
    facts.ConferenceEnded: _conference_ended,
}
