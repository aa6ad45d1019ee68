"""What `make asterisk` says."""

from __future__ import annotations

ASKING = {
    "en": "asking {uri} for the Asterisk of Debian {suite}",
    "zh": "正在向 {uri} 查询 Debian {suite} 的 Asterisk",
}
FETCHING = {
    "en": "fetching Asterisk and the libraries it needs (about 80 MB)",
    "zh": "正在下载 Asterisk 及其所需的库（约 80 MB）",
}
UNPACKING = {
    "en": "unpacking {count} packages into {folder}; nothing is installed",
    "zh": "正在把 {count} 个软件包解压到 {folder}，不安装到系统",
}
NO_MIRROR = {
    "en": "apt knows no Debian mirror on this machine.",
    "zh": "本机的 apt 没有配置 Debian 镜像。",
}
REFUSED = {
    "en": "No mirror of this machine gave an Asterisk that runs here: {why}",
    "zh": "本机的镜像都没有提供可在此运行的 Asterisk：{why}",
}
INCOMPLETE = {
    "en": "the packages hold no {what}",
    "zh": "软件包中没有 {what}",
}
READY = {
    "en": "{version} is at hand; compare with it: tipring bench sip --calls 120 --record --peer asterisk",
    "zh": "{version} 已就绪，可用它对比：tipring bench sip --calls 120 --record --peer asterisk",
}
