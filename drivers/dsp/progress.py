"""Call-progress tones, voice and silence on all rows at once, by the share of energy at the tones.

One matrix product a tick gives for each row the energy in every tone set and in mains hum. A tone sounds
where one set has most of the energy that is not hum; where that changes, the row's cadence is looked at (rows
without an edge cost array operations only). Speech and music are kept out by what a tone is and they are not:
burst for burst equally loud, level within a burst, pure against the line's own noise, and in time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.countries.profile import CountryProfile, profile
from drivers.dsp.cadence import EARLY_MS, Burst, Cadence
from drivers.dsp.matrix import Active, indices, rows_at
from drivers.dsp.tone_plan import TonePlan
from drivers.dsp.tones import amplitude
from drivers.dsp.voice import VoiceActivity
from drivers.ports import TICK_SAMPLES

TICK_MS = 20.0
KEPT = 256
"""Ticks of energies remembered: 5 s, longer than any burst of a cadence."""
SHARE = 0.5
STAY = 0.35
"""Bonus for the set that sounds already."""
PER_DIM = 0.012
"""More dimensions explain more of anything: the plainer set wins where both fit."""
SETTLING_TICKS = 2
"""The first ticks of a burst hold its edge, which looks like any set."""
LEAST_DBM0 = -42.0
STRONG = 0.6
"""Ticks of a burst with this share of its median energy are whole or nearly."""
FLAT = 3.0
"""Power of a burst's strongest tick over its weakest, edges left out."""
IMPURE = 0.05
NOISE_ROOM = 4.0
"""What is left over in a burst may be this many times the noise in the silences."""
QUIET = 0.55
"""Power in the silences against that of the bursts."""
EARLY_TICKS = int(EARLY_MS / TICK_MS)
FORGET_TICKS = 325
AGAIN_TICKS = 10
STEADY_TICKS = 4


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
        self._least = TICK_SAMPLES * amplitude(LEAST_DBM0) ** 2 / 2
        self._now = np.full(self.rows, -1)
        """The tone set that sounds, -1 none."""
        self._other_set = np.full(self.rows, -1)
        self._since = np.zeros(self.rows, np.int64)
        self._seen = np.full(self.rows, -1, np.int64)
        self._energy = np.zeros((self.rows, KEPT, self._plan.sets), np.float32)
        self._total = np.zeros((self.rows, KEPT), np.float32)
        self._last = np.zeros((self.rows, self._plan.sets + 1), np.float32)
        self._voice = VoiceActivity(self.rows)
        self._other = VoiceActivity(self.rows)
        self.silent_ticks = np.zeros(self.rows, np.int64)
        """Ticks for which neither side said anything (tones say nothing)."""
        self._tick = 0

    @property
    def tonal(self) -> NDArray[np.bool_]:
        """Rows on which a tone has sounded for STEADY_TICKS or longer."""
        return (self._now >= 0) & (self._since <= self._tick - STEADY_TICKS)

    def process(
        self, matrix: NDArray[np.int16], active: Active, tx: NDArray[np.int16] | None = None
    ) -> list[ProgressEvent]:
        """One tick of the active rows. `tx`, what goes to the line, counts only for `silent_ticks`."""
        rows_at(matrix, self.rows)
        rows = indices(active, self.rows)
        if not rows.size:
            self._tick += 1
            return []
        self._welcome(rows)
        energy, total = self._energies(matrix[rows], rows)
        found = self._edges(rows, self._sounding(rows, energy, total))
        found += self._lasting(rows)
        spoke = self._voice.heard(rows, total, self._now[rows] >= 0)
        found += [ProgressEvent(row, "voice") for row in self._new_voices(rows)]
        if tx is not None:
            rows_at(tx, self.rows)
            said = tx[rows].astype(np.float32)
            spoke |= self._other.heard(rows, np.einsum("ij,ij->i", said, said), None)
        self.silent_ticks[rows] = np.where(spoke, 0, self.silent_ticks[rows] + 1)
        self._seen[rows] = self._tick
        self._tick += 1
        return found

    def reset(self, row: int) -> None:
        """Forget what the row heard (a new call on it)."""
        self._welcome_anew(np.array([row], np.intp))

    def _welcome(self, rows: Active) -> None:
        away = self._seen[rows] != self._tick - 1
        if away.any():
            self._welcome_anew(rows[away])

    def _welcome_anew(self, rows: Active) -> None:
        self._now[rows] = -1
        self._other_set[rows] = -1
        self._since[rows] = self._tick
        self._total[rows] = 0
        self._energy[rows] = 0
        self._last[rows] = 0
        self.silent_ticks[rows] = 0
        self._voice.reset(rows)
        self._other.reset(rows)
        for row in rows.tolist():
            cadence = self._cadences[row]
            if cadence is not None:
                cadence.broken()

    def _energies(
        self, samples: NDArray[np.int16], rows: Active
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Energy a tick in each set, and in all that is not hum; both remembered."""
        wave = samples.astype(np.float32)
        parts = wave @ self._plan.basis
        groups = np.add.reduceat(parts * parts, self._plan.starts, axis=1)
        total = np.maximum(np.einsum("ij,ij->i", wave, wave) - groups[:, 0], 1.0)
        energy = groups[:, 1:]
        modulated = self._plan.modulated
        if modulated.any():
            # A 25 Hz envelope is whole only over two ticks.
            last = self._last[rows]
            self._last[rows, :-1], self._last[rows, -1] = energy, total
            energy = np.where(modulated, (energy + last[:, :-1]) / 2, energy)
        at = self._tick % KEPT
        self._energy[rows, at] = energy
        self._total[rows, at] = total
        return energy, total

    def _sounding(
        self, rows: Active, energy: NDArray[np.float32], total: NDArray[np.float32]
    ) -> NDArray[np.intp]:
        """The tone set that sounds on each row, -1 where none does."""
        weighed = np.broadcast_to(total[:, None], energy.shape)
        if self._plan.modulated.any():
            before = self._total[rows, (self._tick - 1) % KEPT]
            weighed = np.where(self._plan.modulated, ((total + before) / 2)[:, None], weighed)
        share = energy / weighed
        score = share - self._barred[rows]
        now = self._now[rows]
        on = np.flatnonzero(now >= 0)
        score[on, now[on]] += STAY
        best = np.argmax(score, axis=1)
        line = np.arange(rows.size)
        good = (share[line, best] > SHARE) & (energy[line, best] > self._least) & (score[line, best] > -1)
        return np.where(good, best, -1)

    def _edges(self, rows: Active, sounding: NDArray[np.intp]) -> list[ProgressEvent]:
        now = self._now[rows]
        other = (now >= 0) & (sounding >= 0) & (sounding != now)
        settling = other & (self._since[rows] >= self._tick - SETTLING_TICKS)
        self._now[rows[settling]] = sounding[settling]
        # From one set to another: real when it is so for two ticks, else the splatter of an edge.
        again = other & (self._other_set[rows] == sounding)
        self._other_set[rows] = np.where(other, sounding, -1)
        edge = (again & ~settling) | ((sounding >= 0) != (now >= 0))
        found = []
        for k in np.flatnonzero(edge).tolist():
            row = int(rows[k])
            heard = self._edge(row, int(sounding[k]), self._tick - int(again[k]))
            if heard:
                found.append(ProgressEvent(row, heard))
        return found

    def _edge(self, row: int, new: int, at: int) -> str:
        cadence = self._cadences[row]
        old, since = int(self._now[row]), int(self._since[row])
        self._now[row], self._since[row] = new, at
        if cadence is None:
            return ""
        if old >= 0:
            burst = self._burst(row, since, at)
            if burst is None:
                cadence.broken()
            else:
                cadence.burst_ended(burst)
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

    def _burst(self, row: int, since: int, end: int) -> Burst | None:
        """The burst from tick `since` to before `end`, None when it was no clean one."""
        tone_set = self._which(row, self._ticks(since, end))
        first = max(since - 1, self._tick - KEPT + 3, 0)
        energy = self._energy[row, self._ticks(first, end + 1), tone_set]
        level = float(np.median(energy[1:-1])) if energy.size > 2 else 0.0
        strong = np.flatnonzero(energy > level * STRONG)
        if strong.size < 3 or level <= 0:
            return None
        head, tail = int(strong[0]), int(strong[-1])
        inside = self._ticks(first + head + 1, first + tail)
        if not self._clean(row, energy[head + 1 : tail], inside, since):
            return None
        noise = self._noise(row, since) * self._plan.dims[tone_set] / TICK_SAMPLES
        parts = np.sqrt(np.clip(energy - noise, 0, level) / level)
        before, after = float(parts[max(0, head - 1) : head + 1].sum()), float(parts[tail : tail + 2].sum())
        return Burst(
            tone_set, (tail - head - 1 + before + after) * TICK_MS, level, (first + tail + after) * TICK_MS
        )

    def _clean(self, row: int, energy: NDArray[np.float32], inside: NDArray[np.int64], since: int) -> bool:
        strongest, weakest, mean = float(energy.max()), float(energy.min()), float(energy.mean())
        left = float(np.mean(self._total[row, inside])) - mean
        return strongest <= FLAT * weakest and left <= IMPURE * mean + NOISE_ROOM * self._noise(row, since)

    def _noise(self, row: int, since: int) -> float:
        """Energy a tick before the burst that began at `since`, or of the quietest tick remembered."""
        before = self._total[row, self._ticks(since - 12, since - 1)]
        return float(np.median(before)) if before.size else 1.0

    def _quiet(self, row: int, burst: Burst, since: int) -> bool:
        between = self._total[row, self._ticks(since + 1, self._tick - 1)]
        return between.size == 0 or float(between.mean()) <= QUIET * burst.power

    def _began_ms(self, row: int, last: Burst, new: int, at: int) -> float:
        """When the burst whose first tick is `at` began, by how much of a tick's energy it has there."""
        ticks = np.array([at - 1, at]) % KEPT
        parts = np.sqrt(np.clip(self._energy[row, ticks, new] / last.power, 0, 1))
        return float(at + 1 - parts.sum()) * TICK_MS

    def _lasting(self, rows: Active) -> list[ProgressEvent]:
        """What is known without an edge: continuous tones, and cadences with a long silence."""
        run = self._tick - self._since[rows] + 1
        now = self._now[rows]
        found = []
        long_on = (now >= 0) & (run >= 25) & (run % AGAIN_TICKS == 0)
        for k in np.flatnonzero(long_on).tolist():
            found.append((int(rows[k]), self._lasts(int(rows[k]), int(run[k]))))
        long_off = (now < 0) & ((run == EARLY_TICKS + 1) | (run == FORGET_TICKS))
        for k in np.flatnonzero(long_off).tolist():
            found.append((int(rows[k]), self._stays_silent(int(rows[k]), int(run[k]))))
        return [ProgressEvent(row, heard) for row, heard in found if heard]

    def _lasts(self, row: int, run: int) -> str:
        cadence = self._cadences[row]
        inside = self._ticks(self._tick - 20, self._tick + 1)
        tone_set = self._which(row, inside)
        if cadence is None or not self._clean(
            row, self._energy[row, inside, tone_set], inside, self._tick - run
        ):
            return ""
        return cadence.lasts(tone_set, run * TICK_MS)

    def _stays_silent(self, row: int, run: int) -> str:
        cadence = self._cadences[row]
        if cadence is None:
            return ""
        if run >= FORGET_TICKS:
            cadence.broken()
            return ""
        pending = cadence.pending
        if pending is None or not self._quiet(row, pending, self._tick - run + 1):
            return ""
        return cadence.silence_lasts(run * TICK_MS)

    def _new_voices(self, rows: Active) -> list[int]:
        voices = self._voice.newly(rows)
        for row in voices:
            cadence = self._cadences[row]
            if cadence is not None:
                cadence.broken()
        return voices
