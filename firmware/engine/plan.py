"""The configuration as the engine asks it: who sits at which port, what a name means. Derived, never stored."""

from __future__ import annotations

import msgspec

from firmware.config.dids import Block, block_of
from firmware.config.expanded import SIP_CARD, expanded
from firmware.config.layout import port_of
from firmware.config.schema import (
    Account,
    Agent,
    Class,
    Config,
    Did,
    Extension,
    Flow,
    Group,
    Hours,
    Line,
    LineGroup,
    Lookup,
    Mailbox,
    Node,
    Queue,
    Room,
    Service,
)
from firmware.engine.acd.routing import Routing
from firmware.engine.dialling.dialplan import DialTree


class Plan:
    """Look-ups over one configuration."""

    def __init__(self, config: Config) -> None:
        self.config = config = expanded(config)
        lines = ((port_of(config, line.card, line.slot), line) for line in config.lines)
        self.lines: dict[int, Line] = {port: line for port, line in lines if port >= 0}
        telephones = ((port_of(config, one.card, one.slot), one) for one in config.extensions)
        self.telephones: dict[int, Extension] = {port: one for port, one in telephones if port >= 0}
        self.ports: dict[str, int] = {one.number: port for port, one in self.telephones.items()}
        self.line_ports: dict[str, int] = {line.name: port for port, line in self.lines.items()}
        self.extensions: dict[str, Extension] = {one.number: one for one in config.extensions}
        self.agents: dict[str, Agent] = {one.id: one for one in config.agents}
        self.queues: dict[str, Queue] = {one.id: one for one in config.queues}
        self.flows: dict[str, Flow] = {one.id: one for one in config.flows}
        self.nodes: dict[tuple[str, str], Node] = {
            (flow.id, node.id): node for flow in config.flows for node in flow.nodes
        }
        self.hours: dict[str, Hours] = {one.id: one for one in config.hours}
        self.lookups: dict[str, Lookup] = {one.id: one for one in config.lookups}
        self.secret_variables = frozenset(
            node.variable for node in self.nodes.values() if node.secret and node.variable
        )
        self.mailboxes: dict[str, Mailbox] = {one.id: one for one in config.mailboxes}
        self.classes: dict[str, Class] = {one.id: one for one in config.classes}
        self.accounts: dict[str, Account] = {one.code: one for one in config.accounts}
        self.line_groups: dict[str, LineGroup] = {one.id: one for one in config.line_groups}
        self.services: dict[str, Service] = {one.id: one for one in config.services}
        self.groups: dict[str, Group] = {one.id: one for one in config.groups}
        self.rooms: dict[str, Room] = {one.id: one for one in config.rooms}
        self.dids: tuple[tuple[Did, Block], ...] = tuple((one, block_of(one.number)) for one in config.dids)
        self.routing = Routing(config)
        self.dial_tree = DialTree(config)
        self.outgoing = self._outgoing()
        sip = {card.name for card in config.cards if card.kind == SIP_CARD}
        seats = {port: one.card for port, one in self.telephones.items()}
        seats |= {port: line.card for port, line in self.lines.items()}
        self.signalled = frozenset(port for port, card in seats.items() if card in sip)
        """Ports whose calls come with messages instead of currents."""

    @classmethod
    def of(cls, text: str) -> Plan:
        return cls(msgspec.json.decode(text, type=Config) if text else Config())

    def line_name(self, port: int) -> str:
        line = self.lines.get(port)
        return line.name if line else f"port-{port}"

    def party(self, port: int) -> str:
        """The extension number at a port; telephones nobody configured still have a name."""
        telephone = self.telephones.get(port)
        return telephone.number if telephone else f"port-{port}"

    def is_pager(self, port: int) -> bool:
        telephone = self.telephones.get(port)
        return telephone is not None and telephone.pager

    def dials_pulses(self, port: int) -> bool:
        telephone = self.telephones.get(port)
        return telephone is not None and telephone.pulse

    def mailbox_of(self, extension: Extension | None) -> Mailbox | None:
        if extension is None:
            return None
        return self.mailboxes.get(extension.voicemail or extension.number)

    def class_of(self, extension: str) -> Class | None:
        """The class of service of an extension, where it has one."""
        telephone = self.extensions.get(extension)
        return self.classes.get(telephone.of_class) if telephone is not None else None

    def _outgoing(self) -> tuple[int, ...]:
        """Ports in order of use for outgoing calls: as the dial plan says, else the last line first."""
        order = self.config.dial_plan.outgoing_order or tuple(line.name for line in self.config.lines[::-1])
        ports = (self.line_ports[name] for name in order if name in self.line_ports)
        return tuple(port for port in ports if self.lines[port].outgoing)
