"""pjsua2 as we use it: an agent, its accounts and calls, with plain arguments. The only module that imports pjsua2.

Callbacks run inside `Agent.poll`; what they tell is plain data. A trap: `for m in call.getInfo().media` reads freed
memory, since the vector lives in the info object: name it first.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from drivers.sip.errors import BadHeader, SipError, SipUnavailable

try:
    import pjsua2 as pj  # noqa: TID251 - the one module
except ImportError as error:
    raise SipUnavailable("pjsua2 is not built here: run `make setup`") from error

from drivers.sip.account_source import belongs_to
from drivers.sip.audio_source import comes_from
from drivers.sip.causes import cause_of, reason_header, status_of
from drivers.sip.events import (
    AnyCallEvent,
    CallAlerting,
    CallAnswered,
    CallEnded,
    DigitMethod,
    DigitReceived,
    Heard,
    MediaChanged,
    TransferProgressed,
)
from drivers.sip.message import Message, is_header, parse
from drivers.sip.settings import Account, Settings, Srtp, Transport, TransportKind

KINDS: Mapping[TransportKind, int] = {
    TransportKind.UDP: pj.PJSIP_TRANSPORT_UDP,
    TransportKind.TCP: pj.PJSIP_TRANSPORT_TCP,
    TransportKind.TLS: pj.PJSIP_TRANSPORT_TLS,
}
METHODS: Mapping[int, DigitMethod] = {
    pj.PJSUA_DTMF_METHOD_RFC2833: DigitMethod.RTP,
    pj.PJSUA_DTMF_METHOD_SIP_INFO: DigitMethod.INFO,
}
SRTP: Mapping[Srtp, int] = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OFFERED: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}
MOST_TROUBLES = 100
"""More are not kept: whoever finds one could fill the memory with it."""
HIGHEST = 254
"""Of pjmedia's priorities; 0 is off."""
ENDED = pj.PJSIP_INV_STATE_DISCONNECTED
Headers = Iterable[tuple[str, str]]


class Agent:
    """The library itself. One a process; all of it in one thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._endpoint = pj.Endpoint()

    def create(self) -> None:
        """Raises SipError, as everything here."""
        _allow_handles(self.settings.calls)
        with pjsua_errors("starting"):
            self._endpoint.libCreate()
            self._endpoint.libInit(_configuration(self.settings))

    def listen(self) -> list[str]:
        """address:port of each transport, in the settings' order."""
        with pjsua_errors("listening"):
            found = [self._listen(transport) for transport in self.settings.transports]
            self._endpoint.libStart()
            self._prefer_codecs()
        return found

    def poll(self, wait_ms: int) -> None:
        with pjsua_errors("polling"):
            self._endpoint.libHandleEvents(wait_ms)

    def destroy(self) -> None:
        with pjsua_errors("stopping"):
            self._endpoint.libDestroy()

    def codecs(self) -> dict[str, int]:
        """What is built in, by priority; 0 is off."""
        found = self._endpoint.codecEnum2()
        return {codec.codecId: codec.priority for codec in found}

    def account(
        self,
        address: str,
        offered: Callable[[int, str, str], None],
        troubles: list[str],
        carrier: Account | None = None,
    ) -> PjAccount:
        """The telephones', or a carrier's with its log-in."""
        made, told = PjAccount(offered, troubles), _account_configuration(self.settings, address)
        if carrier:
            _configure(told, carrier)
        with pjsua_errors("making an account"):
            made.create(told, not carrier)
        for network, port in carrier.sources if carrier else ():
            belongs_to(made.getId(), network, port)
        return made

    def _listen(self, transport: Transport) -> str:
        told = pj.TransportConfig()
        told.port, told.boundAddress = transport.port, transport.address
        told.tlsConfig.certFile, told.tlsConfig.privKeyFile = transport.certificate, transport.key
        kind = KINDS[transport.kind] | (pj.PJSIP_TRANSPORT_IPV6 if ":" in transport.address else 0)
        return self._endpoint.transportGetInfo(self._endpoint.transportCreate(kind, told)).localName

    def _prefer_codecs(self) -> None:
        for built in self.codecs():
            place = [number for number, name in enumerate(self.settings.codecs) if built.startswith(name)]
            self._endpoint.codecSetPriority(built, HIGHEST - place[0] if place else 0)


class PjAccount(pj.Account):
    """What everybody who calls is offered to."""

    def __init__(self, offered: Callable[[int, str, str], None], troubles: list[str]) -> None:
        super().__init__()
        self._offered = offered
        self._troubles = troubles

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802 - pjsua2's name
        with _guarded(self._troubles):
            self._offered(prm.callId, prm.rdata.wholeMsg, prm.rdata.srcAddress)


