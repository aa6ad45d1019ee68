"""The words of one thing that can be found."""

from __future__ import annotations

from msgspec import Struct

CHECKS_ZH = {
    "archive": "归档",
    "backup": "备份",
    "calls-outside": "外线呼出",
    "clock": "时钟",
    "configuration": "配置",
    "disk": "磁盘",
    "engine": "呼叫引擎",
    "gate": "程序接口（AMI）",
    "hardware": "硬件",
    "history": "话单库",
    "jobs": "后台任务",
    "ledger": "录音台账",
    "lines": "线路",
    "mailboxes": "语音信箱",
    "pages": "网页",
    "processes": "进程",
    "prompts": "语音提示",
    "recorder": "录音",
    "sip": "SIP 协议库",
    "software": "软件",
    "switch": "交换",
    "telephones": "SIP 话机",
    "webhooks": "Webhook",
}
"""What is looked at. English has the names themselves."""


class Said(Struct, frozen=True):
    """`check` is the thing looked at; `{words}` are filled from a finding's data."""

    check: str
    en: str
    en_remedy: str
    zh: str
    zh_remedy: str
    wrong: bool = True
