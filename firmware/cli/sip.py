"""`tipring sip password|phones`: what telephones log in with, and which of them are registered."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from pathlib import Path

import msgspec

from firmware.cli import period
from firmware.cli.box_now import box_now_us
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.tables import text_table
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held
from firmware.sip.addresses import host_text
from firmware.sip.bindings import Contact
from firmware.sip.bindings_file import NAME, read
from firmware.sip.credentials import (
    FOLDER,
    NUMBER,
    SHORTEST,
    WeakPassword,
    check_password,
    keep,
    make_secret,
    new_password,
)
from firmware.sip.digest import realm_of

WORDS = {
    "en": {
        "number": "{number!r} is no extension's number: digits, at most 20",
        "no-configuration": "{data} has no configuration: the password belongs to the box it names, so first "
        "`tipring config apply FILE.toml`",
        "weak": "this password would be guessed: at least {shortest} characters, not only digits, without the number",
        "no-phone": "no telephone with number {number} is on a SIP card yet; the password waits for it",
        "made": "user {number}, password {password}\nIt is shown once. A box that runs takes it within a second.",
        "set": "the password of {number} is set. A box that runs takes it within a second.",
        "asleep": "SIP does not run: `tipring doctor` says why",
        "none": "no telephone is registered",
    },
    "zh": {
        "number": "{number!r} 不是分机号：应为数字，最多 20 位",
        "no-configuration": "{data} 没有配置：密码属于配置中命名的设备，请先运行 `tipring config apply FILE.toml`",
        "weak": "此密码容易被猜出：至少 {shortest} 个字符，不能全是数字，不能含有号码",
        "no-phone": "SIP 卡上还没有号码为 {number} 的话机；密码先保留",
        "made": "用户 {number}，密码 {password}\n密码只显示一次。运行中的设备在一秒内生效。",
        "set": "{number} 的密码已设置。运行中的设备在一秒内生效。",
        "asleep": "SIP 未运行：`tipring doctor` 会说明原因",
        "none": "没有已注册的话机",
    },
}
SHOWN = {
    "number": ("number", "号码"),
    "address": ("address", "地址"),
    "transport": ("over", "传输"),
    "expires_s": ("expires in s", "剩余秒数"),
    "state": ("state", "状态"),
    "user_agent": ("telephone", "话机"),
}
STATES = {"registered": "已注册", "behind NAT": "在 NAT 之后"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "sip",
        help="passwords of SIP telephones, and which are registered",
        epilog="Example: tipring sip password 201",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    password = names.add_parser(
        "password",
        help="make a telephone's password, or take one",
        description="The box keeps hashes of it in secrets/sip. A former password ends; calls that stand go on.",
        epilog="Example: tipring sip password 201",
    )
    password.add_argument("number", metavar="NUMBER", help="the extension: also the telephone's user name")
    password.add_argument(
        "--set",
        dest="given",
        metavar="PW",
        help="this one; - reads it from standard input (made where left out)",
    )
    password.set_defaults(run=_password)
    phones = names.add_parser(
        "phones",
        help="telephones that are registered now",
        description="Exit code 1: SIP does not run.",
        epilog="Example: tipring sip phones --json",
    )
    phones.set_defaults(run=_phones)
    for each in (password, phones):
        _options(each)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    period.add_language(parser)


def set_password(places: Places, config: Config, number: str, password: str) -> None:
    """Raises OSError."""
    keep(places.secrets / FOLDER, make_secret(number, realm_of(config.site.box), password))


def _password(arguments: argparse.Namespace) -> int:
    words, number = WORDS[arguments.language], arguments.number
    if not NUMBER.fullmatch(number):
        raise CommandError(words["number"].format(number=number))
    places = Places(arguments.data.resolve())
    config = _configuration(places, words)
    given = sys.stdin.readline().rstrip("\n") if arguments.given == "-" else arguments.given
    password = new_password() if given is None else given
    try:
        if given is not None:
            check_password(number, given)
        set_password(places, config, number, password)
    except WeakPassword:
        raise CommandError(words["weak"].format(shortest=SHORTEST)) from None
    except OSError as error:
        raise CommandError(str(error)) from error
    told = {
        "user": number,
        "realm": realm_of(config.site.box),
        "password": password if given is None else None,
    }
    if arguments.json:
        print(json.dumps(told))
        return DONE
    print(words["made" if given is None else "set"].format(number=number, password=password))
    if not _is_on_sip(config, number):
        print(words["no-phone"].format(number=number))
    return DONE


def _configuration(places: Places, words: dict[str, str]) -> Config:
    try:
        found = newest(places.config_db)
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise CommandError(f"{places.config_db}: {error}") from error
    if found is None:
        raise CommandError(words["no-configuration"].format(data=places.root))
    return found.config


def _is_on_sip(config: Config, number: str) -> bool:
    cards = {card.name for card in config.cards if card.kind == "sip"}
    return any(one.number == number and one.card in cards for one in config.extensions)


def _phones(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    words, now_us, kept = WORDS[arguments.language], box_now_us(places), read(places.run / NAME)
    if now_us is None or not role_is_held(places.run, "sip"):
        print(json.dumps({"running": False, "phones": []}) if arguments.json else words["asleep"])
        return FOUND_WRONG
    alive = [one for one in kept.contacts if one.expires_us > now_us] if kept else []
    rows = [_row(one, now_us) for one in sorted(alive, key=lambda one: (one.number, one.registered_us))]
    if arguments.json:
        print(json.dumps({"running": True, "phones": rows}, ensure_ascii=False))
    else:
        print(_table(rows, arguments.language) if rows else words["none"])
    return DONE


def _row(one: Contact, now_us: int) -> dict[str, object]:
    return {
        "number": one.number,
        "address": f"{host_text(one.address)}:{one.port}",
        "transport": one.transport,
        "expires_s": (one.expires_us - now_us) // 1_000_000,
        "state": "behind NAT" if one.is_natted else "registered",
        "user_agent": one.user_agent,
    }


def _table(rows: list[dict[str, object]], language: str) -> str:
    chinese = language == "zh"
    cells = [
        [STATES[str(row[key])] if chinese and key == "state" else row[key] for key in SHOWN] for row in rows
    ]
    return text_table([heading[chinese] for heading in SHOWN.values()], cells)
