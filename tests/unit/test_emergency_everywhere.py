"""SAFETY.md L6: every state of a telephone x every emergency number x with and without prefix: a line within 2 s."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from msgspec import structs

from firmware.config.schema import Class, Config, DialPlan, Group, Mailbox, PagingGroup, Room, Switchboard
from firmware.engine.dialling import urgent_keys
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause, HangUpSign, Outcome
from tests.unit.fake_box import LINES, PHONES, FakeBox, office

NUMBERS = ("112", "911", "110", "119", "120", "999", "000", "122")
MOBILE = "913912345678"
WITHIN_S = 2.0
TELEPHONE, SUPERVISOR = "802", "803"


def world(called: str = "") -> Config:
    """The office with a PIN on its mailbox and emergency numbers of many countries.

    911 is one only where it is called: with 9 in front of the others it would always come first.
    """
    config = office(consent="recording-consent")
    return structs.replace(
        config,
        dial_plan=DialPlan(emergency=tuple(one for one in NUMBERS if one != "911" or called == one)),
        groups=(Group(id="all", number="600", members=("801", "803", "804")),),
        paging_groups=(PagingGroup(id="hall", number="1", members=("801", "802", "803", "804")),),
        switchboard=Switchboard(call_waiting=True),
        rooms=(Room(id="board", number="500"), Room(id="guarded", number="501", pin="4711")),
        classes=(Class(id="guarded", pin="4711"),),
        mailboxes=(Mailbox(id="box", pin="4711"), Mailbox(id="open")),
        queues=tuple(structs.replace(one, number="700", callback_key="2") for one in config.queues),
        agents=tuple(
            structs.replace(one, kind="supervisor" if one.id == SUPERVISOR else "normal")
            for one in config.agents
        ),
        extensions=tuple(
            structs.replace(one, voicemail="open")
            if one.number == TELEPHONE
            else structs.replace(one, of_class="guarded" if one.number == "804" else "")
            for one in config.extensions
        ),
    )


def _lifted(box: FakeBox) -> None:
    box.lift(TELEPHONE)


def _keyed(digits: str, telephone: str = TELEPHONE) -> Callable[[FakeBox], None]:
    def begin(box: FakeBox) -> None:
        box.lift(telephone)
        box.key(telephone, digits)

    return begin


def _supervises(code: str) -> Callable[[FakeBox], None]:
    """801 talks to a caller of the queue; the supervisor's telephone sits in on that."""

    def begin(box: FakeBox) -> None:
        box.to_queue("L1")
        box.lift("801")
        box.heard("L1")
        _keyed(f"{code}801", SUPERVISOR)(box)
        phase = Phase.TALKING if code == "*64" else Phase.MONITORING
        assert box.leg(SUPERVISOR).phase == phase  # type: ignore[union-attr]

    return begin


def _taken_over(box: FakeBox) -> None:
    _supervises("*64")(box)
    box.flash(SUPERVISOR)


def _calls_back(box: FakeBox) -> None:
    """A caller asked to be called back and hung up; now his number is dialled for this telephone."""
    for agent in ("801", "803", TELEPHONE):
        box.give(i.AgentOrder(f"away-{agent}", "test", agent, "not-ready"))
    box.to_queue("L1")
    box.key("L1", "2")
    box.key("L1", "1")
    box.leave("L1")
    box.give(i.AgentOrder("back", "test", TELEPHONE, "ready"))
    box.lift(TELEPHONE)
    assert box.call(TELEPHONE).callback


def _signed_out(box: FakeBox) -> None:
    _keyed("*42")(box)
    box.hang_up(TELEPHONE)
    box.lift(TELEPHONE)


def _last_word(box: FakeBox) -> None:
    _keyed("*43")(box)
    assert box.leg(TELEPHONE).phase == Phase.PARTING  # type: ignore[union-attr]


def _after_busy(box: FakeBox) -> None:
    _keyed("803")(box)
    box.lift("803")
    box.hang_up("803")
    box.wait(1)
    assert box.leg(TELEPHONE) is None


def _howler(box: FakeBox) -> None:
    box.lift(TELEPHONE)
    box.wait(45)


