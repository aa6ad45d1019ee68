"""The registrar: who may speak, and where telephones are."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.sip.events import RequestAnswered, RequestReceived
from drivers.sip.message import is_header
from firmware.config.schema import Sip
from firmware.sip import digest
from firmware.sip.addresses import user_in
from firmware.sip.authenticator import Authenticator, Challenge, Denied, Verdict
from firmware.sip.digest import Authorization
from firmware.sip.guard import Guard
from firmware.sip.nonces import LASTS_US, Nonces
from firmware.sip.outputs import Answer, Reachable, Send, Unreachable
from firmware.sip.pings import EVERY_US, SILENT_AFTER
from firmware.sip.registrar import ALLOW, OUTSIDE_CALLS
from tests.unit.sip_rig import (
    METHODS,
    SECOND,
    SipRig,
    Telephone,
    answer,
    contacts_in,
    is_dropped,
    nonce_of,
    without_nonce,
)

HOUR_US = 3600 * SECOND


@pytest.fixture
def rig(tmp_path: Path) -> SipRig:
    return SipRig(tmp_path)


# -- who may speak ----------------------------------------------------------------------------------------

WITHOUT_LOG_IN = {"OPTIONS": 200, "CANCEL": 481}
RIGHT = {"REGISTER": 200, **WITHOUT_LOG_IN, **OUTSIDE_CALLS}
NOBODY = {
    "no log-in": None,
    "wrong user": ("999", "correct-horse-9"),
    "wrong password": ("201", "incorrect-horse-9"),
    "right": ("201", "correct-horse-9"),
}


@pytest.mark.parametrize("who", NOBODY)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_answered_to_who_logged_in_alone(method: str, who: str, rig: SipRig) -> None:
    user, password = NOBODY[who] or ("201", "")
    phone = Telephone(rig, user, password)
    tries = phone.send if NOBODY[who] is None or method == "ACK" else phone.log_in
    out = tries(method, ("contact", phone.contact))
    if method == "ACK":
        assert is_dropped(out)
        return
    expected = RIGHT[method] if who == "right" else WITHOUT_LOG_IN.get(method, 401)
    assert answer(out).status == expected
    assert len(rig.bindings) == (who == "right" and method == "REGISTER")
    assert [one for one in out if isinstance(one, Send)] == [], "nothing is passed on"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_both_algorithms_are_offered_the_better_first_and_let_in(algorithm: str, rig: SipRig) -> None:
    phone = Telephone(rig, algorithm=algorithm)
    offered = [value for name, value in answer(phone.send("REGISTER")).headers if name == "WWW-Authenticate"]
    assert ["algorithm=SHA-256" in offered[0], "algorithm=MD5" in offered[1]] == [True, True]
    assert answer(phone.register()).status == 200


@pytest.mark.parametrize(("digests", "offered"), [((), "MD5"), (("md5",), "MD5"), (("sha-256",), "SHA-256")])
def test_what_is_not_offered_is_not_taken(digests: tuple[str, ...], offered: str, tmp_path: Path) -> None:
    rig = SipRig(tmp_path, digests=digests)
    for algorithm in ("MD5", "SHA-256"):
        phone = Telephone(rig, algorithm=algorithm)
        challenge = answer(phone.send("REGISTER"))
        assert [f"algorithm={offered}" in value for _, value in challenge.headers] == [True]
        phone.nonce = nonce_of(challenge, offered)
        out = answer(phone.send("REGISTER", *phone.authorization("REGISTER", "sip:192.168.1.1")))
        assert out.status == (200 if algorithm == offered else 401)
    assert rig.guard.counts.failures == 0


@pytest.mark.parametrize("method", ["register", "Register", "X-RAID", "", "REGISTER2"])
def test_what_nobody_knows_is_not_implemented(method: str, rig: SipRig) -> None:
    phone = Telephone(rig)
    assert answer(phone.send(method)).status == 401
    out = answer(phone.log_in(method))
    assert (out.status, dict(out.headers)["Allow"]) == (501, ALLOW)


def test_a_method_that_is_not_allowed_says_which_are(rig: SipRig) -> None:
    out = answer(Telephone(rig).log_in("MESSAGE"))
    assert (out.status, dict(out.headers)["Allow"]) == (405, ALLOW)


def test_options_say_the_same_whoever_is_asked_for(rig: SipRig) -> None:
    asked = [
        without_nonce(Telephone(rig, user).send("OPTIONS", uri=f"sip:{user}@192.168.1.1"))
        for user in ("201", "999", "nobody")
    ]
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.parametrize(
    "headers",
    [
        [("from", "<sip:202@192.168.1.1>")],
        [("to", "<sip:202@192.168.1.1>")],
        [("from", "sip:201x@192.168.1.1")],
        [("from", "")],
        [("to", "<>")],
        [("from", "<sip:anonymous@anonymous.invalid>")],
    ],
)
def test_nobody_registers_for_another(headers: list[tuple[str, str]], rig: SipRig) -> None:
    assert answer(Telephone(rig).register(*headers)).status == 403
    assert len(rig.bindings) == 0


@pytest.mark.parametrize("method", ["MESSAGE", "PUBLISH", "SUBSCRIBE", "NOTIFY", "REFER"])
def test_nobody_speaks_as_another(method: str, rig: SipRig) -> None:
    phone = Telephone(rig)
    assert answer(phone.log_in(method, ("from", "<sip:202@192.168.1.1>"))).status == 403


def judged(rig: SipRig, phone: Telephone, *headers: tuple[str, str]) -> Verdict:
    """An INVITE with the nonce the telephone has, as calls have it judged."""
    uri = "sip:202@192.168.1.1"
    request = phone.request("INVITE", *headers, *phone.authorization("INVITE", uri), uri=uri)
    return rig.authenticator.judge_request(request, rig.now_us)


def test_invites_are_judged_by_the_same(rig: SipRig) -> None:
    phone = Telephone(rig)
    assert type(judged(rig, phone)).__name__ == "Challenge"
    phone.take(answer(phone.send("REGISTER")))
    assert repr(judged(rig, phone)) == "Allowed(number='201')"
    anonymous = ("from", '"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert repr(judged(rig, phone, anonymous)) == "Allowed(number='201')"
    assert judged(rig, phone, ("from", "<sip:202@192.168.1.1>")) == Denied(403)


def test_a_log_in_for_another_place_is_none(rig: SipRig) -> None:
    """An INVITE to one number must not become one to another."""
    phone = Telephone(rig)
    phone.take(answer(phone.send("REGISTER")))
    log_in = phone.authorization("INVITE", "sip:202@192.168.1.1")
    request = phone.request("INVITE", *log_in, uri="sip:00881@192.168.1.1")
    assert rig.authenticator.judge_request(request, rig.now_us) == Denied(400)


@pytest.mark.parametrize(
    ("said", "asked"),
    [("sip:192.168.1.1", "sip:192.168.1.1:5060"), ("sip:192.168.1.1", "sip:192.168.1.1;transport=tcp")],
)
def test_a_port_that_goes_without_saying_may_be_said(said: str, asked: str, rig: SipRig) -> None:
    phone = Telephone(rig)
    phone.take(answer(phone.send("REGISTER")))
    out = phone.send("REGISTER", *phone.authorization("REGISTER", said), uri=asked)
    assert answer(out).status == 200


def test_who_is_not_local_may_not_register_whatever_he_knows(rig: SipRig) -> None:
    for password in ("correct-horse-9", "wrong"):
        phone = Telephone(rig, "201", password, source="198.51.100.9")
        phone.nonce = rig.nonces.make("198.51.100.9", rig.now_us)
        assert is_dropped(phone.send("REGISTER", *phone.authorization("REGISTER", "sip:192.168.1.1")))
    assert len(rig.bindings) == 0


def test_who_is_not_local_finds_nobody_here(rig: SipRig) -> None:
    scanner = Telephone(rig, source="198.51.100.9")
    assert all(is_dropped(scanner.send(method)) for method in METHODS)


def test_a_trunk_is_answered_from_wherever_it_is_and_does_not_register(tmp_path: Path) -> None:
    trunk = Telephone(SipRig(tmp_path, trunks=frozenset({"198.51.100.9"})), source="198.51.100.9")
    assert answer(trunk.send("OPTIONS")).status == 200
    assert answer(trunk.register()).status == 403


def test_a_telephone_that_is_no_longer_configured_is_nobody(rig: SipRig) -> None:
    phone = Telephone(rig)
    assert answer(phone.register()).status == 200
    assert rig.registrar.use(("202", "203"), rig.now_us) == [Unreachable("201")]
    assert rig.reach("201") == []
    assert answer(phone.register()).status == 401


# -- the same for known and unknown -----------------------------------------------------------------------


def answers_to(rig: SipRig, user: str) -> list[object]:
    """What somebody without a password sees of a user: by method, without a log-in, with one, with an old nonce."""
    seen: list[object] = []
    for method in METHODS:
        if method == "ACK":
            continue
        for algorithm in ("MD5", "SHA-256"):
            phone = Telephone(rig, user, "guess", source="192.168.1.66", algorithm=algorithm)
            seen += [without_nonce(phone.send(method)), without_nonce(phone.log_in(method))]
            rig.now_us += LASTS_US
            seen.append(without_nonce(phone.send(method, *phone.authorization(method, "sip:192.168.1.1"))))
    return seen


class TellsStrangers(Authenticator):
    """The planted fault: 403 for who is not known."""

    def _checked(self, said: Authorization, method: str, source: str, port: int, now_us: int) -> Verdict:
        if said.username not in self.numbers:
            return Denied(403)
        return super()._checked(said, method, source, port, now_us)


class TellsStale(Authenticator):
    """The planted fault: a hint to try again for the known alone."""

    def judge_request(self, request: RequestReceived, now_us: int) -> Verdict:
        verdict = super().judge_request(request, now_us)
        if isinstance(verdict, Challenge) and user_in(request.message.first("from")) not in self.numbers:
            return Challenge(
                tuple((name, value.replace(", stale=true", "")) for name, value in verdict.headers)
            )
        return verdict


def tells_known_from_unknown(folder: Path, authenticator: type[Authenticator]) -> bool:
    settings = Sip(ban_after=1000)
    known, unknown = (SipRig(folder, settings, authenticator=authenticator) for _ in range(2))
    return answers_to(known, "201") != answers_to(unknown, "999")


def test_answers_are_the_same_for_known_and_unknown_users(tmp_path: Path) -> None:
    assert not tells_known_from_unknown(tmp_path, Authenticator)
    assert tells_known_from_unknown(tmp_path, TellsStrangers), "the planted fault shows"
    assert tells_known_from_unknown(tmp_path, TellsStale), "the planted fault shows"


def test_the_same_is_reckoned_for_known_and_unknown_users(
    rig: SipRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in hashes, not in time."""
    reckoned: list[int] = []

    def counted(data: bytes) -> str:
        reckoned.append(len(data))
        return "0" * 64

    monkeypatch.setattr(digest, "ALGORITHMS", {"SHA-256": counted})
    for user in ("201", "999"):
        phone = Telephone(rig, user, "guess")
        phone.take(answer(phone.send("REGISTER")))
        phone.send("REGISTER", *phone.authorization("REGISTER", "sip:192.168.1.1"))
    assert len(reckoned) == 4
    assert reckoned[:2] == reckoned[2:]


