"""All ways a string of somebody's gets to be dialled. Each acts with one string in a house."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from drivers.sip import events as sip
from drivers.sip.message import Message
from firmware.config.schema import Config, Extension, Features, Flow, FollowMe, Node
from firmware.protocol import inputs as i
from tests.property.dial_strings import keys
from tests.property.fraud_house import CARRIER, DTMF, STRANGER, TOWN, House
from tests.unit.fake_box import LINES, PHONES

Act = Callable[[House, str, int], None]
Furnish = Callable[[Config, Sequence[str]], Config]


def as_it_is(config: Config, texts: Sequence[str]) -> Config:
    del texts
    return config


class Source(Struct, frozen=True):
    """`reach`: whose class of service holds; `house`: nothing outside at all."""

    act: Act
    reach: str = "country"
    furnish: Furnish = as_it_is
    least: int = 1
    """So many calls must have gone outside over all strings, so that the source is known to dial at all."""


def written(text: str) -> str:
    """As a file can hold it."""
    return text.encode(errors="replace").decode()


def _uri(text: str) -> str:
    return text if ":" in text[:6] or "<" in text else f"sip:{text}@box"


def _line_answers(box: House, tail: str = "") -> None:
    """The call over copper goes through, and its caller keys on at every stage."""
    for line in LINES:
        leg = box.leg(line)
        if leg is None or leg.role != "trunk":
            continue
        box.dialled(line)
        caller = next((one for one in PHONES if box.hears.get(PHONES[one]) == LINES[line]), "")
        for stage in (None, box.rings_there, box.answers):
            if stage is not None:
                stage(line)
            if caller and tail:
                box.key(caller, tail)


# -- who calls himself ----------------------------------------------------------------------------------


def stranger(box: House, text: str, at: int) -> None:
    box.invite(STRANGER, _uri(text), ("authorization", "Digest username=811")) if at % 2 else box.invite(
        STRANGER, _uri(text)
    )
    box.wait(6)


def sip_phone(box: House, text: str, at: int) -> None:
    box.invite("811", _uri(text))
    box.wait(6)
    box.answer_all()
    box.key("811", keys(text)[:20])


def sip_phone_of_town(box: House, text: str, at: int) -> None:
    box.invite("812", _uri(text))
    box.wait(6)


def copper(box: House, text: str, at: int) -> None:
    """Overlap: keys, a pause, more keys before, while and after it rings and is answered."""
    said = keys(text)
    cut = at % 14
    box.lift("801")
    box.key("801", said[:cut])
    box.wait(3)
    box.key("801", said[cut:])
    box.wait(5)
    _line_answers(box, said[-8:])


def copper_of_town(box: House, text: str, at: int) -> None:
    box.lift("804")
    box.key("804", keys(text))
    box.wait(5)
    _line_answers(box, "0012125551234")


def feature_codes(box: House, text: str, at: int) -> None:
    """Every code a telephone knows, with the string behind it; then it is called, and redials."""
    codes = [one for one in structs.asdict(Features()).values() if isinstance(one, str)]
    box.lift("804")
    box.key("804", codes[at % len(codes)] + keys(text) + "#")
    box.wait(6)
    box.hang_up("804")
    box.lift("802")
    box.key("802", "804")
    box.wait(2)
    box.lift("804")
    box.key("804", "*66")
    box.wait(6)


def consultation(box: House, text: str, at: int) -> None:
    """Three together on copper: called, flashed, dialled, flashed, `3`, more keys."""
    box.lift("801")
    box.key("801", "802")
    box.lift("802")
    box.flash("801")
    box.key("801", keys(text))
    box.wait(6)
    _line_answers(box, "00")
    box.answer_all()
    box.flash("801")
    box.key("801", "3")
    box.key("802", keys(text)[:12])
    box.wait(2)
    box.hang_up("801")
    box.wait(6)


def speed_dials(config: Config, texts: Sequence[str]) -> Config:
    stored = {f"{at:02}": written(text) for at, text in enumerate(texts)}
    return structs.replace(config, dial_plan=structs.replace(config.dial_plan, speed_dial=stored))


def speed_dial(box: House, text: str, at: int) -> None:
    box.lift("801")
    box.key("801", f"*7{at:02}")
    box.wait(6)


# -- callers --------------------------------------------------------------------------------------------


def menus(config: Config, texts: Sequence[str]) -> Config:
    """Flows as bad as an admin can write them: what was keyed is sent on everywhere."""
    nodes = (
        Node(id="ask", kind="collect", prompt="enter-number", digits=20, variable="id", next="extension"),
        Node(id="extension", kind="extension", extension="{id}", otherwise="transfer"),
        Node(id="transfer", kind="transfer", target="outside:{id}", otherwise="inside"),
        Node(id="inside", kind="transfer", target="extension:{id}", otherwise="group"),
        Node(id="group", kind="transfer", target="group:{id}", otherwise="queue"),
        Node(id="queue", kind="queue", queue="{id}", otherwise="outside"),
        Node(id="outside", kind="outside", number="{id}", otherwise="voicemail"),
        Node(id="voicemail", kind="voicemail", mailbox="{id}"),
    )
    flows = tuple(
        Flow(
            id=f"from-{node.id}",
            start=f"{node.id}" if node.id == "ask" else "ask",
            nodes=_turned(nodes, node.id),
        )
        for node in nodes
    )
    lines = tuple(
        structs.replace(line, flow=flow.id) for line, flow in zip(config.lines, flows, strict=False)
    )
    dids = tuple(
        structs.replace(config.dids[0], number=f"6234910{place}", target=f"flow:{flow.id}")
        for place, flow in enumerate(flows)
    )
    return structs.replace(config, flows=(*config.flows, *flows), lines=lines, dids=(*config.dids, *dids))


def _turned(nodes: tuple[Node, ...], first: str) -> tuple[Node, ...]:
    """After the collected digits comes `first`."""
    goal = "extension" if first == "ask" else first
    return tuple(structs.replace(one, next=goal) if one.id == "ask" else one for one in nodes)


def menu(box: House, text: str, at: int) -> None:
    dialog = box.invite(CARRIER, f"sip:6234910{at % 8}@box", ("from", f"<sip:{keys(text) or 'x'}@y>;tag=1"))
    box.wait(1)
    for key in keys(text)[:20] + "#":
        box.hear(sip.DigitReceived(dialog, key, DTMF, 100))
    box.wait(8)


def trunk(box: House, text: str, at: int) -> None:
    """A number no `[[did]]` has, in request URI and To, with Diversion and History-Info on top."""
    box.invite(
        CARRIER,
        _uri(text),
        ("to", f"<{_uri(text)}>"),
        ("from", f"<{_uri(text)}>;tag=1"),
        ("diversion", f"<{_uri(text)}>;reason=unconditional"),
        ("history-info", f"<{_uri(text)}>;index=1"),
        ("p-asserted-identity", f"<{_uri(text)}>"),
    )
    box.wait(6)


def queue_callback(box: House, text: str, at: int) -> None:
    """The number shown, or keyed, is called back by an agent."""
    shown = text if at % 2 else "13912345678"
    box.ring("L1", number=shown)
    box.heard("L1")
    box.key("L1", "12")
    if not at % 2:
        box.key("L1", "2" + keys(text).removeprefix("9")[:24] + "#")
    box.key("L1", "1")
    box.wait(2)
    for one in ("L1",):
        if box.leg(one) is not None:
            box.leave(one)
    box.hang_up("802")
    box.wait(1)
    for phone in ("801", "802", "803"):
        if PHONES[phone] in box.ringing:
            box.lift(phone)
            break
    box.wait(4)
    _line_answers(box)


def all_busy(box: House) -> None:
    for phone in ("801", "802", "803"):
        box.lift(phone)
        box.wait(0.1)


def voicemail(box: House, text: str, at: int) -> None:
    """A message with this number: passed on there, its sender called back, its key for the operator."""
    box.ring("L4", number=text.removeprefix("9") if at % 3 else text)
    box.heard("L4")
    box.key("L4", "3")
    box.wait(1)
    if LINES["L4"] in box.playing:
        box.heard("L4")
    box.wait(9)
    box.key("L4", "0")
    box.leave("L4")
    box.lift("804")
    box.key("804", "*98")
    if PHONES["804"] in box.playing:
        box.heard("804")
    box.key("804", f"7{keys(text)[:20]}#*")
    box.key("804", "8")
    box.wait(6)
    _line_answers(box, keys(text)[:9])


# -- sending on -----------------------------------------------------------------------------------------


def forward_keyed(box: House, text: str, at: int) -> None:
    box.lift("804")
    box.key("804", f"*2{at % 4 + 1}{keys(text)}#")
    box.wait(5)
    box.hang_up("804")
    if at % 4 == 1:
        box.lift("804")
    box.lift("802")
    box.key("802", "804")
    box.wait(40)
    _line_answers(box, "00")


def forwards(config: Config, texts: Sequence[str]) -> Config:
    kinds = ("forward_always", "forward_no_answer", "forward_unreachable", "forward_busy")
    more = (
        structs.replace(_extra(at), **{kinds[at % 4]: written(text), kinds[(at + 1) % 4]: written(text)})
        for at, text in enumerate(texts)
    )
    return structs.replace(config, extensions=(*config.extensions, *more))


def follow_mes(config: Config, texts: Sequence[str]) -> Config:
    more = (
        structs.replace(
            _extra(at), follow=(FollowMe(written(text), 0.0), FollowMe("802", 2.0)), follow_me=True
        )
        for at, text in enumerate(texts)
    )
    return structs.replace(config, extensions=(*config.extensions, *more))


def _extra(at: int) -> Extension:
    return Extension(number=f"2{at:03}", card="ip", of_class=TOWN, ring_s=5.0)


def call_the_forwarded(box: House, text: str, at: int) -> None:
    box.lift("801")
    box.key("801", f"2{at:03}")
    box.wait(8)
    _line_answers(box, "00")


def _two_talk(box: House) -> int:
    """811 and 801."""
    dialog = box.invite("811", "sip:801@box")
    box.wait(1)
    box.lift("801")
    return dialog


def refer(box: House, text: str, at: int) -> None:
    dialog = _two_talk(box)
    box.refer(dialog, f"<{_uri(text)}>" if at % 2 else _uri(text))
    box.wait(6)
    _line_answers(box, "00")


def refer_a_caller(box: House, text: str, at: int) -> None:
    """Whom a trunk brought is sent outside by nobody."""
    box.invite(CARRIER, "sip:62349001@box", ("from", "<sip:02162345678@y>;tag=1"))
    box.wait(1)
    called = box.wire.placed[-1][0]
    box.answer_all()
    box.wait(3)
    box.refer(called, f"<{_uri(text)}>")
    box.wait(6)


def refer_attended(box: House, text: str, at: int) -> None:
    first = _two_talk(box)
    second = box.invite("811", _uri(text))
    box.wait(6)
    box.answer_all()
    box.refer(first, "<sip:x@box?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>", second)
    box.wait(6)


def carrier_refers(box: House, text: str, at: int) -> None:
    """The carrier itself wants its caller called elsewhere."""
    dialog = box.invite(CARRIER, "sip:62349002@box", ("from", "<sip:02162345678@y>;tag=1"))
    box.wait(1)
    box.refer(dialog, f"<{_uri(text)}>")
    box.wait(6)


def redirected(box: House, text: str, at: int) -> None:
    """The telephone that is called answers 302 (or 301), also one that carrier or agent wait for."""
    if at % 3:
        box.lift("801")
        box.key("801", "812")
    else:
        box.invite(CARRIER, "sip:62349001@box", ("from", "<sip:02162345678@y>;tag=1"))
    box.wait(5)
    contact = ("contact", f"<{_uri(text)}>;q=0.5" if at % 2 else _uri(text))
    for dialog, _, _ in list(box.wire.placed):
        answer = Message("SIP/2.0 302 Moved", (contact, ("diversion", f"<{_uri(text)}>")))
        box.hear(sip.CallEnded(dialog, 302 - at % 2, 23, "", answer))
    box.wait(6)
    _line_answers(box, "00")


# -- programs -------------------------------------------------------------------------------------------


def originate(box: House, text: str, at: int) -> None:
    """AMI Originate and click-to-dial are one order."""
    box.give(i.CallOrder(f"o{box.now_us}", "gate:x", "dial", "801", text))
    box.pump()
    if PHONES["801"] in box.ringing:
        box.lift("801")
    box.wait(6)
    _line_answers(box, "00")


def originate_sip(box: House, text: str, at: int) -> None:
    box.give(i.CallOrder(f"o{box.now_us}", "click", "dial", "812", text))
    box.pump()
    box.answer_all()
    box.wait(6)


def redirect(box: House, text: str, at: int) -> None:
    box.ring("L1", number="02162345678")
    leg = box.leg("L1")
    assert leg is not None
    box.give(i.CallOrder(f"r{box.now_us}", "gate:x", "redirect", "", text, leg.call, leg.id))
    box.wait(6)


def call_back_on_busy(box: House, text: str, at: int) -> None:
    """The string is dialled, found busy or refused, and the code asks for a call-back."""
    box.lift("801")
    box.key("801", keys(text))
    box.wait(5)
    box.hang_up("801")
    box.wait(1)
    box.lift("801")
    box.key("801", "*37")
    box.wait(4)
    box.hang_up("801")
    box.wait(5)
    if PHONES["801"] in box.ringing:
        box.lift("801")
        box.wait(5)


def room(box: House, text: str, at: int) -> None:
    """A conference's keys, from a telephone and from a caller."""
    box.lift("804")
    box.key("804", "650")
    dialog = box.invite("812", "sip:650@box")
    box.wait(2)
    box.key("804", keys(text))
    for key in keys(text):
        box.hear(sip.DigitReceived(dialog, key, DTMF, 100))
    box.refer(dialog, f"<{_uri(text)}>")
    box.wait(5)


