import ctypes
import ctypes.util

import numpy as np
import pytest

from drivers.dsp import g711
from drivers.dsp.g711 import Law

LAWS: list[tuple[Law, int]] = [("alaw", 0), ("ulaw", 1)]


@pytest.mark.parametrize(("law", "mode"), LAWS)
def test_tables_are_those_of_spandsp(law: Law, mode: int) -> None:
    library = ctypes.CDLL(ctypes.util.find_library("spandsp") or "libspandsp.so.2")
    library.g711_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(library.g711_init(None, mode))
    linear = np.arange(-32768, 32768).astype(np.int16)
    octets = np.zeros(65536, np.uint8)
    library.g711_encode(
        state, octets.ctypes.data_as(ctypes.c_void_p), linear.ctypes.data_as(ctypes.c_void_p), 65536
    )
    assert np.array_equal(g711.encode(linear, law), octets)
    every, back = np.arange(256, dtype=np.uint8), np.zeros(256, np.int16)
    library.g711_decode(
        state, back.ctypes.data_as(ctypes.c_void_p), every.ctypes.data_as(ctypes.c_void_p), 256
    )
    assert np.array_equal(g711.decode(every, law), back)


@pytest.mark.parametrize(("law", "_mode"), LAWS)
def test_the_zero_dbm0_sequence_of_the_recommendation_is_there(law: Law, _mode: int) -> None:
    """G.711 table 5 and 6: one millisecond of 1 kHz at 0 dBm0."""
    sequence = {
        "alaw": [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4],
        "ulaw": [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E],
    }[law]
    wave = g711.decode(np.array(sequence, np.uint8), law).astype(float)
    assert 10 * np.log10(np.mean(wave**2) / (32767**2 / 2)) + 3.14 == pytest.approx(0.0, abs=0.12)


def test_silence_is_silent() -> None:
    for law, _ in LAWS:
        assert abs(int(g711.decode(np.array([g711.SILENCE[law]], np.uint8), law)[0])) <= 8
