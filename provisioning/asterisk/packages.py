"""Debian's packages of Asterisk and of all it needs, down to the C library, unpacked into one folder.

Debian 12 has no Asterisk, and unstable's wants newer libraries than the machine has. So nothing of it is installed:
apt resolves against an empty system with a state of its own, checks every package by its signed lists, and the
program is started through its own loader. The machine's packages, sources, lists and locks stay as they are.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from provisioning.asterisk import words
from provisioning.pjsua2.archive import PACKAGE, SUITE, mirrors, own_state
from provisioning.pjsua2.commands import run, say
from provisioning.pjsua2.errors import BuildError

ROOT, PROGRAM, APT, PART = "root", "asterisk", "apt", ".part"
NEEDED = re.compile(r"^Inst (\S+) ", re.MULTILINE)
LOADER = "usr/lib/*/ld-linux*.so.?"
SERVER, DATA = "usr/sbin/asterisk", "usr/share/asterisk"


def version(folder: Path) -> str:
    """Of the program in `folder`, as it says; empty: there is none that runs."""
    try:
        return run([str(folder / PROGRAM), "-V"]).strip() if (folder / PROGRAM).is_file() else ""
    except (BuildError, OSError):
        return ""


def ensure(folder: Path, language: str) -> str:
    """The version in `folder`; fetched where none runs there. Raises BuildError."""
    return version(folder) or _fetched(folder, language)


def _fetched(folder: Path, language: str) -> str:
    found = mirrors()
    if not found:
        raise BuildError(words.NO_MIRROR[language])
    why = ""
    for uri, keyring in found:
        try:
            return _from_mirror(folder, uri, keyring, language)
        except BuildError as error:
            why = str(error)
    raise BuildError(words.REFUSED[language].format(why=why))


def _from_mirror(folder: Path, uri: str, keyring: str, language: str) -> str:
    """Whole or not at all: the folder gets its name last."""
    part = folder.with_name(folder.name + PART)
    shutil.rmtree(part, ignore_errors=True)
    packages = _packages(part / APT, uri, keyring, language)
    say(words.UNPACKING[language].format(count=len(packages), folder=folder))
    for package in packages:
        run(["dpkg-deb", "-x", str(package), str(part / APT / ROOT)])
    keep_needed(part / APT / ROOT, part / ROOT, language)
    shutil.rmtree(part / APT)
    shutil.rmtree(folder, ignore_errors=True)
    write_starter(part, folder)
    part.rename(folder)
    return run([str(folder / PROGRAM), "-V"]).strip()


def _packages(state: Path, uri: str, keyring: str, language: str) -> list[Path]:
    options = own_state(state, "deb", uri, keyring)
    say(words.ASKING[language].format(uri=uri, suite=SUITE))
    run(["apt-get", *options, "update"])
    say(words.FETCHING[language])
    # `install` only as a rehearsal: what fetches is `download`, which cannot install.
    told = run(["apt-get", *options, "--simulate", "--no-install-recommends", "install", PACKAGE])
    into = state / "packages"
    into.mkdir()
    run(["apt-get", *options, "download", *NEEDED.findall(told)], folder=into)
    return sorted(into.glob("*.deb"))


def keep_needed(unpacked: Path, root: Path, language: str) -> None:
    """Server, data, and the folder of loader, libraries and modules; no tool of the packages, set-uid or other, stays.

    Raises BuildError where one is missing.
    """
    loaders = sorted(unpacked.glob(LOADER))
    libraries = [str(one.parent.relative_to(unpacked)) for one in loaders] or [LOADER]
    for what in (SERVER, DATA, libraries[0]):
        if not (unpacked / what).exists():
            raise BuildError(words.INCOMPLETE[language].format(what=what))
        (root / what).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / what).rename(root / what)


def write_starter(part: Path, folder: Path) -> None:
    """The program of `part`, as it will stand in `folder`: it stays one process, under its own number."""
    (found,) = (part / ROOT).glob(LOADER)
    loader, server = (folder.absolute() / one for one in (found.relative_to(part), Path(ROOT) / SERVER))
    argv = [str(loader), "--library-path", str(loader.parent), str(server)]
    starter = part / PROGRAM
    starter.write_text(f'#!/bin/sh\nexec {shlex.join(argv)} "$@"\n')
    starter.chmod(0o755)
