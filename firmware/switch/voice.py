"""What each port hears, in the engine's words: a port, a conference, a player; and our own signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.ports import Samples
from firmware.protocol.commands import Pause, PlayItem
from firmware.switch.fabric import PLAYERS_A_PORT, SILENCE, Fabric
from firmware.switch.players import Players
from firmware.switch.playlist import Playable, Playlist

MESSAGE_WITHIN_TICKS = 250
"""5 s for a disk to bring a message."""
LONGEST_PAUSE_MS = 10_000


@dataclass
class _Coming:
    play: str
    items: tuple[PlayItem, ...]
    repeat: bool
    ticks: int = 0


class Voice:
    """Fabric, players and playlist of one switch. Ports are box-wide indices and known to exist."""

    def __init__(self, ports: int, playlist: Playlist) -> None:
        self.playlist = playlist
        self._players = Players(playlist.shelf, ports * PLAYERS_A_PORT)
        self.fabric = Fabric(ports, self._players)
        self.tonal_changed: list[tuple[int, bool]] = []
        """Ports that began or ceased to get a steady tone from a player, since somebody emptied this."""
        self._coming: dict[int, _Coming] = {}
        """What is to be played as soon as its messages are read."""
        self._injected: set[int] = set()
        """Ports that hear their signal player beside what they hear."""

    def tick(self, said: Samples) -> Samples:
        if self._coming:
            self._begin_what_came()
        self.playlist.renew(self._players.uses)
        return self.fabric.tick(said)

    def hear(self, port: int, source: int) -> None:
        """Another port or SILENCE; ends what the engine's player played."""
        self.stop(port)
        self.fabric.hear(port, source)

    def confer(self, members: Sequence[int]) -> None:
        for port in members:
            self.stop(port)
        self.fabric.confer(members)

    def mix(self, port: int, sources: Sequence[int]) -> None:
        self.stop(port)
        self.fabric.mix(port, sources)

    def play(self, port: int, play: str, items: Sequence[PlayItem], repeat: bool) -> None:
        self._coming.pop(port, None)
        if not self.playlist.ready(items):
            self._coming[port] = _Coming(play, tuple(items), repeat)
            items = (Pause(LONGEST_PAUSE_MS),)
        self._start(port, port, self.playlist.playable(items), play, repeat)
        self.fabric.hear(port, self.fabric.player_row(port))

    def _begin_what_came(self) -> None:
        """A message that does not come is missed in the end, as one that is not there."""
        for port, coming in list(self._coming.items()):
            coming.ticks += 1
            if self.playlist.ready(coming.items) or coming.ticks >= MESSAGE_WITHIN_TICKS:
                del self._coming[port]
                self._start(port, port, self.playlist.playable(coming.items), coming.play, coming.repeat)

    def stop(self, port: int) -> None:
        """Stop the engine's player; the port hears silence if it heard that."""
        self._coming.pop(port, None)
        self._players.stop(port)
        self.tonal_changed.append((port, False))
        if self.fabric.hears(port) == self.fabric.player_row(port):
            self.fabric.hear(port, SILENCE)

    def playing(self, port: int) -> str:
        """Name of the engine's play on this port, or empty."""
        return self._players.playing(port) or ""

    def send_digits(self, port: int, digits: str) -> None:
        self._signal(port, self.playlist.digits(digits))

    def send_sound(self, port: int, sound: NDArray[np.int16]) -> None:
        self._signal(port, self.playlist.once(sound))

    def inject(self, port: int, items: Sequence[PlayItem]) -> None:
        """Beside what the port hears, once; with nothing to play: no more of it. A signal of our own goes before."""
        if port in self._injected:
            self._players.stop(self.fabric.signal_slot(port))
            self._injected.discard(port)
        if items and not self.fabric.held(port):
            playable = self.playlist.playable(items)
            self._players.start(self.fabric.signal_slot(port), playable, own=playable.own)
            self._injected.add(port)
        self.fabric.add_signals(self._injected)

    def _no_injection(self, port: int) -> None:
        if port in self._injected:
            self._injected.discard(port)
            self.fabric.add_signals(self._injected)

    def mute(self, port: int) -> None:
        """Nothing goes to the port until `hush`."""
        self._no_injection(port)
        self._players.stop(self.fabric.signal_slot(port))
        self.fabric.hold(port)

    def hush(self, port: int) -> None:
        """End the signal; the port hears again what is wanted for it."""
        self._players.stop(self.fabric.signal_slot(port))
        self.fabric.free(port)
        self.tonal_changed.append((port, False))

    def take_ended(self) -> list[tuple[int, str | None]]:
        """(port, play) of players that came to their end; None for a signal."""
        ended: list[tuple[int, str | None]] = []
        for slot, play in self._players.take_ended():
            if slot - self.fabric.ports in self._injected:
                self._no_injection(slot - self.fabric.ports)
            elif slot >= self.fabric.ports:
                ended.append((slot - self.fabric.ports, None))
            else:
                self.stop(slot)
                ended.append((slot, play))
        return ended

    def _signal(self, port: int, playable: Playable) -> None:
        self._no_injection(port)
        self._start(port, self.fabric.signal_slot(port), playable, "", False)
        self.fabric.hold(port)

    def _start(self, port: int, slot: int, playable: Playable, play: str, repeat: bool) -> None:
        loop_from = len(playable) - 1 if playable.endless else 0 if repeat and playable else None
        self._players.start(slot, playable, play=play, loop_from=loop_from, own=playable.own)
        self.tonal_changed.append((port, playable.tonal))
