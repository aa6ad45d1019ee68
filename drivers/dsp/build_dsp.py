"""Builds `drivers.dsp._dsp`: our batched calls over spandsp and speexdsp, one C call a tick for each kind.

Run by setup.py; in place: `python setup.py build_ext --inplace`.
"""

from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

HERE = Path(__file__).resolve().parent
# setuptools wants paths relative to setup.py and runs this file from there.
FOLDER = Path("drivers/dsp")

ffibuilder = FFI()
ffibuilder.cdef((HERE / "banks.h").read_text().split("/* cdef */")[1])
ffibuilder.set_source(
    "drivers.dsp._dsp",
    '#include "banks.h"',
    sources=[str(FOLDER / name) for name in ("dtmf_bank.c", "fsk_bank.c", "echo_bank.c", "progress_bank.c")],
    depends=[str(FOLDER / "banks.h")],
    include_dirs=[str(FOLDER)],
    libraries=["spandsp", "speexdsp", "m"],
    extra_compile_args=["-O3", "-Wall", "-Wextra"],
)
