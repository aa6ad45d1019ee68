"""Callers, attendants and outside parties as machines: told things, asked what they do."""

from firmware.config.schema import Features
from firmware.protocol.names import Tone
from hwsim.scenario import Break, Caller, Dialling, Handling, OutsideParty, Person, Spread
from hwsim.world import attendant, caller, party
from hwsim.world.draws import drawn_us, generator
from hwsim.world.percepts import (
    Act,
    Alerted,
    Answer,
    Connected,
    Due,
    Flash,
    Goodbye,
    HangUp,
    HeardGoodbye,
    HeardTone,
    HeardVoice,
    Hush,
    Lift,
    LostVoice,
    Percept,
    PlaceCall,
    Press,
    Rang,
    Refused,
    Released,
    RingingStopped,
    Talk,
)
from hwsim.world.person import Person as Machine


def kinds(acts: list[Act]) -> list[type[Act]]:
    return [type(act) for act in acts]


def run(person: Machine, until_s: float) -> list[tuple[float, Act]]:
    """Jump from deadline to deadline."""
    done = []
    while person.deadline_us is not None and person.deadline_us <= until_s * 1e6:
        now_us = person.deadline_us
        done += [(now_us / 1e6, act) for act in person.handle(Due(), now_us)]
    return done


def told(person: Machine, percept: Percept, at_s: float) -> list[Act]:
    return person.handle(percept, round(at_s * 1e6))


def someone(**changes: object) -> caller.Caller:
    plan: dict[str, object] = {"at_s": 1.0, "press": ("1@2", "22#@3.5"), "patience_s": 20.0, "talk_s": 10.0}
    return caller.Caller("li", Caller(**(plan | changes)), seed=1)  # type: ignore[arg-type]


def connected(**changes: object) -> caller.Caller:
    person = someone(**changes)
    assert [type(act) for _, act in run(person, 1.0)] == [PlaceCall]
    told(person, Connected(), 5.0)
    return person


def test_a_caller_presses_keys_so_long_after_the_answer() -> None:
    person = connected()
    pressed = [(at_s, act.digits) for at_s, act in run(person, 10.0) if isinstance(act, Press)]
    assert pressed == [(7.0, "1"), (8.5, "22#")]


def test_a_caller_without_a_person_leaves_when_patience_is_over() -> None:
    person = connected()
    assert [(at, type(act)) for at, act in run(person, 60.0)][-1] == (25.0, HangUp)
    assert person.why == "lost patience"


def test_a_caller_who_hears_a_person_talks_and_leaves_when_all_is_said() -> None:
    person = connected()
    assert kinds(told(person, HeardVoice("ext-801"), 12.0)) == [Talk]
    assert person.margin_us == 13_000_000
    assert [(at, type(act)) for at, act in run(person, 60.0)] == [(22.0, Hush), (22.0, HangUp)]
    assert person.why == "talked"


def test_talk_stops_counting_while_the_other_is_away() -> None:
    person = connected()
    told(person, HeardVoice("ext-801"), 12.0)
    told(person, LostVoice("ext-801"), 15.0)
    assert not run(person, 30.0)
    told(person, HeardVoice("ext-802"), 31.0)
    assert [at for at, act in run(person, 60.0) if isinstance(act, HangUp)] == [38.0]


def test_who_lets_the_agent_end_says_goodbye_and_waits() -> None:
    person = connected(ends="agent")
    told(person, HeardVoice("ext-801"), 12.0)
    assert [(at, type(act)) for at, act in run(person, 23.0)] == [(22.0, Goodbye)]
    assert kinds(told(person, Released(), 24.0)) == [Hush]


def test_a_beep_is_answered_with_a_message_or_by_hanging_up() -> None:
    person = connected(leaves_message_s=4.0, press=())
    assert kinds(told(person, HeardTone(Tone.BEEP), 9.0)) == [Talk]
    assert [at for at, act in run(person, 60.0) if isinstance(act, HangUp)] == [13.0]
    shy = connected(press=())
    assert not told(shy, HeardTone(Tone.BEEP), 9.0)
    assert [at for at, act in run(shy, 60.0) if isinstance(act, HangUp)] == [10.5]


def test_a_blocked_caller_is_gone() -> None:
    person = someone()
    run(person, 1.0)
    told(person, Refused(Tone.BUSY), 1.0)
    assert (person.why, person.deadline_us) == ("blocked", None)


def agent(**changes: object) -> attendant.Attendant:
    plan: dict[str, object] = {"extension": "801", "reacts_s": 2.0}
    return attendant.Attendant("ext-801", Person(**(plan | changes)), 1, Features())  # type: ignore[arg-type]


def in_talk(**changes: object) -> attendant.Attendant:
    person = agent(**changes)
    told(person, Rang(), 10.0)
    assert [(at, type(act)) for at, act in run(person, 12.0)] == [(12.0, Lift), (12.0, Talk)]
    told(person, HeardVoice("li"), 13.0)
    return person


