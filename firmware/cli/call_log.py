"""The live call log: journal records told as one readable line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from firmware.cli.reports import choices
from firmware.cli.words import said
from firmware.protocol import facts
from firmware.protocol.journal import Record

TRANSLATED = ("direction", "presentation", "by", "why", "kind", "reason")
"""Fields that hold a word of ours."""

# Fact -> (English, Chinese); fields are the fact's own, `who` the number and name of a caller, or why not.
LINES: dict[type[facts.Fact], tuple[str, str]] = {
    facts.CallerKnown: (
        "caller is {who}",
        "主叫 {who}",
    ),
    facts.NumberDialled: ("dials {number} ({direction})", "拨打 {number}（{direction}）"),
    facts.CallAnswered: ("answered by {by}", "应答：{by}"),
    facts.FlowEntered: ("hears menu {flow}", "进入菜单 {flow}"),
    facts.DigitsCollected: ("keys {digits!r} at {node}", "在 {node} 按键 {digits!r}"),
    facts.Enqueued: ("waits in queue {queue}", "进入队列 {queue}"),
    facts.WaitAnnounced: (
        "is told position {position}, about {expected_wait_s} s",
        "播报位置 {position}，约 {expected_wait_s} 秒",
    ),
    facts.AgentOffered: ("rings agent {agent}: {why}", "呼叫坐席 {agent}：{why}"),
    facts.AgentMissed: ("agent {agent} did not take it ({why})", "坐席 {agent} 未接（{why}）"),
    facts.AgentConnected: ("talks with agent {agent}", "与坐席 {agent} 通话"),
    facts.HoldBegan: ("is put on hold", "保持"),
    facts.HoldEnded: ("is taken off hold", "取消保持"),
    facts.TransferMade: ("is transferred to {to} ({kind})", "转接到 {to}（{kind}）"),
    facts.ConferenceBegan: ("is in a conference", "进入三方会议"),
    facts.RecordingBegan: ("is being recorded ({kind} {recording})", "开始录音（{kind} {recording}）"),
    facts.VoicemailLeft: ("left a message in {mailbox}", "在 {mailbox} 留言"),
    facts.MailboxOpened: ("{by} hears mailbox {mailbox}", "{by} 收听信箱 {mailbox}"),
    facts.MessageForwarded: (
        "mailbox {mailbox}: a message is passed on to {to}",
        "信箱 {mailbox}：留言转发到 {to}",
    ),
    facts.GreetingKept: ("mailbox {mailbox}: a new greeting ({kind})", "信箱 {mailbox}：新问候语（{kind}）"),
    facts.PinMissed: ("{by} keyed a wrong PIN of mailbox {mailbox}", "{by} 输错信箱 {mailbox} 的密码"),
    facts.PinLocked: (
        "ALARM: too many wrong PINs by {by}, locked for a while: {gate}",
        "警报：{by} 多次输错密码，暂时锁定：{gate}",
    ),
    facts.TelephoneSuspected: (
        "ALARM: telephone {who}: {count} calls within {within_s:.0f} s: {why}. Is it its own people?",
        "警报：话机 {who} 在 {within_s:.0f} 秒内有 {count} 次异常呼叫（{why}），请确认是否本人使用",
    ),
    facts.PinChanged: ("mailbox {mailbox} has a new PIN", "信箱 {mailbox} 的密码已修改"),
    facts.MailboxFilled: (
        "mailbox {mailbox}: {messages} messages, {seconds:.0f} s: {level}",
        "信箱 {mailbox}：{messages} 条留言，{seconds:.0f} 秒：{level}",
    ),
    facts.MailboxUnchecked: (
        "mailbox {mailbox}: {count} messages should have been heard by now (reminder {reminder})",
        "信箱 {mailbox}：有 {count} 条留言未按时收听（第 {reminder} 次提醒）",
    ),
    facts.Dequeued: ("leaves queue {queue}: {why}", "离开队列 {queue}：{why}"),
    facts.AttemptRefused: ("is refused {wanted}: {reason}", "请求 {wanted} 被拒：{reason}"),
}


class CallLog:
    """Turns records into text; `wall` gives `HH:MM:SS` for a box time."""

    def __init__(
        self, wall: Callable[[int], str], language: str = "en", names: Mapping[int, str] | None = None
    ) -> None:
        """`names`: what stands at a port, by the names people gave."""
        self._wall = wall
        self._names = names or {}
        self._language = language
        self._chinese = language == "zh"

    def lines(self, record: Record) -> Iterator[str]:
        """One line per fact worth telling. Outside text is printed without its control characters."""
        stamp = self._wall(record.at_us)
        for fact in record.facts:
            text = self._tell(fact)
            if text:
                yield f"{stamp}  {printable(text)}"

    def _tell(self, fact: facts.Fact) -> str:
        if isinstance(fact, facts.CallBegan):
            return self._call(
                fact.call,
                self._pick(
                    f"begins: {fact.direction} on {fact.line}",
                    f"开始：{self._said(fact.direction)} {fact.line}",
                ),
            )
        if isinstance(fact, facts.CallEnded):
            return self._call(fact.call, self._ended(fact))
        if isinstance(fact, facts.AgentChanged):
            return self._agent(fact)
        if isinstance(fact, facts.LineChanged):
            return self._line(fact)
        pattern = LINES.get(type(fact))
        if pattern is None:
            return ""
        fields: dict[str, Any] = {name: getattr(fact, name) for name in fact.__struct_fields__}
        if isinstance(fact, facts.AgentOffered) and fact.others:
            others = choices.tell(
                [(one.agent, one.reason, one.data) for one in fact.others[:3]], self._language
            )
            fields["why"] += self._pick(f"; not {others}", f"；而非 {others}")
        fields |= {name: self._said(fields[name]) for name in TRANSLATED if isinstance(fields.get(name), str)}
        if isinstance(fact, facts.CallerKnown):
            fields["who"] = f"{fact.number} {fact.name}".strip() or fields["presentation"]
        text = self._pick(*pattern).format(**fields)
        return self._call(fields["call"], text) if "call" in fields else text

    def _line(self, fact: facts.LineChanged) -> str:
        port = self._pick(f"port {fact.port + 1}", f"端口 {fact.port + 1}")
        state = self._said(fact.alarm or "in-service")
        return f"{self._names.get(fact.port, port):<10} {state}"

    def _ended(self, fact: facts.CallEnded) -> str:
        if fact.outcome is None:
            return self._pick(f"ended (cause {fact.cause})", f"结束（原因 {fact.cause}）")
        outcome = self._said(fact.outcome)
        return self._pick(f"ended: {outcome} (cause {fact.cause})", f"结束：{outcome}（原因 {fact.cause}）")

    def _agent(self, fact: facts.AgentChanged) -> str:
        reason = self._pick(f" ({fact.reason})", f"（{self._said(fact.reason)}）") if fact.reason else ""
        return f"{self._pick('agent', '坐席')} {fact.agent:<4} {self._said(fact.state)}{reason}"

    def _call(self, call: int, text: str) -> str:
        return f"{self._pick('call', '呼叫')} {call:<5} {text}"

    def _said(self, word: str) -> str:
        return said(str(word), self._language)

    def _pick(self, english: str, chinese: str) -> str:
        return chinese if self._chinese else english


def printable(text: str) -> str:
    """Terminal-safe: control characters of hostile caller names become `?`."""
    return "".join(char if char.isprintable() else "?" for char in text)
