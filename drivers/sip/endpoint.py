"""A SIP endpoint on pjsua2: calls as numbers, what happens as plain data. The only module that imports pjsua2.

One endpoint a process and one thread for all of it: pjsua has no thread of its own here, `step` polls it, and its
callbacks run inside. RTP is received by a thread of pjmedia's and moved by our pump (legs.py); neither knows Python.
A trap: `for m in call.getInfo().media` reads freed memory, since the vector lives in the info object: name it first.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from drivers.sip.errors import BadHeader, NoSuchCall, SipError, SipUnavailable

try:
    import pjsua2 as pj  # noqa: TID251 - the one module
except ImportError as error:
    raise SipUnavailable("pjsua2 is not built here: run `make setup`") from error

from drivers.sip.blocks import Blocks
from drivers.sip.causes import cause_of, reason_header, status_of
from drivers.sip.events import (
    AnyCallEvent,
    AnySipEvent,
    CallAlerting,
    CallAnswered,
    CallEnded,
    CallOffered,
    DigitMethod,
    DigitReceived,
    MediaChanged,
    RequestReceived,
    TransferAsked,
    TransferProgressed,
)
from drivers.sip.legs import Drops, Legs
from drivers.sip.library import Wake, log
from drivers.sip.message import Message, is_header, parse
from drivers.sip.refer import dialog_of
from drivers.sip.requests import Requests
from drivers.sip.settings import Settings, Transport, TransportKind

KINDS: Mapping[TransportKind, int] = {
    TransportKind.UDP: pj.PJSIP_TRANSPORT_UDP,
    TransportKind.TCP: pj.PJSIP_TRANSPORT_TCP,
    TransportKind.TLS: pj.PJSIP_TRANSPORT_TLS,
}
METHODS: Mapping[int, DigitMethod] = {
    pj.PJSUA_DTMF_METHOD_RFC2833: DigitMethod.RTP,
    pj.PJSUA_DTMF_METHOD_SIP_INFO: DigitMethod.INFO,
}
HIGHEST = 254
"""Of pjmedia's priorities; 0 is off."""
ENDED = pj.PJSIP_INV_STATE_DISCONNECTED
Headers = Iterable[tuple[str, str]]