# -- nonces -----------------------------------------------------------------------------------------------


def takes_a_log_in_twice(rig: SipRig) -> bool:
    """Somebody who overheard a log-in sends it again, from the same address, in a request of his own."""
    phone = Telephone(rig)
    phone.take(answer(phone.send("REGISTER")))
    log_in = phone.authorization("REGISTER", "sip:192.168.1.1")
    assert answer(phone.send("REGISTER", *log_in)).status == 200
    return answer(phone.send("REGISTER", ("contact", "<sip:thief@192.168.1.50>"), *log_in)).status == 200


class Replaying(Nonces):
    def spend(self, nonce: str, count: int) -> bool:
        return True


def test_a_log_in_that_was_overheard_is_good_for_nothing(tmp_path: Path) -> None:
    assert not takes_a_log_in_twice(SipRig(tmp_path))
    assert takes_a_log_in_twice(SipRig(tmp_path, nonces=Replaying)), "the planted fault shows"


def test_a_log_in_of_another_address_is_good_for_nothing(rig: SipRig) -> None:
    phone = Telephone(rig)
    phone.take(answer(phone.send("REGISTER")))
    thief = Telephone(rig, source="192.168.1.66")
    out = thief.send("REGISTER", *phone.authorization("REGISTER", "sip:192.168.1.1"))
    assert answer(out).status == 401
    assert rig.guard.counts.failures == 0, "nor does it count against the address"


