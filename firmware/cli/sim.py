"""`tipring sim`: be a telephone or an outside caller of a running simulated box."""

from __future__ import annotations

import argparse
import base64
import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from firmware.cli.main import DONE, CommandError
from firmware.protocol import world_client
from firmware.protocol.places import Places

RATE_HZ = 8000
BAR_DB = 60
EPILOG = """examples, while `make run` is running in another window:
  tipring sim call 62345699 --from 13800138000 --press 2@4 --seconds 20 --wav heard.wav
  tipring sim lift 804 && tipring sim dial 804 801 && tipring sim hear 804 --seconds 10 --wav heard.wav
"""
EXAMPLES = {
    "lift": "lift 804",
    "hang": "hang 804",
    "flash": "flash 804",
    "dial": "dial 804 801",
    "say": "say 804 'Good morning' --language en",
    "hear": "hear 804 --seconds 10 --wav heard.wav",
    "call": "call 62345699 --from 13800138000 --press 2@4 --seconds 20 --wav heard.wav",
    "status": "status --json",
}
WHO = "extension number, or who `call` printed"
Request = dict[str, Any]


class NoWorld(CommandError):
    """There is no simulated box running here."""


class NotPossible(CommandError):
    """The running box's world refuses; the text says why."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "sim",
        help="be a telephone or an outside caller of a running simulated box",
        description="Acts on the box started with `tipring run --sim …` (or `make run`).",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _telephone_actions(actions)
    _call_action(actions)
    status = _action(actions, "status", "show lines and telephones")
    status.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, says: str
) -> argparse.ArgumentParser:
    # SUPPRESS: given before the action or after it, and neither wipes out the other.
    example = f"Example: tipring sim {EXAMPLES[name]}"
    action = actions.add_parser(name, help=says, description=says, epilog=example)
    action.add_argument("--data", type=Path, default=argparse.SUPPRESS, metavar="DIR", help=argparse.SUPPRESS)
    return action


def _telephone_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, says in (
        ("lift", "take a handset off-hook (answers when it rings)"),
        ("hang", "put a handset on-hook, or end an outside call"),
        ("flash", "press the R key (hook flash)"),
    ):
        _action(actions, name, says).add_argument("who", help=WHO)
    dial = _action(actions, "dial", "press keys: a number, a feature code, a menu choice")
    dial.add_argument("who", help=WHO)
    dial.add_argument("digits", help="0-9 * # A-D")
    say = _action(actions, "say", "speak into a call: a text or a WAV")
    say.add_argument("who", help=WHO)
    say.add_argument("text", help="words to speak, or a file ending in .wav")
    say.add_argument("--language", choices=("zh", "en"), default="en", help="of the text")
    hear = _action(actions, "hear", "listen: prints levels, and keeps a WAV when asked")
    hear.add_argument("who", help=WHO)
    _listening(hear, 10.0, "")


def _call_action(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    call = _action(actions, "call", "ring the box from outside and hear it")
    call.add_argument("number", help="number (or name) of one of the box's lines")
    call.add_argument("--from", dest="caller", default="", metavar="NUMBER", help="caller ID to send")
    call.add_argument("--name", default="", metavar="TEXT", help="caller's name to send")
    call.add_argument(
        "--press", action="append", default=[], metavar="KEYS@S", help="keys, seconds after the answer"
    )
    call.add_argument(
        "--says", default="", metavar="TEXT", help="what to say to a person: a text, or a file ending in .wav"
    )
    call.add_argument("--language", choices=("zh", "en"), default="en", help="of what is said")
    _listening(call, 20.0, " after the answer")


def _listening(parser: argparse.ArgumentParser, seconds: float, since: str) -> None:
    long = f"how long{since} (default {seconds:.0f})"
    parser.add_argument("--seconds", type=float, default=seconds, metavar="S", help=long)
    parser.add_argument("--wav", type=Path, metavar="FILE", help="file for what was heard")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")


def run(arguments: argparse.Namespace) -> int:
    """Raises NoWorld, NotPossible."""
    replies = list(_told(arguments, ask(Places(arguments.data.resolve()), _request(arguments))))
    samples = b"".join(_samples(reply) for reply in replies)
    if getattr(arguments, "wav", None) is not None:
        write_wav(arguments.wav, samples)
    if getattr(arguments, "json", False):
        print(json.dumps(_document(arguments, replies, len(samples) // 2), ensure_ascii=False, indent=2))
    elif arguments.action in ("hear", "call"):
        print(f"heard {len(samples) / 2 / RATE_HZ:.1f} s" + (f" -> {arguments.wav}" if arguments.wav else ""))
    return DONE


def _request(arguments: argparse.Namespace) -> Request:
    request: Request = {"do": arguments.action}
    for key in ("who", "digits", "text", "language", "number", "name", "press", "says", "seconds"):
        if hasattr(arguments, key):
            request[key] = getattr(arguments, key)
    if hasattr(arguments, "caller"):
        request["from"] = arguments.caller
    for key in ("text", "says"):
        words = request.get(key, "")
        if words.lower().endswith(".wav"):
            request[key] = str(Path(words).resolve())
    return request


def ask(places: Places, request: Request) -> Iterator[Request]:
    """Replies of the world's desk, as they come. Raises NoWorld, NotPossible."""
    try:
        yield from world_client.ask(places.world_socket, request)
    except world_client.NotPossible as refused:
        raise NotPossible(str(refused)) from None
    except world_client.WorldNotThere:
        raise NoWorld(
            f"no simulated box runs on {places.root}: start one with `make run` in another window, "
            "or name its directory with --data DIR"
        ) from None
    except world_client.NoWorld as error:
        raise NoWorld(f"the simulated box on {places.root}: {error}") from None


