"""Acceptance line 1 with other people's programs: Debian's baresip and SIPp at one box in real time.

Ann (201, over UDP), Ben (202, TCP) and Fay (206, TLS) are baresips, Cid (203) is a telephone of ours whose tone is told
from theirs, Dot (204) and Eve (205) are SIPps.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.box_process import ROOT
from tests.peers import baresip, sipp
from tests.peers.baresip import Baresip, correlates
from tests.peers.peers_office import CARRIER, PeersOffice
from tests.peers.sipp import Script, Sipp, sdp
from tests.peers.spoken import Spoken

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")
pytestmark = pytest.mark.skipif(
    not (baresip.PROGRAM and sipp.PROGRAM), reason="baresip and SIPp are not on this machine: make setup"
)
slow = pytest.mark.slow

ALIKE = 0.97
LOOKS = 30
"""A machine that stands still tears the sound of a second; not of each."""
"""A channel is somebody's voice where it correlates so well with what was said, G.711 and jitter buffers between."""
FOREIGN = 0.3


class People(NamedTuple):
    office: PeersOffice
    ann: Baresip
    ben: Baresip
    fay: Baresip
    cid: Spoken
    carrier: Baresip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with PeersOffice(tmp_path_factory.mktemp("peers") / "box") as office:
        carrier = office.baresip(CARRIER, seed=4)
        assert office.ready(), office.log()
        ann, ben = office.baresip("201", seed=1), office.baresip("202", transport="tcp", seed=2)
        fay = office.baresip("206", transport="tls", seed=3)
        people = People(office, ann, ben, fay, office.phone("203"), carrier)
        assert office.holds(office.sipp(office.script("204").registers()))
        assert office.holds(office.sipp(office.script("205").registers(), tcp=True))
        assert office.trunk_up(), office.log()
        yield people


@pytest.fixture
def people(house: People) -> Iterator[People]:
    yield house
    for one in (house.ann, house.ben, house.fay, house.carrier):
        for _ in range(2):
            one.do("hangup")
    house.cid.do("hang_up_all")
    for sipp_there in house.office.sipps:
        sipp_there.close()
    for telephone in ("801", "802"):
        house.office.sim("hang", telephone)
    assert house.office.until(lambda: house.office.status("sip")["calls"] == 0), house.office.log()
    house.cid.forget()
    for one in (house.ann, house.ben, house.fay, house.carrier):
        one.forget()


def registered(one: Baresip) -> bool:
    return "OK" in one.do("reginfo")


def answers(one: Baresip) -> None:
    assert one.until(lambda: one.saw("CALL_INCOMING")), one.events
    one.do("accept")
    assert one.until(lambda: one.saw("CALL_ESTABLISHED")), one.events


def cid_answers(people: People) -> None:
    cid = people.cid
    assert people.office.until(lambda: cid.last("offered") is not None), people.office.log()
    cid.do("answer", call=cid.last("offered"))
    assert people.office.until(lambda: cid.last("answered")), cid.told


def up(people: People, one: Baresip) -> bool:
    return people.office.until(lambda: one.saw("CALL_ESTABLISHED"))


def over(people: People, one: Baresip) -> bool:
    return people.office.until(lambda: one.saw("CALL_CLOSED"))


def plays(people: People, script: Script, *, tcp: bool = False) -> Sipp:
    return people.office.sipp(script, tcp=tcp)


def held(people: People, there: Sipp) -> None:
    assert people.office.holds(there), there.why()


def likeness(hearer: Baresip, speaker: Baresip) -> float:
    """Of the best quarter of the last second one heard to what the other said."""
    return max(_quarters(speaker.said, hearer.heard(1.0)), default=0.0)


def hears(people: People, hearer: Baresip, speaker: Baresip) -> bool:
    """Looks once a second: correlating costs more than the box."""
    for _ in range(LOOKS):
        so_far = len(hearer.heard())
        people.office.until(lambda so_far=so_far: len(hearer.heard()) > so_far + 9000, 4)  # type: ignore[misc]
        if likeness(hearer, speaker) > ALIKE:
            return True
    return False


# -- registering and calls --------------------------------------------------------------------------------


