"""What a card of telephone ports is to the switch, and what hardware is to a card.

The seams of the drivers: below, `SpiDevice` and `PcmDevice` (the surface of `spidev.SpiDev` and
`alsaaudio.PCM` that we touch); above, `Card`. Nothing here knows of calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:  # half the box's processes count ticks and hold no samples: NumPy is 8 MB to each
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE_HZ = 8000
TICK_SAMPLES = 160
TICK_US = 20_000
CYCLE_SAMPLES = 40
"""The inner cycle of an SPI hat: one PCM period and one look at the hook and ring registers."""
CYCLE_US = 5_000

Samples: TypeAlias = "NDArray[np.int16]"
"""`int16[ports, TICK_SAMPLES]`, linear, 8 kHz. Full scale is +3.14 dBm0 for a sine (G.711 A-law)."""


class DriverError(Exception):
    """Root of what drivers raise."""


class PortKind(Enum):
    FXO = "fxo"
    FXS = "fxs"
    SIP = "sip"
    """A telephone whose calls come with messages (`drivers.signalling`)."""
    SIP_TRUNK = "sip-trunk"
    """One channel of a trunk, likewise."""


class SpiDevice(Protocol):
    """One chip select. Each call is one frame: chip select falls before it and rises after it."""

    def xfer2(self, values: list[int], /) -> list[int]: ...
    def close(self) -> None: ...


class PcmDevice(Protocol):
    """One direction of a PCM stream, as `alsaaudio.PCM`: negative counts are `-errno`."""

    def read(self) -> tuple[int, bytes]: ...
    def write(self, data: bytes, /) -> int: ...
    def close(self) -> None: ...


class LineEvent(Struct, frozen=True, tag=True):
    """Something seen on one port's wires. `at_us` is box time, to the inner cycle (5 ms) or better."""

    port: int
    """Index within the card."""
    at_us: int


class Seized(LineEvent, frozen=True, tag=True):
    """FXS: the telephone went off-hook (also: ring trip)."""


class Released(LineEvent, frozen=True, tag=True):
    """FXS: the telephone went on-hook for longer than a flash."""


class Flashed(LineEvent, frozen=True, tag=True):
    """FXS: a hook flash (R key)."""


class PulseDialled(LineEvent, frozen=True, tag=True):
    """FXS: one digit of a pulse telephone, `0`-`9`."""

    digit: str


class RingBegan(LineEvent, frozen=True, tag=True):
    """FXO: ringing current began. FXS: our own ringing burst began."""


class RingStopped(LineEvent, frozen=True, tag=True):
    """FXO: ringing current stopped. FXS: our own burst ended (the gap that may carry caller ID begins)."""


class PolarityReversed(LineEvent, frozen=True, tag=True):
    """FXO: tip and ring changed places. `reversed` is the polarity now, against idle."""

    reversed: bool


class LoopOpened(LineEvent, frozen=True, tag=True):
    """FXO, off-hook: the exchange took the battery away (CPC)."""


class LoopClosed(LineEvent, frozen=True, tag=True):
    """FXO, off-hook: battery is back after `LoopOpened`."""


class BatteryLost(LineEvent, frozen=True, tag=True):
    """FXO, on-hook: no battery for longer than the alarm time: the line is unplugged."""


class BatteryReturned(LineEvent, frozen=True, tag=True):
    """FXO: battery is back after `BatteryLost`."""


class PortFailed(LineEvent, frozen=True, tag=True):
    """The chip does not answer as it should (power alarm, reset, isolation link down)."""

    reason: str


class PortRecovered(LineEvent, frozen=True, tag=True):
    """The chip was brought up again."""


AnyLineEvent = (
    Seized
    | Released
    | Flashed
    | PulseDialled
    | RingBegan
    | RingStopped
    | PolarityReversed
    | LoopOpened
    | LoopClosed
    | BatteryLost
    | BatteryReturned
    | PortFailed
    | PortRecovered
)


class GoOffHook(Struct, frozen=True, tag=True):
    """FXO: seize the line (or answer it)."""