SOURCES: dict[str, Source] = {
    "anonymous": Source(stranger, "house", least=0),
    "sip telephone": Source(sip_phone, least=100),
    "sip telephone of the town": Source(sip_phone_of_town, TOWN, least=30),
    "copper, overlap, keys after answer": Source(copper, least=100),
    "copper of the town": Source(copper_of_town, TOWN, least=30),
    "feature codes": Source(feature_codes, TOWN, least=1),
    "consultation and three together": Source(consultation, least=100),
    "speed dial": Source(speed_dial, furnish=speed_dials, least=100),
    "menu": Source(menu, "house", menus, least=0),
    "trunk, Diversion": Source(trunk, "house", least=0),
    "queue call-back": Source(queue_callback, least=20),
    "voicemail": Source(voicemail, TOWN, least=5),
    "forward keyed": Source(forward_keyed, TOWN, least=30),
    "forward configured": Source(call_the_forwarded, TOWN, forwards, least=30),
    "follow-me": Source(call_the_forwarded, TOWN, follow_mes, least=30),
    "REFER": Source(refer, least=100),
    "REFER of a trunk's caller": Source(refer_a_caller, "house", least=0),
    "REFER attended": Source(refer_attended, least=100),
    "REFER by the carrier": Source(carrier_refers, "house", least=0),
    "302": Source(redirected, least=100),
    "Originate": Source(originate, least=100),
    "click-to-dial at SIP": Source(originate_sip, TOWN, least=30),
    "redirect by a program": Source(redirect, "house", least=0),
    "call-back on busy": Source(call_back_on_busy, least=100),
    "conference room": Source(room, "house", least=0),
}
