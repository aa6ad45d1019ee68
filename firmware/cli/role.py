"""`tipring role NAME`: one process of the box. supervisord starts these; people use `tipring run`."""

from __future__ import annotations

import argparse
import importlib
import os
from contextlib import suppress
from functools import partial
from pathlib import Path

from firmware.cli.backoff import rest
from firmware.cli.role_table import EVERY_ROLE, Role
from firmware.cli.stand_in import SUPERVISORD, Stop, take
from firmware.protocol.places import Places
from firmware.protocol.role import RoleLock

SUPERVISOR = "supervisord"
SUPERVISOR_LOOK_S = 0.1
"""supervisord's own second, once to see a death and once to start the next life, is most of the time without it."""
UNDER_SUPERVISORD = "SUPERVISOR_ENABLED"
"""Environment: supervisord sets it for its children."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "role",
        help="one process of the box (supervisord's use)",
        epilog="Example: tipring role engine --data DIR",
    )
    parser.add_argument("name", choices=sorted((*EVERY_ROLE, SUPERVISOR)), help="which one")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="where the box keeps everything"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data)
    if arguments.name == SUPERVISOR:
        return _supervise(places)
    role, stop = EVERY_ROLE[arguments.name], Stop()
    if UNDER_SUPERVISORD in os.environ:
        own_log(places.log / f"{role.name}.log")
    lock = take(places.run, role.name, stop, role.stop_s, partial(_ready, role, arguments.data))
    if lock is None:
        return 0
    try:
        settle(role)
        rest(places.run, role, stop)
        if not stop():
            # Only now what is heavy: a stand-in has none of it.
            getattr(importlib.import_module(role.home), role.name)(arguments.data, stop)
    finally:
        lock.release()
    return 0


def _ready(role: Role, data: Path) -> None:
    """What a warm stand-in does before it waits."""
    if role.warm:
        getattr(importlib.import_module(role.home), f"{role.name}_ready")(data)


def _supervise(places: Places) -> int:
    """supervisord itself, with a role's lock, looking oftener. Raises RoleHeld."""
    from supervisor import poller, supervisord

    wait = poller.Poller.poll
    poller.Poller.poll = lambda self, timeout: wait(self, min(timeout, SUPERVISOR_LOOK_S))
    lock = RoleLock(places.run, SUPERVISOR)
    os.environ[SUPERVISORD] = str(os.getpid())
    _adjust_oom_score(-700)
    try:
        supervisord.main(["-c", str(places.supervisor_conf)])
    finally:
        lock.release()
    return 0


def own_log(path: Path) -> None:
    """What this process says goes to the file itself: a pipe would stand still or break with supervisord.

    The pipe is kept, unused: its end tells supervisord of our death.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        return
    os.set_inheritable(os.dup(1), True)  # also past an `exec` of ours
    for standard in (1, 2):
        os.dup2(handle, standard)
    os.close(handle)


def settle(role: Role) -> None:
    """The place of this role among others when processors or memory are short; what is refused is let be."""
    _adjust_oom_score(role.oom_score_adj)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, role.nice)


def _adjust_oom_score(adjust: int) -> None:
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(adjust))
