"""Legs in pjsua's bridge, pumped in C by the box's tick; and what transports dropped. One endpoint a process."""

from __future__ import annotations

from msgspec import Struct

from drivers.sip._sip import ffi, lib
from drivers.sip.blocks import Blocks
from drivers.sip.library import check, words

ROWS = 1024


class Legs:
    """Start after pjsua was started, stop before it is destroyed; `blocks` must stay open until then."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self._held = ffi.from_buffer(blocks.memory, require_writable=True)
        check(lib.tip_media_start(self._held, len(blocks.memory)), "starting the legs' media")

    def join(self, leg: int, pjsua_call: int) -> None:
        """The leg and the call's audio hear one another. Raises SipError where the call has none."""
        check(lib.tip_media_join(leg, pjsua_call), f"joining leg {leg}")

    def part(self, leg: int) -> None:
        """The leg is silent both ways. Never fails for a call that has gone."""
        check(lib.tip_media_part(leg), f"parting leg {leg}")

    @property
    def is_realtime(self) -> bool:
        """Whether the pump runs under SCHED_FIFO."""
        return bool(lib.tip_media_is_realtime())

    def stop(self) -> None:
        lib.tip_media_stop()
        ffi.release(self._held)


class Dropped(Struct, frozen=True):
    """What one source sent that could not be read, for one reason."""

    source: str
    """Address without port; `?` where pjsip does not say."""
    reason: str
    count: int


class Drops:
    """Garbage by source and reason: keep-alives, overlong messages, what is no SIP."""

    def __init__(self) -> None:
        self._rows = ffi.new(f"tip_drop[{ROWS}]")
        self._others = ffi.new("uint64_t *")
        self.others = 0
        """Of sources beyond those that are told apart."""
        check(lib.tip_drops_start(), "counting what is dropped")

    def take(self) -> list[Dropped]:
        """What came since the last call."""
        filled = lib.tip_drops_take(self._rows, ROWS, self._others)
        self.others += self._others[0]
        rows = (self._rows[index] for index in range(filled))
        return [Dropped(ffi.string(row.source).decode(), words(row.status), row.count) for row in rows]

    def stop(self) -> None:
        lib.tip_drops_stop()
