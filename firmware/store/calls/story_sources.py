"""Where in history.db the moments of a call stand: one query for each kind, in the order in which they are told.

Each query has `at_us` (box time) and the values of its moment; `?1` is the call. A row without a time is no moment.
"""

from __future__ import annotations

from collections.abc import Mapping

SOURCES: Mapping[str, str] = {
    "began": "SELECT offered_us AS at_us, direction, line, called FROM calls WHERE id = ?1",
    "caller": "SELECT coalesce(known_us, offered_us) AS at_us, from_number AS number, from_name AS name, presentation"
    " FROM calls WHERE id = ?1 AND direction = 'inbound' AND presentation <> ''",
    "dialled": "SELECT coalesce(dialled_us, offered_us) AS at_us, to_number AS number, emergency FROM calls"
    " WHERE id = ?1 AND direction <> 'inbound' AND (dialled_us IS NOT NULL OR to_number <> '')",
    "routed": "SELECT offered_us AS at_us, called, routed_to, routed_by AS why FROM calls"
    " WHERE id = ?1 AND routed_to <> ''",
    "line": "SELECT at_us, line, route, why FROM line_choices WHERE call = ?1 ORDER BY id",
    "refused": "SELECT at_us, wanted, reason, cause FROM refused_attempts WHERE call = ?1 ORDER BY id",
    "box-answered": "SELECT box_answered_us AS at_us FROM calls WHERE id = ?1",
    "service": "SELECT at_us, service, mode, why FROM service_visits WHERE call = ?1 ORDER BY id",
    "flow": "SELECT from_us AS at_us, flow FROM flow_visits WHERE call = ?1 ORDER BY id",
    "language": "SELECT at_us, detail AS language FROM call_notes WHERE call = ?1 AND what = 'language' ORDER BY id",
    "node": "SELECT at_us, flow, node FROM flow_nodes WHERE call = ?1 ORDER BY id",
    "keyed": "SELECT at_us, node, digits FROM digits WHERE call = ?1 ORDER BY id",
    "job": "SELECT asked_us AS at_us, kind, name FROM jobs WHERE call = ?1 ORDER BY id",
    "job-ended": "SELECT ended_us AS at_us, kind, name, result, coalesce(reason, '') AS reason FROM jobs"
    " WHERE call = ?1 ORDER BY id",
    "flow-left": "SELECT to_us AS at_us, flow, why FROM flow_visits WHERE call = ?1 ORDER BY id",
    "queued": "SELECT v.from_us AS at_us, v.queue, v.priority, v.need, 1 + (SELECT count(*) FROM queue_visits o"
    " WHERE o.id BETWEEN v.id - 2000 AND v.id - 1 AND o.queue = v.queue AND o.priority >= v.priority"
    " AND (o.to_us IS NULL OR o.to_us > v.from_us)) AS position"
    " FROM queue_visits v WHERE v.call = ?1 ORDER BY v.id",
    "told-wait": "SELECT at_us, position, expected_wait_s FROM wait_announcements WHERE call = ?1 ORDER BY id",
    "hunt": "SELECT from_us AS at_us, target, numbers FROM hunts WHERE call = ?1 ORDER BY id",
    "hunt-over": "SELECT to_us AS at_us, target, coalesce(why, '') AS why FROM hunts WHERE call = ?1 ORDER BY id",
    "diverted": "SELECT at_us, by_extension, target, why FROM diversions WHERE call = ?1 ORDER BY id",
    "not-reached": "SELECT at_us, detail AS why FROM call_notes WHERE call = ?1 AND what = 'not-reached' ORDER BY id",
    "offered": "SELECT from_us AS at_us, queue, agent, why, others FROM agent_offers WHERE call = ?1 ORDER BY id",
    "missed": "SELECT to_us AS at_us, queue, agent, result AS why FROM agent_offers"
    " WHERE call = ?1 AND result NOT IN ('connected', 'call-ended') ORDER BY id",
    "connected": "SELECT to_us AS at_us, queue, agent FROM agent_offers WHERE call = ?1 AND result = 'connected'"
    " ORDER BY id",
    "consult": "SELECT added_us AS at_us, party FROM legs WHERE call = ?1 AND role = 'consult' ORDER BY id",
    "alerted": "SELECT alerted_us AS at_us, party, role FROM legs WHERE call = ?1 ORDER BY id",
    "leg-answered": "SELECT answered_us AS at_us, party, role, coalesce(sign, '') AS sign FROM legs"
    " WHERE call = ?1 AND role <> 'caller' ORDER BY id",
    "left-queue": "SELECT to_us AS at_us, queue, why FROM queue_visits WHERE call = ?1 ORDER BY id",
    "consent": "SELECT at_us, prompt FROM consents WHERE call = ?1 ORDER BY at_us",
    "recorded": "SELECT began_us AS at_us, id AS recording, kind, party FROM recordings WHERE call = ?1"
    " ORDER BY began_us, id",
    "talk": "SELECT t.from_us AS at_us, t.party, t.agent FROM talks t WHERE t.call = ?1 AND t.role <> 'caller'"
    " ORDER BY t.id",
    "hold": "SELECT from_us AS at_us, agent FROM holds WHERE call = ?1 ORDER BY id",
    "resumed": "SELECT to_us AS at_us, agent FROM holds WHERE call = ?1 ORDER BY id",
    "parked": "SELECT from_us AS at_us, slot, by_extension FROM parkings WHERE call = ?1 ORDER BY id",
    "unparked": "SELECT to_us AS at_us, slot, coalesce(why, '') AS why FROM parkings WHERE call = ?1 ORDER BY id",
    "transferred": "SELECT at_us, kind, target, agent FROM transfers WHERE call = ?1 ORDER BY id",
    "conference": "SELECT from_us AS at_us FROM conferences WHERE call = ?1 ORDER BY id",
    "conference-over": "SELECT to_us AS at_us FROM conferences WHERE call = ?1 ORDER BY id",
    "room": "SELECT from_us AS at_us, room FROM room_visits WHERE call = ?1 ORDER BY id",
    "room-left": "SELECT to_us AS at_us, room FROM room_visits WHERE call = ?1 ORDER BY id",
    "supervised": "SELECT from_us AS at_us, supervisor, agent, mode FROM supervisions WHERE call = ?1 ORDER BY id",
    "supervised-over": "SELECT to_us AS at_us, supervisor, coalesce(why, '') AS why FROM supervisions"
    " WHERE call = ?1 ORDER BY id",
    "taken-over": "SELECT at_us, detail AS supervisor FROM call_notes WHERE call = ?1 AND what = 'taken-over'"
    " ORDER BY id",
    "mark": "SELECT m.at_us, m.mark, m.recording FROM recordings r JOIN recording_marks m ON m.recording = r.id"
    " WHERE r.call = ?1 AND m.mark IN ('paused', 'unpaused') ORDER BY m.id",
    "recorded-over": "SELECT ended_us AS at_us, id AS recording, kind, why FROM recordings WHERE call = ?1"
    " ORDER BY ended_us, id",
    "voicemail": "SELECT left_us AS at_us, mailbox, seconds FROM voicemails WHERE call = ?1 AND of = ''"
    " ORDER BY left_us",
    "callback-asked": "SELECT at_us, how FROM callback_requests WHERE call = ?1 ORDER BY id",
    "callback": "SELECT from_us AS at_us FROM callback_attempts WHERE call = ?1 ORDER BY id",
    "survey": "SELECT began_us AS at_us, flow, agent FROM surveys WHERE call = ?1 ORDER BY id",
    "survey-answer": "SELECT at_us, question, answer FROM survey_answers WHERE call = ?1 ORDER BY id",
    "disposition": "SELECT at_us, agent, code, note FROM dispositions WHERE call = ?1 ORDER BY id",
    "released": "SELECT released_us AS at_us, party, role, coalesce(cause, 0) AS cause,"
    " coalesce(released_by, '') AS side FROM legs WHERE call = ?1 ORDER BY id",
    "ended": "SELECT released_us AS at_us, coalesce(outcome, '') AS outcome, coalesce(cause, 0) AS cause,"
    " coalesce(released_by, '') AS side FROM calls WHERE id = ?1",
}
