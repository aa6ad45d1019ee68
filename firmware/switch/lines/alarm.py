"""Whether a port can be used: its battery, its chip, or whoever is to be reached through it."""

from __future__ import annotations

from drivers.ports import BatteryLost, BatteryReturned, PortFailed, PortRecovered
from firmware.protocol.events import LineAlarmed, LineRestored
from firmware.switch.lines.exchanged import Given, Out

NO_BATTERY, CHIP = "no-battery", "chip"
TAKES = frozenset({BatteryLost, BatteryReturned, PortFailed, PortRecovered})


class AlarmMachine:
    """`alarms` are those that stand, the gravest first told. `LineRestored` when the last is gone.

    A port with messages (`named`) fails for reasons of its own, one at a time: `unregistered`, `no-process` …
    """

    deadline_us: int | None = None

    def __init__(self, port: int, named: bool = False) -> None:
        self.alarms: list[str] = []
        self.unexpected = 0
        self._port = port
        self._named = named

    def handle(self, given: Given, now_us: int) -> list[Out]:
        match given:
            case BatteryLost():
                return self._raised(NO_BATTERY, now_us)
            case PortFailed(reason=reason):
                return self._raised(reason if self._named else CHIP, now_us)
            case BatteryReturned():
                return self._cleared({NO_BATTERY}, now_us)
            case PortRecovered():
                return self._cleared(set(self.alarms) if self._named else {CHIP}, now_us)
            case _:
                self.unexpected += 1
                return []

    def _raised(self, alarm: str, now_us: int) -> list[Out]:
        if alarm in self.alarms:
            self.unexpected += 1
            return []
        self.alarms = [] if self._named else self.alarms
        self.alarms.append(alarm)
        return [LineAlarmed(port=self._port, at_us=now_us, alarm=alarm)]

    def _cleared(self, over: set[str], now_us: int) -> list[Out]:
        left = [one for one in self.alarms if one not in over]
        if left == self.alarms:
            self.unexpected += 1
            return []
        self.alarms = left
        if left:
            return [LineAlarmed(port=self._port, at_us=now_us, alarm=left[0])]
        return [LineRestored(port=self._port, at_us=now_us)]
