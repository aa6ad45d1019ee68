"""Debian's SIPp as a telephone: scenarios of our own, put together from what one message of a test says.

A scenario is one call; SIPp ends with 0 only where each message came as it was written. What passed is in `messages`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

PROGRAM = shutil.which("sipp")
NUMBER = "[service]"
LIMIT_S = 60
CODECS = {8: "PCMA/8000", 0: "PCMU/8000"}
MARK = "{box}"
_REPLY = """[last_Via:]
[last_From:]
[last_To:];tag=s[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:{number}@127.0.0.1:[local_port];transport=[transport]>"""


def sdp(
    *payloads: int, way: str = "sendrecv", events: bool = True, port: str = "[media_port]", version: int = 1
) -> str:
    """An offer or an answer."""
    listed = [*payloads, *([101] if events else [])]
    lines = [
        "v=0", f"o=sipp 1 {version} IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
        f"m=audio {port} RTP/AVP {' '.join(map(str, listed))}",
        *(f"a=rtpmap:{one} {CODECS[one]}" for one in payloads),
        *(("a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15") if events else ()),
        f"a={way}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


OFFER = sdp(8)


class Script:
    """Messages in order. `number` is who speaks here, `{box}` where the box is."""

    def __init__(self, number: str, password: str = "") -> None:
        self.number, self._password = number, password
        self.proven = ""
        """Whom the request with a proof names: SIPp is told once for all."""
        self._rows: list[str] = []
        self._invited = 0

    def request(
        self,
        method: str,
        to: str,
        cseq: int,
        *headers: str,
        body: str = "",
        content: str = "application/sdp",
        proof: bool = False,
        uri: str = "",
        of_invite: bool = False,
        call_id: str = "[call_id]",
        retrans: bool = True,
        fresh: bool = False,
    ) -> Script:
        """Of the side that called; within its call from the moment somebody answered, unless it is `fresh`.

        CANCEL, and ACK of a refusal, are `of_invite`: they have its branch.
        """
        typed = [f"Content-Type: {content}"] if body else []
        if method == "INVITE":
            self._invited = len(self._rows)
        branch = f"[branch-{len(self._rows) - self._invited}]" if of_invite else "[branch]"
        if proof:
            self.proven = uri.removeprefix("sip:") or f"{to}@{MARK}"
        secret = [f"[authentication username={self.number} password={self._password}]"] if proof else []
        return self._sends(
            [
                f"{method} {uri or f'sip:{to}@{MARK}'} SIP/2.0",
                f"Via: SIP/2.0/[transport] 127.0.0.1:[local_port];branch={branch};rport",
                "Max-Forwards: 70", f"From: <sip:{self.number}@{MARK}>;tag=f[call_number]",
                f"To: <sip:{to}@{MARK}>{'' if fresh else '[peer_tag_param]'}",
                f"Call-ID: {call_id}", f"CSeq: {cseq} {method}",
                f"Contact: <sip:{self.number}@127.0.0.1:[local_port];transport=[transport]>",
                *secret, *headers, *typed,
            ],
            body, again=retrans and method != "ACK",
        )  # fmt: skip

    def from_called(self, method: str, cseq: int, *headers: str, body: str = "") -> Script:
        """Of the side that was called, once `remember` knows both ends."""
        typed = ["Content-Type: application/sdp"] if body else []
        return self._sends(
            [
                f"{method} sip:{MARK} SIP/2.0",
                "Via: SIP/2.0/[transport] 127.0.0.1:[local_port];branch=[branch];rport", "Max-Forwards: 70",
                "From:[$here];tag=s[call_number]", "To:[$there]", "Call-ID: [call_id]", f"CSeq: {cseq} {method}",
                f"Contact: <sip:{self.number}@127.0.0.1:[local_port];transport=[transport]>", *headers, *typed,
            ],
            body, again=method != "ACK",
        )  # fmt: skip

    def remember(self, method: str = "INVITE") -> Script:
        """A request from the box whose ends are kept for `from_called`, and which `kept_reply` may answer."""
        return self._keeps(method, From="there", To="here", Via="via", CSeq="cseq")

    def keeps_request(self, method: str) -> Script:
        """One within the call, answered later by `kept_reply`."""
        return self._keeps(method, Via="via", CSeq="cseq")

    def _keeps(self, method: str, **headers: str) -> Script:
        keep = "".join(
            f'<ereg regexp=".*" search_in="hdr" header="{header}:" check_it="true" assign_to="{name}"/>'
            for header, name in headers.items()
        )
        return self._row(f'<recv request="{method}"><action>{keep}</action></recv>')

    def kept_reply(self, status: int, reason: str, *, body: str) -> Script:
        lines = [
            f"SIP/2.0 {status} {reason}", "Via:[$via]", "From:[$there]", "To:[$here];tag=s[call_number]",
            "Call-ID: [call_id]", "CSeq:[$cseq]",
            f"Contact: <sip:{self.number}@127.0.0.1:[local_port];transport=[transport]>",
            "Content-Type: application/sdp",
        ]  # fmt: skip
        return self._sends(lines, body, again=True)

    def reply(self, status: int, reason: str, *headers: str, body: str = "") -> Script:
        typed = ["Content-Type: application/sdp"] if body else []
        lines = [f"SIP/2.0 {status} {reason}", _REPLY.format(number=self.number), *headers, *typed]
        return self._sends(lines, body, again=status >= 200 and bool(body))

    def within(self, status: int, reason: str, *headers: str, body: str = "") -> Script:
        """A reply inside a call: its To has its tag already."""
        typed = ["Content-Type: application/sdp"] if body else []
        lines = [f"SIP/2.0 {status} {reason}", _REPLY.format(number=self.number), *headers, *typed]
        return self._sends([one.replace(";tag=s[call_number]", "") for one in lines], body, again=bool(body))

    def gets(
        self, what: int | str, *, optional: bool = False, auth: bool = False, limit_ms: int = 0
    ) -> Script:
        kind = "response" if isinstance(what, int) else "request"
        more = ' optional="true"' * optional + ' auth="true"' * auth
        more += f' timeout="{limit_ms}"' if limit_ms else ""
        return self._row(f'<recv {kind}="{what}"{more}/>')

    def rings(self) -> Script:
        """Reliably: `$there` is its number from now on (RFC 3262 3)."""
        keep = '<ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="there"/>'
        return self._row(f'<recv response="183"><action>{keep}</action></recv>')

    def progress(self) -> Script:
        for status in (100, 180, 183):
            self.gets(status, optional=True)
        return self

    def waits(self, seconds: float) -> Script:
        return self._row(f'<pause milliseconds="{round(1000 * seconds)}"/>')

    def says(self, file: Path, payload: int = 8) -> Script:
        return self._row(f'<nop><action><exec rtp_stream="{file},1,{payload}"/></action></nop>')

    def registers(self, expires: int = 600) -> Script:
        self.request("REGISTER", self.number, 1, f"Expires: {expires}", uri=f"sip:{MARK}").gets(
            401, auth=True
        )
        return self.request(
            "REGISTER", self.number, 2, f"Expires: {expires}", proof=True, uri=f"sip:{MARK}", fresh=True
        ).gets(200)

    def calls(self, to: str, *headers: str, body: str = OFFER) -> Script:
        """Up to the second INVITE, with its proof: CSeq 2."""
        self.request("INVITE", to, 1, *headers, body=body).gets(100, optional=True).gets(401, auth=True)
        self.request("ACK", to, 1, of_invite=True)
        return self.request("INVITE", to, 2, *headers, body=body, proof=True, fresh=True)

    def talks(self, to: str, *headers: str, body: str = OFFER) -> Script:
        """Until it is answered."""
        self.calls(to, *headers, body=body).progress().gets(200)
        return self.request("ACK", to, 2)

    def hangs_up(self, to: str, cseq: int) -> Script:
        return self.request("BYE", to, cseq).gets(200)

    @property
    def is_called(self) -> bool:
        return self._rows[0].startswith("<recv")

    @property
    def waits_there(self) -> bool:
        """It registers, or is called: where it is matters."""
        return self.is_called or "REGISTER" in self._rows[0]

    def xml(self, box: str) -> str:
        rows = "\n".join(self._rows).replace(MARK, box)
        names = sorted(set(re.findall(r'assign_to="(\w+)"', rows)))
        unused = f'<Reference variables="{",".join(names)}"/>' if names else ""
        return f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="s">\n{rows}\n{unused}\n</scenario>\n'

    def _sends(self, lines: Iterable[str], body: str, *, again: bool) -> Script:
        repeat = ' retrans="500"' if again else ""
        message = "\n".join([*lines, "Content-Length: [len]", "", body])
        return self._row(f"<send{repeat}><![CDATA[\n{message}\n]]></send>")

    def _row(self, row: str) -> Script:
        self._rows.append(row)
        return self


class Sipp:
    """One SIPp that plays a script once."""

    def __init__(
        self, folder: Path, box: str, script: Script, *, port: int, media: int = 0, tcp: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{script.number}-{time.monotonic_ns()}"
        scenario = folder / f"{name}.xml"
        scenario.write_text(script.xml(box), "utf-8")
        self._messages, self._errors = folder / f"{name}.messages", folder / f"{name}.errors"
        argv = [
            str(PROGRAM), box, "-sf", str(scenario), "-m", "1", "-i", "127.0.0.1", "-mi", "127.0.0.1",
            "-p", str(port), "-nostdin", "-aa",
            "-timeout", f"{LIMIT_S}s", "-timeout_error", "-recv_timeout", "25000",
            "-auth_uri", script.proven.replace(MARK, box) or box,
            "-t", "t1" if tcp else "u1", "-trace_msg", "-message_file", str(self._messages),
            "-trace_err", "-error_file", str(self._errors), *(("-mp", str(media)) if media else ()),
        ]  # fmt: skip
        self._bound = f":{port:04X} "
        self._table = Path(f"/proc/net/{'tcp' if tcp else 'udp'}")
        self.process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
        )

    @property
    def messages(self) -> str:
        return self._messages.read_text("utf-8", "replace") if self._messages.exists() else ""

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    @property
    def is_there(self) -> bool:
        """Its port is open: who is called before that is nowhere."""
        return self._bound in self._table.read_text("ascii")

    @property
    def held(self) -> bool:
        """Whether it ended with every message as written."""
        return self.process.poll() == 0

    def why(self) -> str:
        errors = self._errors.read_text("utf-8", "replace") if self._errors.exists() else ""
        return f"{self.process.poll()}: {errors[-3000:]}\n{self.messages[-6000:]}"

    def received(self) -> list[str]:
        """Messages of the box, oldest first."""
        parts = re.split(r"^-{10,}.*$", self.messages, flags=re.MULTILINE)
        return [part.partition("\n\n")[2] for part in parts if " message received" in part]

    def close(self) -> None:
        if not self.is_over:
            self.process.kill()
        self.process.wait()


def a_law(file: Path, samples: NDArray[np.int16]) -> Path:
    """Speech as SIPp sends it."""
    soundfile.write(file, samples, 8000, format="RAW", subtype="ALAW")
    return file
