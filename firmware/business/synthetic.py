"""Made-up contacts in any number, the same ones for the same seed: what searches and look-ups are measured with."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.index import renumber
from firmware.business.numbers import Number, NumberRules
from firmware.business.store import writing

A_TRANSACTION = 20_000
BEGAN_AT = 1_790_000_000_000_000
"""Unix µs of the first one."""
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚"
)
_GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰涛明超霞平刚桂英华玉兰红梅建国志文辉玲鑫宇浩然子轩欣怡梓涵雨泽晨曦思源"
_FIRST = (
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Eva",
    "Frank",
    "Grace",
    "Hugo",
    "Ivy",
    "Jonas",
    "Kim",
    "Laura",
    "Max",
    "Nora",
)
_LAST = (
    "Smith",
    "Müller",
    "García",
    "Rossi",
    "Novák",
    "Jensen",
    "O'Neill",
    "Kowalski",
    "Dubois",
    "Tanaka",
    "Silva",
)
_TRADES = (
    "机械",
    "电子",
    "贸易",
    "物流",
    "食品",
    "医药",
    "装饰",
    "软件",
    "Trading",
    "Logistics",
    "Foods",
    "Systems",
)
_PLACES = ("北京", "上海", "苏州", "东莞", "宁波", "青岛", "Harbour", "Northern", "Jade", "Golden")
_AREAS = ("10", "21", "20", "755", "512", "574", "532")
_TAGS = ("老客户", "代理", "催款", "newsletter", "priority", "export")


def fill(db: sqlite3.Connection, rules: NumberRules, count: int, seed: int = 1) -> None:
    """Adds so many contacts. Raises sqlite3.Error."""
    chance = random.Random(seed)  # noqa: S311 - the same contacts each time is what is wanted
    contacts = Contacts(db, rules, lambda: f"{chance.getrandbits(128):032x}")
    made = drafts(count, seed)
    for begin in range(0, count, A_TRANSACTION):
        with writing(db):
            renumber(db, rules)
            for at in range(begin, min(begin + A_TRANSACTION, count)):
                contacts.put_new(next(made), "bench", BEGAN_AT + at * 1_000_000)


def drafts(count: int, seed: int = 1) -> Iterator[Draft]:
    """The i-th has mobile number `mobile_of(i)`; every other one has a second number."""
    chance = random.Random(seed)  # noqa: S311
    for at in range(count):
        numbers = (Number(mobile_of(at), "mobile"), Number(_fixed(chance), "work"))
        yield Draft(
            name=_name(chance),
            company=_company(chance) if chance.random() < 0.6 else "",
            language="en" if chance.random() < 0.2 else "zh",
            vip=chance.random() < 0.02,
            value=chance.randrange(101),
            tags=tuple(chance.sample(_TAGS, chance.randrange(3))),
            numbers=numbers[: 1 + chance.randrange(2)],
        )


def mobile_of(place: int) -> str:
    """A Chinese mobile number; no two places below 10**8 have the same."""
    return f"138{(place * 7_654_321 + 1234) % 10**8:08d}"


def _fixed(chance: random.Random) -> str:
    return f"0{chance.choice(_AREAS)}-{chance.randrange(2, 9)}{chance.randrange(10**7):07d}"


def _name(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    return chance.choice(_FAMILY) + "".join(chance.choices(_GIVEN, k=chance.randrange(1, 3)))


def _company(chance: random.Random) -> str:
    place, trade = chance.choice(_PLACES), chance.choice(_TRADES)
    return (
        f"{place}{trade}有限公司" if not place.isascii() and not trade.isascii() else f"{place} {trade} Co."
    )
