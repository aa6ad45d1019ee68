"""The flash key: hold, consultation, transfer, conference, and who talked when."""

from __future__ import annotations

from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState
from tests.unit.fake_box import LINES, PHONES, FakeBox, office


def in_talk(**queue: object) -> FakeBox:
    box = FakeBox(office(**queue))
    box.to_queue("L1")
    box.lift("801")
    box.wait(5)
    return box


def consulting(**queue: object) -> FakeBox:
    box = in_talk(**queue)
    box.flash("801")
    box.key("801", "804")
    box.wait(3)
    box.lift("804")
    return box


def talks(box: FakeBox) -> list[tuple[str, tuple[str, ...], float]]:
    """Who talked with whom, and how long."""
    parties, began, spans = {}, {}, []
    for record in box.records:
        for fact in record.facts:
            if isinstance(fact, f.LegAdded):
                parties[fact.leg] = fact.party
            elif isinstance(fact, f.TalkBegan):
                began[fact.legs] = record.at_us
            elif isinstance(fact, f.TalkEnded):
                names = tuple(sorted(parties[leg] for leg in fact.legs))
                spans.append((str(fact.call), names, (record.at_us - began[fact.legs]) / 1e6))
    return spans


def test_flash_holds_with_music_and_gives_dial_tone() -> None:
    box = in_talk()
    box.flash("801")
    assert box.words("L1") == ["music"]
    assert box.words("801") == ["tone:dial"]
    assert box.facts(f.HoldBegan)[0].leg == 1
    assert box.facts(f.RecordingMarked)[0].mark == "hold"


def test_flash_again_goes_back() -> None:
    box = in_talk()
    box.flash("801")
    box.flash("801")
    assert box.talk("L1", "801")
    assert box.facts(f.HoldEnded)
    assert [mark.mark for mark in box.facts(f.RecordingMarked)] == ["hold", "resumed"]
    assert len(box.facts(f.RecordingBegan)) == 1


def test_a_consulted_telephone_that_is_busy_leads_back_after_a_tone() -> None:
    box = in_talk()
    box.lift("803")
    box.flash("801")
    box.key("801", "803")
    assert box.words("801") == ["tone:busy"]
    box.heard("801")
    assert box.talk("L1", "801")


def test_hanging_up_while_consulting_is_an_attended_transfer() -> None:
    box = consulting()
    assert box.talk("801", "804")
    box.wait(4)
    box.hang_up("801")
    assert box.talk("L1", "804")
    made = box.facts(f.TransferMade)[0]
    assert (made.call, made.kind, made.to) == (1, "attended", "804")
    began = box.facts(f.RecordingBegan)
    assert [(one.call, one.party) for one in began] == [(1, "801"), (1, "804")]
    assert box.facts(f.RecordingEnded)[0].why == "transferred"
    assert box.agent("801")[0] is AgentState.WRAP_UP
    box.wait(20)
    box.leave("L1")
    assert box.outcomes() == ["answered"]
    assert talks(box) == [
        ("1", ("801", "L1"), 5.0),
        ("2", ("801", "804"), 4.0),
        ("1", ("804", "L1"), 20.0),
    ]


def test_hanging_up_while_it_rings_is_a_blind_transfer() -> None:
    box = in_talk()
    box.flash("801")
    box.key("801", "804")
    box.wait(1)
    box.hang_up("801")
    assert box.facts(f.TransferMade)[0].kind == "blind"
    assert box.words("L1") == ["tone:ringback"]
    box.wait(5)
    box.lift("804")
    assert box.talk("L1", "804")


def test_waiting_a_little_makes_it_semi_attended() -> None:
    box = in_talk()
    box.flash("801")
    box.key("801", "804")
    box.wait(5)
    box.hang_up("801")
    assert box.facts(f.TransferMade)[0].kind == "semi-attended"


def test_an_unanswered_transfer_comes_back() -> None:
    box = in_talk()
    box.flash("801")
    box.key("801", "804")
    box.hang_up("801")
    box.wait(31)
    assert box.facts(f.TransferMade)[-1].kind == "recall"
    assert box.ringing[PHONES["801"]].cadence == "recall"
    box.lift("801")
    assert box.talk("L1", "801")


def test_hanging_up_with_only_a_held_party_calls_back() -> None:
    box = in_talk()
    box.flash("801")
    box.hang_up("801")
    assert PHONES["801"] in box.ringing
    assert box.words("L1") == ["tone:ringback"]
    box.lift("801")
    assert box.talk("L1", "801")


def test_flash_and_two_goes_to_and_fro() -> None:
    box = consulting()
    box.flash("801")
    box.key("801", "2")
    assert box.talk("L1", "801")
    assert box.words("804") == ["music"]
    box.flash("801")
    box.wait(2.1)
    assert box.talk("801", "804")
    assert box.words("L1") == ["music"]


