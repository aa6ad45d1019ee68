import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drivers.countries import countries, profile
from drivers.dsp.caller_id import ALLOWED, CallerIdMessage, from_dtmf, from_fsk, name_text
from drivers.dsp.caller_id_bank import CallerIdBank
from drivers.dsp.caller_id_send import octets

CHARSETS = ("gb18030", "iso-8859-1", "utf-8", "big5", "no-such-codec")


@given(st.binary(max_size=300), st.sampled_from(CHARSETS))
def test_any_octets_are_a_message_or_none(soup: bytes, charset: str) -> None:
    said = from_fsk(soup, charset)
    if said is not None:
        assert (said.presentation == ALLOWED) == bool(said.number)
        assert set(said.number) <= set("0123456789+*#")
        assert said.name.isprintable()


@given(st.sampled_from([0x80, 0x04]), st.binary(max_size=250), st.sampled_from(CHARSETS))
def test_any_body_of_a_caller_message_is_read_without_harm(kind: int, body: bytes, charset: str) -> None:
    said = from_fsk(bytes([kind, len(body)]) + body, charset)
    assert said is None or len(said.name) <= 64


@given(st.text("0123456789*#ABCD", max_size=60), st.sampled_from(countries()), st.data())
def test_any_keys_are_a_message_or_none(soup: str, code: str, data: st.DataObject) -> None:
    began = sorted(data.draw(st.lists(st.integers(0, 10**6), min_size=len(soup), max_size=len(soup))))
    for form in (profile(code).caller_id, *profile(code).caller_id_also):
        if form.form == "dtmf":
            said = from_dtmf(soup, began, form)
            assert said is None or said.number == "" or said.number in soup


@given(st.binary(max_size=80), st.sampled_from(CHARSETS))
def test_any_name_is_printable(soup: bytes, charset: str) -> None:
    assert name_text(soup, charset).isprintable()


@given(
    st.text("0123456789", min_size=3, max_size=20),
    st.text(st.characters(codec="gb18030", categories=("Lo", "Ll", "Lu")), max_size=12),
)
def test_what_is_sent_comes_back(number: str, name: str) -> None:
    form = profile("CN").caller_id
    whole = octets(form, CallerIdMessage(number, name, ALLOWED, "", "01020304"), "gb18030")
    assert sum(whole) % 256 == 0
    assert from_fsk(whole[:-1], "gb18030") == CallerIdMessage(number, name, ALLOWED, "fsk-mdmf", "01020304")


@given(st.integers(0, 2**32 - 1))
def test_any_samples_pass_the_receivers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bank = CallerIdBank(2)
    bank.start(0, profile("CN").caller_id, "gb18030")
    bank.start(1, profile("IN").caller_id, "utf-8")
    for _ in range(5):
        bank.process(rng.integers(-32768, 32768, (2, 160)).astype(np.int16))