class Endpoint:
    """Construct, `start`, `step` again and again, `stop`. Raises SipError where pjsua refuses."""

    def __init__(self, settings: Settings, blocks: Blocks | None = None) -> None:
        self.settings = settings
        self.blocks = blocks or Blocks.of_own(settings.legs)
        self.addresses: list[str] = []
        """address:port of each transport, in the settings' order."""
        self.troubles: list[str] = []
        """Faults of our callbacks; they may not travel through C++."""
        self._endpoint = pj.Endpoint()
        self._calls: dict[int, _Call] = {}
        self._by_id: dict[str, int] = {}
        self._newest = 0
        self._events: list[AnyCallEvent] = []

    def start(self) -> None:
        _allow_handles(self.settings.calls)
        with _pjsua_errors("starting"):
            log(0)
            self._endpoint.libCreate()
            self._endpoint.libInit(_configuration(self.settings))
            log(self.settings.log_level)
            self.wake = Wake()
            self.requests = Requests(self.settings.requests)
            self.drops = Drops()
            for transport in self.settings.transports:
                self.addresses.append(self._listen(transport))
            self._endpoint.libStart()
            self._prefer_codecs()
            self.legs = Legs(self.blocks)
            self._account = _Account(self._offered, self.troubles)
            self._account.create(_account_configuration(self.settings, self.addresses[0]), True)

    def stop(self) -> None:
        """Ends what calls are left, without waiting for their far ends."""
        self.legs.stop()
        self.requests.stop()
        self.drops.stop()
        self.wake.stop()
        with _pjsua_errors("stopping"):
            self._calls.clear()
            self._account.shutdown()
            del self._account
            self._endpoint.libDestroy()

    def step(self, wait_ms: int) -> list[AnySipEvent]:
        """Wait for at most so long, or until `wake.ring()`, and tell what happened, in order.

        A call's last event is `CallEnded`.
        """
        with _pjsua_errors("polling"):
            self._endpoint.libHandleEvents(wait_ms)
        happened: list[AnySipEvent] = [event for event in self._events if event.call in self._calls]
        self._events.clear()
        for ended in [event.call for event in happened if isinstance(event, CallEnded)]:
            self._forget(self._calls.pop(ended))
        happened += (
            self._transfer(one) if isinstance(one, RequestReceived) else one for one in self.requests.take()
        )
        return happened

    def call(self, target: str, *, caller: str = "", headers: Headers = (), to: str = "") -> int:
        """Place a call to a SIP URI; `caller` is a name-addr for From, `to` another To. Its number."""
        call = self._made()
        how = _operation(headers)
        how.txOption.localUri = caller
        how.txOption.targetUri = target if to else ""
        with _pjsua_errors(f"calling {target}"):
            call.makeCall(to or target, how)
        call.call_id = call.getInfo().callIdString
        return self._keep(call)

    def answer(self, call: int, status: int, *, reason: str = "", headers: Headers = ()) -> None:
        """180, 183 (early media), 200, or a refusal; 3xx with a Contact header."""
        how = _operation(headers, reason)
        how.statusCode = status
        with _pjsua_errors(f"answering with {status}"):
            self._of(call).answer(how)

    def hang_up(self, call: int, cause: int, *, status: int = 0, headers: Headers = ()) -> None:
        """With a Q.850 cause (RFC 3326); an unanswered incoming call is refused with its status."""
        ending = self._of(call)
        how = _operation([*headers, ("Reason", reason_header(cause))])
        how.statusCode = 0 if ending.answered else status or status_of(cause)
        ending.our_cause = cause
        with _pjsua_errors("hanging up"):
            ending.hangup(how)

    def join(self, call: int, leg: int) -> None:
        """The leg and the call hear one another; again after each `MediaChanged` with a codec."""
        self.legs.join(leg, self._of(call).getId())

    def hold(self, call: int) -> None:
        with _pjsua_errors("holding"):
            self._of(call).setHold(_operation(()))

    def resume(self, call: int) -> None:
        how = _operation(())
        how.opt.flag = pj.PJSUA_CALL_UNHOLD
        with _pjsua_errors("resuming"):
            self._of(call).reinvite(how)

    def send_digits(
        self, call: int, digits: str, *, method: DigitMethod = DigitMethod.RTP, for_ms: int = 160
    ) -> None:
        told = pj.CallSendDtmfParam()
        told.digits, told.duration = digits, for_ms
        told.method = next(number for number, one in METHODS.items() if one is method)
        with _pjsua_errors("sending digits"):
            self._of(call).sendDtmf(told)

    def transfer(self, call: int, target: str, *, headers: Headers = ()) -> None:
        """Ask the far end to call somebody else (REFER); how it goes comes as `TransferProgressed`."""
        with _pjsua_errors("transferring"):
            self._of(call).xfer(target, _operation(headers))

    def transfer_to_call(self, call: int, other: int) -> None:
        """Attended: the far end of `call` takes the place of ours in `other` (REFER with Replaces)."""
        with _pjsua_errors("transferring"):
            self._of(call).xferReplaces(self._of(other), _operation(()))

    def take_transfer(self, asked: TransferAsked, status: int = 202) -> None:
        """Say whether a transfer is tried at all; after 202 tell how it goes."""
        self.requests.answer(asked.request, status)

    def tell_transfer(self, call: int, status: int, reason: str, *, final: bool) -> None:
        """How a transfer that was asked of us goes (RFC 3515 2.4.4)."""
        state = "terminated;reason=noresource" if final else "active;expires=60"
        told = pj.CallSendRequestParam()
        told.method = "NOTIFY"
        told.txOption = _options([("Event", "refer"), ("Subscription-State", state)])
        told.txOption.contentType = "message/sipfrag;version=2.0"
        told.txOption.msgBody = f"SIP/2.0 {status} {_word(reason)}\r\n"
        with _pjsua_errors("telling of a transfer"):
            self._of(call).sendRequest(told)

    def codecs(self) -> dict[str, int]:
        """What is built in, by priority; 0 is off."""
        found = self._endpoint.codecEnum2()
        return {codec.codecId: codec.priority for codec in found}

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

    def _made(self, pjsua_id: int = pj.PJSUA_INVALID_ID) -> _Call:
        self._newest += 1
        return _Call(self._account, pjsua_id, self._newest, self._events.append, self.troubles)

    def _keep(self, call: _Call) -> int:
        self._calls[call.number] = call
        self._by_id[call.call_id] = call.number
        return call.number

    def _forget(self, call: _Call) -> None:
        if self._by_id.get(call.call_id) == call.number:
            del self._by_id[call.call_id]

    def _offered(self, pjsua_id: int, text: str, source: str) -> None:
        message = parse(text)
        replaces = self._by_id.get(dialog_of(message.first("replaces")), 0)
        call = self._made(pjsua_id)
        call.call_id = message.first("call-id")
        self._events.append(CallOffered(self._keep(call), message, source, replaces))

    def _transfer(self, asked: RequestReceived) -> AnySipEvent:
        """A REFER within a call of ours is its event."""
        call = self._by_id.get(asked.message.first("call-id"), 0)
        if asked.message.method != "REFER" or not call:
            return asked
        return TransferAsked(call, asked.request, asked.message.first("refer-to"), asked.message)

    def _of(self, call: int) -> _Call:
        if call not in self._calls:
            raise NoSuchCall(f"call {call} has ended or never was")
        return self._calls[call]


