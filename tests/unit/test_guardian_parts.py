"""What the guardian is made of: logs in memory, counts, systemd's socket, supervisord's configuration."""

from __future__ import annotations

import configparser
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from firmware.cli import role_logs
from firmware.cli.guardian_status import GuardianStatus, Tally, read_status
from firmware.cli.process_look import is_stopped, private_bytes
from firmware.cli.role_logs import RoleLog
from firmware.cli.role_table import ROLE_TABLE, roles_of
from firmware.cli.sd_notify import SystemdNotifier
from firmware.cli.supervisor import configuration
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES
from firmware.protocol.status_file import StatusFile

# -- logs ---------------------------------------------------------------------------------------------


def test_logs_are_in_memory_and_not_on_the_disk(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert places.log.is_relative_to(places.run) and not places.log.is_relative_to(places.root)


def test_a_long_log_keeps_its_end_while_it_is_written_on(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    with path.open("ab", buffering=0) as writer:
        for number in range(200_000):
            writer.write(b"line %d\n" % number)
        log = RoleLog(path)
        assert path.stat().st_size > role_logs.MOST_BYTES
        log.trim()
        writer.write(b"and on\n")
    lines = path.read_bytes().splitlines()
    assert path.stat().st_size <= role_logs.MOST_BYTES
    assert lines[-2:] == [b"line 199999", b"and on"] and lines[0].startswith(b"line 1")


def test_last_words_are_those_of_this_death(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    log = RoleLog(path)
    assert log.last_words() == ""
    path.write_text("Traceback\nValueError: no such thing\n\n")
    assert log.last_words() == "ValueError: no such thing"
    assert log.last_words() == "", "the next death said nothing"


# -- counts -------------------------------------------------------------------------------------------


def test_counts_go_on_when_another_guardian_takes_over(tmp_path: Path) -> None:
    tally = Tally(read_status(tmp_path / "guardian.status.json"))
    tally.died("engine", "hung", "", 5)
    tally.died("engine", "died", "ValueError: x", 6)
    tally.died("archive", "memory", "", 7)
    tally.died("recorder", "stopped", "", 8)
    file = StatusFile(tmp_path / "guardian.status.json")
    file.write(
        GuardianStatus(
            guardian_starts=tally.starts,
            deaths=tally.deaths,
            hangs=tally.hangs,
            over_memory=tally.over_memory,
            last_death=tally.last_death,
            last_death_us=tally.last_death_us,
        )
    )
    file.close()
    heir = Tally(read_status(tmp_path / "guardian.status.json"))
    assert heir.starts == 2
    assert heir.deaths == {"engine": 2, "archive": 1, "recorder": 1}
    assert (heir.hangs, heir.over_memory) == ({"engine": 1, "recorder": 1}, {"archive": 1})
    assert (heir.last_death, heir.last_death_us) == ("recorder: stopped", 8)


# -- what the kernel says -----------------------------------------------------------------------------


def test_a_stopped_process_is_known_and_its_memory_is_private(tmp_path: Path) -> None:
    code = "import sys; kept = bytearray(50_000_000); print('here', flush=True); sys.stdin.read()"
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert not is_stopped(child.pid)
        assert 50e6 < private_bytes(child.pid) < 100e6
        child.send_signal(signal.SIGSTOP)
        os.waitpid(child.pid, os.WUNTRACED)
        assert is_stopped(child.pid)
        child.kill()
    assert not is_stopped(child.pid) and private_bytes(child.pid) == 0


# -- systemd ------------------------------------------------------------------------------------------


def test_systemd_hears_what_is_said_to_its_socket(tmp_path: Path) -> None:
    for address in (str(tmp_path / "notify"), f"@tipring-test-{os.getpid()}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind("\0" + address[1:] if address.startswith("@") else address)
            notifier = SystemdNotifier({"NOTIFY_SOCKET": address})
            notifier.say(READY=1, STATUS="running: engine")
            assert systemd.recv(4096) == b"READY=1\nSTATUS=running: engine"
            notifier.close()


def test_where_nobody_listens_nothing_is_said(tmp_path: Path) -> None:
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        notifier = SystemdNotifier(environment)
        notifier.say(WATCHDOG=1)
        notifier.close()


def test_a_systemd_that_takes_nothing_holds_nobody_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        notifier = SystemdNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        for _ in range(10_000):
            notifier.say(WATCHDOG=1)
        notifier.close()


# -- supervisord --------------------------------------------------------------------------------------


def sections(sim: bool) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read_string(configuration(roles_of(sim)))
    return parser


def test_every_role_is_a_program_that_is_never_given_up() -> None:
    parser = sections(sim=True)
    programs = {name.removeprefix("program:") for name in parser.sections() if name.startswith("program:")}
    assert programs == set(ROLE_TABLE)
    for name in programs:
        program = parser[f"program:{name}"]
        assert (program["autorestart"], program["startsecs"]) == ("true", "0")


def test_a_real_box_has_no_world() -> None:
    names = [role.name for role in roles_of(sim=False)]
    assert sorted(names) == sorted(ROLES)


def test_supervisord_writes_nothing_to_the_disk() -> None:
    parser = sections(sim=True)
    for name in parser.sections():
        for key, value in parser[name].items():
            assert "TIPRING_DATA" not in value or key == "command", (name, key)


def test_wires_are_stopped_first_and_who_remembers_after_who_decides() -> None:
    order = sorted(ROLE_TABLE.values(), key=lambda role: -role.priority)
    assert [role.name for role in order] == ["switch", "engine", "recorder", "archive", "jobs", "world"]