def test_an_agent_lifts_after_a_reaction_and_hangs_up_after_a_goodbye() -> None:
    person = in_talk()
    told(person, HeardGoodbye(), 20.0)
    assert [(at, type(act)) for at, act in run(person, 60.0)] == [(21.0, Hush), (21.0, HangUp)]
    assert person.state is attendant.AttendantState.IDLE


def test_an_agent_who_hears_busy_tone_hangs_up() -> None:
    person = in_talk()
    told(person, HeardTone(Tone.BUSY), 20.0)
    assert [at for at, act in run(person, 60.0) if isinstance(act, HangUp)] == [21.2]


def test_an_ignored_ring_is_left_alone_and_the_next_one_may_be_taken() -> None:
    person = agent(ignores=1.0)
    told(person, Rang(), 10.0)
    assert not run(person, 60.0)
    told(person, RingingStopped(), 40.0)
    assert person.state is attendant.AttendantState.IDLE


def test_nobody_there_is_noticed() -> None:
    person = agent()
    told(person, Rang(), 10.0)
    hung_up = [at for at, act in run(person, 90.0) if isinstance(act, HangUp)]
    assert hung_up == [32.0]


def test_a_break_is_dialled_when_free_and_undone_afterwards() -> None:
    person = agent(breaks=(Break(at_s=5.0, for_s=60.0, reason="2"),))
    assert kinds([act for _, act in run(person, 5.0)]) == [Lift]
    told(person, HeardTone(Tone.DIAL), 6.5)
    acts = run(person, 64.0)
    assert [act.digits for _, act in acts if isinstance(act, Press)] == ["*442"]
    assert isinstance(acts[-1][1], HangUp)
    assert kinds([act for _, act in run(person, 65.0)]) == [Lift]


def test_a_code_that_is_due_in_a_conversation_waits_for_its_end() -> None:
    person = in_talk(breaks=(Break(at_s=15.0, for_s=60.0),))
    assert not run(person, 16.0)
    told(person, HeardGoodbye(), 20.0)
    acts = run(person, 22.0)
    assert kinds([act for _, act in acts]) == [Hush, HangUp, Lift]


def script(do: str, to: str = "804") -> attendant.Attendant:
    person = in_talk(handling=(Handling(do=do, share=1.0, after_s=2.0, to=to, for_s=5.0),))
    assert kinds([act for _, act in run(person, 15.0)]) == [Hush, Flash]
    return person


def test_hold_is_a_flash_and_a_flash_back() -> None:
    person = script("hold", "")
    assert kinds([act for _, act in run(person, 21.0)]) == [Flash, Talk]


def test_an_attended_transfer_waits_for_the_other_and_hangs_up() -> None:
    person = script("attended")
    told(person, HeardTone(Tone.DIAL), 16.0)
    assert [act.digits for _, act in run(person, 17.0) if isinstance(act, Press)] == ["804"]
    told(person, HeardVoice("ext-804"), 20.0)
    assert kinds([act for _, act in run(person, 26.0)]) == [Talk, Hush, HangUp]


def test_a_transfer_nobody_takes_goes_back_to_the_caller() -> None:
    person = script("attended")
    told(person, HeardTone(Tone.DIAL), 16.0)
    run(person, 17.0)
    acts = run(person, 60.0)
    assert kinds([act for _, act in acts])[:2] == [Flash, Talk]


def test_a_conference_is_a_flash_and_a_three() -> None:
    person = script("conference")
    told(person, HeardTone(Tone.DIAL), 16.0)
    run(person, 17.0)
    told(person, HeardVoice("ext-804"), 20.0)
    acts = [act for _, act in run(person, 30.0)]
    assert kinds(acts) == [Talk, Flash, Press]
    assert [act.digits for act in acts if isinstance(act, Press)] == ["3"]


def test_a_call_of_ones_own_ends_by_itself() -> None:
    person = agent(dials=(Dialling(at_s=3.0, number="995588", talk_s=8.0),))
    run(person, 3.0)
    told(person, HeardTone(Tone.DIAL), 4.4)
    run(person, 5.0)
    told(person, HeardVoice("party-95588"), 15.0)
    acts = run(person, 60.0)
    assert kinds([act for _, act in acts]) == [Talk, Hush, HangUp]


def test_an_outside_party_answers_talks_and_leaves() -> None:
    person = party.OutsideParty("p", OutsideParty(number="1", answers_after_s=3.0, talk_s=5.0), 1)
    told(person, Alerted(), 1.0)
    assert [(at, type(act)) for at, act in run(person, 60.0)] == [
        (4.0, Answer),
        (4.0, Talk),
        (9.0, Hush),
        (9.0, HangUp),
    ]


def test_draws_do_not_hang_on_the_order_of_events() -> None:
    spread = Spread(least=5.0, most=50.0, mean=20.0)
    first = [drawn_us(spread, generator(1, "caller", name)) for name in ("a", "b", "c")]
    again = [drawn_us(spread, generator(1, "caller", name)) for name in ("c", "b", "a")]
    assert first == again[::-1]
    assert all(5e6 <= one <= 50e6 for one in first)
    assert first != [drawn_us(spread, generator(2, "caller", name)) for name in ("a", "b", "c")]
