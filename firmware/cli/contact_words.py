"""What `tipring contacts` says."""

from __future__ import annotations

NONE = {
    "en": "there is no box at {data}: name its data directory with --data DIR",
    "zh": "{data} 没有设备数据：请用 --data DIR 指定数据目录",
}
REFUSED = {
    "en": "{over.wrong} faults; {over.rows} contacts are right. Nothing was taken in.",
    "zh": "{over.wrong} 处错误；{over.rows} 个联系人无误。未导入任何内容。",
}
TAKEN = {
    "en": "{outcome.added} added, {outcome.merged} merged, {outcome.skipped} known already",
    "zh": "新增 {outcome.added}，合并 {outcome.merged}，已有 {outcome.skipped}",
}
DRY = {
    "en": "would add {outcome.added}, merge {outcome.merged}; {outcome.skipped} are known already",
    "zh": "将新增 {outcome.added}，合并 {outcome.merged}；{outcome.skipped} 个已有",
}
WROTE = {"en": "{count} contacts in {file}", "zh": "{count} 个联系人已写入 {file}"}
FOUND = {"en": "{shown} of {count}", "zh": "显示 {shown} / 共 {count}"}
ADDED = {"en": "added: {contact.shown} ({contact.id})", "zh": "已添加：{contact.shown}（{contact.id}）"}
