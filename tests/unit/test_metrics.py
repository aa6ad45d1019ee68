from __future__ import annotations

import re
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from firmware.cli.box_plan import BoxPlan
from firmware.cli.metrics import families as named
from firmware.cli.metrics.exposition import STATUSES, all_families, gather
from firmware.cli.metrics.families import Shape, families, values
from firmware.cli.metrics.server import CONTENT_TYPE, MetricsServer
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.places import Places
from firmware.protocol.role import RoleLock
from firmware.protocol.status_file import StatusFile

NAME = re.compile(r"tipring_[a-z][a-z0-9_]*")
SAMPLE = re.compile(
    r'(tipring_[a-z0-9_]+)(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? (\S+)'
)


class Inner(Struct, frozen=True):
    jitter_us_p50: int = 0
    """How late."""
    jitter_us_p999: int = 0


class Told(Struct):
    at_us: int = 0
    """When."""
    pace: Inner = Inner()
    late_ticks: int = 0
    """Ticks that came
    too late."""
    ring_fill: float = 0.0
    sync_ms: int = 0
    memory_kib: int = 0
    bytes_per_s: int = 0
    level: str = ""
    up: bool = False
    failures: dict[str, int] = {}
    waiting_s: dict[str, float] = {}
    findings: tuple[str, ...] = ()


TOLD = {
    "at_us": 2_500_000,
    "pace": {"jitter_us_p50": 50, "jitter_us_p999": 900},
    "late_ticks": 3,
    "ring_fill": 0.25,
    "sync_ms": 40,
    "memory_kib": 2,
    "bytes_per_s": 9,
    "level": 'so"so\n',
    "up": True,
    "failures": {"ENOSPC": 2, "EIO": 1},
    "waiting_s": {"engine": 1.5},
    "findings": ["one", "two"],
}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Places]:
    places = Places(tmp_path.resolve())
    places.make()
    yield places
    shutil.rmtree(places.run)


def exposed() -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in families("x", __name__, "Told"):
        found.setdefault(family.name, []).extend(values(family, TOLD))
    return found


def test_units_become_base_units_and_percentiles_labels() -> None:
    found = exposed()
    assert found["tipring_x_at_seconds"] == [({}, 2.5)]
    jitter = [
        (labels["quantile"], round(value, 9)) for labels, value in found["tipring_x_pace_jitter_seconds"]
    ]
    assert jitter == [("0.5", 5e-05), ("0.999", 9e-04)]
    assert found["tipring_x_late_ticks_total"] == [({}, 3.0)]
    assert found["tipring_x_ring_fill_ratio"] == [({}, 0.25)]
    assert found["tipring_x_sync_seconds"] == [({}, 0.04)]
    assert found["tipring_x_memory_bytes"] == [({}, 2048.0)]
    assert found["tipring_x_bytes_per_second"] == [({}, 9.0)]
    assert found["tipring_x_up"] == [({}, 1.0)]


def test_words_tables_and_lists_become_labels_and_counts() -> None:
    found = exposed()
    assert found["tipring_x_level"] == [({"level": 'so"so\n'}, 1.0)]
    assert found["tipring_x_failures_total"] == [({"error": "EIO"}, 1.0), ({"error": "ENOSPC"}, 2.0)]
    assert found["tipring_x_waiting_seconds"] == [({"role": "engine"}, 1.5)]
    assert found["tipring_x_findings_count"] == [({}, 2.0)]


def test_a_new_field_of_a_status_file_is_a_metric_without_new_code() -> None:
    told = {family.name: family for family in families("x", __name__, "Told")}
    assert told["tipring_x_late_ticks_total"].help == "Ticks that came too late."
    assert told["tipring_x_late_ticks_total"].kind == "counter"
    assert told["tipring_x_ring_fill_ratio"].kind == "gauge"
    assert told["tipring_x_pace_jitter_seconds"].shape is Shape.NUMBER


