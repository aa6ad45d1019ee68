"""One endpoint on a real journal: in order, nothing lost, the same ids again; what dies goes on where it was."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.jobs.webhooks import courier as module
from firmware.jobs.webhooks.kept import Keeper
from firmware.jobs.webhooks.patience import GIVE_UP_US, Outcome
from firmware.jobs.webhooks.standing import Standing, Wish
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, LegRole
from firmware.recorder.recorder import Rotation
from firmware.recorder.segments import JOURNAL
from firmware.stream.durable import Durable, Told
from tests.unit.hooked_box import SECOND_US, Desk

DAY_US = 86_400 * SECOND_US


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.turns()
    return made


def failing(reason: str = "refused", status: int = 0) -> Outcome:
    return Outcome(reason, status)


def test_events_are_told_in_order_from_now_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.journal.calls(3)
    desk.now_us = desk.journal.now_us
    desk.courier = desk.begun()
    desk.turns()
    assert desk.far.told == [], "what was before it was named is not told"
    ids = desk.journal.calls(4)
    desk.turns()
    assert desk.far.told == ids == desk.far.tried
    assert desk.courier.standing.delivered == 4


def test_only_what_was_asked_for_is_told_and_the_rest_is_passed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "call.began")
    desk.turns()
    desk.journal.calls(5)
    wanted = desk.journal.happens(f.CallBegan(7, Direction.INBOUND, 0, "line-1"))
    desk.journal.calls(5)
    desk.turns(desk.journal.now_us + 3 * SECOND_US)
    assert desk.far.told == [wanted]
    kept = Keeper(tmp_path / "jobs", "crm").load(0)
    assert kept.done is not None and kept.done[1] == 11


def test_what_fails_is_tried_again_and_holds_back_what_is_behind_it(desk: Desk) -> None:
    left = [failing(), failing("status-503", 503)]
    desk.far.says = lambda _: left.pop(0) if left else Outcome("", 200)
    ids = desk.journal.calls(3)
    desk.turns()
    assert desk.far.tried == [ids[0]]
    standing = desk.courier.standing
    assert (standing.reason, standing.waiting, standing.failing_at > 0) == ("refused", 3, True)
    desk.turns(desk.now_us + 60 * SECOND_US)
    assert desk.far.tried == [ids[0], ids[0], *ids]
    assert (standing.failing_at, standing.waiting, standing.failures) == (0, 0, 2)


def test_a_process_that_dies_tells_again_at_most_what_was_not_kept_and_misses_nothing(desk: Desk) -> None:
    ids = desk.journal.calls(2)
    desk.turns()
    desk.die()
    ids += desk.journal.calls(3)
    desk.turns()
    assert list(dict.fromkeys(desk.far.told)) == ids
    assert desk.far.told[-3:] == ids[-3:]


def test_a_pause_goes_on_in_the_next_life(desk: Desk) -> None:
    desk.far.says = lambda _: failing()
    desk.journal.calls(1)
    desk.turns(desk.now_us + 20 * SECOND_US)
    tries = len(desk.far.tried)
    desk.die()
    desk.turns()
    assert len(desk.far.tried) == tries, "a dead endpoint is not met anew by each life"
    desk.turns(desk.now_us + 60 * SECOND_US)
    assert len(desk.far.tried) > tries


def test_two_failures_soon_after_one_another_leave_a_file_that_can_be_read(desk: Desk) -> None:
    left = [failing()]
    desk.far.says = lambda _: left.pop() if left else Outcome("", 200)
    desk.journal.calls(1)
    desk.turns(desk.now_us + 12 * SECOND_US)
    left.append(failing())
    ids = desk.journal.calls(2)
    desk.turns()
    told = msgspec.json.encode(desk.courier.standing)
    assert msgspec.json.decode(told, type=Standing).waiting == 1
    desk.die()
    desk.turns(desk.now_us + 60 * SECOND_US)
    assert desk.far.told[-2:] == ids, "what waited is not dropped by the next life"


def test_an_endpoint_whose_place_is_damaged_goes_on_from_now_and_is_told_of_a_gap(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    old = desk.journal.calls(1)
    desk.turns(desk.now_us + 10 * SECOND_US)
    (desk.root / "jobs" / "crm.json").write_bytes(bytes(64))
    desk.journal.now_us = desk.now_us
    desk.die()
    ids = desk.journal.calls(2)
    desk.turns()
    assert desk.far.told == [*old, f"gap-{ids[0]}", *ids]
    assert "webhook crm: its place is lost" in capsys.readouterr().err


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(["call", "die", "fail", "heal", "wait", "turn"]), max_size=30),
    st.integers(0, 10**9),
)
def test_whatever_dies_and_fails_all_is_told_in_order(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str], seed: int
) -> None:
    desk = Desk(tmp_path_factory.mktemp(f"w{seed}"), rotation=Rotation(segment_bytes=2_000))
    desk.turns()
    ids: list[str] = []
    for act in acts:
        if act == "call":
            ids += desk.journal.calls(1)
        elif act == "die":
            desk.die()
        elif act in ("fail", "heal"):
            desk.far.says = (lambda _: failing()) if act == "fail" else (lambda _: Outcome("", 200))
        else:
            desk.turns(desk.now_us + (3600 * SECOND_US if act == "wait" else 0))
    desk.far.says = lambda _: Outcome("", 200)
    desk.turns(desk.now_us + 7200 * SECOND_US)
    assert list(dict.fromkeys(desk.far.told)) == ids, "each at least once, in order"
    desk.journal.close()


def test_planted_fault_a_place_kept_before_it_was_taken_loses_events(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The property above must see it."""
    take = module.Courier._take

    def hasty(self: module.Courier, told: Told, now_us: int) -> None:
        take(self, told, now_us)
        self._come_to(told.happening.position)

    monkeypatch.setattr(module.Courier, "_take", hasty)
    desk.far.says = lambda _: failing()
    ids = desk.journal.calls(1)
    desk.turns(desk.now_us + 10 * SECOND_US)
    desk.die()
    desk.far.says = lambda _: Outcome("", 200)
    desk.turns(desk.now_us + 7200 * SECOND_US)
    assert ids[0] not in desk.far.told


