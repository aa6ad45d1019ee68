"""Ways to spoil a SIP message, by a seeded generator: the same seed spoils the same way everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.peers.torture import book

CRLF = b"\r\n"
NUMBERS = (
    b"0", b"-1", b"1", b"00", b"255", b"256", b"32767", b"32768", b"65535", b"65536", b"2147483647", b"2147483648",
    b"4294967295", b"4294967296", b"99999999999999999999", b"0x10", b"1e9", b"-2147483648", b"", b" ", b"\xff",
)  # fmt: skip
"""Where counters, lengths and signs turn over."""
UTF8_FAULTS = (
    b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xff\xfe", b"\xe5\xa4", b"\x80",
    b"\xef\xbb\xbf",
)  # fmt: skip
"""Overlong, surrogate, five bytes, no such byte, cut short, no beginning, a mark."""
SDP_LINES = b"""\
a=ptime:%d
a=maxptime:%d
a=rtpmap:8 PCMA/%d
a=rtpmap:%d PCMA/8000
a=rtpmap:8 PCMA/8000/%d
m=audio %d RTP/AVP 8
m=audio 4000 RTP/AVP %d
m=audio 4000/%d RTP/AVP 8
m=video %d RTP/AVP 96
a=rtpmap:96 H264/90000
a=fmtp:96 sprop-parameter-sets=%d
a=fmtp:96 packetization-mode=%d
a=rtpmap:97 VP9/90000
a=fmtp:97 max-fs=%d;max-fr=%d
a=fmtp:101 0-%d
a=fmtp:8 mode=%d
a=rtcp:%d IN IP4 127.0.0.1
a=crypto:%d AES_CM_128_HMAC_SHA1_80 inline:AAAA
b=AS:%d
t=%d %d
c=IN IP4 127.0.0.1/%d
c=IN IP6 ::%d
c=IN IP4 no.such.name.invalid
a=candidate:%d 1 UDP 1 127.0.0.1 9 typ host
a=rtpmap:111 opus/48000/%d
a=fmtp:111 maxaveragebitrate=%d;maxplaybackrate=%d
a=sendonly
a=inactive
m=text %d RTP/AVP 98
a=rtpmap:98 t140/%d
a=rtcp-mux
a=group:BUNDLE %d
a=setup:actpass
v=%d
o=- %d %d IN IP4 127.0.0.1
a=rtcp-fb:%d nack pli
a=ssrc:%d cname:x
m=audio 4000 RTP/SAVP 8
""".splitlines()
HEADERS = b"""\
Expires: %d
Min-Expires: %d
Session-Expires: %d;refresher=uac
Min-SE: %d
RSeq: %d
RAck: %d %d INVITE
Max-Forwards: %d
CSeq: %d INVITE
Content-Length: %d
Retry-After: %d
Event: refer;id=%d
Event: presence
Event: message-summary
Subscription-State: active;expires=%d
Refer-To: <sip:%d@127.0.0.1?Replaces=a%%3Bto-tag%%3Db>
Replaces: a;to-tag=b;from-tag=%d
Require: 100rel
Supported: 100rel, timer, replaces, outbound
Contact: *
Contact: <sip:x@127.0.0.1>;expires=%d;q=%d
Route: <sip:127.0.0.1:%d;lr>
Record-Route: <sip:127.0.0.1:%d;lr>
Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bKx
Authorization: Digest username="200",realm="x",nonce="%d",uri="sip:x",response="%d",qop=auth,nc=%d,cnonce="x"
P-Asserted-Identity: <tel:+%d>
Content-Encoding: gzip
Content-Type: multipart/mixed;boundary=
Content-Type: multipart/mixed;boundary="%d
Allow-Events: %d
Accept: %d/%d
Diversion: <sip:%d@x>;counter=%d
Timestamp: %d %d
Date: Thu, 32 Foo %d 99:99:99 GMT
History-Info: <sip:%d@x>;index=%d.%d
Reason: Q.850;cause=%d
""".splitlines()

Mutator = Callable[[Random, bytes], bytes]


def number(rng: Random) -> bytes:
    return rng.choice(NUMBERS) if rng.random() < 0.8 else str(rng.getrandbits(rng.randrange(1, 70))).encode()


def filled(rng: Random, pattern: bytes) -> bytes:
    return re.sub(rb"%d", lambda _: number(rng), pattern).replace(b"%%", b"%")


def _place(rng: Random, text: bytes) -> int:
    return rng.randrange(len(text)) if text else 0


def flip_bits(rng: Random, text: bytes) -> bytes:
    spoiled = bytearray(text)
    for _ in range(rng.randrange(1, 8) if text else 0):
        spoiled[_place(rng, text)] ^= 1 << rng.randrange(8)
    return bytes(spoiled)


def cut(rng: Random, text: bytes) -> bytes:
    return text[: _place(rng, text)]


def without_a_piece(rng: Random, text: bytes) -> bytes:
    start = _place(rng, text)
    return text[:start] + text[start + rng.randrange(1, 60) :]


def a_piece_again(rng: Random, text: bytes) -> bytes:
    start = _place(rng, text)
    piece = text[start : start + rng.randrange(1, 60)]
    return text[:start] + piece * rng.choice((2, 3, 10, 100)) + text[start:]


def with_garbage(rng: Random, text: bytes) -> bytes:
    at = _place(rng, text)
    return text[:at] + rng.randbytes(rng.randrange(1, 40)) + text[at:]


def with_a_utf8_fault(rng: Random, text: bytes) -> bytes:
    at = _place(rng, text)
    return text[:at] + rng.choice(UTF8_FAULTS) * rng.choice((1, 1, 50)) + text[at:]


def another_number(rng: Random, text: bytes) -> bytes:
    found = list(re.finditer(rb"\d+", text))
    if not found:
        return text
    one = rng.choice(found)
    return text[: one.start()] + number(rng) + text[one.end() :]


def _lines(text: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = text.partition(CRLF + CRLF)
    return head.split(CRLF), body


def _joined(lines: list[bytes], body: bytes) -> bytes:
    return CRLF.join(lines) + CRLF + CRLF + body


def lines_swapped(rng: Random, text: bytes) -> bytes:
    lines, body = _lines(text)
    one, other = (rng.randrange(len(lines)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return _joined(lines, body)


def values_swapped(rng: Random, text: bytes) -> bytes:
    """The value of one header under the name of another."""
    lines, body = _lines(text)
    if len(lines) < 3:
        return text
    one, other = (rng.randrange(1, len(lines)) for _ in range(2))
    lines[one] = lines[one].partition(b":")[0] + b":" + lines[other].partition(b":")[2]
    return _joined(lines, body)


def a_header_often(rng: Random, text: bytes) -> bytes:
    lines, body = _lines(text)
    one = rng.randrange(len(lines))
    return _joined(lines[: one + 1] + [lines[one]] * rng.choice((1, 2, 30, 200)) + lines[one + 1 :], body)


def without_a_header(rng: Random, text: bytes) -> bytes:
    lines, body = _lines(text)
    del lines[rng.randrange(len(lines))]
    return _joined(lines, body)


def another_header(rng: Random, text: bytes) -> bytes:
    lines, body = _lines(text)
    lines.insert(rng.randrange(1, len(lines) + 1), filled(rng, rng.choice(HEADERS)))
    return _joined(lines, body)


def a_huge_header(rng: Random, text: bytes) -> bytes:
    lines, body = _lines(text)
    at = rng.randrange(len(lines))
    lines[at] += rng.choice((b"x", b" ", b",", b";a=b", b'"', b"(", b"<sip:")) * rng.choice((300, 2000, 9000))
    return _joined(lines, body)[:60_000]


def a_lying_length(rng: Random, text: bytes) -> bytes:
    return re.sub(rb"(?im)^(content-length|l)\s*:.*?\r$", rb"\g<1>: " + number(rng) + b"\r", text, count=1)


def other_media(rng: Random, text: bytes) -> bytes:
    """SDP with lines nobody would write, and a Content-Length that holds."""
    lines, body = _lines(text)
    sdp = body.split(CRLF)
    for _ in range(rng.randrange(1, 6)):
        sdp.insert(rng.randrange(len(sdp) + 1), filled(rng, rng.choice(SDP_LINES)))
    if rng.random() < 0.3:
        del sdp[rng.randrange(len(sdp))]
    return with_length(_joined(lines, CRLF.join(sdp)))


def in_parts(rng: Random, text: bytes) -> bytes:
    """The body as one of many parts, whose boundary may lie."""
    lines, body = _lines(text)
    lines = [line for line in lines if not line.lower().startswith((b"content-type", b"c:"))]
    bound = rng.choice((b"b", b"", b"-" * 80, b'b"', b"b c"))
    lines.append(
        b"Content-Type: multipart/" + rng.choice((b"mixed", b"alternative", b"")) + b";boundary=" + bound
    )
    part = (
        b"--b\r\nContent-Type: application/sdp\r\nContent-Length: "
        + number(rng)
        + b"\r\n\r\n"
        + body
        + b"\r\n"
    )
    return with_length(
        _joined(lines, part * rng.choice((0, 1, 2, 50)) + rng.choice((b"--b--\r\n", b"--b", b"")))
    )


def with_length(text: bytes) -> bytes:
    length = str(len(text.partition(CRLF + CRLF)[2])).encode()
    return re.sub(rb"(?im)^(content-length|l)\s*:.*?\r$", rb"\g<1>: " + length + b"\r", text, count=1)


MUTATORS: tuple[Mutator, ...] = (
    flip_bits, cut, without_a_piece, a_piece_again, with_garbage, with_a_utf8_fault, another_number, lines_swapped,
    values_swapped, a_header_often, without_a_header, another_header, another_header, a_huge_header, a_lying_length,
    other_media, other_media, other_media, in_parts,
)  # fmt: skip


def spoiled(rng: Random, text: bytes) -> bytes:
    """Once or several times; never more than a datagram holds."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        text = rng.choice(MUTATORS)(rng, text)
    return text[:60_000]


