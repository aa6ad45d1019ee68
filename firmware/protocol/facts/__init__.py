"""What happened, in the field's words. State, history.db and every KPI are built by applying these, in order.

A fact says only what is decided; the time it happened is the `at_us` of its journal record.
Facts are only ever added to: an old journal must stay readable. `call` and `leg` are numbers of this box.
"""

from __future__ import annotations

from firmware.protocol.facts import (
    agents,
    box,
    callbacks,
    calls,
    dialling,
    flows,
    jobs,
    kept,
    legs,
    mailboxes,
    memory,
    menus,
    positions,
    reaching,
    recordings,
    rooms,
    surveys,
)
from firmware.protocol.facts.agents import *
from firmware.protocol.facts.box import *
from firmware.protocol.facts.callbacks import *
from firmware.protocol.facts.calls import *
from firmware.protocol.facts.dialling import *
from firmware.protocol.facts.fact import *
from firmware.protocol.facts.flows import *
from firmware.protocol.facts.jobs import *
from firmware.protocol.facts.kept import *
from firmware.protocol.facts.legs import *
from firmware.protocol.facts.mailboxes import *
from firmware.protocol.facts.memory import *
from firmware.protocol.facts.menus import *
from firmware.protocol.facts.positions import *
from firmware.protocol.facts.reaching import *
from firmware.protocol.facts.recordings import *
from firmware.protocol.facts.rooms import *
from firmware.protocol.facts.surveys import *

AnyFact = (
    calls.CallFact
    | legs.LegFact
    | menus.MenuFact
    | agents.AgentFact
    | positions.PositionFact
    | callbacks.QueueCallbackFact
    | recordings.RecordingFact
    | mailboxes.MailboxFact
    | kept.KeptFact
    | flows.FlowFact
    | jobs.JobFact
    | surveys.SurveyFact
    | dialling.DiallingFact
    | rooms.RoomFact
    | box.BoxFact
    | memory.MemoryFact
    | reaching.ReachingFact
)