class _Account(pj.Account):
    """What everybody who calls is offered to."""

    def __init__(self, offered: Callable[[int, str, str], None], troubles: list[str]) -> None:
        super().__init__()
        self._offered = offered
        self._troubles = troubles

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802 - pjsua2's name
        with _guarded(self._troubles):
            self._offered(prm.callId, prm.rdata.wholeMsg, prm.rdata.srcAddress)


class _Call(pj.Call):
    """pjsua2's callbacks of one call as events."""

    def __init__(
        self,
        account: _Account,
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

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802
        with _guarded(self._troubles):
            info = self.getInfo()
            if info.state == ENDED:
                self._tell(self._ended(info, prm.e))
            elif info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
                self._tell(CallAlerting(self.number, info.lastStatusCode))
            elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
                self.answered = True
                self._tell(CallAnswered(self.number))

    def onCallMediaState(self, _: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        with _guarded(self._troubles):
            info = self.getInfo()
            self._tell(self._media(info))

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
        return CallEnded(self.number, status, cause, info.lastReason, heard)

    def _media(self, info: pj.CallInfo) -> MediaChanged:
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status != pj.PJSUA_CALL_MEDIA_NONE:
                return self._audio(media)
        return MediaChanged(self.number, "", receives=False, sends=False)

    def _audio(self, media: pj.CallMediaInfo) -> MediaChanged:
        stream = self.getStreamInfo(media.index)
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
        troubles.append(repr(error))


def _allow_handles(calls: int) -> None:
    """RTP and RTCP of every call and as many connections again, as far as this user may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * calls + 256
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(wanted, hard), hard))


def _heard(event: pj.SipEvent) -> Message | None:
    """The message that made this happen, where it came from outside."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE or event.body.tsxState.type != pj.PJSIP_EVENT_RX_MSG:
        return None
    return parse(event.body.tsxState.src.rdata.wholeMsg)


@contextmanager
def _pjsua_errors(what: str) -> Iterator[None]:
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
    told.mediaConfig.transportConfig.port = settings.rtp_from
    told.mediaConfig.transportConfig.portRange = settings.rtp_ports
    bound = settings.rtp_address or settings.transports[0].address
    told.mediaConfig.transportConfig.boundAddress = bound
    return told
