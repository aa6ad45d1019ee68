"""The flow editor: drawn, changed in a draft, tried by the box's own rules, compared; hostile names are only names."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec import structs
from werkzeug.test import TestResponse

from firmware.config.drafts.draft import look
from firmware.config.drafts.store import DraftStore
from firmware.config.schema import Node
from firmware.config.versions import ConfigStore
from tests.webui.house import House
from tests.webui.test_interview_pages import fields
from tests.webui.test_settings import begin, document, get, post, put, seen

XSS = "\"'><script>alert(1)</script>"


def step(house: House, flow: str, node: int, **changed: str) -> TestResponse:
    """The step's own form sent back, but for what is changed."""
    page = get(house, f"{flow}?node={node}")
    sent = fields(page).items()
    form = {unescape(key): unescape(value) for key, value in sent}
    for name, text in re.findall(r'<textarea [^>]*name="(says[^"]*)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        form[name] = unescape(text)
    return house.client("admin").post(f"{flow}/step/{node}", data=form | changed)


def grow(
    house: House, flow: str, kind: str, name: str, after: str = "", outcome: str = "", **more: str
) -> None:
    form = {
        "kind": kind,
        "name": name,
        "after": after,
        "outcome": outcome,
        "seen": seen(get(house, flow)),
        **more,
    }
    answer = post(house, f"{flow}/add", **form)
    assert answer.status_code == 302, answer.text


def nodes(house: House, place: int = 0) -> dict[str, Any]:
    return {one["id"]: one for one in document(house)["flow"][place]["node"]}


def svg(page: str) -> ElementTree.Element:
    """The drawing, which must be well-formed whatever stands in it."""
    return ElementTree.fromstring(page[page.index('<svg class="flow"') : page.index("</svg></div>") + 6])


def boxes(page: str) -> list[str]:
    return [
        one.get("aria-label", "") for one in svg(page).iter() if "box" in (one.get("class") or "").split()
    ]


@pytest.fixture
def flow(house: House) -> str:
    return f"{begin(house)}/flow/0"


def test_a_menu_is_drawn_step_by_step_and_all_of_it_is_draft(house: House, flow: str) -> None:
    grow(house, flow, "menu", "ask")
    grow(house, flow, "hang-up", "bye", after="1", outcome="keys:1")
    assert step(house, flow, 1, prompt="main-menu", **{"to.otherwise": "queue"}).status_code == 302
    ask = nodes(house)["ask"]
    assert (ask["kind"], ask["keys"], ask["otherwise"], ask["prompt"]) == (
        "menu",
        {"1": "bye"},
        "queue",
        "main-menu",
    )
    assert document(house)["flow"][0]["start"] == "queue"
    assert post(house, f"{flow}/start", to="ask", seen=seen(get(house, flow))).status_code == 302
    assert look(document(house)).config is not None
    page = get(house, flow)
    assert [one.split(",")[0] for one in boxes(page)] == ["ask", "bye", "queue"]
    assert "1 → bye" in page and "For sales, press one" in page
    assert house.site.config.flows[0].start == "queue" and not house.engine.orders


def test_faults_stand_at_their_step_and_their_way(house: House, flow: str) -> None:
    grow(house, flow, "play", "lost", after="0")
    page = get(house, f"{flow}?node=1")
    assert "There is a fault here" in next(one for one in boxes(page) if one.startswith("lost"))
    assert "There is a fault here" not in next(one for one in boxes(page) if one.startswith("queue"))
    assert 'action="' in page and "disabled" in page[page.index("/apply") :][:300]
    assert step(house, flow, 1, **{"to.next": "gone"}).status_code == 302
    page = get(house, f"{flow}?node=1")
    assert "there is no such step" in page
    way = page[page.index('name="to.next"') :][:900]
    assert 'aria-invalid="true"' in way[:60] and 'class="wrong"' in way


def test_a_step_called_otherwise_is_found_again(house: House, flow: str) -> None:
    assert step(house, flow, 0, id="wait").status_code == 302
    assert list(nodes(house)) == ["wait"] and document(house)["flow"][0]["start"] == "wait"


@pytest.mark.parametrize("name", ["queue", ""])
def test_a_name_is_given_once(house: House, flow: str, name: str) -> None:
    form = {"kind": "play", "name": name, "after": "", "outcome": "", "seen": seen(get(house, flow))}
    assert post(house, f"{flow}/add", **form).status_code == 422
    grow(house, flow, "play", "other")
    assert step(house, flow, 1, id=name).status_code == 422
    assert list(nodes(house)) == ["queue", "other"]


def test_what_led_to_a_step_that_is_taken_out_leads_elsewhere(house: House, flow: str) -> None:
    grow(house, flow, "menu", "ask")
    grow(house, flow, "play", "hello", after="1", outcome="keys:1")
    grow(house, flow, "hang-up", "bye", after="2", outcome="next")
    gone = post(house, f"{flow}/step/2/remove", instead="bye", seen=seen(get(house, flow)))
    assert gone.status_code == 302
    assert nodes(house)["ask"]["keys"] == {"1": "bye"} and "hello" not in nodes(house)
    post(house, f"{flow}/step/2/remove", instead="", seen=seen(get(house, flow)))
    assert not nodes(house)["ask"].get("keys")


def test_a_case_is_written_with_its_step(house: House, flow: str) -> None:
    grow(house, flow, "branch", "which")
    grow(house, flow, "hang-up", "bye", after="1", outcome="cases", case="waiting('sales') > 5")
    assert nodes(house)["which"]["cases"] == {"waiting('sales') > 5": "bye"}
    assert (
        step(house, flow, 1, more="cases", **{"more-case": "hour() < 8", "more-to": "queue"}).status_code
        == 302
    )
    assert nodes(house)["which"]["cases"] == {"waiting('sales') > 5": "bye", "hour() < 8": "queue"}


def test_what_a_step_says_is_written_at_the_step(house: House, flow: str) -> None:
    grow(house, flow, "play", "hello")
    step(house, flow, 1, **{"says.en": "Jade Tea, good day.", "to.next": "queue"})
    assert nodes(house)["hello"]["prompt"] == "main-hello"
    assert document(house)["prompt"] == [{"id": "main-hello", "en": "Jade Tea, good day."}]
    page = get(house, f"{flow}?node=1")
    assert "Jade Tea, good day." in page[page.index('name="says.en"') :][:200]
    step(house, flow, 1, **{"says.en": "Good day."})
    assert [one["en"] for one in document(house)["prompt"]] == ["Good day."]
    step(house, flow, 1, prompt="welcome", **{"says.en": "Good day."})
    assert nodes(house)["hello"]["prompt"] == "welcome" and len(document(house)["prompt"]) == 1
    step(house, flow, 1, **{"says.zh": "您好"})
    assert nodes(house)["hello"]["prompt"] == "main-hello-2"
    made = document(house)["prompt"][1]
    assert made == {"id": "main-hello-2", "zh": "您好", "en": "Welcome. Thank you for calling."}


def test_nobody_writes_over_somebody_elses_work(house: House, flow: str) -> None:
    old = seen(get(house, flow))
    grow(house, flow, "play", "hello")
    late = post(house, f"{flow}/add", kind="play", name="late", after="", outcome="", seen=old)
    assert late.status_code == 409 and "Somebody changed this draft" in late.text
    assert list(nodes(house)) == ["queue", "hello"]


def test_a_new_flow_begins_empty(house: House, flow: str) -> None:
    listed = flow.removesuffix("/0")
    added = post(house, f"{listed}/add", name="night", seen=seen(get(house, listed)))
    assert added.headers["Location"] == f"{listed}/1"
    grow(house, f"{listed}/1", "hang-up", "bye")
    assert document(house)["flow"][1]["start"] == "bye"
    again = post(house, f"{listed}/add", name="night", seen=seen(get(house, listed)))
    assert again.status_code == 422


def test_hostile_names_are_only_names(house: House, flow: str) -> None:
    grow(house, flow, "play", XSS)
    grow(house, flow, "branch", "which")
    grow(house, flow, "hang-up", "bye", after="2", outcome="cases", case=XSS)
    step(house, flow, 1, prompt=XSS, **{"to.next": "bye"})
    for path in (flow, f"{flow}?node=1", f"{flow}?node=2&to={XSS}", f"{flow}/difference", f"{flow}/try"):
        page = get(house, path)
        assert "<script>alert" not in page
        if 'class="flow"' in page:
            svg(page)
    assert any(one.startswith(XSS) for one in boxes(get(house, flow)))


def test_without_the_token_nothing_is_changed(house: House, flow: str) -> None:
    client = house.client("admin")
    form = {"kind": "play", "name": "x", "seen": seen(get(house, flow))}
    for path in ("add", "start", "step/0", "step/0/remove", "try"):
        assert client.post(f"{flow}/{path}", data=form).status_code in (400, 403), path
    assert list(nodes(house)) == ["queue"]


@pytest.mark.parametrize("path", ["/7", "/0?node=x", "/0/difference?old=9", "/0/step/9"])
def test_what_is_not_there_is_not_found(house: House, flow: str, path: str) -> None:
    address = f"{flow.removesuffix('/0')}{path}"
    answer = (
        post(house, address, seen=seen(get(house, flow)))
        if "step" in path
        else house.client("admin").get(address)
    )
    assert answer.status_code == 404


def test_a_call_is_tried_by_the_boxs_own_rules(house: House, flow: str) -> None:
    grow(house, flow, "menu", "ask")
    grow(house, flow, "hang-up", "bye", after="1", outcome="keys:1")
    step(house, flow, 1, prompt="main-menu", **{"to.otherwise": "queue"})
    post(house, f"{flow}/start", to="ask", seen=seen(get(house, flow)))
    page = get(house, f"{flow}/try")
    asked = {
        "caller": "13912345678",
        "at": re.findall(r'name="at"[^>]*value="([^"]+)"', page)[0],
        "staffed": "1",
    }
    begun = post(house, f"{flow}/try", **asked).text
    assert "For sales, press one." in begun and "ask waits for a key." in begun
    assert "The caller is here" in next(one for one in boxes(begun) if one.startswith("ask"))
    over = post(house, f"{flow}/try", **asked, do="1").text
    assert "presses 1" in over and "The call is over: turned away by the box." in over
    queued = house.client("admin").post(
        f"{flow}/try",
        data=asked | {"csrf": house.csrf("admin"), "step": ["wait", "wait"], "do": "wait"},
    )
    assert "The caller waits in queue sales." in queued.text
    assert not house.engine.orders and house.site.config.flows[0].start == "queue"


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "dance"},
        {"do": "--version=1"},
        {"at": "soon"},
        {"caller": "--help"},
        {"do": "keys", "keys": "abc"},
    ],
)
def test_a_step_that_is_none_is_refused(house: House, flow: str, wrong: dict[str, str]) -> None:
    asked = {"caller": "", "at": "2026-10-01T10:00", "staffed": "1", "do": ""} | wrong
    answer = post(house, f"{flow}/try", **asked)
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_a_flow_called_like_an_option_is_tried(house: House, flow: str) -> None:
    listed = flow.removesuffix("/0")
    post(house, f"{listed}/add", name="--help", seen=seen(get(house, listed)))
    grow(house, f"{listed}/1", "hang-up", "bye")
    answer = post(house, f"{listed}/1/try", caller="", at="2026-10-01T10:00", staffed="1")
    assert answer.status_code == 200 and "The call is over" in answer.text


