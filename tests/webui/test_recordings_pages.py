"""A recording in the browser: who may hear it, what the audit is told, its bytes by parts, slow readers, notes."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webui.house import House
from tests.webui.past import calls_of, change, put_past, put_recording, speech, waiting_accesses, work_as
from webui.access.people import Person
from webui.recordings import audio
from webui.recordings.audio import Audio
from webui.recordings.ranges import NotThere, part_of
from webui.recordings.tickets import LASTS_US, MOST, Tickets
from webui.security.guard import COOKIE

COOKIES = {
    "mei": Person("mei", "supervisor"),
    "wang": Person("wang", "agent"),
    "tech": Person("tech", "technician"),
}
Message = dict[str, Any]


class Heard:
    """A recording of agent 801's first call, in a house."""

    def __init__(self, house: House) -> None:
        put_past(house)
        work_as(house, "801")
        self.house, self.call = house, calls_of(house, "801")[0]
        self.id = put_recording(house, self.call)

    def post(self, role: str, path: str, told: Mapping[str, Any] | None = None) -> Any:
        headers = {"X-CSRF-Token": self.house.csrf(role), "Accept": "application/json"}
        return self.house.client(role).post(f"/recordings/{self.id}{path}", json=told or {}, headers=headers)

    def ticket(self, role: str = "supervisor") -> str:
        return str(self.post(role, "/listen").json["address"].partition("?ticket=")[2])

    def audio(self) -> Audio:
        site = self.house.site
        return Audio(site.places.root, site.tickets, COOKIES.get, COOKIE, site.wall_us)


@pytest.fixture
def tape(house: House) -> Heard:
    return Heard(house)


def test_the_shape_shows_both_sides_and_the_silence(tape: Heard) -> None:
    told = tape.house.client("supervisor").get(f"/recordings/{tape.id}/shape").json
    assert told and told["seconds"] == 6.0 and told["silences"] == [[0.0, 1.0], [3.0, 4.0]]
    assert len(told["left"]) == len(told["right"]) == 1800
    assert max(told["left"][400:800]) > 40 > 2 >= max(told["right"][400:800])
    assert max(told["right"][1400:]) > 40 > 2 >= max(told["left"][1400:])


def test_hearing_is_told_to_the_audit_before_leave_is_given(tape: Heard) -> None:
    assert waiting_accesses(tape.house) == []
    assert tape.post("supervisor", "/listen").json["address"].startswith("/recordings/audio?ticket=")
    (word,) = waiting_accesses(tape.house)
    assert '"mei"' in word and '"listen"' in word and tape.id in word
    answer = tape.post("supervisor", "/download")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/recordings/audio?ticket=")
    assert any('"export"' in one for one in waiting_accesses(tape.house))


def test_who_cannot_be_told_to_the_audit_hears_nothing(tape: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.pages.recordings.heard", lambda *_: False)
    assert tape.post("supervisor", "/listen").status_code == 503


def test_an_agent_hears_his_own_calls_and_takes_none_out(tape: Heard) -> None:
    assert tape.post("agent", "/listen").status_code == 200
    assert tape.post("agent", "/download").status_code == 403
    work_as(tape.house, "803")
    for path in ("/listen", "/notes"):
        assert tape.post("agent", path, {"at_s": 1, "text": "x"}).status_code == 404
    assert tape.house.client("agent").get(f"/recordings/{tape.id}/shape").status_code == 404
    assert tape.post("technician", "/listen").status_code == 403


@pytest.mark.parametrize("recording", ["0" * 16, "..", "%2e%2e%2fweb.db", "x" * 300, "'; --"])
def test_a_name_that_is_no_recording_is_not_there(tape: Heard, recording: str) -> None:
    assert tape.house.client("supervisor").get(f"/recordings/{recording}/shape").status_code == 404


def test_what_is_erased_cannot_be_heard(tape: Heard) -> None:
    change(tape.house, "UPDATE recordings SET gone = 'erased'")
    assert tape.post("supervisor", "/listen").status_code == 404
    assert "erased on request" in tape.house.client("supervisor").get(f"/calls/{tape.call}").text


# -- notes ------------------------------------------------------------------------------------------


def test_notes_stand_at_their_moment_and_go_by_their_author(tape: Heard) -> None:
    for at_s, text in ((4.5, "later"), (1.25, "<b>=1+1</b>")):
        assert tape.post("agent", "/notes", {"at_s": at_s, "text": text}).status_code == 200
    told = tape.house.client("supervisor").get(f"/recordings/{tape.id}/shape").json
    assert told and [(one["at_s"], one["text"], one["author"]) for one in told["notes"]] == [
        (1.25, "<b>=1+1</b>", "wang"),
        (4.5, "later", "wang"),
    ]
    mine = tape.post("supervisor", "/notes", {"at_s": 2, "text": "mine"}).json["id"]
    assert tape.post("agent", f"/notes/{mine}/remove").status_code == 404
    assert tape.post("supervisor", f"/notes/{told['notes'][0]['id']}/remove").status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"at_s": "1", "text": "x"},
        {"at_s": -1, "text": "x"},
        {"at_s": 1, "text": " "},
        {"at_s": 1, "text": "x" * 1001},
    ],
)
def test_a_note_that_is_none_is_refused(tape: Heard, told: dict[str, Any]) -> None:
    assert tape.post("supervisor", "/notes", told).status_code == 400