class PjCall(pj.Call):
    """One call: plain words for what pjsua2 does, its callbacks as events."""

    def __init__(
        self,
        account: PjAccount,
        pjsua_id: int,
        number: int,
        tell: Callable[[AnyCallEvent], None],
        troubles: list[str],
    ) -> None:
        super().__init__(account, pjsua_id)
        self.number = number
        self.call_id = ""
        self.answered = False
        self.our_cause = 0
        """Given by us when we hung up."""
        self._tell = tell
        self._troubles = troubles
        self._streams: list[Heard] = []
        """Of each audio stream that is over."""

    def place(self, target: str, caller: str, headers: Headers, to: str) -> None:
        how = _operation(headers)
        how.txOption.localUri = caller
        how.txOption.targetUri = target if to else ""
        with pjsua_errors(f"calling {target}"):
            self.makeCall(to or target, how)
        self.call_id = self.getInfo().callIdString

    def reply(self, status: int, reason: str, headers: Headers) -> None:
        how = _operation(headers, reason)
        how.statusCode = status
        with pjsua_errors(f"answering with {status}"):
            self.answer(how)

    def end(self, cause: int, status: int, headers: Headers) -> None:
        how = _operation([*headers, ("Reason", reason_header(cause))])
        how.statusCode = 0 if self.answered else status or status_of(cause)
        self.our_cause = cause
        with pjsua_errors("hanging up"):
            self.hangup(how)

    def hold(self) -> None:
        with pjsua_errors("holding"):
            self.setHold(_operation(()))

    def resume(self) -> None:
        how = _operation(())
        how.opt.flag = pj.PJSUA_CALL_UNHOLD
        with pjsua_errors("resuming"):
            self.reinvite(how)

    def send_digits(self, digits: str, method: DigitMethod, for_ms: int) -> None:
        told = pj.CallSendDtmfParam()
        told.digits, told.duration = digits, for_ms
        told.method = next(number for number, one in METHODS.items() if one is method)
        with pjsua_errors("sending digits"):
            self.sendDtmf(told)

    def refer(self, target: str, headers: Headers) -> None:
        with pjsua_errors("transferring"):
            self.xfer(target, _operation(headers))

    def refer_to_call(self, other: PjCall) -> None:
        with pjsua_errors("transferring"):
            self.xferReplaces(other, _operation(()))

    def notify_refer(self, status: int, reason: str, *, final: bool) -> None:
        """RFC 3515 2.4.4."""
        state = "terminated;reason=noresource" if final else "active;expires=60"
        told = pj.CallSendRequestParam()
        told.method = "NOTIFY"
        told.txOption = _options([("Event", "refer"), ("Subscription-State", state)])
        told.txOption.contentType = "message/sipfrag;version=2.0"
        told.txOption.msgBody = f"SIP/2.0 {status} {_word(reason)}\r\n"
        with pjsua_errors("telling of a transfer"):
            self.sendRequest(told)

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802
        with _guarded(self._troubles):
            info = self.getInfo()
            if info.state != ENDED and _is_from_outside(prm.e):
                comes_from(self.getId(), prm.e.body.tsxState.src.rdata.srcAddress)
            if info.state == ENDED:
                self._tell(self._ended(info, prm.e))
            elif info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
                heard = _heard(prm.e)
                self._tell(CallAlerting(self.number, info.lastStatusCode, bool(heard and heard.body.strip())))
            elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
                self.answered = True
                self._tell(CallAnswered(self.number))

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:  # noqa: N802
        """100 changes no state of a call, but tells that somebody is there."""
        with _guarded(self._troubles):
            about = prm.e.body.tsxState.tsx
            if about.statusCode == 100 and about.method == "INVITE" and about.role == pj.PJSIP_ROLE_UAC:
                self._tell(CallAlerting(self.number, 100))

    def onCallMediaState(self, _: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        with _guarded(self._troubles):
            info = self.getInfo()
            self._tell(self._media(info))

    def onStreamDestroyed(self, prm: pj.OnStreamDestroyedParam) -> None:  # noqa: N802
        """The last moment at which its figures are there; a call has several where its audio changed."""
        with _guarded(self._troubles):
            stat = self.getStreamStat(prm.streamIdx)
            came = stat.rtcp.rxStat
            self._streams.append(Heard(came.pkt, came.loss, came.jitterUsec.mean))

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:  # noqa: N802
        with _guarded(self._troubles):
            method = METHODS.get(prm.method, DigitMethod.RTP)
            self._tell(DigitReceived(self.number, prm.digit, method, prm.duration))

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:  # noqa: N802
        with _guarded(self._troubles):
            self._tell(TransferProgressed(self.number, prm.statusCode, prm.finalNotify))

    def _ended(self, info: pj.CallInfo, event: pj.SipEvent) -> CallEnded:
        heard = _heard(event)
        # pjsua calls a 3xx that is not followed 487; it is never followed here (toll fraud), the box decides.
        said = heard.status if heard else 0
        status = 200 if self.answered else said or info.lastStatusCode
        cause = self.our_cause or cause_of(status, heard.all("reason") if heard else ())
        return CallEnded(self.number, status, cause, info.lastReason, heard, self._audio_heard())

    def _audio_heard(self) -> Heard | None:
        if not self._streams:
            return None
        packets = sum(one.packets for one in self._streams)
        jitter_us = sum(one.packets * one.jitter_us for one in self._streams) // max(1, packets)
        return Heard(packets, sum(one.lost for one in self._streams), jitter_us)

    def _media(self, info: pj.CallInfo) -> MediaChanged:
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status != pj.PJSUA_CALL_MEDIA_NONE:
                return self._audio(media)
        return MediaChanged(self.number, "", receives=False, sends=False)

    def _audio(self, media: pj.CallMediaInfo) -> MediaChanged:
        try:
            stream = self.getStreamInfo(media.index)
        except pj.Error:  # described so oddly that nothing could be started
            return MediaChanged(self.number, "", receives=False, sends=False)
        return MediaChanged(
            self.number,
            f"{stream.codecName}/{stream.codecClockRate}",
            receives=bool(media.dir & pj.PJMEDIA_DIR_DECODING),
            sends=bool(media.dir & pj.PJMEDIA_DIR_ENCODING),
            held_by_far_end=media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD,
        )


@contextmanager
def _guarded(troubles: list[str]) -> Iterator[None]:
    """An exception would end the process in C++."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - nothing may pass
        if len(troubles) < MOST_TROUBLES:
            troubles.append(error.info() if isinstance(error, pj.Error) else repr(error))


def _allow_handles(calls: int) -> None:
    """RTP and RTCP of every call and as many connections again, as far as this user may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * calls + 256
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(wanted, hard), hard))