class GoOnHook(Struct, frozen=True, tag=True):
    """FXO: release the line; cancels pulses and flashes under way."""


class FlashHook(Struct, frozen=True, tag=True):
    """FXO: open the loop for `for_ms`, then close it again."""

    for_ms: int


class SendPulses(Struct, frozen=True, tag=True):
    """FXO, off-hook: dial by loop pulses, `0`-`9`; `PulsesSent` is told by `Card.dialling`."""

    digits: str
    pulses_per_second: float = 10.0
    make_percent: float = 38.5


class StartRinging(Struct, frozen=True, tag=True):
    """FXS: ring with this cadence (on, off, on, off … in ms, repeated); stops itself at ring trip."""

    cadence_ms: tuple[int, ...]
    first_pause_ms: int = 0
    """Quiet before the first burst (caller ID that comes before ringing)."""
    reverse_first: bool = False
    """Reverse the polarity during `first_pause_ms` (GB, IN caller ID)."""


class TransmitOnHook(Struct, frozen=True, tag=True):
    """FXS, on-hook: the speech path is open for so long, for data; ends by itself, or when the telephone is lifted."""

    for_ms: int
    reverse: bool = False
    """Reverse the polarity meanwhile (GB)."""


class StopRinging(Struct, frozen=True, tag=True):
    """FXS: stop ringing, line feed back to idle."""


class SetPolarity(Struct, frozen=True, tag=True):
    """FXS: line feed forward or reversed (answer supervision to a PBX or meter behind the port)."""

    reversed: bool


class OpenLoop(Struct, frozen=True, tag=True):
    """FXS: take the battery away for `for_ms` (disconnect supervision)."""

    for_ms: int


class CollectPulses(Struct, frozen=True, tag=True):
    """FXS: whether a short break is a dial pulse (while collecting) or part of a flash (in conversation)."""

    collecting: bool


class SetGain(Struct, frozen=True, tag=True):
    """Chip gains. `to_line_db` is transmit towards the wire, `from_line_db` receive from it."""

    to_line_db: float
    from_line_db: float


AnyLineCommand = (
    GoOffHook
    | GoOnHook
    | FlashHook
    | SendPulses
    | StartRinging
    | TransmitOnHook
    | StopRinging
    | SetPolarity
    | OpenLoop
    | CollectPulses
    | SetGain
)


class LineReading(Struct, frozen=True):
    """What a technician sees of one port."""

    kind: str
    present: bool
    chip: str
    off_hook: bool
    voltage_v: float
    current_ma: float
    state: str
    alarms: tuple[str, ...] = ()


class Card(Protocol):
    """A group of ports. All calls come from the switch's one thread."""

    name: str
    kinds: Sequence[PortKind | None]
    """One per port; None where the slot is empty or its chip did not come up."""
    loop_delay_samples: int
    """From a sample given to `exchange` until its echo can come back from it."""

    def start(self) -> list[str]:
        """Bring the hardware up. Returns plain-language findings (empty slots, failed chips).

        Raises DriverError when the whole card cannot be used.
        """

    def exchange(self, tx: Samples) -> Samples:
        """Give one tick of samples to the wires and take one from them; blocks until it is there.

        `tx` and the result are `int16[ports, TICK_SAMPLES]`; the result is valid until the next call.
        """

    def take_events(self) -> list[AnyLineEvent]:
        """What happened on the wires since the last call, in order."""

    def command(self, port: int, command: AnyLineCommand) -> None:
        """Takes effect in the next inner cycle. A command that does not fit the port is counted, not raised."""

    def dialling(self, port: int) -> bool:
        """Whether pulses or a flash are still being sent."""

    def reading(self, port: int) -> LineReading: ...

    def stop(self) -> None:
        """Lines on-hook, feeds idle, devices closed."""


class Clock(Protocol):
    """Box time. The same objects run on the monotonic clock or on a virtual one."""

    def now_us(self) -> int: ...

    def wait_until(self, at_us: int) -> None:
        """Return when `now_us() >= at_us`."""
