"""The page about the set-up interview: what can be answered, written from the answers' own types."""

from __future__ import annotations

from firmware.config.document import document
from firmware.interview.answers import Answers

HEAD = """# The set-up interview

A shop owner's answers become a configuration: `tipring interview > answers.toml` writes the answers the box would give
itself, `tipring interview --answers answers.toml --propose` shows what they make of the box, why, and how many people
and lines the expected day wants; `--apply` puts it in force as a new version. Whatever is left out is filled in from
the box. Cards, secrets and all that the interview does not ask about stay as they are, and the same answers a second
time change nothing. `--scenario-out day.toml` writes the expected day for `tipring rehearse --fast day.toml`.

Staffing is Erlang A by quarter-hours (callers lose patience), lines are Erlang B with 1 % lost. What is proposed about
recording follows the country's customs; it is no legal advice. Calls abroad and to premium numbers are shut, emergency
numbers are only ever added.

*This page is written by `make docs` from `firmware/interview/answers.py`.*

"""


def interview_page() -> str:
    return document(Answers, HEAD)
