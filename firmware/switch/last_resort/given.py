"""What each port was last given to hear, as the commands say; whoever gave them."""

from __future__ import annotations

from firmware.protocol import commands as c
from firmware.protocol.names import Tone

DEPUTY = "last-resort"
"""Name of every player of ours."""
DIAL_TONES = frozenset({Tone.DIAL, Tone.SPECIAL_DIAL})
Sound = c.Hear | c.Confer | c.Mix | c.Play


class Given:
    """Follows commands that are carried out. Nothing means silence."""

    def __init__(self) -> None:
        self._sound: dict[int, Sound] = {}
        self.rung: set[int] = set()
        """Telephones that are being rung."""

    def note(self, command: c.AnySwitchCommand) -> None:
        match command:
            case c.Hear() | c.Mix() | c.Play():
                self._sound[command.port] = command
            case c.Confer():
                self._sound |= dict.fromkeys((command.port, *command.members), command)
            case c.StopPlay():
                self.play_ended(command.port)
            case c.Ring():
                self.rung.add(command.port)
            case c.StopRing():
                self.rung.discard(command.port)
            case c.Release():
                self.rung.discard(command.port)
                self._sound.pop(command.port, None)
            case _:
                pass

    def play_ended(self, port: int) -> None:
        if isinstance(self._sound.get(port), c.Play):
            del self._sound[port]

    def sound(self, port: int) -> Sound | None:
        return self._sound.get(port)

    def talks(self, port: int) -> bool:
        """Hears another port."""
        return _is_talk(self._sound.get(port))

    def silent(self, port: int) -> bool:
        return port not in self._sound or self._sound[port] == c.Hear(port=port, source=-1)

    def ours(self, port: int) -> bool:
        """Hears a player of the last resort."""
        sound = self._sound.get(port)
        return isinstance(sound, c.Play) and sound.play == DEPUTY

    def listeners(self, port: int) -> list[int]:
        """Ports that hear this one directly."""
        return [
            one
            for one, sound in self._sound.items()
            if isinstance(sound, c.Hear) and sound.source == port and one != port
        ]


def _is_talk(sound: Sound | None) -> bool:
    mixed = isinstance(sound, c.Confer) or (isinstance(sound, c.Mix) and bool(sound.sources))
    return mixed or (isinstance(sound, c.Hear) and sound.source >= 0)


def is_talk(command: c.AnySwitchCommand) -> bool:
    return isinstance(command, c.Hear | c.Confer | c.Mix) and _is_talk(command)


def is_dial_tone(command: c.AnySwitchCommand) -> bool:
    return isinstance(command, c.Play) and all(
        isinstance(item, c.ToneItem) and item.tone in DIAL_TONES for item in command.items
    )
