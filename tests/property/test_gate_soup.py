"""Whatever a program sends, whenever: answers stay packets, and nothing is ordered without the right."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.gate.actions import ACTIONS
from firmware.gate.packets import Packets
from tests.unit.gate_rig import GateRig, secret

VALUES = st.one_of(
    st.sampled_from(
        ["", "801", "804", "Agent/801", "SIP/804", "Tipring/L1-00000001", "Tipring/804-ffffffff", "sales", "true",
         "MD5", "all", "wall", "110", "9110", "*21", "call,agent", "off", "x" * 400]
    ),
    st.text(max_size=12),
)  # fmt: skip
KEYS = ("Channel", "Exten", "Queue", "Interface", "Paused", "Async", "ActionID", "OrderID", "Username", "Secret", "Key",
        "AuthType", "Events", "EventMask", "Member", "Reason", "Application")  # fmt: skip
ACTION = st.one_of(st.sampled_from([one.name for one in ACTIONS.values()]), st.text(max_size=8))
SAID = st.tuples(ACTION, st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5))
HAPPENS = st.sampled_from(["queue", "lift", "hang", "leave", "wait", "again"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(SAID, HAPPENS, st.binary(max_size=40)), max_size=25),
    st.sampled_from(["all", "wall", ""]),
)
def test_nothing_a_program_says_breaks_the_gate(steps: list[object], name: str) -> None:
    rig = GateRig()
    program = rig.program(name) if name else rig.connect()
    heard = Packets()
    for step in steps:
        if isinstance(step, bytes):
            program.session.receive(step, rig.box.now_us)
        elif isinstance(step, tuple):
            action, fields = step
            lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in fields.items())]
            program.session.receive(
                ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace"), rig.box.now_us
            )
        else:
            _happens(rig, str(step))
        rig.catch_up()
        out = bytes(program.session.out)
        program.session.out.clear()
        for packet in heard.receive(out.partition(b"\r\n")[2] if out.startswith(b"Asterisk Call") else out):
            assert packet.get("response") or packet.get("event")
        if program.session.closing:
            break
    assert not heard.broken
    assert heard.odd_lines == 0
    if name == "wall" or program.session.token is None:
        assert rig.orders == []
    assert rig.program("all").does("Ping")[0]["Ping"] == "Pong"


def _happens(rig: GateRig, what: str) -> None:
    box = rig.box
    if what == "queue" and box.leg("L1") is None:
        box.ring("L1")
        if 0 in box.playing:
            box.heard("L1")
            box.key("L1", "1")
    elif what == "lift" and box.ringing and (port := max(box.ringing)) >= 4:
        box.lift(str(797 + port))
    elif what == "hang" and (up := sorted(port for port in box.off_hook if port >= 4)):
        box.hang_up(str(797 + up[0]))
    elif what == "leave" and box.leg("L1") is not None and 0 in box.off_hook:
        box.leave("L1")
    elif what == "again":
        rig.catch_up()
        rig.look_again()
    else:
        box.wait(3)


def test_the_secret_of_the_rig_is_no_fixed_word() -> None:
    assert secret("all") != secret("wall")
