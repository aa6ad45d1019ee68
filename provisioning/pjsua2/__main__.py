"""`python -m provisioning.pjsua2`: makes sure the wheel is in build/wheels, prints its path; quick the second time."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioning.pjsua2 import build, source, wheel
from provisioning.pjsua2.commands import say
from provisioning.pjsua2.errors import BuildError

HERE = Path(__file__).parent
WHEELS = Path("build/wheels")
RECIPE = ("config_site.h", "hooks.c", "build.py", "wheel.py")
LIMIT = re.compile(r"^#define (\w+) (\d+)\b", re.MULTILINE)


def cache() -> Path:
    """Per machine and user, outside every tree: a fresh clone need not compile again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tipring"


def recipe() -> str:
    """A digest of everything the result depends on but the source: how, for which Python, on which Debian."""
    parts = [(HERE / name).read_bytes() for name in RECIPE]
    settings = [os.environ.get(name, "") for name in (source.SOURCE_SETTING, source.DIGEST_SETTING)]
    machine = [wheel.tag(), Path("/etc/os-release").read_text(), *settings]
    return hashlib.sha256(b"\0".join([*parts, *(word.encode() for word in machine)])).hexdigest()[:16]


def ensure(home: Path) -> Path:
    """The wheel in the machine's cache, built where it is not there yet. Raises BuildError."""
    kept = home / "wheels" / recipe()
    found = sorted(kept.glob("*.whl"))
    return found[0] if found else _make(home, kept)


def _make(home: Path, kept: Path) -> Path:
    found = source.find(home / "source")
    with tempfile.TemporaryDirectory(prefix="tipring-pjproject-") as scratch:
        tree, version = source.unpack(found, Path(scratch) / "source")
        say(f"building pjproject {version} (about four minutes on two cores, once a machine)")
        build.configure(tree)
        content = Path(scratch) / "content"
        build.compile_all(tree, content)
        manifest = _manifest(found, version, tree)
        (content / "pjproject" / "manifest.json").write_text(manifest)
        made = wheel.pack(content, f"{version}+tipring1", Path(scratch))
        return _keep(made, manifest, kept)


def _manifest(found: source.Source, version: str, tree: Path) -> str:
    limits = {name: int(value) for name, value in LIMIT.findall((HERE / "config_site.h").read_text())}
    told = {
        "version": version,
        "source": found.path.name,
        "source_sha256": found.sha256,
        "trust": found.trust,
        "recipe": recipe(),
        "limits": limits,
        "definitions": build.definitions(tree),
        "libraries": build.system_libraries(tree),
    }
    return json.dumps(told, indent=2) + "\n"


def _keep(made: Path, manifest: str, kept: Path) -> Path:
    """Whole or not at all: the folder gets its name last."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as part:
        folder = Path(part) / "whole"
        folder.mkdir()
        shutil.copy(made, folder)
        (folder / "manifest.json").write_text(manifest)
        shutil.rmtree(kept, ignore_errors=True)
        folder.rename(kept)
    return kept / made.name


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two set-ups on one machine build once."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    try:
        with _alone(cache()):
            built = ensure(cache())
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    WHEELS.mkdir(parents=True, exist_ok=True)
    for path in (built, built.with_name("manifest.json")):
        shutil.copy(path, WHEELS)
    sys.stdout.write(f"{WHEELS / built.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
