"""`python -m provisioning.asterisk`: makes sure an Asterisk is in build/asterisk; quick the second time."""

from __future__ import annotations

import sys

from firmware.cli.bench_sip.asterisk import FETCHED
from firmware.cli.period import system_language
from provisioning.asterisk import packages, words
from provisioning.pjsua2.commands import say
from provisioning.pjsua2.errors import BuildError


def main() -> int:
    language = system_language()
    FETCHED.parent.mkdir(parents=True, exist_ok=True)
    try:
        version = packages.ensure(FETCHED, language)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say(words.READY[language].format(version=version))
    return 0


if __name__ == "__main__":
    sys.exit(main())
