"""Search of calls: the same as going through all of them, in pages that stand still while calls come in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from firmware.archive import finding
from firmware.archive.archive import Archive
from firmware.protocol.names import Direction, Outcome
from firmware.store.calls import parties
from firmware.store.calls.numbers import NumberMatch, beginnings, plain, whole_forms
from firmware.store.calls.search import search
from firmware.store.calls.wanted import Order, Span, Wanted
from firmware.store.disk import VirtualDisk
from firmware.store.history import HISTORY_FILE, read_history
from tests.unit.found_calls import AGENTS, HOSTILE, LINES, NAMES, NUMBERS, QUEUES, SITE, office, slowly
from tests.unit.journal_bench import records
from tests.unit.kept_bench import OTHER, SUBJECT, KeptBox

CALLS = 150


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("history")
    made = Archive(folder, disk=VirtualDisk(), durable=False)
    made.follow(records(office(CALLS)))
    made.db.execute("INSERT INTO recordings (id, call, leg, party, agent, kind, queue, began_us, began_at, path)"
                    " SELECT printf('%016x', id), id, 1, '', '', 'conversation', '', 0, 0, 'x' FROM calls"
                    " WHERE id % 3 = 0")  # fmt: skip
    for (recording,) in made.db.execute("SELECT id FROM recordings").fetchall():
        finding.mark_recorded(made.history.book, recording)
    made.db.conn.commit()
    made.close()
    found = read_history(folder / HISTORY_FILE)
    yield found
    found.close()


TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6))
SECONDS = st.one_of(st.none(), st.integers(0, 180).map(float))
MOMENTS = st.one_of(st.none(), st.integers(0, CALLS * 200).map(lambda at_s: 10**15 + at_s * 10**6))
TYPED = ("138 0013-8000", "(010) 6234 5678", "138", "0086138")
WANTED = st.builds(
    Wanted,
    from_at=MOMENTS,
    to_at=MOMENTS,
    direction=st.one_of(st.none(), st.sampled_from(list(Direction))),
    outcomes=st.frozensets(st.sampled_from(list(Outcome)), max_size=3),
    queue=st.sampled_from(("", "", *QUEUES)),
    agent=st.sampled_from(("", "", *AGENTS, HOSTILE[0])),
    extension=st.sampled_from(("", "", "", "801", "802", "899")),
    line=st.sampled_from(("", "", *LINES)),
    number=st.one_of(st.just(""), st.sampled_from((*NUMBERS, *TYPED)), TEXTS),
    number_as=st.sampled_from(list(NumberMatch)),
    numbers=st.lists(st.sampled_from(NUMBERS), max_size=2).map(tuple),
    name=st.one_of(st.just(""), st.just(""), st.sampled_from((*NAMES, "wang", "小", "STRASSE")), TEXTS),
    wait=st.builds(Span, SECONDS, SECONDS),
    talk=st.builds(Span, SECONDS, SECONDS),
    recorded=st.sampled_from((None, None, True, False)),
    voicemail=st.sampled_from((None, None, True, False)),
    calls=st.one_of(st.none(), st.none(), st.frozensets(st.integers(0, CALLS + 5))),
    order=st.sampled_from(list(Order)),
)  # fmt: skip


def found_by(db: Database, wanted: Wanted, rows: int = 7) -> list[int]:
    """All pages."""
    page = search(db, wanted, rows=rows)
    calls, count = [row["id"] for row in page.rows], page.count
    while page.after is not None:
        page = search(db, wanted, page.after, rows)
        calls += [row["id"] for row in page.rows]
    assert count == len(calls)
    return calls


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=WANTED, few=st.booleans())
def test_search_finds_what_going_through_all_calls_finds(
    db: Database, monkeypatch: pytest.MonkeyPatch, wanted: Wanted, few: bool
) -> None:
    """Also where a number or name fits so many that their calls are not listed."""
    monkeypatch.setattr(parties, "FEW_CALLS", 100_000 if few else 0)
    assert found_by(db, wanted) == slowly(db, wanted)


def test_every_condition_alone_finds_some_and_leaves_some(db: Database) -> None:
    alone = [
        Wanted(from_at=10**15 + 4000 * 10**6), Wanted(to_at=10**15), Wanted(direction=Direction.INBOUND),
        Wanted(outcomes=frozenset({Outcome.VOICEMAIL})), Wanted(queue="sales"), Wanted(agent="ann"),
        Wanted(extension="802"), Wanted(line="line-2"), Wanted(number="+86 138 0013 8000"),
        Wanted(number="0106", number_as=NumberMatch.PREFIX), Wanted(number="678", number_as=NumberMatch.SUFFIX),
        Wanted(number="3012", number_as=NumberMatch.PART), Wanted(numbers=("01062345678", "*31#")),
        Wanted(name="小"), Wanted(wait=Span(least=30)), Wanted(talk=Span(least=1)), Wanted(recorded=True),
        Wanted(recorded=False), Wanted(voicemail=True), Wanted(calls=frozenset({3, 5})),
    ]  # fmt: skip
    counts = [len(found_by(db, wanted, 50)) for wanted in alone]
    assert all(0 < count < CALLS for count in counts), counts


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_found_and_shown_byte_for_byte(db: Database, text: str) -> None:
    rows = [row for row in search(db, Wanted(name=text), rows=CALLS).rows if row["from_name"] == text]
    assert rows
    assert db.execute("SELECT count(*) FROM calls").fetchone() == (CALLS,)


def test_a_reader_of_history_cannot_write(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        db.execute("DELETE FROM parties")


def test_numbers_are_found_in_any_form() -> None:
    assert whole_forms("+86 (0)10 6234-5678", SITE) >= {"+861062345678"}
    assert "+861062345678" in whole_forms("62345678", SITE)
    assert {"0138", "+86138"} == beginnings("0138", SITE)
    assert {"+86138", "138", "0138"} == beginnings("+86138", SITE)
    assert [plain(text) for text in ("line-1", "138 0013", "*31#", "wang", "+")] == [
        "",
        "1380013",
        "*31#",
        "",
        "",
    ]


def test_pages_stand_still_while_calls_come_in(tmp_path: Path) -> None:
    made = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    told = records(office(40))
    half = len(told) // 2
    made.follow(told[:half])
    first = search(made.db, Wanted(), rows=5)
    rest = slowly(made.db, Wanted())[5:10]
    made.follow(told[half:])
    assert [row["id"] for row in search(made.db, Wanted(), first.after, rows=5).rows] == rest
    made.close()


def test_calls_of_former_software_are_entered_newest_first(tmp_path: Path) -> None:
    made = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    made.follow(records(office(60)))
    there = made.db.execute("SELECT * FROM call_parties ORDER BY call, party").fetchall()
    made.db.execute("DELETE FROM call_parties")
    made.db.execute("UPDATE calls SET recorded = 0, voicemail = 0")
    made.db.execute("UPDATE search_progress SET below = 61")
    made.db.conn.commit()
    entering = finding.Entering(made.db, made.history.book)
    assert entering.work(10) == 10
    assert not search(made.db, Wanted()).complete
    assert made.db.execute("SELECT DISTINCT call > 50 FROM call_parties").fetchall() == [(1,)]
    while entering.work(10):
        pass
    assert search(made.db, Wanted()).complete
    assert made.db.execute("SELECT * FROM call_parties ORDER BY call, party").fetchall() == there
    assert found_by(made.db, Wanted(voicemail=True)) == slowly(made.db, Wanted(voicemail=True))
    made.close()


def test_what_is_erased_is_found_no_more_and_others_are(tmp_path: Path) -> None:
    with KeptBox(tmp_path) as box:
        box.configure()
        for call, number in ((1, SUBJECT), (2, OTHER), (3, SUBJECT)):
            box.call(number, call)
        box.work()
        assert found_by(box.archive.db, Wanted(number=SUBJECT)) == [3, 1]
        assert found_by(box.archive.db, Wanted(recorded=True)) == [3, 2, 1]
        box.erase()
        box.work()
        assert found_by(box.archive.db, Wanted(number=SUBJECT)) == []
        assert found_by(box.archive.db, Wanted(number=OTHER)) == [2]
        assert found_by(box.archive.db, Wanted(recorded=True)) == [2]
        assert (
            box.one("SELECT count(*) FROM parties WHERE text LIKE '%3800138000' OR text LIKE '%wang%'") == 0
        )


def test_a_planted_leftover_of_an_erased_number_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.archive.forgetting.enter_call", lambda *_: None)
    with KeptBox(tmp_path) as box:
        box.configure()
        box.call(SUBJECT, 1)
        box.work()
        box.erase()
        box.work()
        assert box.one("SELECT count(*) FROM parties WHERE text LIKE '%3800138000'") != 0


def test_the_index_has_every_column_a_search_asks_for(db: Database) -> None:
    wanted = "c.queue = 'a' AND c.agent = 'b' AND c.wait_s > 1 AND c.recorded = 1 AND c.outcome = 'x'"
    plan = db.execute(
        f"EXPLAIN QUERY PLAN SELECT c.id FROM calls c INDEXED BY calls_searched WHERE {wanted} ORDER BY c.id DESC"
    ).fetchall()
    assert [row[3] for row in plan] == ["SCAN c USING COVERING INDEX calls_searched"]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("most", [5, 20, CALLS])
def test_no_more_is_counted_than_has_a_meaning(
    db: Database, monkeypatch: pytest.MonkeyPatch, order: Order, most: int
) -> None:
    """Pages are the same however far it is counted."""
    monkeypatch.setattr("firmware.store.calls.search.MOST_COUNTED", most)
    wanted = Wanted(direction=Direction.INBOUND, order=order)
    every = slowly(db, wanted)
    page = search(db, wanted, rows=4)
    assert (page.count, page.more) == ((most, True) if most < len(every) else (len(every), False))
    calls = [row["id"] for row in page.rows]
    while page.after is not None:
        page = search(db, wanted, page.after, rows=4)
        calls += [row["id"] for row in page.rows]
    assert calls == every
