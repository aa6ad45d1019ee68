"""Mail over SMTP: handed in once. What fails for now is tried again; what may have been taken is never sent twice."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path

from msgspec import Struct

from firmware.config.schema import MailServer
from firmware.jobs.answers import Answer, Failed, Later
from firmware.jobs.pinned import Hold

LONGEST_WAIT_S = 60.0
"""For one word of the server."""
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 1800.0
TAKEN = 250
TEMPORARY = range(400, 500)


Connect = Callable[[MailServer, float, ssl.SSLContext], smtplib.SMTP]
"""A connection to the server, with seconds to wait for each word. Raises smtplib.SMTPException, OSError."""


class Posting(Struct, frozen=True):
    """One mail to be handed in. `begin` is called right before the server may take it, `undo` when it did not."""

    server: MailServer
    message: EmailMessage
    tries: int
    left_s: Callable[[], float]
    hold: Hold
    begin: Callable[[], None]
    undo: Callable[[], None]
    context: ssl.SSLContext | None = None
    connect: Connect | None = None
    """Empty: over the network."""


def pause_s(tries: int) -> float:
    """Doubled with each try."""
    return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(tries, 10)))


def hand_in(posting: Posting) -> Answer:
    """Raises Failed, Later."""
    if not posting.server.server:
        raise Failed("no-mail-server")
    try:
        link = _connected(posting)
    except smtplib.SMTPAuthenticationError as error:
        raise Failed("wrong-password") from error
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
        raise Failed("not-protected") from error
    except (smtplib.SMTPException, OSError) as error:
        raise _later("no-connection", posting) from error
    try:
        return _posted(link, posting)
    finally:
        link.close()


def _connected(posting: Posting) -> smtplib.SMTP:
    """Raises smtplib.SMTPException, OSError, Failed."""
    server = posting.server
    context = posting.context or ssl.create_default_context()
    wait_s = max(0.1, min(LONGEST_WAIT_S, posting.left_s()))
    link = (posting.connect or over_the_network)(server, wait_s, context)
    try:
        _sign_in(link, posting, context)
    except BaseException:
        link.close()
        raise
    return link


def over_the_network(server: MailServer, wait_s: float, context: ssl.SSLContext) -> smtplib.SMTP:
    """Raises smtplib.SMTPException, OSError."""
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.server, server.port, timeout=wait_s, context=context)
    return smtplib.SMTP(server.server, server.port, timeout=wait_s)


def _sign_in(link: smtplib.SMTP, posting: Posting, context: ssl.SSLContext) -> None:
    """Raises smtplib.SMTPException, OSError, Failed."""
    server = posting.server
    if link.sock is not None:
        posting.hold(link.sock)
    if server.security == "starttls":
        link.starttls(context=context)
    if server.user:
        if server.security == "none":
            raise Failed("not-protected")
        link.login(server.user, _password(server))
    else:
        link.ehlo_or_helo_if_needed()


def _password(server: MailServer) -> str:
    """The first line of its file. Raises Failed."""
    try:
        return Path(server.password_file).read_text("utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeError) as error:
        raise Failed("no-password") from error


def _posted(link: smtplib.SMTP, posting: Posting) -> Answer:
    """Up to the last word before the mail itself, a lost connection loses nothing. Lines end with CR LF (RFC 5321
    2.3.8).
    """
    sender, to = posting.server.sender, str(posting.message["To"])
    try:
        for code, _ in (link.mail(sender), link.rcpt(to)):
            _accepted(code, posting)
    except (smtplib.SMTPException, OSError) as error:
        raise _later("connection-lost", posting) from error
    posting.begin()
    try:
        code, _ = link.data(posting.message.as_bytes(policy=policy.SMTP))
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
    except (smtplib.SMTPException, OSError):
        return Answer("unknown", "connection-lost")
    if code != TAKEN:
        posting.undo()
    _accepted(code, posting)
    return Answer("done")


def _accepted(code: int, posting: Posting) -> None:
    if code in TEMPORARY:
        raise _later(f"server-{code}", posting)
    if not 200 <= code < 300:
        raise Failed(f"server-{code}")


def _later(reason: str, posting: Posting) -> Later:
    return Later(reason, pause_s(posting.tries))
