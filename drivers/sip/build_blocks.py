"""Builds `drivers.sip._blocks`: the box's side of the blocks shared with SIP legs. Needs no pjproject."""

from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

HERE = Path(__file__).resolve().parent
# setuptools wants paths relative to setup.py and runs this file from there.
FOLDER = Path("drivers/sip")

ffibuilder = FFI()
ffibuilder.cdef((HERE / "blocks.h").read_text().split("/* cdef */")[1])
ffibuilder.set_source(
    "drivers.sip._blocks",
    '#include "blocks.h"',
    sources=[str(FOLDER / "blocks.c")],
    depends=[str(FOLDER / "blocks.h")],
    include_dirs=[str(FOLDER)],
    extra_compile_args=["-O2", "-Wall", "-Wextra", "-std=gnu11"],
)
