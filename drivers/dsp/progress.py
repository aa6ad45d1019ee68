"""Call-progress tones, voice and silence on all rows at once, by the share of energy at the tones.

One matrix product a tick (in C, for all rows at once) gives for each row the energy in every tone set and in
mains hum. A tone sounds where one set has most of the energy that is not hum; only where that changes is the
row's cadence looked at here. Speech and music are kept out by what a tone is and they are not:
burst for burst equally loud, level within a burst, pure against the line's own noise, and in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.countries.profile import CountryProfile, profile
from drivers.dsp._dsp import ffi, lib
from drivers.dsp.cadence import EARLY_MS, LEVEL_RATIO, Burst, Cadence
from drivers.dsp.matrix import Active, address, indices, rows_at
from drivers.dsp.tone_plan import TonePlan
from drivers.ports import TICK_SAMPLES

if TYPE_CHECKING:
    from drivers.dsp._dsp import CData

TICK_MS = 20.0
KEPT = 256
"""Ticks of energies remembered: 5 s, longer than any burst of a cadence."""
PER_DIM = 0.012
"""More dimensions explain more of anything: the plainer set wins where both fit."""
STRONG = 0.6
"""Ticks of a burst with this share of its median energy are whole or nearly."""
FLAT = 3.0
"""Power of a burst's strongest tick over its weakest, edges left out."""
IMPURE = 0.05
NOISE_ROOM = 4.0
"""What is left over in a burst may be this many times the noise in the silences."""
QUIET = 0.55
"""Power in the silences against that of the bursts."""
ECHO = 0.08
"""So much of what we send may come back: what is left of the echo must not spoil a tone heard under our music."""
ECHO_TICKS = 3
"""Loop delay and echo path."""
WEAKER = 0.35
"""Nothing below this share of a burst is taken for the next one, for about a second."""
EARLY_TICKS = int(EARLY_MS / TICK_MS)
FORGET_TICKS = 325
BLIP_TICKS = 2
"""Too short for a burst of any cadence; residual echo of music makes such."""
STEADY_TICKS = 4
EDGE, TONE_LASTS, VOICE_BEGAN = 1, 2, 4
"""Kinds of what the C part tells (banks.h); 3 is a silence that lasts."""
VOICE = np.dtype(
    [("low", "f4", 2), ("last", "f4"), ("step", "f4"), ("evidence", "f4"), ("told", "i4"), ("age", "i4")]
)
ROW = np.dtype(
    [
        ("now", "i4"),
        ("other", "i4"),
        ("since", "i8"),
        ("seen", "i8"),
        ("silent", "i8"),
        ("least", "f4"),
        ("rx", VOICE),
        ("tx", VOICE),
    ],
    align=True,
)
"""`tip_progress_row` of banks.h."""
FRESH = np.zeros((), ROW)
FRESH["now"] = FRESH["other"] = -1
FRESH["rx"]["low"] = FRESH["tx"]["low"] = np.inf


class ProgressEvent(Struct, frozen=True):
    """A row was recognised to carry `heard`: a tone's name or `voice`. Once per appearance."""

    row: int
    heard: str


