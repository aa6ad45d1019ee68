"""The page on orders: what pages and programs may want of telephones, agents and queues, and why it may be refused."""

from __future__ import annotations

from inspect import cleandoc

from firmware.cli.documents import messages
from firmware.cli.words import said
from firmware.config.document import docs_of
from firmware.engine.ordered.table import DEEDS
from firmware.protocol import inputs, order_format, refusals
from firmware.protocol.refusals import Refusal

HEAD = """# Orders

What pages and programs may want of telephones, agents and queues over the engine's order socket
(`firmware/protocol/order_client.py`). Each order has an `id`: given again it is answered as before and done once. It is
journalled like any input; what came of it are [facts](facts.md).

*This page is written by `make docs` from `firmware/protocol/inputs.py`, `refusals.py`, `order_format.py` and
`firmware/engine/ordered/table.py`.*
"""
KINDS = """## Telephones of both kinds

All of it works alike at analog and at SIP telephones, but for what only hands can do:

* What rings is answered at the telephone: nobody can lift a handset, or answer an INVITE for whoever has it. A call
  that an order begins (`call`, `dial`, `call-back`, the four of supervisors) may ask a SIP telephone to answer by
  itself: `auto`. Whether it does is its own setting.
* An order does not reach a SIP telephone's own hold: what was held there is taken up there. What was held by order
  the telephone's retrieve key takes up as well.
* A consultation by order uses the telephone's one call. Put down in it, or while somebody is held by order, a SIP
  telephone does what an analog one does: it hands over, or is rung back.
* An analog telephone whose calls are over hears busy tone until it is put down.
* Digits cannot be sent to the other side by order: they are keyed at the telephone.
"""


def orders_page() -> str:
    deeds = "\n".join(f"| `{do}` | {deed.means} |" for do, deed in DEEDS.items())
    parts = [
        messages.page(HEAD, inputs, inputs.DeskOrder),
        f"## What a `CallOrder` does\n\n| `do` | meaning |\n|---|---|\n{deeds}\n",
        KINDS,
        _refusals(),
        f"## What the engine tells\n\n`AskState` is answered with a `StateView`. {_told()}\n",
        messages.of_structs("In a view", order_format, VIEWS),
    ]
    return "\n".join(parts)


VIEWS = (
    order_format.CallView,
    order_format.LegView,
    order_format.AgentView,
    order_format.WatchView,
    order_format.CallbackView,
)


def _told() -> str:
    """The protocol's own table."""
    return cleandoc(order_format.__doc__ or "").partition("\n\n")[2].partition("harmless. ")[2]


def _refusals() -> str:
    docs = docs_of(refusals.__name__)
    rows = "\n".join(
        f"| `{one}` | {said(str(one), 'zh')} | {' '.join(docs.get(('Refusal', one.name), '').split())} |"
        for one in Refusal
    )
    return (
        "## Why not\n\nBeside these the words of [classes of service](configuration.md), of pauses, and why a "
        f"telephone cannot be called (`busy`, `do-not-disturb`, `out-of-order`).\n\n"
        f"| word | 中文 | |\n|---|---|---|\n{rows}\n"
    )