def _message(box: FakeBox) -> None:
    """Leaves a message in 804's mailbox."""
    _keyed("804")(box)
    box.wait(31)
    box.heard(TELEPHONE)
    assert box.leg(TELEPHONE).phase == Phase.MAILBOX  # type: ignore[union-attr]


def _listening(box: FakeBox) -> None:
    box.lift("801")
    box.key("801", TELEPHONE)
    box.wait(31)
    box.heard("801")
    box.wait(5)
    box.hang_up("801")
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "*98")
    box.wait(3)
    assert box.leg(TELEPHONE).phase == Phase.LISTENING  # type: ignore[union-attr]


def _listening_to_one(box: FakeBox) -> None:
    _listening(box)
    box.heard(TELEPHONE)
    box.key(TELEPHONE, "1")
    box.wait(3)


def _in_mailbox(keys: str, *, beep: bool = False) -> Callable[[FakeBox], None]:
    """Hears a message, then goes on by keys; `beep`: what is said before a recording was heard."""

    def begin(box: FakeBox) -> None:
        _listening(box)
        box.heard(TELEPHONE)
        box.wait(3)
        for key in keys:
            box.key(TELEPHONE, key)
            box.wait(3)
        if beep:
            box.heard(TELEPHONE)
            box.wait(3)

    return begin


def _conversation(box: FakeBox) -> None:
    """801 is made busy, so that the caller gets our telephone."""
    box.lift("801")
    box.to_queue("L1")
    box.lift(TELEPHONE)
    box.heard("L1")
    box.wait(3)
    assert box.leg(TELEPHONE).phase == Phase.TALKING  # type: ignore[union-attr]


def _announcement(box: FakeBox) -> None:
    box.lift("801")
    box.to_queue("L1")
    box.lift(TELEPHONE)
    assert box.leg(TELEPHONE).phase == Phase.JOINING  # type: ignore[union-attr]


def _flash(box: FakeBox) -> None:
    _conversation(box)
    box.flash(TELEPHONE)


def _consulting_rings(box: FakeBox) -> None:
    _flash(box)
    box.key(TELEPHONE, "803")


def _consulting(box: FakeBox) -> None:
    _consulting_rings(box)
    box.lift("803")
    box.wait(3)


def _choosing(box: FakeBox) -> None:
    _consulting(box)
    box.flash(TELEPHONE)
    assert box.leg(TELEPHONE).phase == Phase.CHOOSING  # type: ignore[union-attr]


def _consultation_over(box: FakeBox) -> None:
    _consulting(box)
    box.hang_up("803")
    assert box.leg(TELEPHONE).phase == Phase.AWAY  # type: ignore[union-attr]


def _conference(box: FakeBox) -> None:
    _choosing(box)
    box.key(TELEPHONE, "3")
    box.wait(3)


def _hook(of: Callable[[FakeBox], None]) -> Callable[[FakeBox], None]:
    def begin(box: FakeBox) -> None:
        of(box)
        box.hang_up(TELEPHONE)
        box.wait(0.5)
        box.lift(TELEPHONE)
        if box.leg(TELEPHONE) is None or box.leg(TELEPHONE).phase != Phase.DIALLING:  # type: ignore[union-attr]
            box.flash(TELEPHONE)

    return begin


def _conference_flash(box: FakeBox) -> None:
    _conference(box)
    box.flash(TELEPHONE)
    box.wait(1)
    box.flash(TELEPHONE)


def _held(box: FakeBox) -> None:
    box.lift("803")
    box.key("803", TELEPHONE)
    box.lift(TELEPHONE)
    box.wait(2)
    box.flash("803")
    assert box.leg(TELEPHONE).phase == Phase.HELD  # type: ignore[union-attr]


def _transferred(box: FakeBox) -> None:
    """Held, then handed on: it waits for somebody whose telephone rings."""
    _held(box)
    box.key("803", "804")
    box.hang_up("803")
    assert box.leg(TELEPHONE).phase == Phase.CALLING  # type: ignore[union-attr]


def _line_wanted(box: FakeBox) -> None:
    """An outside call whose line is still being had."""
    _keyed(MOBILE)(box)
    box.wait(3)


def _inside_talk_flash(box: FakeBox) -> None:
    _inside_talk(box)
    box.flash(TELEPHONE)


