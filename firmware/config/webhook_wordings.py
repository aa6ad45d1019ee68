"""What is said of webhooks that cannot be."""

from __future__ import annotations

from firmware.config.faults import Wording

TOO_MANY_WEBHOOKS = Wording(
    "too-many-webhooks",
    "there are more than {most} webhooks",
    "name one receiver that hands on what it is told",
    "Webhook 超过 {most} 个",
    "请设一个接收方，由它转发给其他程序",
)
BAD_WEBHOOK_ADDRESS = Wording(
    "bad-webhook-address",
    "this is no address a webhook may have: {value}",
    "write scheme ({schemes}), host and path, no user name or password; `[jobs]` says which schemes and ports may be",
    "Webhook 地址无效：{value}",
    "请写协议（{schemes}）、主机和路径，不能有用户名或密码；允许的协议和端口见 [jobs]",
)
