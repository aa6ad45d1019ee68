"""Either half dies and comes back: what the wires say is what counts, and nothing is lost that need not be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from firmware.engine.engine import Engine
from firmware.engine.state import UnknownSnapshot
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.names import AgentState
from tests.unit.fake_box import LINES, PHONES, FakeBox, office


def report(box: FakeBox, **off_hook: bool) -> e.StateReport:
    """As things stand, but for the ports named (`p3=False`)."""
    ports = tuple(
        e.PortReport(
            port,
            "fxo" if port < 4 else "fxs",
            off_hook.get(f"p{port}", port in box.off_hook),
            False,
            box.hears.get(port, -1),
            box.playing[port].play if port in box.playing else "",
            box.recording.get(port, ""),
        )
        for port in range(8)
    )
    return e.StateReport(port=-1, at_us=box.now_us, tick=1, ports=ports)


def killed(box: FakeBox, snapshot: bytes | None = None) -> FakeBox:
    """The engine's memory is thrown away and rebuilt from snapshot and journal; it starts anew."""
    records = [journal.decode(journal.encode(record)) for record in box.records]
    before = box.engine.snapshot()
    box.engine = Engine.restore(snapshot, records)
    assert box.engine.snapshot() == before
    box.give(i.Started(box.engine.epoch + 1))
    box.event(report(box))
    return box


def test_a_kill_at_any_moment_of_a_call_changes_nothing() -> None:
    steps: tuple[Callable[[FakeBox], None], ...] = (
        lambda box: box.ring("L1"),
        lambda box: box.heard("L1"),
        lambda box: box.key("L1", "1"),
        lambda box: box.wait(4),
        lambda box: box.lift("801"),
        lambda box: box.heard("L1"),
        lambda box: box.wait(10),
        lambda box: box.flash("801"),
        lambda box: box.key("801", "804"),
        lambda box: box.lift("804"),
        lambda box: box.hang_up("801"),
        lambda box: box.wait(11),
        lambda box: box.leave("L1"),
        lambda box: box.hang_up("804"),
    )
    kinds = (f.TalkBegan, f.TransferMade, f.CallEnded, f.RecordingBegan, f.AgentChanged)
    for kill_after in range(len(steps) + 1):
        box = FakeBox(office(consent="recording-consent"))
        for number, step in enumerate(steps):
            if number == kill_after:
                killed(box)
            step(box)
        story = [fact for record in box.records for fact in record.facts if isinstance(fact, kinds)]
        if kill_after == 0:
            told = [type(fact) for fact in story]
        assert [type(fact) for fact in story] == told, f"killed before step {kill_after}"
        assert box.outcomes() == ["answered"]


def test_the_first_record_of_a_new_life_has_its_epoch_and_numbers_go_on() -> None:
    box = FakeBox(office())
    box.ring("L1")
    newest = box.records[-1].number
    killed(box)
    assert (box.records[-1].epoch, box.records[-1].number) == (2, newest + 2)


def test_records_a_snapshot_covers_are_passed_over() -> None:
    box = FakeBox(office())
    box.ring("L1")
    snapshot = box.engine.snapshot()
    box.heard("L1")
    box.key("L1", "1")
    rebuilt = Engine.restore(snapshot, box.records)
    assert rebuilt.snapshot() == box.engine.snapshot()


def test_a_snapshot_of_another_kind_is_refused() -> None:
    with pytest.raises(UnknownSnapshot):
        Engine.restore(b"\x01\x02", [])


def test_a_line_that_fell_on_hook_while_nobody_looked_ends_its_call() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.wait(5)
    box.give(i.Started(2))
    box.off_hook.discard(0)
    box.event(report(box))
    assert box.outcomes() == ["answered"]
    assert not box.engine.state.calls


def test_what_was_decided_after_the_report_was_asked_for_is_newer_than_it() -> None:
    box = FakeBox(office())
    box.event(e.LineRang(port=0, at_us=box.now_us, count=1))
    box.give(i.Started(2))
    old = report(box)
    box.wait(0.04)
    box.event(e.LineRang(port=0, at_us=box.now_us, count=2))
    box.event(old)
    assert box.leg("L1") is not None
    assert 0 in box.off_hook


def test_a_line_held_for_nobody_is_let_go() -> None:
    box = FakeBox(office())
    box.give(i.Started(2))
    box.event(report(box, p2=True))
    assert box.commands[-1] == c.Release(port=2)