def test_an_old_nonce_is_stale_and_no_failure(rig: SipRig) -> None:
    phone = Telephone(rig)
    assert answer(phone.register()).status == 200
    rig.wait(LASTS_US / SECOND)
    out = answer(phone.send("REGISTER", *phone.authorization("REGISTER", "sip:192.168.1.1")))
    assert out.status == 401
    assert all("stale=true" in value for _, value in out.headers)
    phone.take(out)
    assert answer(phone.register()).status == 200
    assert rig.guard.counts.failures == 0


def test_one_nonce_serves_many_requests(rig: SipRig) -> None:
    phone = Telephone(rig)
    assert answer(phone.register()).status == 200
    nonce = phone.nonce
    for _ in range(20):
        assert answer(phone.register()).status == 200
    assert phone.nonce == nonce


# -- guessing ---------------------------------------------------------------------------------------------


def test_guessing_is_over_after_ten(rig: SipRig) -> None:
    guesser = Telephone(rig, "201", "", source="192.168.1.66")
    answered = 0
    for guess in range(1000):
        guesser.password = f"{guess}"
        rig.now_us += SECOND
        out = guesser.send("REGISTER", *guesser.authorization("REGISTER", "sip:192.168.1.1"))
        if is_dropped(out):
            continue
        guesser.take(answer(out))
        answered += 1
    assert answered == 11
    assert rig.guard.counts.failures == 10
    assert answer(Telephone(rig).register()).status == 200, "others are listened to"


