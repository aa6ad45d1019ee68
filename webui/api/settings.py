"""The configuration for programs: read, checked, put in force on top of what was read, an older version again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NoReturn

from msgspec import Meta, Struct

from firmware.config.drafts.store import OtherVersion
from firmware.config.export import as_toml
from firmware.config.faults import Fault as ConfigFault
from firmware.config.schema import Config
from firmware.config.versions import NoSuchVersion, Version
from webui.api.in_force import (
    MOST_FAULTS,
    InForce,
    SettingsFault,
    etag_of,
    faulty,
    in_turn,
    running_of,
    tell,
    told_faults,
)
from webui.api.keys import once
from webui.api.operations import LARGEST_ID, NUMBER, Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.applying import config_store
from webui.settings.putting import LONGEST_NOTE, NotUsable, put, put_back, read_text
from webui.site import the_site

MOST_BYTES = 1 << 20
Toml = Annotated[str, Meta(pattern=r"\S")]
Note = Annotated[str, Meta(max_length=LONGEST_NOTE, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Settings(Struct, frozen=True):
    """`etag` is what `If-Match` wants. PINs stand in the clear, or it would not be the same text."""

    version: int
    """0: there is none yet."""
    etag: str
    author: str
    at: int
    """Unix microseconds."""
    note: str
    toml: str


class ToCheck(Struct, frozen=True, forbid_unknown_fields=True):
    toml: Toml


class Checked(Struct, frozen=True):
    usable: bool
    """It could be put in force."""
    faults: list[SettingsFault]
    more: bool
    """There are more than these."""


class NewSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of it: what the text does not say is at its default."""

    toml: Toml
    note: Note = ""
    """For the history."""


class SettingsInForce(InForce, frozen=True):
    etag: str
    """Of what is in force now."""
    warnings: list[SettingsFault]


class VersionsAsked(Struct, frozen=True):
    after: Annotated[int, Meta(ge=0, le=LARGEST_ID, description="`after` of the page before.")] = 0
    most: Annotated[int, Meta(ge=1, le=200)] = 50


class VersionTold(Struct, frozen=True):
    version: int
    author: str
    at: int
    note: str


class Versions(Struct, frozen=True):
    """Newest first."""

    versions: list[VersionTold]
    after: int
    """Ask with it for the next page; 0: this is the last one."""


def show(_: Given) -> Answer:
    with config_store() as store:
        current = store.current()
    return _whole(current or Version(0, "", 0, "", "{}"))


def version(_: Given, number: int) -> Answer:
    with config_store() as store:
        try:
            return _whole(store.get(number))
        except NoSuchVersion:
            raise Refused(404, "not-there") from None


def check(given: Given) -> Answer:
    config, faults = read(given.body.toml)
    return Answer(Checked(config is not None, told_faults(faults), len(faults) > MOST_FAULTS))


def change(given: Given) -> Answer:
    """Faults are told first, whatever is in force."""
    asked: NewSettings = given.body
    config, faults = read(asked.toml)
    if config is None:
        raise faulty(faults, "$.toml")
    try:
        made = put(config, _seen(given), given.token.author, asked.note.strip())
    except OtherVersion:
        _moved()
    return in_force(made, faults)


def versions(given: Given) -> Answer:
    asked: VersionsAsked = given.query
    with config_store() as store:
        rows = (
            store.history(asked.after, asked.most + 1) if asked.after else store.history(most=asked.most + 1)
        )
    told = [VersionTold(one.version, one.author, one.at_us, one.note) for one in rows[: asked.most]]
    return Answer(Versions(told, told[-1].version if len(rows) > asked.most else 0))


def restore(given: Given, number: int) -> Answer:
    """Which version was in force is kept with the key before it is done: asked again it is found, or done."""
    since = once(given, ["restore", number], str(the_site().config_version))
    try:
        return in_force(put_back(number, given.token.author, int(since)), ())
    except NoSuchVersion:
        raise Refused(404, "not-there") from None
    except NotUsable:
        raise Refused(409, "not-back") from None


def read(text: str) -> tuple[Config | None, list[ConfigFault]]:
    """None where it has faults. Raises Refused: nothing is in it, or somebody else's is read just now."""
    if not text.removeprefix("\ufeff").strip():
        raise Refused(400, "faults", faults=[Fault("$.toml", "Wanted")])
    with in_turn():
        return read_text(text)


def _seen(given: Given) -> int:
    """Raises Refused: what was read is no version."""
    text = given.if_match.removeprefix('"').removesuffix('"')
    if given.if_match != f'"{text}"' or not (text.isascii() and text.isdecimal() and len(text) < 16):
        _moved()
    return int(text)


def _moved() -> NoReturn:
    raise Refused(412, "changed", headers=[("ETag", etag_of(the_site().config_version))])


def _whole(one: Version) -> Answer:
    etag = etag_of(one.version)
    told = Settings(one.version, etag, one.author, one.at_us, one.note, as_toml(one.config))
    return Answer(told, headers=(("ETag", etag),))


def in_force(made: Version, faults: Sequence[ConfigFault]) -> Answer:
    """The running box is told of it. `faults`: of which the warnings are told, or there would be no version."""
    applied = tell(made)
    etag = etag_of(max(made.version, the_site().config_version))
    told = SettingsInForce(
        made.version, running_of(applied), applied.is_well, applied.text, etag, told_faults(faults)
    )
    return Answer(told, headers=(("ETag", etag),))


OPERATIONS = (
    Operation(
        name="settings", method="GET", path="/settings", scope=Scope.READ_SETTINGS, view=show, answer=Settings,
        says="The configuration in force as TOML.",
    ),
    Operation(
        name="settings_check", method="POST", path="/settings/check", scope=Scope.READ_SETTINGS, view=check,
        body=ToCheck, answer=Checked, most_bytes=MOST_BYTES, problems=(503,),
        says="All faults of a configuration, with line, key and remedy. Nothing is changed.",
    ),
    Operation(
        name="settings_change", method="PUT", path="/settings", scope=Scope.WRITE_SETTINGS, view=change,
        body=NewSettings, answer=SettingsInForce, wants_version=True, most_bytes=MOST_BYTES,
        problems=(412, 422, 428, 503), says="This configuration is in force, as a new version.",
    ),
    Operation(
        name="settings_versions", method="GET", path="/settings/versions", scope=Scope.READ_SETTINGS, view=versions,
        query=VersionsAsked, answer=Versions, says="Every configuration that ever was in force.",
    ),
    Operation(
        name="settings_version", method="GET", path=f"/settings/versions/<{NUMBER}:number>",
        scope=Scope.READ_SETTINGS, view=version, answer=Settings, says="One of them as TOML.", problems=(404,),
    ),
    Operation(
        name="settings_restore", method="POST", path=f"/settings/versions/<{NUMBER}:number>/restore",
        scope=Scope.WRITE_SETTINGS, view=restore, answer=SettingsInForce, wants_key=True,
        problems=(404, 409, 422, 503), says="An older configuration is in force again, as a new version.",
    ),
)  # fmt: skip