def _heard(event: pj.SipEvent) -> Message | None:
    """The message that made this happen, where it came from outside."""
    return parse(event.body.tsxState.src.rdata.wholeMsg) if _is_from_outside(event) else None


def _is_from_outside(event: pj.SipEvent) -> bool:
    return event.type == pj.PJSIP_EVENT_TSX_STATE and event.body.tsxState.type == pj.PJSIP_EVENT_RX_MSG


@contextmanager
def pjsua_errors(what: str) -> Iterator[None]:
    try:
        yield
    except pj.Error as error:
        raise SipError(f"{what}: {error.reason} ({error.status})") from error


def _word(value: str) -> str:
    if not is_header("Reason-Phrase", value):
        raise BadHeader(repr(value))
    return value


def _options(headers: Headers) -> pj.SipTxOption:
    told = pj.SipTxOption()
    for name, value in headers:
        if not is_header(name, value):
            raise BadHeader(f"{name!r}: {value!r}")
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        told.headers.append(header)
    return told


def _operation(headers: Headers, reason: str = "") -> pj.CallOpParam:
    told = pj.CallOpParam(True)
    told.reason = _word(reason)
    told.txOption = _options(headers)
    # pjsua would offer real-time text (T.140) as well, with a clock thread of its own in every call.
    told.opt.audioCount, told.opt.videoCount, told.opt.textCount = 1, 0, 0
    return told


def _configuration(settings: Settings) -> pj.EpConfig:
    told = pj.EpConfig()
    agent, media, log = told.uaConfig, told.medConfig, told.logConfig
    agent.threadCnt, agent.mainThreadOnly = 0, True
    agent.maxCalls, agent.userAgent = settings.calls, settings.user_agent
    media.clockRate = media.sndClockRate = 8000
    media.channelCount, media.audioFramePtime, media.ptime = 1, 20, 20
    media.maxMediaPorts = settings.calls + settings.legs + 2
    media.noVad, media.ecTailLen, media.threadCnt = True, 0, 1
    log.level = log.consoleLevel = settings.log_level
    return told


def _account_configuration(settings: Settings, address: str) -> pj.AccountConfig:
    told = pj.AccountConfig()
    told.idUri = f"sip:{address}"
    told.callConfig.timerSessExpiresSec = settings.session_s
    told.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
    told.mediaConfig.srtpUse = SRTP[settings.srtp]
    # Keys in SDP are worth as much as what carries it.
    told.mediaConfig.srtpSecureSignaling = 1
    told.mediaConfig.transportConfig.port = settings.rtp_from
    told.mediaConfig.transportConfig.portRange = settings.rtp_ports
    bound = settings.rtp_address or settings.transports[0].address
    told.mediaConfig.transportConfig.boundAddress = bound
    return told


def _configure(told: pj.AccountConfig, carrier: Account) -> None:
    told.mediaConfig.srtpUse = SRTP[Srtp.OFF]
    if carrier.user:
        told.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", carrier.user, 0, carrier.password))
    told.sipConfig.contactForced = f"<{carrier.contact}>" if carrier.contact else ""
    told.mediaConfig.transportConfig.publicAddress = carrier.public_address