def test_they_register_over_each_transport(people: People) -> None:
    for one in (people.ann, people.ben, people.fay):
        assert one.until(partial(registered, one))
    wanted = ("201", "202", "203", "204", "205", "206")
    assert people.office.until(lambda: all(one in listed(people) for one in wanted)), listed(people)


def listed(people: People) -> str:
    """What `tipring sip phones` says, which a registration reaches within a second."""
    told = subprocess.run(
        [sys.executable, "-m", "firmware.cli.main", "sip", "phones", "--data", str(people.office.places.root)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_they_call_one_another_and_hear_what_was_said(people: People) -> None:
    ann, ben = people.ann, people.ben
    ann.dial("202")
    answers(ben)
    assert up(people, ann)
    assert hears(people, ben, ann) and hears(people, ann, ben)
    assert likeness(ben, ben) < FOREIGN
    ben.do("hangup")
    assert over(people, ann)


def test_a_telephone_over_tls_calls_one_over_udp(people: People) -> None:
    people.fay.dial("203")
    cid_answers(people)
    assert people.office.hear_only(people.fay, "203") and people.office.hear_only(people.cid, "206")


def test_sipp_calls_and_is_called(people: People) -> None:
    there = plays(people, people.office.script("204").talks("203").waits(0.5).hangs_up("203", 3))
    cid_answers(people)
    held(people, there)
    script = people.office.script("205").remember().reply(180, "Ringing").waits(0.2)
    script.reply(200, "OK", body=sdp(8)).gets("ACK").waits(0.5).from_called("BYE", 1).gets(200)
    there = plays(people, script, tcp=True)
    people.ann.dial("205")
    held(people, there)
    assert over(people, people.ann)


@slow
def test_a_telephone_of_copper_and_back(people: People) -> None:
    office, ben = people.office, people.ben
    lifted = threading.Timer(1.0, lambda: office.sim("lift", "801"))
    ben.dial("801")
    lifted.start()
    assert up(people, ben), office.log()
    lifted.join()
    wav = office.folder / "at-801.wav"
    assert office.sim("hear", "801", "--seconds", "3", "--wav", str(wav)).returncode == 0
    heard, _ = soundfile.read(wav, dtype="int16")
    at_801 = np.asarray(heard).reshape(len(heard), -1)[:, 0]
    # Hybrid and line are in the way: less than by digits alone.
    assert max(_quarters(ben.said, at_801)) > 0.9
    said = office.sim("say", "801", "one two three four five six seven eight nine ten", "--language", "en")
    assert said.returncode == 0
    assert office.until(lambda: float(ben.heard(1.0).std()) > 100, 8)
    office.sim("hang", "801")
    assert over(people, ben)
    ben.forget()
    office.sim("lift", "801")
    office.until(lambda: False, 1.0)
    for digit in "202":
        office.sim("dial", "801", digit)
    answers(ben)


@slow
def test_out_over_copper(people: People) -> None:
    """The route sends numbers with 6 over FXO; the exchange's ringback comes as early media."""
    for _ in range(
        3
    ):  # a busy machine breaks the simulated exchange's dial tone, and the box waits for a whole one
        script = people.office.script("204").calls("966661234").gets(100, optional=True).gets(183)
        script.gets(180, optional=True).gets(183, optional=True).gets(200).request(
            "ACK", "966661234", 2
        ).waits(1)
        there = plays(people, script.hangs_up("966661234", 3))
        if people.office.holds(there) or "no-dial-tone" not in people.office.log().splitlines()[-2]:
            break
    held(people, there)
    assert any("m=audio" in one for one in there.received() if "SIP/2.0 183" in one)
    assert "line-1" in people.office.log() or "line-2" in people.office.log()


@slow
def test_in_over_copper_to_an_agent(people: People) -> None:
    office, ann = people.office, people.ann
    caller = threading.Thread(
        target=office.sim,
        args=("call", "62345678", "--press", "1@2", "--seconds", "12", "--says", "hello hello hello"),
    )
    caller.start()
    assert ann.until(lambda: ann.saw("CALL_INCOMING"), 30), office.log()
    ann.do("accept")
    assert up(people, ann)
    assert office.until(lambda: float(ann.heard(1.0).std()) > 50, 10)
    caller.join()


# -- hold, transfer, conference -----------------------------------------------------------------------------


def test_hold_and_resume(people: People) -> None:
    office, ben, cid = people.office, people.ben, people.cid
    ben.dial("203")
    cid_answers(people)
    # What baresip keeps of what it hears ends with the hold: there must be more than ringback in it by then.
    assert office.hear_only(cid, "202") and office.hear_only(ben, "203")
    ben.do("hold")
    assert office.until(lambda: office.hears(cid) == [], 8)
    ben.do("resume")
    assert office.hear_only(cid, "202") and office.hear_only(ben, "203")


def test_who_is_held_hears_music(people: People) -> None:
    ann, ben = people.ann, people.ben
    ann.dial("202")
    answers(ben)
    assert hears(people, ben, ann)
    ann.do("hold")
    people.office.until(lambda: False, 3.0)
    assert likeness(ben, ann) < FOREIGN
    assert float(ben.heard(1.0).std()) > 100
    ann.do("resume")
    assert hears(people, ben, ann)


def test_baresip_transfers_blindly(people: People) -> None:
    office, ann, ben = people.office, people.ann, people.ben
    ann.dial("202")
    answers(ben)
    assert up(people, ann)
    ben.do("transfer", f"sip:203@{office.box}")
    cid_answers(people)
    assert over(people, ben), office.log()
    assert office.hear_only(people.cid, "201") and office.hear_only(ann, "203")


def test_sipp_transfers_blindly(people: People) -> None:
    office = people.office
    script = office.script("204").talks("202").waits(0.3)
    script.request(
        "REFER", "202", 3, f"Refer-To: <sip:203@{office.box}>", f"Referred-By: <sip:204@{office.box}>"
    )
    there = plays(people, script.gets(202).gets("BYE").within(200, "OK"))
    answers(people.ben)
    cid_answers(people)
    held(people, there)
    notified = [one for one in there.received() if one.startswith("NOTIFY")]
    assert "SIP/2.0 100" in notified[0] and "SIP/2.0 200" in notified[-1]
    assert "Subscription-State: terminated" in notified[-1]
    assert office.hear_only(people.cid, "202") and office.hear_only(people.ben, "203")


def test_sipp_transfers_to_whom_it_talks(people: People) -> None:
    """Two calls of one telephone: REFER in the second with Replaces of the first, which is on hold."""
    office = people.office
    first = (
        office.script("204").talks("202").request("INVITE", "202", 3, body=sdp(8, way="sendonly", version=2))
    )
    first.gets(100, optional=True).gets(200).request("ACK", "202", 3).gets("BYE", limit_ms=40_000).within(
        200, "OK"
    )
    one = plays(people, first)
    answers(people.ben)
    assert office.until(lambda: "sendonly" in one.messages and one.messages.count("200 OK") >= 2, 20), (
        one.why()
    )
    ids = _dialog(next(message for message in one.received() if message.startswith("SIP/2.0 200")))
    second = office.script("204")
    second.talks("203").waits(0.5)
    second.request("REFER", "203", 3, f"Refer-To: <sip:202@{office.box}?Replaces={ids}>").gets(202)
    two = plays(people, second.gets("BYE").within(200, "OK"))
    cid_answers(people)
    held(people, two)
    held(people, one)
    assert office.hear_only(people.cid, "202") and office.hear_only(people.ben, "203")


def _dialog(answer: str) -> str:
    found = {
        name: answer.split(f"{name}: ", 1)[1].split("\n", 1)[0].strip() for name in ("Call-ID", "From", "To")
    }
    here, there = (found[name].rsplit("tag=", 1)[1] for name in ("From", "To"))
    return f"{found['Call-ID']}%3Bto-tag%3D{there}%3Bfrom-tag%3D{here}"


@slow
def test_three_in_a_room(people: People) -> None:
    for one in (people.ann, people.ben):
        one.dial("650")
        assert up(people, one)
    people.cid.do("call", number="650")
    assert people.office.until(lambda: people.cid.last("answered"))
    assert people.office.hear_only(people.cid, "201", "202")
    assert people.office.hear_only(people.ann, "202", "203") and people.office.hear_only(
        people.ben, "201", "203"
    )


def test_a_telephone_that_holds_neither_of_its_calls_makes_a_conference(people: People) -> None:
    office, ann, ben = people.office, people.ann, people.ben
    ben.dial("203")
    cid_answers(people)
    ben.do("hold")
    assert office.until(lambda: office.hears(people.cid) == [], 8)
    ben.forget()
    ben.dial("201")
    answers(ann)
    assert up(people, ben)
    ben.do("line", "1")
    ben.do("resume")
    assert office.hear_only(people.cid, "201", "202"), office.log()
    assert office.hear_only(ann, "202", "203")


# -- keys ---------------------------------------------------------------------------------------------------


def test_keys_of_rfc_4733_drive_the_menu(people: People) -> None:
    people.ben.dial("700")
    assert up(people, people.ben)
    people.office.until(lambda: False, 1.0)
    people.ben.do("sndcode", "2")
    assert people.office.until(lambda: people.cid.last("offered")), people.office.log()


def test_keys_of_info_drive_the_menu(people: People) -> None:
    script = people.office.script("204").talks("700").waits(1)
    script.request("INFO", "700", 3, body="Signal=2\nDuration=160\n", content="application/dtmf-relay").gets(
        200
    )
    there = plays(people, script.waits(2).hangs_up("700", 4))
    assert people.office.until(lambda: people.cid.last("offered")), people.office.log()
    held(people, there)


def test_keys_in_the_speech_drive_the_menu(people: People) -> None:
    """A telephone that offers no events: the key is heard."""
    at = np.arange(800) / 8000
    key = 6000 * (np.sin(2 * np.pi * 697 * at) + np.sin(2 * np.pi * 1336 * at))
    silence = np.zeros(8000)
    file = sipp.a_law(
        people.office.folder / "key.raw", np.concatenate([silence, key, silence]).astype(np.int16)
    )
    offer = sdp(8, events=False, port="[rtpstream_audio_port]")
    script = people.office.script("204").talks("700", body=offer).says(file).waits(4)
    there = plays(people, script.hangs_up("700", 3))
    assert people.office.until(lambda: people.cid.last("offered")), people.office.log()
    held(people, there)


# -- what SIP asks of a box -----------------------------------------------------------------------------------


def test_ringing_that_must_be_acknowledged(people: People) -> None:
    """RFC 3262: early media come reliably where that is required."""
    script = people.office.script("204").calls("203", "Require: 100rel")
    script.gets(100, optional=True).rings()
    script.request("PRACK", "203", 3, "RAck: [$there] 2 INVITE").gets(200).gets(200).request("ACK", "203", 2)
    there = plays(people, script.waits(0.3).hangs_up("203", 4))
    cid_answers(people)
    held(people, there)


def test_a_telephone_whose_ringing_must_be_acknowledged(people: People) -> None:
    script = people.office.script("204").remember()
    script.reply(180, "Ringing", "Require: 100rel", "RSeq: 7").gets("PRACK").within(200, "OK").waits(0.2)
    script.kept_reply(200, "OK", body=sdp(8)).gets("ACK").waits(0.3).from_called("BYE", 1).gets(200)
    there = plays(people, script)
    people.ben.dial("204")
    held(people, there)
    assert "RAck: 7 " in there.messages


def test_a_session_that_is_too_short_and_one_that_is_not(people: People) -> None:
    script = people.office.script("204")
    script.request("INVITE", "203", 1, "Supported: timer", "Session-Expires: 20", body=sipp.OFFER).gets(422)
    there = plays(people, script.request("ACK", "203", 1, of_invite=True))
    held(people, there)
    assert "Min-SE: 90" in there.messages
    script = people.office.script("204").talks("203", "Supported: timer", "Session-Expires: 90;refresher=uac")
    script.request("UPDATE", "203", 3, "Supported: timer", "Session-Expires: 90;refresher=uac").gets(200)
    there = plays(people, script.hangs_up("203", 4))
    cid_answers(people)
    held(people, there)
    assert "Session-Expires: 90;refresher=uac" in there.received()[-2]


@slow
def test_the_box_refreshes_a_session(people: People) -> None:
    script = people.office.script("204").talks("203", "Supported: timer", "Session-Expires: 90;refresher=uas")
    answer = ("Require: timer", "Session-Expires: 90;refresher=uac")
    script.gets("INVITE", limit_ms=60_000).within(200, "OK", *answer, body=sdp(8, version=2)).gets("ACK")
    there = plays(people, script.waits(1).hangs_up("203", 3))
    cid_answers(people)
    assert people.office.holds(there, 80), there.why()


def test_a_call_cancelled_while_it_rings(people: People) -> None:
    script = people.office.script("204").calls("203").gets(100, optional=True).gets(183)
    script.request("CANCEL", "203", 2, of_invite=True, fresh=True).gets(200).gets(487)
    there = plays(people, script.request("ACK", "203", 2, of_invite=True))
    assert people.office.until(lambda: people.cid.last("offered"))
    held(people, there)
    assert people.office.until(lambda: people.cid.last("ended"))


def test_a_cancel_that_comes_after_the_answer(people: People) -> None:
    """RFC 3261 9.2: it has no effect; the call stands till its BYE."""
    script = people.office.script("204").calls("203").progress().gets(200)
    script.request("CANCEL", "203", 2, of_invite=True, fresh=True).gets(200)
    script.request("ACK", "203", 2).waits(0.5)
    there = plays(people, script.hangs_up("203", 3))
    cid_answers(people)
    held(people, there)


def test_an_invitation_that_comes_after_the_end(people: People) -> None:
    """A request to a call that is over is told so (481), and nothing of it stays."""
    script = people.office.script("204").request("INVITE", "203", 1, body=sipp.OFFER).gets(100, optional=True)
    script.gets(401, auth=True).request("ACK", "203", 1, of_invite=True)
    script.request("INVITE", "203", 2, body=sipp.OFFER, proof=True).gets(100, optional=True).gets(481)
    held(people, plays(people, script.request("ACK", "203", 2, of_invite=True)))


def test_another_codec_in_mid_call(people: People) -> None:
    script = people.office.script("204").talks("203").waits(0.3)
    script.request("INVITE", "203", 3, body=sdp(0, version=2)).gets(100, optional=True).gets(200)
    there = plays(people, script.request("ACK", "203", 3).waits(0.5).hangs_up("203", 4))
    cid_answers(people)
    held(people, there)
    answer = [one for one in there.received() if "3 INVITE" in one and "m=audio" in one][-1]
    assert answer.split("RTP/AVP ", 1)[1].split()[0] == "0"


def test_both_change_a_call_at_once(people: People) -> None:
    """Glare (RFC 3261 14.1): while the box's own re-INVITE is open, theirs is told to wait; both go on after it."""
    script = (
        people.office.script("204")
        .remember()
        .reply(180, "Ringing")
        .reply(200, "OK", body=sdp(0, 8))
        .gets("ACK")
    )
    script.keeps_request("INVITE").from_called("INVITE", 1, body=sdp(8, version=2)).gets(491)
    script.from_called("ACK", 1).kept_reply(200, "OK", body=sdp(8, version=2)).gets("ACK").waits(0.5)
    script.from_called("INVITE", 2, body=sdp(8, version=3)).gets(100, optional=True).gets(200)
    there = plays(people, script.from_called("ACK", 2).waits(0.5).from_called("BYE", 3).gets(200))
    people.ben.dial("204")
    held(people, there)


@slow
def test_messages_waiting_are_told(people: People) -> None:
    ann = people.ann
    assert "Messages-Waiting" in ann.log.read_text("utf-8", "replace")
    people.ben.dial("201")
    assert ann.until(lambda: ann.saw("CALL_INCOMING"))
    ann.do("hangup")
    assert up(people, people.ben), people.office.log()
    assert people.office.until(lambda: "recorded (voicemail" in people.office.log()), people.office.log()
    people.office.until(lambda: False, 4.0)
    people.ben.do("hangup")
    assert ann.until(lambda: ann.saw("MWI_NOTIFY", "Messages-Waiting: yes")), people.office.log()


def test_a_lamp_follows_a_telephone(people: People) -> None:
    office = people.office
    script = office.script("204")
    script.request(
        "SUBSCRIBE", "202", 1, "Event: dialog", "Expires: 600", "Accept: application/dialog-info+xml"
    )
    script.gets(401, auth=True)
    script.request(
        "SUBSCRIBE", "202", 2, "Event: dialog", "Expires: 600", "Accept: application/dialog-info+xml", proof=True,
        fresh=True,
    ).gets(200)  # fmt: skip
    for _ in range(3):
        script.gets("NOTIFY").within(200, "OK")
    there = plays(people, script)
    assert office.until(lambda: "NOTIFY" in there.messages), there.why()
    people.ben.dial("203")
    cid_answers(people)
    assert office.until(lambda: "confirmed" in there.messages), there.why()
    people.ben.do("hangup")
    held(people, there)
    told = [one for one in there.received() if one.startswith("NOTIFY")]
    assert "confirmed" not in told[0] and "confirmed" not in told[-1]


def test_an_intercom_call_asks_to_be_answered_at_once(people: People) -> None:
    script = people.office.script("204").remember().reply(200, "OK", body=sdp(8)).gets("ACK").waits(0.3)
    there = plays(people, script.from_called("BYE", 1).gets(200))
    people.ben.dial("*54204")
    held(people, there)
    assert "answer-after=0" in there.received()[0]


# -- the queue, and its tape --------------------------------------------------------------------------------


def test_a_telephone_calls_a_queue(people: People) -> None:
    people.ben.dial("600")
    answers(people.ann)
    assert hears(people, people.ann, people.ben) and hears(people, people.ben, people.ann)


@slow
def test_a_queue_and_its_recording(people: People) -> None:
    """Left is the caller, right the agent: each is what that telephone said, and not what the other did."""
    office, ann, carrier = people.office, people.ann, people.carrier
    carrier.dial(CARRIER)
    assert up(people, carrier), office.log()
    office.until(lambda: False, 1.0)
    carrier.do("sndcode", "1")
    answers(ann)
    assert hears(people, ann, carrier) and hears(people, carrier, ann)
    office.until(lambda: False, 3.0)
    carrier.do("hangup")
    assert over(people, ann)
    recorded = _newest_recording(office)
    left, right = (recorded[8000:-4000, channel] for channel in (0, 1))
    alike = (_quarters(carrier.said, left), _quarters(ann.said, right))
    foreign = (_quarters(ann.said, left), _quarters(carrier.said, right))
    least, most = min(np.median(one) for one in alike), max(np.max(one) for one in foreign)
    print(
        f"recording: median {least:.4f} of {len(alike[0])} quarter seconds; the other voice at most {most:.3f}"
    )
    assert least > ALIKE
    assert most < FOREIGN


def _quarters(said: NDArray[np.int16], recorded: NDArray[np.int16]) -> list[float]:
    """Each quarter second for itself: on a busy machine a jitter buffer slips between them."""
    return [correlates(said, recorded[at : at + 2000]) for at in range(0, len(recorded) - 1999, 2000)]


def _newest_recording(office: PeersOffice) -> NDArray[np.int16]:
    call = re.findall(r"call (\d+) .*recorded \(conversation", office.log())[-1]
    words = [
        "recordings",
        "export",
        "--pcm",
        "--why",
        "test",
        "--call",
        call,
        "--data",
        str(office.places.root),
    ]

    def found() -> list[Path]:
        out = office.folder / "exported"
        subprocess.run(
            [sys.executable, "-m", "firmware.cli.main", *words, "--out", str(out)], cwd=ROOT, check=False,
            capture_output=True,
        )  # fmt: skip
        return sorted(out.glob("**/*.wav"), key=lambda one: one.stat().st_mtime_ns)

    assert office.until(found, 30)
    samples: NDArray[np.int16] = soundfile.read(found()[-1], dtype="int16", always_2d=True)[0]
    return samples
