from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
import string
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec import structs

from drivers.clock import MonotonicClock
from firmware.archive.archive import Archive
from firmware.archive.backup.last import LAST
from firmware.cli import doctor
from firmware.cli.box_plan import BoxPlan
from firmware.cli.doctor import Finding, machine
from firmware.cli.doctor.backup import DAY_US
from firmware.cli.doctor.said import CHECKS_ZH
from firmware.cli.doctor.wordings import SAID
from firmware.cli.guardian_status import GuardianStatus
from firmware.config.schema import Card, Config, Extension, Gate, Line, Trunk
from firmware.config.versions import ConfigStore
from firmware.engine.hours import wall_watch
from firmware.gate.status import GateStatus
from firmware.jobs.runner import JobsStatus
from firmware.jobs.webhooks.standing import Standing, Standings, write_standings
from firmware.protocol.facts import Fact, NotRecorded
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.places import Places
from firmware.protocol.recorder_status import RecorderStatus
from firmware.protocol.role import ROLES, RoleLock
from firmware.sip.status import SipStatus
from firmware.store.disk import VirtualDisk
from firmware.store.history import open_history
from tests.unit.journal_bench import blocks, records, story

SWITCH = {
    "tick": 90_000,
    "pace": {"late_ticks": 0, "seconds": 1800, "seconds_not_counted": 0},
    "engine_state": "deciding",
    "events_lost": 0,
    "garbled_frames": 0,
    "misfit_commands": 0,
    "missing_prompts": 0,
    "crowded_prompts": 0,
    "tape_lost_blocks": 0,
    "audio_ring_fill": 0.01,
    "slips": 0,
    "findings": [],
}
ENGINE = {
    "calls": 3,
    "queued": 1,
    "agents_ready": 2,
    "ring_fill": 0.001,
    "ring_waits": 0,
    "ring_waited_us": 0,
    "ring_waiting": False,
    "passed_over": 0,
    "recovery_missing": 0,
    "recovery_left_out": 0,
    "recovery_snapshots_refused": 0,
    "link_up": True,
}
ARCHIVE = {"at_us": 5, "taken": 9, "cut": 1, "behind_s": 0.0, "last_error": "", "bad_blocks": 0, "torn": 0}
JOBS = msgspec.to_builtins(JobsStatus(engine_up=True, open=2, oldest_s=3.0))
RECORDER = RecorderStatus(
    bytes_all=100_000_000_000,
    bytes_free=60_000_000_000,
    space_used=0.4,
    reserve_held=True,
    reserve_bytes=64_000_000,
    sync_us_p99=20_000,
    bytes_per_day=1_000_000_000,
    budget_bytes_per_day=5_000_000_000,
)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Places]:
    places = Places(tmp_path.resolve())
    places.make()
    yield places
    shutil.rmtree(places.run)


