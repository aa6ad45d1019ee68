"""Work of a moment done by a child of ours: what it imports and reads is not kept for as long as we run."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from io import FileIO

from firmware.cli.main import DONE, FOUND_WRONG, MISUSED, CommandError
from firmware.cli.stand_in import die_with_parent


def apart(work: Callable[[], object]) -> None:
    """Returns when `work` did. To be called before the process has threads; the child dies when we do.

    Raises CommandError where it did; ChildProcessError where it ended otherwise, which it said on the standard error
    output.
    """
    sys.stdout.flush()
    told, tell = os.pipe()
    parent, child = os.getpid(), os.fork()
    if not child:
        _child(work, tell, parent)
    os.close(tell)
    with FileIO(told) as end:
        said = end.readall() or b""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == MISUSED:
        raise CommandError(said.decode(errors="surrogateescape"))
    if code != DONE:
        raise ChildProcessError(f"a child of ours ended with {code}")


def _child(work: Callable[[], object], tell: int, parent: int) -> None:
    """Never returns."""
    code = FOUND_WRONG
    try:
        die_with_parent()
        if os.getppid() == parent:
            code = _code(work, tell)
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)


def _code(work: Callable[[], object], tell: int) -> int:
    try:
        work()
    except CommandError as error:
        with FileIO(tell, "w") as end:
            end.write(str(error).encode(errors="surrogateescape"))
        return MISUSED
    except KeyboardInterrupt:  # our parent's, too
        return FOUND_WRONG
    except Exception:  # noqa: BLE001 - told here, where it happened
        traceback.print_exc()
        return FOUND_WRONG
    return DONE
