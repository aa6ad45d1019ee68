from __future__ import annotations

from itertools import pairwise

import pytest

from firmware.config.check import countries
from firmware.config.schema import DialPlan, Site
from firmware.engine.dialling.numbers import NumberClass, classify, may_call, never_longer, normalise

PLANS = {
    code: DialPlan(
        country_code=one["country_code"],
        trunk_prefix=one["trunk_prefix"],
        international_prefix=one["international_prefix"],
        emergency=tuple(one["emergency"]),
    )
    for code, one in countries().items()
}


@pytest.mark.parametrize(
    ("country", "area", "received", "e164"),
    [
        ("CN", "10", "82345678", "+861082345678"),
        ("CN", "10", "010-8234 5678", "+861082345678"),
        ("CN", "755", "(010) 82345678", "+861082345678"),
        ("CN", "10", "13812345678", "+8613812345678"),
        ("CN", "10", "013812345678", "+8613812345678"),
        ("CN", "10", "008613812345678", "+8613812345678"),
        ("CN", "10", "8613812345678", "+8613812345678"),
        ("CN", "10", "+86 138 1234 5678", "+8613812345678"),
        ("CN", "10", "17909013812345678", "+8613812345678"),
        ("CN", "10", "19001234567", "+8619001234567"),
        ("CN", "10", "19901234567", "+8619901234567"),
        ("CN", "10", "1900102345678", "+86102345678"),
        ("CN", "10", "19001082345678", "+861082345678"),
        ("CN", "10", "+86 (0)10 6234 5678", "+861062345678"),
        ("CN", "10", "0086 010 6234 5678", "+861062345678"),
        ("CN", "10", "0085225281234", "+85225281234"),
        ("CN", "10", "4008123456", "+864008123456"),
        ("CN", "10", "10086", ""),
        ("CN", "10", "95588", ""),
        ("CN", "10", "110", ""),
        ("CN", "", "82345678", ""),
        ("GB", "20", "02079460123", "+442079460123"),
        ("GB", "20", "79460123", "+442079460123"),
        ("GB", "20", "0044 20 7946 0123", "+442079460123"),
        ("DE", "30", "030 901820", "+4930901820"),
        ("FR", "", "01 23 45 67 89", "+33123456789"),
        ("US", "212", "5550123", "+12125550123"),
        ("US", "212", "(415) 555-0123", "+14155550123"),
        ("US", "212", "1 415 555 0123", "+14155550123"),
        ("US", "212", "011442079460123", "+442079460123"),
        ("GB", "20", "+44 (0)20 7946 0123", "+442079460123"),
        ("RU", "495", "+7 812 123 45 67", "+78121234567"),
        ("RU", "495", "84951234567", "+74951234567"),
        ("RU", "495", "9161234567", "+79161234567"),
        ("RU", "495", "79161234567", "+79161234567"),
        ("RU", "495", "810442079460123", "+442079460123"),
        ("IN", "22", "9812345678", "+919812345678"),
        ("IN", "22", "02226543210", "+912226543210"),
        ("BR", "11", "01121234567", "+551121234567"),
        ("BR", "11", "0151121234567", "+551121234567"),
        ("BR", "11", "11987654321", "+5511987654321"),
        ("TW", "2", "0912345678", "+886912345678"),
        ("TW", "2", "0028613812345678", "+8613812345678"),
        ("TW", "2", "27208889", "+886227208889"),
    ],
)
def test_a_number_has_one_international_form(country: str, area: str, received: str, e164: str) -> None:
    assert normalise(received, PLANS[country], area) == e164


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        " ",
        "P",
        "Anonymous",
        "1" * 1000,
        "+",
        "++8613812345678",
        "110\n",
        "１３８１２３４５６７８",
        "138'; DROP",
        "*41#",
    ],
)
def test_what_is_no_number_has_no_international_form(hostile: str) -> None:
    assert normalise(hostile, PLANS["CN"], "10") == ""


