"""Facts about menus, queues and the agents offered a call → flow_visits, queue_visits, agent_offers."""

from __future__ import annotations

import msgspec

from firmware.archive.book import Book, Handlers
from firmware.archive.calls import answered_by_person
from firmware.protocol import facts
from firmware.protocol.choice import Need

_JSON = msgspec.json.Encoder()


def _flow_entered(book: Book, fact: facts.FlowEntered | facts.FlowReturned) -> None:
    book.do(
        "UPDATE flow_visits SET to_us = ?, why = 'flow' WHERE call = ? AND to_us IS NULL",
        book.at_us,
        fact.call,
    )
    book.do(
        "INSERT INTO flow_visits (call, flow, from_us) VALUES (?, ?, ?)", fact.call, fact.flow, book.at_us
    )


def _node_entered(book: Book, fact: facts.NodeEntered) -> None:
    book.do(
        "INSERT INTO flow_nodes (call, flow, node, at_us) VALUES (?, coalesce((SELECT flow FROM flow_visits"
        " WHERE call = ? ORDER BY id DESC LIMIT 1), ''), ?, ?)",
        fact.call,
        fact.call,
        fact.node,
        book.at_us,
    )


def _digits_collected(book: Book, fact: facts.DigitsCollected) -> None:
    book.do(
        "INSERT INTO digits (call, node, digits, at_us) VALUES (?, ?, ?, ?)",
        fact.call,
        fact.node,
        fact.digits,
        book.at_us,
    )


def _flow_left(book: Book, fact: facts.FlowLeft) -> None:
    book.do(
        "UPDATE flow_visits SET to_us = ?, why = ? WHERE call = ? AND to_us IS NULL",
        book.at_us,
        fact.why,
        fact.call,
    )


def _enqueued(book: Book, fact: facts.Enqueued) -> None:
    book.do(
        "INSERT INTO queue_visits (call, queue, priority, need, from_us) VALUES (?, ?, ?, ?, ?)",
        fact.call,
        fact.queue,
        fact.priority,
        "" if fact.need == Need() else _JSON.encode(fact.need).decode(),
        book.at_us,
    )
    book.do(
        "UPDATE calls SET queued_us = coalesce(queued_us, ?), queue = ? WHERE id = ?",
        book.at_us,
        fact.queue,
        fact.call,
    )


def _dequeued(book: Book, fact: facts.Dequeued) -> None:
    book.do(
        "UPDATE queue_visits SET to_us = ?, why = ? WHERE call = ? AND queue = ? AND to_us IS NULL",
        book.at_us,
        fact.why,
        fact.call,
        fact.queue,
    )


def _wait_announced(book: Book, fact: facts.WaitAnnounced) -> None:
    book.do(
        "INSERT INTO wait_announcements (call, position, expected_wait_s, at_us) VALUES (?, ?, ?, ?)",
        fact.call,
        fact.position,
        fact.expected_wait_s,
        book.at_us,
    )


def _agent_offered(book: Book, fact: facts.AgentOffered) -> None:
    book.do(
        "INSERT INTO agent_offers (call, queue, agent, leg, why, others, from_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
        fact.call,
        fact.queue,
        fact.agent,
        fact.leg,
        fact.why,
        _JSON.encode(fact.others).decode() if fact.others else "",
        book.at_us,
    )


def _agent_missed(book: Book, fact: facts.AgentMissed) -> None:
    book.do(
        "UPDATE agent_offers SET to_us = ?, result = ? WHERE call = ? AND agent = ? AND to_us IS NULL",
        book.at_us,
        fact.why,
        fact.call,
        fact.agent,
    )


def _agent_connected(book: Book, fact: facts.AgentConnected) -> None:
    """The call is the first agent's; who talked later is in talks."""
    offer = book.row(
        "SELECT id, why FROM agent_offers WHERE call = ? AND agent = ? ORDER BY id DESC LIMIT 1",
        fact.call,
        fact.agent,
    )
    offer_id, why = offer or (None, "")
    book.do("UPDATE agent_offers SET to_us = ?, result = 'connected' WHERE id = ?", book.at_us, offer_id)
    book.do(
        "UPDATE calls SET agent = ?, why = ?, queue = ? WHERE id = ? AND agent = ''",
        fact.agent,
        why,
        fact.queue,
        fact.call,
    )
    book.do("UPDATE legs SET agent = ? WHERE id = ? AND agent = ''", fact.agent, fact.leg)
    answered_by_person(book, fact.call)


HANDLERS: Handlers = {
    facts.FlowEntered: _flow_entered,
    facts.FlowReturned: _flow_entered,
    facts.NodeEntered: _node_entered,
    facts.DigitsCollected: _digits_collected,
    facts.FlowLeft: _flow_left,
    facts.Enqueued: _enqueued,
    facts.Dequeued: _dequeued,
    facts.WaitAnnounced: _wait_announced,
    facts.AgentOffered: _agent_offered,
    facts.AgentMissed: _agent_missed,
    facts.AgentConnected: _agent_connected,
}
