"""Which pages there are and what each is made of. A test holds docs/ against this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from drivers.chips import fxo_line, fxs_line
from firmware.cli import feature_card
from firmware.cli.documents import engine_steps, machines, messages
from firmware.cli.documents.command_line import command_line
from firmware.cli.documents.features import features_page
from firmware.cli.documents.gate import gate_page
from firmware.cli.documents.interview import interview_page
from firmware.cli.documents.machines import Machine
from firmware.cli.documents.metrics import metrics_page
from firmware.cli.documents.orders import orders_page
from firmware.cli.documents.tables_fed import tables_fed
from firmware.cli.main import build_parser
from firmware.config.document import document
from firmware.engine.process import disk_watch
from firmware.jobs.webhooks import patience
from firmware.protocol import commands, events, facts
from firmware.recorder import watermark
from firmware.sip import call, registering, subscription, trunk_account, trunk_probe
from firmware.switch.last_resort import presence
from firmware.switch.last_resort import telephone as last_resort
from firmware.switch.lines import dialling, offer, signalled_line, signalled_telephone, supervision, telephone
from hwsim.figures import FIGURES
from hwsim.legs import trunk_channel
from hwsim.scenario import Scenario
from hwsim.world import attendant, caller, exchange, party, scripted, visitor

DOCS = Path(__file__).resolve().parents[3] / "docs"
EVENTS = """# Switch events

What the switch tells the engine. Every event has `port` (box-wide port index, the row of the matrix, from 0) and
`at_us` (box time in microseconds, stamped inside the tick). Each is numbered by the switch and kept until
acknowledged.

*This page is written by `make docs` from `firmware/protocol/events.py`.*
"""
COMMANDS = """# Switch commands