class ProgressDetector:
    """All rows' call progress. `profiles` has one entry a row; None where nothing is to be recognised."""

    def __init__(self, profiles: Sequence[CountryProfile | None]) -> None:
        self.rows = len(profiles)
        distinct = {one.code: one for one in profiles if one is not None}
        order = {code: k for k, code in enumerate(distinct)}
        self._plan = TonePlan(tuple(distinct.values()) or (profile("CN"),))
        plans = self._plan.countries
        self._cadences = [Cadence(plans[order[one.code]]) if one else None for one in profiles]
        self._barred = np.full((self.rows, self._plan.sets), 2.0, np.float32)
        for row, one in enumerate(profiles):
            if one is not None:
                self._barred[row, list(plans[order[one.code]].sets)] = 0.0
        self._barred += PER_DIM * self._plan.dims.astype(np.float32)
        self._row = np.zeros(self.rows, ROW)
        self._row["seen"] = -2
        self._energy = np.zeros((self.rows, KEPT, self._plan.sets), np.float32)
        self._total = np.zeros((self.rows, KEPT), np.float32)
        self._sent = np.zeros((self.rows, KEPT), np.float32)
        self._last = np.zeros((self.rows, self._plan.sets + 1), np.float32)
        self._events = np.zeros((max(1, self.rows) * 3, 5), np.int64)
        self._tick = 0
        self._handed = self._hand_over()

    def _hand_over(self) -> CData:
        """The arrays, for the C part."""
        plan, handed = self._plan, ffi.new("tip_progress *")
        self._starts = np.append(plan.starts, plan.starts[-1] + plan.dims[-1]).astype(np.int32)
        self._modulated = plan.modulated.astype(np.uint8)
        self._basis = np.zeros((TICK_SAMPLES, -(-plan.basis.shape[1] // 4) * 4), np.float32)
        self._basis[:, : plan.basis.shape[1]] = plan.basis
        handed.sets, handed.columns, handed.kept = plan.sets, self._basis.shape[1], KEPT
        handed.early, handed.forget = EARLY_TICKS + 1, FORGET_TICKS
        handed.basis = address(self._basis, "float *")
        handed.starts = address(self._starts, "int32_t *")
        handed.modulated = address(self._modulated, "uint8_t *")
        handed.barred = address(self._barred, "float *")
        handed.energy = address(self._energy, "float *")
        handed.total = address(self._total, "float *")
        handed.sent = address(self._sent, "float *")
        handed.last = address(self._last, "float *")
        handed.row = address(self._row, "tip_progress_row *")
        return handed

    @property
    def silent_ticks(self) -> NDArray[np.int64]:
        """Ticks for which neither side of a row said anything (tones say nothing)."""
        return self._row["silent"]

    @property
    def tonal(self) -> NDArray[np.bool_]:
        """Rows on which a tone has sounded for STEADY_TICKS or longer."""
        steady: NDArray[np.bool_] = (self._row["now"] >= 0) & (
            self._row["since"] <= self._tick - STEADY_TICKS
        )
        rows = np.flatnonzero(steady)
        if rows.size:
            at = (self._tick - 1) % KEPT
            echo = ECHO * self._sent[rows[:, None], (at - np.arange(ECHO_TICKS)) % KEPT].max(axis=1)
            steady[rows] = self._energy[rows, at, self._row["now"][rows]] > echo
        return steady

    def stands_for(self, row: int) -> int:
        """Ticks for which a tone has sounded on the row without a break; 0 for none."""
        return self._tick - int(self._row["since"][row]) if self._row["now"][row] >= 0 else 0

    def process(
        self, matrix: NDArray[np.int16], active: Active, tx: NDArray[np.int16] | None = None
    ) -> list[ProgressEvent]:
        """One tick of the active rows. `tx`, what goes to the line, counts for `silent_ticks` and as echo."""
        rx_at, rx_stride = rows_at(matrix, self.rows)
        tx_at, tx_stride = (ffi.NULL, 0) if tx is None else rows_at(tx, self.rows)
        rows = indices(active, self.rows)
        away = self._row["seen"][rows] != self._tick - 1
        if away.any():
            self._welcome(rows[away])
        count = lib.tip_progress_process(
            self._handed,
            rx_at,
            rx_stride,
            tx_at,
            tx_stride,
            address(rows, "intptr_t *"),
            rows.size,
            self._tick,
            address(self._events, "int64_t *"),
        )
        found = []
        for row, kind, *what in self._events[:count].tolist():
            heard = self._happened(row, kind, what)
            if heard:
                found.append(ProgressEvent(row, heard))
        self._tick += 1
        return found

    def reset(self, row: int) -> None:
        """Forget what the row heard (a new call on it)."""
        self._welcome(indices(np.array([row]), self.rows))

    def _welcome(self, rows: Active) -> None:
        self._row[rows] = FRESH
        self._row["since"][rows] = self._tick
        self._row["seen"][rows] = self._tick - 1
        self._total[rows] = 0
        self._sent[rows] = 0
        self._energy[rows] = 0
        self._last[rows] = 0
        for row in rows.tolist():
            cadence = self._cadences[row]
            if cadence is not None:
                cadence.broken()

    def _happened(self, row: int, kind: int, what: list[int]) -> str:
        cadence = self._cadences[row]
        if kind == VOICE_BEGAN:
            if cadence is not None:
                cadence.broken()
            return "voice"
        if cadence is None:
            return ""
        if kind == EDGE:
            return self._edge(row, cadence, *what)
        lasts = self._lasts if kind == TONE_LASTS else self._stays_silent
        return lasts(row, cadence, what[0])

    def _edge(self, row: int, cadence: Cadence, old: int, new: int, since: int) -> str:
        at = int(self._row["since"][row])
        if old >= 0 and at - since <= BLIP_TICKS:
            cadence.silence_goes_on()
        elif old >= 0:
            burst = self._burst(row, since, at, cadence.last)
            if burst is None:
                cadence.broken()
            else:
                cadence.burst_ended(burst)
                self._row["least"][row] = WEAKER * burst.power
        pending = cadence.pending
        if pending is None or new < 0:
            return ""
        if not self._quiet(row, pending, since if old < 0 else at):
            cadence.broken()
            return ""
        return cadence.silence_ended(max(0.0, self._began_ms(row, pending, new, at) - pending.end_ms))

    def _ticks(self, start: int, end: int) -> NDArray[np.int64]:
        """Where the ticks from `start` up to `end` are kept."""
        return np.arange(max(start, end - KEPT + 2, 0), end) % KEPT

    def _which(self, row: int, inside: NDArray[np.int64]) -> int:
        """The set that explains these ticks best, all together."""
        share = self._energy[row, inside].sum(axis=0) / self._total[row, inside].sum()
        return int(np.argmax(share - self._barred[row]))

    def _burst(self, row: int, since: int, end: int, last: Burst | None) -> Burst | None:
        """The burst from tick `since` to before `end`, None when it was no clean one.

        One that our own echo may have spoilt is good enough where the `last` was clean and as loud.
        """
        tone_set = self._which(row, self._ticks(since, end))
        first = max(since - 1, self._tick - KEPT + 3, 0)
        energy = self._energy[row, self._ticks(first, end + 1), tone_set]
        level = float(np.median(energy[1:-1])) if energy.size > 2 else 0.0
        strong = np.flatnonzero(energy > level * STRONG)
        if strong.size < 3 or level <= 0:
            return None
        head, tail = int(strong[0]), int(strong[-1])
        inside = self._ticks(first + head + 1, first + tail)
        clean = self._clean(row, energy[head + 1 : tail], inside, since)
        if not clean and (last is None or not self._spoilt(row, last, level, inside)):
            return None
        noise = self._noise(row, since) * self._plan.dims[tone_set] / TICK_SAMPLES
        parts = np.sqrt(np.clip(energy - noise, 0, level) / level)
        before, after = float(parts[max(0, head - 1) : head + 1].sum()), float(parts[tail : tail + 2].sum())
        return Burst(
            tone_set, (tail - head - 1 + before + after) * TICK_MS, level, (first + tail + after) * TICK_MS
        )

    def _clean(self, row: int, energy: NDArray[np.float32], inside: NDArray[np.int64], since: int) -> bool:
        strongest, weakest, mean = float(energy.max()), float(energy.min()), float(energy.mean())
        left = float(np.mean(self._total[row, inside])) - mean - self._echo(row, inside)
        return strongest <= FLAT * weakest and left <= IMPURE * mean + NOISE_ROOM * self._noise(row, since)

    def _spoilt(self, row: int, last: Burst, level: float, inside: NDArray[np.int64]) -> bool:
        alike = last.power < LEVEL_RATIO * level and level < LEVEL_RATIO * last.power
        return alike and self._echo(row, inside) > IMPURE * level

    def _echo(self, row: int, inside: NDArray[np.int64]) -> float:
        """Energy a tick that may be echo of what was sent, canceller or not."""
        recent = (inside[:, None] - np.arange(ECHO_TICKS)) % KEPT
        return ECHO * float(self._sent[row, recent].max(axis=1).mean()) if inside.size else 0.0

    def _noise(self, row: int, since: int) -> float:
        """Energy a tick before the burst that began at `since`, or of the quietest tick remembered."""
        before = self._total[row, self._ticks(since - 12, since - 1)]
        return float(np.median(before)) if before.size else 1.0

    def _quiet(self, row: int, burst: Burst, since: int) -> bool:
        inside = self._ticks(since + 1, self._tick - 1)
        between = self._total[row, inside]
        return between.size == 0 or float(between.mean()) - self._echo(row, inside) <= QUIET * burst.power

    def _began_ms(self, row: int, last: Burst, new: int, at: int) -> float:
        """When the burst whose first tick is `at` began, by how much of a tick's energy it has there."""
        ticks = np.array([at - 1, at]) % KEPT
        parts = np.sqrt(np.clip(self._energy[row, ticks, new] / last.power, 0, 1))
        return float(at + 1 - parts.sum()) * TICK_MS

    def _lasts(self, row: int, cadence: Cadence, run: int) -> str:
        inside = self._ticks(self._tick - 20, self._tick + 1)
        tone_set = self._which(row, inside)
        if not self._clean(row, self._energy[row, inside, tone_set], inside, self._tick - run):
            return ""
        return cadence.lasts(tone_set, run * TICK_MS)

    def _stays_silent(self, row: int, cadence: Cadence, run: int) -> str:
        if run >= FORGET_TICKS:
            cadence.broken()
            return ""
        pending = cadence.pending
        if pending is None or not self._quiet(row, pending, self._tick - run + 1):
            return ""
        return cadence.silence_lasts(run * TICK_MS)
