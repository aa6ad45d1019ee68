import numpy as np
import pytest

from drivers.countries import CallerIdForm, countries, profile
from drivers.dsp.caller_id import CallerIdMessage, from_dtmf, from_fsk
from drivers.dsp.caller_id_bank import CallerIdBank
from drivers.dsp.caller_id_send import ALERT_HZ, dtmf_keys, octets, sent
from hwsim.signals.noise import noise
from hwsim.signals.trials import caller_id_score, stacked, ticks_of

CHINA = profile("CN")
FORMS = [
    pytest.param(code, form, id=f"{code}-{form.form}-{form.message or form.start + form.end}")
    for code in countries()
    for form in (profile(code).caller_id, *profile(code).caller_id_also)
    if form.offered
]
NAMES = {"gb18030": "王小明电器有限公司", "iso-8859-1": "Jürgen Müller", "utf-8": "Anil", "big5": ""}


def messages(form: CallerIdForm, charset: str, count: int, rng: np.random.Generator) -> list[CallerIdMessage]:
    out = []
    for _ in range(count):
        number = "".join(rng.choice(list("0123456789"), int(rng.integers(5, 13))))
        name = NAMES[charset][: int(rng.integers(1, 9))].strip() if form.message == "mdmf" else ""
        out.append(CallerIdMessage(number, name, "allowed", "", "10011234"))
    return out


@pytest.mark.parametrize(("code", "form"), FORMS)
def test_every_form_is_read_as_it_was_sent(code: str, form: CallerIdForm) -> None:
    rng = np.random.default_rng(11)
    charset = profile(code).name_charset
    score = caller_id_score(form, charset, messages(form, charset, 30, rng), rng)
    assert (score.right, score.missed, score.wrong) == (30, 0, 0)


@pytest.mark.parametrize(("code", "form"), FORMS)
def test_a_withheld_number_is_told_as_such_where_the_form_can(code: str, form: CallerIdForm) -> None:
    rng = np.random.default_rng(12)
    kinds = [kind for kind in ("private", "unavailable") if form.form != "dtmf" or kind in form.absent]
    told = [CallerIdMessage("", "", kind, "") for kind in kinds]
    if told:
        assert caller_id_score(form, profile(code).name_charset, told, rng).right == len(told)


def test_octets_are_those_measured_on_spandsp() -> None:
    """HARDWARE.md §4.4."""
    said = CallerIdMessage("13800138000", "ALICE", "allowed", "", "10011234")
    golden = bytes.fromhex(
        "801e010831303031313233340 20b3133383030313338303030 0705414c494345 2e".replace(" ", "")
    )
    assert octets(CHINA.caller_id, said) == golden
    assert from_fsk(golden[:-1], "gb18030") == CallerIdMessage(
        "13800138000", "ALICE", "allowed", "fsk-mdmf", "10011234"
    )
    assert dtmf_keys(CHINA.caller_id_by("dtmf"), said) == "A13800138000#"


def test_in_loud_noise_nothing_wrong_is_shown() -> None:
    rng = np.random.default_rng(13)
    for code in ("CN", "GB", "IN", "TW"):
        form, charset = profile(code).caller_id, profile(code).name_charset
        score = caller_id_score(form, charset, messages(form, charset, 60, rng), rng, snr_db=4.0)
        assert score.wrong == 0


def keys(text: str, form: CallerIdForm, lost: int | None = None) -> CallerIdMessage | None:
    began = [140 * k for k in range(len(text))]
    if lost is not None:
        text, began = text[:lost] + text[lost + 1 :], began[:lost] + began[lost + 1 :]
    return from_dtmf(text, began, form)


def test_a_lost_key_makes_no_other_number() -> None:
    for code in ("IN", "BR", "TW"):
        form = profile(code).caller_id
        whole = dtmf_keys(form, CallerIdMessage("02087654321", "", "allowed", ""))
        assert keys(whole, form) is not None
        assert [keys(whole, form, lost) for lost in range(len(whole) - 1)] == [None] * (len(whole) - 1)


@pytest.mark.parametrize("text", ["A13800138000#", "13800138000#", "D13800138000C", "B13800138000D"])
def test_chinese_exchanges_use_any_codes(text: str) -> None:
    said = keys(text, CHINA.caller_id_by("dtmf"))
    assert said is not None
    assert said.number == "13800138000"


def test_a_redirecting_number_is_not_the_caller() -> None:
    said = keys("A0115550100D0115550199C", profile("IN").caller_id)
    assert said is not None
    assert said.number == "0115550100"


@pytest.mark.parametrize("text", ["A12#", "AC", "#", "A1*3456#", "A" + "1" * 30 + "#", "C", ""])
def test_what_is_no_number_is_not_shown(text: str) -> None:
    assert keys(text, CHINA.caller_id_by("dtmf")) is None


def test_the_british_alert_comes_before_the_message_with_its_times() -> None:
    form = profile("GB").caller_id
    wave = sent(form, CallerIdMessage("02079460000", "", "allowed", "")).astype(float)
    assert not wave[:2400].any()
    alert = np.abs(np.fft.rfft(wave[2400:3200]))
    assert sorted(np.argsort(alert)[-2:] * 10.0) == list(ALERT_HZ)
    assert not wave[3200:4400].any()
    assert wave[4402:4480].any()


def test_a_line_without_the_service_sends_nothing() -> None:
    assert sent(profile("RU").caller_id, CallerIdMessage("1234567", "", "allowed", "")).size == 0


def test_a_stopped_row_hears_nothing_more() -> None:
    wave = sent(CHINA.caller_id, CallerIdMessage("13800138000", "", "allowed", "")).astype(float)
    matrix, bank = stacked([wave, wave]), CallerIdBank(2)
    bank.start(0, CHINA.caller_id, "gb18030")
    bank.start(1, CHINA.caller_id, "gb18030")
    heard = []
    for tick, block in enumerate(ticks_of(matrix)):
        if tick == 20:
            bank.stop(1)
        heard += bank.process(block)
    assert [row for row, _ in heard] == [0]
    assert bank.listening(0)
    assert not bank.listening(1)


def test_noise_alone_says_nothing() -> None:
    rng = np.random.default_rng(5)
    bank, matrix = CallerIdBank(2), stacked([noise(80000, -20, rng), noise(80000, -35, rng)])
    bank.start(0, CHINA.caller_id, "gb18030")
    bank.start(1, CHINA.caller_id_by("dtmf"), "gb18030")
    assert [found for block in ticks_of(matrix) for found in bank.process(block)] == []


def test_a_name_is_cut_between_characters() -> None:
    said = CallerIdMessage("1234567", "名" * 60, "allowed", "")
    back = from_fsk(octets(CHINA.caller_id, said, "gb18030")[:-1], "gb18030")
    assert back is not None
    assert back.name == "名" * 25
