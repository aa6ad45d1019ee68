"""The processes of a box, one row each: in which order they matter, how long they may be silent, how large they may be.

Calls before web before reports: what carries calls is started again at once, however often it dies; what only counts
them waits longer from death to death.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct


class Role(Struct, frozen=True, kw_only=True):
    """What guardian, supervisord and the process itself know of one role."""

    name: str
    priority: int
    """supervisord's: the lowest is started first and stopped last."""
    silent_s: float
    """A process whose last heartbeat is older hangs, and is killed. 0: it has no heartbeat."""
    start_s: float
    """The same until its first beat: bring-up of chips, replay of the journal."""
    memory_mb: int
    """Private memory (anonymous and swapped); a process that has more is killed."""
    oom_score_adj: int
    """The kernel's choice when memory is short: highest first."""
    nice: int = 0
    stop_s: int
    """From SIGTERM to SIGKILL."""
    free_starts: int
    """So many starts within `backoff.WINDOW_S` are at once."""
    wait_s: float
    """The wait before the first start beyond those; doubled with each further one."""
    longest_wait_s: float
    warm: bool = False
    """Its stand-in has everything imported, and asks for the role."""
    sim: bool = False
    """Of simulated boxes only; no part of the box."""
    home: str = "firmware.cli.roles"
    """The module that has a function of this name."""


# Stopped from the last to the first: wires, who decides, who remembers (and empties the rings), who reports.
ROLE_TABLE: Mapping[str, Role] = {
    row.name: row
    for row in (
        Role(
            name="world",
            priority=5,
            silent_s=0,
            start_s=0,
            memory_mb=1000,
            oom_score_adj=200,
            stop_s=5,
            free_starts=10,
            wait_s=0.5,
            longest_wait_s=5,
            sim=True,
        ),
        Role(
            name="jobs",
            priority=8,
            silent_s=30,
            start_s=60,
            memory_mb=200,
            oom_score_adj=500,
            nice=5,
            stop_s=5,
            free_starts=15,
            wait_s=1,
            longest_wait_s=60,
        ),
        Role(
            name="archive",
            priority=10,
            silent_s=90,
            start_s=120,
            memory_mb=500,
            oom_score_adj=400,
            nice=10,
            stop_s=15,
            free_starts=15,
            wait_s=1,
            longest_wait_s=60,
        ),
        Role(
            name="recorder",
            priority=20,
            silent_s=30,
            start_s=60,
            memory_mb=300,
            oom_score_adj=-300,
            stop_s=15,
            free_starts=40,
            wait_s=0.5,
            longest_wait_s=5,
        ),
        Role(
            name="engine",
            priority=30,
            silent_s=2,
            start_s=30,
            memory_mb=500,
            oom_score_adj=-500,
            stop_s=5,
            free_starts=100,
            wait_s=0.25,
            longest_wait_s=1,
            warm=True,
        ),
        Role(
            name="switch",
            priority=40,
            silent_s=1.5,
            start_s=30,
            memory_mb=800,
            oom_score_adj=-600,
            stop_s=5,
            free_starts=100,
            wait_s=0.25,
            longest_wait_s=1,
        ),
    )
}

GATE = Role(
    name="gate",
    priority=15,
    silent_s=30,
    start_s=60,
    memory_mb=200,
    oom_score_adj=500,
    nice=5,
    stop_s=5,
    free_starts=10,
    wait_s=1,
    longest_wait_s=60,
)
"""Of boxes whose configuration has a gate that is switched on; the first to go when memory is short."""
SIP = Role(
    name="sip",
    priority=35,
    silent_s=2,
    start_s=30,
    memory_mb=500,
    oom_score_adj=-550,
    stop_s=5,
    free_starts=100,
    wait_s=0.25,
    longest_wait_s=1,
)
"""Of boxes whose configuration has a card of kind `sip`. It carries calls: started again at once."""
WEB = Role(
    name="web",
    priority=12,
    silent_s=30,
    start_s=60,
    memory_mb=400,
    oom_score_adj=450,
    nice=5,
    stop_s=8,
    free_starts=15,
    wait_s=1,
    longest_wait_s=30,
    home="webui.process",
)
"""Of boxes whose configuration has its pages switched on."""
EVERY_ROLE: Mapping[str, Role] = {**ROLE_TABLE, GATE.name: GATE, SIP.name: SIP, WEB.name: WEB}


def roles_of(sim: bool, gate: bool = False, sip: bool = False, web: bool = False) -> Sequence[Role]:
    """The rows of a simulated or of a real box, with gate, SIP and web where there are."""
    left_out = {name for name, there in ((GATE.name, gate), (SIP.name, sip), (WEB.name, web)) if not there}
    return [row for row in EVERY_ROLE.values() if row.name not in left_out and (sim or not row.sim)]
