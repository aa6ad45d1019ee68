"""What can be wrong with a port and its wires, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.cli.doctor.said import Said

LINES: Mapping[str, Said] = {
    "lines": Said("lines", "{ports} ports, no alarm", "", "{ports} 个端口，无告警", "", wrong=False),
    "line-no-battery": Said(
        "lines",
        "{name} ({place}): no battery: unplugged, or the exchange feeds nothing",
        "plug the line in; where it is, try a plain telephone at the socket: silent there too, call the carrier",
        "{name}（{place}）：线路无馈电：未插线，或局端没有供电",
        "请插好外线；若已插好，用普通话机接到线路插座试听：同样无声则联系运营商",
    ),
    "line-shared": Said(
        "lines",
        "{name} ({place}): another telephone on the same pair is lifted",
        "hang up or unplug the telephone that is connected beside the box",
        "{name}（{place}）：同一线路上另有话机摘机",
        "请挂断或拔掉与设备并联的话机",
    ),
    "line-weak": Said(
        "lines",
        "{name} ({place}): only {milliamps} mA flow in a call; lines need 14",
        "take splitters and parallel devices off the pair; if it stays, have the carrier measure the loop",
        "{name}（{place}）：通话时环路电流只有 {milliamps} mA，线路至少需要 14 mA",
        "请拆除多余的插座、分线器和并联设备；若仍如此，请运营商测量线路",
    ),
    "line-short": Said(
        "lines",
        "{name} ({place}): the two wires touch",
        "unplug the telephone: if the alarm goes, it is the telephone or its cord; else the wiring behind the socket",
        "{name}（{place}）：两根线短路",
        "请拔下话机：告警消失则是话机或其线绳损坏，否则是插座后面的布线",
    ),
    "line-chip": Said(
        "lines",
        "{name} ({place}): the port's chip does not answer as it should; the box brings it up again by itself",
        "if it comes back often: push the card in firmly, check its power supply, then change the card",
        "{name}（{place}）：端口芯片应答异常；设备会自动重新启动它",
        "若反复出现：请插紧板卡，检查其电源，再更换板卡",
    ),
    "line-overload": Said(
        "lines",
        "{name} ({place}): the port switched its feed off for a moment: overloaded or too hot",
        "unplug what is connected and try another telephone; see to it that air reaches the card",
        "{name}（{place}）：端口曾短暂切断馈电：过载或过热",
        "请拔下所接设备并换一部话机试验；保证板卡通风",
    ),
    "line-given-up": Said(
        "lines",
        "{name} ({place}): the port failed too often and is switched off",
        "unplug what is connected, then restart the box; if it fails again, change the card",
        "{name}（{place}）：端口多次失败，已停用",
        "请拔下所接设备后重启设备；若仍失败，请更换板卡",
    ),
    "line-away": Said(
        "lines",
        "{name} ({place}): the carrier cannot be reached, or does not take the registration",
        "check the network, then the trunk's user name and password; `tipring doctor` says what the carrier answers",
        "{name}（{place}）：无法连接运营商，或其拒绝注册",
        "请检查网络，再检查中继的用户名和密码；`tipring doctor` 会显示运营商的应答",
    ),
}
