"""The Asterisk of `make asterisk`: fetched by an apt that cannot install, started where it was unpacked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from firmware.cli.bench_sip import asterisk
from provisioning.asterisk import packages, words
from provisioning.pjsua2 import archive
from provisioning.pjsua2.errors import BuildError

LIBRARIES = "usr/lib/any-linux-gnu"


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An apt that knows one mirror with two packages, and writes down what it is asked."""
    tool(
        tmp_path,
        "apt-get",
        f'echo "$*" >> {tmp_path}/asked\n'
        f'case "$*" in *indextargets*) echo "{archive._codename()}|copy://m/|/ring.gpg";; '
        '*--simulate*) echo "Inst asterisk (22 x)"; echo "Inst libc6 (2 x)"; echo "Conf libc6 (2 x)";; '
        "*download*) touch one.deb two.deb;; esac",
    )
    tool(
        tmp_path,
        "dpkg-deb",
        f'mkdir -p "$3/{LIBRARIES}" "$3/usr/sbin" "$3/usr/share/asterisk" "$3/usr/bin"\n'
        f'printf \'#!/bin/sh\\nshift 2; exec sh "$@"\\n\' > "$3/{LIBRARIES}/ld-linux-any.so.2"\n'
        'echo \'echo Asterisk 22 "$1" $$\' > "$3/usr/sbin/asterisk"\ntouch "$3/usr/bin/su"\n'
        f'chmod 755 "$3/{LIBRARIES}/ld-linux-any.so.2"; chmod 4755 "$3/usr/bin/su"',
    )
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def test_it_is_fetched_once_and_only_what_is_needed_stays(mirror: Path) -> None:
    folder = mirror / "at hand"
    assert packages.ensure(folder, "en").startswith("Asterisk 22 -V")
    assert sorted(one.name for one in (folder / "root/usr").iterdir()) == ["lib", "sbin", "share"]
    assert sorted(one.name for one in folder.iterdir()) == ["asterisk", "root"]
    tool(mirror, "apt-get", "exit 9")
    assert packages.ensure(folder, "en").startswith("Asterisk 22 -V")


def test_apt_is_asked_for_nothing_that_installs(mirror: Path) -> None:
    packages.ensure(mirror / "new", "zh")
    asked = [line for line in (mirror / "asked").read_text().splitlines() if "indextargets" not in line]
    assert len(asked) == 3
    assert all("Dir::Bin::dpkg=/bin/false" in line for line in asked)
    assert [line for line in asked if " install" in line] == [line for line in asked if "--simulate" in line]
    assert asked[-1].endswith(" download asterisk libc6")


def test_it_stays_one_process_under_its_own_number(mirror: Path) -> None:
    folder = mirror / "new"
    packages.ensure(folder, "en")
    started = subprocess.Popen([folder / "asterisk", "x"], stdout=subprocess.PIPE, text=True)
    said, _ = started.communicate()
    assert said.split() == ["Asterisk", "22", "x", str(started.pid)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_packages_without_a_program_are_told(mirror: Path, language: str) -> None:
    tool(mirror, "dpkg-deb", f'mkdir -p "$3/{LIBRARIES}"')
    missing = words.INCOMPLETE[language].format(what=packages.SERVER)
    with pytest.raises(BuildError, match=missing):
        packages.ensure(mirror / "new", language)
    assert not (mirror / "new").exists()


def test_the_machines_own_comes_first(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = mirror / "build/asterisk"
    monkeypatch.setattr(asterisk, "FETCHED", fetched)
    monkeypatch.setenv("PATH", str(mirror))
    assert asterisk.installed() is None
    modules = fetched / "root" / LIBRARIES / "asterisk/modules"
    modules.mkdir(parents=True)
    tool(fetched, "asterisk", "")
    assert asterisk.installed() == str(fetched / "asterisk")
    assert f"astmoddir => {modules}\n" in asterisk.files(mirror, 5060, [], True)["asterisk.conf"]
    tool(mirror, "asterisk", "")
    assert asterisk.installed() == str(mirror / "asterisk")
    assert "astmoddir" not in asterisk.files(mirror, 5060, [], True)["asterisk.conf"]
