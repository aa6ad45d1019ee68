"""What telephones and services have set, by order: as their feature codes set it."""

from __future__ import annotations

from firmware.engine import orders
from firmware.engine.hours import services
from firmware.engine.inside import features, forwarding
from firmware.engine.inside import state as pbx_state
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause
from firmware.protocol.refusals import Refusal

SWITCHES = (pbx_state.DO_NOT_DISTURB, pbx_state.FOLLOW_ME, pbx_state.CALL_WAITING)
MODES = tuple(services.MODES.values())


def telephone_order(turn: Turn, given: i.TelephoneOrder) -> None:
    if not orders.is_new(turn, given.id):
        return
    if refused := _refused(turn, given):
        wanted = f"{given.what}:{given.value}"
        turn.fact(f.AttemptRefused(0, wanted, refused, Cause.CALL_REJECTED))
    elif given.what == pbx_state.DO_NOT_DISTURB:
        features.disturb(turn, given.extension, given.value)
    else:
        pbx_state.put(turn, given.extension, given.what, given.value)


def _refused(turn: Turn, given: i.TelephoneOrder) -> str:
    if given.extension not in turn.plan.ports:
        return Refusal.NO_SUCH_EXTENSION
    if given.what in SWITCHES:
        return "" if given.value in ("0", "1") else Refusal.NOT_POSSIBLE
    if given.what not in pbx_state.FORWARDS:
        return Refusal.NOT_POSSIBLE
    allowed = not given.value or forwarding.target_of(turn, given.extension, given.value)
    return "" if allowed else Refusal.NOT_ALLOWED


def service_order(turn: Turn, given: i.ServiceOrder) -> None:
    if not orders.is_new(turn, given.id):
        return
    service = next((one for one in turn.plan.config.services if one.id == given.service), None)
    if service is None or given.mode not in MODES:
        refused = Refusal.NO_SUCH_SERVICE if service is None else Refusal.NOT_POSSIBLE
        turn.fact(f.AttemptRefused(0, f"service:{given.mode}", refused, Cause.CALL_REJECTED))
    else:
        services.switch(turn, service, given.mode, given.author)
