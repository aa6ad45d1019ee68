"""What `tipring backup` says, in two languages."""

from __future__ import annotations

from firmware.archive.backup.making import WeakPassphrase
from firmware.archive.backup.restoring import NothingToUndo

MADE = {
    "en": "{file}: {megabytes:.1f} MB, {end.configs} configurations, {end.rows} rows of history, {end.files} files",
    "zh": "{file}：{megabytes:.1f} MB，配置 {end.configs} 版，历史 {end.rows} 行，文件 {end.files} 个",
}
CHECKED = {
    "en": "whole: box {box}, made {made}; {end.configs} configurations, {end.rows} rows of history, {end.files} files",
    "zh": "完整：设备 {box}，备份于 {made}；配置 {end.configs} 版，历史 {end.rows} 行，文件 {end.files} 个",
}
RESTORED = {
    "en": "restored: box {box} as of {made}; {end.configs} configurations, {end.rows} rows of history, "
    "{end.files} files.\nStart the box with `tipring run`; `tipring backup undo` goes back to what was there before.",
    "zh": "已恢复：设备 {box}，{made} 的状态；配置 {end.configs} 版，历史 {end.rows} 行，文件 {end.files} 个。"
    "\n用 `tipring run` 启动；`tipring backup undo` 可回到恢复之前。",
}
KEPT_OUT = {
    "en": "still kept out, as they were put out since the backup was made: {names}",
    "zh": "备份之后已停用，恢复后仍然停用：{names}",
}
UNDONE = {
    "en": "back to what was there before the restore; `tipring backup undo` again brings the restored data back",
    "zh": "已回到恢复之前；再次执行 `tipring backup undo` 可重新使用恢复的数据",
}
_REFUSED = {
    "en": "the backup is refused whole, nothing was changed: {}",
    "zh": "备份整体被拒绝，未作任何改动：{}",
}
_WEAK = {"en": "{}; use a longer one, several words are easiest", "zh": "口令太短（至少 12 个字符）：{}"}


def said(error: Exception, language: str) -> str:
    """An error of backup or restore as a sentence."""
    if isinstance(error, WeakPassphrase):
        return _WEAK[language].format(error)
    if isinstance(error, NothingToUndo):
        return str(error) if language == "en" else f"没有可撤销的恢复（{error}）"
    return _REFUSED[language].format(error)
