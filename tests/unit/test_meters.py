"""What ports measure: from the chips' gauges and the tick's blocks to shared memory, and back."""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np
import pytest

from drivers.dsp.tones import burst
from drivers.gauges import Gauges, LineFault
from drivers.ports import BatteryLost, BatteryReturned, PortKind, Released
from firmware.protocol import meters as wire
from firmware.protocol.commands import Hear
from firmware.protocol.meters import Alarm, CardPorts, MeterWriter, PortState, read_meters, read_minutes
from firmware.switch.meters import FLOOR_DBM0, Meters, Minute, dbm0, power
from tests.unit.switch_bench import Bench

CARDS = (CardPorts("hat", 2), CardPorts("sip", 1))


def tone(level: float, seconds: float = 1.0) -> np.ndarray:
    return np.rint(burst((1000.0,), 1000 * seconds, level)).astype(np.int16)


def rows(volts: float = 48.0) -> wire.Rows:
    made = np.zeros(3, wire.NOW)
    made["volts"] = volts
    return made


def test_alarms_of_the_box_are_those_of_the_chips_and_more() -> None:
    assert {one.name: one.value for one in LineFault} == {
        one.name: one.value for one in Alarm if one is not Alarm.AWAY
    }


def test_levels_are_dbm0_and_have_a_floor() -> None:
    block = np.stack([tone(-10.0)[:160], tone(3.14)[:160], np.zeros(160, np.int16)])
    assert dbm0(power(block)) == pytest.approx([-10.0, 3.14, FLOOR_DBM0], abs=0.1)


def test_a_port_in_use_has_levels_each_way_and_an_idle_one_has_none() -> None:
    bench = Bench()
    bench.lift(4)
    bench.do(Hear(port=0, source=4))
    bench.card.say(4, tone(-12.0, 3.0))
    bench.run(100)
    now = bench.switch.meters.now
    assert now["state"].tolist() == [1, 1, 1, 1, 2, 1, 1, 1]
    assert now["level_from"][4] == pytest.approx(-12.0, abs=0.2)
    assert now["level_to"][4] == FLOOR_DBM0
    assert math.isnan(now["level_from"][0]) and math.isnan(now["level_to"][5])


def test_the_echo_path_of_a_call_is_told() -> None:
    bench = Bench()
    bench.card.echo_db[5] = -14.0
    bench.lift(4)
    bench.lift(5)
    noise = np.random.default_rng(3).normal(0, 2000, 8 * 8000)
    bench.do(Hear(port=5, source=4))
    bench.card.say(4, noise.astype(np.int16))
    bench.run(350)
    assert bench.switch.meters.now["return_loss"][5] == pytest.approx(14.0, abs=1.5)
    assert math.isnan(bench.switch.meters.now["return_loss"][0])


def test_alarms_come_from_chips_and_from_machines() -> None:
    bench = Bench()
    bench.card.gauges = Gauges(8)  # type: ignore[attr-defined]
    bench.card.gauges.volts[:] = 48.0  # type: ignore[attr-defined]
    bench.card.gauges.faults[1] = LineFault.SHARED  # type: ignore[attr-defined]
    bench.card.happen(BatteryLost(2, bench.clock.us))
    bench.run(50)
    now = bench.switch.meters.now
    assert now["alarms"].tolist() == [0, Alarm.SHARED, Alarm.NO_BATTERY, 0, 0, 0, 0, 0]
    assert now["volts"].tolist() == [48.0] * 8
    bench.card.happen(BatteryReturned(2, bench.clock.us))
    bench.run(50)
    assert bench.switch.meters.now["alarms"][2] == 0


def test_a_card_without_gauges_has_no_volts() -> None:
    bench = Bench()
    bench.run(50)
    assert np.isnan(bench.switch.meters.now["volts"]).all()
    assert not bench.switch.meters.now["alarms"].any()


