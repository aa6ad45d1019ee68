from __future__ import annotations

from firmware.cli.call_log import CallLog, printable
from firmware.protocol import facts
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.names import AgentState, Direction, Outcome, Presentation, ReleasedBy


def told(*happened: facts.Fact, language: str = "en") -> list[str]:
    log = CallLog(lambda at_us: f"{at_us // 1_000_000:02d}", language)
    return list(log.lines(Record(1, 1, 7_000_000, TimeReached(), happened, ())))  # type: ignore[arg-type]


def test_a_call_is_told_from_begin_to_end() -> None:
    lines = told(
        facts.CallBegan(3, Direction.INBOUND, 0, "line-1"),
        facts.CallEnded(3, Outcome.ABANDONED_IN_QUEUE, 16, ReleasedBy.CALLER),
        facts.AgentChanged("801", AgentState.READY),
    )
    assert lines == [
        "07  call 3     begins: inbound on line-1",
        "07  call 3     ended: abandoned in queue (cause 16)",
        "07  agent 801  ready",
    ]


def test_the_log_speaks_chinese() -> None:
    (line,) = told(facts.CallEnded(3, Outcome.ANSWERED, 16, ReleasedBy.CALLER), language="zh")
    assert line == "07  呼叫 3     结束：已接听（原因 16）"


def test_a_hostile_caller_name_cannot_drive_the_terminal() -> None:
    known = facts.CallerKnown(1, "138", "", "\x1b[2J\x07evil", Presentation.ALLOWED, "fsk-mdmf")
    (line,) = told(known)
    assert "\x1b" not in line and "\x07" not in line and "evil" in line


def test_braces_in_outside_text_are_only_text() -> None:
    (line,) = told(facts.CallerKnown(1, "{number.__class__}", "", "{0}", Presentation.ALLOWED, "dtmf"))
    assert "{number.__class__}" in line


def test_every_outcome_and_state_has_chinese_words() -> None:
    for outcome in Outcome:
        assert told(facts.CallEnded(1, outcome, 16, ReleasedBy.BOX), language="zh")
    for state in AgentState:
        assert told(facts.AgentChanged("1", state), language="zh")


def test_printable_keeps_chinese() -> None:
    assert printable("王芳\n") == "王芳?"


def test_a_line_has_the_name_people_gave_it() -> None:
    log = CallLog(lambda _: "07", "zh", {4: "201"})
    record = Record(1, 1, 7_000_000, TimeReached(), (facts.LineChanged(4, "unregistered"),), ())
    assert list(log.lines(record)) == ["07  201        未注册"]
    assert told(facts.LineChanged(4, "")) == ["07  port 5     in-service"]