def test_a_password_found_after_the_ban_opens_nothing(rig: SipRig) -> None:
    guesser = Telephone(rig, "201", "x", source="192.168.1.66")
    for _ in range(12):
        if not is_dropped(
            out := guesser.send("REGISTER", *guesser.authorization("REGISTER", "sip:192.168.1.1"))
        ):
            guesser.take(answer(out))
    guesser.password = "correct-horse-9"
    assert is_dropped(guesser.send("REGISTER", *guesser.authorization("REGISTER", "sip:192.168.1.1")))
    assert is_dropped(guesser.send("OPTIONS"))


def test_guesses_beside_a_telephone_do_not_touch_it(rig: SipRig) -> None:
    phone = Telephone(rig)
    assert answer(phone.register()).status == 200
    guesser = Telephone(rig, "201", "x", port=40_000)
    for _ in range(30):
        rig.now_us += SECOND
        guesser.log_in("REGISTER")
    assert rig.guard.counts.failures == 10, "no more are checked"
    guesser.password = "correct-horse-9"
    assert answer(guesser.log_in("REGISTER")).status == 401
    assert answer(phone.register()).status == 200
    assert answer(Telephone(rig, "202", port=5062).register()).status == 200, "and its neighbour is let in"


def test_too_many_requests_are_left_unanswered(rig: SipRig) -> None:
    phone = Telephone(rig)
    dropped = [is_dropped(phone.send("OPTIONS")) for _ in range(200)]
    assert dropped.count(False) == 50


def test_a_telephone_is_heard_through_a_flood_from_its_own_address(rig: SipRig) -> None:
    phone, flood = Telephone(rig), Telephone(rig, port=9999)
    phone.register()
    assert all(not is_dropped(flood.send("OPTIONS")) for _ in range(100))
    assert sum(is_dropped(flood.send("OPTIONS")) for _ in range(1000)) > 800
    assert answer(phone.register()).status == 200


