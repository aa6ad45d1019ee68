"""Why each part of a proposal is as it is, in plain words of both languages."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from firmware.config.schema import Config
from firmware.interview import queues as queue_rules
from firmware.interview.flows import menu_keys
from firmware.interview.house import House
from firmware.interview.staffing import Staffing

_LANGUAGES = {"zh": ("Mandarin", "普通话"), "en": ("English", "英语")}
_DAYS = {
    "mon": ("Monday", "周一"),
    "tue": ("Tuesday", "周二"),
    "wed": ("Wednesday", "周三"),
    "thu": ("Thursday", "周四"),
    "fri": ("Friday", "周五"),
    "sat": ("Saturday", "周六"),
    "sun": ("Sunday", "周日"),
}


class Why(Struct, frozen=True):
    """One sentence or two about one part."""

    part: str
    """`site`, `telephones`, `queue:sales`, `menu`, `hours`, `calls`, `recording`, `voicemail`, `staffing`, `lines`…"""
    en: str
    zh: str
    remark: bool = False
    """Something the owner should do or know, and not only a reason."""

    def said(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


def reasons(house: House, plan: Staffing, made: Config) -> list[Why]:
    """`made` is the proposal they are for."""
    return [
        *_emergency(house),
        *_telephones(house),
        *_queues(house),
        *_menu(house),
        *_hours(house),
        *_calls_out(house),
        *_recording(house, made.site.retention_days),
        *_voicemail(house),
        *_staffing(house, plan),
        *_lines(plan),
    ]


def _emergency(house: House) -> Iterator[Why]:
    numbers = ", ".join(house.plan.emergency)
    yield Why(
        "emergency",
        f"{numbers} work from every telephone at all times; no answer here can change that.",
        f"{numbers} 在任何话机、任何时候都能拨通；这里的任何回答都不会改变这一点。",
    )


def _telephones(house: House) -> Iterator[Why]:
    for at, telephone in house.telephones.items():
        name, number = house.answers.people[at].name, telephone.number
        if at in house.agents:
            yield Why(
                f"extension:{number}",
                f"{name} has telephone {number} and answers as agent {house.agents[at].id}, signed in from the start.",
                f"{name}使用分机 {number}，以工号 {house.agents[at].id} 接听，启动后自动签入。",
            )
        else:
            yield Why(
                f"extension:{number}",
                f"{name} has telephone {number} and is not rung for callers of departments.",
                f"{name}使用分机 {number}，不接部门来电。",
            )
        if telephone.card == house.found.sip_card and telephone not in house.config.extensions:
            yield Why(
                f"extension:{number}",
                f"{number} comes over the network: give it a password with `tipring sip password {number}`.",
                f"{number} 是网络话机：请用 tipring sip password {number} 设置密码。",
                remark=True,
            )


def _queues(house: House) -> Iterator[Why]:
    load = house.answers.load
    for name, one in zip(house.queues, house.answers.departments, strict=True):
        members = house.members(one)
        here = sum(at in house.agents for at, _ in members)
        mobiles = sum(bool(person.mobile) for _, person in members)
        few = 0 < here <= queue_rules.FEW and house.answers.goal == "answer"
        how, how_zh = ("all telephones ring at once", "所有话机同时振铃") if few else (
            "whoever has been free longest is rung first", "空闲最久的人先振铃",
        )  # fmt: skip
        yield Why(
            f"queue:{name}",
            f"{one.name}: {here} people answer, {how}; {load.notes_s} s for notes after a call. "
            f"The goal is {load.percent} % within {load.within_s} s.",
            f"{one.name}：{here} 人接听，{how_zh}；通话后有 {load.notes_s} 秒整理时间。"
            f"目标是 {load.percent}% 的来电在 {load.within_s} 秒内接听。",
        )
        if mobiles:
            yield Why(
                f"queue:{name}",
                f"If nobody in the house answers, {mobiles} mobile(s) ring; each such call takes a second line.",
                f"店内无人接听时，{mobiles} 部手机振铃；每个这样的来电会多占一条线路。",
            )
        yield from _languages(house, name, at=list(house.queues).index(name))


def _languages(house: House, queue: str, at: int) -> Iterator[Why]:
    for language in house.answers.languages:
        if not queue_rules.speakers(house, house.answers.departments[at], language):
            en, zh = _LANGUAGES[language]
            yield Why(
                f"queue:{queue}",
                f"Nobody of {house.answers.departments[at].name} speaks {en}: such callers get whoever is free.",
                f"{house.answers.departments[at].name}没有人会说{zh}：这些来电由任何空闲的人接听。",
                remark=True,
            )


def _menu(house: House) -> Iterator[Why]:
    departments = house.answers.departments
    if len(departments) == 1:
        yield Why(
            "menu",
            "One department needs no menu: callers hear the greeting and are put through.",
            "只有一个部门，不需要菜单：来电者听到问候语后直接接通。",
        )
        return
    keys = menu_keys(departments)
    shown = ", ".join(f"{key} {departments[at].name}" for key, at in keys.items())
    first = departments[next(iter(keys.values()))].name
    yield Why(
        "menu",
        f"Callers choose: {shown}. Who keys nothing reaches {first}, so that nobody is lost.",
        f"来电者选择：{shown}。不按键的来电转到{first}，不会丢失。",
    )


def _hours(house: House) -> Iterator[Why]:
    count = len(house.answers.opening.holidays)
    yield Why(
        "hours",
        f"Outside the opening hours and on {count} holiday(s) callers hear that it is closed. "
        "Feature `*30` switches by hand.",
        f"非营业时间和 {count} 个假日，来电者会听到未营业的提示。拨 *30 可手动切换。",
    )


def _calls_out(house: House) -> Iterator[Why]:
    yield Why(
        "calls",
        "Telephones may call locally and in the country. Calls abroad and to premium numbers are shut: they are what "
        "thieves are after. Open them for those who need them.",
        "话机可拨打本地和国内电话。国际和声讯号码已关闭：盗打的目标就是它们。请只为需要的人开通。",
    )
    for one in house.config.extensions:
        if one.may_call in ("international", "all") and not one.of_class:
            yield Why(
                f"extension:{one.number}",
                f"{one.number} may call abroad already; that was left as it is.",
                f"{one.number} 已允许拨打国际电话，保持不变。",
                remark=True,
            )


def _recording(house: House, days: int) -> Iterator[Why]:
    country = house.answers.site.country
    if not house.records:
        yield Why(
            "recording",
            f"Conversations are not recorded. In {country} that is the safe choice unless somebody decides otherwise.",
            f"通话不录音。在 {country}，除非有人另作决定，这是稳妥的选择。",
        )
    elif house.answers.wishes.announce:
        yield Why(
            "recording",
            f"Callers are told before anything is recorded; recordings go after "
            f"{days} days, as the box says. What the law of {country} wants is for somebody to ask who knows it.",
            f"录音前会先告知来电者；录音保存 {days} 天。{country} 法律的具体要求请咨询专业人士。",
        )
    else:
        yield Why(
            "recording",
            f"Conversations are recorded and callers are not told. Ask somebody who knows the law of {country}.",
            f"通话会录音，且不告知来电者。请咨询了解 {country} 法律的人。",
            remark=True,
        )


def _voicemail(house: House) -> Iterator[Why]:
    if house.answers.wishes.voicemail:
        yield Why(
            "voicemail",
            "Who is not answered may leave a message in one mailbox for the house; telephones show that there is one.",
            "无人接听时可在公共信箱留言；话机会提示有新留言。",
        )
    else:
        yield Why(
            "voicemail",
            "No messages: who is not answered hears that nobody is there. Most of them do not call again.",
            "不留言：无人接听时来电者只听到提示。多数人不会再打来。",
            remark=True,
        )
    if house.answers.wishes.callback and not house.found.ways_out:
        yield Why(
            "callback",
            "No line may call out: callers are not offered to be called back.",
            "没有可外拨的线路：不提供回电。",
            remark=True,
        )


def _staffing(house: House, plan: Staffing) -> Iterator[Why]:
    en, zh = _DAYS[plan.weekday]
    names = dict(zip(house.queues, (one.name for one in house.answers.departments), strict=True))
    for pool in plan.pools:
        who = ", ".join(names[queue] for queue in pool.queues)
        level = f"{100 * pool.service_level:.0f} %"
        busy = max(pool.day, key=lambda one: one.calls)
        yield Why(
            "staffing",
            f"{who}: {pool.wanted} people are wanted at {busy.begins} on {en}, {pool.people} are there; "
            f"they answer {level} in time over the day (Erlang A).",
            f"{who}：{zh} {busy.begins} 需要 {pool.wanted} 人，现有 {pool.people} 人；"
            f"全天 {level} 的来电能及时接听（Erlang A）。",
            remark=pool.people < pool.wanted,
        )


def _lines(plan: Staffing) -> Iterator[Why]:
    if plan.lines:
        yield Why(
            "lines",
            f"The busiest quarter of an hour wants {plan.lines_wanted} lines (Erlang B, 1 % lost); the box has "
            f"{plan.lines}.",
            f"最忙的一刻钟需要 {plan.lines_wanted} 条线路（Erlang B，呼损 1%）；设备有 {plan.lines} 条。",
            remark=plan.lines < plan.lines_wanted,
        )
