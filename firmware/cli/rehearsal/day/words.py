"""The comparison for people: a table, and what it means in sentences, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from firmware.cli.rehearsal.day.figures import OCCUPANCY, SERVICE_LEVEL
from firmware.cli.tables import text_table
from firmware.cli.words import said

Json = dict[str, Any]
Words = tuple[str, str]
"""English, Chinese."""
NAMES: dict[str, Words] = {
    "offered": ("offered", "呼入"),
    "answered": ("answered", "接听"),
    "abandoned": ("abandoned", "放弃"),
    SERVICE_LEVEL: ("service level %", "服务水平%"),
    "asa_s": ("speed of answer s", "平均应答速度秒"),
    "longest_wait_s": ("longest wait s", "最长等待秒"),
    OCCUPANCY: ("occupancy %", "占用率%"),
}
HEADS: tuple[Words, ...] = (
    ("", ""),
    ("that day", "当天"),
    ("unchanged", "配置不变"),
    ("draft", "草稿"),
    ("difference", "差别"),
)
ALL: Words = ("all calls", "全部来电")
MORE: dict[str, tuple[Words, Words, Words]] = {
    SERVICE_LEVEL: (
        ("The service level rises by {by} points, to {to} % ({low} to {high}).",
         "服务水平提高 {by} 个百分点，达到 {to}%（{low} 至 {high}）。"),
        ("The service level falls by {by} points, to {to} % ({low} to {high}).",
         "服务水平下降 {by} 个百分点，降到 {to}%（{low} 至 {high}）。"),
        ("The service level stays at {to} %.", "服务水平不变，仍为 {to}%。"),
    ),
    "abandoned": (
        ("{by} more callers give up: {to} ({low} to {high}).", "放弃的来电增加 {by} 个：{to} 个（{low} 至 {high}）。"),
        ("{by} fewer callers give up: {to} ({low} to {high}).", "放弃的来电减少 {by} 个：{to} 个（{low} 至 {high}）。"),
        ("As many callers give up as before: {to}.", "放弃的来电数不变：{to} 个。"),
    ),
    "asa_s": (
        ("Callers wait {by} s longer for an answer: {to} s ({low} to {high}).",
         "平均应答变慢 {by} 秒：{to} 秒（{low} 至 {high}）。"),
        ("Callers are answered {by} s sooner: after {to} s ({low} to {high}).",
         "平均应答加快 {by} 秒：{to} 秒（{low} 至 {high}）。"),
        ("Callers are answered as soon as before: after {to} s.", "平均应答速度不变：{to} 秒。"),
    ),
}  # fmt: skip
"""More, less, the same."""
FIGURES: dict[str, Words] = {
    SERVICE_LEVEL: ("the service level (%)", "服务水平（%）"),
    "abandoned": ("how many callers give up", "放弃的来电数"),
    "asa_s": ("how long callers wait for an answer (s)", "平均应答时间（秒）"),
}
UNCLEAR: Words = (
    "No clear difference in {name}: {was} before, {to} with the draft; the bands of the runs overlap.",
    "{name}没有明显差别：原配置 {was}，草稿 {to}；各次演练的范围有重叠。",
)
CLOSE: Words = (
    "With the configuration of that day the model gives a service level {points} points from what really happened.",
    "用当天的配置，模型得出的服务水平与实际相差 {points} 个百分点。",
)
FAR: Words = (
    "Do not rely on this: with the configuration of that day the model's service level is {points} points from what "
    "really happened (it should be within {most}).",
    "请勿依赖此结果：用当天的配置，模型得出的服务水平与实际相差 {points} 个百分点（应在 {most} 以内）。",
)
DAY: Words = (
    "{day}: {calls} calls, configuration {version}; seeds {seeds}",
    "{day}：来电 {calls} 个，配置版本 {version}；随机种子 {seeds}",
)
SCENARIO: Words = ("scenario {name}; seeds {seeds}", "场景 {name}；随机种子 {seeds}")
SEVERAL: Words = (
    "{count} configurations were in force that day; the one most calls came under is played.",
    "当天先后有 {count} 个配置生效；按多数来电所用的一个演练。",
)
PATIENCE: Words = (
    "Patience: {gave_up} of {waits} who waited gave up; the others' is drawn from that day's survival curve.",
    "耐心：等待的 {waits} 人中 {gave_up} 人放弃；其余各人的耐心按当天的生存曲线抽取。",
)
NO_LINE: Words = (
    "{count} callers find no free line at first with the draft.",
    "使用草稿时，有 {count} 个来电起初找不到空闲线路。",
)


def pick(words: Words, language: str) -> str:
    return words[1] if language == "zh" else words[0]


def sentences(found: Json, language: str) -> list[str]:
    """What the comparison means."""
    told = [_sentence(row, found["total"][row], language) for row in MORE]
    return [one for one in (*told, *_of_the_model(found, language)) if one]


def _sentence(row: str, cell: Json, language: str) -> str:
    before, after, difference = cell["unchanged"], cell["draft"], cell["difference"]
    if before is None or after is None or difference is None:
        return ""
    by = round(difference["mean"], 1)
    if by and before["low"] <= after["high"] and after["low"] <= before["high"]:
        was, to = (f"{one['mean']:.1f}" for one in (before, after))
        return pick(UNCLEAR, language).format(name=pick(FIGURES[row], language), was=was, to=to)
    words = MORE[row][0 if by > 0 else 1 if by < 0 else 2]
    to, low, high = (f"{after[key]:.1f}" for key in ("mean", "low", "high"))
    return pick(words, language).format(by=f"{abs(by):.1f}", to=to, low=low, high=high)


def _of_the_model(found: Json, language: str) -> Iterator[str]:
    checked = found.get("check")
    if checked is not None and checked["service_level_points"] is not None:
        words = CLOSE if checked["close"] else FAR
        points = f"{checked['service_level_points']:.1f}"
        yield pick(words, language).format(points=points, most=f"{checked['most_points']:.0f}")
    day = found["of"]
    if day.get("versions", 1) > 1:
        yield pick(SEVERAL, language).format(count=day["versions"])
    if "patience" in day:
        yield pick(PATIENCE, language).format(**day["patience"][""])
    blocked = found["no_line_free"]["draft"]
    if blocked and blocked["mean"]:
        yield pick(NO_LINE, language).format(count=f"{blocked['mean']:.1f}")


def text(found: Json, language: str) -> str:
    day = found["of"]
    title = DAY if "day" in day else SCENARIO
    seeds = ", ".join(str(one) for one in found["seeds"])
    lines = [pick(title, language).format(**day, seeds=seeds)]
    for name, part in ((pick(ALL, language), found["total"]), *found["queues"].items()):
        lines += ["", text_table([name, *(pick(one, language) for one in HEADS[1:])], _rows(part, language))]
    outcomes = {said(name, language): cell for name, cell in found["outcomes"].items()}
    rows = [[name, *_cells(cell)] for name, cell in outcomes.items()]
    lines += ["", text_table(["", *(pick(one, language) for one in HEADS[1:])], rows)]
    return "\n".join([*lines, "", *found["words"][language]])


def _rows(part: Json, language: str) -> list[list[str]]:
    return [[pick(NAMES[row], language), *_cells(cell)] for row, cell in part.items()]


def _cells(cell: Json) -> list[str]:
    happened = cell["happened"]
    told = "-" if happened is None else f"{happened:.1f}"
    return [told, *(_band(cell[key], key == "difference") for key in ("unchanged", "draft", "difference"))]


def _band(found: Json | None, signed: bool) -> str:
    if found is None:
        return "-"
    form = "{:+.1f}" if signed else "{:.1f}"
    mean, low, high = (form.format(found[key]) for key in ("mean", "low", "high"))
    return mean if low == high else f"{mean} ({low} … {high})"
