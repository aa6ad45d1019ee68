"""What the SIP process tells of itself: `sip.status.json` in shared memory, anew each second."""

from __future__ import annotations

from msgspec import Struct


class SipStatus(Struct, frozen=True):
    """Counts are since the process's start, those of blocks since their memory was laid out. A field is added, never
    renamed."""

    at_us: int = 0
    """Box time of this status."""
    listening: tuple[str, ...] = ()
    """Address and port of each transport."""
    switch_up: bool = False
    """The switch is connected."""
    switch_connections: int = 0
    """How often it connected."""
    calls: int = 0
    """Now."""
    telephones: int = 0
    """Extensions with at least one telephone registered."""
    contacts: int = 0
    """Telephones registered."""
    trunks: int = 0
    """Trunks whose carrier answers: registered, or seen by OPTIONS."""
    failed_ports: int = 0
    """Ports that cannot be used now."""
    requests: int = 0
    """Outside of calls, that came."""
    log_in_failures: int = 0
    """Log-ins with a wrong password."""
    bans: int = 0
    """Sources that were banned for them."""
    unanswered: int = 0
    """Packets and requests of banned sources, or of sources that send too much."""
    connections_refused: int = 0
    """TCP and TLS, closed because there were too many."""
    foreign_audio: int = 0
    """Packets of audio that were not from a call's far end."""
    refused_calls: int = 0
    """Calls from outside that reached no port."""
    dropped: int = 0
    """Packets that were no SIP."""
    garbled_packets: int = 0
    """From the switch, that could not be read."""
    unsent: int = 0
    """Events that no switch was there for."""
    misfits: int = 0
    """Commands and events that fitted no call."""
    errors: int = 0
    """What the SIP library did not take: what it was about had ended."""
    troubles: int = 0
    """Faults of our own code inside the SIP library's callbacks."""
    blocks: int = 0
    """Blocks of audio moved."""
    late_blocks: int = 0
    """Moved when the switch had already given the next one."""
    skipped_blocks: int = 0
    """Given and never moved."""
    alone_blocks: int = 0
    """Moved by the process's own clock: the switch stood still."""
    turn_us_most: int = 0
    """Longest turn of the audio bridge."""
    is_realtime: bool = False
    """The audio pump has real-time priority."""
    findings: tuple[str, ...] = ()
    """What is wrong and stays so."""
