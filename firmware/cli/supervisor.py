"""supervisord as this box uses it: its configuration, how it is started, how one asks whether it lives."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import xmlrpc.client
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from firmware.cli.role_table import Role
from firmware.protocol.places import Places

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"

# startsecs=0: supervisord never calls a death too quick and never gives up (its own back-off only knows
# growing waits and FATAL); how long to wait is ours (firmware/cli/backoff.py).
_PROGRAM = """
[program:{role.name}]
command=%(ENV_TIPRING_PYTHON)s -m firmware.cli.main role {role.name} --data %(ENV_TIPRING_DATA)s
priority={role.priority}
autorestart=true
startsecs=0
startretries=1000000
stopwaitsecs={role.stop_s}
redirect_stderr=true
stdout_logfile=%(ENV_TIPRING_RUN)s/log/{role.name}.log
stdout_logfile_maxbytes=0
"""


def configuration(roles: Sequence[Role]) -> str:
    """The text of supervisord.conf."""
    head = (SYSTEMD / "supervisord.conf").read_text("utf-8")
    return head + "".join(_PROGRAM.format(role=role) for role in roles)


def start(places: Places) -> subprocess.Popen[bytes]:
    """`tipring role supervisord`, in a session of its own: Ctrl-C reaches us alone, the tree is stopped in order."""
    environment = os.environ | {
        "TIPRING_DATA": str(places.root),
        "TIPRING_RUN": str(places.run),
        "TIPRING_PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",
        # One busy thread a process: NumPy's own would break the tick.
        "OPENBLAS_NUM_THREADS": "1",
    }
    argv = [sys.executable, "-m", "firmware.cli.main", "role", "supervisord", "--data", str(places.root)]
    with (places.log / "supervisord.out").open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            argv, env=environment, start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


class SupervisorLink:
    """One question at a time over supervisord's socket, never waiting for the answer.

    Any question also wakes supervisord, which else looks at its children once a second.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._link: socket.socket | None = None

    @property
    def asked(self) -> bool:
        """A question has no answer yet."""
        return self._link is not None

    def ask(self) -> None:
        """Ask again, forgetting a former question. An answer that cannot be asked for stays out."""
        self.close()
        body = xmlrpc.client.dumps((), "supervisor.getPID").encode()
        head = f"POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.setblocking(False)
        self._link = link
        with suppress(OSError):
            link.connect(str(self._path))
            link.send(head.encode() + body)

    def answered(self) -> bool:
        """True once for each answer. Anything that is not 200 is none."""
        if self._link is None:
            return False
        try:
            data = self._link.recv(4096)
        except OSError:
            return False
        if not data.startswith(b"HTTP/1.0 200"):
            return False
        self.close()
        return True

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None
