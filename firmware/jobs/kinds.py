"""What each kind of job is: a table. A function works in a thread of its own, as long as its task has time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from firmware.business.numbers import rules_of
from firmware.config.schema import Config, Lookup
from firmware.jobs import contacts, http, mail, message_mail, sql
from firmware.jobs.answers import Answer, Failed
from firmware.jobs.begun import Begun
from firmware.jobs.workers import Task
from firmware.protocol.order_format import JobWanted


class Bench(Struct, frozen=True):
    """What a job is done with."""

    config: Config
    data: Path
    secrets: Path
    begun: Begun
    wanted: JobWanted
    tries: int = 0
    connect: mail.Connect | None = None
    """To the mail server; empty: over the network."""


class Kind(Struct, frozen=True):
    do: Callable[[Bench, Task], Answer]
    pool: str = "look-ups"
    """Whose threads do it."""
    once: bool = False
    """May not be repeated once it was begun."""


def _lookup(bench: Bench) -> Lookup:
    wanted = bench.wanted
    for one in bench.config.lookups:
        if one.id == wanted.name and one.kind == wanted.kind:
            return one
    raise Failed("no-such-look-up")


def _http(bench: Bench, task: Task) -> Answer:
    lookup = _lookup(bench)
    token = _first_line(bench.secrets, lookup.token) if lookup.token else ""
    what, rules = bench.wanted.what, bench.config.jobs
    return http.look_up(http.Asked(lookup, what, rules, token, task.left_s, task.hold))


def _first_line(folder: Path, name: str) -> str:
    """Of a file right in that folder. Raises Failed."""
    if "/" in name or name.startswith("."):
        raise Failed("no-token")
    try:
        return (folder / name).read_text("ascii").split("\n", 1)[0].strip()
    except (OSError, UnicodeError) as error:
        raise Failed("no-token") from error


def _sql(bench: Bench, task: Task) -> Answer:
    return sql.look_up(_lookup(bench), bench.wanted.what, bench.data, task.left_s)


def _contact(bench: Bench, task: Task) -> Answer:
    return contacts.known_as(bench.wanted.what, rules_of(bench.config), bench.data, task.left_s)


def _mail(bench: Bench, task: Task) -> Answer:
    wanted, begun = bench.wanted, bench.begun
    recording = wanted.what.get("recording", "")
    message = message_mail.compose(bench.config, wanted.name, recording, wanted.job, bench.data)
    return mail.hand_in(
        mail.Posting(
            bench.config.mail,
            message,
            bench.tries,
            task.left_s,
            task.hold,
            begin=lambda: begun.note(wanted.job),
            undo=lambda: begun.forget(wanted.job),
            connect=bench.connect,
        )
    )


KINDS: Mapping[str, Kind] = {
    "http": Kind(_http),
    "sql": Kind(_sql),
    "contact": Kind(_contact),
    "mail": Kind(_mail, pool="mail", once=True),
}
