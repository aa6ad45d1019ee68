"""The part of pyalsaaudio 0.11 that drivers.backends touches; the package itself has no types."""

from typing import Any

PCM_CAPTURE: int
PCM_PLAYBACK: int
PCM_NORMAL: int
PCM_FORMAT_S32_LE: int

class ALSAAudioError(Exception): ...

class PCM:
    def __init__(
        self,
        *,
        type: int,
        mode: int,
        rate: int,
        channels: int,
        format: int,
        periodsize: int,
        periods: int,
        device: str,
    ) -> None: ...
    def read(self) -> tuple[int, bytes]: ...
    def write(self, data: bytes, /) -> int: ...
    def close(self) -> None: ...
    def info(self) -> dict[str, Any]: ...
