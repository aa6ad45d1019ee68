"""Feature codes."""

from __future__ import annotations

from msgspec import field

from firmware.config.schema.part import Key, Part, StarCode


class Features(Part, frozen=True):
    """Feature codes: star codes a telephone can dial."""

    sign_in: StarCode = "*41"
    """`*41` agent `#` [pin `#`]."""
    sign_out: StarCode = "*42"
    """Sign out."""
    ready: StarCode = "*43"
    """Take calls."""
    not_ready: StarCode = "*44"
    """Followed by one digit: the reason."""
    wrap_up_longer: StarCode = "*45"
    """More time for notes after a call."""
    breather: StarCode = "*46"
    """A short breather after a hard call."""
    close_queue: StarCode = "*47"
    """Supervisors: followed by a queue's number, closes it; once more, it goes by its hours again."""
    listen: StarCode = "*61"
    """Supervisors: followed by an agent's extension, or a queue's number for its longest talk: hear the call."""
    whisper: StarCode = "*62"
    """The same, heard by the agent alone."""
    barge: StarCode = "*63"
    """The same, heard by both."""
    take_over: StarCode = "*64"
    """The same, in the agent's place."""
    voicemail: StarCode = "*98"
    """Hear messages."""
    voicemail_of: StarCode = "*97"
    """Followed by a mailbox's or an extension's number and `#`: hear its messages from any telephone, by its PIN."""
    pickup: StarCode = "*8"
    """Take a call that rings elsewhere."""
    forward_off: StarCode = "*20"
    """All forwards of this telephone off, and its do-not-disturb."""
    forward_always: StarCode = "*21"
    """Followed by a number (and `#`): all calls go there; nothing: off."""
    forward_busy: StarCode = "*22"
    """Followed by a number (and `#`): calls go there while this telephone is in use; nothing: off."""
    forward_no_answer: StarCode = "*23"
    """Followed by a number (and `#`): calls go there when nobody lifts; nothing: off."""
    forward_unreachable: StarCode = "*24"
    """Followed by a number (and `#`): calls go there while this line is out of order; nothing: off."""
    do_not_disturb: StarCode = "*26"
    """Followed by `1` on, `0` off: calls do not ring here."""
    follow_me: StarCode = "*28"
    """Followed by `1` on, `0` off: the extension's other numbers ring too."""
    call_waiting: StarCode = "*29"
    """Followed by `1` on, `0` off: a second call knocks."""
    callback: StarCode = "*37"
    """After a busy tone: this telephone rings when both are free."""
    callback_cancel: StarCode = "*38"
    """No call-back any more."""
    park: StarCode = "*50"
    """After flash: who is held is parked, and the slot is said."""
    retrieve: StarCode = "*51"
    """Followed by a slot: takes the call parked there; after flash, parks in that slot."""
    pickup_directed: StarCode = "*52"
    """Followed by a number: takes the call that rings there."""
    intercom: StarCode = "*54"
    """Followed by an extension: it rings briefly and distinctively, and nobody else is called for it."""
    paging: StarCode = "*55"
    """Followed by a paging group's number: all its telephones ring, and hear."""
    own_number: StarCode = "*60"
    """Says this telephone's number."""
    service: StarCode = "*30"
    """Followed by one digit: service by the calendar (0), day (1), night (2), holiday (3)."""
    account: StarCode = "*33"
    """Account code `#`, then the number."""
    unlock: StarCode = "*34"
    """Asks for the PIN of the telephone's class; its next call outside is free to go."""
    redial: StarCode = "*66"
    """Dials what this telephone dialled last."""
    speed_dial: StarCode = "*7"
    """Followed by two digits: the number stored under them."""
    not_ready_reasons: dict[Key, str] = field(
        default_factory=lambda: {
            "1": "break",
            "2": "lunch",
            "3": "meeting",
            "4": "training",
            "5": "paperwork",
        }
    )
    """Digit to reason."""
