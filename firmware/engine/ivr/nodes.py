"""Which function each kind of flow node is: when a caller comes to it, when its words end, when a key is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.config.schema import Node
from firmware.engine.ivr import flows, lookups, node_keys, node_tape, node_targets, node_ways
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn

Step = Callable[[Turn, Call, Leg, Node], None]

KINDS: Mapping[str, Step] = {
    "play": flows.say_node,
    "say": node_ways.say,
    "menu": node_keys.asks,
    "collect": node_keys.asks,
    "survey": node_keys.asks,
    "record": node_tape.announce,
    "hours": node_ways.hours,
    "branch": node_ways.branch,
    "service": node_ways.service,
    "set": node_ways.set_variable,
    "language": node_ways.language,
    "http": lookups.ask,
    "sql": lookups.ask,
    "contact": lookups.ask_contact,
    "queue": node_targets.queue,
    "callback": node_targets.callback,
    "extension": node_targets.extension,
    "voicemail": node_targets.voicemail,
    "outside": node_targets.outside,
    "transfer": node_targets.transfer,
    "flow": node_ways.flow,
    "call": node_ways.call_flow,
    "return": node_ways.return_from,
    "hang-up": node_ways.hang_up,
}

AFTER_WORDS: Mapping[str, Step] = {
    "menu": node_keys.wait_for_key,
    "collect": node_keys.wait_for_key,
    "survey": node_keys.wait_for_key,
    "record": node_tape.begin,
    "http": lookups.heard,
    "sql": lookups.heard,
    "contact": lookups.heard,
}
"""Where nothing stands the node's `next` follows."""

KEYED: Mapping[str, Callable[[Turn, Call, Leg, Node, str], None]] = {
    "menu": node_keys.menu_key,
    "collect": node_keys.collect_key,
    "survey": node_keys.survey_key,
    "record": node_tape.key,
}

TIMED_OUT: Mapping[str, Step] = {
    "menu": node_keys.nothing_keyed,
    "collect": node_keys.nothing_more_keyed,
    "survey": node_keys.nothing_more_keyed,
    "record": node_tape.full,
}
"""Timer `node`."""