def test_notes_go_with_their_recording(tape: Heard) -> None:
    other = Heard.__new__(Heard)
    other.house, other.id = tape.house, put_recording(tape.house, calls_of(tape.house, "801")[0] + 1)
    assert tape.post("supervisor", "/notes", {"at_s": 1, "text": "secret"}).status_code == 200
    change(tape.house, "UPDATE recordings SET gone = 'erased' WHERE id = ?", (tape.id,))
    assert other.post("supervisor", "/notes", {"at_s": 1, "text": "stays"}).status_code == 200
    change(tape.house, "UPDATE recordings SET gone = ''")
    told = tape.house.client("supervisor").get(f"/recordings/{tape.id}/shape").json
    assert told and told["notes"] == []


# -- bytes ------------------------------------------------------------------------------------------


class Reader:
    """Takes messages as an ASGI server would; `stops_after` bytes it stands still."""

    def __init__(self, stops_after: int = 1 << 60) -> None:
        self.status, self.body = 0, b""
        self.headers: dict[str, str] = {}
        self._stops_after = stops_after

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        if len(self.body) >= self._stops_after:
            await asyncio.Event().wait()
        self.body += message.get("body", b"")


async def _never() -> Message:
    await asyncio.Event().wait()
    return {}


def read(
    sound: Audio,
    ticket: str,
    name: str = "mei",
    method: str = "GET",
    reader: Reader | None = None,
    **headers: str,
) -> Reader:
    reader = reader or Reader()
    given = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    scope = {
        "type": "http", "method": method, "path": audio.PATH, "query_string": f"ticket={ticket}".encode(),
        "headers": [(b"cookie", f"{COOKIE}={name}".encode()), *given],
    }  # fmt: skip
    asyncio.run(sound.serve(scope, _never, reader.send))
    return reader


def test_bytes_come_whole_or_by_the_part_asked_for(tape: Heard) -> None:
    sound, ticket, whole = tape.audio(), tape.ticket(), speech()
    all_of_it = read(sound, ticket)
    assert (all_of_it.status, all_of_it.body) == (200, whole)
    assert all_of_it.headers["content-type"] == "audio/wav" and all_of_it.headers["accept-ranges"] == "bytes"
    part = read(sound, ticket, range="bytes=70000-70099")
    assert (part.status, part.body) == (206, whole[70000:70100])
    assert part.headers["content-range"] == f"bytes 70000-70099/{len(whole)}"
    assert read(sound, ticket, range="bytes=-10").body == whole[-10:]
    assert read(sound, ticket, range="bytes=0-1", if_range='"other"').status == 200
    assert read(sound, ticket, range=f"bytes={len(whole)}-").status == 416
    head = read(sound, ticket, method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole)))
    assert struct.unpack("<H", whole[20:22]) == (6,)


@pytest.mark.parametrize(
    ("ticket", "name", "method", "status"),
    [("", "mei", "GET", 403), ("x", "mei", "GET", 403), ("own", "nobody", "GET", 401), ("own", "tech", "GET", 401),
     ("own", "wang", "GET", 403), ("own", "mei", "POST", 405), ("own&ticket=own", "mei", "GET", 403)],
)  # fmt: skip
def test_a_ticket_is_its_persons_alone(tape: Heard, ticket: str, name: str, method: str, status: int) -> None:
    given = ticket.replace("own", tape.ticket())
    answer = read(tape.audio(), given, name, method)
    assert (answer.status, answer.body) == (status, b"")


def test_a_ticket_ends(tape: Heard) -> None:
    ticket = tape.ticket()
    tape.house.clock.us += LASTS_US
    assert read(tape.audio(), ticket).status == 403


def test_tickets_are_bounded() -> None:
    tickets = Tickets()
    keys = [tickets.make("mei", "0" * 16, 0) for _ in range(MOST + 1)]
    assert tickets.of(keys[0], "mei", 1) is None and tickets.of(keys[-1], "mei", 1)


def test_who_reads_nothing_is_let_go_and_holds_nothing(tape: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "STALLS_S", 0.05)
    monkeypatch.setattr(audio, "BLOCK", 1000)
    sound, ticket = tape.audio(), tape.ticket()
    reader = read(sound, ticket, reader=Reader(stops_after=2000))
    assert len(reader.body) == 2000 and sound.readers == 0
    assert read(sound, ticket).body == speech()


def test_readers_are_bounded(tape: Heard) -> None:
    sound, ticket = tape.audio(), tape.ticket()
    sound.readers = audio.MOST_READERS
    assert read(sound, ticket).status == 503


def test_what_is_taken_out_is_a_file(tape: Heard) -> None:
    ticket = tape.post("supervisor", "/download").headers["Location"].partition("ticket=")[2]
    assert (
        read(tape.audio(), ticket).headers["content-disposition"] == f'attachment; filename="{tape.id}.wav"'
    )


@given(header=st.text(max_size=40), size=st.integers(0, 1 << 40))
def test_no_header_asks_for_what_is_not_there(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        try:
            part = part_of(text, size)
        except NotThere:
            continue
        assert part is None or 0 <= part[0] < part[1] <= size


@given(first=st.integers(0, 50), last=st.integers(0, 50), size=st.integers(1, 40))
def test_a_part_is_what_the_standard_says(first: int, last: int, size: int) -> None:
    whole = bytes(range(size))
    for text, wanted in (
        (f"bytes={first}-", whole[first:]),
        (f"bytes=-{last}", whole[-last:] if last else b""),
    ):
        try:
            begin, end = part_of(text, size) or (0, 0)
        except NotThere:
            begin = end = 0
        assert whole[begin:end] == wanted
