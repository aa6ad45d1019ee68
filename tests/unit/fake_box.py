"""A box made of events only: drives an engine, follows its commands, keeps all records. For engine tests."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from firmware.config.schema import (
    Agent,
    Card,
    Config,
    DialPlan,
    Extension,
    Flow,
    Hours,
    Line,
    Mailbox,
    Node,
    Queue,
    Site,
)
from firmware.engine.engine import Engine
from firmware.engine.state import Call, Leg
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.journal import Record
from firmware.protocol.names import AgentState, AnswerSign, HangUpSign, Presentation

SECOND_US = 1_000_000
LINES = {"L1": 0, "L2": 1, "L3": 2, "L4": 3}
PHONES = {"801": 4, "802": 5, "803": 6, "804": 7}
Kind = TypeVar("Kind")


def office(**queue: object) -> Config:
    """Four lines, four telephones with agents 801-803, a menu, a queue, a mailbox."""
    settings = {
        "id": "sales",
        "announce_agent": False,
        "wrap_up_s": 10.0,
        "announce_every_s": 30.0,
        "overflow": "voicemail:box",
        "exit_key": "9",
    } | queue
    menu = {"1": "sales", "2": "ask", "3": "leave", "4": "boss", "5": "info", "6": "away", "7": "secret"}
    nodes = (
        Node(id="open", kind="hours", hours="day", next="hello", otherwise="closed"),
        Node(id="hello", kind="play", prompt="welcome", next="menu"),
        Node(id="menu", kind="menu", prompt="main-menu", keys=menu, otherwise="sales"),
        Node(id="sales", kind="queue", queue="sales"),
        Node(id="ask", kind="collect", prompt="enter-number", digits=6, variable="id", next="by-id"),
        Node(id="by-id", kind="extension", extension="{id}", otherwise="bye"),
        Node(id="leave", kind="voicemail", mailbox="box"),
        Node(id="boss", kind="extension", extension="804"),
        Node(id="info", kind="play", prompt="information", next="bye"),
        Node(id="away", kind="outside", number="13800138000", otherwise="bye"),
        Node(
            id="secret", kind="collect", prompt="enter-pin", digits=4, secret=True, variable="pin", next="bye"
        ),
        Node(id="bye", kind="hang-up", prompt="goodbye"),
        Node(id="closed", kind="hang-up", prompt="closed"),
    )
    return Config(
        site=Site(country="CN", area="10", language="en"),
        cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
        lines=tuple(
            Line(name=name, card="hat", slot=port + 1, flow="main", answer_after_rings=2)
            for name, port in LINES.items()
        ),
        extensions=tuple(
            Extension(
                number=number,
                card="hat",
                slot=port + 1,
                agent=number if number != "804" else "",
                voicemail="box" if number == "804" else "",
                record=number == "802",
                may_call="internal" if number == "803" else "national",
            )
            for number, port in PHONES.items()
        ),
        agents=(
            Agent(id="801", queues=("sales",), announced="801"),
            Agent(id="802", queues=("sales",), announced="802"),
            Agent(id="803", queues=("sales",), pin="4711"),
            Agent(id="900", queues=("sales",), pin="1234"),
        ),
        queues=(msgspec.convert(settings, Queue),),
        flows=(Flow(id="main", start="open", nodes=nodes, self_served=True),),
        hours=(Hours(id="day", open={day: ("00:00-23:59",) for day in ("mon", "tue", "wed", "thu", "fri")}),),
        mailboxes=(Mailbox(id="box"),),
        dial_plan=DialPlan(),
    )


class FakeBox:
    """Numbers events, keeps time, remembers what the switch would be doing."""

    def __init__(self, config: Config | None = None, *, engine: Engine | None = None) -> None:
        self.engine = engine or Engine("box-1")
        self.now_us = SECOND_US
        self.events = 0
        self.epoch = 1
        self.records: list[Record] = []
        self.commands: list[c.AnySwitchCommand] = []
        self.playing: dict[int, c.Play] = {}
        self.hears: dict[int, int] = {}
        self.off_hook: set[int] = set()
        self.mixes: dict[int, set[int]] = {}
        """Ports that hear several others."""
        self.recording: dict[int, str] = {}
        self.ringing: dict[int, c.Ring] = {}
        if config is not None:
            text = msgspec.json.encode(config).decode()
            self.give(i.Started(1))
            self.give(i.ConfigApplied(1, "test", text))

    # -- inputs -------------------------------------------------------------------------------------

    def give(self, given: i.AnyInput) -> Record | None:
        record = self.engine.take(given, self.now_us)
        if record is not None:
            self.records.append(record)
            for command in record.commands:
                self.commands.append(command)
                self._follow(command)
        return record

    def event(self, event: e.AnySwitchEvent) -> Record | None:
        self.events += 1
        return self.give(i.FromSwitch(self.epoch, self.events, event))

    def wait(self, seconds: float) -> None:
        until_us = self.now_us + round(seconds * SECOND_US)
        while (deadline := self.engine.deadline_us) is not None and deadline <= until_us:
            self.now_us = max(self.now_us, deadline)
            self.give(i.TimeReached())
        self.now_us = until_us

    def _follow(self, command: c.AnySwitchCommand) -> None:
        self._sound(command)
        port = command.port
        match command:
            case c.Seize():
                self.off_hook.add(port)
            case c.Release():
                self._silence(port)
                if port < 4:
                    self.off_hook.discard(port)
            case c.Ring():
                self.ringing[port] = command
            case c.Record():
                self.recording[port] = command.recording
            case c.StopRecord():
                self.recording.pop(port, None)
            case _:
                pass

    def _sound(self, command: c.AnySwitchCommand) -> None:
        port = command.port
        if isinstance(command, c.Play | c.Hear):
            self.mixes.pop(port, None)
        if isinstance(command, c.StopPlay | c.Mix | c.Hear):
            self.playing.pop(port, None)
        match command:
            case c.Play():
                self.playing[port] = command
                self.hears[port] = -1
            case c.Mix():
                self.hears[port] = -1
                self.mixes[port] = set(command.sources)
            case c.Hear():
                self.hears[port] = command.source
            case c.Confer():
                for member in command.members:
                    self.playing.pop(member, None)
            case _:
                pass

    def _silence(self, port: int) -> None:
        for one in (self.playing, self.hears, self.mixes, self.recording, self.ringing):
            one.pop(port, None)

    # -- the world ----------------------------------------------------------------------------------

    def ring(self, line: str, rings: int = 2, number: str = "13912345678") -> None:
        port = LINES[line]
        for count in range(1, rings + 1):
            if count > 1:
                self.wait(4)
            self.event(e.LineRang(port=port, at_us=self.now_us, count=count))
            if count == 1 and number:
                self.wait(1.5)
                self.event(
                    e.CallerIdReceived(
                        port=port,
                        at_us=self.now_us,
                        number=number,
                        name="",
                        presentation=Presentation.ALLOWED,
                        form="fsk-mdmf",
                    )
                )

    def stop_ringing(self, line: str) -> None:
        self.event(e.LineRingingEnded(port=LINES[line], at_us=self.now_us))

    def leave(self, line: str, sign: HangUpSign = HangUpSign.BUSY_TONE) -> None:
        self.event(e.FarEndReleased(port=LINES[line], at_us=self.now_us, sign=sign))

    def lift(self, extension: str) -> None:
        self.off_hook.add(PHONES[extension])
        self.ringing.pop(PHONES[extension], None)
        self.event(e.TelephoneSeized(port=PHONES[extension], at_us=self.now_us))

    def hang_up(self, extension: str) -> None:
        self.off_hook.discard(PHONES[extension])
        self.event(e.TelephoneReleased(port=PHONES[extension], at_us=self.now_us))

    def flash(self, extension: str) -> None:
        self.event(e.HookFlashed(port=PHONES[extension], at_us=self.now_us))

    def key(self, where: str, digits: str) -> None:
        port = LINES[where] if where in LINES else PHONES[where]
        for digit in digits:
            self.wait(0.2)
            self.event(e.DigitReceived(port=port, at_us=self.now_us, digit=digit))

    def heard(self, where: str) -> None:
        """What plays to this port comes to its end."""
        port = LINES[where] if where in LINES else PHONES[where]
        play = self.playing.pop(port)
        self.event(e.PlayEnded(port=port, at_us=self.now_us, play=play.play))

    def dialled(self, line: str, ok: bool = True) -> None:
        self.event(e.DialEnded(port=LINES[line], at_us=self.now_us, dialled=ok))

    def answers(self, line: str, sign: AnswerSign = AnswerSign.VOICE) -> None:
        self.event(e.FarEndAnswered(port=LINES[line], at_us=self.now_us, sign=sign))

    def to_queue(self, line: str, number: str = "13912345678") -> None:
        """A caller rings, is answered and presses 1."""
        self.ring(line, number=number)
        self.heard(line)
        self.key(line, "1")

    # -- looking ------------------------------------------------------------------------------------

    def facts(self, kind: type[Kind]) -> list[Kind]:
        return [fact for record in self.records for fact in record.facts if isinstance(fact, kind)]

    def sent(self, kind: type[Kind]) -> list[Kind]:
        return [command for command in self.commands if isinstance(command, kind)]

    def words(self, where: str) -> list[str]:
        port = LINES[where] if where in LINES else PHONES[where]
        items = self.playing[port].items if port in self.playing else ()
        return [_word(item) for item in items]

    def talk(self, one: str, other: str) -> bool:
        ports = LINES | PHONES
        a, b = ports[one], ports[other]
        return self.hears.get(a) == b and self.hears.get(b) == a

    def leg(self, where: str) -> Leg | None:
        port = self.engine.state.ports.get((LINES | PHONES)[where])
        return self.engine.state.legs[port.leg] if port and port.leg else None

    def call(self, where: str) -> Call:
        leg = self.leg(where)
        assert leg is not None
        return self.engine.state.calls[leg.call]

    def agent(self, agent: str) -> tuple[AgentState, str]:
        now = self.engine.state.agents[agent]
        return now.state, now.reason

    def outcomes(self) -> list[str]:
        return [str(fact.outcome) for fact in self.facts(f.CallEnded) if fact.outcome is not None]


def _word(item: c.PlayItem) -> str:
    match item:
        case c.Phrase():
            return item.prompt
        case c.ToneItem():
            return f"tone:{item.tone}"
        case c.Music():
            return "music"
        case c.Message():
            return f"message:{item.recording}"
        case _:
            return "pause"