def test_what_another_version_wrote_is_left_out() -> None:
    odd = {"at_us": "soon", "pace": 7, "late_ticks": None, "level": 4, "failures": ["?"], "findings": "no"}
    assert [one for family in families("x", __name__, "Told") for one in values(family, odd)] == []


def test_all_families_have_conventional_names_and_a_meaning() -> None:
    kinds: dict[str, str] = {}
    for family in all_families():
        assert NAME.fullmatch(family.name), family.name
        assert family.help and "\n" not in family.help
        assert (family.kind == "counter") is family.name.endswith("_total"), family.name
        assert not re.search(r"_(us|ms|s|kib|kb)(_|$)", family.name), family.name
        assert kinds.setdefault(family.name, family.kind) == family.kind


def test_every_counted_field_is_somewhere() -> None:
    """A name that no status file has any more would be forgotten here."""
    known = {family.path[-1] for family in all_families() if family.path}
    assert sorted(named.COUNTED - known) == []


def a_box_that_runs(places: Places) -> None:
    places.plan.write_bytes(msgspec.json.encode(BoxPlan(0, "a boot")))
    beat = Heartbeat(places.beat("switch"))
    beat.beat(1)
    beat.close()
    file = StatusFile(places.status("recorder"))
    file.write(_RecorderSays(level="warn", journal_fill=0.5, failures={"EIO": 1}))
    file.close()
    places.status("engine").write_text("{half")


class _RecorderSays(Struct):
    level: str
    journal_fill: float
    failures: dict[str, int]


def test_the_text_is_what_prometheus_reads(box: Places) -> None:
    a_box_that_runs(box)
    lock = RoleLock(box.run, "switch")
    try:
        text = gather(box)
    finally:
        lock.release()
    helped: list[str] = []
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.append(line.split()[2])
        elif not line.startswith("# TYPE "):
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert found.group(1) == helped[-1]
            float(found.group(3))
    assert len(helped) == len(set(helped))
    assert 'tipring_up{role="switch"} 1' in text
    assert 'tipring_up{role="engine"} 0' in text
    assert 'tipring_recorder_level{level="warn"} 1' in text
    assert "tipring_recorder_journal_fill_ratio 0.5" in text
    assert 'tipring_recorder_failures_total{error="EIO"} 1' in text
    assert re.search(r'tipring_heartbeat_age_seconds\{role="switch"\} \d', text)
    assert "tipring_engine_" not in text


def test_a_directory_without_a_box_has_only_roles_that_are_down(box: Places) -> None:
    assert {line.split()[-1] for line in gather(box).splitlines() if not line.startswith("#")} == {"0"}


def ask(port: int, path: str = "/metrics") -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code, "", ""


def test_the_endpoint_answers_on_loopback_alone(box: Places) -> None:
    a_box_that_runs(box)
    server = MetricsServer(box, 0)
    assert server.start() == ""
    try:
        status, kind, text = ask(server.port)
        assert (status, kind) == (200, CONTENT_TYPE)
        assert "tipring_recorder_journal_fill_ratio" in text
        assert ask(server.port, "/")[0] == 404
        assert ask(server.port, "/../../etc/passwd")[0] == 404
    finally:
        server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), 2).close()


def test_a_port_that_is_taken_is_said_and_nothing_else_happens(box: Places) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = MetricsServer(box, port)
        assert str(port) in server.start()
        server.stop()


def test_a_client_that_says_nothing_is_let_go_and_the_next_is_served(
    box: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.cli.metrics.server._Handler.timeout", 0.2)
    server = MetricsServer(box, 0)
    assert server.start() == ""
    try:
        with socket.create_connection(("127.0.0.1", server.port), 5):
            assert ask(server.port)[0] == 200
    finally:
        server.stop()


def test_every_status_file_is_described() -> None:
    for role, where in STATUSES.items():
        assert families(role, *where)
