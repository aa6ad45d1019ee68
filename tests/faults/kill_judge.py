"""Lays what people lived through beside what the box says, and says what was lost, wrong or missing.

A call during which the switch died may end; it must be closed, and its line must work again. Every other call must
end as its people meant it to, be counted as what it was, and have its audio.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tests.faults.kill_account import SWITCH_AWAY, BoxAccount, BoxCall
from tests.faults.kill_deaths import Death
from tests.faults.kill_people import LEFT_A_MESSAGE, TALKED, Story

BEFORE_US = 500_000
AFTER_US = 4_000_000
"""The box may see a call begin and end so much later than the exchange."""
TALK_S = 8.0
"""So much longer may the box think they talk: it notices a hang-up by busy tone."""
SILENCE_US = 16_500_000
"""A voiceprint comes every 8 s at the latest; one may be drowned by the other's."""
MESSAGE_KEY = "3"
SPOILT_BLOCKS = 3
"""60 ms: a key or a busy tone may not be recognised behind such a hole, and a voiceprint neither."""
NEEDS_AUDIO = ("wrong", "lost", "silence")
SIGN_US = 10_000_000
"""Within this time after a caller left his busy tone is known, when it is whole."""


class Finding(Struct):
    """One thing that must not be."""

    kind: str
    """`lost`, `wrong`, `silence`, `missing-audio`, `not-closed`, `phantom`, `not-back`, `box`."""
    who: str
    text: str
    deaths: list[str] = []
    """Who died while this call lived."""


class Judged(Struct):
    findings: list[Finding]
    calls: int = 0
    """Judged: those that the network offered."""
    with_switch_death: int = 0
    spoilt: int = 0
    """Calls of whose audio the machine lost more than SPOILT_BLOCKS: what they heard is not judged."""
    talked: int = 0
    messages: int = 0
    missing_s: float = 0.0
    switch_away_s: float = 0.0
    """Audio that calls miss because the switch was dead: stated in the ledger."""


def judge(
    stories: Sequence[Story],
    account: BoxAccount,
    deaths: Sequence[Death],
    until_us: int,
    late: Sequence[tuple[int, int]] = (),
) -> Judged:
    """Calls placed up to `until_us`; all must be over. `late` is (box time, late blocks of the world so far)."""
    judged = Judged([Finding("box", "", fault) for fault in account.faults])
    offered = [story for story in stories if story.placed_us and not story.refused]
    of_story, left = _matched(offered, account.calls)
    for story in offered:
        if story.placed_us > until_us:
            continue
        judged.calls += 1
        lost_blocks = _late_between(late, story.placed_us, story.gone_us + SIGN_US)
        left_unheard = _late_between(late, story.gone_us, story.gone_us + SIGN_US) > SPOILT_BLOCKS
        rows = of_story[story.who]
        during = [death for death in deaths if _touches(death, story, rows)]
        if any(death.role == "switch" for death in during):
            judged.with_switch_death += 1
            found = _broken(story, rows)
        else:
            found = _whole(story, rows)
            if lost_blocks > SPOILT_BLOCKS:
                judged.spoilt += 1
                unheard = (*NEEDS_AUDIO, "not-closed") if story.gone_us and left_unheard else NEEDS_AUDIO
                found = [finding for finding in found if finding.kind not in unheard]
        for finding in found:
            finding.deaths = [f"{death.role} {death.signal}" for death in during]
        judged.findings += found
        _add_up(judged, story, rows)
    judged.findings += [
        Finding("phantom", row.line, f"call {row.id}: nobody outside knows of it ({row.outcome})")
        for row in left
        if row.offered_us <= until_us and not _near_switch_death(row, deaths)
    ]
    judged.findings += [
        Finding("not-back", death.role, f"{death.signal} at {death.at_us / 1e6:.1f} s")
        for death in deaths
        if not death.back_us
    ]
    return judged


def _late_between(late: Sequence[tuple[int, int]], from_us: int, to_us: int) -> int:
    """Blocks the world lost in that time."""
    before = max((blocks for at_us, blocks in late if at_us <= from_us), default=0)
    last = late[-1][1] if late else before
    after = min((blocks for at_us, blocks in late if at_us >= to_us), default=last)
    return after - before


def _add_up(judged: Judged, story: Story, rows: Sequence[BoxCall]) -> None:
    judged.talked += story.why == TALKED
    judged.messages += story.why == LEFT_A_MESSAGE
    for row in rows:
        judged.missing_s += row.missing_s
        judged.switch_away_s += sum(s for why, s in row.reasons_s.items() if why in SWITCH_AWAY)


