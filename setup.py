"""One distribution for the whole box; builds the cffi modules."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["firmware*", "drivers*", "webui*", "provisioning*"]),
        *find_packages("hw-sim"),
    ],
    package_dir={"hwsim": "hw-sim/hwsim"},
    include_package_data=True,
    package_data={"": ["*.toml", "*.h", "*.c", "py.typed"]},
    cffi_modules=["drivers/dsp/build_dsp.py:ffibuilder", "firmware/switch/build_pace.py:ffibuilder"],
)
