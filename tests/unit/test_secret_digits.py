"""PINs and secret collections: in no file, over no restart, and never half of one."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from firmware.archive.archive import Archive
from firmware.config.schema import Config, Mailbox
from firmware.config.versions import ConfigStore
from firmware.engine.dialling.pins import PinKey, pin_of
from firmware.engine.engine import Engine
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.protocol.snapshots import pack
from firmware.recorder.recorder import Recorder
from firmware.store.disk import VirtualDisk
from tests.unit.fake_box import LINES, PHONES, FakeBox, office
from tests.unit.test_engine_process import Bench

AGENT_PIN, MAILBOX_PIN, CARD = "80417263", "59302718", "7391"
KEY = bytes(range(32))


def guarded() -> Config:
    config = office()
    agents = tuple(structs.replace(one, pin=AGENT_PIN) if one.id == "900" else one for one in config.agents)
    return structs.replace(config, agents=agents, mailboxes=(Mailbox(id="box", pin=MAILBOX_PIN),))


def keyed_box(config: Config | None = None) -> FakeBox:
    engine = Engine("box-1")
    engine.use_key(KEY)
    return FakeBox(config or guarded(), engine=engine)


def a_day_of_secrets(box: FakeBox) -> None:
    """A sign-in, a mailbox, a caller's secret, a PIN keyed to nobody, a card number keyed to a bank."""
    box.lift("802")
    box.key("802", f"*41900#{AGENT_PIN}#")
    box.hang_up("802")
    box.lift("804")
    box.key("804", f"*98{MAILBOX_PIN}#")
    box.hang_up("804")
    box.lift("803")
    box.key("803", f"*41nobody#{AGENT_PIN}#".replace("nobody", "77"))
    box.hang_up("803")
    box.ring("L1")
    box.heard("L1")
    box.key("L1", f"7{CARD}")
    box.leave("L1")
    box.lift("801")
    box.key("801", "913912345678")
    box.wait(5)
    box.dialled("L4")
    box.answers("L4")
    box.key("801", AGENT_PIN)
    box.hang_up("801")


def keyed_digits(records: list[Record]) -> str:
    """All digits of all events, in order: a secret keyed digit by digit would stand in it."""
    given = [one.input for one in records]
    return "".join(
        one.event.digit
        for one in given
        if isinstance(one, i.FromSwitch) and isinstance(one.event, e.DigitReceived)
    )


def kept_everywhere(box: FakeBox, directory: Path) -> bytes:
    """What journal, snapshots, reels and history.db hold of this box, as bytes."""
    ring, snapshots = Ring.in_memory(1 << 22), Ring.in_memory(1 << 20)
    recorder = Recorder(ring, Ring.in_memory(1 << 12), directory, snapshot_ring=snapshots, disk=VirtualDisk())
    for record in box.records:
        assert ring.put(journal.encode(record))
    assert snapshots.put(pack(box.engine.snapshot(), box.engine.epoch, box.engine.number))
    recorder.step(0)
    recorder.close(2_000_000)
    archive = Archive(directory, disk=VirtualDisk(), durable=False)
    archive.follow_files()
    archive.finish()
    archive.close()
    files = [path for path in directory.rglob("*") if path.is_file()]
    assert {"journal", "snapshots"} <= {path.parent.name for path in files}
    return b"".join(path.read_bytes() for path in files)


def found(box: FakeBox, directory: Path) -> list[str]:
    data, keys = kept_everywhere(box, directory), keyed_digits(box.records)
    return [one for one in (AGENT_PIN, MAILBOX_PIN, CARD) if one.encode() in data or one in keys]


def test_no_pin_is_in_journal_snapshot_or_history(tmp_path: Path) -> None:
    box = keyed_box()
    a_day_of_secrets(box)
    assert box.agent("900")[0] != "signed-out", "the right PIN was right"
    assert found(box, tmp_path) == []


def test_without_the_seal_the_pins_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PinKey, "seal", lambda self, text: text)
    box = keyed_box()
    a_day_of_secrets(box)
    assert found(box, tmp_path) == [AGENT_PIN, MAILBOX_PIN]


def test_without_the_mask_the_digits_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.dialling.secrets._masked", lambda event: event)
    box = keyed_box()
    a_day_of_secrets(box)
    assert found(box, tmp_path) == [AGENT_PIN, MAILBOX_PIN, CARD]


@pytest.mark.parametrize(("pin", "signs_in"), [(AGENT_PIN, True), ("80417264", False), ("", False)])
def test_agents_sign_in_after_a_recovery_from_the_journal_alone(pin: str, signs_in: bool) -> None:
    box = keyed_box()
    records = [journal.decode(journal.encode(record)) for record in box.records]
    box.engine = Engine.restore(None, records)
    box.engine.use_key(KEY)
    assert box.engine.knows_pins
    box.give(i.Started(2))
    box.lift("802")
    box.key("802", f"*41900#{pin}#")
    assert (box.engine.state.seats.get("802") == "900") == signs_in