def test_a_trunk_is_never_banned(tmp_path: Path) -> None:
    rig = SipRig(tmp_path, trunks=frozenset({"192.168.1.66"}))
    forged = Telephone(rig, "201", "x", source="192.168.1.66")
    for _ in range(100):
        rig.now_us += SECOND
        forged.log_in("REGISTER")
    assert answer(forged.send("OPTIONS")).status == 200


class Deaf(Guard):
    """Nobody is a friend of it."""

    def failed(self, source: str, port: int, name: str, now_us: int) -> None:
        self._is_friend = lambda _: False
        super().failed(source, port, name, now_us)


def test_a_guard_without_friends_would_be_noticed(tmp_path: Path) -> None:
    rig = SipRig(tmp_path, guard=Deaf, trunks=frozenset({"192.168.1.66"}))
    forged = Telephone(rig, "201", "x", source="192.168.1.66")
    dropped = False
    for _ in range(12):
        out = forged.send("REGISTER", *forged.authorization("REGISTER", "sip:192.168.1.1"))
        dropped = dropped or is_dropped(out)
        if not is_dropped(out):
            forged.take(answer(out))
    assert dropped


# -- where telephones are ---------------------------------------------------------------------------------


def test_a_telephone_registers_and_is_reachable(rig: SipRig) -> None:
    out = Telephone(rig).register()
    assert contacts_in(out) == ["<sip:201@192.168.1.50:5060>;expires=3600"]
    assert out[1:] == [Reachable("201")]
    assert rig.reach("201") == ["sip:201@192.168.1.50:5060"]
    assert rig.registrar.due_us == rig.now_us + HOUR_US


def test_it_is_gone_when_its_time_is_over(rig: SipRig) -> None:
    phone = Telephone(rig)
    phone.register(("expires", "60"))
    assert rig.wait(59) == []
    assert rig.wait(1) == [Unreachable("201")]
    assert rig.reach("201") == []
    assert rig.registrar.due_us is None


def test_a_contact_is_not_given_out_after_its_time(rig: SipRig) -> None:
    Telephone(rig).register(("expires", "60"))
    rig.now_us += 60 * SECOND
    assert rig.reach("201") == [], "also before `due`"


@pytest.mark.parametrize(
    ("contact", "expires", "granted"),
    [
        ("<{}>;expires=120", "600", 120),
        ("<{}>", "600", 600),
        ("<{}>", "", 3600),
        ("<{}>;expires=99999", "", 3600),
        ("<{}>;expires=junk", "", 3600),
        ("<{}>", "-1", 3600),
        ("<{}>;expires=4294967296000", "", 3600),
        ("<{}>;expires=9999999999", "", 3600),
        ("{};expires=60", "", 60),
        ('"x" <{}>;q=0.5;expires="70"', "", 70),
    ],
)
def test_how_long_a_registration_lasts(contact: str, expires: str, granted: int, rig: SipRig) -> None:
    phone = Telephone(rig)
    out = phone.register(("expires", expires), contact=contact.format("sip:201@192.168.1.50"))
    assert f";expires={granted}" in contacts_in(out)[0]


@pytest.mark.parametrize(("wanted", "status"), [("1", 423), ("59", 423), ("60", 200), ("0", 200)])
def test_too_short_a_time_is_refused_with_the_least(wanted: str, status: int, rig: SipRig) -> None:
    out = answer(Telephone(rig).register(("expires", wanted)))
    assert out.status == status
    assert (("Min-Expires", "60") in out.headers) is (status == 423)
    assert len(rig.bindings) == (wanted == "60")


def test_a_telephone_takes_itself_away(rig: SipRig) -> None:
    phone = Telephone(rig)
    phone.register()
    out = phone.register(("expires", "0"))
    assert (contacts_in(out), out[1:]) == ([], [Unreachable("201")])