What the engine asks of the switch. Every command has `port` (box-wide port index, from 0). Its id is (epoch and
number of the input, its place among that input's commands); the switch drops repeats.

*This page is written by `make docs` from `firmware/protocol/commands.py`.*
"""
FACTS = """# Facts

What was decided, in the field's words. State, history.db and every figure are built by applying these in order.
The time of a fact is the `at_us` of its journal record; `call` and `leg` are numbers of this box. The last column
names the tables of history.db that the archive writes it into.

*This page is written by `make docs` from `firmware/protocol/facts` and the statements of `firmware/archive`.*
"""
SCENARIO = """# Scenario files

A TOML file that describes a box, the world around it and what must come of it. `tipring rehearse FILE` runs it in
virtual time, `tipring run --sim FILE` in real time; `tipring config check FILE` names all its faults.
`hw-sim/scenarios/first-call.toml` is commented line by line. Keys ending in `_s` are seconds, in `_ms`
milliseconds, in `_dbm0` levels (0 dBm0 is 3.14 dB below full scale).

Where `{ least, most, mean }` may stand, a length of time is drawn anew each time: evenly between `least` and
`most`, or (with `mean`) exponentially.

*This page is written by `make docs` from `hw-sim/hwsim/scenario.py`.*

"""
SCRIPTS = """## Scripts

A `[[person]]` with a `script` does by hand what its lines say, one after the other, and nothing else. A line is
`WHAT@WHEN`. Nobody else need be written down: who has no script answers the telephone by himself, and a telephone
without a `[[person]]` rings and is left alone (its diary knows of it).

| what | is done |
|---|---|
| `lift` | the handset is lifted: to answer, or for dial tone |
| `801`, `*8`, `1#` | these keys are pressed (the handset is off-hook) |
| `flash` | the R key |
| `hang` | the handset is put down |
| `talk`, `hush` | begins to speak (to a machine); says no more |
| `transfer-801`, `transfer` | SIP: the transfer key with a number; without one the telephone's calls are joined |
| `decline` | SIP: the key that refuses a call which rings |

| when | the line is done |
|---|---|
| `@20` | 20 seconds after the scenario's start, or as soon as the line before is done |
| `@+2` | 2 seconds after the line before |
| `@ring`, `@ring+2` | when the telephone next begins to ring (or rings already); 2 seconds after |
| `@tone` | when dial tone is heard, special dial tone too |
| `@voice` | when another person's voice is heard, for the first time or after it was away for some 20 s |
| `@bye` | when the other person says goodbye (a caller with `ends = "agent"`) |
| `@far` | when busy tone or congestion says that it is over |
| `@beep` | when the beep before a message is heard |

A moment counts from the line before on: `script = ["lift@ring+2", "flash@voice+5", "803@tone+0.5", "hang@voice+4"]`
answers, lets the caller talk for five seconds, rings 803 and hands over.

A person with a script talks from answering a ring, or from the first voice heard, until `hang`: for a flash and keys
he pauses 2.5 s, and after dial tone till the next voice. So the diaries say at any time who hears whom. Two who wait
for the other to begin (a call picked up) need `talk@+1`.

## SIP telephones and trunks

Extensions and trunks on a card of kind `sip` are there in rehearsals, as calls without SIP's messages; with
`run --sim` they are left to the role `sip` and to real telephones. People do at a SIP telephone what they do at any
other, and it does with that what such telephones do:

* `lift` answers the call that rings; else there is dial tone, the telephone's own, which is always the plain one.
* Keys after dial tone are one number, sent half a second after the last: a whole number belongs in one line. `#`
  behind digits sends; behind a service code (`*41801#`) it is part of it. Keys in a call are messages.
* `flash` holds the call and gives dial tone for another; once more: back to it. With two calls, `2` after it goes to
  and fro, `1` ends the present one, `3` makes a conference. When somebody knocks, it takes that call.
* `hang` with one call on hold and another hands the first over: attended when the other was answered, else blind to
  its number. With nothing but a call on hold the telephone rings at once, to remind of it.

When a call ends the telephone sounds busy tone (congestion for causes other than 16, 17, 21) until it is put down. A
call with the bell `intercom` it answers by itself. `phone-unplug` takes its calls and its registration away.

Outside callers reach a trunk by its name, its number, or a number of a `[[did]]` that no line has; their keys are
messages too. A party is found however the box spells the number (`+861062345678`, `01062345678`, `62345678`).
"""
EXPECTED = """## What can be expected

`fact` counts what the box decided ([facts](facts.md)), `diary` what a person noticed or did. `tipring rehearse FILE
--out DIR` writes all of both into `DIR/happened.tsv`, the place to look when writing expectations.

| `what` in a diary | `about` | meaning |
|---|---|---|
| `Rang`, `RingingStopped` | | the telephone begins to ring; for 6 s it rang no more |
| `HeardBell` | `normal`, `internal`, `recall`, `intercom` | how it rings, once that can be told |
| `Displayed` | number, name or both; `private`, `unavailable` | what the telephone's display shows |
| `LampChanged` | `lit`, `dark` | the message lamp was told by FSK |
| `HeardTone` | one of the tones below | which tone sounds, once that can be told: 0.2 s (beep) to 2 s |
| `HeardMusic` | name of the tune | which tune sounds, some 2.5 s after it began or began anew; in rehearsals |
| `HeardVoice`, `LostVoice` | whose | the voice is there for the first time or again; it was away for 20 s |
| `mark` | whose | each turn in which that voice was heard: every 2.5 s at first, then at most 8 s apart |
| `HeardGoodbye`, `Connected`, `Released`, `Refused`, `Alerted` | | other things people notice |
| `MailCame` | the subject | in the diary of a mailbox's address: a message was mailed there; `sound_s` is its length |
| `Press`, `Transfer` | the keys | they are pressed; the number after the transfer key |
| `Lift`, `HangUp`, `Flash`, `Decline`, `Talk`, `Hush`, `Answer`, `PlaceCall`, `Goodbye` | | what else people do |

Tones people know: `dial`, `special-dial`, `ringback`, `busy`, `congestion`, `call-waiting`, `confirm`, `beep`.
That somebody is *not* heard is proved by `mark` with `most = 0` over a time in which he talks.

Figures an `[[expect]]` can name.
"""
MACHINES = """# The machines

Every transition table of the tree. What is not in a table cannot happen: it is counted (`unexpected`) and changes
nothing. Where a table names a step instead of the next state, the last two columns are read from the step's
source.

*This page is written by `make docs` from the tables themselves.*
"""


def _events() -> str:
    told = messages.page(EVENTS, events, events.AnySwitchEvent)
    return f"{told}\n{messages.of_structs('Inside a state report', events, (events.PortReport,))}"


def _commands() -> str:
    asked = messages.page(COMMANDS, commands, commands.AnySwitchCommand)
    return f"{asked}\n{messages.of_structs('What can be played', commands, get_args(commands.PlayItem))}"


def _facts() -> str:
    return messages.page(FACTS, facts, facts.AnyFact, {"history.db": tables_fed})


def _scenario() -> str:
    named = "\n".join(
        ["| figure | meaning |", "|---|---|", *map("| `{0[0]}` | {0[1]} |".format, FIGURES.items())]
    )
    return f"{document(Scenario, SCENARIO)}\n{SCRIPTS}\n{EXPECTED}\n{named}\n"


def _machines() -> str:
    return "\n".join([MACHINES, *map(machines.section, ALL_MACHINES), *engine_steps.sections()])


def _command_line() -> str:
    return command_line(build_parser())


ALL_MACHINES = (
    Machine(
        "FXO line (driver)", fxo_line.FxoLine, fxo_line.Loop, fxo_line.STEPS,
        "The wire towards the exchange, from ring bits and line voltage every 5 ms.",
    ),
    Machine(
        "FXS line (driver)", fxs_line.FxsLine, fxs_line.Hook, fxs_line.STEPS,
        "The wire towards a telephone, from its hook every 5 ms.",
    ),
    Machine(
        "Offer (switch)", offer.OfferMachine, offer.Offer, offer.STEPS,
        "An outside line that rings: how often, whether the caller gave up, who is calling.",
    ),
    Machine(
        "Dialling (switch)", dialling.DialMachine, dialling.Dialling, dialling.STEPS,
        "Calling out: dial tone, then digits by tones or pulses.",
    ),
    Machine(
        "Supervision (switch)", supervision.SupervisionMachine, supervision.Line, supervision.STEPS,
        "An outside line off-hook: whether the far end answered, whether it left.",
    ),
    Machine(
        "Telephone (switch)", telephone.TelephoneMachine, telephone.Telephone, telephone.STEPS,
        "A telephone on an FXS port: rung, lifted, flashed, put down.",
    ),
    Machine(
        "Telephone with messages (switch)", signalled_telephone.SignalledTelephone, signalled_telephone.Station,
        signalled_telephone.STEPS,
        "A SIP telephone: called, calling, holding, with at most two calls. What has no row is ignored in any state.",
    ),
    Machine(
        "Line with messages (switch)", signalled_line.SignalledLine, signalled_line.Channel, signalled_line.STEPS,
        "One channel of a SIP trunk: offered, placed, up.",
    ),
    Machine(
        "Call (SIP process)", call.Call, call.State, call.STEPS,
        "One call of a SIP telephone or a trunk's channel, between the far end and the card's contract.",
    ),
    Machine(
        "Registration with a carrier (SIP process)", trunk_account.TrunkAccount, registering.Registering,
        registering.STEPS,
        "A trunk that registers the box.",
    ),
    Machine(
        "Probe of a carrier (SIP process)", trunk_probe.TrunkProbe, trunk_probe.Probing, trunk_probe.STEPS,
        "A trunk known by its address: whether it answers OPTIONS.",
    ),
    Machine(
        "Subscription (SIP process)", subscription.Subscription, subscription.Watching, subscription.STEPS,
        "Somebody who watches a telephone or a mailbox.",
    ),
    Machine(
        "Presence of an engine (switch)", presence.Presence, presence.Engine, presence.STEPS,
        "Whether an engine decides, from its connection and from what it has taken.",
    ),
    Machine(
        "Last resort (switch)", last_resort.TelephoneHelp, last_resort.Help, last_resort.STEPS,
        "A telephone while nobody decides: dial tone, keys that are kept, an emergency call.",
    ),
    Machine(
        "Full disk (recorder)", watermark.Watermark, watermark.Level, watermark.STEPS,
        "How full the disk is, from its figures and from writes it refused.",
    ),
    Machine(
        "Tape against the disk (engine)", disk_watch.DiskWatch, disk_watch.Tape, disk_watch.STEPS,
        "Whether the disk takes what is taped, from how full the audio ring is.",
    ),
    Machine(
        "Patience with an endpoint (jobs)", patience.Patience, patience.State, patience.STEPS,
        "One webhook: an event after the other, told till it is taken.",
    ),
    Machine(
        "Exchange (simulator)", exchange.Exchange, exchange.State, exchange.STEPS,
        "The exchange's side of one subscriber line.",
    ),
    Machine(
        "Channel of a carrier (simulator)", trunk_channel.TrunkChannel, trunk_channel.Channel, trunk_channel.STEPS,
        "The carrier's side of one channel of a trunk.",
    ),
    Machine(
        "Caller (simulator)", caller.Caller, caller.CallerState, caller.Caller.STEPS,
        "An outside person who rings the box.", caller.Caller.ALARMS,
    ),
    Machine(
        "Attendant (simulator)", attendant.Attendant, attendant.AttendantState, attendant.Attendant.STEPS,
        "Somebody at one of the box's telephones.", attendant.Attendant.ALARMS,
    ),
    Machine(
        "Person with a script (simulator)", scripted.Scripted, scripted.ScriptedState, scripted.Scripted.STEPS,
        "Somebody at a telephone who does by hand what a script says.", scripted.Scripted.ALARMS,
    ),
    Machine(
        "Outside party (simulator)", party.OutsideParty, party.PartyState, party.OutsideParty.STEPS,
        "Somebody the box can call.", party.OutsideParty.ALARMS,
    ),
    Machine(
        "Visitor (simulator)", visitor.Visitor, caller.CallerState, visitor.Visitor.STEPS,
        "An outside person who is played by hand at the bench.", visitor.Visitor.ALARMS,
    ),
)  # fmt: skip

PAGES: Mapping[str, Callable[[], str]] = {
    "configuration.md": document,
    "scenario.md": _scenario,
    "features.md": features_page,
    "feature-codes.md": feature_card.page,
    "command-line.md": _command_line,
    "events.md": _events,
    "commands.md": _commands,
    "facts.md": _facts,
    "machines.md": _machines,
    "metrics.md": metrics_page,
    "gate.md": gate_page,
    "interview.md": interview_page,
    "orders.md": orders_page,
}


def write(directory: Path = DOCS) -> list[str]:
    """Writes all pages; returns the names of those that changed."""
    changed = []
    for name, page in PAGES.items():
        path, text = directory / name, page()
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(name)
    return changed
