"""Journal segments on disk: whole records, once, in order; damage is named and never read."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.protocol import journal
from firmware.protocol.ring import Ring
from firmware.recorder.framed import HEAD_BYTES, FileHead, FrameReader, FrameWriter, decode_head, encode_head
from firmware.recorder.recorder import Recorder, Rotation
from firmware.recorder.segments import JOURNAL, NOTHING, SegmentInfo, droppable, read_records, survey
from firmware.recorder.snapshots import Snapshots
from firmware.store.disk import Disk
from tests.unit.journal_bench import records, story


def record_all(directory: Path, told: list[journal.Record], rotation: Rotation | None = None) -> None:
    ring, silence = Ring.in_memory(1 << 20), Ring.in_memory(1 << 10)
    recorder = Recorder(ring, silence, directory, box="box-7", rotation=rotation)
    for record in told:
        assert ring.put(journal.encode(record))
        recorder.step(record.at_us)
    recorder.close(told[-1].at_us)


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    told = records(story(1), story(2, 3))
    record_all(tmp_path, told)
    reader = read_records(tmp_path / "journal")
    assert list(reader) == told
    assert reader.last == (1, len(told)) and reader.torn == [] and reader.gaps == []


def test_records_after_a_snapshot_come_from_the_middle_of_the_chain(tmp_path: Path) -> None:
    told = records(*(story(call, 10 * call) for call in range(6)))
    record_all(tmp_path, told, Rotation(segment_bytes=500))
    assert len(JOURNAL.files(tmp_path / "journal")) > 5
    for after in (0, 1, 17, len(told)):
        assert list(read_records(tmp_path / "journal", (1, after))) == told[after:]


def test_a_torn_end_is_named_and_the_next_segment_goes_on(tmp_path: Path) -> None:
    told = records(story(1), story(2, 20))
    record_all(tmp_path, told[:9])
    path = JOURNAL.path(tmp_path / "journal", 1)
    path.write_bytes(path.read_bytes()[:-3])
    record_all(tmp_path, told[8:])
    reader = read_records(tmp_path / "journal")
    assert list(reader) == told
    assert [(torn.path, torn.reason) for torn in reader.torn] == [(path, "a record is cut short")]


def test_a_flipped_bit_stops_the_segment_there_and_the_gap_is_named(tmp_path: Path) -> None:
    told = records(story(1), story(2, 20))
    record_all(tmp_path, told[:9])
    record_all(tmp_path, told[9:])
    path = JOURNAL.path(tmp_path / "journal", 1)
    data = bytearray(path.read_bytes())
    data[-10] ^= 4
    path.write_bytes(data)
    reader = read_records(tmp_path / "journal")
    assert list(reader) == told[:8] + told[9:]
    assert reader.torn[0].reason == "a record's checksum is wrong"
    assert reader.gaps == [((1, 8), (1, 10))]


def test_records_written_twice_by_a_recorder_that_died_are_read_once(tmp_path: Path) -> None:
    told = records(story(1))
    record_all(tmp_path, told[:6])
    record_all(tmp_path, told[3:])
    assert list(read_records(tmp_path / "journal")) == told


def test_zeros_and_huge_lengths_are_not_records(tmp_path: Path) -> None:
    for tail, reason in (
        (bytes(64), "a record's checksum is wrong"),
        (b"\xff" * 64, "a record claims 4294967295 bytes"),
        (b"\x09\0", "a record is cut short"),
    ):
        writer = FrameWriter(Disk(), tmp_path, JOURNAL, FileHead(len(tail) + tail[0], 0, (1, 1), "box"))
        writer.append([b"whole"])
        writer.append([])
        Disk().write(writer.handle, tail)
        Disk().close(writer.handle)
        reader = FrameReader(writer.path, JOURNAL)
        assert list(reader.read()) == [b"whole"]
        torn = reader.torn()
        assert torn is not None and (torn.reason, torn.offset) == (reason, HEAD_BYTES + 8 + 5)


def test_the_head_names_box_first_record_and_version() -> None:
    head = FileHead(3, 77, (2, 9), "box-7")
    data = encode_head(JOURNAL, head)
    assert decode_head(JOURNAL, data) == head
    with pytest.raises(ValueError, match="format version 2"):
        decode_head(JOURNAL, encode_head(JOURNAL, FileHead(3, 77, (2, 9), "box-7", version=2)))
    for broken in (data[:-1], b"XXXX" + data[4:], data[:20] + b"\1" + data[21:]):
        with pytest.raises(ValueError):
            decode_head(JOURNAL, broken)


def test_a_segment_goes_when_old_and_covered_and_archived_and_never_the_newest(tmp_path: Path) -> None:
    told = records(*(story(call, 10 * call) for call in range(6)))
    record_all(tmp_path, told, Rotation(segment_bytes=500))
    there = survey(tmp_path / "journal")
    newest = max(JOURNAL.files(tmp_path / "journal"))
    last = (1, len(told))
    assert droppable(there, last, last, 10**12, 0) == [s.index for s in there]
    assert newest not in droppable(there, last, last, 10**12, 0)
    assert droppable(there, NOTHING, last, 10**12, 0) == []
    assert droppable(there, last, NOTHING, 10**12, 0) == []
    assert droppable(there, last, last, told[-1].at_us, 3600 * 10**6) == [], "wall time has no say"
    some = droppable([SegmentInfo(1, (1, 5), 10), SegmentInfo(2, (1, 9), 20)], (1, 8), (1, 20), 100, 50)
    assert some == [1]


def test_snapshots_are_whole_newest_first_and_never_ahead_of_the_journal(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path)
    assert snapshots.latest() is None
    for number in (5, 6, 7, 100):
        snapshots.save(b"state %d" % number, 1, number)
    assert snapshots.latest() == (found := snapshots.latest((1, 1000))) and found is not None
    assert (found.number, found.state) == (100, b"state 100")
    before = snapshots.latest((1, 99))
    assert before is not None and before.number == 7
    assert snapshots.latest((1, 5)) is None, "only the last three are kept"
    newest = max(tmp_path.glob("*.state"))
    newest.write_bytes(newest.read_bytes()[:-1])
    fallback = snapshots.latest()
    assert fallback is not None and fallback.number == 7
