"""How our legs, calls and agents are called in the manager interface's words. The same always, so nothing is kept.

A call is called by its first leg: programs know the first channel by its Uniqueid being its Linkedid.
"""

from __future__ import annotations

import re

TECHNOLOGY = "Tipring"
INTERFACE = "Agent"
_CHANNEL = re.compile(rf"{TECHNOLOGY}/.*-([0-9a-f]{{8,}})")
_TELEPHONE = re.compile(r"(?:[A-Za-z]{1,16}/)?([0-9]{1,20})(?:@[\w.-]{1,40})?(?:/n)?")
_AGENT = re.compile(r"(?:Agent|agent)/([\w.-]{1,64})")


def channel_name(party: str, leg: int) -> str:
    return f"{TECHNOLOGY}/{re.sub(r'[^0-9A-Za-z_.]', '', party) or 'port'}-{leg:08x}"


def leg_of(channel: str) -> int:
    """0 for a channel that is none of ours."""
    found = _CHANNEL.fullmatch(channel)
    return int(found[1], 16) if found else 0


def call_id(call: int, began_us: int) -> str:
    """Of the call's first channel, and what all its channels are linked by; also the queue log's call."""
    return f"{began_us // 1_000_000}.{call}0"


def leg_id(leg: int, began_us: int) -> str:
    """Of any other channel."""
    return f"{began_us // 1_000_000}.{leg}1"


def bridge_id(call: int) -> str:
    return f"bridge-{call}"


def interface(agent: str) -> str:
    return f"{INTERFACE}/{agent}"


def agent_in(interface: str) -> str:
    found = _AGENT.fullmatch(interface)
    return found[1] if found else ""


def extension_in(device: str) -> str:
    """`SIP/201`, `Local/201@any/n`, `201`: whatever technology a program believes in, the telephone's number counts."""
    found = _TELEPHONE.fullmatch(device)
    return found[1] if found else ""
