"""The page of the gate: its actions and rights from the code, what is said of them by hand."""

from __future__ import annotations

from firmware.gate.actions import ACTIONS
from firmware.gate.limits import SECOND_US, WrongSecrets
from firmware.gate.session import (
    ACTION_EVERY_US,
    LEAVES_WITHIN_US,
    LOGIN_WITHIN_US,
    MOST_WRONG,
    STRANGER_BYTES,
    WAITING_BYTES,
)
from firmware.gate.session import ACTIONS as AT_ONCE

_HEAD = """# The gate

Tools that speak the Asterisk Manager Interface (wallboards, click-to-dial, CRM links) can watch this box and order
calls. The gate is off until the configuration switches it on, listens on 127.0.0.1 alone, and knows its programs by
tokens. It is a process of its own: whatever a program does to it, calls go on.

    tipring gate token wallboard --right read        # prints the secret once, and the lines for the configuration
    tipring config apply office.toml                 # with [gate] enabled = true and the [[gate.token]]
    tipring run                                      # a box that runs takes `enabled` when it starts again

The program's host is 127.0.0.1, its port 5038, its `Username` the token's name. Plain and MD5 logins work; MD5 only for
tokens made on this very box. From another machine come through SSH (`ssh -L 5038:127.0.0.1:5038 box`).

## Actions

There is no raw command and none that changes the configuration.

| action | right | what it does |
|---|---|---|
"""
_TAIL = """
`Originate` takes the telephone from `Channel` whatever technology stands before it (`SIP/801`, `Local/801@any`,
`Agent/800`) and rings it; lifted, it dials `Exten` as its own keys would: its class of service holds, feature codes
are not dialled, `Application` is refused. With `Async: true` the end comes as `OriginateResponse` (reason 4 lifted,
3 not lifted, 5 busy, 0 no such number, 8 other). `Redirect` sends who is served in a call (the outside caller, or the
telephone that called) on to a number of the house, never outside. `QueuePause` is not-ready in all queues. `QueueAdd`
and `QueueRemove` move agents of the configuration; nobody new can be made.

`OrderID` is ours: an order given again with the same one, also from another connection or after the engine was
started again, is carried out once and answered with `Repeated: yes`. Without it each action is an order of its own.

## Names

| what | how it is written |
|---|---|
| a channel | `Tipring/PARTY-LEG`: telephone or line, and the leg's number in eight hexadecimal digits |
| `Uniqueid`, `Linkedid` | `SECONDS.NUMBER`; both the same for a call's first channel, and the queue log's call |
| an agent | `Interface: Agent/ID`; `StateInterface: Tipring/EXTENSION` |
| `Context` | `from-line` for calls from outside, `from-house` for all others |

They are the same for every gate that looks at the same call. `SECONDS` are those of the box's own clock, not of 1970.

## Events

Classes are `call`, `agent` and `system`; `Events` or `EventMask` choose. What was decided is looked for every 40 ms.

| events | of class | when |
|---|---|---|
| `Newchannel`, `Newstate`, `NewCallerid`, `NewExten`, `Hangup` | call | a leg's life; who calls, what is dialled |
| `DialBegin`, `DialEnd` | call | `DialStatus`: ANSWER, NOANSWER, BUSY, CANCEL, CONGESTION |
| `BridgeCreate`, `BridgeEnter`, `BridgeLeave`, `BridgeDestroy` | call | who hears whom |
| `Hold`, `Unhold`, `BlindTransfer`, `AttendedTransfer` | call | hold and transfer |
| `OriginateResponse` | call | the end of an `Originate`, to the program that ordered it |
| `QueueCallerJoin`, `QueueCallerLeave`, `QueueCallerAbandon` | agent | a caller comes to a queue, leaves it, gives up |
| `AgentCalled`, `AgentRingNoAnswer`, `AgentConnect`, `AgentComplete` | agent | an agent's part in a call |
| `QueueMemberAdded`, `QueueMemberRemoved` | agent | an agent signs in or out, joins or leaves a queue |
| `QueueMemberStatus`, `QueueMemberPause` | agent | an agent's state; a pause is a not-ready that the agent chose |
| `FullyBooted` | system | what the engine holds is known |

Counts in `QueueStatus` and `QueueSummary` begin with the gate's process; figures to rely on are `tipring report`.

## What holds it

"""
_QUEUE_LOG = """
## The queue log

`tipring report queue-log [--follow]` writes queues' events from history in the form of Asterisk's `queue_log`:
`time|call|queue|agent|event|data…`. What was not saved yet is not in it.

*This page is written by `make docs` from `firmware/gate` and `firmware/cli/documents/gate.py`.*
"""


def gate_page() -> str:
    rows = [
        f"| `{one.name}` | {_RIGHTS.get(one.right, f'`{one.right}`')} | {one.says} |"
        for one in ACTIONS.values()
    ]
    limits = [
        f"* A connection that has not logged in within {LOGIN_WITHIN_US // SECOND_US} s is closed, also one with "
        f"{MOST_WRONG} wrong secrets.",
        f"* {WrongSecrets.TRIES} wrong secrets of a token, then its logins are refused but for one in "
        f"{WrongSecrets.EVERY_US // SECOND_US} s.",
        "* `most_clients` connections; one more, and who has not logged in gives way; who has stays.",
        f"* {AT_ONCE} actions at once, then {SECOND_US // ACTION_EVERY_US} a second; what comes faster waits.",
        "* `originate_per_minute` calls and transfers a token; calls to emergency numbers are not counted.",
        "* A packet of more than 64 lines or a line of more than 2048 bytes ends the connection; so does a program "
        "that leaves 1 MiB unread.",
        f"* {WAITING_BYTES >> 10} KiB wait their turn, {STRANGER_BYTES >> 10} KiB before the login; who sends more is "
        "let go.",
        "* A token that is taken away is told nothing more; a connection that ends has "
        f"{LEAVES_WITHIN_US // SECOND_US} s to read.",
    ]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL + "\n".join(limits) + "\n" + _QUEUE_LOG


_RIGHTS = {"": "none", "any": "a login"}
