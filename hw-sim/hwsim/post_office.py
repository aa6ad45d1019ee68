"""The world's mail server: SMTP (RFC 5321) spoken over no network. Each mail is noted in its receiver's diary."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO

import soundfile
from msgspec import Struct

from hwsim.world.diary import Diary

END = b"\r\n.\r\n"
_ADDRESS = re.compile(rb"(?:FROM|TO):<([^<>\s]+)>", re.IGNORECASE)
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")


class Mail(Struct, frozen=True):
    """As it was handed in."""

    sender: str
    to: tuple[str, ...]
    message: EmailMessage

    @property
    def sound_s(self) -> float:
        """Of all sounds that are attached."""
        sounds = [one for one in self.message.iter_attachments() if one.get_content_maintype() == "audio"]
        return sum(float(soundfile.info(BytesIO(one.get_content())).duration) for one in sounds)


class Dialogue:
    """The server's side of one connection: `hear` what the client sends, get what is replied. RFC 5321 4.1.4: a mail
    has a sender, then receivers, then its data.
    """

    def __init__(self, took: Callable[[Mail], None]) -> None:
        self._took = took
        self._kept = b""
        self._in_data = False
        self._forget()

    def _forget(self) -> None:
        self._sender = ""
        self._to: list[str] = []

    def greeting(self) -> bytes:
        return b"220 post office\r\n"

    def hear(self, data: bytes) -> bytes:
        self._kept += data
        said = b""
        while (end := END if self._in_data else b"\r\n") in self._kept:
            heard, _, self._kept = self._kept.partition(end)
            said += self._data(heard) if self._in_data else self._line(heard)
        return said

    def _line(self, line: bytes) -> bytes:
        word, _, rest = line.partition(b" ")
        answer = _ANSWERS.get(word.decode("ascii", "replace").upper())
        return b"500 what?\r\n" if answer is None else answer(self, rest) + b"\r\n"

    def _hello(self, rest: bytes) -> bytes:
        del rest
        self._forget()
        return b"250-post office\r\n250 STARTTLS"

    def _fine(self, rest: bytes) -> bytes:
        del rest
        return b"220 go on"

    def _reset(self, rest: bytes) -> bytes:
        del rest
        self._forget()
        return b"250 fine"

    def _bye(self, rest: bytes) -> bytes:
        del rest
        return b"221 bye"

    def _from(self, rest: bytes) -> bytes:
        found = _ADDRESS.match(rest)
        if found is None or self._sender:
            return b"503 who?" if found else b"501 no address"
        self._sender = found[1].decode()
        return b"250 fine"

    def _receiver(self, rest: bytes) -> bytes:
        found = _ADDRESS.match(rest)
        if found is None or not self._sender:
            return b"503 from whom?" if found else b"501 no address"
        self._to.append(found[1].decode())
        return b"250 fine"

    def _begin(self, rest: bytes) -> bytes:
        del rest
        if not self._to:
            return b"503 to whom?"
        self._in_data = True
        return b"354 go on"

    def _data(self, data: bytes) -> bytes:
        """A line feed or carriage return that stands alone is refused (RFC 5321 2.3.8)."""
        self._in_data = False
        sender, to = self._sender, tuple(self._to)
        self._forget()
        if _BARE.search(data):
            return b"554 bare line feed\r\n"
        text = re.sub(rb"(?m)^\.", b"", data)
        message = message_from_bytes(text, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._took(Mail(sender, to, message))
        return b"250 taken\r\n"


_ANSWERS: Mapping[str, Callable[[Dialogue, bytes], bytes]] = {
    "EHLO": Dialogue._hello,
    "HELO": Dialogue._hello,
    "STARTTLS": Dialogue._fine,
    "MAIL": Dialogue._from,
    "RCPT": Dialogue._receiver,
    "DATA": Dialogue._begin,
    "RSET": Dialogue._reset,
    "QUIT": Dialogue._bye,
}


class _Wire:
    """What `smtplib` needs of a socket, with the server at its other end."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._said = bytearray(dialogue.greeting())

    def sendall(self, data: bytes) -> None:
        self._said += self._dialogue.hear(bytes(data))

    def makefile(self, mode: str) -> _Wire:
        del mode
        return self

    def readline(self, most: int = -1) -> bytes:
        end = self._said.find(b"\n") + 1 or len(self._said)
        end = end if most < 0 else min(end, most)
        line = bytes(self._said[:end])
        del self._said[:end]
        return line

    def shutdown(self, how: int) -> None:
        """Nobody waits."""

    def close(self) -> None:
        """Nothing is held."""


class Connection(smtplib.SMTP):
    """A client's, connected."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        super().__init__("post-office", local_hostname="box")

    def _get_socket(self, host: str, port: int, timeout: float) -> _Wire:
        del host, port, timeout
        return _Wire(self._dialogue)

    def starttls(self, *_given: object, **_named: object) -> tuple[int, bytes]:
        """Said, not done: there is nobody who could listen."""
        self.ehlo_or_helo_if_needed()
        return self.docmd("STARTTLS")


class PostOffice:
    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self.mails: list[Mail] = []

    def connection(self, at_us: int) -> Connection:
        """What is handed in over it came at this time."""
        return Connection(Dialogue(lambda mail: self._take(mail, at_us)))

    def _take(self, mail: Mail, at_us: int) -> None:
        self.mails.append(mail)
        for to in mail.to:
            subject = str(mail.message["Subject"] or "")
            self._diary.note(at_us, to, "MailCame", subject, sound_s=mail.sound_s)
