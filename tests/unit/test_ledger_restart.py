"""A box that was stopped in the middle of a call: the time it was away has a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.archive.archive import Archive
from firmware.protocol import facts as f
from firmware.protocol.names import Outcome, ReleasedBy
from firmware.store.disk import VirtualDisk
from tests.unit.journal_bench import blocks, recording_id, records, story

SECOND_US = 1_000_000
TAPED_S, AWAY_S = 4, 30


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Taped for 4 s from second 6 on; the next life of the switch begins 30 s later, and the call ends then."""
    begun = [one for one in story(1, talk_s=TAPED_S) if one[0] < 7 * SECOND_US]
    back_us = (6 + TAPED_S + AWAY_S) * SECOND_US
    end: tuple[f.Fact, ...] = (
        f.SwitchLost(2),
        f.RecordingEnded(recording_id(1), "switch-died"),
        f.CallEnded(1, Outcome.ANSWERED, 41, ReleasedBy.BOX),
    )
    archive = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    archive.follow(records([*begun, (back_us, end)]))
    for block in blocks(1, talk_s=TAPED_S):
        archive.take_block(block)
    archive.finish()
    return archive


def test_the_time_away_is_accounted_for(archive: Archive) -> None:
    balance = archive.balance()
    archive.close()
    assert balance.balances
    assert balance.audio_s == pytest.approx(TAPED_S, abs=0.1)
    assert balance.reasons_s["switch-died"] == pytest.approx(AWAY_S, abs=0.1)


def test_what_was_never_taped_keeps_its_reason_when_the_rest_is_erased(archive: Archive) -> None:
    archive.db.execute("UPDATE recordings SET gone = 'erased', path = '', sha256 = ''")
    balance = archive.balance()
    archive.close()
    assert balance.balances and balance.audio_s == 0
    assert balance.reasons_s["erased"] == pytest.approx(TAPED_S, abs=0.1)
    assert balance.reasons_s["switch-died"] == pytest.approx(AWAY_S, abs=0.1)
