"""What an admin can set, as types. Every key is documented by its docstring; `firmware.config.load` reads it.

A configuration is one versioned document; `Config` is what the engine and the switch are given. Ranges are
msgspec's; `extra` is what the loader holds values against: `choices`, `form` (firmware.config.forms), `least`
and `most`, and which names a key `defines` or `refers` to. To everybody else these are plain `str` and `int`.
"""

from __future__ import annotations

from msgspec import field

from firmware.config.schema.agents import *
from firmware.config.schema.dialling import *
from firmware.config.schema.features import *
from firmware.config.schema.flows import *
from firmware.config.schema.gate import *
from firmware.config.schema.hardware import *
from firmware.config.schema.mailboxes import *
from firmware.config.schema.part import *
from firmware.config.schema.queues import *
from firmware.config.schema.site import *
from firmware.config.schema.sounds import *
from firmware.config.schema.times import *


class Config(Part, frozen=True):
    """The whole document."""

    site: Site = Site()
    cards: tuple[Card, ...] = field(default=(), name="card")
    lines: tuple[Line, ...] = field(default=(), name="line")
    extensions: tuple[Extension, ...] = field(default=(), name="extension")
    agents: tuple[Agent, ...] = field(default=(), name="agent")
    queues: tuple[Queue, ...] = field(default=(), name="queue")
    flows: tuple[Flow, ...] = field(default=(), name="flow")
    hours: tuple[Hours, ...] = ()
    prompts: tuple[Prompt, ...] = field(default=(), name="prompt")
    mailboxes: tuple[Mailbox, ...] = field(default=(), name="mailbox")
    dial_plan: DialPlan = DialPlan()
    features: Features = Features()
    storage: Storage = Storage()
    gate: Gate = Gate()