def _matched(
    stories: Sequence[Story], rows: Sequence[BoxCall]
) -> tuple[dict[str, list[BoxCall]], list[BoxCall]]:
    """The calls of each caller by line and time, and those of nobody."""
    found: dict[str, list[BoxCall]] = {story.who: [] for story in stories}
    left = []
    for row in rows:
        before = [
            story
            for story in stories
            if story.line == row.line and story.placed_us - BEFORE_US <= row.offered_us
        ]
        story = max(before, key=lambda one: one.placed_us, default=None)
        if story is None or row.offered_us > (story.gone_us or 1 << 62) + AFTER_US:
            left.append(row)
        else:
            found[story.who].append(row)
    return found, left


def _touches(death: Death, story: Story, rows: Sequence[BoxCall]) -> bool:
    """It was dead at some time of this call, which for the box may last longer than for the caller."""
    back_us = death.back_us or 1 << 62
    ends = [row.released_us or 1 << 62 for row in rows]
    end_us = max((story.gone_us or 1 << 62) + AFTER_US, *ends, 0)
    return death.at_us <= end_us and back_us + BEFORE_US >= story.placed_us


def _near_switch_death(row: BoxCall, deaths: Sequence[Death]) -> bool:
    end_us = row.released_us or 1 << 62
    return any(
        death.role == "switch"
        and death.at_us <= end_us + AFTER_US
        and (death.back_us or 1 << 62) + AFTER_US >= row.offered_us
        for death in deaths
    )


def _broken(story: Story, rows: Sequence[BoxCall]) -> list[Finding]:
    """The switch died in it."""
    found = [
        Finding("not-closed", story.who, f"call {row.id} has no end or no outcome")
        for row in rows
        if row.released_us is None or row.outcome is None
    ]
    if not story.gone_us:
        found.append(Finding("not-closed", story.who, "the caller is still on the line"))
    return found + _audio(story, rows, SWITCH_AWAY)


def _whole(story: Story, rows: Sequence[BoxCall]) -> list[Finding]:
    found: list[Finding] = []
    if story.why not in (TALKED, LEFT_A_MESSAGE):
        found.append(Finding("lost", story.who, f"ended as {story.why or 'nothing'!r}"))
    elif story.why == TALKED and MESSAGE_KEY in story.pressed:
        found.append(Finding("wrong", story.who, "keyed for the mailbox and came to an agent"))
    elif story.why == TALKED and story.longest_silence_us() > SILENCE_US:
        found.append(
            Finding("silence", story.who, f"heard nothing for {story.longest_silence_us() / 1e6:.1f} s")
        )
    if len(rows) != 1:
        found.append(Finding("wrong", story.who, f"{len(rows)} calls in history instead of one"))
        return found
    return found + _wrong(story, rows[0]) + _audio(story, rows, frozenset())


def _wrong(story: Story, row: BoxCall) -> list[Finding]:
    wanted = {TALKED: "answered", LEFT_A_MESSAGE: "voicemail"}.get(story.why)
    found = []
    if wanted and row.outcome != wanted:
        found.append(Finding("wrong", story.who, f"call {row.id}: {row.outcome} instead of {wanted}"))
    if row.released_us is None:
        found.append(Finding("not-closed", story.who, f"call {row.id} has no end"))
    if wanted == "answered":
        if row.agent != story.heard:
            found.append(
                Finding("wrong", story.who, f"call {row.id}: agent {row.agent}, heard {story.heard}")
            )
        talked_s = (story.gone_us - story.heard_us) / 1e6
        if not -1.0 <= row.talk_s - talked_s <= TALK_S:
            found.append(
                Finding(
                    "wrong", story.who, f"call {row.id}: {row.talk_s:.1f} s of talk, lived {talked_s:.1f} s"
                )
            )
    return found


def _audio(story: Story, rows: Sequence[BoxCall], stated: frozenset[str]) -> list[Finding]:
    """Nothing unexplained; the switch's absence only where it was absent."""
    found = []
    for row in rows:
        if row.missing_s > 0:
            found.append(
                Finding("missing-audio", story.who, f"call {row.id}: {row.missing_s:.2f} s unexplained")
            )
        strange = {why for why in row.reasons_s if why in SWITCH_AWAY} - stated
        if strange:
            found.append(
                Finding("missing-audio", story.who, f"call {row.id}: {strange} though the switch lived")
            )
    return found
