"""Telephones and carriers whose calls come with messages: SIP at the level of legs, without SIP's messages.

`card` is what the switch sees, `telephone` and `carrier` are what is beyond; both halves meet in `message_wire` (the
whole box in virtual time) or call one another through the timeline (the box of events alone).
"""
