"""Frames between switch and engine survive whatever a socket does to them."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from firmware.protocol import commands as ask
from firmware.protocol import events as told
from firmware.protocol.commands import Numbered
from firmware.protocol.last_resort import EmergencyLine, LastResort
from firmware.protocol.names import Tone
from firmware.protocol.wire_format import (
    LONGEST_FRAME,
    Ack,
    CommandFrame,
    EventFrame,
    Frame,
    FrameStream,
    Hello,
    Inbox,
    Outbox,
    encode,
)

PLAY = ask.Play(
    port=4,
    play="p",
    items=(ask.Phrase("welcome", "zh"), ask.ToneItem(Tone.BUSY, 500), ask.Pause(20), ask.Music()),
)
FRAMES: list[Frame] = [
    Hello("switch", 3),
    EventFrame(3, 1, told.DigitReceived(port=2, at_us=1_000_000, digit="#")),
    EventFrame(
        3,
        2,
        told.StateReport(
            port=-1, at_us=5, tick=9, ports=(told.PortReport(0, "fxo", True, False, 4, "p", "", ""),)
        ),
    ),
    Ack(3, 2),
    CommandFrame(Numbered(1, 77, 0, PLAY)),
    LastResort(("110", "119"), "9", (EmergencyLine(0), EmergencyLine(1, pulse=True)), (5,)),
]


@given(st.lists(st.sampled_from(FRAMES), max_size=12), st.data())
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(
    frames: list[Frame], data: st.DataObject
) -> None:
    stream, sent = FrameStream(), b"".join(encode(frame) for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=20)))
    got = []
    for begin, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        got += stream.receive(sent[begin:end])
    assert got == frames
    assert stream.garbled == 0 and not stream.broken


@given(st.binary(max_size=200))
def test_a_garbled_frame_is_counted_and_the_next_one_is_read(body: bytes) -> None:
    try:
        msgspec.msgpack.decode(body, type=Frame)
        return
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    stream = FrameStream()
    got = stream.receive(len(body).to_bytes(4, "little") + body + encode(Ack(1, 1)))
    assert got == [Ack(1, 1)]
    assert stream.garbled == 1


def test_a_length_beyond_reason_breaks_the_stream_without_an_exception() -> None:
    stream = FrameStream()
    assert stream.receive(encode(Ack(1, 1)) + (LONGEST_FRAME + 1).to_bytes(4, "little")) == [Ack(1, 1)]
    assert stream.broken
    assert stream.receive(encode(Ack(1, 2))) == []


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_any_byte_soup_is_frames_or_counted(pieces: list[bytes]) -> None:
    stream = FrameStream()
    for piece in pieces:
        stream.receive(piece)


def test_events_are_kept_until_acknowledged() -> None:
    outbox = Outbox(epoch=7)
    frames = [outbox.add(told.LineRang(port=0, at_us=n, count=n)) for n in range(1, 6)]
    outbox.acknowledge(Ack(6, 5))
    assert outbox.unacknowledged() == tuple(frames)
    outbox.acknowledge(Ack(7, 3))
    assert [frame.number for frame in outbox.unacknowledged()] == [4, 5]
    assert outbox.add(told.LineRestored(port=0, at_us=9)).number == 6


def test_an_outbox_nobody_empties_loses_its_oldest_and_counts_them() -> None:
    outbox = Outbox(epoch=1, limit=3)
    for n in range(5):
        outbox.add(told.LineRestored(port=n, at_us=n))
    assert [frame.number for frame in outbox.unacknowledged()] == [3, 4, 5]
    assert outbox.lost == 2


def test_an_inbox_knows_a_command_again_for_long_but_not_for_ever() -> None:
    inbox = Inbox(remembered=3)
    first = Numbered(1, 1, 0, PLAY)
    assert inbox.is_new(first) and not inbox.is_new(first)
    assert inbox.is_new(Numbered(1, 1, 1, PLAY)) and inbox.is_new(Numbered(2, 1, 0, PLAY))
    assert inbox.is_new(Numbered(1, 2, 0, PLAY)) and inbox.is_new(first)
    assert inbox.repeats == 1
