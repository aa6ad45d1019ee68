"""Mailboxes in history: messages in several boxes, greetings and what is purged, the list, the doctor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firmware.archive.owed import owed_orders
from firmware.cli.doctor import mailboxes
from firmware.cli.main import main
from firmware.protocol import facts as f
from firmware.protocol.inputs import MessagesGone
from firmware.protocol.places import Places
from tests.unit.kept_bench import DAY_US, KeptBox
from tests.unit.mailbox_bench import MINUTE_US, a_message, greeting, kept_box, live


def gone(box: KeptBox, recording: str) -> str:
    row = box.archive.history.book.row("SELECT gone FROM recordings WHERE id = ?", recording)
    assert row is not None
    return str(row[0])


def test_audio_of_a_message_in_two_mailboxes_goes_with_the_last_of_them(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        recording = a_message(box)
        live(box, f.MessageForwarded("box", recording, "other", "804", seconds=4.0))
        live(box, f.VoicemailDeleted("box", recording))
        box.purge()
        assert gone(box, recording) == ""
        live(box, f.VoicemailDeleted("other", recording))
        box.purge()
        assert gone(box, recording) == "deleted"


def test_an_introduction_goes_with_its_message(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        recording, intro = a_message(box), greeting(box, kind="introduction")
        live(box, f.MessageForwarded("box", recording, "other", "804", intro, 4.0, 3.0))
        box.purge()
        assert gone(box, intro) == ""
        live(box, f.VoicemailDeleted("other", recording))
        box.purge()
        assert (gone(box, intro), gone(box, recording)) == ("deleted", "")


def test_a_greeting_is_kept_for_ever_while_it_is_used_and_no_longer(tmp_path: Path) -> None:
    with kept_box(tmp_path, retention_days=10, purge_early_days=2) as box:
        used, unused = greeting(box), greeting(box)
        live(box, f.GreetingKept("box", "unavailable", used, 4.0))
        box.purge()
        assert (gone(box, used), gone(box, unused)) == ("", "deleted")
        box.now_us += 400 * DAY_US
        live(box, f.LampTold("801", 0))
        box.purge(early=True)
        assert gone(box, used) == ""
        live(box, f.GreetingDropped("box", "unavailable", used))
        box.purge()
        assert gone(box, used) == "deleted"


def test_an_erased_greeting_is_told_to_the_engine_till_it_dropped_it(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        used = greeting(box)
        live(box, f.GreetingKept("box", "busy", used, 4.0))
        box.archive.history.book.do("UPDATE recordings SET gone = 'erased', path = '' WHERE id = ?", used)
        (order,) = owed_orders(box.archive.history.book, tmp_path)
        assert isinstance(order, MessagesGone) and order.recordings == (used,)
        live(box, f.GreetingDropped("box", "busy", used))
        assert owed_orders(box.archive.history.book, tmp_path) == []


def test_without_the_rule_for_greetings_a_used_one_is_purged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted fault."""
    monkeypatch.setattr("firmware.archive.purging.GREETING", "")
    monkeypatch.setattr("firmware.archive.keeping.GREETING", "")
    with pytest.raises(AssertionError):
        test_a_greeting_is_kept_for_ever_while_it_is_used_and_no_longer(tmp_path)


def test_the_list_tells_what_is_new_and_what_should_have_been_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with kept_box(tmp_path) as box:
        heard, new = a_message(box), a_message(box)
        live(box, f.VoicemailHeard("box", heard))
        assert main(["voicemail", "list", "--data", str(tmp_path), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)["messages"]
        assert [(one["id"], one["state"], one["seconds"]) for one in told] == [
            (heard, "heard", 4),
            (new, "new", 4),
        ]
        assert main(["voicemail", "list", "--unchecked", "--data", str(tmp_path)]) == 0
        live(box, f.MailboxUnchecked("box", 1, 1))
        assert main(["voicemail", "list", "--unchecked", "--data", str(tmp_path), "--language", "zh"]) == 1
        assert "未按时收听" in capsys.readouterr().out
        live(box, f.MailboxChecked("box"))
        assert main(["voicemail", "list", "--unchecked", "--data", str(tmp_path)]) == 0
        assert main(["voicemail", "export", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
        assert sorted(one.stem for one in (tmp_path / "out").iterdir()) == sorted((heard, new))


def test_the_doctor_names_full_unheard_and_guessed_mailboxes(tmp_path: Path) -> None:
    with kept_box(tmp_path) as box:
        live(box, f.MailboxFilled("box", "warn", 80, 100.0))
        assert slugs(tmp_path) == ["mailbox-nearly-full"]
        live(box, f.MailboxFilled("box", "full", 100, 120.0))
        live(box, f.MailboxUnchecked("box", 3, 1))
        live(box, f.PinMissed("box", 1, "801", ("box/away", "by:801")))
        live(box, f.PinLocked("box/away", "box", "801", box.now_us + MINUTE_US))
        assert slugs(tmp_path) == ["mailbox-full", "mailbox-unchecked", "mailbox-pin-guessed"]
        live(box, f.MailboxFilled("box", "ample", 0, 0.0), f.MailboxChecked("box"))
        assert slugs(tmp_path) == ["mailbox-pin-guessed"]
        box.now_us += 8 * DAY_US
        live(box, f.LampTold("801", 0))
        assert slugs(tmp_path) == []


def slugs(data: Path) -> list[str]:
    found = list(mailboxes.look(Places(data)))
    for one in found:
        assert one.said("zh") != one.said("en")
    return [one.slug for one in found]
