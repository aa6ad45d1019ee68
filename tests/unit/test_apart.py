"""Work done by a child: what it raises reaches us, what it imports does not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.clock import MonotonicClock

HEAD = """
import sys
from firmware.cli.apart import apart
from firmware.cli.main import CommandError
"""


def ran(text: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: one with threads, like this one, must not fork."""
    return subprocess.run(
        [sys.executable, "-c", HEAD + text], capture_output=True, text=True, check=False, timeout=60
    )


def test_what_it_imports_is_gone_with_it() -> None:
    done = ran("""
def work():
    import colorsys
    print("did it")
apart(work)
print("colorsys" in sys.modules)
""")
    assert (done.stdout, done.stderr, done.returncode) == ("did it\nFalse\n", "", 0)


def test_all_its_faults_are_told_as_they_were_however_many() -> None:
    done = ran("""
text = "行 3: 错误\\n" * 20_000
def work():
    raise CommandError(text)
try:
    apart(work)
except CommandError as error:
    print(str(error) == text)
""")
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_what_nobody_expects_says_where_it_was_and_ends_us_too() -> None:
    done = ran("apart(lambda: 1 / 0)")
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr and "ChildProcessError" in done.stderr


def test_a_fault_with_a_strange_file_name_is_told_like_any_other() -> None:
    done = ran("""
def work():
    raise CommandError("bad " + chr(0xdcff))
try:
    apart(work)
except CommandError as error:
    print(ascii(str(error)))
""")
    assert (done.stdout, done.stderr) == ("'bad \\udcff'\n", "")


def test_it_dies_with_us(tmp_path: Path) -> None:
    """systemd kills the main process alone, and what it prepared for must not go on beside the next one's."""
    text = f"""
import os, time
from pathlib import Path
def work():
    Path({str(tmp_path)!r}, "child").write_text(str(os.getpid()))
    time.sleep(600)
apart(work)
"""
    with subprocess.Popen([sys.executable, "-c", HEAD + text]) as parent:
        child = until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text())
        parent.kill()
    assert until(lambda: not Path("/proc", child).exists() or is_dead(child))


def is_dead(child: str) -> bool:
    """Waits for who buries it, who need not be in a hurry."""
    return "State:\tZ" in Path("/proc", child, "status").read_text()


def until(so: Callable[[], Any], seconds: float = 30.0) -> Any:
    clock = MonotonicClock()
    end_us = clock.now_us() + round(seconds * 1e6)
    while not (found := so()) and clock.now_us() < end_us:
        clock.wait_until(clock.now_us() + 20_000)
    return found


def test_a_child_that_is_killed_is_no_success() -> None:
    done = ran("import os\napart(lambda: os.kill(os.getpid(), 9))")
    assert done.returncode == 1 and "ended with -9" in done.stderr


def test_the_guardian_carries_little() -> None:
    """Half of what it would need to read a bench, to keep configurations or to look at a database."""
    done = ran("""
import firmware.cli.run, firmware.cli.call_log
print(sorted({"numpy", "sqlite_utils", "hwsim", "flask"} & sys.modules.keys()))
import firmware.recorder.runner, firmware.engine.process.relay
print(sorted({"numpy", "sqlite_utils"} & sys.modules.keys()))
""")
    assert (done.stdout, done.stderr) == ("[]\n[]\n", "")