def _waits_for_help(box: FakeBox) -> None:
    """Another emergency number while the first one has found no line yet."""
    for line in LINES:
        box.event(e.LineAlarmed(port=LINES[line], at_us=box.now_us, alarm="no-battery"))
    _keyed("110")(box)
    for line in LINES:
        box.event(e.LineRestored(port=LINES[line], at_us=box.now_us))


def _parked(box: FakeBox) -> None:
    box.lift("803")
    box.key("803", TELEPHONE)
    box.lift(TELEPHONE)
    box.wait(2)
    box.flash("803")
    box.key("803", "*50")
    assert box.leg(TELEPHONE).phase == Phase.PARKED  # type: ignore[union-attr]


def _parking(box: FakeBox) -> None:
    """Has parked somebody and hears where."""
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "803")
    box.lift("803")
    box.flash(TELEPHONE)
    box.key(TELEPHONE, "*50")
    assert box.leg(TELEPHONE).phase == Phase.PARTING  # type: ignore[union-attr]


def _pages(box: FakeBox) -> None:
    _keyed("*551#")(box)
    box.lift("803")
    assert box.leg(TELEPHONE).phase == Phase.PAGING  # type: ignore[union-attr]


def _is_paged(box: FakeBox) -> None:
    _keyed("*551#", "803")(box)
    box.lift(TELEPHONE)
    assert box.leg(TELEPHONE).phase == Phase.PAGING  # type: ignore[union-attr]


def _knocked(box: FakeBox) -> None:
    """Talks, and another one knocks; flash goes to him, then help is called from a third call."""
    _inside_talk(box)
    box.lift("801")
    box.key("801", TELEPHONE)
    assert box.engine.state.port(PHONES[TELEPHONE]).knocks
    box.flash(TELEPHONE)
    box.flash(TELEPHONE)


def _inside_talk(box: FakeBox) -> None:
    _keyed("803")(box)
    box.lift("803")
    box.wait(2)


def _room(box: FakeBox) -> None:
    """801 and our telephone in a conference room."""
    for telephone in ("801", TELEPHONE):
        box.lift(telephone)
        box.key(telephone, "500")
    box.heard("801")
    box.heard(TELEPHONE)
    assert box.leg(TELEPHONE).phase == Phase.ROOM  # type: ignore[union-attr]


