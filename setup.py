"""One distribution for the whole box; builds the cffi modules."""

import os

from setuptools import find_packages, setup

# pjproject is built by provisioning/setup.sh, which says here where it is; without it the box has no SIP.
SIP = ["drivers/sip/build_sip.py:ffibuilder"] if os.environ.get("TIPRING_PJPROJECT") else []

setup(
    packages=[
        *find_packages(include=["firmware*", "drivers*", "webui*", "provisioning*"]),
        *find_packages("hw-sim"),
    ],
    package_dir={"hwsim": "hw-sim/hwsim"},
    include_package_data=True,
    package_data={"": ["*.toml", "*.h", "*.c", "py.typed", "templates/**/*", "static/**/*"]},
    cffi_modules=[
        "drivers/dsp/build_dsp.py:ffibuilder",
        "firmware/switch/build_pace.py:ffibuilder",
        "drivers/sip/build_blocks.py:ffibuilder",
        "firmware/cli/bench_sip/build_rtp_peer.py:ffibuilder",
        *SIP,
    ],
)
