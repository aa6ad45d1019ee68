"""What scanners and floods send, made beforehand: thousands of packets that differ where a real one's do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

NUMBER = 2000
"""Of packets made beforehand; then they come again, long after."""
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"


def request(method: str, number: int, here: str, *headers: str, user: str = "", body: str = "") -> bytes:
    uri = f"sip:{user or 1000 + number}@127.0.0.1"
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {here};branch=z9hG4bKflood{number:x};rport",
        "Max-Forwards: 70",
        f"From: <sip:{1000 + number}@127.0.0.1>;tag={number:x}",
        f"To: <{uri}>",
        f"Call-ID: {number:x}-{method}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:{1000 + number}@{here}>",
        "User-Agent: friendly-scanner",
        *headers,
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join([*lines, "", ""]) + body).encode()


def registers(number: int, here: str) -> bytes:
    return request("REGISTER", number, here, "Expires: 3600")


def bad_digests(number: int, here: str) -> bytes:
    guess = (
        f'Authorization: Digest username="{100 + number % 200}",realm="tipring",nonce="{number:032x}",'
        f'uri="sip:127.0.0.1",response="{number:032x}",algorithm=MD5'
    )
    return request("REGISTER", number, here, guess, "Expires: 3600", user=str(100 + number % 200))


def invites(number: int, here: str) -> bytes:
    return request("INVITE", number, here, "Content-Type: application/sdp", user=f"900{number}", body=SDP)


def subscriptions(number: int, here: str) -> bytes:
    return request("SUBSCRIBE", number, here, "Event: message-summary", "Expires: 0")


def notifications(number: int, here: str) -> bytes:
    told = "Messages-Waiting: yes\r\n" * 40
    state = "Subscription-State: active"
    kind = "Content-Type: application/simple-message-summary"
    return request("NOTIFY", number, here, "Event: message-summary", state, kind, body=told)


def messages(number: int, here: str) -> bytes:
    return request("MESSAGE", number, here, "Content-Type: text/plain", body="call me " * 50)


def options(number: int, here: str) -> bytes:
    return request("OPTIONS", number, here)


def garbage(number: int, here: str) -> bytes:
    return f"GET /{number} HTTP/1.1\r\nHost: {here}\r\nX: {'x' * 300}\r\n\r\n".encode()


FLOODS: Mapping[str, Callable[[int, str], bytes]] = {
    "registers": registers,
    "bad digests": bad_digests,
    "invites": invites,
    "subscriptions that expire": subscriptions,
    "notifications": notifications,
    "messages": messages,
    "options": options,
    "garbage": garbage,
}
