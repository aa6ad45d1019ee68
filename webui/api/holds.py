"""Legal holds for programs: placed on a call, and ended. What is held is neither erased nor purged."""

from __future__ import annotations

from msgspec import Struct

from webui.api.calls import may_see
from webui.api.erasures import Why
from webui.api.keys import found, once
from webui.api.operations import NUMBER, Answer, Given, Operation
from webui.api.orders import give
from webui.api.problems import Refused
from webui.api.scopes import Scope
from webui.calls.holding import hold_of, new_id, to_place, to_release
from webui.history import history
from webui.site import the_site


class ToHold(Struct, frozen=True, forbid_unknown_fields=True):
    why: Why
    """It goes into the audit."""


class ToRelease(Struct, frozen=True, forbid_unknown_fields=True):
    why: Why
    """It goes into the audit."""


class HoldGiven(Struct, frozen=True):
    id: str
    """Of the hold."""
    repeated: bool
    """This key was used before; it was done then."""


def hold(given: Given, call: int) -> Answer:
    """Its id is kept with the key before it is placed: asked again it is the same one."""
    asked: ToHold = given.body
    with history(the_site()) as db:
        if db is None or not may_see(db, given.token, call):
            raise Refused(404, "not-there")
    name = once(given, ["hold", call, asked.why], new_id("hold"))
    answer = give(to_place(name, given.token.author, call, asked.why))
    return Answer(HoldGiven(name, answer.repeated))


def release(given: Given, call: int) -> Answer:
    """Which one is ended is kept with the key: asked again no other one of the call is."""
    asked: ToRelease = given.body
    wanted = ["release", call, asked.why]
    held = found(given, wanted) or once(given, wanted, _held(call))
    order = to_release(f"release:{given.token.id}:{given.key}", given.token.author, held, asked.why)
    return Answer(HoldGiven(held, give(order).repeated))


def _held(call: int) -> str:
    """Raises Refused."""
    with history(the_site()) as db:
        held = hold_of(db, call) if db else None
    if held is None:
        raise Refused(404, "not-there")
    return str(held["id"])


OPERATIONS = (
    Operation(
        name="call_hold", method="POST", path=f"/calls/<{NUMBER}:call>/hold", scope=Scope.SUPERVISE, view=hold,
        body=ToHold, answer=HoldGiven, wants_key=True, problems=(404, 409, 422, 503),
        says="A legal hold on a call and its recordings: neither erased nor purged.",
    ),
    Operation(
        name="call_release", method="POST", path=f"/calls/<{NUMBER}:call>/release", scope=Scope.ADMINISTER,
        view=release, body=ToRelease, answer=HoldGiven, wants_key=True, problems=(404, 409, 422, 503),
        says="Ends the hold that is on this call or one of its recordings: the oldest, where there are more.",
    ),
)  # fmt: skip
