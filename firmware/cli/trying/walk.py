"""One simulated call through a flow, decided by the engine; the caller does one step after another.

Nothing of a box is touched: the engine is a fresh one in this process, its orders go nowhere.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from firmware.cli.trying.box import with_line
from firmware.cli.trying.ear import Ear
from firmware.cli.trying.steps import FOUND, HANG_UP, NOTHING, WAIT, Step
from firmware.cli.trying.told import HIDDEN, Words
from firmware.config.schema import Config, Node
from firmware.engine.engine import Engine
from firmware.engine.ivr.nodes import KEYED
from firmware.engine.plan import Plan
from firmware.engine.state import Call, Leg, Phase
from firmware.protocol import events as e
from firmware.protocol import inputs as i
from firmware.protocol.names import HangUpSign, Presentation

SECOND_US = 1_000_000
BEGINS_US = SECOND_US
KEY_S = 0.4
"""From one key to the next."""
MOST_PASSED = 300
"""Ends of prompts and timers in one step."""


class Asked(Struct, frozen=True):
    """Who calls, where and when."""

    flow: str
    at_us: int
    """Wall time, Unix microseconds."""
    caller: str = ""
    """His number as the exchange sends it; empty: withheld."""
    staffed: bool = True
    """All agents are signed in, as far as there are telephones for them."""


class Walk:
    """`as_dict` tells everything so far, and what the caller can do now."""

    def __init__(self, config: Config, asked: Asked) -> None:
        trial, line = with_line(config, asked.flow)
        self._engine, self._plan = Engine("trial"), Plan(trial)
        self._port = self._plan.line_ports[line]
        self._ear = Ear(self._plan, self._port, Words(config), asked.flow)
        self._now_us, self._number = BEGINS_US, 0
        self._give(i.Started(1))
        self._give(i.ClockSet(asked.at_us - BEGINS_US, "ntp"))
        self._give(i.ConfigApplied(1, "trial", msgspec.json.encode(trial).decode()))
        self._staff(trial, asked.staffed)
        self._ear.lines.clear()
        self._ring(asked.caller)
        self._settle()

    # -- what the caller does -----------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Nothing happens once the call is over."""
        if self.is_over:
            return
        match step.do:
            case "keys":
                self._press(step.keys)
            case _ if step.do == WAIT:
                self._wait()
            case _ if step.do == HANG_UP:
                sign = HangUpSign.RELEASE
                self._event(e.FarEndReleased(port=self._port, at_us=self._now_us, sign=sign))
            case _ if step.do in (FOUND, NOTHING):
                self._answer(step)
            case _:
                raise ValueError(step.do)
        self._settle()

    def _press(self, keys: str) -> None:
        for key in keys:
            if self.is_over:
                return
            self._until(self._now_us + round(KEY_S * SECOND_US))
            node = self._node
            hidden = node is not None and node.secret
            self._ear.lines.append({"kind": "keyed", "key": HIDDEN if hidden else key})
            self._event(e.DigitReceived(port=self._port, at_us=self._now_us, digit=key))

    def _wait(self) -> None:
        there = len(self._ear.lines)
        for _ in range(MOST_PASSED):
            if self.is_over or (len(self._ear.lines) > there and self._listens) or not self._pass():
                return

    def _answer(self, step: Step) -> None:
        call = self._call
        if call is None or call.looks_up not in self._engine.state.jobs:
            return
        result = "done" if step.do == FOUND else "failed"
        values = (step.values or {"found": "1"}) if step.do == FOUND else {}
        job = call.looks_up
        self._give(i.JobAnswered(f"job:{job}", job, result, values=values))

    # -- how it stands ------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        return self._leg is None

    @property
    def state(self) -> str:
        """`asks` (keys), `looks-up`, `elsewhere` (a queue, a telephone, a mailbox), `over`."""
        leg, call = self._leg, self._call
        if leg is None or call is None:
            return "over"
        if leg.phase != Phase.FLOW:
            return "elsewhere"
        return "looks-up" if call.looks_up in self._engine.state.jobs else "asks"

    def as_dict(self) -> dict[str, Any]:
        call, node = self._call, self._node
        here = call is not None and self.state in ("asks", "looks-up")
        lookup = self._plan.lookups.get(node.lookup) if node is not None and here else None
        return {
            "state": self.state,
            "where": {"flow": self._ear.path[-1][0], "node": self._ear.path[-1][1]}
            if self._ear.path
            else None,
            "in_flow": here,
            "node_kind": node.kind if node is not None and here else "",
            "takes": list(lookup.take) if lookup is not None else [],
            "place": self._place(),
            "at_s": round((self._now_us - BEGINS_US) / SECOND_US, 1),
            "path": [{"flow": flow, "node": name} for flow, name in self._ear.path],
            "lines": self._ear.lines,
        }

    def _place(self) -> dict[str, str]:
        """Where he is outside the flow, or how it ended."""
        leg, call = self._leg, self._call
        if leg is None or call is None:
            last = next((one for one in reversed(self._ear.lines) if one["kind"] == "end"), {})
            return {"how": "over", "what": str(last.get("outcome", ""))}
        if leg.phase == Phase.FLOW:
            return {}
        rung = next((one for one in reversed(self._ear.lines) if one["kind"] in ("rings", "dials")), {})
        what = {Phase.QUEUED: call.queue, Phase.CALLING: str(rung.get("to", ""))}
        return {"how": str(leg.phase), "what": what.get(Phase(leg.phase), "")}

    @property
    def _leg(self) -> Leg | None:
        port = self._engine.state.ports.get(self._port)
        return self._engine.state.legs.get(port.leg) if port is not None else None

    @property
    def _call(self) -> Call | None:
        leg = self._leg
        return self._engine.state.calls[leg.call] if leg is not None else None

    @property
    def _node(self) -> Node | None:
        call = self._call
        return self._plan.nodes.get((call.flow, call.node)) if call is not None else None

    @property
    def _listens(self) -> bool:
        """The next word is the caller's: he is asked for keys, a look-up is out, or he is not in the flow any more."""
        leg, node = self._leg, self._node
        if leg is None or leg.phase == Phase.PARTING:
            return False
        return (
            leg.phase != Phase.FLOW or self.state == "looks-up" or (node is not None and node.kind in KEYED)
        )

    # -- what happens by itself ---------------------------------------------------------------------

    def _settle(self) -> None:
        """On to where the caller has a choice, or to the end."""
        for _ in range(MOST_PASSED):
            if self.is_over or self._listens or not self._pass():
                return

    def _pass(self) -> bool:
        """The next thing: his prompt ends, or the earliest timer is due. False: nothing will ever happen."""
        due_us = self._engine.deadline_us
        ends_us = self._ear.ends_us if self._ear.playing is not None else None
        if ends_us is not None and (due_us is None or ends_us <= due_us):
            self._now_us = max(self._now_us, ends_us)
            play, self._ear.playing = self._ear.playing, None
            assert play is not None
            self._event(e.PlayEnded(port=self._port, at_us=self._now_us, play=play.play))
            return True
        if due_us is None:
            return False
        self._now_us = max(self._now_us, due_us)
        self._give(i.TimeReached())
        return True

    def _until(self, at_us: int) -> None:
        """Timers on the way there; a prompt goes on, to be broken into by a key."""
        for _ in range(MOST_PASSED):
            due_us = self._engine.deadline_us
            if due_us is None or due_us > at_us:
                break
            self._now_us = max(self._now_us, due_us)
            self._give(i.TimeReached())
        self._now_us = max(self._now_us, at_us)

    # -- the engine ---------------------------------------------------------------------------------

    def _ring(self, caller: str) -> None:
        if caller:
            sent = e.CallerIdReceived(
                port=self._port,
                at_us=self._now_us,
                number=caller,
                name="",
                presentation=Presentation.ALLOWED,
                form="fsk-mdmf",
            )
            self._event(sent)
        self._event(e.LineRang(port=self._port, at_us=self._now_us, count=1))

    def _staff(self, config: Config, staffed: bool) -> None:
        """Each at the telephone that is his, else at one that is nobody's; or all of them away."""
        own = {one.agent: one.number for one in config.extensions if one.agent}
        free = [one.number for one in config.extensions if not one.agent]
        for agent in config.agents:
            extension = own.get(agent.id) or (free.pop() if free else "")
            for do in ("sign-in", "ready") if extension and staffed else ("sign-out",):
                self._give(i.AgentOrder(f"{do}:{agent.id}", "trial", agent.id, do, extension=extension))

    def _event(self, event: e.AnySwitchEvent) -> None:
        self._number += 1
        self._give(i.FromSwitch(1, self._number, event))

    def _give(self, given: i.AnyInput) -> None:
        record = self._engine.take(given, self._now_us)
        if record is not None:
            self._ear.take(record)