def test_an_endpoint_dead_for_days_loses_the_oldest_and_is_told_so_when_it_is_back(desk: Desk) -> None:
    desk.far.says = lambda _: failing()
    old = desk.journal.calls(2)
    desk.turns(desk.now_us + GIVE_UP_US - DAY_US)
    desk.journal.now_us = desk.now_us
    young = desk.journal.calls(2)
    desk.turns(desk.now_us + DAY_US + 7200 * SECOND_US)
    assert desk.courier.standing.given_up == 2
    desk.far.says = lambda _: Outcome("", 200)
    desk.turns(desk.now_us + 2 * 3600 * SECOND_US)
    assert desk.far.told == [f"gap-{young[0]}", *young]
    assert not set(old) & set(desk.far.told)


def test_so_many_are_given_up_that_it_takes_several_turns(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "A_TURN", 3)
    desk.far.says = lambda _: failing()
    old = desk.journal.calls(20)
    desk.turns(desk.now_us + DAY_US)
    desk.journal.now_us = desk.now_us + 2 * GIVE_UP_US
    desk.now_us = desk.journal.now_us
    desk.far.says = lambda _: Outcome("", 200)
    young = desk.journal.calls(1)
    desk.turns(desk.now_us + 7200 * SECOND_US)
    assert desk.far.told == [f"gap-{young[0]}", *young] and desk.courier.standing.given_up == len(old)


def test_segments_that_are_gone_are_a_gap(tmp_path: Path) -> None:
    desk = Desk(tmp_path, rotation=Rotation(segment_bytes=400))
    desk.turns()
    first = desk.journal.calls(1)
    desk.turns(desk.now_us + 3 * SECOND_US)
    ids = desk.journal.calls(40)
    files = list(JOURNAL.files(desk.journal.folder).values())
    for path in files[:-2]:
        path.unlink()
    desk.die()
    desk.turns()
    told = desk.far.told
    assert told[0] == first[0] and told[1].startswith("gap-1-") and told[-1] == ids[-1]
    assert [one for one in told if one.startswith("gap")] == told[1:2]


def test_what_is_refused_for_itself_is_set_aside_and_may_be_sent_again(desk: Desk) -> None:
    bad = desk.journal.calls(1)[0]
    desk.far.says = lambda headers: (
        failing("status-422", 422) if headers["Tipring-Event-Id"] == bad else Outcome()
    )
    good = desk.journal.calls(2)
    desk.turns(desk.now_us + 7200 * SECOND_US)
    assert desk.far.told == good
    assert [one.id for one in desk.courier.standing.aside] == [bad]
    desk.far.says = lambda _: Outcome("", 200)
    desk.courier.wishes.append(("w1", Wish("again", "crm", id=bad)))
    desk.turns()
    assert desk.far.told == [*good, bad] and desk.courier.standing.aside == ()


def test_wishes_a_test_now_and_all_since_then(desk: Desk) -> None:
    since_us = desk.journal.now_us
    ids = desk.journal.calls(2)
    desk.turns()
    desk.courier.wishes.append(("w7", Wish("test", "crm")))
    desk.turns()
    assert desk.far.told == [*ids, "test-w7"]
    desk.courier.wishes.append(("w8", Wish("since", "crm", at_us=since_us + SECOND_US)))
    desk.turns()
    assert desk.far.told == [*ids, "test-w7", ids[1]]
    desk.far.says = lambda _: failing()
    last = desk.journal.calls(1)
    desk.turns()
    desk.far.says = lambda _: Outcome("", 200)
    desk.turns()
    assert desk.far.told[-1] == ids[1]
    desk.courier.wishes.append(("w9", Wish("now", "crm")))
    desk.turns()
    assert desk.far.told[-1] == last[0]
    desk.courier.wishes.append(("w10", Wish("again", "crm", id="1-999-0")))
    desk.turns()
    assert desk.courier.standing.latest[0].reason == "no-such-event"


