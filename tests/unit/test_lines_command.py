"""What people are told of their lines: the command, the doctor, the metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from firmware.cli.doctor import lines as doctor_lines
from firmware.cli.line_look import SLUGS, look_at_lines
from firmware.cli.lines import ALARMS as NAMED
from firmware.cli.lines import STATES
from firmware.cli.main import main
from firmware.cli.metrics.exposition import gather
from firmware.config.versions import ConfigStore
from firmware.protocol import meters as wire
from firmware.protocol.meters import Alarm, CardPorts, MeterWriter, PortClass, PortState, meters_path
from firmware.protocol.places import Places
from firmware.protocol.role import RoleLock
from firmware.sip.trunk_watch import TrunkLook, TrunksStatus
from tests.unit.switch_bench import config


class Measured:
    """A box whose switch tells: slots 1-4 lines, 5-8 telephones."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        self.config = config(lines=3)
        with ConfigStore(self.places.config_db) as store:
            store.put(self.config, "test", 1)
        self.writer = MeterWriter(meters_path(self.places), (CardPorts("hat", 8),))
        self.lock = RoleLock(self.places.run, "switch")
        self.rows = np.zeros(8, wire.NOW)
        self.rows["kind"] = [PortClass.FXO] * 4 + [PortClass.FXS] * 4
        self.rows["state"] = PortState.IDLE
        self.rows["volts"] = 48.0
        for name in ("milliamps", "level_from", "level_to", "return_loss"):
            self.rows[name] = np.nan
        self.write()

    def write(self) -> None:
        self.writer.write(self.rows, 5_000_000)

    def alarm(self, port: int, alarm: Alarm) -> None:
        self.rows["alarms"][port] = alarm
        self.write()

    def says(self, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
        code = main(["lines", "--data", str(self.places.root), *words])
        return code, capsys.readouterr().out


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Measured]:
    made = Measured(tmp_path)
    yield made
    made.lock.release()
    made.writer.close()


def test_all_ports_with_their_names_and_figures(box: Measured, capsys: pytest.CaptureFixture[str]) -> None:
    box.rows[0] = (PortClass.FXO, PortState.USED, 0, -8.0, 24.2, -18.5, -21.0, 17.0)
    box.write()
    code, text = box.says(capsys, "--language", "en")
    assert code == 0
    table = [line.split() for line in text.splitlines()]
    assert len(table) == 9
    assert " ".join(table[1]) == "hat 1 line-1 line in use -8.0 24.2 -18.5 -21.0 17.0 -"
    assert " ".join(table[5]) == "hat 5 801 telephone idle 48.0 - - - - -"


@pytest.mark.parametrize(
    ("language", "name", "remedy"), [("en", "no battery", "plug the line in"), ("zh", "无馈电", "请插好外线")]
)
def test_an_alarm_has_a_name_a_remedy_and_an_exit_code(
    box: Measured, capsys: pytest.CaptureFixture[str], language: str, name: str, remedy: str
) -> None:
    box.alarm(1, Alarm.NO_BATTERY)
    code, text = box.says(capsys, "--language", language)
    assert (
        code == 1
        and name in text
        and remedy in text
        and "line-2 (hat 2)" in text.replace("（", " (").replace("）", ")")
    )
    box.alarm(1, Alarm(0))
    assert box.says(capsys)[0] == 0


def test_a_port_nobody_has_may_be_unplugged(box: Measured, capsys: pytest.CaptureFixture[str]) -> None:
    box.alarm(3, Alarm.NO_BATTERY)
    assert box.says(capsys)[0] == 0
    box.alarm(3, Alarm.NO_BATTERY | Alarm.CHIP)
    assert box.says(capsys)[0] == 1


def test_a_telephone_that_is_not_registered_is_no_alarm_and_a_trunk_is_one(box: Measured) -> None:
    box.rows["kind"][:2] = PortClass.SIP_TRUNK, PortClass.SIP
    box.rows["alarms"][:2] = Alarm.AWAY
    box.write()
    trunk, phone, *_ = look_at_lines(box.places, box.config) or []
    assert (trunk.alarms, phone.alarms, phone.state) == (("line-away",), (), "away")


def test_the_json_document_has_no_figures_that_are_not_known(
    box: Measured, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(box.says(capsys, "--json")[1])
    assert document["running"] is True and len(document["ports"]) == 8
    assert document["ports"][0]["volts"] == 48.0 and document["ports"][0]["level_to"] is None


def test_a_box_without_a_switch_says_so(box: Measured, capsys: pytest.CaptureFixture[str]) -> None:
    box.lock.release()
    code, text = box.says(capsys, "--language", "en")
    assert code == 1 and "no switch runs" in text
    assert not list(doctor_lines.look(box.places))
    box.lock = RoleLock(box.places.run, "switch")


def test_the_doctor_says_what_to_do(box: Measured) -> None:
    (well,) = doctor_lines.look(box.places)
    assert well.well and "8 ports" in well.seen
    box.alarm(0, Alarm.SHARED | Alarm.OVERLOAD)
    assert [one.slug for one in doctor_lines.look(box.places)] == ["line-shared", "line-overload"]
    assert all(one.remedy and "line-1" in one.seen for one in doctor_lines.look(box.places))


def test_every_alarm_has_words_everywhere() -> None:
    assert set(SLUGS) == set(Alarm) and set(SLUGS.values()) == set(doctor_lines.ALARMS) == set(NAMED)
    assert set(STATES) == {"idle", "used", "rings", "none", "away"}


def test_metrics_have_a_sample_a_port_and_none_of_what_is_unknown(box: Measured) -> None:
    box.alarm(2, Alarm.NO_BATTERY)
    text = gather(box.places)
    assert 'tipring_port_volts{port="hat/1"} 48\n' in text
    assert 'tipring_port_alarms{port="hat/3"} 1\n' in text
    assert "tipring_port_level_from_dbm0{" not in text


@pytest.mark.parametrize(("language", "up", "down"), [("en", "up", "DOWN"), ("zh", "可用", "不可用")])
def test_trunks_tell_how_they_fare(
    box: Measured, capsys: pytest.CaptureFixture[str], language: str, up: str, down: str
) -> None:
    first = TrunkLook("uplink", "registration", True, "", 23.4, 10, 0.5, 3.1)
    second = TrunkLook("other", "options", False, "no-answer 503")
    box.places.status("sip-trunks").write_bytes(msgspec.json.encode(TrunksStatus(1, (first, second))))
    assert "uplink" not in box.says(capsys)[1], "SIP does not run"
    lock = RoleLock(box.places.run, "sip")
    text = box.says(capsys, "--language", language)[1]
    document = json.loads(box.says(capsys, "--json")[1])
    lock.release()
    table = [line.split() for line in text.splitlines()[-2:]]
    assert table[0][2:] == [up, "-", "23.4", "10", "0.5", "3.1"]
    assert table[1] == ["other", "OPTIONS", down, "no-answer", "503", "-", "0", "-", "-"]
    assert document["trunks"][0]["round_trip_ms"] == 23.4
