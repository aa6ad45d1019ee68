"""The closed vocabularies in words for people: names of outcomes, states, reasons in English and Chinese."""

from __future__ import annotations

CHINESE = {
    "day": "日间",
    "night": "夜间",
    "holiday": "节假日",
    "keyed": "按键切换",
    "calendar": "按日历",
    "exception": "特别日期",
    "no-clock": "时钟未设",
    # outcomes
    "answered": "已接听", "abandoned_in_menu": "在菜单中放弃", "abandoned_in_queue": "排队中放弃",
    "self_served": "自助完成", "voicemail": "已留言", "overflowed_out": "已溢出", "refused": "已拒绝",
    "failed": "失败", "offered": "呼入总数", "in_progress": "进行中",
    # directions, presentations, who answered
    "inbound": "呼入", "outbound": "呼出", "internal": "内部", "allowed": "公开", "private": "保密",
    "unavailable": "无法获得", "not-offered": "未提供", "flow": "语音菜单", "person": "真人", "line": "线路",
    # agents
    "agents": "坐席", "missed": "漏接", "signed-out": "签出", "ready": "就绪", "not-ready": "未就绪",
    "ringing": "振铃", "talking": "通话", "wrap-up": "话后处理", "configured": "按配置",
    "direct": "直接来电", "direct-call": "直接呼叫", "off-hook": "摘机", "missed-calls": "多次漏接",
    "own-call": "自己呼出", "no-telephone": "话机不可用", "removed": "已撤销", "break": "小休",
    "lunch": "午餐", "meeting": "会议", "training": "培训", "paperwork": "文书",
    # leaving queues and missing calls
    "abandoned": "放弃", "overflow": "溢出", "no-agents": "无坐席", "exit-key": "按键退出",
    "closed": "已关闭", "full": "已满", "callback": "回电",
    "gave_up": "放弃", "served_later": "后续接通", "to_be_called": "待回电", "open": "待回电", "reached": "已接通",
    "not-reached": "未接通", "expired": "已过期", "called-in": "再次来电已接", "cancelled": "已取消",
    "breather": "小憩", "pause-too-long": "休息超时", "pause-too-often": "休息过多",
    "queue-closed": "队列已关闭", "goes-round": "循环转接", "take-over": "拦截",
    "no-answer": "未应答", "declined": "拒接", "caller-left": "主叫已挂", "taken-by-other": "他人已接",
    # refused attempts
    "no-line-free": "无空闲线路", "no-dial-tone": "无拨号音", "not-allowed": "不允许", "no-such-number": "无此号码",
    "no-such-agent": "无此坐席", "wrong-pin": "密码错误", "no-flow": "无此流程", "no-such-queue": "无此队列",
    "queue-full": "队列已满", "not-possible": "无法执行", "telephone-busy": "话机忙",
    # refused orders
    "no-such-extension": "无此分机", "no-such-service": "无此服务", "no-such-call": "无此通话",
    "not-signed-in": "未签入",
    "no-call": "话机没有通话", "not-ringing": "没有振铃", "not-talking": "不在通话中", "not-held": "没有保持的通话",
    "other-away": "对方已保持本话机", "second-call": "话机已有两路通话", "no-second-call": "没有第二路通话",
    "emergency-call": "紧急呼叫", "target-busy": "目标忙", "pin-needed": "需在话机上输入密码",
    "slot-taken": "停泊位已占用",
    "park-full": "停泊位已满", "not-recorded": "未在录音", "already-paused": "录音已暂停", "not-paused": "录音未暂停",
    "nothing-to-monitor": "没有可监听的通话", "already-under-way": "已有人正在回电", "no-wrap-up": "不在话后处理",
    "wrap-up-limit": "话后处理已达上限", "no-such-code": "无此代码", "too-long": "过长", "reason-needed": "需要原因",
    "pause-used-up": "今日次数已用完", "busy": "忙", "out-of-order": "线路故障", "do-not-disturb": "免打扰",
    "not-now": "此时段不允许", "day-spent": "当日额度用完", "account-needed": "需要账号码", "by-hand": "人工回电中",
    "pause-recording": "暂停录音", "resume-recording": "恢复录音",
    # lines and telephones
    "in-service": "正常", "no-battery": "线路无电压", "chip": "芯片故障", "unregistered": "未注册",
    "no-process": "SIP 进程不在", "no-address": "地址无法解析", "stopped": "已停止",
    # calls that raise an alarm
    "abroad": "国际或高价号码", "spent": "当日额度用完", "by-telephone": "话机自行转移",
    # recordings and the ledger
    "conversation": "通话", "greeting": "问候语", "released": "挂机", "transferred": "已转接", "too-short": "太短",
    "switch-died": "交换中断", "menu": "菜单", "queue": "排队", "announcement": "播报", "consent": "录音告知",
    "edge": "边缘", "off": "不录音", "paused": "已暂停", "blocks-missing": "缺少音频块", "switch": "交换中断",
    "transfer": "转接中", "unexplained": "无说明", "audio": "录音",
    "engine-away": "引擎重新启动中", "power-cut": "断电或重启", "reel-damaged": "录音带文件损坏",
    "rehearsed-without-audio": "演练无音频",
    "tick-stood": "交换停顿", "disk-full": "磁盘已满", "disk-slow": "磁盘过慢", "disk-failed": "磁盘故障",
    "introduction": "转发说明", "out-of-hours": "下班时间", "temporary": "临时",
    "ample": "充足", "warn": "快满", "locked": "已锁定", "discarded": "已放弃",
    "erased": "已按要求删除", "retention": "保留期满已删除",
    "deleted": "已由本人删除", "purged-early": "磁盘将满，提前删除",
    # erasures, holds, the audit
    "ordered": "已下令", "working": "进行中", "held-back": "因保全推迟", "waiting": "待日志清除", "complete": "已完成",
    "export": "导出", "listen": "收听", "erase": "下令删除", "hold": "保全", "release": "解除保全",
    "no-number": "没有号码", "no-reason-given": "未说明原因",
    # transfers
    "blind": "盲转", "attended": "咨询转", "semi-attended": "半咨询转", "recall": "回振",
}  # fmt: skip
ENGLISH = {
    "abroad": "abroad or to premium numbers",
    "spent": "its day is used up",
    "private": "withheld",
    "unavailable": "not known",
    "not-offered": "not known",
    "flow": "the menu",
    "person": "a person",
    "line": "the line",
    "switch-died": "the switch died",
    "engine-away": "the engine was being started again",
    "power-cut": "power lost or box restarted",
    "reel-damaged": "a file of tape is damaged",
    "rehearsed-without-audio": "rehearsed without audio",
    "tick-stood": "the switch stood still",
    "disk-full": "disk full",
    "disk-slow": "disk too slow",
    "disk-failed": "disk failed",
    "too-short": "too short to keep",
    "erased": "erased on request",
    "retention": "deleted: its time was over",
    "deleted": "deleted by its owner",
    "purged-early": "deleted early: disk nearly full",
    "paused": "paused",
    "off": "this queue is not recorded",
    "consent": "consent being asked",
    "held-back": "held back by a legal hold",
    "waiting": "waits for the journal to go",
    "no-number": "no number",
    "no-reason-given": "no reason given",
}


def said(word: str, language: str) -> str:
    """A word of ours as people of `language` say it; what is not ours stays as it is."""
    if language == "zh":
        return CHINESE.get(word, word)
    return ENGLISH.get(word, word.replace("_", " "))
