"""Builds `drivers.sip._sip`: our C beside pjsua, linked against the very library that `pjsua2` uses.

Run by setup.py where the environment names that library's home (provisioning/setup.sh does).
"""

import json
import os
from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

HERE = Path(__file__).resolve().parent
FOLDER = Path("drivers/sip")
HOME = Path(os.environ["TIPRING_PJPROJECT"])
MANIFEST = json.loads((HOME / "manifest.json").read_text())

ffibuilder = FFI()
ffibuilder.cdef((HERE / "sip.h").read_text().split("/* cdef */")[1])
ffibuilder.set_source(
    "drivers.sip._sip",
    '#include "sip.h"',
    sources=[
        str(FOLDER / f"{name}.c")
        for name in (
            "media",
            "requests",
            "drops",
            "guard",
            "malformed",
            "refusals",
            "wake",
            "library",
            "rtp_source",
            "rtp_transport",
            "rtp_reader",
            "rtp_filter",
            "accounts",
            "blocks",
        )
    ],
    depends=[
        str(FOLDER / "rtp.h"),
        str(FOLDER / "blocks.h"),
        str(FOLDER / "sip.h"),
        str(HOME / "manifest.json"),
    ],
    include_dirs=[str(FOLDER), str(HOME / "include")],
    extra_compile_args=["-O2", "-Wall", "-Wextra", "-std=gnu11", "-DNDEBUG", *MANIFEST["definitions"]],
    extra_link_args=[str(HOME / "lib" / "libtipring-pj.so.2"), f"-Wl,-rpath,{HOME / 'lib'}"],
    # The limited API would do, but pjproject's headers redefine what it forbids.
    py_limited_api=False,
)