@pytest.mark.parametrize(
    ("country", "area", "dialled", "number_class"),
    [
        ("CN", "10", "110", NumberClass.EMERGENCY),
        ("CN", "10", "82345678", NumberClass.LOCAL),
        ("CN", "10", "01082345678", NumberClass.LOCAL),
        ("CN", "10", "02182345678", NumberClass.NATIONAL),
        ("CN", "10", "13812345678", NumberClass.NATIONAL),
        ("CN", "10", "10086", NumberClass.SERVICE),
        ("CN", "10", "8008101234", NumberClass.SERVICE),
        ("CN", "10", "16812345", NumberClass.PREMIUM),
        ("CN", "10", "0086016812345", NumberClass.PREMIUM),
        ("CN", "10", "00860016812345", NumberClass.PREMIUM),
        ("CN", "10", "0085225281234", NumberClass.INTERNATIONAL),
        ("CN", "10", "+85225281234", NumberClass.INTERNATIONAL),
        ("CN", "10", "008613812345678", NumberClass.NATIONAL),
        ("CN", "10", "179090085225281234", NumberClass.INTERNATIONAL),
        ("CN", "10", "1259300442079460123", NumberClass.INTERNATIONAL),
        ("CN", "10", "000442079460123", NumberClass.INTERNATIONAL),
        ("CN", "10", "", NumberClass.UNKNOWN),
        ("CN", "10", "12a", NumberClass.UNKNOWN),
        ("CN", "10", "114", NumberClass.SERVICE),
        ("CN", "10", "12306", NumberClass.SERVICE),
        *(
            ("CN", "10", one, NumberClass.PREMIUM)
            for one in (
                "160",
                "168",
                "139",
                "1391234",
                "021",
                "008",
                "0086",
                "008613",
                "17909",
                "12593",
                "6234",
            )
        ),
        ("DE", "30", "0900", NumberClass.PREMIUM),
        ("DE", "30", "901820", NumberClass.LOCAL),
        ("GB", "20", "79460123", NumberClass.LOCAL),
        ("IN", "22", "186", NumberClass.PREMIUM),
        ("US", "212", "900", NumberClass.PREMIUM),
        ("US", "212", "911", NumberClass.EMERGENCY),
        ("US", "212", "5550123", NumberClass.LOCAL),
        ("US", "212", "4155550123", NumberClass.NATIONAL),
        ("US", "212", "18765550123", NumberClass.INTERNATIONAL),
        ("US", "212", "8765550123", NumberClass.INTERNATIONAL),
        ("US", "212", "011442079460123", NumberClass.INTERNATIONAL),
        ("US", "212", "01442079460123", NumberClass.INTERNATIONAL),
        ("US", "212", "1010288011442079460123", NumberClass.INTERNATIONAL),
        ("US", "212", "19005550123", NumberClass.PREMIUM),
        ("US", "212", "8005550123", NumberClass.SERVICE),
        ("GB", "20", "09061234567", NumberClass.PREMIUM),
        ("GB", "20", "999", NumberClass.EMERGENCY),
        ("DE", "30", "09001234567", NumberClass.PREMIUM),
        ("DE", "30", "010330044207946012", NumberClass.INTERNATIONAL),
        ("FR", "", "0899123456", NumberClass.PREMIUM),
        ("RU", "495", "810442079460123", NumberClass.INTERNATIONAL),
        ("RU", "495", "88091234567", NumberClass.PREMIUM),
        ("BR", "11", "0015442079460123", NumberClass.INTERNATIONAL),
        ("TW", "2", "0204123456", NumberClass.PREMIUM),
    ],
)
def test_a_dialled_number_has_a_class(
    country: str, area: str, dialled: str, number_class: NumberClass
) -> None:
    site = Site(country=country, area=area)
    assert classify(dialled, PLANS[country], site) is number_class


def test_every_level_may_call_what_the_one_below_may_and_emergency_always() -> None:
    levels = ["internal", "local", "national", "international", "all"]
    for lower, higher in pairwise(levels):
        for one in NumberClass:
            assert may_call(higher, one) or not may_call(lower, one)
    for level in [*levels, "", "no-such-level"]:
        assert may_call(level, NumberClass.EMERGENCY)
        assert not may_call(level, NumberClass.UNKNOWN)
        assert may_call(level, NumberClass.PREMIUM) is (level == "all")
    assert not may_call("no-such-level", NumberClass.LOCAL)


def test_only_numbers_of_a_known_length_end_by_themselves() -> None:
    assert never_longer("13812345678", PLANS["CN"])
    assert never_longer("013812345678", PLANS["CN"])
    assert not never_longer("1381234567", PLANS["CN"])
    assert not never_longer("82345678", PLANS["CN"])
    assert never_longer("14155550123", PLANS["US"])
    assert not never_longer("5550123", PLANS["US"])
    assert not never_longer("0044207946012", PLANS["GB"])
