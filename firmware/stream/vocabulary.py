"""Which facts programs are told, under which names, to which scope. What a row says stays; new rows are added.

A fact that is no row stays inside the box. Version `VERSION` grows only when a row has to change its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from firmware.protocol import facts as f

VERSION = 1
READ_LIVE, READ_CALLS, SUPERVISE, READ_RECORDINGS = "read:live", "read:calls", "supervise", "read:recordings"
"""Scopes of tokens (`webui.api.scopes`)."""


class Kind(Struct, frozen=True):
    name: str
    says: str
    fields: tuple[str, ...]
    """Of the fact, told under the same names."""
    scope: str = READ_LIVE


KINDS: Mapping[type[f.Fact], Kind] = {
    f.CallBegan: Kind(
        "call.began", "A line rings, or a telephone was lifted.", ("call", "direction", "line", "called")),
    f.CallerKnown: Kind("call.caller", "Who calls.", ("call", "number", "e164", "name", "presentation")),
    f.NumberDialled: Kind(
        "call.dialled", "What a telephone dialled.", ("call", "number", "e164", "direction", "emergency")),
    f.CallAnswered: Kind("call.answered", "The box, or the far end, answered.", ("call", "by")),
    f.CallLinked: Kind("call.linked", "It calls somebody back for call `about`.", ("call", "about")),
    f.CallEnded: Kind("call.ended", "It is over; `outcome` of inbound calls.", ("call", "outcome", "cause", "by")),
    f.AttemptRefused: Kind("call.refused", "What was wanted is not done.", ("call", "wanted", "reason", "cause")),
    f.CallDisposed: Kind(
        "call.disposed", "What the agent says became of it.", ("call", "agent", "code"), READ_CALLS),
    f.LegAdded: Kind("leg.added", "A telephone or line came to a call.", ("leg", "call", "role", "party", "agent")),
    f.LegAlerted: Kind("leg.rings", "It rings there.", ("leg",)),
    f.LegAnswered: Kind("leg.answered", "Somebody is there.", ("leg",)),
    f.LegMoved: Kind("leg.moved", "It is in another call now.", ("leg", "call")),
    f.LegReleased: Kind("leg.released", "It is gone.", ("leg", "cause", "by")),
    f.TalkBegan: Kind("talk.began", "These legs hear one another.", ("call", "legs")),
    f.TalkEnded: Kind("talk.ended", "They do not any more.", ("call", "legs")),
    f.HoldBegan: Kind("hold.began", "Leg `by` put leg `leg` on hold.", ("call", "leg", "by")),
    f.HoldEnded: Kind("hold.ended", "Back from hold.", ("call", "leg")),
    f.TransferMade: Kind("call.transferred", "Leg `by` sent leg `leg` on.", ("call", "kind", "leg", "by", "to")),
    f.FlowEntered: Kind("menu.entered", "The caller is in this flow.", ("call", "flow")),
    f.FlowLeft: Kind("menu.left", "The caller left it.", ("call", "why")),
    f.Enqueued: Kind("queue.entered", "The caller waits.", ("call", "queue", "priority")),
    f.Dequeued: Kind("queue.left", "The caller waits no more.", ("call", "queue", "why")),
    f.QueueClosed: Kind("queue.closed", "It takes nobody more, or does again.", ("queue", "closed")),
    f.AgentOffered: Kind("agent.offered", "An agent is rung: time for the screen pop.",
                         ("call", "queue", "agent", "leg", "why")),
    f.AgentMissed: Kind("agent.missed", "The agent did not take it.", ("call", "agent", "why")),
    f.AgentConnected: Kind("agent.connected", "The agent took it.", ("call", "queue", "agent", "leg")),
    f.AgentChanged: Kind("agent.changed", "The agent's state.", ("agent", "state", "reason", "extension", "call")),
    f.MembershipChanged: Kind("agent.membership", "The agent serves the queue, or not.", ("agent", "queue", "member")),
    f.AgentAlarmed: Kind("agent.alarm", "Supervisors should know.", ("agent", "alarm", "reason"), SUPERVISE),
    f.QueueCallbackAsked: Kind(
        "callback.asked", "A caller is to be called back.", ("callback", "call", "queue", "number", "how")),
    f.QueueCallbackEnded: Kind("callback.ended", "It is done, or given up.", ("callback", "why")),
    f.RecordingBegan: Kind(
        "recording.began", "A recording begins.", ("recording", "call", "leg", "agent", "kind", "queue"),
        READ_RECORDINGS),
    f.RecordingEnded: Kind("recording.ended", "It ends.", ("recording", "why"), READ_RECORDINGS),
    f.VoicemailLeft: Kind(
        "voicemail.left", "A message is in the mailbox.", ("mailbox", "call", "recording", "seconds", "number"),
        READ_RECORDINGS),
    f.LineChanged: Kind("line.changed", "A line is usable or not.", ("port", "alarm")),
    f.AllLinesBusy: Kind("lines.busy", "All outside lines are taken, or free again.", ("busy",)),
    f.ServiceSwitched: Kind("service.switched", "A service is in another mode.", ("service", "mode", "by")),
    f.SwitchLost: Kind("switch.lost", "What it carried is gone: fetch the state anew.", ("epoch",)),
}  # fmt: skip
NAMES: Mapping[str, Kind] = {one.name: one for one in KINDS.values()}