STATES: dict[str, Callable[[FakeBox], None]] = {
    "which account": _keyed("*33"),
    "half an account's code": _keyed("*3"),
    "day or night": _keyed("*30"),
    "speed dial": _keyed("*7"),
    "speed dial, half a pair": _keyed("*70"),
    "class's PIN": _keyed(MOBILE, "804"),
    "half a class's PIN": _keyed(MOBILE + "47", "804"),
    "class's PIN, to unlock": _keyed("*34", "804"),
    "room's PIN": _keyed("501"),
    "room's PIN, wrong once": _keyed("50199#"),
    "alone in a room": _keyed("500"),
    "in a room with another": _room,
    "half a forward's code": _keyed("*2"),
    "forward, to which number": _keyed("*21"),
    "do-not-disturb, on or off": _keyed("*26"),
    "half a park code": _keyed("*5"),
    "which slot": _keyed("*51"),
    "pick up at which number": _keyed("*52"),
    "intercom, to whom": _keyed("*54"),
    "page which group": _keyed("*55"),
    "group rings for it": _keyed("600"),
    "intercom rings for it": _keyed("*54803"),
    "parked by another": _parked,
    "has parked somebody": _parking,
    "speaks to a paging group": _pages,
    "hears a page": _is_paged,
    "went over to who knocked": _knocked,
    "waits in a queue": _keyed("700"),
    "which call to listen to": _keyed("*61"),
    "which queue to close": _keyed("*47"),
    "conversation of others, listens": _supervises("*61"),
    "conversation of others, whispers": _supervises("*62"),
    "conversation of others, talks to both": _supervises("*63"),
    "conversation of others, taken over": _taken_over,
    "a caller is called back for it": _calls_back,
    "dial tone": _lifted,
    "signed out": _signed_out,
    "last word": _last_word,
    "busy tone": _after_busy,
    "howler": _howler,
    "half a feature code": _keyed("*4"),
    "star": _keyed("*"),
    "not ready, which reason": _keyed("*44"),
    "which agent": _keyed("*41"),
    "half an agent": _keyed("*4190"),
    "agent's PIN": _keyed("*41900#"),
    "half an agent's PIN": _keyed("*41900#12"),
    "agent's PIN, wrong once": _keyed("*41900#77#"),
    "mailbox's PIN": _keyed("*98", "804"),
    "half a mailbox's PIN": _keyed("*9847", "804"),
    "hears its mailbox": _listening,
    "hears a message": _listening_to_one,
    "leaves a message": _message,
    "which mailbox": _keyed("*97#"),
    "PIN of another's mailbox": _keyed("*97803#12"),
    "options of its mailbox": _in_mailbox("0"),
    "which greeting": _in_mailbox("02"),
    "before a greeting is spoken": _in_mailbox("0212"),
    "speaks a greeting": _in_mailbox("0212", beep=True),
    "new PIN": _in_mailbox("03"),
    "half a new PIN": _in_mailbox("0347"),
    "whom to pass it on to": _in_mailbox("7"),
    "half of whom to pass it on to": _in_mailbox("78"),
    "which introduction": _in_mailbox("7804#"),
    "speaks an introduction": _in_mailbox("7804#1", beep=True),
    "telephone rings for it": _keyed("804"),
    "a line is had for it": _line_wanted,
    "announcement before a talk": _announcement,
    "conversation, flash": _flash,
    "conversation, hook": _hook(_conversation),
    "consultation rings": _consulting_rings,
    "consultation, flash": _choosing,
    "consultation, other hung up": _consultation_over,
    "conference, flashes": _conference_flash,
    "conference, hook": _hook(_conference),
    "inside talk, flash": _inside_talk_flash,
    "held by another": _held,
    "handed on": _transferred,
    "waits for help itself": _waits_for_help,
}
OUTSIDE_TALK = ("conversation", "consultation", "conference", "announcement")


def telephone_of(state: str) -> str:
    if "of others" in state:
        return SUPERVISOR
    return "804" if "mailbox's PIN" in state or "class's PIN" in state else TELEPHONE


def called(box: FakeBox, number: str, since: int) -> bool:
    return any(isinstance(one, c.Dial) and one.digits == number for one in box.commands[since:])


@pytest.mark.parametrize("full", [False, True], ids=["lines free", "lines full"])
@pytest.mark.parametrize("state", STATES)
def test_help_is_called_within_two_seconds_from_every_state(state: str, full: bool) -> None:
    for number, prefix in itertools.product(NUMBERS, ("", "9")):
        box = FakeBox(world(number))
        if full:
            fill_lines_first(box, state)
        STATES[state](box)
        box.wait(0.3)
        since = len(box.commands)
        box.key(telephone_of(state), prefix + number)
        box.wait(WITHIN_S)
        assert called(box, number, since), f"{prefix}{number} from {state}"
        assert box.facts(f.NumberDialled)[-1].emergency


def fill_lines_first(box: FakeBox, state: str) -> None:
    """The lines the state does not need itself carry callers in a menu."""
    if state == "waits for help itself":
        return
    own = ("L1",) if state.startswith(OUTSIDE_TALK) else ("L4",) if state == "a line is had for it" else ()
    for line in LINES:
        if line not in own:
            box.ring(line, number="")


def test_every_phase_a_telephone_can_be_in_has_its_rows() -> None:
    seen = {
        "talking": "after flash or hook: its keys are for the other party",
        "proceeding": "an outside line's",
        "seizing": "an outside line's",
        "waiting-line": "an outside line's",
        "offered": "an outside line's",
        "flow": "an outside caller's",
        "callback": "an outside caller's",
        "alerting": "on-hook: lifting it makes another phase of it",
        "knocking": "a second call beside the one it is in",
    }
    for state, begin in STATES.items():
        box = FakeBox(world())
        begin(box)
        leg = box.leg(telephone_of(state))
        seen[leg.phase if leg else "none"] = state
    assert set(seen) - {"none"} == {str(phase) for phase in Phase}


# -- not guessed where something else is meant ------------------------------------------------------


