#!/bin/sh
# Everything a fresh Debian 12 or 13 needs to run and test the box from this tree. Idempotent; quick the second time.
set -eu
cd "$(dirname "$0")/.."

PACKAGES="gcc make pkg-config python3-venv python3-dev libspandsp-dev libspeexdsp-dev libasound2-dev libsndfile1 \
espeak-ng sox faketime g++ bzip2 xz-utils swig uuid-dev libssl-dev libsrtp2-dev libspeex-dev libgsm1-dev \
libsamplerate0-dev libopus-dev sip-tester sipvicious baresip-core chromium fonts-wqy-microhei"
STAMP=build/setup.stamp
SOURCES="setup.py pyproject.toml provisioning/setup.sh $(find provisioning/pjsua2 -type f ! -path '*__pycache__*' | sort) \
$(find drivers/dsp drivers/sip firmware/switch firmware/cli/bench_sip -name '*.c' -o -name '*.h' -o -name 'build_*.py' | sort) \
firmware/prompts/builtin.toml"

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }

missing() {
    for package in $PACKAGES; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s ' "$package"
    done
}

fingerprint() { cat $SOURCES 2>/dev/null | sha256sum; pwd; echo "${TIPRING_PJPROJECT_SOURCE:-} ${TIPRING_WITHOUT_SIP:-}"; }

need=$(missing)
if [ -n "$need" ]; then
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null || ! command -v apt-get >/dev/null; then
        echo "These Debian packages are missing and this user may not install them: $need" >&2
        echo "Ask an administrator to run:  apt-get install $need" >&2
        exit 1
    fi
    as_root=""; [ "$(id -u)" = 0 ] || as_root="sudo"
    say "1/5 installing Debian packages: $need"
    $as_root apt-get update -q
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $need
fi
if [ -x .venv/bin/tipring ] && [ -f "$STAMP" ] && [ "$(fingerprint)" = "$(cat "$STAMP")" ]; then
    exit 0
fi

python=$(for p in /usr/bin/python3 python3; do
    "$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$p" && break
done) || { echo "Python 3.11 or newer with venv is needed (Debian 12: python3, python3-venv)." >&2; exit 1; }
say "2/5 Python environment in .venv"
[ -x .venv/bin/python ] || "$python" -m venv .venv
if [ -z "${TIPRING_WITHOUT_SIP:-}" ]; then
    say "3/5 SIP: pjproject with a switchboard's limits"
    # Quiet where the machine has it already. Offline and without a cache it says what to do; a box of lines alone
    # is set up with TIPRING_WITHOUT_SIP=1.
    wheel=$(.venv/bin/python -m provisioning.pjsua2)
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall "$wheel"
    TIPRING_PJPROJECT=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')/pjproject
    export TIPRING_PJPROJECT
fi
say "4/5 installing Python packages and building the signal-processing modules"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --progress-bar on -e '.[dev]' 
say "5/5 rendering the prompts (Mandarin and English)"
.venv/bin/python -m firmware.prompts.render build/prompts
mkdir -p build
fingerprint > "$STAMP"
say "ready"
