"""Notes for programs: at a moment of a recording, and at a contact. Each is made once for a key."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, structs
from sqlite_utils import Database

from firmware.business.moments import LATEST_S, LONGEST, MomentNote, TooManyNotes, wrong_in
from firmware.business.remarks import LONGEST_NOTE, Note, Remarks, is_text
from webui.api.contacts import contacts_in, reading, writing
from webui.api.entry import reaches
from webui.api.keys import known, once
from webui.api.operations import NUMBER, Answer, Given, Operation
from webui.api.problems import Refused, refuse_for
from webui.api.recordings import there
from webui.api.scopes import Scope
from webui.recordings import notes
from webui.site import the_site

Moment = Annotated[float, Meta(extra_json_schema={"minimum": 0, "exclusiveMaximum": LATEST_S})]
MADE = "/made"
"""Behind a key, where no program's key has a slash: the note was made, whether or not it still is there."""


class ToNote(Struct, frozen=True, forbid_unknown_fields=True):
    """One that was removed is not made again by the same key: that is 404."""

    at_s: Moment
    """Seconds from the recording's beginning."""
    text: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": LONGEST})]


class RecordingNotes(Struct, frozen=True):
    """As the recording goes."""

    notes: list[MomentNote]


class ToNoteContact(Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": LONGEST_NOTE})]


class ContactNotesAsked(Struct, frozen=True):
    most: Annotated[int, Meta(ge=1, le=1000)] = 100


class ContactNotes(Struct, frozen=True):
    """Newest first. `at` is Unix microseconds."""

    notes: list[Note]


def of_recording(_: Given, name: str) -> Answer:
    with there(name):
        return Answer(RecordingNotes(notes.noted(the_site(), name)))


def note_recording(given: Given, name: str) -> Answer:
    """When it is written is kept with the key first: who dies before the note was made makes it with the same moment,
    and it is the same one. One that was removed since is not made again.
    """
    asked: ToNote = given.body
    refuse_for((field, f"api.note-{field}") for field in wrong_in(asked.at_s, asked.text))
    wanted, made = ["note", name, asked.at_s, asked.text], structs.replace(given, key=given.key + MADE)
    with there(name) as db:
        at = int(once(given, wanted, str(the_site().wall_us())))
        if known(made, wanted):
            return Answer(_there_still(given, name, at), 201)
        found = _made(given, db, name, at)
        once(made, wanted, str(found.id))
    return Answer(found, 201)


def unnote_recording(given: Given, name: str, number: int) -> Answer:
    """As on the page: one's own, who supervises anybody's."""
    author = "" if reaches(given.token, Scope.SUPERVISE) else given.token.author
    with there(name):
        if not notes.unnote(the_site(), name, number, author):
            raise Refused(404, "not-there")
    return Answer(status=204)


def of_contact(given: Given, contact: str) -> Answer:
    with reading() as db:
        if db is None:
            raise Refused(404, "not-there")
        return Answer(ContactNotes(Remarks(db, contacts_in(db)).notes(contact, given.query.most)))


def note_contact(given: Given, contact: str) -> Answer:
    """When it is written is kept with the key first: asked again it is the same note."""
    asked: ToNoteContact = given.body
    refuse_for([] if is_text(asked.text) else [("text", "api.note-of-contact")])
    with writing() as db:
        book = contacts_in(db)
        book.row_of(contact)
        at = int(once(given, ["contact-note", contact, asked.text], str(the_site().wall_us())))
        return Answer(Remarks(db, book).note(contact, asked.text, author=given.token.author, at=at), 201)


def _made(given: Given, db: Database, name: str, at: int) -> MomentNote:
    """Raises Refused."""
    asked, author = given.body, given.token.author
    try:
        return notes.note(the_site(), db, name, asked.at_s, asked.text, author=author, at=at)
    except TooManyNotes:
        raise Refused(409, "too-many-notes") from None


def _there_still(given: Given, name: str, at: int) -> MomentNote:
    """What this key made. Raises Refused where it was removed."""
    asked, author = given.body, given.token.author
    for one in notes.noted(the_site(), name):
        if (one.at_s, one.author, one.text, one.at) == (asked.at_s, author, asked.text.strip(), at):
            return one
    raise Refused(404, "not-there")


OPERATIONS = (
    Operation(
        name="recording_notes", method="GET", path="/recordings/<name>/notes", scope=Scope.READ_RECORDINGS,
        view=of_recording, answer=RecordingNotes, says="Notes at moments of a recording.", problems=(404,),
    ),
    Operation(
        name="recording_note", method="POST", path="/recordings/<name>/notes", scope=Scope.READ_RECORDINGS,
        view=note_recording, body=ToNote, answer=MomentNote, status=201, wants_key=True,
        problems=(404, 409, 422, 503), says="A note at a moment of a recording. It goes with the recording.",
    ),
    Operation(
        name="recording_unnote", method="DELETE", path=f"/recordings/<name>/notes/<{NUMBER}:number>",
        scope=Scope.READ_RECORDINGS, view=unnote_recording, status=204, problems=(404, 503),
        says="A note goes: the token's own; with `supervise`, anybody's.",
    ),
    Operation(
        name="contact_notes", method="GET", path="/contacts/<contact>/notes", scope=Scope.READ_CONTACTS,
        view=of_contact, query=ContactNotesAsked, answer=ContactNotes, says="Notes at a contact.", problems=(404,),
    ),
    Operation(
        name="contact_note", method="POST", path="/contacts/<contact>/notes", scope=Scope.WRITE_CONTACTS,
        view=note_contact, body=ToNoteContact, answer=Note, status=201, wants_key=True, problems=(404, 422, 503),
        says="A note at a contact. It stays as long as the contact.",
    ),
)  # fmt: skip
