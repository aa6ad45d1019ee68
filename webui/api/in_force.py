"""What a program is told of a configuration it put in force, and of faults that kept it from that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from msgspec import Struct

from firmware.config.faults import Fault as ConfigFault
from firmware.config.versions import Version
from webui.api.problems import Fault, Refused
from webui.applying import Applied, tell_box
from webui.language import language, t
from webui.settings.putting import Crowded, a_turn
from webui.site import the_site

MOST_FAULTS = 1000


class SettingsFault(Struct, frozen=True):
    """What is wrong with a configuration, in the reader's language."""

    line: int
    """From 1; 0: the text as a whole."""
    key: str
    slug: str
    warning: bool
    """It can be used as it is."""
    message: str
    remedy: str


class InForce(Struct, frozen=True):
    """A version that is stored."""

    version: int
    running: str
    """What the running box said: `taken`, `refused`, `no-engine` (it does not run), `unknown`; `replaced`: a newer
    one is in force since.
    """
    is_well: bool
    """In force now, or when the box starts."""
    text: str


def told_faults(faults: Sequence[ConfigFault]) -> list[SettingsFault]:
    return [
        SettingsFault(one.line, one.key, one.slug, one.warning, *one.said(language()))
        for one in faults[:MOST_FAULTS]
    ]


def faulty(faults: Sequence[ConfigFault], at: str) -> Refused:
    """`at`: the field that holds it."""
    wrong = islice((one for one in faults if not one.warning), MOST_FAULTS)
    return Refused(422, "faulty-settings", faults=[_problem_fault(one, at) for one in wrong])


def _problem_fault(one: ConfigFault, at: str) -> Fault:
    message, remedy = one.said(language())
    return Fault(at, message, one.line, one.key, one.slug, remedy)


def tell(version: Version) -> Applied:
    """The running box, unless it was told of a newer one since."""
    if version.version >= the_site().config_version:
        return tell_box(version)
    return Applied(
        version.version, is_well=True, text=t("applying.replaced", version=version.version), verdict=None
    )


def running_of(applied: Applied) -> str:
    return "replaced" if applied.verdict is None else applied.verdict.value


def etag_of(version: int) -> str:
    return f'"{version}"'


@contextmanager
def in_turn() -> Iterator[None]:
    """For what takes the processor for long, one request at a time. Raises Refused."""
    try:
        with a_turn():
            yield
    except Crowded:
        raise Refused(503, "busy", headers=[("Retry-After", "5")]) from None
