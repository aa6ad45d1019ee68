"""Builds `firmware.cli.bench_sip._rtp_peer`: the telephones' speech of `tipring bench sip`. Run by setup.py."""

from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

HERE = Path(__file__).resolve().parent
# setuptools wants paths relative to setup.py and runs this file from there.
FOLDER = Path("firmware/cli/bench_sip")

ffibuilder = FFI()
for name in ("control.h", "rtp_peer.h"):
    ffibuilder.cdef((HERE / name).read_text().split("/* cdef */")[1])
ffibuilder.set_source(
    "firmware.cli.bench_sip._rtp_peer",
    '#include "control.h"\n#include "rtp_peer.h"',
    sources=[str(FOLDER / "rtp_peer.c"), str(FOLDER / "control.c")],
    depends=[str(FOLDER / "rtp_peer.h"), str(FOLDER / "control.h")],
    include_dirs=[str(FOLDER)],
    extra_compile_args=["-O2", "-Wall", "-Wextra", "-std=gnu11", "-pthread"],
    extra_link_args=["-pthread"],
)
