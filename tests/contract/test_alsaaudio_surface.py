"""The stand-in against the real package, on ALSA's `null` device where a device is needed."""

import errno
from typing import Any

import pytest

from hwsim.bench_board import SimulatedHats
from hwsim.clock import VirtualClock
from hwsim.standins import alsaaudio as standin
from hwsim.wire import Wire

real = pytest.importorskip("alsaaudio", reason="the alsaaudio package is not installed")

PERIOD: dict[str, Any] = dict(rate=8000, channels=2, format=real.PCM_FORMAT_S32_LE, periodsize=40, periods=4)
METHODS = sorted(name for name in dir(real.PCM) if not name.startswith("_"))
USED = (
    "type", "mode", "device", "cardindex", "card", "rate", "channels", "format", "periodsize", "periods",
)  # fmt: skip


def simulated() -> tuple[Any, SimulatedHats]:
    hats = SimulatedHats(Wire(8), VirtualClock(), [("fxo",) * 4])
    return standin.on(hats.backplane, {"null": hats.highways[0]}), hats


@pytest.fixture(params=["real", "stand-in"])
def alsa(request: pytest.FixtureRequest) -> Any:
    if request.param == "stand-in":
        return simulated()[0]
    try:
        real.PCM(device="null").close()
    except real.ALSAAudioError as error:
        pytest.skip(f"no ALSA null device here: {error}")
    return real


def test_the_stand_in_has_every_method_of_the_real_pcm() -> None:
    assert sorted(name for name in dir(standin.PCM) if not name.startswith("_")) == METHODS


def test_constants_agree() -> None:
    names = [name for name in vars(standin) if name.startswith("PCM_")]
    assert len(names) > 25
    assert {name: getattr(standin, name) for name in names} == {name: getattr(real, name) for name in names}
    assert {name for name in dir(real) if name.startswith(("PCM_STATE", "PCM_TSTAMP"))} <= set(names)


def test_the_error_is_the_packages_own(alsa: Any) -> None:
    assert alsa.ALSAAudioError.__bases__ == (Exception,)


@pytest.mark.parametrize("keyword", USED)
def test_both_take_the_constructors_keywords(alsa: Any, keyword: str) -> None:
    values = dict(PERIOD, type=1, mode=0, device="null", card=None, cardindex=-1)
    if keyword in ("card", "cardindex"):  # the older ways to name a device
        values = {"device": "null", keyword: values[keyword]}
    alsa.PCM(
        **{"device": "null", keyword: values[keyword]} if keyword != "card" else {"device": "null"}
    ).close()


def test_unknown_keywords_are_refused(alsa: Any) -> None:
    with pytest.raises(TypeError):
        alsa.PCM(device="null", colour="red")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(standin.ALSAAudioError):
        simulated()[0].PCM(device="hw:99")


def test_capture_gives_frames_and_bytes_of_the_period(alsa: Any) -> None:
    pcm = alsa.PCM(type=alsa.PCM_CAPTURE, mode=alsa.PCM_NORMAL, device="null", **PERIOD)
    frames, data = pcm.read()
    assert (frames, len(data), type(data)) == (40, 320, bytes)
    assert pcm.pcmtype() == alsa.PCM_CAPTURE and pcm.pcmmode() == alsa.PCM_NORMAL
    assert pcm.state() == alsa.PCM_STATE_RUNNING
    assert pcm.drop() == 0 and pcm.state() == alsa.PCM_STATE_SETUP
    pcm.close()


def test_playback_takes_whole_frames_and_says_how_many(alsa: Any) -> None:
    pcm = alsa.PCM(type=alsa.PCM_PLAYBACK, device="null", **PERIOD)
    assert pcm.state() == alsa.PCM_STATE_PREPARED
    assert pcm.write(bytes(320)) == 40
    with pytest.raises(alsa.ALSAAudioError, match="multiple of framesize"):
        pcm.write(bytes(319))
    with pytest.raises(TypeError):
        pcm.write([1])
    with pytest.raises(TypeError):
        pcm.write()
    with pytest.raises(alsa.ALSAAudioError, match="playback PCM"):
        pcm.read()
    pcm.close()


def test_info_has_the_same_keys_and_types(alsa: Any) -> None:
    pcm = alsa.PCM(type=alsa.PCM_CAPTURE, device="null", **PERIOD)
    info = pcm.info()
    pcm.close()
    ours = simulated()[0].PCM(type=1, device="null", **PERIOD).info()
    assert list(info) == list(ours)
    assert [type(value) for value in info.values()] == [type(value) for value in ours.values()]
    for key in ("period_size", "period_time", "rate", "channels", "format", "buffer_size", "periods"):
        assert info[key] == ours[key]


CLOSED = ("read", "avail", "state", "drop", "polldescriptors", "pcmtype", "cardname")


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_stream_refuses(alsa: Any, name: str) -> None:
    if alsa is real and name == "polldescriptors":
        pytest.skip("the real package crashes in some versions")
    pcm = alsa.PCM(type=alsa.PCM_CAPTURE, device="null", **PERIOD)
    pcm.close()
    pcm.close()
    with pytest.raises(alsa.ALSAAudioError, match="PCM device is closed"):
        getattr(pcm, name)()


def test_a_broken_stream_says_epipe_once_in_each_direction() -> None:
    alsa, hats = simulated()
    capture = alsa.PCM(type=1, device="null", **PERIOD)
    playback = alsa.PCM(type=0, device="null", **PERIOD)
    playback.write(bytes(320))
    assert capture.read()[0] == 40
    hats.highways[0].broken = True
    assert capture.read() == (-errno.EPIPE, b"")
    hats.highways[0].broken = True
    assert playback.write(bytes(320)) == -errno.EPIPE


def test_reading_is_what_lets_time_pass() -> None:
    clock = VirtualClock()
    hats = SimulatedHats(Wire(8), clock, [("fxo",) * 4])
    alsa = standin.on(hats.backplane, {"null": hats.highways[0]})
    capture = alsa.PCM(type=1, device="null", **PERIOD)
    playback = alsa.PCM(type=0, device="null", **PERIOD)
    for _ in range(4):
        playback.write(bytes(320))
    for period in range(1, 9):
        playback.write(bytes(320))
        capture.read()
        assert clock.now_us() == 5000 * period


def test_a_non_blocking_read_gives_nothing_before_the_period_is_over() -> None:
    alsa, hats = simulated()
    capture = alsa.PCM(type=1, mode=alsa.PCM_NONBLOCK, device="null", **PERIOD)
    assert capture.read() == (0, b"")
    hats.backplane.clock.wait_until(5000)
    assert capture.avail() == 40 and capture.read()[0] == 40


def test_a_full_playback_buffer_takes_no_more() -> None:
    alsa, _ = simulated()
    playback = alsa.PCM(type=0, device="null", **PERIOD)
    assert [playback.write(bytes(320)) for _ in range(5)] == [40, 40, 40, 40, 0]
    assert playback.avail() == 0
