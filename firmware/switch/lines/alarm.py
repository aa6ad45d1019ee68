"""Whether a port can be used: its battery and its chip."""

from __future__ import annotations

from drivers.ports import BatteryLost, BatteryReturned, PortFailed, PortRecovered
from firmware.protocol.events import LineAlarmed, LineRestored
from firmware.switch.lines.exchanged import Given, Out

NO_BATTERY, CHIP = "no-battery", "chip"
RAISES: dict[type, str] = {BatteryLost: NO_BATTERY, PortFailed: CHIP}
CLEARS: dict[type, str] = {BatteryReturned: NO_BATTERY, PortRecovered: CHIP}


class AlarmMachine:
    """`alarms` are those that stand, the gravest first told. `LineRestored` when the last is gone."""

    deadline_us: int | None = None

    def __init__(self, port: int) -> None:
        self.alarms: list[str] = []
        self.unexpected = 0
        self._port = port

    def handle(self, given: Given, now_us: int) -> list[Out]:
        raised, cleared = RAISES.get(type(given)), CLEARS.get(type(given))
        if raised and raised not in self.alarms:
            self.alarms.append(raised)
            return [LineAlarmed(port=self._port, at_us=now_us, alarm=raised)]
        if cleared and cleared in self.alarms:
            self.alarms.remove(cleared)
            left = self.alarms
            if left:
                return [LineAlarmed(port=self._port, at_us=now_us, alarm=left[0])]
            return [LineRestored(port=self._port, at_us=now_us)]
        self.unexpected += 1
        return []