def test_several_telephones_of_one_number(rig: SipRig) -> None:
    desk, softphone = Telephone(rig), Telephone(rig, source="192.168.1.51")
    desk.register(contact="<sip:201@192.168.1.50>;q=0.5")
    out = softphone.register()
    assert contacts_in(out) == [
        "<sip:201@192.168.1.51:5060>;expires=3600",
        "<sip:201@192.168.1.50>;expires=3600;q=0.5",
    ]
    assert [one for one in out if isinstance(one, Reachable)] == []
    out = softphone.register(("expires", "0"), contact="*")
    assert (contacts_in(out), out[1:]) == ([], [Unreachable("201")])


@pytest.mark.parametrize(
    ("contact", "expires"),
    [("*", ""), ("*", "3600"), ("*, <sip:201@192.168.1.50>", "0"), ("*;expires=0", "")],
)
def test_a_star_that_is_not_alone_or_not_final_is_refused(contact: str, expires: str, rig: SipRig) -> None:
    phone = Telephone(rig)
    phone.register()
    assert answer(phone.register(("expires", expires), contact=contact)).status == 400
    assert len(rig.bindings) == 1


def test_who_only_asks_is_told_what_stands(rig: SipRig) -> None:
    phone = Telephone(rig)
    assert contacts_in(phone.register(contact="")) == []
    phone.register()
    rig.now_us += SECOND // 2
    assert contacts_in(phone.register(contact="")) == ["<sip:201@192.168.1.50:5060>;expires=3600"]
    rig.now_us += SECOND
    assert contacts_in(phone.register(contact="")) == ["<sip:201@192.168.1.50:5060>;expires=3599"]


@pytest.mark.parametrize(
    "contact",
    ["tel:201", "<sip:201@box?Route=x>", "<http://x>", "<sip:201@192.168.1.50", "junk", ",", "<sip:a@b>,,<sip:c@d>",
     "<sip:201@x y>", "<sip:" + "a" * 3000 + "@b>"],
)  # fmt: skip
def test_a_contact_that_cannot_be_called_is_refused(contact: str, rig: SipRig) -> None:
    assert answer(Telephone(rig).register(contact=contact)).status == 400
    assert len(rig.bindings) == 0


@pytest.mark.parametrize(
    "header",
    [
        ("cseq", "1 INVITE"),
        ("cseq", "x REGISTER"),
        ("cseq", "9999999999 REGISTER"),
        ("cseq", ""),
        ("call-id", ""),
    ],
)
def test_a_register_that_is_not_whole_is_refused(header: tuple[str, str], rig: SipRig) -> None:
    assert answer(Telephone(rig).register(header)).status == 400


def test_what_must_be_supported_and_is_not_is_named(rig: SipRig) -> None:
    out = answer(Telephone(rig).register(("require", "gruu, path, <x>")))
    assert (out.status, out.headers) == (420, (("Unsupported", "gruu, path"),))


def test_an_older_request_that_comes_late_is_refused(rig: SipRig) -> None:
    phone = Telephone(rig)
    phone.register()
    phone.cseq = 0
    assert answer(phone.register(("expires", "0"))).status == 500
    assert len(rig.bindings) == 1


def test_no_more_telephones_than_may_be(rig: SipRig) -> None:
    phone = Telephone(rig)
    many = ", ".join(f"<sip:201@192.168.1.50:{port}>" for port in range(5001, 5007))
    assert answer(phone.register(contact=many)).status == 403
    for port in range(6000, 6020):
        rig.now_us += SECOND
        Telephone(rig, port=port).register()
    assert rig.reach("201") == [f"sip:201@192.168.1.50:{port}" for port in range(6019, 6014, -1)]


def test_a_telephone_behind_a_router_is_reached_through_it(rig: SipRig) -> None:
    phone = Telephone(rig, source="10.9.9.9", port=40_123)
    phone.contact = '<sip:201@192.168.7.7:5060;line=x>;+sip.instance="<urn:uuid:1>"'
    assert contacts_in(phone.register()) == ["<sip:201@192.168.7.7:5060;line=x>;expires=3600"]
    assert rig.reach("201") == ["sip:201@10.9.9.9:40123;line=x"]
    moved = Telephone(rig, source="10.9.9.9", port=40_999)
    moved.contact, moved.call_id = phone.contact.replace("7.7", "7.8"), "after it was switched on again"
    moved.register()
    assert rig.reach("201") == ["sip:201@10.9.9.9:40999;line=x"]


