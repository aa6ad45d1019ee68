"""Hearing a mailbox by keys: new messages before saved ones, each oldest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import calls, prompts, spoken_times
from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.mailbox import mailboxes
from firmware.engine.mailbox import options as mailbox_options
from firmware.engine.mailbox import passing as mailbox_passing
from firmware.engine.mailbox.state import VoiceMessage
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import SECOND_US, Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f

ANSWER_WITHIN_S = 15.0
SKIP_S = 5.0
MESSAGE, FROM, SINCE, MENU = ".message", ".from", ".since", ".menu"
"""Variables of a listener's call: the message heard, from which ms on it plays, since when he listens (the order of
messages stays as it was then), and which menu his keys are for (empty: the message's)."""


def begin(turn: Turn, leg: Leg, first: bool) -> None:
    """The door is open. `first`: nobody ever heard this mailbox before."""
    turn.enter(leg, Phase.LISTENING)
    mailbox = _mailbox(turn, leg)
    for variable, value in ((SINCE, str(turn.at_us)), (MESSAGE, ""), (MENU, "")):
        turn.fact(f.VariableSet(leg.call, variable, value))
    kept = mailboxes.messages(turn.state, mailbox)
    new = mailboxes.new_count(turn.state, mailbox)
    level = mailboxes.standing(turn.state, mailbox).level
    words = (
        *(("voicemail-first-use",) if first else ()),
        *prompts.messages(new, len(kept) - new),
        *(
            {mailboxes.WARN: ("voicemail-nearly-full",), mailboxes.FULL: ("voicemail-is-full",)}.get(
                level, ()
            )
        ),
    )
    if kept:
        turn.say(leg, "listen", *words)
    else:
        mailbox_options.offer(turn, leg, *words)


def order(turn: Turn, leg: Leg) -> list[VoiceMessage]:
    """New ones first, as it was when this listener came; those he deleted are still there till he goes."""
    since_us = int(turn.call_of(leg).variables.get(SINCE) or 0)
    kept = mailboxes.messages(turn.state, _mailbox(turn, leg))
    return sorted(kept, key=lambda one: (one.heard and one.heard_us < since_us, one.at_us))


def present(turn: Turn, leg: Leg) -> VoiceMessage | None:
    recording = turn.call_of(leg).variables.get(MESSAGE, "")
    return next((one for one in order(turn, leg) if one.recording == recording), None)


def menu(turn: Turn, leg: Leg, name: str, *words: str) -> None:
    """From here on keys are for the menu `name`; each has its row in `mailbox_menus`."""
    turn.fact(f.VariableSet(leg.call, MENU, name))
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    turn.say(leg, "asked", *words)


def asked(turn: Turn, leg: Leg) -> None:
    """A question was heard to its end."""
    turn.timer(f"record:{leg.id}", ANSWER_WITHIN_S)


def next_message(turn: Turn, leg: Leg) -> None:
    """The one after the present one that is not deleted."""
    found, place = order(turn, leg), _place(turn, leg)
    after = next((one for one in found[place + 1 :] if not one.deleted), None)
    if after is None:
        mailbox_options.offer(turn, leg, "voicemail-no-more")
    else:
        hear(turn, leg, after)


def _place(turn: Turn, leg: Leg) -> int:
    recording = turn.call_of(leg).variables.get(MESSAGE, "")
    places = [place for place, one in enumerate(order(turn, leg)) if one.recording == recording]
    return places[0] if places else -1


def hear(turn: Turn, leg: Leg, message: VoiceMessage) -> None:
    """What is said before it, then the message itself and what can be done with it."""
    mailbox = _mailbox(turn, leg)
    turn.fact(f.VariableSet(leg.call, MENU, ""))
    turn.fact(f.VariableSet(leg.call, MESSAGE, message.recording))
    turn.fact(f.MessagePlayed(mailbox, message.recording, leg.party or turn.plan.line_name(leg.port)))
    before = _before(turn, leg, message)
    if before:
        turn.play(leg, "message", *before)
    else:
        play_from(turn, leg, 0.0)


def _before(turn: Turn, leg: Leg, message: VoiceMessage) -> list[c.PlayItem]:
    language = turn.language(leg)
    words = ["voicemail-marked-deleted"] if message.deleted else []
    since_us = int(turn.call_of(leg).variables.get(SINCE) or 0)
    words += ["voicemail-saved-one"] if message.heard and message.heard_us < since_us else []
    box = turn.plan.mailboxes.get(_mailbox(turn, leg))
    words += envelope(turn, leg, message) if box is not None and box.envelope else []
    words += ["voicemail-passed-on-by", *prompts.digits(message.passed_on_by)] if message.passed_on_by else []
    items: list[c.PlayItem] = [c.Phrase(one, language) for one in words]
    return [*items, *([c.Message(message.intro)] if message.intro else [])]


def message_begins(turn: Turn, leg: Leg) -> None:
    play_from(turn, leg, 0.0)


def play_from(turn: Turn, leg: Leg, from_s: float) -> None:
    message = present(turn, leg)
    if message is None:
        next_message(turn, leg)
        return
    turn.fact(f.VariableSet(leg.call, FROM, str(round(from_s * 1000))))
    words = c.Phrase("voicemail-menu", turn.language(leg))
    turn.play(leg, "heard", c.Message(message.recording, round(from_s * 1000)), words)


def heard(turn: Turn, leg: Leg) -> None:
    """Message and menu were heard to the end."""
    mark_heard(turn, leg)
    turn.timer(f"record:{leg.id}", ANSWER_WITHIN_S)


def mark_heard(turn: Turn, leg: Leg) -> None:
    message, mailbox = present(turn, leg), _mailbox(turn, leg)
    if message is not None and not message.heard:
        turn.fact(f.VoicemailHeard(mailbox, message.recording))
        mailboxes.changed(turn, mailbox)


def envelope(turn: Turn, leg: Leg, message: VoiceMessage) -> list[str]:
    """When, from whom, how long."""
    offset_us, site, language = turn.board.wall_us, turn.plan.config.site, turn.language(leg)
    words: list[str] = []
    if offset_us is not None:
        at_us, now_us = message.at_us + offset_us, turn.at_us + offset_us
        words += ["voicemail-received", *spoken_times.instant(at_us, now_us, site.zone, language)]
    words += (
        ["voicemail-from", *prompts.digits(message.number)] if message.number else ["voicemail-from-nobody"]
    )
    return [*words, "voicemail-length", *spoken_times.length(message.seconds)]


# -- keys -------------------------------------------------------------------------------------------


def message_key(turn: Turn, leg: Leg, digit: str) -> None:
    do = KEYS.get(digit)
    if do is None:
        return
    if present(turn, leg) is None:
        _break_in(turn, leg, digit)
        return
    turn.clear(f"record:{leg.id}")
    at_s = position_s(turn, leg)
    turn.quiet(leg)
    if digit != "#":
        mark_heard(turn, leg)
    do(turn, leg, at_s)


def _break_in(turn: Turn, leg: Leg, digit: str) -> None:
    """While it is still said how many there are: to the first of them, or to the options."""
    if digit == "0":
        turn.quiet(leg)
        mailbox_options.offer(turn, leg)
    elif digit in "12#":
        turn.quiet(leg)
        next_message(turn, leg)


def position_s(turn: Turn, leg: Leg) -> float:
    """How far the message has been played."""
    from_s = int(turn.call_of(leg).variables.get(FROM) or 0) / 1000
    played_s = (turn.at_us - leg.play_us) / SECOND_US if leg.play and leg.purpose == "heard" else 0.0
    message = present(turn, leg)
    return (
        min(from_s + played_s, message.seconds)
        if message is not None and message.seconds
        else from_s + played_s
    )


def _again(turn: Turn, leg: Leg, _at_s: float) -> None:
    message = present(turn, leg)
    if message is not None:
        hear(turn, leg, message)


def _next(turn: Turn, leg: Leg, _at_s: float) -> None:
    next_message(turn, leg)


def _delete(turn: Turn, leg: Leg, _at_s: float) -> None:
    """Again: kept after all."""
    message, mailbox = present(turn, leg), _mailbox(turn, leg)
    if message is None:
        return
    deleted = not message.deleted
    turn.fact(f.MessageMarked(mailbox, message.recording, deleted))
    mailboxes.changed(turn, mailbox)
    turn.say(leg, "listen", "voicemail-deleted" if deleted else "voicemail-undeleted")


def _back(turn: Turn, leg: Leg, at_s: float) -> None:
    play_from(turn, leg, max(0.0, at_s - SKIP_S))


def _ahead(turn: Turn, leg: Leg, at_s: float) -> None:
    message = present(turn, leg)
    if message is not None and message.seconds and at_s + SKIP_S >= message.seconds:
        turn.say(leg, "heard", "voicemail-menu")
    else:
        play_from(turn, leg, at_s + SKIP_S)


def _envelope(turn: Turn, leg: Leg, _at_s: float) -> None:
    message = present(turn, leg)
    if message is not None:
        turn.say(leg, "heard", *envelope(turn, leg, message), "voicemail-menu")


def previous(turn: Turn, leg: Leg, _at_s: float = 0.0) -> None:
    """Deleted ones too: here they can be had back."""
    found, place = order(turn, leg), _place(turn, leg)
    if found:
        hear(turn, leg, found[max(0, place - 1)])


def _options(turn: Turn, leg: Leg, _at_s: float) -> None:
    mailbox_options.offer(turn, leg)


def _call_back(turn: Turn, leg: Leg, _at_s: float) -> None:
    message = present(turn, leg)
    if message is not None:
        mailbox_passing.call_back(turn, leg, message)


def _pass_on(turn: Turn, leg: Leg, _at_s: float) -> None:
    mailbox_passing.ask_to(turn, leg)


KEYS: Mapping[str, Callable[[Turn, Leg, float], None]] = {
    "1": _again,
    "2": _next,
    "3": _delete,
    "4": _back,
    "5": _envelope,
    "6": _ahead,
    "7": _pass_on,
    "8": _call_back,
    "0": _options,
    "*": previous,
    "#": _next,
}
"""`#` goes on too, and leaves the message new."""


# -- time and leaving -------------------------------------------------------------------------------


def time_up(turn: Turn, leg: Leg) -> None:
    """Nothing was keyed for long."""
    calls.farewell(turn, leg, "goodbye")


def left(turn: Turn, leg: Leg) -> None:
    """The listener goes: what was deleted is gone now."""
    variables = turn.call_of(leg).variables
    if SINCE not in variables or leg is not turn.served(turn.call_of(leg)):
        return
    mailbox = variables.get(MAILBOX, "")
    for message in [one for one in mailboxes.messages(turn.state, mailbox) if one.deleted]:
        mailboxes.drop(turn, mailbox, message)
    mailboxes.changed(turn, mailbox)


def _mailbox(turn: Turn, leg: Leg) -> str:
    return turn.call_of(leg).variables.get(MAILBOX, "")