def test_flash_and_one_lets_the_consulted_go() -> None:
    box = consulting()
    box.flash("801")
    box.key("801", "1")
    assert box.talk("L1", "801")
    assert box.words("804") == ["tone:busy"]


def test_hanging_up_after_a_toggle_still_transfers_in_the_offered_call() -> None:
    box = consulting()
    box.flash("801")
    box.flash("801")
    assert box.talk("L1", "801")
    box.hang_up("801")
    assert box.talk("L1", "804")
    made = box.facts(f.TransferMade)[0]
    assert (made.call, made.kind, made.to) == (1, "attended", "804")


def test_flash_and_three_is_a_conference() -> None:
    box = consulting()
    box.flash("801")
    box.key("801", "3")
    assert box.sent(c.Confer)[0].members == (PHONES["801"], LINES["L1"], PHONES["804"])
    assert len(box.facts(f.ConferenceBegan)[0].legs) == 3
    assert "conference" in [one.mark for one in box.facts(f.RecordingMarked)]
    box.wait(10)
    box.hang_up("801")
    assert box.talk("L1", "804")
    assert box.facts(f.ConferenceEnded)
    assert box.agent("801")[0] is AgentState.WRAP_UP
    box.leave("L1")
    assert box.outcomes() == ["answered"]


def test_flash_in_a_conference_drops_who_came_last() -> None:
    box = consulting()
    box.flash("801")
    box.key("801", "3")
    box.flash("801")
    assert box.talk("L1", "801")
    assert box.words("804") == ["tone:busy"]
    assert len(box.facts(f.RecordingBegan)) == 1


def test_the_held_caller_who_leaves_ends_the_offered_call_not_the_consultation() -> None:
    box = consulting()
    box.leave("L1")
    assert box.outcomes() == ["answered"]
    assert box.talk("801", "804")
    box.hang_up("801")
    assert box.agent("801")[0] is AgentState.WRAP_UP


def test_two_outside_parties_are_not_left_alone() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.flash("801")
    box.key("801", "913912345678")
    box.dialled("L4")
    box.answers("L4")
    box.hang_up("801")
    assert LINES["L4"] not in box.off_hook
    assert PHONES["801"] in box.ringing, "the caller comes back"


def test_an_outgoing_call_is_handed_on() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", "913912345678")
    box.dialled("L4")
    box.answers("L4")
    box.flash("802")
    box.key("802", "804")
    box.lift("804")
    box.hang_up("802")
    assert box.talk("L4", "804")
    assert box.facts(f.RecordingBegan)[-1].party == "13912345678"
    box.hang_up("804")
    assert LINES["L4"] not in box.off_hook
    assert not box.engine.state.calls


def test_a_transferred_talk_needs_no_second_consent_but_stays_recorded() -> None:
    box = FakeBox(office(consent="recording-consent"))
    box.to_queue("L1")
    box.lift("801")
    box.heard("L1")
    box.flash("801")
    box.key("801", "804")
    box.lift("804")
    box.hang_up("801")
    assert box.talk("L1", "804")
    assert len(box.facts(f.RecordingBegan)) == 2
    assert len(box.facts(f.ConsentAnnounced)) == 1


def test_when_the_caller_leaves_a_conference_the_two_of_the_house_talk_on() -> None:
    box = consulting()
    box.flash("801")
    box.key("801", "3")
    box.leave("L1")
    assert box.talk("801", "804") and box.leg("L1") is None
    assert not box.recording
    box.hang_up("801")
    assert box.outcomes() == ["answered"]
    assert not box.engine.state.calls
    assert box.words("804") == ["tone:busy"]
    assert box.agent("801")[0] is AgentState.WRAP_UP


def test_a_telephones_own_tape_is_silent_while_its_user_consults() -> None:
    box = FakeBox(office())
    box.lift("802")
    box.key("802", "913912345678")
    box.dialled("L4")
    box.answers("L4")
    box.flash("802")
    assert [pause.paused for pause in box.sent(c.PauseRecord)] == [True]
    box.flash("802")
    assert [pause.paused for pause in box.sent(c.PauseRecord)] == [True, False]


def test_an_outside_party_who_heard_no_announcement_is_not_taped_in_a_conference() -> None:
    box = FakeBox(office(consent="recording-consent"))
    box.to_queue("L1")
    box.lift("801")
    box.heard("L1")
    box.flash("801")
    box.key("801", "913912345678")
    box.dialled("L4")
    box.answers("L4")
    box.flash("801")
    box.key("801", "3")
    assert box.facts(f.RecordingMarked)[-1].mark == "paused"
    assert box.sent(c.PauseRecord)[-1] == c.PauseRecord(
        port=0, recording=box.facts(f.RecordingBegan)[0].recording, paused=True
    )
    box.leave("L4")
    assert box.sent(c.PauseRecord)[-1].paused is False
    assert box.talk("L1", "801")
