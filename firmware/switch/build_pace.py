"""Builds `firmware.switch._pace`: the control timer the tick is measured against. Run by setup.py."""

from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

HERE = Path(__file__).resolve().parent
# setuptools wants paths relative to setup.py and runs this file from there.
FOLDER = Path("firmware/switch")

ffibuilder = FFI()
ffibuilder.cdef((HERE / "pace.h").read_text().split("/* cdef */")[1])
ffibuilder.set_source(
    "firmware.switch._pace",
    '#include "pace.h"',
    sources=[str(FOLDER / "pace.c")],
    depends=[str(FOLDER / "pace.h")],
    include_dirs=[str(FOLDER)],
    libraries=["pthread"],
    extra_compile_args=["-O2", "-Wall", "-Wextra", "-std=gnu11"],
)
