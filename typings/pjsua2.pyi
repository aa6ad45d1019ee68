"""The part of pjsua2 2.17 that drivers.sip.pjsua touches; SWIG's own file has no types."""

from collections.abc import Iterator

PJSIP_TRANSPORT_UDP: int
PJSIP_TRANSPORT_TCP: int
PJSIP_TRANSPORT_TLS: int
PJSIP_TRANSPORT_IPV6: int
PJSIP_INV_STATE_EARLY: int
PJSIP_INV_STATE_CONFIRMED: int
PJSIP_INV_STATE_DISCONNECTED: int
PJSIP_ROLE_UAC: int
PJSIP_EVENT_TSX_STATE: int
PJSIP_EVENT_RX_MSG: int
PJSUA_INVALID_ID: int
PJSUA_CALL_UNHOLD: int
PJSUA_CALL_MEDIA_NONE: int
PJSUA_CALL_MEDIA_REMOTE_HOLD: int
PJSUA_DTMF_METHOD_RFC2833: int
PJSUA_DTMF_METHOD_SIP_INFO: int
PJMEDIA_TYPE_AUDIO: int
PJMEDIA_SRTP_DISABLED: int
PJMEDIA_SRTP_OPTIONAL: int
PJMEDIA_SRTP_MANDATORY: int
PJSUA_100REL_OPTIONAL: int
PJMEDIA_DIR_ENCODING: int
PJMEDIA_DIR_DECODING: int

class Error(Exception):
    status: int
    title: str
    reason: str
    def info(self, multi_line: bool = False) -> str: ...

class SipHeader:
    hName: str
    hValue: str

class SipHeaderVector:
    def append(self, header: SipHeader) -> None: ...

class SipTxOption:
    targetUri: str
    localUri: str
    headers: SipHeaderVector
    contentType: str
    msgBody: str

class SipRxData:
    info: str
    wholeMsg: str
    srcAddress: str

class SipEventSource:
    rdata: SipRxData

class SipTransaction:
    role: int
    method: str
    statusCode: int

class TsxStateEvent:
    type: int
    tsx: SipTransaction
    src: SipEventSource

class SipEventBody:
    tsxState: TsxStateEvent

class SipEvent:
    type: int
    body: SipEventBody

class CallSetting:
    flag: int
    audioCount: int
    videoCount: int
    textCount: int

class CallOpParam:
    def __init__(self, use_default_call_setting: bool = False) -> None: ...
    opt: CallSetting
    statusCode: int
    reason: str
    txOption: SipTxOption

class CallSendRequestParam:
    method: str
    txOption: SipTxOption

class CallSendDtmfParam:
    method: int
    duration: int
    digits: str

class CallMediaInfo:
    index: int
    type: int
    dir: int
    status: int

class CallMediaInfoVector:
    def __iter__(self) -> Iterator[CallMediaInfo]: ...

class CallInfo:
    role: int
    state: int
    callIdString: str
    lastStatusCode: int
    lastReason: str
    media: CallMediaInfoVector

class StreamInfo:
    codecName: str
    codecClockRate: int

class MathStat:
    mean: int

class RtcpStreamStat:
    pkt: int
    loss: int
    jitterUsec: MathStat

class RtcpStat:
    rxStat: RtcpStreamStat

class StreamStat:
    rtcp: RtcpStat

class OnStreamDestroyedParam:
    streamIdx: int

class OnIncomingCallParam:
    callId: int
    rdata: SipRxData

class OnCallStateParam:
    e: SipEvent

class OnCallTsxStateParam:
    e: SipEvent

class OnCallMediaStateParam: ...

class OnDtmfDigitParam:
    digit: str
    method: int
    duration: int

class OnCallTransferStatusParam:
    statusCode: int
    finalNotify: bool

class Call:
    def __init__(self, account: Account, call_id: int = -1) -> None: ...
    def getInfo(self) -> CallInfo: ...
    def getId(self) -> int: ...
    def getStreamInfo(self, index: int) -> StreamInfo: ...
    def getStreamStat(self, index: int) -> StreamStat: ...
    def makeCall(self, uri: str, prm: CallOpParam) -> None: ...
    def answer(self, prm: CallOpParam) -> None: ...
    def hangup(self, prm: CallOpParam) -> None: ...
    def setHold(self, prm: CallOpParam) -> None: ...
    def reinvite(self, prm: CallOpParam) -> None: ...
    def xfer(self, target: str, prm: CallOpParam) -> None: ...
    def xferReplaces(self, other: Call, prm: CallOpParam) -> None: ...
    def sendDtmf(self, prm: CallSendDtmfParam) -> None: ...
    def sendRequest(self, prm: CallSendRequestParam) -> None: ...

class AccountCallConfig:
    prackUse: int
    timerSessExpiresSec: int

class TlsConfig:
    certFile: str
    privKeyFile: str

class TransportConfig:
    port: int
    publicAddress: str
    portRange: int
    boundAddress: str
    tlsConfig: TlsConfig

class AccountMediaConfig:
    srtpUse: int
    srtpSecureSignaling: int
    transportConfig: TransportConfig

class AuthCredInfo:
    def __init__(self, scheme: str, realm: str, user_name: str, data_type: int, data: str) -> None: ...

class AuthCredInfoVector:
    def append(self, info: AuthCredInfo) -> None: ...

class AccountSipConfig:
    contactForced: str
    authCreds: AuthCredInfoVector

class AccountConfig:
    idUri: str
    sipConfig: AccountSipConfig
    callConfig: AccountCallConfig
    mediaConfig: AccountMediaConfig

class Account:
    def create(self, cfg: AccountConfig, make_default: bool = False) -> None: ...
    def shutdown(self) -> None: ...
    def getId(self) -> int: ...

class UaConfig:
    threadCnt: int
    mainThreadOnly: bool
    maxCalls: int
    userAgent: str

class MediaConfig:
    clockRate: int
    sndClockRate: int
    channelCount: int
    audioFramePtime: int
    ptime: int
    maxMediaPorts: int
    noVad: bool
    ecTailLen: int
    threadCnt: int

class LogConfig:
    level: int
    consoleLevel: int

class EpConfig:
    uaConfig: UaConfig
    medConfig: MediaConfig
    logConfig: LogConfig

class CodecInfo:
    codecId: str
    priority: int

class TransportInfo:
    localName: str

class Endpoint:
    def libCreate(self) -> None: ...
    def libInit(self, cfg: EpConfig) -> None: ...
    def libStart(self) -> None: ...
    def libDestroy(self) -> None: ...
    def libHandleEvents(self, wait_ms: int) -> int: ...
    def transportCreate(self, kind: int, cfg: TransportConfig) -> int: ...
    def transportGetInfo(self, transport: int) -> TransportInfo: ...
    def codecEnum2(self) -> list[CodecInfo]: ...
    def codecSetPriority(self, codec: str, priority: int) -> None: ...
