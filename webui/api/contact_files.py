"""All contacts to a file and from a file, for programs: what the page does. A file with a fault changes nothing.

Who speaks for one agent carries no file away and brings none: agents do not on the page.
"""

from __future__ import annotations

import hashlib
import io
import threading
from typing import Literal

import msgspec
from msgspec import Struct, structs

from firmware.business.importing import LookedOver, Outcome
from webui import contact_files as files
from webui.api.keys import by_itself, found, once
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.language import language, t

PATH = "/contacts/file"
Kind = Literal["csv", "vcard"]
_alone = threading.Lock()
"""A key that is sent twice at once takes a file in once."""


class FileAsked(Struct, frozen=True):
    format: Kind


class FileSent(Struct, frozen=True):
    format: Kind
    dry: bool = False
    """Only say what would be done; the key stays unused."""


class FileWarning(Struct, frozen=True):
    """Something of a file that was taken as it is, in the reader's language."""

    line: int
    slug: str
    text: str


class FileTaken(Struct, frozen=True):
    """Rows of the file: each was `added`, `merged` with who has the same number (without one: name and company), or
    `skipped`, as all of it was known.
    """

    added: int
    merged: int
    skipped: int
    dry: bool
    """Nothing was changed."""
    repeated: bool
    """This key was used before: that is what was done then, without its warnings."""
    warnings: list[FileWarning]


def write(given: Given) -> Answer:
    _not_for_one_agent(given)
    kind: str = given.query.format
    named = ("Content-Disposition", f'attachment; filename="{files.NAMES[kind]}"')
    return Answer(headers=(named,), data=files.written(kind, language()), media=files.MEDIA[kind])


def take(given: Given) -> Answer:
    """The key is kept after the file: where the box dies between the two, asked again what is there is skipped."""
    _not_for_one_agent(given)
    if given.query.dry:
        with by_itself(_alone):
            return Answer(_taken(given))
    what = ["contacts-file", given.query.format, hashlib.sha256(given.data).hexdigest()]
    with by_itself(_alone):
        before = found(given, what)
        if before is not None:
            return Answer(structs.replace(msgspec.json.decode(before, type=FileTaken), repeated=True))
        told = _taken(given)
        once(given, what, msgspec.json.encode(structs.replace(told, warnings=[])).decode())
    return Answer(told)


def _taken(given: Given) -> FileTaken:
    """Raises Refused with all that is wrong in the file."""
    asked: FileSent = given.query
    file, read = io.BytesIO(given.data), files.READERS[asked.format]
    try:
        outcome = files.take(lambda: read(file, ""), given.token.author, dry=asked.dry)
    except files.FaultyFile as error:
        raise _faulty(error.over) from None
    return FileTaken(
        outcome.added, outcome.merged, outcome.skipped, asked.dry, repeated=False, warnings=_warnings(outcome)
    )


def _faulty(over: LookedOver) -> Refused:
    faults = [
        Fault("$", message, one.line, one.key, one.slug, remedy)
        for one in over.faults
        for message, remedy in [one.said(language())]
    ]
    detail = t("contacts.refused", wrong=over.wrong, rows=over.rows)
    return Refused(422, "faulty-file", detail, faults=faults)


def _warnings(outcome: Outcome) -> list[FileWarning]:
    return [FileWarning(one.line, one.slug, one.said(language())[0]) for one in outcome.warnings]


def _not_for_one_agent(given: Given) -> None:
    """Raises Refused."""
    if given.token.agent:
        raise Refused(403, "out-of-scope")


OPERATIONS = (
    Operation(
        name="contacts_file", method="GET", path=PATH, scope=Scope.READ_CONTACTS, view=write, query=FileAsked,
        media=files.MEDIA["csv"], other_media=(files.MEDIA["vcard"],), problems=(503,),
        says="All contacts as CSV, no cell a formula, or as vCards. Not for a token that is bound to an agent.",
    ),
    Operation(
        name="contacts_take_file", method="POST", path=PATH, scope=Scope.WRITE_CONTACTS, view=take, query=FileSent,
        takes="application/octet-stream", most_bytes=files.MOST_BYTES, answer=FileTaken, wants_key=True,
        problems=(422, 503),
        says="Contacts from CSV (UTF-8 or GB18030) or vCards. Not for a token that is bound to an agent.",
    ),
)  # fmt: skip