def pin_is(pin: str) -> FakeBox:
    config = world()
    agents = tuple(structs.replace(one, pin=pin) if one.id == "900" else one for one in config.agents)
    return FakeBox(structs.replace(config, agents=agents))


@pytest.mark.parametrize("pin", ["1104", "9110", "110", "4110", "1122", "47119", "5911"])
@pytest.mark.parametrize("pause_s", [0.0, 1.5, 3.5])
def test_a_pin_with_an_emergency_number_in_it_signs_in_though_keyed_slowly(pin: str, pause_s: float) -> None:
    box = pin_is(pin)
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "*41900#")
    for digit in pin:
        box.wait(pause_s)
        box.key(TELEPHONE, digit)
    box.wait(pause_s)
    box.key(TELEPHONE, "#")
    assert not box.sent(c.Dial)
    assert box.agent("900")[0] != "signed-out"


def test_a_pin_that_begins_like_an_emergency_number_gives_way_after_a_long_pause() -> None:
    box = pin_is("1104")
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "*41900#110")
    box.wait(3.8)
    assert not box.sent(c.Dial)
    box.wait(0.5)
    assert box.sent(c.Dial)[0].digits == "110"


def test_a_wrong_pin_keyed_without_a_pause_is_a_wrong_pin() -> None:
    box = pin_is("4711")
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "*41900#1104#")
    box.wait(3)
    assert not box.sent(c.Dial)
    assert box.words(TELEPHONE) == ["wrong-agent-or-pin"]


def test_an_agent_whose_number_begins_like_an_emergency_number_can_sign_in() -> None:
    config = world()
    agents = (*config.agents, structs.replace(config.agents[0], id="1101", pin=""))
    box = FakeBox(structs.replace(config, agents=agents))
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "*41110")
    box.wait(2)
    box.key(TELEPHONE, "1#")
    assert not box.sent(c.Dial)
    assert box.agent("1101")[0] != "signed-out"


@pytest.mark.parametrize("keys", ["122", "112"])
def test_commands_of_a_mailbox_are_no_emergency_number_when_keyed_one_by_one(keys: str) -> None:
    box = FakeBox(world())
    _listening_to_one(box)
    for key in keys:
        if PHONES[TELEPHONE] in box.playing and box.leg(TELEPHONE).phase == Phase.LISTENING:  # type: ignore[union-attr]
            box.key(TELEPHONE, key)
            box.wait(3)
    assert not box.sent(c.Dial)


def test_a_longer_command_in_one_go_is_no_emergency_number() -> None:
    box = FakeBox(world())
    _listening_to_one(box)
    box.key(TELEPHONE, "1122")
    box.wait(5)
    assert not box.sent(c.Dial)


def test_keys_over_a_talk_are_the_other_partys_and_are_written_down_nowhere() -> None:
    box = FakeBox(world())
    _conversation(box)
    before = len(box.records)
    box.key(TELEPHONE, "110")
    box.wait(5)
    assert not box.sent(c.Dial)
    digits = [one.input.event.digit for one in box.records[before:] if _is_digit(one.input)]  # type: ignore[union-attr]
    assert digits == ["x", "x", "x"]


def _is_digit(given: i.AnyInput) -> bool:
    return isinstance(given, i.FromSwitch) and isinstance(given.event, e.DigitReceived)


def test_a_number_that_goes_on_while_its_line_is_had_is_no_emergency_number() -> None:
    box = FakeBox(world())
    _keyed("96255000")(box)
    box.wait(4.5)
    box.key(TELEPHONE, "0110")
    box.wait(3)
    assert [one.digits for one in box.sent(c.Dial)] == ["6255000"]


def test_a_menu_left_a_moment_ago_takes_no_part_in_an_emergency_number() -> None:
    """The key that chose to speak a greeting is not the first of the number."""
    box = FakeBox(world("112"))
    _in_mailbox("0212")(box)
    since = len(box.commands)
    box.key(TELEPHONE, "112")
    box.wait(WITHIN_S)
    assert called(box, "112", since)


def test_keys_half_a_minute_apart_are_not_one_number() -> None:
    box = FakeBox(world())
    _message(box)
    for key in "110":
        box.key(TELEPHONE, key)
        box.wait(10)
    assert not box.sent(c.Dial)


