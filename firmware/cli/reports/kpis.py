"""The KPIs: each a formula of sums, told beside its number. A formula that changes gets a higher version."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from firmware.cli.reports.sums import OUTCOMES, Sums

SWITCHES = ("abandons", "short-abandons", "flow-outs")
"""What can be left out of the service level's denominator."""


class Kpi(Struct, frozen=True):
    """`number` is that of the product's table of KPIs; `value` gives None where there is nothing to divide by."""

    number: str
    key: str
    en: str
    zh: str
    unit: str
    formula: str
    formula_zh: str
    value: Callable[[Sums], float | None]
    version: int = 1


def kpis(without: Iterable[str] = (), all_queue_time: bool = False) -> list[Kpi]:
    """`without` leaves callers out of the service level; `all_queue_time` is the other speed of answer some use."""
    left_out = tuple(one for one in SWITCHES if one in set(without))
    return [*_BEFORE, _speed(all_queue_time), *_BETWEEN, _service_level(left_out), *_AFTER]


def _mean(top: str, bottom: str) -> Callable[[Sums], float | None]:
    """Seconds."""
    return lambda sums: sums[top] / 1e6 / sums[bottom] if sums[bottom] else None


def _share(top: str, bottom: str) -> Callable[[Sums], float | None]:
    """Percent."""
    return lambda sums: 100 * sums[top] / sums[bottom] if sums[bottom] else None


def _handle(sums: Sums) -> float | None:
    total_us = sums["talk_us"] + sums["hold_us"] + sums["wrap_up_us"]
    return total_us / 1e6 / sums["answered"] if sums["answered"] else None


def _per_hour(sums: Sums) -> float | None:
    return sums["connected"] * 3.6e9 / sums["signed_in_us"] if sums["signed_in_us"] else None


def _occupancy(sums: Sums) -> float | None:
    busy_us = sums["agent_talk_us"] + sums["agent_hold_us"]
    return 100 * busy_us / (busy_us + sums["idle_us"]) if busy_us + sums["idle_us"] else None


def _abandonment(sums: Sums) -> float | None:
    return 100 * sums["abandoned_in_queue"] / sums["queued"] if sums["queued"] else None


def _speed(all_queue_time: bool) -> Kpi:
    formula = (
        ("all queue time ÷ calls answered from a queue", "全部排队时长 ÷ 队列接听数")
        if all_queue_time
        else (
            "queue time of the calls answered from a queue ÷ their number",
            "队列接听来电的排队时长 ÷ 其数量",
        )
    )
    value = _mean("wait_us" if all_queue_time else "served_wait_us", "served")
    return Kpi("9", "speed_of_answer", "average speed of answer", "平均应答速度", "s", *formula, value)


def _service_level(left_out: tuple[str, ...]) -> Kpi:
    counted = ["served"] + [
        name
        for switch, name in zip(SWITCHES, ("long_abandons", "short_abandons", "flowed_out"), strict=True)
        if switch not in left_out
    ]

    def value(sums: Sums) -> float | None:
        below = sum(sums[name] for name in counted)
        return 100 * sums["in_time"] / below if below else None

    names = {"served": "answered", "long_abandons": "abandoned", "short_abandons": "short abandons",
             "flowed_out": "flowed out"}  # fmt: skip
    chinese = {"served": "接听", "long_abandons": "放弃", "short_abandons": "短放弃", "flowed_out": "溢出"}
    below, below_zh = " + ".join(names[one] for one in counted), "＋".join(chinese[one] for one in counted)
    formula = (f"answered from a queue within X s ÷ ({below}) × 100", f"X 秒内队列接听 ÷（{below_zh}）× 100")
    return Kpi("21", "service_level", "service level", "服务水平", "%", *formula, value)