def _told(arguments: argparse.Namespace, replies: Iterator[Request]) -> Iterator[Request]:
    """Pass replies on, telling people of each in time."""
    heard_s = 0.0
    for reply in replies:
        heard_s += len(_samples(reply)) / 2 / RATE_HZ
        if not getattr(arguments, "json", False):
            for line in _lines(reply, heard_s):
                print(line, flush=True)
        yield reply


def _samples(reply: Request) -> bytes:
    return base64.b64decode(reply.get("audio", ""))


def _lines(reply: Request, heard_s: float) -> Iterator[str]:
    """`heard_s` is how far into the listening (and into the WAV) the reply's samples end."""
    if reply.get("event") == "heard":
        level = float(reply["level_dbm0"])
        bar = "#" * max(0, round((level + BAR_DB) / 2))
        yield f"{heard_s:7.1f} s  {level:6.1f} dBm0  {bar}".rstrip()
    elif "lines" in reply:
        yield from _status_lines(reply)
    elif reply.get("event") not in (None, "end"):
        yield f"{reply['who']}: {reply['event']}"
    elif "who" in reply and "event" not in reply:
        yield f"{reply['who']}: " + (f"{reply['seconds']:.1f} s" if "seconds" in reply else "done")


def _status_lines(reply: Request) -> Iterator[str]:
    for name, line in reply["lines"].items():
        plugged = "" if line["plugged"] else "  (unplugged)"
        state = line["state"].replace("_", " ")
        yield f"line {name:12} {state:12} {line['with']}{plugged}".rstrip()
    for number, telephone in reply["telephones"].items():
        state = "off-hook" if telephone["off_hook"] else "ringing" if telephone["ringing"] else "on-hook"
        shown = f"display: {telephone['displayed']}" if telephone["displayed"] else ""
        yield f"telephone {number:7} {state:12} {shown}".rstrip()


def _document(arguments: argparse.Namespace, replies: list[Request], samples: int) -> Request:
    """Everything but the samples."""
    if arguments.action == "status":
        return replies[0] if replies else {}
    heard = [reply for reply in replies if reply.get("event") == "heard"]
    return {
        "events": [reply["event"] for reply in replies if "event" in reply and reply not in heard],
        "seconds": samples / RATE_HZ,
        "levels": [{"at_s": one["at_s"], "level_dbm0": one["level_dbm0"]} for one in heard],
        "wav": str(arguments.wav) if arguments.wav else "",
    }


def write_wav(path: Path, samples: bytes) -> None:
    """16-bit mono, 8 kHz. Raises CommandError where it cannot be written."""
    try:
        target = path.open("wb")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from error
    with target, wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples)