def test_hanging_up_forgets_what_was_keyed() -> None:
    box = FakeBox(world())
    _keyed("*41900#11")(box)
    box.hang_up(TELEPHONE)
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "0")
    box.wait(2)
    assert not box.sent(c.Dial)


# -- lines ------------------------------------------------------------------------------------------


def test_a_line_that_only_rings_is_taken_last_answered_and_let_go_first() -> None:
    config = world()
    box = FakeBox(structs.replace(config, lines=config.lines[:2]))
    box.ring("L1", rings=1, number="")
    box.lift("804")
    box.key("804", "110")
    box.dialled("L2")
    box.answers("L2")
    box.lift("803")
    since = len(box.commands)
    box.key("803", "119")
    box.wait(WITHIN_S)
    to_line = [one for one in box.commands[since:] if one.port == LINES["L1"]]
    assert [type(one) for one in to_line if not isinstance(one, c.Listen)] == [
        c.Release, c.Seize, c.Release, c.Seize, c.Dial,
    ]  # fmt: skip
    assert box.outcomes() == [Outcome.REFUSED]
    assert box.facts(f.CallEnded)[0].cause == Cause.PREEMPTED
    assert box.talk("L2", "804"), "another emergency call is never ended"


def test_a_talk_gives_way_before_a_line_that_only_rings() -> None:
    config = world()
    box = FakeBox(structs.replace(config, lines=config.lines[:2]))
    _conversation(box)
    box.ring("L2", rings=1, number="")
    box.lift("804")
    box.key("804", "110")
    box.wait(WITHIN_S)
    assert [one.port for one in box.sent(c.Dial)] == [LINES["L1"]]
    assert box.leg("L2") is not None


def test_a_caller_in_a_queue_of_lower_priority_gives_way_first() -> None:
    config = world()
    queues = (config.queues[0], structs.replace(config.queues[0], id="gold", priority=10))
    flow = config.flows[0]
    nodes = tuple(structs.replace(node, queue="gold") if node.id == "sales" else node for node in flow.nodes)
    gold = structs.replace(flow, id="gold", nodes=nodes)
    lines = tuple(
        structs.replace(one, flow="gold" if one.name == "L1" else "main") for one in config.lines[:2]
    )
    agents = tuple(structs.replace(one, queues=()) for one in config.agents)
    box = FakeBox(structs.replace(config, lines=lines, queues=queues, flows=(flow, gold), agents=agents))
    for line in ("L2", "L1"):
        box.ring(line, number="")
        box.heard(line)
        box.key(line, "1")
        box.wait(1)
    box.lift("804")
    box.key("804", "110")
    box.wait(WITHIN_S)
    assert [one.port for one in box.sent(c.Dial)] == [LINES["L2"]]
    assert box.call("L1").queue == "gold"


def test_a_caller_who_leaves_while_his_line_is_taken_changes_nothing() -> None:
    config = world()
    box = FakeBox(structs.replace(config, lines=config.lines[:1]))
    box.ring("L1", rings=1, number="")
    box.lift("803")
    box.key("803", "119")
    box.event(e.FarEndReleased(port=0, at_us=box.now_us, sign=HangUpSign.BUSY_TONE))
    box.event(e.LineRingingEnded(port=0, at_us=box.now_us))
    box.wait(WITHIN_S)
    assert [one.digits for one in box.sent(c.Dial)] == ["119"]


# -- planted faults ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        "agent's PIN",
        "half a mailbox's PIN",
        "hears its mailbox",
        "half a new PIN",
        "which greeting",
        "half a forward's code",
    ],
)
def test_without_the_pause_rule_the_table_fails(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urgent_keys, "PAUSE_US", 12_000_000)
    monkeypatch.setattr("firmware.engine.dialling.secrets.PAUSE_US", 12_000_000)
    with pytest.raises(AssertionError):
        test_help_is_called_within_two_seconds_from_every_state(state, False)


def test_without_pre_emption_the_table_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.outside.emergency.free_a_line", lambda *_: (None, False))
    with pytest.raises(AssertionError):
        test_help_is_called_within_two_seconds_from_every_state("dial tone", True)
