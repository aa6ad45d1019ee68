"""What SIPp says and expects: telephones that register and answer, callers who come over a trunk.

Speech is no business of SIPp's here: field 0 of its rows is the UDP port where another process speaks (speech.py).
"""

from __future__ import annotations

SDP = """v=0
o=bench 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20
"""
REGISTER = """<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="register">
<send retrans="500"><![CDATA[
REGISTER sip:127.0.0.1:[remote_port] SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch];rport
From: <sip:[field0]@127.0.0.1>;tag=[call_number]
To: <sip:[field0]@127.0.0.1>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:[field0]@127.0.0.1:[local_port]>
Max-Forwards: 70
Expires: 3600
Content-Length: 0

]]></send>
<recv response="401" auth="true"/>
<send retrans="500"><![CDATA[
REGISTER sip:127.0.0.1:[remote_port] SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch];rport
From: <sip:[field0]@127.0.0.1>;tag=[call_number]
To: <sip:[field0]@127.0.0.1>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:[field0]@127.0.0.1:[local_port]>
[field1]
Max-Forwards: 70
Expires: 3600
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""
REPLY = """[last_Via:]
[last_From:]
[last_To:];tag=t[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:bench@127.0.0.1:[local_port]>"""
OPTIONS = f"""<send><![CDATA[
SIP/2.0 200 OK
{REPLY}
Content-Length: 0

]]></send>"""
TELEPHONE = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="telephone">
<recv request="OPTIONS" optional="true" next="options"/>
<recv request="INVITE"/>
<send><![CDATA[
SIP/2.0 180 Ringing
{REPLY}
Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
{REPLY}
Content-Type: application/sdp
Content-Length: [len]

{SDP.format(port="[field0]")}
]]></send>
<recv request="ACK"/>
<recv request="BYE"/>
<send next="end"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="options"/>
{OPTIONS}
<label id="end"/>
</scenario>
"""
ASIDE = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="aside">
<recv request="OPTIONS"/>
{OPTIONS}
</scenario>
"""
CALLER = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="caller">
<nop start_rtd="1"/>
<send retrans="500" start_rtd="2"><![CDATA[
INVITE sip:{{called}}@127.0.0.1:[remote_port] SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch];rport
From: <sip:139[call_number]@127.0.0.1:[local_port]>;tag=c[call_number]
To: <sip:{{called}}@127.0.0.1:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@127.0.0.1:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

{SDP.format(port="[field0]")}
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true" rtd="1"/>
<recv response="183" optional="true" rtd="1"/>
<recv response="200" rtd="2" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch];rport
From: <sip:139[call_number]@127.0.0.1:[local_port]>;tag=c[call_number]
To: <sip:{{called}}@127.0.0.1:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<pause milliseconds="{{hold_ms}}"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:[local_port];branch=[branch];rport
From: <sip:139[call_number]@127.0.0.1:[local_port]>;tag=c[call_number]
To: <sip:{{called}}@127.0.0.1:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""
