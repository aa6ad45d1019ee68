"""`tipring sip`: passwords of telephones, and who is registered."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import pytest

from drivers.clock import MonotonicClock
from firmware.cli.box_plan import BoxPlan
from firmware.cli.main import DONE, FOUND_WRONG, MISUSED, main
from firmware.cli.sip import STATES, WORDS
from firmware.config.schema import Card, Config, Extension, Site
from firmware.config.versions import ConfigStore
from firmware.protocol.places import Places
from firmware.protocol.role import RoleLock
from firmware.sip.bindings import Contact
from firmware.sip.bindings_file import NAME, encode
from firmware.sip.credentials import FOLDER, LENGTH, read
from firmware.sip.digest import ha1

SECOND = 1_000_000


@pytest.fixture
def box(tmp_path: Path) -> Places:
    places = Places(tmp_path / "box")
    places.make()
    config = Config(
        site=Site(box="b7"),
        cards=(Card("ip", kind="sip"),),
        extensions=(Extension("201", "ip"),),
    )
    ConfigStore(places.config_db).put(config, "somebody", 0)
    return places


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def sip(places: Places, *words: str) -> int:
    return main(["sip", *words, "--data", str(places.root), "--language", "en"])


def test_a_password_is_made_shown_once_and_kept_as_hashes(
    box: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sip(box, "password", "201", "--json") == DONE
    shown = json.loads(told(capsys))
    assert (shown["user"], shown["realm"], len(shown["password"])) == ("201", "tipring-b7", LENGTH)
    kept = read(box.secrets / FOLDER / "201.json")
    assert kept is not None
    assert kept.md5 == ha1("MD5", "201", "tipring-b7", shown["password"])
    for path in box.root.rglob("*"):
        assert not path.is_file() or shown["password"].encode() not in path.read_bytes()


def test_a_given_password_is_taken_and_not_shown(
    box: Places, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sip(box, "password", "201", "--set", "correct-horse-9") == DONE
    first = read(box.secrets / FOLDER / "201.json")
    assert first is not None
    assert first.sha256 == ha1("SHA-256", "201", "tipring-b7", "correct-horse-9")
    monkeypatch.setattr("sys.stdin", io.StringIO("battery-staple-8\n"))
    assert sip(box, "password", "201", "--set", "-") == DONE
    second = read(box.secrets / FOLDER / "201.json")
    assert second is not None
    assert second.md5 == ha1("MD5", "201", "tipring-b7", "battery-staple-8")
    assert "horse" not in (out := told(capsys))
    assert "staple" not in out


@pytest.mark.parametrize("password", ["", "201", "12345678901", "short"])
def test_a_weak_password_is_refused(password: str, box: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert sip(box, "password", "201", "--set", password) == MISUSED
    assert "would be guessed" in capsys.readouterr().err
    assert read(box.secrets / FOLDER / "201.json") is None


@pytest.mark.parametrize("number", ["", "20a", "../201", "+86", "1" * 21])
def test_what_is_no_number_is_refused(number: str, box: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert sip(box, "password", number) == MISUSED
    assert "no extension's number" in capsys.readouterr().err


def test_a_number_without_a_telephone_is_told(box: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert sip(box, "password", "201") == DONE
    assert "no telephone" not in told(capsys)
    assert sip(box, "password", "299") == DONE
    assert "no telephone with number 299" in told(capsys)


def test_a_box_without_a_configuration_has_no_realm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sip", "password", "201", "--data", str(tmp_path), "--language", "en"]) == MISUSED
    assert "tipring config apply FILE.toml" in capsys.readouterr().err
    assert not (tmp_path / "secrets").exists()


def registered(number: str, until_s: int, **changes: object) -> Contact:
    now_us = MonotonicClock(0).now_us()
    uri = f"sip:{number}@192.168.1.50:5060"
    one = Contact(
        number,
        uri,
        uri,
        "192.168.1.50",
        5060,
        "udp",
        now_us + until_s * SECOND,
        now_us,
        "c",
        1,
        user_agent="Desk 1",
    )
    return msgspec.structs.replace(one, **changes)


def runs(box: Places, *contacts: Contact) -> RoleLock:
    box.plan.write_bytes(msgspec.json.encode(BoxPlan(0, "boot")))
    (box.run / NAME).write_bytes(encode(contacts, 0))
    return RoleLock(box.run, "sip")


def test_registered_telephones_are_shown(box: Places, capsys: pytest.CaptureFixture[str]) -> None:
    natted = registered("202", 60, address="fd00::9", is_natted=True, user_agent="\x1b[31m" + "x")
    lock = runs(box, natted, registered("201", 3600), registered("203", -1))
    try:
        assert sip(box, "phones") == DONE
        lines = told(capsys).splitlines()
        assert [line.split()[0] for line in lines] == ["number", "201", "202"]
        assert "192.168.1.50:5060" in lines[1]
        assert "[fd00::9]:5060" in lines[2]
        assert "behind NAT" in lines[2]
        assert "\x1b" not in lines[2]
        assert sip(box, "phones", "--json") == DONE
        rows = json.loads(told(capsys))["phones"]
        assert [(row["number"], row["state"]) for row in rows] == [
            ("201", "registered"),
            ("202", "behind NAT"),
        ]
        assert 3590 <= rows[0]["expires_s"] <= 3600
        assert main(["sip", "phones", "--data", str(box.root), "--language", "zh"]) == DONE
        assert STATES["behind NAT"] in told(capsys)
    finally:
        lock.release()


def test_a_box_where_nobody_registered_says_so(box: Places, capsys: pytest.CaptureFixture[str]) -> None:
    lock = runs(box)
    try:
        assert sip(box, "phones") == DONE
        assert "no telephone is registered" in told(capsys)
    finally:
        lock.release()


def test_a_box_whose_sip_does_not_run_says_so(box: Places, capsys: pytest.CaptureFixture[str]) -> None:
    runs(box, registered("201", 3600)).release()
    assert sip(box, "phones") == FOUND_WRONG
    assert "tipring doctor" in told(capsys)
    assert sip(box, "phones", "--json") == FOUND_WRONG
    assert json.loads(told(capsys)) == {"running": False, "phones": []}


def test_both_languages_say_everything() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
