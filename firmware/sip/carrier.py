"""A carrier as its channels see it: where it is, whether a call comes from it, how numbers and names are written."""

from __future__ import annotations

import ipaddress
from random import Random

from drivers.signalling import PlaceCall
from firmware.sip.asserted import Identity, Shown, identity
from firmware.sip.hosts import Hosts, Target
from firmware.sip.numbers import for_carrier, request_uri
from firmware.sip.plan import TrunkPlan


class TrunkCarrier:
    """`draw` chooses among hosts of equal priority."""

    def __init__(self, plan: TrunkPlan, draw: Random) -> None:
        """Raises ValueError for hosts or networks that are none."""
        self.name = plan.trunk.name
        self.trunk = plan.trunk
        self.account, self.own_number = plan.trunk.user, plan.trunk.number
        self.ports = plan.ports
        self.hosts = Hosts(plan.trunk.hosts, plan.trunk.transport, draw)
        self._numbers = plan.numbers
        self._networks = [ipaddress.ip_network(one, strict=False) for one in plan.trunk.networks]

    def knows(self, address: str, port: int) -> bool:
        """Whether a call from there is the carrier's: its networks, else one of its hosts."""
        try:
            source = ipaddress.ip_address(address)
        except ValueError:
            return False
        if self._networks:
            return any(source in network for network in self._networks)
        return any(_same(one, address, port) for one in self.hosts.order(0))

    def is_at(self, address: str) -> bool:
        """Whether it may speak from there, whatever the port."""
        return self.knows(address, 0) or address in self.hosts.addresses()

    def targets(self, now_us: int) -> list[Target]:
        return self.hosts.order(now_us)

    def failed(self, target: Target, now_us: int) -> None:
        self.hosts.failed(target, now_us)

    def worked(self, target: Target) -> None:
        self.hosts.worked(target)

    def uris(self, command: PlaceCall, target: Target) -> tuple[str, str]:
        """Where an INVITE goes, and whom its To names; empty for what is no number for this carrier."""
        trunk = self.trunk
        number = for_carrier(command.called, trunk.sends, self._numbers, is_emergency=command.is_emergency)
        if not number:
            return "", ""
        sent = request_uri(number, target.address, target.port)
        way = "" if target.transport == "udp" else f";transport={target.transport}"
        return sent + way, request_uri(number, target.host)

    def identity(self, command: PlaceCall, target: Target) -> Identity:
        """Who it is told calls."""
        shown = Shown(self._shown(command), command.name, command.hide)
        return identity(shown, self.trunk.identity, target.host)

    def _shown(self, command: PlaceCall) -> str:
        if self.trunk.caller_number == "none":
            return self.trunk.user
        if self.trunk.caller_number == "extension" and command.calling:
            return command.calling
        return self.trunk.number or self.trunk.user


def _same(target: Target, address: str, port: int) -> bool:
    """A port that is not the usual one is part of who a carrier is: several may share an address."""
    usual = target.port in (5060, 5061)
    return target.address == address and (usual or target.port == port)
