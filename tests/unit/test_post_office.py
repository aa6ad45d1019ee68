"""The world's mail server: what is handed in by the box's own code comes there whole, and what is wrong is refused."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs

from firmware.archive.archive import Archive
from firmware.cli.rehearsal.mail_desk import BEGINS_US, MailDesk
from firmware.cli.rehearsal.unheard import with_silence
from firmware.config.schema import Config, Mailbox, MailServer, Site
from firmware.jobs import mail
from firmware.jobs.answers import Answer, Failed
from firmware.protocol.facts import JobAsked
from firmware.protocol.inputs import JobAnswered
from hwsim.post_office import Connection, Dialogue, Mail, PostOffice
from hwsim.world.diary import Diary

SERVER = MailServer(server="mail.example.org", sender="box@example.org")


def wav(seconds: float) -> bytes:
    made = BytesIO()
    soundfile.write(made, np.zeros(round(8000 * seconds), np.int16), 8000, format="WAV", subtype="ALAW")
    return made.getvalue()


def message(seconds: float = 3.0, text: str = "text\n") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "box@example.org", "li@example.org", "来自李的留言"
    made.set_content(text)
    made.add_attachment(wav(seconds), maintype="audio", subtype="wav", filename="message.wav")
    return made


def post(office: PostOffice, made: EmailMessage, **server: object) -> Answer:
    return mail.hand_in(
        mail.Posting(
            structs.replace(SERVER, **server),
            made,
            0,
            lambda: 5.0,
            lambda _held: None,
            begin=lambda: None,
            undo=lambda: None,
            context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            connect=lambda *_: office.connection(7_000_000),
        )
    )


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_what_is_handed_in_comes_whole_and_is_noted(security: str) -> None:
    diary = Diary()
    office = PostOffice(diary)
    assert post(office, message(text=".\n..\nend\n"), security=security) == Answer("done")
    (came,) = office.mails
    assert (came.sender, came.to) == ("box@example.org", ("li@example.org",))
    body = came.message.get_body()
    assert body is not None and body.get_content().splitlines() == [".", "..", "end"]
    assert came.sound_s == 3.0
    (noted,) = diary.entries
    assert (noted.at_us, noted.who, noted.what, noted.about) == (
        7_000_000,
        "li@example.org",
        "MailCame",
        "来自李的留言",
    )
    assert noted.sound_s == 3.0


def test_lines_without_carriage_return_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = EmailMessage.as_bytes
    monkeypatch.setattr(EmailMessage, "as_bytes", lambda self, **_: bare(self))
    with pytest.raises(Failed, match="server-554"):
        post(PostOffice(Diary()), message())


def talk(*lines: str) -> list[int]:
    """The server's replies to these lines, by their codes."""
    took: list[Mail] = []
    server = Dialogue(took.append)
    replies = [server.hear(f"{line}\r\n".encode()) for line in lines]
    return [int(reply[:3]) for reply in replies if reply]


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (("EHLO box", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "x", "."), [250, 250, 250, 354, 250]),
        (("HELO box", "RCPT TO:<c@d>"), [250, 503]),
        (("HELO box", "MAIL FROM:<a@b>", "MAIL FROM:<a@b>"), [250, 250, 503]),
        (("HELO box", "MAIL FROM:<a@b>", "DATA"), [250, 250, 503]),
        (("HELO box", "MAIL FROM:a b"), [250, 501]),
        (("HELO box", "MAIL FROM:<a@b>", "RSET", "RCPT TO:<c@d>"), [250, 250, 250, 503]),
        (("VRFY li", "QUIT"), [500, 221]),
    ],
)
def test_a_mail_has_a_sender_then_receivers_then_data(lines: tuple[str, ...], codes: list[int]) -> None:
    assert talk(*lines) == codes