_BEFORE = (
    Kpi("2", "after_call_work", "after-call work", "话后处理", "s", "wrap-up time ÷ wrap-ups begun",
        "话后处理时长 ÷ 话后处理次数", _mean("wrap_up_us", "wrap_ups")),
    Kpi("3", "time_to_abandon", "time to abandon", "平均放弃时间", "s",
        "queue time of those who gave up in a queue ÷ their number",
        "排队放弃者的等待时长 ÷ 放弃数", _mean("abandoned_wait_us", "abandoned_in_queue")),
    Kpi("5", "handle_time", "handle time", "平均处理时长", "s", "(talk + hold + wrap-up) ÷ answered calls",
        "（通话＋保持＋话后处理）÷ 接听数", _handle),
    Kpi("6", "hold_time", "hold time", "平均保持时长", "s", "time callers were on hold ÷ calls put on hold",
        "保持时长 ÷ 被保持的来电数", _mean("hold_us", "held")),
    Kpi("7", "rings", "rings before answer", "应答前振铃次数", "",
        "ringing bursts ÷ calls the box or a person answered",
        "振铃次数 ÷ 应答的来电数", lambda sums: sums["rings"] / sums["rung"] if sums["rung"] else None),
    Kpi("8", "queue_time", "queue time", "平均排队时长", "s", "queue time ÷ calls that reached a queue",
        "排队时长 ÷ 进入队列数", _mean("wait_us", "queued")),
)  # fmt: skip
_BETWEEN = (
    Kpi("10", "talk_time", "talk time", "平均通话时长", "s", "conversation time ÷ answered calls", "通话时长 ÷ 接听数",
        _mean("talk_us", "answered")),
    Kpi("11", "calls_per_hour", "calls per hour", "每小时接听", "1/h", "queue calls answered ÷ hours signed in",
        "坐席接听数 ÷ 签入小时数", _per_hour),
    Kpi("13", "occupancy", "occupancy", "占用率", "%", "(talk + hold) ÷ (talk + hold + idle) × 100, of agents",
        "坐席（通话＋保持）÷（通话＋保持＋空闲）× 100", _occupancy),
    Kpi("14", "abandonment", "abandonment rate", "放弃率", "%", "abandoned in queue ÷ calls that reached a queue × 100",
        "排队放弃 ÷ 进入队列 × 100", _abandonment),
    Kpi("14a", "short_abandonment", "short abandons", "其中短放弃", "%",
        "abandoned in queue within the short limit ÷ calls that reached a queue × 100",
        "短时限内排队放弃 ÷ 进入队列 × 100", _share("short_abandons", "queued")),
    Kpi("14b", "menu_abandonment", "abandoned in menu", "菜单放弃率", "%", "abandoned in menu ÷ offered × 100",
        "菜单中放弃 ÷ 呼入 × 100", _share("abandoned_in_menu", "offered")),
    Kpi("16", "blockage", "blockage rate", "阻塞率", "%", "refused before a queue ÷ offered × 100",
        "进入队列前被拒 ÷ 呼入 × 100", _share("refused_before", "offered")),
    Kpi("16a", "all_busy", "all lines busy", "全部线路占用", "min", "minutes in which no outside line was free",
        "全部外线占用的分钟数", lambda sums: sums["all_busy_us"] / 6e7),
    Kpi("18", "queue_placement", "queue placement rate", "排队率", "%", "reached a queue ÷ offered × 100",
        "进入队列 ÷ 呼入 × 100", _share("queued", "offered")),
    Kpi("19", "transfer_rate", "transfer rate", "转接率", "%", "answered calls that were transferred ÷ answered × 100",
        "转接的接听来电 ÷ 接听 × 100", _share("transferred", "answered")),
    Kpi("20", "answered_rate", "answered rate", "接通率", "%", "answered ÷ offered × 100", "接听 ÷ 呼入 × 100",
        _share("answered", "offered")),
)  # fmt: skip
_AFTER = (
    Kpi("22", "total_calls", "total calls", "来电总数", "", "answered + abandoned + refused + the other outcomes",
        "接听＋放弃＋拒绝＋其他结果", lambda sums: float(sum(sums[outcome] for outcome in OUTCOMES))),
)  # fmt: skip