def test_a_telephone_lifted_while_nobody_looked_gets_dial_tone() -> None:
    box = FakeBox(office())
    box.give(i.Started(2))
    box.off_hook.add(PHONES["804"])
    box.event(report(box))
    assert box.words("804") == ["tone:dial"]


def test_a_telephone_hung_up_while_nobody_looked_ends_its_call() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.give(i.Started(2))
    box.off_hook.discard(PHONES["804"])
    box.event(report(box))
    assert not box.engine.state.calls


def test_an_announcement_that_ended_while_nobody_looked_goes_on() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.wait(1)
    box.give(i.Started(2))
    box.playing.pop(0)
    box.event(report(box))
    assert box.words("L1") == ["main-menu"]


def test_a_new_switch_has_lost_its_tapes_and_its_lines_but_not_the_house() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "802")
    box.lift("802")
    box.to_queue("L1")
    box.lift("801")
    box.wait(5)
    box.epoch, box.events = 2, 0
    box.off_hook.discard(0)
    box.hears.clear()
    box.playing.clear()
    box.event(report(box))
    assert box.facts(f.SwitchLost)
    assert box.facts(f.RecordingEnded)[-1].why == "switch-died"
    assert box.outcomes() == ["answered"]
    assert box.talk("804", "802"), "both handsets are still up: they are joined again"
    box.hang_up("801")
    box.wait(11)
    assert box.agent("801")[0] is AgentState.READY


def test_an_event_of_a_dead_switch_is_dropped() -> None:
    box = FakeBox(office())
    box.event(e.LineRang(port=0, at_us=box.now_us, count=1))
    box.epoch, box.events = 2, 0
    box.event(report(box))
    late = i.FromSwitch(1, 99, e.LineRang(port=1, at_us=box.now_us, count=1))
    assert box.give(late) is None


def test_a_configuration_that_cannot_be_read_changes_nothing() -> None:
    box = FakeBox(office())
    box.give(i.ConfigApplied(2, "x", "{broken"))
    assert box.engine.config_version == 1
    assert box.facts(f.AttemptRefused)[-1].wanted == "config:2"


def test_an_emergency_call_the_switch_made_alone_goes_on() -> None:
    box = FakeBox(office())
    box.give(i.Started(2))
    box.off_hook |= {3, PHONES["804"]}
    box.hears |= {3: PHONES["804"], PHONES["804"]: 3}
    box.event(report(box))
    assert box.talk("L4", "804")
    assert box.call("804").emergency
    assert not box.sent(c.Release)
    box.hang_up("804")
    assert 3 not in box.off_hook


def test_a_caller_who_gave_up_while_no_engine_was_there_is_not_answered_for_good() -> None:
    box = FakeBox(office())
    rang_us = box.now_us
    box.wait(60)
    for count in (1, 2, 3):
        box.event(e.LineRang(port=0, at_us=rang_us + count * 4_000_000, count=count))
    box.event(e.LineRingingEnded(port=0, at_us=rang_us + 18_000_000))
    assert box.leg("L1") is None
    assert 0 not in box.off_hook
    assert box.outcomes() == ["abandoned_in_menu"]


def test_a_new_switch_listens_to_a_telephone_that_dials() -> None:
    config = office()
    dials = tuple(structs.replace(one, pulse=one.number == "804") for one in config.extensions)
    box = FakeBox(structs.replace(config, extensions=dials))
    box.lift("803")
    box.lift("804")
    box.wait(1)
    box.commands.clear()
    box.epoch, box.events = 2, 0
    box.event(report(box))
    listens = {one.port: one for one in box.sent(c.Listen)}
    assert listens[PHONES["803"]].digits and not listens[PHONES["803"]].pulses
    assert listens[PHONES["804"]].pulses
    box.key("803", "110")
    assert box.sent(c.Dial)


def test_who_talks_and_hears_nothing_hears_again_and_the_tape_goes_on() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    assert box.talk("L1", "801")
    box.wait(1)
    box = killed(box)
    box.hears[LINES["L1"]] = -1
    before, box.commands[:] = box.facts(f.RecordingBegan), []
    box.event(report(box))
    assert box.talk("L1", "801") and box.facts(f.RecordingBegan) == before
    box.commands[:] = []
    box.event(report(box))
    assert not box.sent(c.Hear)