def test_a_client_that_sends_piece_by_piece_is_understood() -> None:
    took: list[Mail] = []
    server = Dialogue(took.append)
    said = b"".join(server.hear(bytes([one])) for one in b"HELO x\r\nMAIL FROM:<a@b>\r\nQUIT\r\n")
    assert said.splitlines()[-2:] == [b"250 fine", b"221 bye"]
    assert Connection(Dialogue(took.append)).noop()[0] == 500


# -- the desk ---------------------------------------------------------------------------------------

OFFICE = Config(
    site=Site(country="CN", language="en", zone="Asia/Shanghai"),
    mailboxes=(Mailbox(id="box", name="Sales", mail="li@example.org"),),
    mail=SERVER,
)
ASKED = JobAsked(4, "mail", "box", 100_000_000, what=(("recording", "r"),))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    one = Archive(tmp_path, durable=False)
    yield one
    one.close()


def recorded(archive: Archive, *, path: str, ticks: tuple[int | None, int | None], seconds: float) -> None:
    archive.db.execute(
        "INSERT INTO recordings (id, call, leg, party, agent, kind, queue, path, seconds, began_us, began_at,"
        " from_tick, to_tick) VALUES ('r', 1, 1, '', '', 'voicemail', '', ?, ?, 0, 1790000000000000, ?, ?)",
        (path, seconds, *ticks),
    )
    archive.db.conn.commit()


def run(desk: MailDesk, until_us: int) -> list[tuple[int, JobAnswered]]:
    """Everything the desk says up to then, with when."""
    said = []
    while desk.next_us is not None and desk.next_us <= until_us:
        at_us = desk.next_us
        said += [(at_us, one) for one in desk.due(at_us)]
    return said


def test_a_mail_waits_for_its_sound_and_is_then_handed_in(tmp_path: Path, archive: Archive) -> None:
    diary = Diary()
    desk = MailDesk(OFFICE, tmp_path, diary)
    desk.ask(ASKED, 1_000_000)
    assert run(desk, 15_000_000) == []
    (tmp_path / "r.wav").write_bytes(wav(6.0))
    recorded(archive, path="r.wav", ticks=(10, 310), seconds=6.0)
    at_us = 1_000_000 + BEGINS_US + 2 * 10_000_000
    assert run(desk, 60_000_000) == [(at_us, JobAnswered("job:4", 4, "done"))]
    assert [(one.at_us, one.who, one.sound_s) for one in diary.entries] == [(at_us, "li@example.org", 6.0)]


def test_a_mail_whose_sound_never_comes_is_given_up_in_time(tmp_path: Path, archive: Archive) -> None:
    del archive
    desk = MailDesk(OFFICE, tmp_path, Diary())
    desk.ask(ASKED, 1_000_000)
    ((at_us, answer),) = run(desk, 200_000_000)
    assert (answer.result, answer.reason) == ("timed-out", "not-cut-yet")
    assert 90_000_000 < at_us <= ASKED.until_us


def test_a_mailbox_without_an_address_fails_at_once(tmp_path: Path, archive: Archive) -> None:
    del archive
    desk = MailDesk(structs.replace(OFFICE, mailboxes=()), tmp_path, Diary())
    desk.ask(ASKED, 0)
    assert run(desk, 100_000) == [(BEGINS_US, JobAnswered("job:4", 4, "failed", "no-address"))]


def test_a_box_without_audio_mails_silence_of_the_right_length(tmp_path: Path, archive: Archive) -> None:
    recorded(archive, path="", ticks=(10, None), seconds=0.0)
    assert with_silence(tmp_path, "r") == tmp_path, "it still goes on"
    archive.db.execute("UPDATE recordings SET to_tick = 210")
    archive.db.conn.commit()
    diary = Diary()
    desk = MailDesk(OFFICE, tmp_path, diary, with_silence)
    desk.ask(ASKED, 0)
    assert [one.result for _, one in run(desk, 100_000)] == ["done"]
    assert [one.sound_s for one in diary.entries] == [4.0]
    row = archive.db.execute("SELECT path, seconds FROM recordings").fetchone()
    assert tuple(row) == ("", 0.0), "the box's own history is as it was"
