"""One slip at a time in a file that is otherwise good: it is named, in its line, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.config import wordings
from firmware.config.check import check_config, known_names
from firmware.config.faults import Fault, Wording
from firmware.config.load import load, loads
from firmware.config.schema import Config

OFFICE = (Path(__file__).parent / "files" / "office.toml").read_text("utf-8")

SECOND_CARD = '[[card]]\nname = "second"\n'
FIRST_LINE = '[[line]]\nname = "line-1"'

# (slug, what stands in the good file, what stands there instead; the fault is in the line where a «mark» is)
SLIPS = [
    ("syntax", 'name = "Small office"', "«name = Small office"),
    ("syntax", "[[queue]]\nid = \"sales\"", "«[[queue]\nid = \"sales\""),
    ("syntax", 'slots = ["fxo", "fxo",', '«slots = ["fxo", fxo,'),
    ("syntax", 'id = "sales"\nstrategy', 'id = "sales"\n«id = "sales"\nstrategy'),
    ("syntax", 'queues = ["sales", "service"]', 'queues = [\n"sales",\n«service,\n"spare"\n]'),
    ("unknown-key", 'language = "zh"', '«langage = "zh"'),
    ("unknown-key", "[site]", '«colour = "red"\n[site]'),
    ("missing", 'number = "801"\n', "", ),
    ("wrong-type", 'number = "801"', "«number = 801"),
    ("wrong-type", "slot = 6", '«slot = "6"'),
    ("wrong-type", "slot = 6", "«slot = 6.5"),
    ("wrong-type", "slot = 6", "«slot = true"),
    ("wrong-type", 'queues = ["sales", "service"]', '«queues = "sales"'),
    ("wrong-type", "skills = { zh = 90, en = 40 }", "«skills = 90"),
    ("wrong-type", 'voicemail = "office"', '«voicemail = ["office"]'),
    ("wrong-type", 'voicemail = "office"', 'voicemail = "office"\n«pulse = "no"'),
    ("wrong-type", 'voicemail = "office"', 'voicemail = "office"\n«ring_s = "long"'),
    ("wrong-type", 'voicemail = "office"', 'voicemail = "office"\n«ring_s = nan'),
    ("wrong-type", '[[mailbox]]\nid = "office"', '«[mailbox]\nid = "office"'),
    ("no-such-choice", 'strategy = "least-talk"', '«strategy = "random"'),
    ("no-such-choice", 'hangup = ["busy-tone", "silence"]', '«hangup = ["busy-tone", "silent"]'),
    ("no-such-choice", 'kind = "menu"', '«kind = "ask"'),
    ("out-of-range", "slot = 7", "«slot = 9"),
    ("out-of-range", "skills.zh = 50", "«skills.zh = 101"),
    ("out-of-range", "skills.zh = 50", "skills.zh = 50\n«ring_s = -1"),
    ("never-early", 'language = "zh"', 'language = "zh"\n«purge_early_days = 400'),
    ("records-forget-first", 'language = "zh"', 'language = "zh"\n«personal_data_days = 90'),
    ("bad-span", '"13:00-17:30"', '«"13:00-17:60"'),
    ("bad-date", '"2026-10-01"', '«"2026-13-01"'),
    ("bad-day", "sat = [", "«sab = ["),
    ("bad-zone", 'zone = "Asia/Shanghai"', '«zone = "Peking"'),
    ("bad-digits", 'pin = "4711"', '«pin = "47-11"'),
    ("bad-key", "keys = { 1 =", "«keys = { a ="),
    ("bad-star-code", "[site]", '[features]\n«ready = "43"\n[site]'),
    ("bad-name", "[site]", '[[prompt]]\n«id = "a b"\n[site]'),
    ("given-twice", 'number = "802"', '«number = "801"'),
    ("given-twice", '[[mailbox]]\nid = "office"', '[[mailbox]]\nid = "office"\n[[mailbox]]\n«id = "office"'),
    ("no-such-name", 'flow = "main"\nhangup', '«flow = "mane"\nhangup'),
    ("no-such-name", 'prompt = "main-menu"', '«prompt = "no-such-prompt"'),
    ("no-such-name", 'overflow = "queue:sales"', '«overflow = "queue:sale"'),
    ("no-such-name", 'overflow = "queue:sales"', '«overflow = "voicemail:nobody"'),
    ("unknown-country", 'country = "CN"', '«country = "XX"'),
    ("too-many-slots", '"fxs", "fxs"]', '"fxs", "fxs", "fxs", "fxs"]'),
    ("mixed-families", '"fxo", "fxo", "empty"', '"fxo", "fxo", "fxs"', ),
    ("same-bus", FIRST_LINE, SECOND_CARD + '«bus = 0\npcm = "hw:1"\nslots = ["fxo"]\n' + FIRST_LINE),
    ("slot-taken", "slot = 6", "«slot = 5"),
    ("no-such-slot", "slot = 7", "«slot = 8"),
    ("no-slots", FIRST_LINE, "«" + SECOND_CARD + 'bus = 1\npcm = "hw:1"\n' + FIRST_LINE),
    ("wrong-slot-kind", "slot = 7", "«slot = 3"),
    ("emergency-clash", 'number = "803"', '«number = "11"'),
    ("emergency-beginning", 'pin = "4711"', '«pin = "1104"'),
    ("outside-clash", 'number = "803"', '«number = "903"'),
    ("no-emergency", "[site]", "[dial_plan]\n«emergency = []\n[site]"),
    ("marks-too-close", "[site]", "[storage]\nwarn_percent = 80\n«purge_percent = 82\n[site]"),
    ("marks-too-close", "[site]", "[storage]\n«stop_percent = 91\n[site]"),
    ("out-of-range", "[site]", "[storage]\n«stop_percent = 100\n[site]"),
    ("feature-clash", "[site]", '[features]\n«voicemail = "*41"\n[site]'),
    ("bad-overflow", 'overflow = "queue:sales"', '«overflow = "sales"'),
    ("bad-overflow", 'overflow = "queue:sales"', '«overflow = "outside:home"'),
    ("overflow-cycle", 'overflow = "voicemail:office"', '«overflow = "queue:service"'),
    ("overflow-cycle", 'overflow = "voicemail:office"',
     'overflow_step = [\n{ when = "wait", after_s = 20, «target = "queue:service" }]'),
    ("bad-overflow", 'overflow = "voicemail:office"',
     'overflow_step = [\n{ when = "wait", after_s = 20, «target = "sales" }]'),
    ("step-needs", 'overflow = "voicemail:office"',
     'overflow_step = [\n{ «when = "wait", target = "voicemail:office" }]'),
    ("step-never", 'overflow = "voicemail:office"',
     'overflow_step = [\n«{ when = "length", waiting = 99, target = "voicemail:office" }]'),
    ("key-twice", 'overflow = "voicemail:office"', 'exit_key = "1"\n«callback_key = "1"'),
    ("given-twice", "[site]", '[[positions.rule]]\nreason = "lunch"\n[[positions.rule]]\n«reason = "lunch"\n[site]'),
    ("no-such-node", 'start = "open"', '«start = "opne"'),
    ("no-such-node", 'otherwise = "night"', '«otherwise = "nite"'),
    ("node-twice", 'id = "night"\n', 'id = "night"\nkind = "hang-up"\n[[flow.node]]\n«id = "night"\n'),
    ("node-needs", 'kind = "voicemail"\nmailbox = "office"', 'kind = "voicemail"', ),
    ("no-such-name", 'kind = "voicemail"\nmailbox = "office"', 'kind = "extension"\n«extension = "899"'),
    ("endless", 'kind = "menu"\nprompt', 'kind = "play"\nnext = "open"\nprompt', ),
    ("endless", 'kind = "voicemail"\nmailbox = "office"', 'kind = "flow"\nflow = "main"', ),
    ("overlapping-spans", '"13:00-17:30"', '"11:00-17:30"', ),
    ("no-hang-up-sign", 'hangup = ["busy-tone", "silence"]', "«hangup = []"),
    ("emergency-absent", "[site]", '[dial_plan]\n«emergency = ["110"]\n[site]'),
    ("other-country", "[site]", '[dial_plan]\n«country_code = "44"\n[site]'),
    ("queue-cuts-off", 'overflow = "voicemail:office"', "«max_wait_s = 60"),
    ("queue-cuts-off", '[[queue]]\nid = "service"\noverflow = "queue:sales"', '«[[queue]]\nid = "service"'),
    ("nobody-serves", "skills = { zh = 90, en = 40 }", "skills = { zh = 40 }", ),
    ("unreachable", 'otherwise = "night"', 'otherwise = "menu"', ),
]  # fmt: skip
ROOMS = "".join(f'[[room]]\nid = "r{at}"\n' for at in range(1000))
SLIPS += [
    ("bad-beginning", "[site]", '[[class]]\nid = "k"\n«allow = ["+86x"]\n[site]'),
    ("pin-for-nothing", "[site]", '[[class]]\nid = "k"\n«pin_for = ["local"]\n[site]'),
    ("no-accounts", "[site]", '[[class]]\nid = "k"\n«needs_account = true\n[site]'),
    ("emergency-beginning", "[site]", '[[class]]\nid = "k"\n«pin = "1101"\n[site]'),
    ("emergency-beginning", "[site]", '[[account]]\n«code = "9110"\n[site]'),
    ("no-such-name", 'number = "801"', 'number = "801"\n«class = "k"'),
    ("bad-pair", "[site]", '[dial_plan]\n«speed_dial = {"7" = "801"}\n[site]'),
    ("bad-keys", "[site]", '[dial_plan]\n«speed_dial = {"07" = "call home"}\n[site]'),
    ("speed-dial-code", "[site]", '[dial_plan]\n«speed_dial = {"07" = "*708"}\n[site]'),
    ("emergency-short", "[site]", '[dial_plan]\n«emergency = ["110", "119", "120", "122", "0"]\n[site]'),
    ("bad-number", 'number = "010 8234 5678"', '«number = "ask Li"'),
    ("bad-target", FIRST_LINE, FIRST_LINE + '\n«target = "desk:1"'),
    ("bad-target", FIRST_LINE, FIRST_LINE + '\n«target = "outside:home"'),
    ("no-such-name", FIRST_LINE, FIRST_LINE + '\n«target = "service:day"'),
    ("target-cycle", "[site]", '[[service]]\nid = "s"\n«day = "service:s"\n[site]'),
    ("bad-did", "[site]", '[[did]]\n«number = "all"\ntarget = "extension:801"\n[site]'),
    ("bad-block", "[site]", '[[did]]\n«number = "62345699-62345600"\ntarget = "extension:801"\n[site]'),
    ("no-such-name", "[site]", '[[did]]\nnumber = "62345600-62345699"\n«target = "extension:8##"\n[site]'),
    ("group-like-line", "[site]", '[[line_group]]\n«id = "line-1"\n[site]'),
    ("route-empty", "[site]", '«[[route]]\nid = "r"\n[site]'),
    ("no-such-name", "[site]", '[[route]]\nid = "r"\n«lines = ["line-99"]\n[site]'),
    ("line-not-out", FIRST_LINE, '[[route]]\nid = "r"\n«lines = ["line-1"]\n' + FIRST_LINE + "\noutgoing = false"),
    ("chair-pin", "[site]", '[[room]]\nid = "r"\n«chair_pin = "2468"\n[site]'),
    ("number-twice", "[site]", '[[room]]\nid = "r"\n«number = "801"\n[site]'),
    ("mixed-scripts", "[site]", '[[room]]\n«id = "rооm"\n[site]'),
    ("looks-like-another", "[site]", '[[room]]\nid = "hall"\n[[room]]\n«id = "ha1l"\n[site]'),
    ("invisible-sign", 'name = "Small office"', '«name = "Small\u202eoffice"'),
    ("too-many", "[site]", ROOMS + '«[[room]]\nid = "r1000"\n[site]'),
]  # fmt: skip
BOX, SLOT_OF_801 = '[[mailbox]]\nid = "office"', 'number = "801"'
SLIPS += [
    ("bad-clock-time", BOX, BOX + '\n«check_by = "5 pm"'),
    ("bad-mail-address", BOX, BOX + '\n«mail = "li at example"'),
    ("short-pin", BOX, BOX + '\n«pin = "471"'),
    ("hides-nowhere", "[[extension]]", "[[extension]]\n«hide_number = true"),
    ("operator-is-nobody", BOX, BOX + '\n«operator = "outside:13800138000"'),
    ("mail-without-server", BOX, BOX + '\n«mail = "li@example.com"'),
    ("mail-without-sender", "[site]", '«[mail]\nserver = "mail.example.com"\n[site]'),
    ("mail-without-password", "[site]", '«[mail]\nuser = "box"\n[site]'),
    ("deleted-unmailed", BOX, BOX + "\n«mail_then_delete = true"),
    ("check-rings-nobody", BOX, '[[mailbox]]\nid = "shop"\n«check_by = "17:00"\n' + BOX),
    ("never-closed", BOX, BOX + '\n«closed_greeting = "closed"'),
    ("lamp-of-nothing", SLOT_OF_801, SLOT_OF_801 + '\n«lamp = "fsk"'),
]
SLIPS += [
    ("group-empty", "[site]", '«[[group]]\nid = "g"\n[site]'),
    ("member-outside", "[site]", '[[group]]\nid = "g"\n«members = ["801", "913800138000"]\n[site]'),
    ("forward-nowhere", 'number = "801"', 'number = "801"\n«forward_busy = "77"'),
    ("forward-nowhere", 'number = "801"', 'number = "801"\n«follow = [{ number = "801" }]'),
    ("forward-emergency", 'number = "801"', 'number = "801"\n«forward_always = "9110"'),
    ("target-cycle", "[site]", '[[group]]\nid = "g"\nmembers = ["801"]\n«fallback = "group:g"\n[site]'),
    ("slot-emergency", "[site]", '[switchboard]\n«park_slots = ["71", "10"]\n[site]'),
    ("no-such-name", "[site]", '[[paging_group]]\nid = "p"\nnumber = "1"\n«members = ["899"]\n[site]'),
    ("emergency-clash", "[site]", '[[paging_group]]\nid = "p"\n«number = "110"\nmembers = ["801"]\n[site]'),
    ("no-such-name", "[site]", '[switchboard]\n«hold_music = "defalt"\n[site]'),
    ("bad-target", "[site]", '[switchboard]\n«recall_to = "desk"\n[site]'),
]
ASKED = "skills.zh = 50"
SLIPS += [
    ("relax-never", ASKED, ASKED + "\nrelax = [\n«{ skills = { zh = 40 } }]"),
    ("relax-not-later", ASKED, ASKED + "\nrelax = [{ after_s = 20 },\n{ «after_s = 20 }]"),
    ("relax-asks-more", ASKED, ASKED + "\nrelax = [\n{ after_s = 20, skills = { «zh = 60 } }]"),
    ("relax-less-urgent", ASKED, ASKED + "\nrelax = [{ after_s = 9, priority = 5 },\n{ after_s = 20, «priority = 3 }]"),
    ("relax-unasked", ASKED, ASKED + "\nrelax = [\n{ after_s = 20, skills = { «en = 30 } }]"),
    ("not-served-by", 'queues = ["sales", "service"]', 'queues = ["service"]\n«order = { sales = 2 }'),
    ("routing-idle", "[site]", '«[[routing]]\nid = "r"\n[site]'),
    ("bad-number-pattern", "[site]", '[[number_list]]\nid = "best"\n«numbers = ["139*12"]\n[site]'),
    ("bad-gate-secret", "[site]", '[[gate.token]]\nname = "crm"\n«secret = "open sesame"\n[site]'),
]  # fmt: skip
IP = '[[card]]\nname = "ip"\nkind = "sip"\n'
TRUNK = '[[trunk]]\nname = "t"\ncard = "ip"\nhosts = ["a.example"]\n'
SLIPS += [
    ("missing", "slot = 6\n", ""),
    ("sip-slots", "[site]", IP + '«slots = ["fxs"]\n' + TRUNK + "[site]"),
    ("sip-slot", "[site]", IP + '[[extension]]\nnumber = "851"\ncard = "ip"\n«slot = 1\n[site]'),
    ("sip-line", "[site]", IP + TRUNK + '[[line]]\nname = "l"\n«card = "ip"\nslot = 1\n[site]'),
    ("two-sip-cards", "[site]", IP + TRUNK + '[[card]]\nname = "b"\n«kind = "sip"\n[site]'),
    ("trunk-card", "[site]", TRUNK.replace('card = "ip"', '«card = "hat"') + "[site]"),
    ("trunk-hosts", "[site]", IP + "«" + TRUNK.replace('"a.example"', "") + "[site]"),
    ("trunk-password", "[site]", IP + "«" + TRUNK + 'user = "me"\n[site]'),
    ("tls-files", "[site]", IP + TRUNK + "[sip]\n«tls_port = 5061\n[site]"),
    ("no-transport", "[site]", IP + TRUNK + "[sip]\n«udp_port = 0\ntcp_port = 0\n[site]"),
    ("sip-unused", "[site]", "«" + IP + "[site]"),
    (
        "sip-uncapped",
        "[site]",
        IP
        + '«[[extension]]\nnumber = "851"\ncard = "ip"\nmay_call = "all"\n[sip]\nlocal = ["0.0.0.0/0"]\n[site]',
    ),
    ("bad-network", "[site]", IP + TRUNK + '[sip]\n«local = ["10.0.0.1/8"]\n[site]'),
    ("bad-address", "[site]", IP + TRUNK + '[sip]\n«address = "here"\n[site]'),
    (
        "bad-host",
        "[site]",
        IP + TRUNK.replace("hosts = [", "«hosts = [").replace("a.ex", "a b.ex") + "[site]",
    ),
]
IN_PASSING = {"unreachable", "nobody-serves", "emergency-absent", "queue-cuts-off"}
"""Warnings another slip may cause: a node that nothing leads to any more."""


def read(text: str) -> list[Fault]:
    return loads(text, Config, (check_config,), known_names(), file="office.toml")[1]


def test_the_good_file_has_no_fault() -> None:
    assert read(OFFICE) == []


@pytest.mark.parametrize(("slug", "good", "slip"), SLIPS)
def test_a_slip_is_named_in_its_line(slug: str, good: str, slip: str) -> None:
    assert good in OFFICE
    text = OFFICE.replace(good, slip, 1)
    faults = read(text.replace("«", ""))
    serious = [one for one in faults if one.slug == slug or one.slug not in IN_PASSING]
    assert {one.slug for one in serious} == {slug}, [(one.slug, one.line, one.message) for one in faults]
    if "«" in text:
        assert serious[0].line == text[: text.index("«")].count("\n") + 1
    else:
        assert serious[0].line > 0


def test_every_kind_of_fault_has_an_example_here() -> None:
    known = {one.slug for one in vars(wordings).values() if isinstance(one, Wording)}
    elsewhere = {"unreadable", "not-utf-8", "no-match", "bad-length", "bad-regex", "no-lamp-there"}
    assert known - elsewhere <= {slug for slug, *_ in SLIPS}


def test_slips_do_not_hide_one_another() -> None:
    text = OFFICE.replace("slot = 6", 'slot = "six"').replace('country = "CN"', "country = CN")
    text = text.replace('"13:00-17:30"', '"13:00-25:00"').replace('queue = "service"', 'queue = "servise"')
    assert [one.slug for one in read(text)] == ["syntax", "wrong-type", "bad-span", "no-such-name"]


def test_a_file_that_is_not_text_is_a_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b'[site]\nname = "B\xfcro"\n')
    value, faults = load(path, Config)
    assert value is None
    assert [(one.slug, one.line) for one in faults] == [("not-utf-8", 2)]


def test_warnings_do_not_keep_a_file_from_being_used() -> None:
    value, faults = loads(OFFICE.replace("zh = 90", "zh = 10"), Config, (check_config,), known_names())
    assert value is not None
    assert [one.slug for one in faults] == ["nobody-serves"]


@pytest.mark.parametrize(
    "kept",
    [
        'overflow = "voicemail:office"',
        "max_wait_s = 0",
        'overflow_step = [{ when = "wait", after_s = 20, target = "voicemail:office" }]',
    ],
)
def test_a_queue_that_cuts_nobody_off_is_not_warned_of(kept: str) -> None:
    assert read(OFFICE.replace('overflow = "voicemail:office"', kept, 1)) == []


def test_a_date_may_stand_without_quotes() -> None:
    value, _ = loads(OFFICE, Config, known=known_names())
    assert value is not None
    assert value.hours[0].holidays == ("2026-10-01", "2026-10-02")


def test_a_queue_that_overflows_without_agents_needs_none() -> None:
    text = OFFICE.replace("zh = 90", "zh = 10").replace(
        'overflow = "queue:sales"', 'overflow = "queue:sales"\nno_agents = "overflow"'
    )
    assert read(text) == []
