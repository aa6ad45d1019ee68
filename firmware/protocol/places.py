"""Where things are in a box's data directory. One name for each place, so that the processes agree."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from firmware.store.disk import Disk

MEMORY = "/dev/shm"  # noqa: S108 - the kernel's shared memory; the directory below it is private
MEMORY_VARIABLE = "TIPRING_MEMORY"
"""Environment: another directory in memory (systemd's RuntimeDirectory, a test's own)."""


def run_directory(root: Path) -> Path:
    """Of a data directory: in memory, so that neither rings nor sockets ever wait for a disk."""
    memory = Path(os.environ.get(MEMORY_VARIABLE, MEMORY))
    if not memory.is_dir():
        return root / "run"
    name = hashlib.blake2b(str(root.resolve()).encode(), digest_size=6).hexdigest()
    return memory / f"tipring-{os.getuid()}-{name}"


class Places:
    """Paths below `root`; makes nothing by itself but what `make` says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run = run_directory(root)
        """Sockets, locks, rings, status files: worthless after a reboot."""
        self.journal = root / "journal"
        self.snapshots = root / "snapshots"
        self.reels = root / "reels"
        self.recordings = root / "recordings"
        self.history_db = root / "history.db"
        self.config_db = root / "config.db"
        self.business_db = root / "business.db"
        """The business's contacts (`firmware.business`)."""
        self.prompts = root / "prompts"
        """The admin's own prompts; the built-in ones are in `build/prompts`."""
        self.spoken = root / "spoken"
        """The admin's texts as sounds; worth nothing but the time of speaking them again."""
        self.sounds = self.run / "prompts.json"
        """What each prompt of the configuration in force sounds like (`firmware.prompts.watch`)."""
        self.secrets = root / "secrets"
        """Keys of this box (`firmware.protocol.box_secret`)."""
        self.log = self.run / "log"
        """What the processes say: in memory, so that nobody waits for a disk to say it."""
        self.switch_socket = self.run / "switch.sock"
        self.engine_socket = self.run / "engine.sock"
        """Orders to the engine (`firmware.protocol.order_client`)."""
        self.handover = self.run / "engine.handover"
        """The state of an engine that gives way to a new version."""
        self.world_socket = self.run / "world.sock"
        self.wire = self.run / "wire"
        self.plan = self.run / "box.json"
        self.supervisor_conf = self.run / "supervisord.conf"

    def make(self) -> None:
        """All directories, private to this user; their names outlast a power cut."""
        disk = Disk()
        for place in (
            self.root,
            self.run,
            self.journal,
            self.snapshots,
            self.reels,
            self.recordings,
            self.log,
        ):
            disk.make_directory(place)
        for place in (self.root.parent, self.root):
            disk.sync_directory(place)  # a process may have died after it made what is there

    def status(self, role: str) -> Path:
        return self.run / f"{role}.status.json"

    def beat(self, role: str) -> Path:
        return self.run / f"{role}.beat"
