"""Orders of supervisors and agents: watching, states, recordings in silence, what became of calls, calling back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from msgspec import structs

from firmware.cli.words import CHINESE
from firmware.config.schema import Service
from firmware.engine.engine import Engine
from firmware.engine.ordered.disposing import LONGEST_NOTE
from firmware.engine.view import state_view
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState, AnswerSign
from firmware.protocol.order_format import AgentView, CallView, LegView, StateView
from firmware.protocol.refusals import Refusal
from tests.unit.ordering import House, house, port


@pytest.fixture(params=["fxs", "sip"])
def here(request: pytest.FixtureRequest) -> Iterator[House]:
    here = House(request.param)
    yield here
    assert not here.box.facts(f.InputPassedOver)


def hears(here: House, where: str) -> set[int]:
    return here.box.mixes.get(port(where)) or {here.box.hears[port(where)]}


def view(here: House) -> StateView:
    return state_view(here.box.engine, 1, now_us=here.box.now_us, link_up=True, gap_us=0, alarms=())


def agent_view(here: House, agent: str = "801") -> AgentView:
    return next(one for one in view(here).agents if one.agent == agent)


def leg_view(here: House, party: str) -> LegView:
    return next(leg for call in view(here).calls for leg in call.parts if leg.party == party)


# -- supervisors ------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["extension", "agent", "queue", "leg"])
def test_a_supervisor_listens_with_a_click(here: House, named: str) -> None:
    here.caller_talks()
    leg = here.leg(here.a)
    assert leg is not None
    number = {"extension": here.a, "agent": "agent:801", "queue": "700", "leg": ""}[named]
    assert not here.order("listen", "804", number, agent="900", leg=leg.id if named == "leg" else 0)
    assert here.rings("804") and not here.box.facts(f.SupervisionBegan)
    here.lift("804")
    assert hears(here, "804") == {0, port(here.a)}
    assert here.talk("L1", here.a), "and is not heard"
    assert [(one.mode, one.supervisor) for one in here.box.facts(f.SupervisionBegan)] == [("listen", "900")]


def test_who_listens_goes_on_in_another_way_and_with_another_agent(here: House) -> None:
    here.caller_talks()
    here.box.to_queue("L2")
    here.lift(here.b)
    here.order("listen", agent="900", number=here.a)
    here.lift("804")
    assert not here.order("barge", agent="900", number=here.a)
    assert hears(here, "L1") == {port(here.a), port("804")}
    assert not here.order("whisper", agent="900", number=here.b)
    assert here.talk("L1", here.a), "the first call is as it was"
    assert hears(here, here.b) == {1, port("804")} and hears(here, "L2") == {port(here.b)}
    assert [one.agent for one in view(here).agents if one.state == "talking"] == ["801", "802"]
    assert [(one.mode, one.agent_leg) for one in view(here).watches] == [
        ("whisper", leg_view(here, here.b).leg)
    ]


def test_a_supervisor_takes_over(here: House) -> None:
    here.caller_talks()
    assert not here.order("take-over", "804", here.a, agent="900")
    here.lift("804")
    assert here.talk("L1", "804") and here.let_go(here.a)
    assert [one.supervisor for one in here.box.facts(f.CallTakenOver)] == ["900"]


def test_only_supervisors_follow_calls_of_queues_they_supervise() -> None:
    plain = house("fxs")
    limited = tuple(
        structs.replace(one, supervises=("service",)) if one.id == "900" else one for one in plain.agents
    )
    here = House("fxs", structs.replace(plain, agents=limited))
    here.caller_talks()
    assert here.order("listen", "804", here.a, agent="900") == "not-allowed"
    assert here.order("listen", "803", here.a) == "not-allowed"
    assert here.order("listen", "803", here.a, agent="802") == "not-allowed"
    assert not here.rings("804") and not here.box.facts(f.SupervisionBegan)


def test_what_supervisors_cannot_do_is_refused(here: House) -> None:
    assert here.order("listen", "804", here.a, agent="900") == "nothing-to-monitor"
    here.caller_talks()
    here.lift("804")
    here.box.key("804", here.b)
    here.box.wait(6)
    assert here.order("listen", "804", here.a, agent="900") == "telephone-busy"


def test_a_talk_that_ended_before_the_supervisor_lifts_is_not_listened_to(here: House) -> None:
    here.caller_talks()
    here.order("listen", "804", here.a, agent="900")
    here.box.leave("L1")
    here.lift("804")
    assert here.box.words("804") == ["nothing-to-monitor"] and not here.box.facts(f.SupervisionBegan)


# -- agents -----------------------------------------------------------------------------------------


def test_wrap_up_ends_by_order_in_what_was_put_off(here: House) -> None:
    here.caller_talks()
    assert here.agent("801", "end-wrap-up") == "no-wrap-up"
    assert not here.agent("801", "not-ready", reason="lunch")
    assert agent_view(here).next_state == ("not-ready", "lunch")
    here.order("hang-up", here.a)
    here.put_down(here.a)
    told = agent_view(here)
    assert (told.state, told.until_us) == ("wrap-up", here.box.now_us + 10_000_000)
    assert not here.agent("801", "longer-wrap-up")
    assert agent_view(here).until_us == here.box.now_us + 70_000_000
    assert not here.agent("801", "end-wrap-up")
    assert here.box.agent("801") == (AgentState.NOT_READY, "lunch")


def test_a_supervisor_sets_and_signs_out_another(here: House) -> None:
    assert not here.agent("801", "not-ready", reason="meeting")
    assert not here.agent("802", "sign-out")
    assert [here.box.agent(one)[0] for one in ("801", "802")] == ["not-ready", "signed-out"]
    assert not here.agent("802", "sign-in", extension=here.c)
    assert agent_view(here, "802").extension == here.c
    for agent, do, more, reason in (
        ("803", "ready", {}, "not-signed-in"),
        ("x", "ready", {}, "no-such-agent"),
        ("801", "sign-in", {"extension": "999"}, "no-such-extension"),
        ("801", "join-queue", {"queue": "x"}, "no-such-queue"),
        ("801", "dance", {}, "not-possible"),
    ):
        assert here.agent(agent, do, **more) == reason


# -- recordings -------------------------------------------------------------------------------------


def marks(here: House) -> list[str]:
    return [one.mark for one in here.box.facts(f.RecordingMarked)]


def test_a_recording_is_silent_as_long_as_the_agent_wants(here: House) -> None:
    here.caller_talks()
    assert leg_view(here, "L1").recording and not leg_view(here, "L1").paused
    assert here.order("resume-recording", here.a) == "not-paused"
    assert not here.order("pause-recording", here.a)
    assert here.order("pause-recording", agent="801") == "already-paused"
    assert leg_view(here, "L1").paused and marks(here) == ["paused"]
    assert [one.author for one in here.box.facts(f.RecordingPaused)] == ["web:ann"]
    here.order("hold", here.a)
    here.order("resume", here.a)
    assert leg_view(here, "L1").paused, "holding does not end it"
    assert not here.order("resume-recording", here.a)
    assert not leg_view(here, "L1").paused and marks(here)[-1] == "unpaused"
    assert [one.paused for one in here.box.sent(c.PauseRecord)] == [True, False]


def test_silence_outlives_a_full_disk(here: House) -> None:
    here.caller_talks()
    here.order("pause-recording", here.a)
    here.give(i.DiskTold("full", "disk-full"))
    here.give(i.DiskTold("ample"))
    assert len(here.box.sent(c.Record)) == 2
    assert here.box.sent(c.PauseRecord)[-1].recording == here.box.sent(c.Record)[-1].recording
    assert leg_view(here, "L1").paused


def test_silence_ends_with_the_talk_of_whoever_wanted_it(here: House) -> None:
    here.caller_talks()
    here.order("pause-recording", here.a)
    here.order("transfer", here.a, here.b)
    here.lift(here.b)
    assert leg_view(here, "L1").recording and not leg_view(here, "L1").paused


def test_a_message_after_a_silent_talk_is_kept(here: House) -> None:
    here.caller_talks()
    here.order("pause-recording", here.a)
    here.order("transfer", here.a, "voicemail:box")
    here.box.heard("L1")
    assert here.box.facts(f.RecordingBegan)[-1].kind == "voicemail"
    assert not leg_view(here, "L1").paused


def test_recordings_are_paused_where_there_are_any_and_that_is_allowed() -> None:
    plain = house("fxs")
    forbidden = structs.replace(plain, positions=structs.replace(plain.positions, recording_pause=False))
    here = House("fxs", forbidden)
    here.caller_talks()
    assert here.order("pause-recording", here.a) == "not-allowed"
    here = House("fxs", record=False)
    here.caller_talks()
    assert here.order("pause-recording", here.a) == "not-recorded"
    here.order("hold", here.a)
    assert here.order("pause-recording", here.a) == "not-talking"


# -- what became of calls, calling back -------------------------------------------------------------


def test_what_became_of_a_call_is_a_fact_also_when_it_is_over() -> None:
    here = House("fxs")
    here.caller_talks()
    call = here.box.call("L1").id
    here.box.leave("L1")
    assert not here.give(i.DispositionOrder("d", "web:ann", call, "801", "sold", "wants a catalogue"))
    assert here.box.facts(f.CallDisposed) == [
        f.CallDisposed(call, "801", "sold", "wants a catalogue", "web:ann")
    ]
    for order, reason in (
        (i.DispositionOrder("1", "w", 99, "801"), "no-such-call"),
        (i.DispositionOrder("2", "w", call, "x"), "no-such-agent"),
        (i.DispositionOrder("3", "w", call, "801", "<b>"), "no-such-code"),
        (i.DispositionOrder("4", "w", call, "801", note="x" * (LONGEST_NOTE + 1)), "too-long"),
    ):
        assert here.give(order) == reason


def test_codes_are_those_of_the_configuration() -> None:
    plain = house("fxs")
    positions = structs.replace(plain.positions, dispositions=("sold", "later"))
    here = House("fxs", structs.replace(plain, positions=positions))
    here.caller_talks()
    call = here.box.call("L1").id
    assert not here.give(i.DispositionOrder("1", "w", call, "801", "later"))
    assert here.give(i.DispositionOrder("2", "w", call, "801", "other")) == "no-such-code"


def gave_up(here: House) -> int:
    """A caller who is to be called back."""
    for agent in ("801", "802"):
        here.agent(agent, "not-ready", reason="meeting")
    here.box.to_queue("L1")
    call = here.box.call("L1").id
    here.box.wait(20)
    here.box.leave("L1")
    return call


def test_who_gave_up_is_called_back_by_one_agent_at_a_time() -> None:
    here = House("fxs", callback_abandoned_after_s=1.0)
    call = gave_up(here)
    assert [one.call for one in view(here).callbacks] == [call]
    assert here.order("call-back", "801", "913912345678", call=99) == "no-such-call"
    assert not here.order("call-back", "801", "913912345678", call=call)
    assert here.order("call-back", "802", "913912345678", call=call) == "already-under-way"
    assert [(one.about, one.author) for one in here.box.facts(f.CallLinked)] == [(call, "web:ann")]
    assert [one.about for one in view(here).calls] == [call]
    here.lift("801")
    line = next(leg.party for one in view(here).calls for leg in one.parts if leg.role == "trunk")
    assert line == "13912345678"
    trunk = next(leg for leg in here.box.engine.state.legs.values() if leg.fxo)
    here.box.event(e.DialEnded(port=trunk.port, at_us=here.box.now_us, dialled=True))
    here.box.event(e.FarEndAnswered(port=trunk.port, at_us=here.box.now_us, sign=AnswerSign.REVERSAL))
    assert not view(here).callbacks, "nobody need call him back any more"
    assert [one.why for one in here.box.facts(f.QueueCallbackEnded)] == ["reached"]


def test_the_box_does_not_call_back_whom_an_agent_calls_just_now() -> None:
    here = House("fxs", callback_abandoned_after_s=1.0)
    call = gave_up(here)
    here.order("call-back", "804", "913912345678", call=call)
    here.agent("801", "ready")
    assert [one.why for one in here.box.facts(f.QueueCallbackPut)] == ["by-hand"]
    assert not here.rings("801")


# -- settings ---------------------------------------------------------------------------------------


def test_telephones_are_set_as_by_their_codes(here: House) -> None:
    def set_(what: str, value: str, extension: str = here.a) -> str:
        return here.give(i.TelephoneOrder(f"t-{len(here.box.records)}", "web:ann", extension, what, value))

    assert not set_("busy", "804")
    assert not set_("do-not-disturb", "1")
    assert here.box.agent("801") == (AgentState.NOT_READY, "do-not-disturb")
    told = dict(view(here).settings)[here.a]
    assert told == (("busy", "804"), ("do-not-disturb", "1"))
    assert not set_("do-not-disturb", "0") and not set_("busy", "")
    assert here.box.agent("801")[0] is AgentState.READY
    assert here.a not in dict(view(here).settings)
    assert set_("always", "999999999", "803") == "not-allowed"
    assert set_("always", here.a) == "not-allowed"
    assert set_("do-not-disturb", "maybe") == "not-possible"
    assert set_("colour", "1") == "not-possible"
    assert set_("busy", "804", "999") == "no-such-extension"


def test_a_service_is_switched() -> None:
    plain = house("fxs")
    here = House("fxs", structs.replace(plain, services=(Service(id="shop", hours="day"),)))
    assert not here.give(i.ServiceOrder("1", "web:chief", "shop", "night"))
    assert view(here).services == (("shop", "night", "keyed"),)
    assert here.give(i.ServiceOrder("2", "web:chief", "shop", "dusk")) == "not-possible"
    assert here.give(i.ServiceOrder("3", "web:chief", "shed", "night")) == "no-such-service"


# -- what pages are told ----------------------------------------------------------------------------


def call_view(here: House) -> CallView:
    (told,) = view(here).calls
    return told


def test_a_desktop_is_told_all_it_shows(here: House) -> None:
    here.box.to_queue("L1")
    waits = call_view(here)
    assert (waits.queue, waits.position, waits.waits_since_us > 0) == ("sales", 1, True)
    offered = leg_view(here, here.a)
    assert offered.why.startswith("longest-idle") and offered.alerted_us and offered.place == "active"
    here.lift(here.a)
    assert (call_view(here).queue, call_view(here).from_queue) == ("", "sales")
    assert agent_view(here).call == call_view(here).call
    here.order("consult", here.a, here.c)
    told = {leg.leg: leg for call in view(here).calls for leg in call.parts}
    places = sorted(leg.place for leg in told.values() if leg.party == here.a)
    assert places == ["active", "aside"]
    (held,) = [leg for leg in told.values() if leg.held_by]
    assert (held.party, told[held.held_by].place) == ("L1", "aside")


def test_what_was_collected_is_told_and_secrets_are_not() -> None:
    here = House("fxs")
    here.box.ring("L1")
    here.box.heard("L1")
    here.box.key("L1", "7")
    here.box.key("L1", "4711")
    held = here.box.engine.state.calls
    assert any("pin" in call.variables for call in held.values()), "the engine has a handle"
    assert all(name != "pin" for call in view(here).calls for name, _ in call.variables)
    here = House("fxs")
    here.box.ring("L1")
    here.box.heard("L1")
    here.box.key("L1", "2")
    here.box.key("L1", "000801")
    assert ("id", "000801") in call_view(here).variables
    assert all(not name.startswith(".") for name, _ in call_view(here).variables)


# -- the vocabulary, and every life of the engine ---------------------------------------------------


def test_every_refusal_has_its_chinese_word() -> None:
    assert [one for one in Refusal if one not in CHINESE] == []


def test_every_kind_of_order_has_an_id_and_an_author() -> None:
    for kind in get_args(i.DeskOrder):
        assert {"id", "author"} <= set(kind.__struct_fields__)


def test_the_next_engine_knows_what_was_ordered(here: House) -> None:
    here.consulting()
    here.order("pause-recording", here.a)
    here.order("swap", here.a)
    again = Engine.restore(None, here.box.records)
    assert again.snapshot() == here.box.engine.snapshot()
    here.box.engine = again
    assert not here.order("complete", here.a)
    assert here.talk("L1", here.c)


# -- planted faults: the tests above find them ------------------------------------------------------


def test_a_view_that_told_secrets_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.view._variables", lambda call, secret: tuple(call.variables.items()))
    with pytest.raises(AssertionError):
        test_what_was_collected_is_told_and_secrets_are_not()


def test_a_tape_that_went_on_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.recordings.pause", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_recording_is_silent_as_long_as_the_agent_wants(House("fxs"))


def test_a_supervisor_without_the_right_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.floor.supervising.may_watch", lambda *_: True)
    with pytest.raises(AssertionError):
        test_only_supervisors_follow_calls_of_queues_they_supervise()
