"""What the caller hears and what happens to him, kept as lines while the records come in."""

from __future__ import annotations

from firmware.cli.trying.told import FACTS, Line, Words
from firmware.engine.plan import Plan
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.journal import Record

SECOND_US = 1_000_000
ITEM_S = 2.0
"""So long each prompt is taken to last."""


class Ear:
    """Of the caller at one port. `playing` will end at `ends_us`; None: silence, or music for ever."""

    def __init__(self, plan: Plan, port: int, words: Words, flow: str) -> None:
        self._plan, self._port, self._words, self._flow = plan, port, words, flow
        self.lines: list[Line] = []
        self.path: list[tuple[str, str]] = []
        """Flow and node, in order."""
        self.playing: c.Play | None = None
        self.ends_us = 0

    def take(self, record: Record) -> None:
        plays = {
            one.play: one for one in record.commands if isinstance(one, c.Play) and one.port == self._port
        }
        for fact in record.facts:
            if isinstance(fact, f.PlayBegan):
                if fact.play in plays:
                    self._heard(plays[fact.play])
            elif isinstance(fact, f.NodeEntered):
                self._entered(fact.node)
            else:
                self._line(fact)
        for command in record.commands:
            self._order(command, record.at_us)

    def _line(self, fact: f.AnyFact) -> None:
        made = FACTS.get(type(fact))
        line = made(fact) if made is not None else None
        if line is not None:
            self.lines.append(line)
            self._flow = line["flow"] if line["kind"] == "flow" else self._flow

    def _entered(self, name: str) -> None:
        node = self._plan.nodes.get((self._flow, name))
        self.path.append((self._flow, name))
        kind = node.kind if node is not None else ""
        self.lines.append({"kind": "node", "flow": self._flow, "node": name, "node_kind": kind})

    def _heard(self, play: c.Play) -> None:
        self.lines.append({"kind": "heard", "items": self._words.said(play.items)})

    def _order(self, command: c.AnySwitchCommand, at_us: int) -> None:
        """What somebody outside the flow would notice; also which player runs."""
        if isinstance(command, c.Ring) and command.port in self._plan.telephones:
            self.lines.append({"kind": "rings", "to": self._plan.telephones[command.port].number})
        elif isinstance(command, c.Dial):
            self.lines.append({"kind": "dials", "to": command.digits})
        elif command.port == self._port:
            self._mine(command, at_us)

    def _mine(self, command: c.AnySwitchCommand, at_us: int) -> None:
        if isinstance(command, c.Play):
            endless = command.repeat or any(_endless(one) for one in command.items)
            self.playing = None if endless else command
            self.ends_us = at_us + round(ITEM_S * SECOND_US) * len(command.items)
        elif isinstance(command, c.StopPlay | c.Release | c.Hear | c.Mix):
            self.playing = None
        elif isinstance(command, c.Record):
            self.lines.append({"kind": "records"})


def _endless(item: c.PlayItem) -> bool:
    return isinstance(item, c.Music) or (isinstance(item, c.ToneItem) and not item.for_ms)