def test_the_difference_is_drawn(house: House, flow: str) -> None:
    grow(house, flow, "play", "hello")
    step(house, flow, 1, prompt="welcome", **{"to.next": "queue"})
    post(house, f"{flow}/start", to="hello", seen=seen(get(house, flow)))
    page = get(house, f"{flow}/difference")
    classes = {one.get("aria-label", "").split(",")[0]: one.get("class", "") for one in svg(page).iter()}
    assert "added" in classes["hello"] and "added" not in classes["queue"]
    ways = [one.get("class", "") for one in svg(page).iter() if "way" in (one.get("class") or "").split()]
    assert sorted(ways) == ["way added", "way added", "way removed"]


def test_a_way_that_was_drawn_stands_in_the_form(house: House, flow: str) -> None:
    grow(house, flow, "play", "hello")
    page = get(house, f"{flow}?node=1&to=queue")
    assert '<option value="queue" selected>' in page[page.index('name="to.next"') :][:300]
    grow(house, flow, "menu", "ask")
    page = get(house, f"{flow}?node=2&to=queue")
    assert '<option value="queue" selected>' in page[page.index('name="more-to"') :][:300]


def test_a_flow_nobody_could_read_is_a_list(house: House, flow: str) -> None:
    with ConfigStore(house.places.config_db) as store:
        drafts = DraftStore(store)
        there = drafts.get(1)
        there.document["flow"][0]["node"] += [{"id": f"n{one}", "kind": "hang-up"} for one in range(420)]
        drafts.keep(there)
    page = get(house, flow)
    assert "too many steps" in page and 'class="flow"' not in page and "n419" in page


