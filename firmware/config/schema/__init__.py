"""What an admin can set, as types. Every key is documented by its docstring; `firmware.config.load` reads it.

A configuration is one versioned document; `Config` is what the engine and the switch are given. Ranges are
msgspec's; `extra` is what the loader holds values against: `choices`, `form` (firmware.config.forms), `least`
and `most`, and which names a key `defines` or `refers` to. To everybody else these are plain `str` and `int`.
"""

from __future__ import annotations

from msgspec import field

from firmware.config.schema.agents import *
from firmware.config.schema.callers import *
from firmware.config.schema.classes import *
from firmware.config.schema.dialling import *
from firmware.config.schema.features import *
from firmware.config.schema.flows import *
from firmware.config.schema.gate import *
from firmware.config.schema.groups import *
from firmware.config.schema.hardware import *
from firmware.config.schema.lookups import *
from firmware.config.schema.mailboxes import *
from firmware.config.schema.part import *
from firmware.config.schema.positions import *
from firmware.config.schema.queues import *
from firmware.config.schema.rooms import *
from firmware.config.schema.routes import *
from firmware.config.schema.routing import *
from firmware.config.schema.services import *
from firmware.config.schema.sip import *
from firmware.config.schema.site import *
from firmware.config.schema.sounds import *
from firmware.config.schema.times import *
from firmware.config.schema.web import *
from firmware.config.schema.webhooks import *


class Config(Part, frozen=True):
    """The whole document."""

    site: Site = Site()
    cards: tuple[Card, ...] = field(default=(), name="card")
    lines: tuple[Line, ...] = field(default=(), name="line")
    trunks: tuple[Trunk, ...] = field(default=(), name="trunk")
    extensions: tuple[Extension, ...] = field(default=(), name="extension")
    agents: tuple[Agent, ...] = field(default=(), name="agent")
    queues: tuple[Queue, ...] = field(default=(), name="queue")
    number_lists: tuple[NumberList, ...] = field(default=(), name="number_list")
    routing: tuple[RoutingRule, ...] = ()
    flows: tuple[Flow, ...] = field(default=(), name="flow")
    lookups: tuple[Lookup, ...] = field(default=(), name="lookup")
    webhooks: tuple[Webhook, ...] = field(default=(), name="webhook")
    hours: tuple[Hours, ...] = ()
    prompts: tuple[Prompt, ...] = field(default=(), name="prompt")
    tunes: tuple[Tune, ...] = field(default=(), name="tune")
    mailboxes: tuple[Mailbox, ...] = field(default=(), name="mailbox")
    classes: tuple[Class, ...] = field(default=(), name="class")
    accounts: tuple[Account, ...] = field(default=(), name="account")
    line_groups: tuple[LineGroup, ...] = field(default=(), name="line_group")
    routes: tuple[Route, ...] = field(default=(), name="route")
    caller_rules: tuple[CallerRule, ...] = field(default=(), name="caller_rule")
    dids: tuple[Did, ...] = field(default=(), name="did")
    services: tuple[Service, ...] = field(default=(), name="service")
    rooms: tuple[Room, ...] = field(default=(), name="room")
    dial_plan: DialPlan = DialPlan()
    groups: tuple[Group, ...] = field(default=(), name="group")
    pickup_groups: tuple[PickupGroup, ...] = field(default=(), name="pickup_group")
    paging_groups: tuple[PagingGroup, ...] = field(default=(), name="paging_group")
    switchboard: Switchboard = Switchboard()
    features: Features = Features()
    positions: Positions = Positions()
    jobs: Jobs = Jobs()
    storage: Storage = Storage()
    mail: MailServer = MailServer()
    gate: Gate = Gate()
    sip: Sip = Sip()
    web: Web = Web()
