"""One life of a box in virtual time: it runs for hours, is looked at now and then, and its disk is kept small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from firmware.cli.prompts import prompt_bank
from firmware.cli.rehearsal.boxes import FastBox, FullBox, RehearsedBox
from firmware.cli.soak.days import day_after_day
from firmware.cli.soak.samples import Sample, objects_by_type, own_sample
from firmware.recorder.recorder import JOURNAL_FOLDER
from firmware.recorder.segments import JOURNAL
from hwsim.scenario import Scenario

HOUR_US = 3_600_000_000
KEEP_US = HOUR_US
"""Recordings older than this go, as retention would let them go; a voicemail message is heard within it."""
KEEP_SEGMENTS = 2
DIARY_ENTRIES = 100
WHO = "box"


class Life:
    """Iterate for samples, one each `every_hours` of box time, from the first instant on."""

    def __init__(
        self, scenario: Scenario, out: Path, *, fast: bool, number: int, hours: float, every_hours: float
    ) -> None:
        self._out, self._number = out, number
        self._end_us, self._every_us = round(hours * HOUR_US), round(every_hours * HOUR_US)
        long = day_after_day(scenario, hours)
        kind = FastBox if fast else FullBox
        bank = prompt_bank(long.config, out / "spoken")
        self.box: RehearsedBox = kind(long, out, bank, diary_entries=DIARY_ENTRIES)
        self._let_go_us = 0
        self.first_types: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Sample]:
        yield self._sample()
        while self.box.now_us < self._end_us:
            self.box.run_until(min(self._end_us, self.box.now_us + self._every_us))
            self._let_go()
            yield self._sample()

    def finish(self) -> float:
        """Ends the life in order. Returns the answered seconds nobody explains."""
        self.box.finish()
        unexplained_s = self.box.half.archive.balance().unexplained_s
        self.box.half.archive.close()
        return unexplained_s

    def mark_types(self) -> None:
        """What there is of each type now is compared with by `grown_types`."""
        self.first_types = objects_by_type()

    def grown_types(self, most: int = 12) -> list[tuple[str, int]]:
        """Types of which there are more now, the greatest growth first."""
        grown = objects_by_type() - self.first_types
        return grown.most_common(most)

    def _sample(self) -> Sample:
        self.box.half.take_snapshot()  # else up to 2,000 records more or fewer would be seen
        return own_sample(WHO, self._number, self.box.now_us / HOUR_US, self.box.half.calls_made)

    def _let_go(self) -> None:
        """A day with audio is gigabytes: old recordings and read journal segments go."""
        until_us = self.box.now_us - KEEP_US
        rows = self.box.half.archive.db.execute(
            "SELECT path FROM recordings WHERE cut = 1 AND path <> '' AND ended_us >= ? AND ended_us < ?",
            (self._let_go_us, until_us),
        ).fetchall()
        self._let_go_us = max(self._let_go_us, until_us)
        for (path,) in rows:
            (self._out / path).unlink(missing_ok=True)
        for path in list(JOURNAL.files(self._out / JOURNAL_FOLDER).values())[:-KEEP_SEGMENTS]:
            path.unlink()