PLAIN = (
    "INVITE", "INVITE", "INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "NOTIFY", "MESSAGE", "REFER", "INFO", "PUBLISH",
    "UPDATE", "PRACK", "BYE", "CANCEL", "ACK",
)  # fmt: skip


def good_message(rng: Random, here: str, there: str) -> bytes:
    """What the spoiling begins with: a good request or response of ours, or one of RFC 4475."""
    if rng.random() < 0.15:
        return book.reachable(rng.choice(TORTURE), here)
    method, name = rng.choice(PLAIN), rng.getrandbits(48)
    body = SDP if method in {"INVITE", "UPDATE"} else ""
    tag = rng.choice(("", "", "", ";tag=tip-1", ";tag=x"))
    first = f"{method} sip:{rng.choice(('taken', 'user', '200'))}@{there} SIP/2.0"
    if rng.random() < 0.08:
        first, tag = f"SIP/2.0 {rng.choice((100, 180, 200, 302, 401, 503))} Whatever", ";tag=y"
    return (
        f"{first}\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{name:x};rport\r\nMax-Forwards: 70\r\n"
        f"From: <sip:200@{here}>;tag={name:x}\r\nTo: <sip:alive@{there}>{tag}\r\nCall-ID: {name:x}\r\n"
        f"CSeq: 1 {method}\r\nContact: <sip:200@{here}>\r\nExpires: {rng.choice((0, 0, 60))}\r\n"
        f"Event: {rng.choice(('refer', 'dialog', 'presence', 'message-summary'))}\r\n"
        f"Refer-To: <sip:300@{there}>\r\nSubscription-State: active\r\n"
        f"{'Content-Type: application/sdp' if body else 'Content-Type: text/plain'}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 0 9 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
)
TORTURE = tuple(entry.text() for entry in book.entries())
