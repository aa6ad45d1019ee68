"""Flows and prompts of a proposal: greeting, choice of language, menu, and what is heard when it is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from firmware.config.schema import Flow, Node, Prompt
from firmware.interview.answers import Department
from firmware.interview.house import OWN, House, own_id
from firmware.interview.numbers import MENU
from firmware.interview.queues import WAITING, own_prompt

GREETING, CHOICE, CLOSED = f"{OWN}-greeting", f"{OWN}-choice", f"{OWN}-closed"
MENU_FLOW, CLOSED_FLOW = f"{OWN}-menu", f"{OWN}-closed"
DIGITS = {
    "zh": dict(zip("123456789", "一二三四五六七八九", strict=True)),
    "en": dict(
        zip(
            "123456789",
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            strict=True,
        )
    ),
}
LANGUAGE_KEYS = {"zh": "1", "en": "2"}
"""As the built-in prompt `language-menu` says them."""
LANGUAGE_MENU = "language-menu"


def menu_keys(departments: Sequence[Department]) -> dict[str, int]:
    """Digit to the department's place: as wished, else the next one free."""
    taken = {one.key for one in departments if one.key}
    free = iter([digit for digit in "123456789" if digit not in taken])
    keys = {one.key or next(free): at for at, one in enumerate(departments)}
    return dict(sorted(keys.items()))


def flow_id(house: House, wanted: str) -> str:
    return own_id(wanted, (one.id for one in house.config.flows))


def flows(house: House, voicemail: str) -> Iterator[Flow]:
    """Those that are there, then new ones; a flow of the interview is written anew as a whole."""
    mine = {one.id: one for one in _mine(house, voicemail)}
    for there in house.config.flows:
        yield mine.pop(there.id, there)
    yield from mine.values()


def _mine(house: House, voicemail: str) -> Iterator[Flow]:
    everything = list(range(len(house.answers.departments)))
    yield _flow(house, MENU_FLOW, tuple(_welcome(house, everything)), number=True)
    yield _flow(house, CLOSED_FLOW, tuple(_closed(house, voicemail)))
    for name in direct(house):
        at = list(house.queues).index(name)
        yield _flow(house, f"{OWN}-{name}", tuple(_welcome(house, [at])))


def direct(house: House) -> list[str]:
    """Queues with a line of their own."""
    names = [one.name for one in house.answers.departments]
    wanted = {one.department for one in house.answers.channels if one.department}
    return [queue for queue, name in zip(house.queues, names, strict=True) if name in wanted]


def _flow(house: House, wanted: str, nodes: tuple[Node, ...], number: bool = False) -> Flow:
    name = flow_id(house, wanted)
    there = next((one for one in house.config.flows if one.id == name), None)
    kept = there.number if there is not None else ""
    return Flow(
        id=name,
        start=nodes[0].id,
        nodes=nodes,
        number=kept or (house.numbers.take(MENU) if number else ""),
    )


def _welcome(house: House, places: list[int]) -> Iterator[Node]:
    """Greeting, language, menu (where there is a choice), queue."""
    goal = "menu" if len(places) > 1 else f"queue-{places[0] + 1}"
    several = house.speaks_several
    yield from _greeting(house, "language" if several else goal)
    if several:
        yield from _language_choice(house, goal)
    keys = menu_keys(house.answers.departments)
    if len(places) > 1:
        yield Node(
            id="menu",
            kind="menu",
            prompt=own_prompt(house, CHOICE),
            keys={key: f"queue-{at + 1}" for key, at in keys.items()},
            retries=1,
            otherwise=f"queue-{next(iter(keys.values())) + 1}",
        )
    names = list(house.queues)
    for at in places:
        yield Node(id=f"queue-{at + 1}", kind="queue", queue=names[at])


def _greeting(house: House, then: str) -> Iterator[Node]:
    """In the one language callers have, where it is not the house's."""
    only = house.answers.languages[0]
    if not house.speaks_several and only != house.language:
        yield Node(id="speak", kind="language", language=only, next="greeting")
    yield Node(id="greeting", kind="play", prompt=own_prompt(house, GREETING), next=then)


def _language_choice(house: House, then: str) -> Iterator[Node]:
    """The other language is offered first, in its own words; who keys nothing hears the house's."""
    first = house.language
    other = "en" if first == "zh" else "zh"
    yield Node(id="language", kind="language", language=other, next="offer")
    yield Node(id="offer", kind="play", prompt=LANGUAGE_MENU, next="back")
    yield Node(id="back", kind="language", language=first, next="choose")
    yield Node(
        id="choose",
        kind="menu",
        prompt=LANGUAGE_MENU,
        keys={
            LANGUAGE_KEYS[one]: f"speak-{one}"
            for one in sorted((first, other), key=LANGUAGE_KEYS.__getitem__)
        },
        timeout_s=3.0,
        retries=0,
        otherwise=f"speak-{first}",
    )
    for one in (first, other):
        yield Node(id=f"speak-{one}", kind="language", language=one, next=then)


def _closed(house: House, voicemail: str) -> Iterator[Node]:
    """Said in each of the callers' languages; then a message, or the end."""
    languages = house.answers.languages
    last = "message" if voicemail else "end"
    for place, one in enumerate(languages):
        then = f"speak-{languages[place + 1]}" if place + 1 < len(languages) else last
        yield Node(id=f"speak-{one}", kind="language", language=one, next=f"closed-{one}")
        yield Node(id=f"closed-{one}", kind="play", prompt=own_prompt(house, CLOSED), next=then)
    if voicemail:
        yield Node(id=last, kind="voicemail", mailbox=voicemail.partition(":")[2])
    else:
        yield Node(id=last, kind="hang-up", prompt="goodbye")


# -- words ------------------------------------------------------------------------------------------


def prompts(house: House) -> Iterator[Prompt]:
    """A WAV somebody recorded instead stays in its place."""
    name = house.answers.site.name
    wishes = house.answers.wishes
    mine = [
        (
            GREETING,
            wishes.greeting_zh or f"您好，这里是{name}。",
            wishes.greeting_en or f"Welcome to {name}.",
        ),
        (CLOSED, f"这里是{name}，现在不是营业时间。", f"This is {name}. We are closed now."),
        (WAITING, "如需留言请按零。", "To leave a message, press zero."),
    ]
    if len(house.answers.departments) > 1:
        mine.append((CHOICE, _menu_words(house, "zh"), _menu_words(house, "en")))
    texts = {own_prompt(house, one): (zh, en) for one, zh, en in mine}
    for there in house.config.prompts:
        zh, en = texts.pop(there.id, (there.zh, there.en))
        yield structs.replace(there, zh=zh, en=en)
    for one, (zh, en) in texts.items():
        yield Prompt(id=one, zh=zh, en=en)


def _menu_words(house: House, language: str) -> str:
    departments = house.answers.departments
    keys = menu_keys(departments)
    said = [(_name(house, departments[at], language), DIGITS[language][key]) for key, at in keys.items()]
    if language == "zh":
        return "，".join(f"{name}请按{digit}" for name, digit in said) + "。"
    return ", ".join(f"for {name}, press {digit}" for name, digit in said).capitalize() + "."


def _name(house: House, one: Department, language: str) -> str:
    return one.name if language == house.language else one.other_name or one.name
