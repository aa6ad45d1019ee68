"""The deputy: follows all events and commands, and acts for the telephones while nobody decides.

What it does is told to the engine as events (`LastResortCalled`) before it is done. Commands that an engine gave
without knowing of them are `overtaken`: of two who take up one number, the switch itself is the one who does it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.commands import Numbered
from firmware.protocol.last_resort import LastResort
from firmware.switch.last_resort.given import DEPUTY, Given
from firmware.switch.last_resort.lines import Lines
from firmware.switch.last_resort.presence import Presence
from firmware.switch.last_resort.telephone import (
    KEPT,
    AnyInput,
    Due,
    EngineLeft,
    EngineReturned,
    Help,
    Out,
    TelephoneHelp,
)
from firmware.switch.lines.ports import LINES, SIGNALLED, TELEPHONES, Port, SipPort

HARMLESS = (c.Record, c.PauseRecord, c.StopRecord, c.Report)
"""Never overtaken: a tape begins and ends as it was decided."""
OWED_US = 1_800_000
"""An engine that took an emergency number dials it so soon: a line that rings is let go in 1.5 s. Else it hangs."""


class Deputy:
    """One a switch. `carry_out` is the switch's; `tell` makes an event one of the switch's next ones."""

    def __init__(
        self,
        ports: Sequence[Port],
        table: LastResort,
        life: int,
        carry_out: Callable[[c.AnySwitchCommand], None],
        tell: Callable[[e.LastResortCalled], None],
    ) -> None:
        self.presence = Presence()
        self.overtaken = 0
        self.calls = 0
        """Emergency calls made by the switch alone."""
        self._life = life
        self._ports = ports
        self._carry_out = carry_out
        self._tell = tell
        self._given = Given()
        self._lines = Lines(ports, self._given, table)
        self.telephones = {
            number: TelephoneHelp(number, self._given, self._lines)
            for number, port in enumerate(ports)
            if isinstance(port, TELEPHONES)
        }
        self._undecided: deque[tuple[int, e.AnySwitchEvent]] = deque()
        """What the engine was told and has neither decided nor left to us."""
        self._seen = 0
        """Up to which event some command shows that it was decided: an engine may die between this and saying so."""
        self._calls: dict[int, tuple[int, int]] = {}
        """Telephone to (event, line) of calls the engine does not know of yet."""
        self._busy: set[int] = set()
        """Telephones we do something for."""
        self._owed: dict[int, int] = {}
        """Telephone to when the emergency number keyed there, which the engine took, is overdue."""
        self.next_us: int | None = None
        """When `due` is to be called."""

    @property
    def table(self) -> LastResort:
        return self._lines.table

    def keeps(self, line: int) -> bool:
        """Whether it will be seized in a moment, as was told."""
        return bool(self._busy) and any(one.state in KEPT for one in self._on_line(line))

    def leave(self, table: LastResort) -> None:
        """What the engine leaves for the time without it."""
        self._lines.table = table

    # -- the engine -----------------------------------------------------------------------------------

    def engine(self, up: bool, known: int, now_us: int) -> None:
        """Whether one is connected, and which events it has decided upon. To be called after its commands."""
        presence = self.presence
        if up == presence.up and known == presence.known:
            return
        away = presence.away
        presence.connected(up)
        presence.took(known, now_us)
        presence.look(now_us)
        self._let_go()
        if self.presence.away and not away:
            self._engine_left(now_us)
        elif away and not self.presence.away:
            self._all(EngineReturned(), now_us)
            for port, one in enumerate(self._ports):
                if isinstance(one, LINES) and self._given.ours(port):
                    self._do(c.StopPlay(port=port))
        self._settle()

    def _let_go(self) -> None:
        known = self.presence.known
        while self._undecided and self._undecided[0][0] <= max(known, self._seen):
            event = self._undecided.popleft()[1]
            self._given.rung -= {event.port} if isinstance(event, e.TelephoneSeized) else set()
            for telephone in self._concerned(event):
                telephone.decided(event)
                self._mark(telephone)
                if telephone.is_owed and isinstance(event, e.DigitReceived | e.EmergencyKeyed):
                    self._owed[telephone.port] = telephone.keys.last_us + OWED_US
        if self._calls:
            self._calls = {port: call for port, call in self._calls.items() if call[0] > known}

    def _engine_left(self, now_us: int) -> None:
        self._let_go()
        self._all(EngineLeft(), now_us)
        while self._undecided:
            self._act(self._undecided.popleft()[1], now_us)

    def _all(self, given: AnyInput, now_us: int) -> None:
        for telephone in self.telephones.values():
            self._give(telephone, given, now_us)

    # -- what the switch is told and tells --------------------------------------------------------------

    def told(self, number: int, event: e.AnySwitchEvent, now_us: int) -> None:
        """Event `number` of this life goes to the engine."""
        self.presence.told(number, now_us)
        self._note(number, event, now_us)
        if isinstance(event, e.LastResortCalled):
            self._calls[event.port] = (number, event.line)
            self.calls += 1
        elif self.presence.away:
            self._act(event, now_us)
        else:
            self._undecided.append((number, event))
            self._let_go()
        self._settle()

    def _note(self, number: int, event: e.AnySwitchEvent, now_us: int) -> None:
        if isinstance(event, e.PlayEnded):
            self._given.play_ended(event.port)
        telephone = self.telephones.get(event.port)
        if telephone is None:
            return
        match event:
            case e.TelephoneSeized(call=call):
                telephone.keys.begin()
                telephone.dialog = call
            case e.TelephoneReleased():
                telephone.keys.begin()
            case e.HookFlashed():
                telephone.keys.flashed(number)
            case e.ConsultationBegan(call=call):
                telephone.keys.flashed(number)
                telephone.dialog = call
            case e.DigitReceived(digit=digit):
                telephone.keys.keyed(number, digit, now_us)
            case _:
                pass

    def _act(self, event: e.AnySwitchEvent, now_us: int) -> None:
        for telephone in self._concerned(event):
            self._give(telephone, event, now_us)
        if isinstance(event, e.TelephoneSeized):
            self._given.rung.discard(event.port)
        elif isinstance(event, e.PlayEnded):
            self._not_in_silence(event.port)

    def _not_in_silence(self, port: int) -> None:
        """A caller whose announcement is over, with nobody to say what comes next, hears music."""
        line = self._ports[port]
        if isinstance(line, LINES) and line.off_hook and self._given.silent(port):
            self._do(c.Play(port=port, play=DEPUTY, items=(c.Music(),)))

    def _concerned(self, event: e.AnySwitchEvent) -> list[TelephoneHelp]:
        """The telephone itself, or the one whose emergency call a line carries.

        Alarms of ports with messages concern nobody: their calls say themselves how they end.
        """
        if isinstance(event, e.LineAlarmed) and self._ports[event.port].kind in SIGNALLED:
            return []
        telephone = self.telephones.get(event.port)
        if telephone is not None:
            return [telephone]
        return self._on_line(event.port)

    def _on_line(self, port: int) -> list[TelephoneHelp]:
        return [self.telephones[one] for one in sorted(self._busy) if 0 <= port == self.telephones[one].line]

    # -- commands -------------------------------------------------------------------------------------

    def ordered(self, numbered: Numbered, now_us: int) -> bool:
        """A command of the engine; False where it was overtaken by what we do."""
        seen = numbered.seen if numbered.life == self._life else 0
        command = numbered.command
        self._seen = max(self._seen, seen)
        if self._calls and self._is_overtaken(command, seen):
            self.overtaken += 1
            return False
        self._follow(command, seen, now_us)
        return True

    def _is_overtaken(self, command: c.AnySwitchCommand, seen: int) -> bool:
        calls = {port: line for port, (number, line) in self._calls.items() if number > seen}
        if not calls or isinstance(command, HARMLESS):
            return False
        ours = {*calls, *calls.values()}
        match command:
            case c.Hear(source=source) if source >= 0 and source in ours:
                return True
            case c.Confer(members=members) if ours & set(members):
                return True
            case c.Mix(sources=sources) if ours & set(sources):
                return True
            case c.Seize(port=port) if 0 <= port < len(self._ports):
                return port in ours or not (self._ports[port].off_hook or self._ports[port].ringing)
            case _:
                return command.port in ours

    def _follow(self, command: c.AnySwitchCommand, seen: int, now_us: int) -> None:
        if isinstance(command, c.Dial) and command.digits in self.table.numbers:
            self._linked(command, now_us)
        elif isinstance(command, c.Release):
            for telephone in self._on_line(command.port):
                telephone.released()
                self._mark(telephone)
        ports = (command.port, *command.members) if isinstance(command, c.Confer) else (command.port,)
        if isinstance(command, c.Hear | c.Play | c.Confer | c.Mix):
            for port in ports:
                if port in self.telephones:
                    self.telephones[port].keys.given(command, seen)
        self._lines.note(command, now_us)
        self._given.note(command)

    def _linked(self, dial: c.Dial, now_us: int) -> None:
        """The engine dials an emergency number: for whom it says, else where the number was keyed first."""
        for former in self._on_line(dial.port):
            former.released()
            self._mark(former)
        named = [one for one in self.telephones.values() if one.port == dial.telephone]
        resting = [one for one in named or self.telephones.values() if one.state is Help.REST]
        waiting = [one for one in resting if one.wanted == dial.digits]
        if waiting:
            first = min(waiting, key=lambda one: one.keys.last_us)
            first.dialled(dial.port, dial.digits, now_us)
            self._mark(first)

    # -- time -----------------------------------------------------------------------------------------

    def _settle(self) -> None:
        telephones = (self.telephones[one] for one in self._busy)
        own = (one.deadline_us for one in telephones if self._may_act(one))
        self._owed = {port: at_us for port, at_us in self._owed.items() if self.telephones[port].is_owed}
        owed = () if self.presence.away else self._owed.values()
        times = [at_us for at_us in (*own, *owed, self.presence.deadline_us) if at_us is not None]
        self.next_us = min(times, default=None)

    def _mark(self, telephone: TelephoneHelp) -> None:
        (self._busy.discard if telephone.state is Help.REST else self._busy.add)(telephone.port)

    def due(self, now_us: int) -> None:
        away = self.presence.away
        self.presence.look(now_us)
        if any(at_us <= now_us for port, at_us in self._owed.items() if self.telephones[port].is_owed):
            self.presence.owes()
        if self.presence.away and not away:
            self._engine_left(now_us)
        for telephone in [self.telephones[one] for one in sorted(self._busy)]:
            deadline_us = telephone.deadline_us
            if deadline_us is not None and deadline_us <= now_us and self._may_act(telephone):
                self._give(telephone, Due(), now_us)
        self._settle()

    def _may_act(self, telephone: TelephoneHelp) -> bool:
        return self.presence.away or telephone.state in KEPT

    def _give(self, telephone: TelephoneHelp, given: AnyInput, now_us: int) -> None:
        outs = telephone.handle(given, now_us)
        self._mark(telephone)
        for out in outs:
            self._do(out)

    def _tell_of(self, call: e.LastResortCalled) -> None:
        self._tell(call)

    def _do(self, out: Out) -> None:
        if isinstance(out, e.LastResortCalled):
            self._tell_of(out)
            return
        self._given.note(out)
        if isinstance(out, c.Hear) and out.source >= 0 and isinstance(self._ports[out.port], SipPort):
            self._carry_out(c.Connect(port=out.port))
        self._carry_out(out)
