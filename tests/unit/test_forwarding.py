"""Call forward, do-not-disturb, follow-me: by configuration and by code, bounded, and only where one may call."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.check import check_config
from firmware.config.schema import Config, FollowMe
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState
from tests.unit.fake_box import LINES, PHONES, FakeBox, office


def phones(config: Config | None = None, **changed: dict[str, object]) -> Config:
    """The office; `x802={"forward_always": "803"}` changes telephone 802."""
    config = config or office()
    return structs.replace(
        config,
        extensions=tuple(
            structs.replace(one, **changed.get(f"x{one.number}", {})) for one in config.extensions
        ),
    )


def rung(box: FakeBox) -> set[str]:
    return {one for one, port in PHONES.items() if port in box.ringing}


def code(box: FakeBox, telephone: str, keys: str) -> list[str]:
    """Keyed, heard, put down."""
    box.lift(telephone)
    box.key(telephone, keys)
    said = box.words(telephone)
    box.hang_up(telephone)
    return said


def call(box: FakeBox, by: str, number: str) -> None:
    box.lift(by)
    box.key(by, number)


def test_all_calls_go_on_and_the_dial_tone_reminds_of_it() -> None:
    box = FakeBox(office())
    assert code(box, "802", "*21803#") == ["forwarded-to", "digit-8", "digit-0", "digit-3"]
    box.lift("802")
    assert box.words("802") == ["tone:special-dial"]
    box.hang_up("802")
    call(box, "801", "802")
    assert rung(box) == {"803"}
    assert box.facts(f.CallDiverted) == [f.CallDiverted(box.call("801").id, "802", "extension:803", "always")]
    box.hang_up("801")
    assert code(box, "802", "*21#") == ["switched-off"]
    call(box, "801", "802")
    assert rung(box) == {"802"}


def test_busy_no_answer_and_out_of_order() -> None:
    box = FakeBox(
        phones(x802={"forward_busy": "803", "forward_no_answer": "804", "forward_unreachable": "803"})
    )
    box.lift("802")
    call(box, "801", "802")
    assert rung(box) == {"803"}
    box.hang_up("801")
    box.hang_up("802")
    call(box, "801", "802")
    box.wait(30.1)
    assert rung(box) == {"804"}
    box.hang_up("801")
    box.event(e.LineAlarmed(port=PHONES["802"], at_us=box.now_us, alarm="chip"))
    call(box, "801", "802")
    assert rung(box) == {"803"}
    assert [one.why for one in box.facts(f.CallDiverted)] == ["busy", "no-answer", "unreachable"]


def test_what_is_keyed_goes_before_what_is_configured() -> None:
    box = FakeBox(phones(x802={"forward_always": "803"}))
    code(box, "802", "*20")
    call(box, "801", "802")
    assert rung(box) == {"802"}


def test_a_circle_ends_at_the_first_ones_own_telephone_and_mailbox() -> None:
    box = FakeBox(phones(x804={"forward_always": "803"}, x803={"forward_always": "804"}))
    call(box, "801", "804")
    assert rung(box) == {"804"}
    box.wait(30.1)
    assert box.leg("801").phase == Phase.MAILBOX  # type: ignore[union-attr]
    assert len(box.facts(f.CallDiverted)) == 2


def test_a_circle_in_the_configuration_is_named() -> None:
    loop = phones(x804={"forward_always": "803"}, x803={"forward_always": "804"})
    assert any("circle" in one.data for one in check_config(loop))
    slugs = {
        one.wording.slug
        for one in check_config(phones(x802={"forward_busy": "802", "forward_always": "110"}))
    }
    assert {"forward-nowhere", "forward-emergency"} <= slugs


def test_a_chain_is_as_long_as_the_house_allows() -> None:
    config = phones(
        x802={"forward_always": "803"}, x803={"forward_always": "804"}, x804={"forward_always": "801"}
    )
    short = structs.replace(config, switchboard=structs.replace(config.switchboard, diversions=1))
    box = FakeBox(short)
    call(box, "801", "802")
    assert rung(box) == {"803"}


def test_an_outside_number_is_dialled_for_the_one_who_set_it() -> None:
    box = FakeBox(office())
    code(box, "802", "*21913800138000#")
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "2")
    box.key("L1", "802#")
    box.wait(3)
    assert [one.digits for one in box.sent(c.Dial)] == ["13800138000"]


@pytest.mark.parametrize(
    "number", ["913800138000", "9110", "110", "916895123", "90014155550100", "803803803"]
)
def test_nobody_forwards_to_where_he_may_not_call(number: str) -> None:
    """803 may call inside only; nobody may forward to an emergency number, nor to one that is none."""
    telephone = "803" if number == "913800138000" else "802"
    box = FakeBox(office())
    assert code(box, telephone, f"*21{number}#") == ["not-allowed"]
    assert not [one for one in box.facts(f.TelephoneSet) if one.value]
    call(box, "801", telephone)
    assert rung(box) == {telephone}


def test_without_classes_of_service_the_forward_would_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.dialling.classes.allowed", lambda *_: True)
    with pytest.raises(AssertionError):
        test_nobody_forwards_to_where_he_may_not_call("913800138000")


def test_a_forward_dies_with_the_right_to_call_there() -> None:
    box = FakeBox(phones(x803={"forward_always": "913800138000"}))
    call(box, "801", "803")
    box.wait(3)
    assert rung(box) == {"803"} and not box.sent(c.Dial)


def test_undisturbed_is_busy_or_the_forward_for_busy() -> None:
    box = FakeBox(phones(x804={"voicemail": ""}))
    assert code(box, "804", "*261") == ["switched-on"]
    call(box, "801", "804")
    assert box.words("801") == ["tone:busy"] and rung(box) == set()
    box.hang_up("801")
    code(box, "804", "*22803#")
    call(box, "801", "804")
    assert rung(box) == {"803"}
    box.hang_up("801")
    assert code(box, "804", "*20") == ["switched-off"]
    call(box, "801", "804")
    assert rung(box) == {"804"}


def test_an_undisturbed_agent_is_not_ready_and_then_ready_again() -> None:
    box = FakeBox(office())
    code(box, "802", "*261")
    assert box.agent("802") == (AgentState.NOT_READY, "do-not-disturb")
    code(box, "802", "*260")
    assert box.agent("802")[0] is AgentState.READY


def test_after_a_call_for_help_the_telephone_can_be_called_back() -> None:
    box = FakeBox(phones(x804={"forward_always": "803", "do_not_disturb": True}))
    box.lift("804")
    box.key("804", "110")
    box.wait(2)
    box.hang_up("804")
    call(box, "801", "804")
    assert rung(box) == {"804"}
    box.hang_up("801")
    box.wait(3700)
    call(box, "801", "804")
    assert rung(box) == {"803"}


def test_follow_me_rings_the_others_too() -> None:
    follow = (FollowMe(number="803", after_s=8.0), FollowMe(number="913800138000", after_s=5.0))
    box = FakeBox(phones(x802={"follow": follow}))
    call(box, "801", "802")
    box.wait(10)
    assert rung(box) == {"802"}, "it is off"
    box.hang_up("801")
    assert code(box, "802", "*281") == ["switched-on"]
    call(box, "801", "802")
    assert rung(box) == {"802"}
    box.wait(8.1)
    assert rung(box) == {"802", "803"}
    box.wait(8)
    line = next(name for name, port in LINES.items() if port in box.off_hook)
    box.dialled(line)
    box.lift("803")
    assert box.talk("801", "803") and rung(box) == set()
    assert not box.off_hook & set(LINES.values())


def test_follow_me_in_vain_leads_to_the_mailbox() -> None:
    box = FakeBox(phones(x804={"follow": (FollowMe(number="803"),), "follow_me": True}))
    call(box, "801", "804")
    box.wait(30.1)
    assert box.leg("801").phase == Phase.MAILBOX  # type: ignore[union-attr]


def test_after_an_answer_the_same_telephone_may_send_the_call_on_again() -> None:
    box = FakeBox(phones(x802={"forward_always": "804"}))
    call(box, "801", "802")
    assert box.call("801").diverted == ["802"]
    box.lift("804")
    assert box.talk("801", "804") and box.call("801").diverted == []


def test_a_caller_whom_the_menu_sends_again_is_forwarded_again() -> None:
    config = phones(x802={"forward_always": "804"})
    flow = config.flows[0]
    nodes = tuple(structs.replace(one, otherwise="ask") if one.id == "by-id" else one for one in flow.nodes)
    box = FakeBox(structs.replace(config, flows=(structs.replace(flow, nodes=nodes),)))
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "2")
    for times in (1, 2):
        box.key("L1", "802#")
        assert rung(box) == {"804"} and len(box.facts(f.CallDiverted)) == times
        box.wait(30.1)


def test_a_line_that_leads_to_a_telephone_ends_in_its_mailbox() -> None:
    config = office()
    lines = tuple(structs.replace(one, flow="", target="extension:804") for one in config.lines)
    box = FakeBox(structs.replace(config, lines=lines))
    box.ring("L1")
    assert rung(box) == {"804"}
    box.wait(30.1)
    assert box.leg("L1").phase == Phase.MAILBOX  # type: ignore[union-attr]
    box.leave("L1")
    assert box.outcomes() == ["voicemail"]


def test_a_telephone_says_its_number() -> None:
    assert code(FakeBox(office()), "802", "*60") == ["your-number", "digit-8", "digit-0", "digit-2"]
