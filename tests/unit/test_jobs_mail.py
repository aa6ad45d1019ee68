"""Mail: handed in once, protected, tried again while that loses nothing."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from msgspec import structs

from firmware.config.schema import Config, Mailbox, MailServer, Site
from firmware.jobs import mail, message_mail
from firmware.jobs.answers import Answer, Failed, Later
from firmware.jobs.begun import Begun

HANGS_UP = "hangs-up"


class Postbox:
    """An SMTP server on loopback that answers each command as it was told to."""

    def __init__(self) -> None:
        self.says: dict[str, str] = {}
        self.heard: list[str] = []
        self.mails: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with link, link.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream: object) -> None:
        read: Callable[[], bytes] = stream.readline  # type: ignore[attr-defined]

        def say(text: str) -> None:
            stream.write(f"{text}\r\n".encode())  # type: ignore[attr-defined]
            stream.flush()  # type: ignore[attr-defined]

        say("220 here")
        while line := read():
            word = line.split()[0].decode().upper()
            self.heard.append(word)
            if word == "DATA" and self.says.get("DATA", "354") == "354":
                say("354 go on")
                body = b""
                while (one := read()) not in (b".\r\n", b""):
                    body += one
                if self.says.get("END") == HANGS_UP:
                    return
                self.mails.append(body)
                say(self.says.get("END", "250 taken"))
            elif self.says.get(word) == HANGS_UP:
                return
            else:
                say(self.says.get(word, "250 fine"))


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    one = Postbox()
    yield one
    one.close()


def post(postbox: Postbox, begun: Begun, **server: object) -> Answer:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "box@example.org", "li@example.org", "你好"
    message.set_content("text")
    keys = {
        "server": "127.0.0.1",
        "port": postbox.port,
        "security": "none",
        "sender": "box@example.org",
    } | server
    posting = mail.Posting(
        structs.replace(MailServer(), **keys),
        message,
        0,
        lambda: 5.0,
        lambda _held: None,
        begin=lambda: begun.note(7),
        undo=lambda: begun.forget(7),
    )
    return mail.hand_in(posting)


@pytest.fixture
def begun(tmp_path: Path) -> Begun:
    return Begun(tmp_path / "jobs")


def noted(tmp_path: Path) -> frozenset[int]:
    return Begun(tmp_path / "jobs").former


def test_a_mail_is_handed_in(postbox: Postbox, begun: Begun, tmp_path: Path) -> None:
    assert post(postbox, begun) == Answer("done")
    assert message_from_bytes(postbox.mails[0], policy=policy.default)["Subject"] == "你好"
    assert noted(tmp_path) == {7}


@pytest.mark.parametrize(("word", "says"), [("MAIL", "451 later"), ("RCPT", "450 later"), ("RCPT", HANGS_UP)])
def test_what_fails_for_now_is_tried_again(
    postbox: Postbox, begun: Begun, tmp_path: Path, word: str, says: str
) -> None:
    postbox.says[word] = says
    with pytest.raises(Later) as later:
        post(postbox, begun)
    assert later.value.after_s == mail.FIRST_PAUSE_S
    assert noted(tmp_path) == frozenset()


def test_a_refusal_for_now_of_the_mail_itself_is_tried_again(
    postbox: Postbox, begun: Begun, tmp_path: Path
) -> None:
    postbox.says["END"] = "452 full"
    with pytest.raises(Later):
        post(postbox, begun)
    assert noted(tmp_path) == frozenset()


@pytest.mark.parametrize(("word", "says"), [("RCPT", "550 nobody"), ("END", "554 no")])
def test_what_is_refused_for_good_fails(postbox: Postbox, begun: Begun, word: str, says: str) -> None:
    postbox.says[word] = says
    with pytest.raises(Failed, match=f"server-{says[:3]}"):
        post(postbox, begun)


def test_what_may_have_been_taken_is_unknown_and_stays_noted(
    postbox: Postbox, begun: Begun, tmp_path: Path
) -> None:
    postbox.says["END"] = HANGS_UP
    assert post(postbox, begun) == Answer("unknown", "connection-lost")
    assert noted(tmp_path) == {7}


def test_no_password_goes_over_an_open_line(postbox: Postbox, begun: Begun) -> None:
    with pytest.raises(Failed, match="not-protected"):
        post(postbox, begun, user="box")
    assert "AUTH" not in postbox.heard


def test_a_server_that_cannot_protect_gets_no_mail(postbox: Postbox, begun: Begun) -> None:
    with pytest.raises(Failed, match="not-protected"):
        post(postbox, begun, security="starttls")
    assert postbox.mails == []


def test_a_server_that_is_away_is_tried_again(postbox: Postbox, begun: Begun) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Later, match="no-connection"):
        post(postbox, begun, port=port)


def test_pauses_grow_and_stay_bounded() -> None:
    assert [mail.pause_s(one) for one in (0, 1, 2, 99)] == [60.0, 120.0, 240.0, 1800.0]


# -- what is in it ----------------------------------------------------------------------------------

OFFICE = Config(
    site=Site(country="CN", language="en", zone="Asia/Shanghai"),
    mailboxes=(Mailbox(id="box", name="Sales", mail="li@example.org"), Mailbox(id="mute")),
    mail=MailServer(sender="box@example.org"),
)


def history(
    data: Path, number: str = "13800138000", presentation: str = "allowed", *, cut: bool = True
) -> None:
    (data / "r.wav").write_bytes(b"RIFF" + b"x" * 100)
    with sqlite3.connect(data / "history.db") as db:
        db.execute("CREATE TABLE recordings (id, path, seconds, began_at, gone, call)")
        db.execute("CREATE TABLE calls (id, from_number, from_name, presentation)")
        db.execute(
            "INSERT INTO recordings VALUES ('r', ?, 7.4, 1790000000000000, '', 1)", ("r.wav" if cut else "",)
        )
        db.execute("INSERT INTO calls VALUES (1, ?, '', ?)", (number, presentation))
    db.close()


def test_a_mail_says_who_called_when_and_has_the_sound(tmp_path: Path) -> None:
    history(tmp_path)
    made = message_mail.compose(OFFICE, "box", "r", 5, tmp_path)
    assert made["Subject"] == "Message from 13800138000 for Sales"
    body = made.get_body()
    assert body is not None
    assert "Time: 2026-09-21 22:13" in body.get_content()
    assert [one.get_filename() for one in made.iter_attachments()] == ["message.wav"]


def test_a_number_in_a_head_is_one_line(tmp_path: Path) -> None:
    history(tmp_path, number="1\r\nBcc: evil@example.org")
    made = message_mail.compose(OFFICE, "box", "r", 5, tmp_path)
    assert made["Bcc"] is None
    assert b"\nBcc" not in made.as_bytes()


def test_a_telephone_of_the_house_is_named(tmp_path: Path) -> None:
    history(tmp_path, number="807", presentation="")
    assert message_mail.compose(OFFICE, "box", "r", 5, tmp_path)["Subject"] == "Message from 807 for Sales"


def test_who_hides_his_number_is_not_named(tmp_path: Path) -> None:
    history(tmp_path, presentation="restricted")
    made = message_mail.compose(OFFICE, "box", "r", 5, tmp_path)
    assert "13800138000" not in made.as_string()


def test_sound_that_is_not_cut_yet_is_waited_for(tmp_path: Path) -> None:
    history(tmp_path, cut=False)
    with pytest.raises(Later, match="not-cut-yet") as later:
        message_mail.compose(OFFICE, "box", "r", 5, tmp_path)
    assert not later.value.counts, "no failure of the server's"


def test_a_mailbox_without_address_gets_none(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="no-address"):
        message_mail.compose(OFFICE, "mute", "r", 5, tmp_path)
