"""A screen pop: who calls, as soon as an agent's telephone rings. Of Python's own library alone.

    TIPRING_URL=https://box.local TIPRING_TOKEN=tipring_… TIPRING_CA=tipring.crt python screen_pop.py 800

The token wants `read:live` and `read:contacts`; best it is bound to the agent. Dropped, the stream goes on where it
was; after a gap the state is asked anew.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

URL = os.environ.get("TIPRING_URL", "https://localhost").rstrip("/") + "/api/v1"
TRUST = ssl.create_default_context(cafile=os.environ.get("TIPRING_CA") or None)
AGAIN_S = 2


def opened(path: str, timeout: float, **headers: str) -> Any:
    headers["Authorization"] = f"Bearer {os.environ['TIPRING_TOKEN']}"
    return urllib.request.urlopen(
        urllib.request.Request(URL + path, headers=headers), timeout=timeout, context=TRUST
    )


def ask(path: str) -> Any:
    """None: there is none (any more)."""
    try:
        with opened(path, 10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 404:
                raise
            return None


def events() -> Iterator[dict[str, Any]]:
    """For ever; the box says something at least every 15 s."""
    last = ""
    while True:
        try:
            more = {"Last-Event-ID": last} if last else {}
            with opened("/events?kinds=agent.offered,leg.rings", 40, **more) as stream:
                for line in stream:
                    if line.startswith(b"data: "):
                        event = json.loads(line[6:])
                        last = event.get("id", last)
                        yield event
        except urllib.error.HTTPError as error:
            with error:
                if error.code in (401, 403):
                    raise SystemExit(error.read().decode()) from None
        except OSError as error:
            print(f"again in {AGAIN_S} s: {error}", file=sys.stderr)
        time.sleep(AGAIN_S)


def pop(call: dict[str, Any], queue: str) -> str:
    found = (
        ask("/contacts?" + urllib.parse.urlencode({"text": call["number"], "most": 1}))
        if call["number"]
        else None
    )
    who = found["contacts"][0]["shown"] if found and found["contacts"] else call["name"] or "?"
    collected = ", ".join(f"{name}={value}" for name, value in call["variables"].items())
    return f"{who} | {call['number']} | queue {queue or call['from_queue']} | {collected}"


def rung(agent: str) -> Iterator[dict[str, Any]]:
    """Calls that ring at the agent now."""
    for call in ask("/live/calls")["calls"]:
        if any(leg["agent"] == agent and not leg["answered"] for leg in call["legs"]):
            yield call


def main(agent: str) -> None:
    for event in events():
        if event["event"] in ("gap", "overtaken"):
            calls = list(rung(agent))
        elif event.get("agent") == agent:
            calls = [call] if (call := ask(f"/live/calls/{event['call']}")) else []
        else:
            continue
        for one in calls:
            print(pop(one, event.get("queue", "")), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