def test_versions_of_a_flow_are_those_that_changed_it(house: House) -> None:
    queue = structs.replace(house.site.config.queues[0], ring_s=20.0)
    put(house, queues=(queue,))
    old = house.site.config.flows[0]
    node = Node(id="hello", kind="play", prompt="welcome", next="queue")
    put(house, flows=(structs.replace(old, start="hello", nodes=(node, *old.nodes)),))
    page = get(house, "/settings/flows/main")
    assert re.findall(r"version=(\d)", page) == ["3", "1"]
    assert 'aria-label="hello' in page
    assert 'aria-label="hello' not in get(house, "/settings/flows/main?version=1")
    drawn = get(house, "/settings/flows/main/difference?old=1&new=3")
    assert [re.findall(r'value="(\d)" selected', drawn)] == [["1", "3"]]
    assert "hello" in drawn and 'class="box say added"' in drawn
    begun = post(house, "/settings/flows/main/begin")
    assert begun.headers["Location"].endswith("/settings/draft/1/flow/0")


@pytest.mark.parametrize("path", ["/settings/flows", "/settings/flows/main"])
def test_both_languages(house: House, flow: str, path: str) -> None:
    client = house.client("admin")
    client.post("/language", data={"csrf": house.csrf("admin"), "language": "zh"})
    assert "流程" in get(house, path)
    for page in (f"{flow}?node=0", f"{flow}/try", f"{flow}/difference"):
        assert "队列" in boxes(get(house, page))[0]
