"""What is wrong with a flow is said before a caller finds it: slips in a good file, each with its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from firmware.config import flow_wordings
from firmware.config.check import check_config, known_names
from firmware.config.faults import Fault, Wording
from firmware.config.flow_graph import Graph, Step
from firmware.config.load import loads
from firmware.config.schema import Config, Flow, Node

GOOD = """
[site]
country = "CN"
language = "zh"
[dial_plan]
emergency = ["110", "119", "120", "122"]
[jobs]
networks = ["192.168.10.0/24"]
[[card]]
name = "hat"
slots = ["fxo", "fxo", "fxo", "fxo", "fxs", "fxs", "fxs", "fxs"]
[[extension]]
number = "801"
card = "hat"
slot = 5
agent = "li"
[[line]]
name = "line-1"
card = "hat"
slot = 1
flow = "main"
[[agent]]
id = "li"
queues = ["sales"]
[[queue]]
id = "sales"
max_wait_s = 0
survey = "after"
[[hours]]
id = "day"
open = { mon = ["09:00-17:00"] }
[[prompt]]
id = "own"
zh = "您好"
[[lookup]]
id = "crm"
kind = "http"
url = "https://crm.example/c/{number}"
take = { name = "name", level = "level" }
[[lookup]]
id = "orders"
kind = "sql"
statement = "SELECT state FROM orders WHERE pin = :pin AND t = 'a;:b'"
take = { state = "state" }
[[flow]]
id = "main"
start = "hello"
[[flow.node]]
id = "hello"
kind = "play"
prompt = "own"
next = "who"
[[flow.node]]
id = "who"
kind = "http"
lookup = "crm"
give = { number = "caller.e164" }
next = "known"
otherwise = "pin"
[[flow.node]]
id = "known"
kind = "branch"
cases = { "level > 3 and open('day')" = "sales", "is-empty(name)" = "pin" }
otherwise = "twice"
[[flow.node]]
id = "twice"
kind = "call"
flow = "inner"
next = "pin"
[[flow.node]]
id = "pin"
kind = "collect"
prompt = "enter-pin"
secret = true
digits = 4
variable = "pin"
next = "order"
otherwise = "sales"
[[flow.node]]
id = "order"
kind = "sql"
lookup = "orders"
give = { pin = "pin" }
next = "told"
otherwise = "sales"
[[flow.node]]
id = "told"
kind = "say"
value = "{state}"
next = "number"
[[flow.node]]
id = "number"
kind = "collect"
prompt = "enter-number"
digits = 3
variable = "number"
next = "to"
otherwise = "sales"
[[flow.node]]
id = "to"
kind = "transfer"
target = "extension:{number}"
otherwise = "sales"
[[flow.node]]
id = "sales"
kind = "queue"
queue = "sales"
[[flow]]
id = "inner"
start = "hi"
[[flow.node]]
id = "hi"
kind = "play"
prompt = "welcome"
next = "back"
[[flow.node]]
id = "back"
kind = "return"
[[flow]]
id = "after"
start = "how"
[[flow.node]]
id = "how"
kind = "survey"
prompt = "survey-question"
most = 5
next = "thanks"
otherwise = "thanks"
[[flow.node]]
id = "thanks"
kind = "hang-up"
prompt = "survey-thanks"
"""

SLIPS = [
    ("bad-expression", "level > 3 and open('day')", "level >"),
    ("bad-expression", "level > 3 and open('day')", "level $ 3"),
    ("bad-expression", "level > 3 and open('day')", "eval(level)"),
    ("bad-expression", "level > 3 and open('day')", "'x' + 1 > 2"),
    ("bad-expression", "level > 3 and open('day')", "caller.pin > 2"),
    ("bad-expression", "level > 3 and open('day')", "len() > 2"),
    ("bad-expression", "level > 3 and open('day')", "open(level)"),
    ("bad-expression", "level > 3 and open('day')", "1 1"),
    ("bad-expression", "level > 3 and open('day')", "(" * 30),
    ("bad-expression", "level > 3 and open('day')", "1" * 201),
    ("no-such-name", "open('day')", "open('dya')"),
    ("no-such-name", "open('day')", "waiting('day') > 1"),
    ("unset-variable", "level > 3", "status > 3"),
    ("unset-variable", 'value = "{state}"', '«value = "{status}"'),
    ("unset-variable", 'target = "extension:{number}"', '«target = "extension:{numbr}"'),
    ("secret-shown", 'value = "{state}"', '«value = "{pin}"'),
    ("secret-shown", 'give = { pin = "pin" }', '«give = { pin = "left(pin, 2)" }'),
    ("secret-shown", 'target = "extension:{number}"', '«target = "extension:{pin}"'),
    ("secret-read-back", "secret = true", "secret = true\n«confirm = true"),
    ("least-above-most", "secret = true", "secret = true\n«least = 5"),
    ("no-way-out", 'next = "thanks"\notherwise = "thanks"', 'next = "how"\notherwise = "how"'),
    ("return-nowhere", 'kind = "call"\nflow = "inner"', 'kind = "play"\nprompt = "welcome"'),
    ("no-language", 'zh = "您好"', 'en = "Hello"'),
    ("lookup-kind", 'kind = "http"\nlookup = "crm"', 'kind = "sql"\n«lookup = "crm"'),
    ("lookup-wants", 'give = { number = "caller.e164" }', 'give = { nummer = "caller.e164" }'),
    ("lookup-wants", 'give = { pin = "pin" }', 'give = { pni = "pin" }'),
    ("lookup-needs", "statement = \"SELECT state FROM orders WHERE pin = :pin AND t = 'a;:b'\"\n", ""),
    ("bad-lookup-address", "https://crm.example/c/{number}", "http://crm.example/c/{number}"),
    ("bad-lookup-address", "https://crm.example/c/{number}", "https://{number}.example/c"),
    ("bad-lookup-address", "https://crm.example/c/{number}", "https://me:word@crm.example/{number}"),
    ("bad-lookup-address", "https://crm.example/c/{number}", "https://crm.example:22/{number}"),
    ("no-select", "SELECT state FROM orders WHERE", "DELETE FROM orders WHERE"),
    ("no-select", "AND t = 'a;:b'", "; DROP TABLE orders"),
    ("bad-network", '["192.168.10.0/24"]', '[«"192.168.10.0/40"]'),
    ("no-such-name", 'target = "extension:{number}"', '«target = "queue:{number}"'),
    ("no-such-name", 'target = "extension:{number}"', '«target = "extension:899"'),
    ("endless", 'next = "back"', 'next = "hi"'),
    ("endless", 'flow = "inner"\nnext = "pin"', 'flow = "inner"\nnext = "twice"'),
    (
        "endless",
        'kind = "play"\nprompt = "welcome"\nnext = "back"',
        'kind = "call"\nflow = "inner"\nnext = "back"',
    ),
    ("node-needs", 'cases = { "level > 3 and open(\'day\')" = "sales", "is-empty(name)" = "pin" }\n', ""),
    ("no-such-node", '"is-empty(name)" = "pin"', '"is-empty(name)" = "pni"'),
    ("no-such-name", 'survey = "after"', '«survey = "later"'),
    ("unreachable", 'next = "told"', 'next = "number"'),
]
IN_PASSING = {"bad-length", "no-way-out", "unreachable", "unset-variable", "lookup-wants", "endless"}
"""What another slip may cause besides."""


def read(text: str) -> list[Fault]:
    return loads(text.replace("«", ""), Config, (check_config,), known_names(), file="office.toml")[1]


def test_the_good_file_has_no_fault() -> None:
    assert [(one.slug, one.line, one.message) for one in read(GOOD)] == []


@pytest.mark.parametrize(("slug", "good", "slip"), SLIPS)
def test_each_slip_is_told_once_with_its_line_in_both_languages(slug: str, good: str, slip: str) -> None:
    assert GOOD.count(good) == 1
    text = GOOD.replace(good, slip)
    faults = read(text)
    told = [one for one in faults if one.slug == slug]
    assert told, [(one.slug, one.message) for one in faults]
    assert {one.slug for one in faults} - {slug} <= IN_PASSING, [(one.slug, one.message) for one in faults]
    assert len({(one.line, one.key, one.message) for one in told}) == len(told), "told twice"
    if "«" in text:
        assert told[0].line == text[: text.index("«")].count("\n") + 1
    for language in ("en", "zh"):
        message, remedy = told[0].said(language)
        assert message
        assert remedy
        assert "{" not in remedy.replace("{state}", "").replace("{number}", "").replace("{pin}", "")


def test_every_kind_of_fault_has_an_example_here() -> None:
    words = [*vars(flow_wordings).values(), *flow_wordings.BAD_EXPRESSION.values()]
    assert {one.slug for one in words if isinstance(one, Wording)} <= {slug for slug, _, _ in SLIPS}


def test_a_flow_that_asks_in_between_may_be_called_in_a_circle() -> None:
    asks = GOOD.replace(
        'kind = "play"\nprompt = "welcome"\nnext = "back"',
        'kind = "menu"\nprompt = "main-menu"\nkeys = { "1" = "back" }',
    )
    circle = asks.replace('flow = "inner"\nnext = "pin"', 'flow = "inner"\nnext = "twice"')
    assert "endless" not in {one.slug for one in read(circle)}


def test_what_a_look_up_finds_is_not_known_where_it_failed() -> None:
    text = GOOD.replace(
        'give = { pin = "pin" }\nnext = "told"\notherwise = "sales"',
        'give = { pin = "pin" }\nnext = "number"\notherwise = "told"',
    )
    assert [one.slug for one in read(text)] == ["unset-variable"]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_flow_of_a_thousand_steps_is_checked_with_work_that_grows_gently(backwards: bool) -> None:
    """Counted, not timed: how often steps are looked at."""
    count = 1000
    nodes = [
        Node(
            id=f"n{at}",
            kind="set",
            variable=f"v{at}",
            expression=f"v{at - 1}" if at else "1",
            next=f"n{at + 1}",
        )
        for at in range(count)
    ]
    looks = Counter[str]()

    class Counted(Graph):
        def after(self, step: Step) -> Iterator[tuple[Step, bool]]:
            looks["after"] += 1
            return super().after(step)

    flow = Flow(id="main", start="n0", nodes=tuple(nodes[::-1] if backwards else nodes))
    known = Counted(Config(flows=(flow,))).variables()
    assert known.has(Step("main", f"n{count - 1}"), "v0")
    assert looks["after"] <= count * count
    if not backwards:
        assert looks["after"] <= 2 * count
