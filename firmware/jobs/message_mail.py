"""The mail of a message that was left in a mailbox: who called, when, how long, and the sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from firmware.config.schema import Config, Mailbox
from firmware.jobs.answers import Failed, Later

NOT_CUT_YET_S = 10.0
OF_THE_HOUSE = ""
"""Presentation of who called from one of the box's telephones: no exchange said anything about it."""
_FOUND = (
    "SELECT r.path, r.seconds, r.began_at, r.gone, c.from_number, c.from_name, c.presentation"
    " FROM recordings r LEFT JOIN calls c ON c.id = r.call WHERE r.id = ?"
)


class Left(NamedTuple):
    """A message as history knows it."""

    path: str
    seconds: float
    began_at: int
    """Unix time in microseconds."""
    number: str
    name: str


def compose(config: Config, mailbox_id: str, recording: str, job: int, data: Path) -> EmailMessage:
    """Raises Failed, Later while the sound is not cut yet."""
    mailbox = next((one for one in config.mailboxes if one.id == mailbox_id), None)
    if mailbox is None or not mailbox.mail:
        raise Failed("no-address")
    left = _left(data, recording)
    language = mailbox.mail_language or config.site.language
    when = datetime.fromtimestamp(left.began_at / 1e6, UTC).astimezone(ZoneInfo(config.site.zone))
    caller = _caller(left, language)
    message = EmailMessage()
    message["From"], message["To"] = config.mail.sender, mailbox.mail
    message["Date"] = format_datetime(when)
    message["Message-ID"] = f"<job-{job}.{recording}@{_plain(config.site.box)}>"
    message["Subject"] = _SUBJECT[language].format(caller=caller, mailbox=_plain(mailbox.name or mailbox.id))
    text = _TEXT[language].format(caller=caller, when=f"{when:%Y-%m-%d %H:%M}", seconds=round(left.seconds))
    _add_sound(message, text, data / left.path, config, mailbox)
    return message


_SUBJECT = {"en": "Message from {caller} for {mailbox}", "zh": "{mailbox}：来自{caller}的语音留言"}
_TEXT = {
    "en": "Caller: {caller}\nTime: {when}\nLength: {seconds} s\n",
    "zh": "来电：{caller}\n时间：{when}\n时长：{seconds} 秒\n",
}
_HIDDEN = {"en": "an unknown number", "zh": "未知号码"}
_TOO_LONG = {
    "en": "The sound is too long for a mail; it is in the mailbox.\n",
    "zh": "录音过大，无法随邮件发送，请在语音信箱中收听。\n",
}


def _left(data: Path, recording: str) -> Left:
    path = data / "history.db"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)) as history:
            row = history.execute(_FOUND, (recording,)).fetchone()
    except sqlite3.Error as error:
        raise Later("database", NOT_CUT_YET_S, counts=False) from error
    if row is not None and row[3]:
        raise Failed("no-recording")
    if row is None or not row[0]:
        raise Later("not-cut-yet", NOT_CUT_YET_S, counts=False)
    shown = row[6] in ("allowed", "not-offered", OF_THE_HOUSE)
    number, name = (row[4] or "", row[5] or "") if shown else ("", "")
    return Left(row[0], row[1] or 0.0, row[2], _plain(number), _plain(name))


def _plain(text: str) -> str:
    """For a line of a head: nothing that could end it."""
    return "".join(one for one in text if one.isprintable())[:100]


def _caller(left: Left, language: str) -> str:
    return " ".join(one for one in (left.name, left.number) if one) or _HIDDEN[language]


def _add_sound(message: EmailMessage, text: str, path: Path, config: Config, mailbox: Mailbox) -> None:
    language = mailbox.mail_language or config.site.language
    try:
        size = path.stat().st_size
        sound = path.read_bytes() if size <= config.mail.most_megabytes << 20 else None
    except OSError as error:
        raise Failed("no-recording") from error
    message.set_content(text if sound is not None else text + _TOO_LONG[language])
    if sound is not None:
        message.add_attachment(sound, maintype="audio", subtype="wav", filename="message.wav")