class Box:
    """A box in which all is well, to be spoilt in one place."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.now_us = 40 * DAY_US
        offset_us = self.now_us - MonotonicClock().now_us()
        places.plan.write_bytes(msgspec.json.encode(BoxPlan(offset_us, "this boot", "demo.toml")))
        self.locks = {role: RoleLock(places.run, role) for role in ROLES}
        for role in ROLES:
            self.beat(role)
        self.says("switch", SWITCH)
        self.says("engine", ENGINE)
        self.says("archive", ARCHIVE)
        self.says("jobs", JOBS)
        self.says("recorder", msgspec.to_builtins(RECORDER))
        self.says("guardian", msgspec.to_builtins(self.guardian()))
        with ConfigStore(places.config_db) as store:
            store.put(Config(), "li", 0)
        archived(places)

    def beat(self, role: str, ago_s: float = 0.0) -> None:
        beat = Heartbeat(self.places.beat(role))
        beat.beat(self.now_us - round(ago_s * 1e6))
        beat.close()

    def says(self, role: str, told: Mapping[str, Any], **changed: Any) -> None:
        self.places.status(role).write_text(json.dumps({**told, **changed}))

    def recorder(self, **changed: Any) -> None:
        self.says("recorder", msgspec.to_builtins(structs.replace(RECORDER, **changed)))

    def guardian(self, **changed: Any) -> GuardianStatus:
        memory = {"switch": 120_000_000, "engine": 60_000_000}
        return structs.replace(GuardianStatus(at_us=self.now_us, memory_bytes=memory), **changed)

    def guards(self, **changed: Any) -> None:
        self.says("guardian", msgspec.to_builtins(self.guardian(**changed)))

    def pace(self, **changed: Any) -> None:
        self.says("switch", SWITCH, pace={**SWITCH["pace"], **changed})  # type: ignore[dict-item]

    def history(self, statement: str) -> None:
        db = open_history(self.places.history_db, durable=False)
        db.execute(statement)
        db.conn.commit()
        db.close()

    def close(self) -> None:
        for lock in self.locks.values():
            lock.release()


@pytest.fixture
def healthy(box: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    model = tmp_path / "model"
    model.write_text("Some laptop\0")
    monkeypatch.setattr(machine, "MODEL", model)
    found = Box(box)
    yield found
    found.close()


def archived(places: Places, *left_out: type[Fact]) -> None:
    """One call of 10 s, answered after 1 s; without facts of these kinds."""
    told = [
        (at_us, tuple(one for one in facts if not isinstance(one, left_out))) for at_us, facts in story(1)
    ]
    archive = Archive(places.root, disk=VirtualDisk(), durable=False)
    archive.follow(records(told))
    for block in blocks(1):
        archive.take_block(block)
    archive.finish()
    archive.close()


def looked(places: Places) -> dict[str, Finding]:
    return {finding.slug: finding for finding in doctor.examine(places)}


def wrong(places: Places) -> set[str]:
    return {slug for slug, finding in looked(places).items() if not finding.well}


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["doctor", *words])
    code: int = arguments.run(arguments)
    return code


def gone(role: str) -> Callable[[Box], None]:
    return lambda box: box.locks.pop(role).release()


def webhook_stands(box: Box, *, failing_h: float = 0, has_secret: bool = True, given_up: int = 0) -> None:
    failing_at = MonotonicClock.wall_us() - round(failing_h * 3_600_000_000) if failing_h else 0
    one = Standing("crm", has_secret=has_secret, failing_at=failing_at, given_up=given_up, reason="refused")
    write_standings(box.places.run, Standings(box.now_us, (one,)))


def used_for_days(box: Box) -> None:
    box.history(f"UPDATE progress SET at_us = {20 * DAY_US}")


def backed_up(days_ago: int) -> Callable[[Box], None]:
    def make(box: Box) -> None:
        made_at = MonotonicClock.wall_us() // 1_000_000 - days_ago * 86_400
        (box.places.root / LAST).write_text(json.dumps({"made_at": made_at, "bytes": 5}))

    return make


def pages_say(box: Box, **changed: Any) -> None:
    """They are served."""
    box.locks["web"] = RoleLock(box.places.run, "web")
    box.says("web", {"at_us": box.now_us, "url": "https://box:8443", "fingerprint": "AB:CD"} | changed)


def gate_says(box: Box, **changed: Any) -> None:
    """The gate is configured and runs."""
    with ConfigStore(box.places.config_db) as store:
        store.put(Config(gate=Gate(enabled=True)), "li", 0)
    box.locks["gate"] = RoleLock(box.places.run, "gate")
    told = structs.replace(GateStatus(at_us=box.now_us, listening=True, clients=2), **changed)
    box.says("gate", msgspec.to_builtins(told))


SIP_BOX = Config(
    cards=(Card(name="ip", kind="sip"),),
    extensions=(Extension(number="201", card="ip"),),
    trunks=(Trunk(name="t", card="ip", hosts=("192.0.2.1",)),),
)


def sip_says(box: Box, **changed: Any) -> None:
    """A telephone and a trunk of SIP are there."""
    with ConfigStore(box.places.config_db) as store:
        store.put(SIP_BOX, "li", 0)
    box.locks["sip"] = RoleLock(box.places.run, "sip")
    told = SipStatus(at_us=box.now_us, telephones=1, trunks=1, is_realtime=True)
    box.says("sip", msgspec.to_builtins(structs.replace(told, **changed)))


def no_hats(box: Box) -> None:
    machine.MODEL.write_text("Raspberry Pi 4 Model B Rev 1.4\0")


# What is planted, and what is found: exactly this.
FAULTS: Mapping[str, tuple[Callable[[Box], None], str]] = {
    "archive gone": (gone("archive"), "process-gone"),
    "recorder hangs": (lambda box: box.beat("recorder", ago_s=40), "process-hangs"),
    "engine hangs": (lambda box: box.beat("engine", ago_s=5), "process-hangs"),
    "archive keeps dying": (lambda box: box.guards(waiting_s={"archive": 8.0}), "process-waits"),
    "engine died": (
        lambda box: box.guards(deaths={"engine": 2}, last_death="engine: died", last_death_us=box.now_us - 5),
        "process-died",
    ),
    "engine grows": (lambda box: box.guards(memory_bytes={"engine": 450_000_000}), "process-large"),
    "late ticks": (lambda box: box.pace(late_ticks=1), "ticks-late"),
    "machine stands": (lambda box: box.pace(seconds_not_counted=100), "machine-stands"),
    "tape lost": (lambda box: box.says("switch", SWITCH, tape_lost_blocks=3), "tape-overrun"),
    "audio ring fills": (lambda box: box.says("switch", SWITCH, audio_ring_fill=0.7), "audio-ring-fills"),
    "engine away": (lambda box: box.says("switch", SWITCH, engine_state="absent"), "engine-away"),
    "events lost": (lambda box: box.says("switch", SWITCH, events_lost=1), "events-lost"),
    "misfits": (lambda box: box.says("switch", SWITCH, misfit_commands=2), "commands-misfit"),
    "missing prompts": (lambda box: box.says("switch", SWITCH, missing_prompts=2), "prompts-asked-in-vain"),
    "crowded prompts": (lambda box: box.says("switch", SWITCH, crowded_prompts=1), "prompts-crowded"),
    "slips": (lambda box: box.says("switch", SWITCH, slips=1), "clocks-slip"),
    "garbled": (lambda box: box.says("switch", SWITCH, garbled_frames=1), "frames-garbled"),
    "card": (lambda box: box.says("switch", SWITCH, findings=["port 3: nothing"]), "switch-finding"),
    "engine stands": (
        lambda box: box.says("engine", ENGINE, ring_waiting=True, ring_waits=1),
        "engine-stands",
    ),
    "engine stood": (lambda box: box.says("engine", ENGINE, ring_waits=1), "engine-stood"),
    "journal ring fills": (lambda box: box.says("engine", ENGINE, ring_fill=0.6), "journal-ring-fills"),
    "passed over": (lambda box: box.says("engine", ENGINE, passed_over=1), "inputs-passed-over"),
    "records missing": (lambda box: box.says("engine", ENGINE, recovery_missing=4), "records-missing"),
    "facts left out": (lambda box: box.says("engine", ENGINE, recovery_left_out=4), "records-missing"),
    "snapshots": (lambda box: box.says("engine", ENGINE, recovery_snapshots_refused=1), "snapshots-refused"),
    "switch away": (lambda box: box.says("engine", ENGINE, link_up=False), "switch-away"),
    "disk fills": (lambda box: box.recorder(level="warn", space_used=0.87), "disk-fills"),
    "disk full": (lambda box: box.recorder(level="full", stop="disk-full"), "disk-full"),
    "disk failed": (lambda box: box.recorder(trouble="disk-failed", failures={"EIO": 3}), "disk-failed"),
    "disk errors": (lambda box: box.recorder(failures={"EIO": 3}, last_error="EIO: sync"), "disk-errors"),
    "disk slow": (lambda box: box.recorder(sync_us_p99=5_000_000), "disk-slow"),
    "no reserve": (lambda box: box.recorder(reserve_held=False), "disk-no-reserve"),
    "rings filled": (lambda box: box.recorder(audio_fill_most=0.6), "rings-fill"),
    "blocks refused": (lambda box: box.recorder(blocks_refused=9), "tape-lost"),
    "wears": (lambda box: box.recorder(bytes_per_day=9_000_000_000), "disk-wears"),
    "archive behind": (lambda box: box.says("archive", ARCHIVE, behind_s=90.0), "archive-behind"),
    "archive fails": (lambda box: box.says("archive", ARCHIVE, last_error="disk full"), "archive-fails"),
    "tape damaged": (lambda box: box.says("archive", ARCHIVE, torn=1), "tape-damaged"),
    "gaps": (lambda box: box.history("INSERT INTO journal_gaps VALUES (1, 2, 4, 5)"), "journal-gaps"),
    "poison": (
        lambda box: box.history("INSERT INTO oddities VALUES (1, 'InputPassedOver', 'x', 5)"),
        "inputs-were-passed-over",
    ),
    "oddity": (lambda box: box.history("INSERT INTO oddities VALUES (1, 'CallBegan', 'x', 5)"), "oddities"),
    "mail is tried again": (
        lambda box: box.says("jobs", JOBS, mails_retried=1, mail_reason="no-connection"),
        "mail-fails",
    ),
    "mail failed": (lambda box: box.says("jobs", JOBS, mail_failed_us=box.now_us - 5), "mail-fails"),
    "jobs hang": (lambda box: box.says("jobs", JOBS, left_behind=1), "jobs-hang"),
    "jobs without engine": (lambda box: box.says("jobs", JOBS, engine_up=False), "jobs-no-engine"),
    "webhook without secret": (lambda box: webhook_stands(box, has_secret=False), "webhook-no-secret"),
    "webhook fails": (lambda box: webhook_stands(box, failing_h=1), "webhook-fails"),
    "webhook loses": (lambda box: webhook_stands(box, failing_h=80, given_up=9), "webhook-loses"),
    "secrets guessed": (
        lambda box: gate_says(box, refused_logins=10, last_refused_us=box.now_us - 5),
        "gate-guessed",
    ),
    "gate does not listen": (lambda box: gate_says(box, listening=False), "gate-gone"),
    "pages hang": (lambda box: pages_say(box, at_us=box.now_us - 31_000_000), "web-gone"),
    "gate hangs": (lambda box: gate_says(box, at_us=box.now_us - 31_000_000), "gate-gone"),
    "trunk down": (lambda box: sip_says(box, trunks=0), "sip-trunk-down"),
    "passwords of telephones guessed": (lambda box: sip_says(box, log_in_failures=100), "sip-guessed"),
    "SIP hangs": (lambda box: sip_says(box, at_us=box.now_us - 11_000_000), "sip-gone"),
    "no backup": (used_for_days, "backup-none"),
    "old backup": (backed_up(40), "backup-old"),
    "no hats": (no_hats, "hardware-missing"),
}


def test_a_box_in_which_all_is_well_has_no_finding(healthy: Box) -> None:
    assert wrong(healthy.places) == set()
    checks = {finding.check for finding in doctor.examine(healthy.places)}
    expected = (
        "software hardware prompts sip clock disk configuration processes switch engine archive ledger jobs gate"
        " pages backup"
    )
    assert checks == set(expected.split())


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_nothing_else(name: str, healthy: Box) -> None:
    if name == "no hats" and Path("/dev/spidev0.0").exists():
        pytest.skip("this machine has the devices")
    plant, slug = FAULTS[name]
    plant(healthy)
    assert wrong(healthy.places) == {slug}
    for language in ("en", "zh"):
        seen, remedy = looked(healthy.places)[slug].said(language)
        assert seen
        assert remedy


def test_pages_tell_where_they_are_and_whose_certificate_they_have(healthy: Box) -> None:
    pages_say(healthy)
    seen, _ = looked(healthy.places)["web-secure"].said("zh")
    assert "https://box:8443" in seen and "AB:CD" in seen


def test_webhooks_that_are_well_are_told_and_so_is_a_trouble_that_is_young(healthy: Box) -> None:
    webhook_stands(healthy, failing_h=0.01)
    assert looked(healthy.places)["webhooks"].well and wrong(healthy.places) == set()


def test_sip_tells_who_is_there(healthy: Box) -> None:
    sip_says(healthy, calls=3)
    seen = looked(healthy.places)["sip-service"].seen
    assert seen == "1 of 1 SIP telephones registered, 1 of 1 trunks up, 3 calls"
    healthy.says("sip", msgspec.to_builtins(SipStatus(at_us=healthy.now_us, trunks=1)))
    found = looked(healthy.places)
    assert found["sip-nobody"].well and found["sip-no-priority"].well


def test_a_gate_tells_who_is_in_and_how_many_were_refused(healthy: Box) -> None:
    assert looked(healthy.places)["gate-off"].well
    gate_says(healthy)
    assert looked(healthy.places)["gate"].seen == "on, 2 programs logged in"
    hour_ago = healthy.now_us - 3_600_000_000
    told = GateStatus(at_us=healthy.now_us, listening=True, refused_logins=3, last_refused_us=hour_ago)
    healthy.says("gate", msgspec.to_builtins(told))
    seen = looked(healthy.places)["gate-refused"].seen
    assert seen == "on, 0 programs logged in; 3 logins refused, the last 1.0 h ago"
    healthy.locks.pop("gate").release()
    assert "gate-gone" in wrong(healthy.places), "what it said last is old"


def test_jobs_tell_what_waits_and_since_when(healthy: Box) -> None:
    seen = looked(healthy.places)["jobs"].seen
    assert seen == "2 look-ups and mails under way, the oldest for 3 s"
    healthy.says("jobs", JOBS, mails_failed=4, mail_failed_us=healthy.now_us - 2 * DAY_US)
    assert "mail-fails" not in wrong(healthy.places)


def test_a_fresh_backup_is_well(healthy: Box) -> None:
    used_for_days(healthy)
    backed_up(3)(healthy)
    assert wrong(healthy.places) == set()
    assert looked(healthy.places)["backup"].seen == "the last one is 3 days old"


def test_a_clock_earlier_than_the_software_is_never_shown_as_good(
    healthy: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MonotonicClock, "wall_us", lambda: 86_400_000_000)
    assert wrong(healthy.places) == {"clock-none"}
    assert "1970-01-02" in looked(healthy.places)["clock-none"].seen
    assert "open" in looked(healthy.places)["clock-none"].seen


def test_nobody_vouches_for_the_clock_of_a_real_box(healthy: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy.places.plan.write_bytes(msgspec.json.encode(BoxPlan(healthy.now_us, "this boot")))
    monkeypatch.setattr("firmware.cli.doctor.clock.quality_of", lambda *_: "manual")
    monkeypatch.setattr(MonotonicClock, "wall_us", lambda: wall_watch.BUILT_US + 1)
    assert "clock-unsure" in wrong(healthy.places)
    monkeypatch.setattr("firmware.cli.doctor.clock.quality_of", lambda *_: "ntp")
    assert "clock-unsure" not in wrong(healthy.places)


def test_every_word_is_used_and_says_the_same_in_both_languages() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(doctor.__file__).parent.glob("[!w]*.py"))
    for slug, said in SAID.items():
        assert f'"{slug}"' in source, f"{slug} is never found"
        fields = [names(text) for text in (said.en, said.zh)]
        assert fields[0] == fields[1], slug
        assert bool(said.en_remedy) is bool(said.zh_remedy)
        assert not said.wrong or said.en_remedy, slug
        assert not re.search("[一-鿿]", said.en + said.en_remedy)
    assert {said.check for said in SAID.values()} == set(CHECKS_ZH)


def names(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_the_json_document_says_the_same_in_chinese(healthy: Box, capsys: pytest.CaptureFixture[str]) -> None:
    healthy.pace(late_ticks=2)
    assert run("--json", "--language", "zh", "--data", str(healthy.places.root)) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["well"] is False
    (one,) = [finding for finding in document["findings"] if not finding["well"]]
    assert one["slug"] == "ticks-late"
    assert "节拍" in one["seen"]


def test_a_healthy_box_exits_0_and_a_sick_one_1(healthy: Box, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--data", str(healthy.places.root)) == 0
    assert "ok     processes: running: switch, engine, recorder, archive" in capsys.readouterr().out
    healthy.recorder(level="full", stop="disk-full")
    assert run("--data", str(healthy.places.root)) == 1
    assert "WRONG  disk: full" in capsys.readouterr().out


def test_what_a_stranger_wrote_does_not_act_on_the_terminal(healthy: Box) -> None:
    healthy.recorder(failures={"EIO": 1}, last_error="\x1b[2Jgone")
    assert "\x1b" not in looked(healthy.places)["disk-errors"].seen


# -- without a box ------------------------------------------------------------------------------------


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_directory_without_a_box_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 50, 50))
    assert run("--data", str(tmp_path / "none")) == 0
    told = capsys.readouterr().out
    assert "ok     processes: the box is not running" in told
    assert "tipring config apply FILE.toml" in told
    assert not (tmp_path / "none").exists()


def test_a_disk_that_fills_up_is_told_also_while_no_recorder_runs(
    box: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 86, 14))
    assert "larger disk" in looked(box)["disk-fills"].remedy


def test_a_missing_package_is_named(box: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "soundfile" else there(name)
    )
    found = looked(box)["software-missing"]
    assert "soundfile" in found.seen
    assert "make setup" in found.remedy


def test_prompts_of_both_languages_must_be_there(
    box: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prompts" / "zh").mkdir(parents=True)
    (tmp_path / "prompts" / "zh" / "welcome.wav").touch()
    monkeypatch.setattr(machine, "BUILT", tmp_path / "prompts")
    assert "prompts-missing" in wrong(box)


@pytest.mark.parametrize(
    ("model", "slug"),
    [
        ("Raspberry Pi 5 Model B Rev 1.0\0", "hardware-no-hats"),
        ("Raspberry Pi 4 Model B Rev 1.4\0", "hardware-missing"),
        ("Some laptop\0", "hardware-none"),
    ],
)
def test_hardware_is_judged_by_its_model(
    box: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, slug: str
) -> None:
    if slug == "hardware-missing" and Path("/dev/spidev0.0").exists():
        pytest.skip("this machine has the devices")
    (tmp_path / "model").write_text(model)
    monkeypatch.setattr(machine, "MODEL", tmp_path / "model")
    assert slug in looked(box)


def test_the_configuration_in_force_is_checked_again(box: Places) -> None:
    assert "configuration-none" in looked(box)
    with ConfigStore(box.config_db) as store:
        store.put(Config(), "li", 0)
        assert looked(box)["configuration"].seen == "version 1 by li"
        card = Card(name="hat", slots=("fxs",) * 8)
        store.put(Config(cards=(card,), lines=(Line(name="line-1", card="hat", slot=1),)), "wang", 0)
    found = looked(box)["configuration-faulty"]
    assert "version 2 by wang" in found.seen
    assert "tipring config" in found.remedy


@pytest.mark.parametrize(
    ("file", "slug"), [("config.db", "configuration-unreadable"), ("history.db", "history-unreadable")]
)
def test_a_damaged_database_is_told_not_raised(file: str, slug: str, box: Places) -> None:
    (box.root / file).write_bytes(b"not a database, but long enough to look at" * 100)
    assert "backup" in looked(box)[slug].remedy


def test_status_files_of_another_version_say_nothing(box: Places) -> None:
    locks = [RoleLock(box.run, role) for role in ("switch", "engine")]
    try:
        for role in (*ROLES, "guardian"):
            box.status(role).write_text("{}")
        assert not {"switch", "engine"} & looked(box).keys() - {"engine"}
        for role in (*ROLES, "guardian"):
            box.status(role).write_text('{"half')
        assert not {"switch", "engine"} & looked(box).keys()
    finally:
        for lock in locks:
            lock.release()


def test_answered_time_without_audio_or_reason_is_wrong(box: Places) -> None:
    archived(box, NotRecorded)
    found = looked(box)["ledger-unexplained"]
    assert "5.0 s unexplained" in found.seen
    assert "tipring recordings ledger" in found.remedy