def test_a_minute_has_least_mean_and_most_of_what_counts() -> None:
    minute = Minute(7, 2)
    for volts, current, state in ((-50.0, 0.0, 1), (-46.0, 0.0, 1), (-8.0, 25.0, 2), (-8.0, 15.0, 2)):
        now = np.zeros(2, wire.NOW)
        now["volts"], now["milliamps"], now["state"] = volts, current, state
        now["level_from"] = now["level_to"] = -20.0 if state == 2 else np.nan
        now["alarms"][1] = Alarm.WEAK if state == 2 else 0
        minute.add(now)
    made = minute.rows()
    first, second = made[0], made[1]
    assert [first[f"volts_{one}"] for one in wire.EXTREMES] == [46.0, 48.0, 50.0]
    assert [first[f"milliamps_{one}"] for one in wire.EXTREMES] == [15.0, 20.0, 25.0]
    assert first["level_from_mean"] == -20.0 and first["samples"] == 4
    assert (first["alarm_s"], second["alarm_s"], second["alarms"]) == (0, 1, Alarm.WEAK)


def test_a_minute_in_which_nobody_spoke_has_no_level() -> None:
    minute = Minute(7, 1)
    now = np.zeros(1, wire.NOW)
    now["state"], now["volts"], now["level_from"] = PortState.IDLE, 48.0, np.nan
    minute.add(now)
    assert math.isnan(minute.rows()["level_from_mean"][0])
    assert math.isnan(minute.rows()["milliamps_most"][0])


def test_a_minute_is_over_when_the_next_begins() -> None:
    bench = Bench()
    bench.run(60 * 50 + 50)
    ((number, made),) = bench.switch.meters.minutes
    assert number == 0 and 115 <= made["samples"][0] <= 120


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "meters"
    assert read_meters(path) is None
    writer = MeterWriter(path, CARDS)
    assert read_meters(path) is None
    writer.write(rows(47.5), 1_000_000)
    told = read_meters(path)
    assert told and told.cards == CARDS and told.at_us == 1_000_000
    assert told.rows["volts"].tolist() == [47.5] * 3
    writer.close()


def test_minutes_wait_for_their_keeper_and_outlive_the_switch(tmp_path: Path) -> None:
    path = tmp_path / "meters"
    writer = MeterWriter(path, CARDS)
    for minute in range(5, 5 + wire.MINUTES + 3):
        made = np.zeros(3, wire.MINUTE)
        made["samples"] = minute
        writer.write_minute(minute, made)
    writer.close()
    MeterWriter(path, CARDS).close()
    found = list(read_minutes(path, 10))
    assert [one for one, _, _ in found] == list(range(11, 8 + wire.MINUTES))
    assert all(made["samples"][0] == minute for minute, _, made in found)
    MeterWriter(path, CARDS[:1]).close()
    assert not list(read_minutes(path, 0))


def test_a_half_written_look_is_no_look(tmp_path: Path) -> None:
    path = tmp_path / "meters"
    writer = MeterWriter(path, CARDS)
    writer.write(rows(), 1_000_000)
    whole = bytearray(path.read_bytes())
    at = whole.rindex(np.float32(48.0).tobytes())
    whole[at] ^= 1
    path.write_bytes(whole)
    assert read_meters(path) is None
    writer.close()


def test_without_its_check_a_half_written_look_would_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zlib, "crc32", lambda *_: 1)
    with pytest.raises(AssertionError):
        test_a_half_written_look_is_no_look(tmp_path)


@pytest.mark.parametrize("text", [b"", b"short", b"TIPMETR1" + b"\xff" * 40, b"x" * 5000])
def test_what_is_no_such_file_is_nothing(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "meters"
    path.write_bytes(text)
    assert read_meters(path) is None and not list(read_minutes(path, 0))


def test_a_telephone_that_hangs_up_is_idle() -> None:
    bench = Bench()
    bench.lift(4)
    bench.run(50)
    assert bench.switch.meters.now["state"][4] == PortState.USED
    bench.card.happen(Released(4, bench.clock.us))
    bench.run(50)
    assert bench.switch.meters.now["state"][4] == PortState.IDLE


def test_sip_ports_have_levels_and_no_volts() -> None:
    meters = Meters([PortKind.SIP, PortKind.SIP_TRUNK])
    meters.settle(1, PortState.USED, ["no-answer 503"])
    silence, rows_of = np.zeros((2, 160), np.int16), np.empty(0, np.intp)
    for number in range(38):
        meters.tick(number, silence, silence, rows_of, lambda _: 0.0)
    meters.sample(*(Gauges(2).volts, Gauges(2).milliamps, Gauges(2).faults), 0)
    assert meters.now["alarms"].tolist() == [0, Alarm.AWAY]
    assert meters.now["level_from"][1] == FLOOR_DBM0 and np.isnan(meters.now["volts"]).all()
