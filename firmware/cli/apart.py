"""Work of a moment done by a child of ours: what it imports and reads is not kept for as long as we run."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from io import FileIO

from firmware.cli.main import DONE, FOUND_WRONG, MISUSED, CommandError


def apart(work: Callable[[], object]) -> None:
    """Returns when `work` did. To be called before the process has threads.

    Raises CommandError where it did; ChildProcessError where it ended otherwise, which it said on the standard error
    output.
    """
    sys.stdout.flush()
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os._exit(_code(work, tell))
    os.close(tell)
    with FileIO(told) as end:
        said = end.readall() or b""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == MISUSED:
        raise CommandError(said.decode())
    if code != DONE:
        raise ChildProcessError(f"a child of ours ended with {code}")


def _code(work: Callable[[], object], tell: int) -> int:
    try:
        work()
    except CommandError as error:
        with FileIO(tell, "w") as end:
            end.write(str(error).encode())
        return MISUSED
    except KeyboardInterrupt:  # our parent's, too
        return FOUND_WRONG
    except Exception:  # noqa: BLE001 - told here, where it happened
        traceback.print_exc()
        return FOUND_WRONG
    finally:
        sys.stdout.flush()
    return DONE
