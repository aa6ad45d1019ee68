"""The stand-in against the real package: whoever is wrong, it must not be the stand-in."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from hwsim.silicon.chain import Si3050Chain
from hwsim.standins.spidev import SpiDev

real = pytest.importorskip("spidev", reason="the spidev package is not installed")

PUBLIC = sorted(name for name in dir(real.SpiDev) if not name.startswith("_"))
ATTRIBUTES = [name for name in PUBLIC if inspect.isgetsetdescriptor(getattr(real.SpiDev, name))]
METHODS = sorted(set(PUBLIC) - set(ATTRIBUTES))
BENCH = {(0, 0): Si3050Chain([None] * 4)}
CLASSES: dict[str, Callable[[], Any]] = {"real": real.SpiDev, "stand-in": partial(SpiDev, BENCH)}


@pytest.fixture(params=CLASSES)
def closed(request: pytest.FixtureRequest) -> Any:
    return CLASSES[request.param]()


def called(make: Callable[[], Any], name: str, arguments: tuple[Any, ...]) -> object:
    return getattr(make(), name)(*arguments)


def assigned(make: Callable[[], Any], name: str, value: object) -> None:
    setattr(make(), name, value)


def outcome(call: Callable[[], object]) -> object:
    """What a call gives or raises, without addresses."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever it is, both must do it
        return type(error), str(error).split(": ")[0]


def test_the_stand_in_has_every_public_name_and_no_other() -> None:
    assert sorted(name for name in dir(SpiDev) if not name.startswith("_")) == PUBLIC
    assert {"__enter__", "__exit__"} <= set(dir(SpiDev))


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_methods_and_attributes_are_attributes(name: str) -> None:
    assert callable(getattr(SpiDev, name))


CLOSED_CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("open", (0, 99)),
    ("open_path", ("/dev/none",)),
    ("close", ()),
    ("fileno", ()),
    ("readbytes", (1,)),
    ("readbytes", (5000,)),
    *((name, ([],)) for name in ("xfer", "xfer2", "xfer3", "writebytes", "writebytes2")),
    *((name, ([1],)) for name in ("xfer", "xfer2", "xfer3", "writebytes", "writebytes2")),
    *((name, ([0] * 4097,)) for name in ("xfer", "xfer2", "writebytes")),
    ("xfer2", (["a"],)),
    ("xfer2", (1,)),
    ("xfer2", ((1,),)),
    ("xfer2", (b"\x01",)),
    ("xfer2", ([300],)),
]


@pytest.mark.parametrize(("name", "arguments"), CLOSED_CALLS, ids=str)
def test_a_closed_device_answers_alike(name: str, arguments: tuple[Any, ...]) -> None:
    answers = [outcome(partial(called, make, name, arguments)) for make in CLASSES.values()]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes_of_a_closed_device_read_alike(name: str) -> None:
    assert getattr(real.SpiDev(), name) == getattr(SpiDev(BENCH), name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ATTRIBUTES for value in (1, 9, "x", None, True)),
        ("bits_per_word", 7),
        ("bits_per_word", 33),
        ("mode", -1),
    ],
)
def test_setting_attributes_of_a_closed_device_fails_alike(name: str, value: object) -> None:
    answers = [outcome(partial(assigned, make, name, value)) for make in CLASSES.values()]
    assert answers[0] == answers[1]


def test_keyword_arguments_are_taken_and_refused_alike(closed: Any) -> None:
    with pytest.raises(TypeError):
        closed.xfer2(values=[1])
    with pytest.raises(TypeError):
        closed.writebytes(values=[1])
    with pytest.raises(FileNotFoundError):
        closed.open(bus=0, device=99)


def test_names_that_are_not_there_are_not_there(closed: Any) -> None:
    with pytest.raises(AttributeError):
        closed.rejected  # noqa: B018


def test_an_open_stand_in_frames_one_byte_a_call_and_counts_longer_ones() -> None:
    device = SpiDev(BENCH, 0, 0)
    device.mode = 3
    chain = BENCH[0, 0]
    before = chain.framing_errors
    assert [device.xfer2([byte]) for byte in (0x60, 0x02, 0x00)] == [[0xFF]] * 3
    assert chain.framing_errors == before
    assert device.xfer2([0x60, 0x02, 0x00]) == [0xFF] * 3
    assert chain.framing_errors == before + 1
    device.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        device.xfer2([0])
    with SpiDev(BENCH, 0, 0) as again:
        assert again.xfer3([1, 2]) == (0xFF, 0xFF)
    with pytest.raises(FileNotFoundError):
        SpiDev(BENCH, 7, 7)


def test_a_chip_clocked_in_another_spi_mode_understands_nothing() -> None:
    device = SpiDev(BENCH, 0, 0)
    before = BENCH[0, 0].framing_errors
    assert device.xfer2([0x60]) == [0xFF]
    assert BENCH[0, 0].framing_errors == before + 1