def test_who_is_let_go_grants_no_more_wishes(desk: Desk) -> None:
    def let_go(_: object) -> Outcome:
        desk.courier.is_stopped = True
        return Outcome("", 200)

    desk.far.says = let_go
    desk.courier.wishes.extend((f"w{number}", Wish("test", "crm")) for number in range(5))
    desk.courier.step()
    assert desk.far.tried == ["test-w0"]


def test_one_that_never_came_back_from_its_first_post_is_known_to_the_next_life(desk: Desk) -> None:
    ids = desk.journal.calls(1)
    (desk.root / "jobs" / "crm.json").unlink()
    desk.now_us = 0
    desk.die()

    def killed(_: object) -> Outcome:
        raise KeyboardInterrupt

    desk.far.says = killed
    with pytest.raises(KeyboardInterrupt):
        desk.turns()
    desk.far.says = lambda _: Outcome("", 200)
    desk.now_us = desk.journal.now_us
    desk.die()
    desk.turns()
    assert desk.far.told == ids


def test_one_that_ends_before_it_began_keeps_the_place_of_the_life_before_it(desk: Desk) -> None:
    ids = desk.journal.calls(1)
    desk.turns(desk.now_us + 10 * SECOND_US)
    ids += desk.journal.calls(1)
    desk.now_us += DAY_US
    desk.die()
    desk.courier.stop()
    desk.die()
    desk.turns()
    assert desk.far.told == ids


def test_a_journal_that_cannot_be_read_for_a_while_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was in hand when it began is told, and what failed in the life before it waits on."""
    desk.far.says = lambda _: failing()
    ids = desk.journal.calls(2)
    desk.turns()
    desk.die()
    for broken_part in ("go_since", "next"):
        with monkeypatch.context() as planted:
            planted.setattr(Durable, broken_part, broken)
            with pytest.raises(OSError, match="no space"):
                desk.courier.step()
            desk.courier.recover()
    desk.turns()
    assert len(desk.far.tried) == 1, "the pause goes on"
    desk.far.says = lambda _: Outcome("", 200)
    desk.turns(desk.now_us + 60 * SECOND_US)
    assert desk.far.told == ids


def test_nothing_goes_out_unsigned(desk: Desk) -> None:
    secret, desk.secret = desk.secret, None
    ids = desk.journal.calls(1)
    desk.courier.step()
    assert desk.far.tried == [] and not desk.courier.standing.has_secret
    desk.secret = secret
    desk.turns(desk.now_us + 3 * SECOND_US)
    assert desk.far.told == ids and desk.courier.standing.has_secret


def test_a_new_life_of_the_engine_is_no_gap(desk: Desk) -> None:
    ids = desk.journal.calls(2)
    desk.turns()
    ids.append(desk.journal.happens(f.AllLinesBusy(busy=True), epoch=2))
    desk.die()
    ids.append(desk.journal.happens(f.AllLinesBusy(busy=False), epoch=2))
    desk.turns()
    assert list(dict.fromkeys(desk.far.told)) == ids


def test_a_disk_that_fails_for_a_while_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = desk.journal.calls(2)
    with monkeypatch.context() as planted:
        planted.setattr(Keeper, "save", broken)
        with pytest.raises(OSError, match="no space"):
            desk.turns()
        desk.courier.recover()
    desk.turns(desk.now_us + 10 * SECOND_US)
    ids += desk.journal.calls(2)
    desk.turns()
    assert list(dict.fromkeys(desk.far.told)) == ids


def broken(*_: object) -> None:
    raise OSError(28, "no space")


def test_what_does_not_last_yet_is_not_told(desk: Desk) -> None:
    desk.journal._ring.put(b"not yet synced")
    desk.turns()
    assert desk.far.tried == []


def test_a_leg_knows_its_call_also_in_a_new_life(desk: Desk) -> None:
    desk.journal.happens(f.CallBegan(7, Direction.INBOUND, 0, "l"), f.LegAdded(14, 7, 0, LegRole.CALLER, "l"))
    desk.turns(desk.now_us + 3 * SECOND_US)
    desk.die()
    bodies: list[bytes] = []
    desk.far.bodies = bodies
    desk.journal.happens(f.LegAnswered(14))
    desk.turns()
    assert b'"call":7' in bodies[0]