def test_nobody_can_have_the_box_call_somebody_else(rig: SipRig) -> None:
    Telephone(rig).register(contact="<sip:00881600@198.51.100.1;maddr=198.51.100.2>")
    assert rig.reach("201") == ["sip:00881600@192.168.1.50:5060"]


# -- pings ------------------------------------------------------------------------------------------------


def natted(rig: SipRig, user: str = "201", port: int = 40_000) -> Telephone:
    phone = Telephone(rig, user, source="10.9.9.9", port=port)
    phone.contact = f"<sip:{user}@192.168.7.7:{port}>"
    phone.register()
    return phone


def test_only_telephones_behind_a_router_are_pinged(rig: SipRig) -> None:
    Telephone(rig, "202").register()
    natted(rig)
    assert rig.registrar.due_us == rig.now_us + EVERY_US
    (ping,) = rig.wait(25)
    assert isinstance(ping, Send)
    assert (ping.method, ping.uri, ping.to) == (
        "OPTIONS",
        "sip:201@10.9.9.9:40000",
        "<sip:201@10.9.9.9:40000>",
    )
    assert rig.registrar.due_us == rig.now_us + EVERY_US
    assert rig.registrar.answered(RequestAnswered(ping.request, 200, None))
    assert not rig.registrar.answered(RequestAnswered(ping.request, 200, None))


def test_a_registration_that_is_renewed_does_not_put_the_ping_off(rig: SipRig) -> None:
    phone = natted(rig)
    rig.wait(20)
    phone.register()
    assert [type(one) for one in rig.wait(5)] == [Send]


def test_a_telephone_that_does_not_answer_is_called_last_and_first_again_when_it_does(rig: SipRig) -> None:
    natted(rig)
    rig.now_us += SECOND
    Telephone(rig, source="192.168.1.51").register(contact="<sip:201@192.168.1.51>;q=0.1")
    far, near = "sip:201@10.9.9.9:40000", "sip:201@192.168.1.51"
    for _ in range(SILENT_AFTER):
        assert rig.reach("201") == [far, near]
        (ping,) = rig.wait(25)
        assert isinstance(ping, Send)
        rig.registrar.answered(RequestAnswered(ping.request, 408, None))
    assert rig.reach("201") == [near, far]
    (ping,) = rig.wait(25)
    assert isinstance(ping, Send)
    rig.registrar.answered(RequestAnswered(ping.request, 404, None))
    assert rig.reach("201") == [far, near]


def test_a_telephone_that_left_is_not_pinged(rig: SipRig) -> None:
    phone = natted(rig)
    (ping,) = rig.wait(25)
    assert isinstance(ping, Send)
    phone.register(("expires", "0"))
    assert not rig.registrar.answered(RequestAnswered(ping.request, 200, None))
    assert rig.wait(25) == []


def test_many_pings_do_not_leave_at_once(tmp_path: Path) -> None:
    rig = SipRig(tmp_path, Sip(contacts=10, requests_a_second=10_000))
    for number in range(30):
        natted(rig, ("201", "202", "203")[number % 3], 40_000 + number)
    assert len(rig.wait(30)) == 20
    assert len(rig.wait(0)) == 10


# -- what is sent -----------------------------------------------------------------------------------------


def test_every_header_that_is_sent_is_one(rig: SipRig) -> None:
    phone = Telephone(rig)
    outs = [phone.send("OPTIONS"), phone.send("REGISTER"), phone.register(("expires", "5")), phone.register()]
    sent = [header for out in outs for header in answer(out).headers]
    assert len(sent) > 5
    assert all(is_header(name, value) for name, value in sent)


def test_the_rig_reckons_what_the_registrar_wants(rig: SipRig) -> None:
    """Not by its own code: a telephone without the password is refused."""
    phone = Telephone(rig, password="other-horse-99")
    assert answer(phone.register()).status == 401
    assert nonce_of(Answer(1, 401)) == ""
