"""`tipring gate token`: who may come in at the gate."""

from __future__ import annotations

import argparse
import json
import secrets
from pathlib import Path

from firmware.cli.main import DONE, MISUSED
from firmware.config.export import as_toml
from firmware.config.forms import FORMS
from firmware.config.schema import Config, Gate, GateToken
from firmware.gate.runner import SECRET
from firmware.gate.tokens import SALT_BYTES, kept, secret_of
from firmware.protocol.box_secret import box_secret
from firmware.protocol.places import Places

RIGHTS = ("read", "originate", "queue")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "gate",
        help="tokens of programs that speak the Asterisk Manager Interface",
        epilog="Example: tipring gate token wallboard --right read",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    token = names.add_parser(
        "token",
        help="make a secret for a program and the lines of configuration for it",
        description="Nothing is changed: put the printed lines into the configuration and apply it.",
        epilog="Example: tipring gate token wallboard --right read --right queue",
    )
    token.add_argument("program", metavar="NAME", help="the program's Username")
    token.add_argument(
        "--right", action="append", choices=RIGHTS, dest="rights", help="what it may do; read where left out"
    )
    token.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    token.add_argument("--json", action="store_true", help="one JSON document")
    token.set_defaults(run=_token)


def make_token(places: Places, name: str, rights: tuple[str, ...], salt: str) -> tuple[GateToken, str]:
    """The token for the configuration and the secret for the program. Raises OSError, ValueError."""
    secret = secret_of(box_secret(places.secrets, SECRET), name, salt)
    return GateToken(name=name, secret=kept(name, salt, secret), rights=rights), secret


def _token(arguments: argparse.Namespace) -> int:
    if not FORMS["name"].fits(arguments.program):
        print("tipring: a name begins with a letter or digit; then letters, digits, dot, dash, underscore")
        return MISUSED
    rights = tuple(dict.fromkeys(arguments.rights or ("read",)))
    salt = secrets.token_hex(SALT_BYTES)
    token, secret = make_token(Places(arguments.data.resolve()), arguments.program, rights, salt)
    if arguments.json:
        print(json.dumps({"username": token.name, "secret": secret, "hash": token.secret, "rights": rights}))
        return DONE
    lines = as_toml(Config(gate=Gate(enabled=True, tokens=(token,))))
    print(
        f"# Username {token.name}, Secret {secret}\n# The secret is shown once; the configuration holds its hash."
    )
    print(lines, end="")
    return DONE