def test_equal_pins_look_different_and_another_key_knows_none() -> None:
    config = structs.replace(guarded(), mailboxes=(Mailbox(id="box", pin=AGENT_PIN),))
    text = PinKey(KEY).seal(msgspec.json.encode(config).decode())
    sealed = msgspec.json.decode(text, type=Config)
    assert sealed.agents[3].pin != sealed.mailboxes[0].pin
    assert PinKey(KEY).seal(text) == text, "once is enough"
    assert PinKey(KEY).knows(sealed) and not PinKey(b"another").knows(sealed)
    assert PinKey(KEY).right(pin_of(sealed.agents[3]), AGENT_PIN)
    assert not PinKey(b"another").right(pin_of(sealed.agents[3]), AGENT_PIN)


def test_a_journal_of_an_older_version_still_reads_and_its_pins_go_with_the_next_start(
    tmp_path: Path,
) -> None:
    text = msgspec.json.encode(guarded()).decode()
    old = [
        Record(1, 1, 0, i.Started(1), (f.EngineStarted(1, "box-1"),), ()),
        Record(1, 2, 0, i.ConfigApplied(1, "x", text), (f.ConfigTaken(1, "x", text),), ()),
    ]
    box = FakeBox(engine=Engine.restore(None, old))
    box.engine.use_key(KEY)
    assert AGENT_PIN.encode() in box.engine.snapshot()
    box.give(i.Started(2))
    assert box.engine.config_version == 1
    box.lift("802")
    box.key("802", f"*41900#{AGENT_PIN}#")
    assert box.engine.state.seats["802"] == "900"
    assert found(box, tmp_path) == []


# -- the engine's process ---------------------------------------------------------------------------


def test_the_process_seals_with_a_key_of_its_own_and_takes_the_pins_anew_where_that_is_lost(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    try:
        with ConfigStore(bench.places.config_db) as store:
            store.put(guarded(), "test", 0)
        bench.kill_engine()
        first = bench.engine.keeper.engine.state.config
        assert AGENT_PIN not in first and "sealed:" in first
        assert AGENT_PIN.encode() not in (bench.places.run / "journal.ring").read_bytes()
        (bench.places.secrets / "pins").unlink()
        bench.kill_engine()
        assert bench.engine.keeper.engine.knows_pins
        assert bench.engine.keeper.engine.state.config != first
    finally:
        bench.engine.close()
        bench.link.close()
        shutil.rmtree(bench.places.run)


# -- half a secret over a restart -------------------------------------------------------------------


def restarted(box: FakeBox, away_s: float = 1.0, meanwhile: str = "", where: str = "") -> None:
    """The engine dies; what is keyed meanwhile waits in the switch and comes when it is back."""
    began_us = box.now_us
    records = [journal.decode(journal.encode(record)) for record in box.records]
    box.engine = Engine.restore(None, records)
    box.engine.use_key(KEY)
    box.now_us += round(away_s * 1e6)
    box.give(i.Started(box.engine.epoch + 1))
    box.wait(0.05)
    port = (LINES | PHONES).get(where, 0)
    for place, digit in enumerate(meanwhile):
        box.event(e.DigitReceived(port=port, at_us=began_us + 100_000 * place, digit=digit))


def secret_node(box: FakeBox) -> None:
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "7")
    box.wait(1)


@pytest.mark.parametrize("meanwhile", ["", "9", "91"])
def test_half_a_secret_is_asked_for_anew_and_becomes_no_secret(meanwhile: str) -> None:
    box = keyed_box()
    secret_node(box)
    box.key("L1", "73")
    restarted(box, meanwhile=meanwhile, where="L1")
    assert box.words("L1") == ["enter-pin"]
    assert box.call("L1").tries == 0, "the caller did nothing wrong"
    box.wait(1)
    box.key("L1", CARD)
    handle = box.facts(f.VariableSet)[-1].value
    assert box.engine.secret(handle) == CARD
    assert box.words("L1") == ["goodbye"]


def test_a_caller_who_keys_nothing_more_is_not_left_hanging() -> None:
    box = keyed_box()
    secret_node(box)
    box.key("L1", "73")
    restarted(box)
    for _ in range(4):
        if LINES["L1"] in box.playing:
            box.heard("L1")
        box.wait(6)
    assert box.leg("L1") is None


@pytest.mark.parametrize("meanwhile", ["", "17", "1726"])
def test_half_a_pin_is_asked_for_anew(meanwhile: str) -> None:
    box = keyed_box()
    box.lift("802")
    box.key("802", "*41900#804")
    restarted(box, meanwhile=meanwhile, where="802")
    assert box.words("802") == ["enter-pin"]
    box.wait(1)
    box.key("802", f"{AGENT_PIN}#")
    assert box.engine.state.seats["802"] == "900"
    assert not box.facts(f.NodeTried)


def test_a_pin_nobody_goes_on_with_ends_in_time() -> None:
    box = keyed_box()
    box.lift("802")
    box.key("802", "*41900#804")
    restarted(box)
    box.wait(13)
    assert box.words("802") == ["wrong-agent-or-pin"]


def test_without_asking_anew_half_a_secret_becomes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.engine.orders._ask_secrets_anew", lambda turn: None)
    box = keyed_box()
    secret_node(box)
    box.key("L1", "73")
    restarted(box)
    box.wait(1)
    box.key("L1", "91")
    handle = box.facts(f.VariableSet)[-1].value
    assert box.engine.secret(handle) == "91", "the planted fault"
