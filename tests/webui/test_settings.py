"""Drafts on pages: every kind of part has its form, faults stand at their fields, nothing is live before 'apply'."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from werkzeug.test import TestResponse

from firmware.config.changes import changes
from firmware.config.drafts.draft import look, plain
from firmware.config.drafts.fields import PartForm, forms
from firmware.config.drafts.store import DraftStore
from firmware.config.load import loads
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.protocol.inputs import ConfigApplied
from tests.webui.house import House
from tests.webui.test_interview_pages import fields
from webui.drafting.places import address_of, part_of, path_of
from webui.drafting.values import own, shown, taken

XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def get(house: House, path: str) -> str:
    answer = house.client("admin").get(path)
    assert answer.status_code == 200, (path, answer.status)
    return answer.text


def post(house: House, path: str, **form: str) -> TestResponse:
    return house.client("admin").post(path, data={"csrf": house.csrf("admin")} | form)


def begin(house: House) -> str:
    return str(post(house, "/settings/begin").headers["Location"])


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def save(house: House, path: str, **changed: str) -> TestResponse:
    """The page's own form sent back, but for what is changed."""
    page = get(house, path)
    form = fields(page)
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        form[name] = unescape(text)
    for name, value in changed.items():
        form[name] = value
    answer = house.client("admin").post(path, data=form)
    assert answer.status_code in (302, 409), answer.status
    return answer


def document(house: House, number: int = 1) -> dict[str, Any]:
    with ConfigStore(house.places.config_db) as store:
        return DraftStore(store).get(number).document


def put(house: House, **changed: object) -> None:
    """Somebody else puts a version in force."""
    with ConfigStore(house.places.config_db) as store:
        store.put(structs.replace(house.site.config, **changed), "other", 5)


def test_a_change_is_live_only_when_it_is_applied(house: House) -> None:
    draft = begin(house)
    assert save(house, f"{draft}/part/queue.0", ring_s="22", strategy="ring-all").status_code == 302
    assert house.site.config.queues[0].ring_s == 15 and not house.engine.orders
    page = get(house, draft)
    assert "15 → 22 s" in page
    told = post(house, f"{draft}/apply", seen=seen(page))
    assert "Version 2 is in force" in told.text
    queue = house.site.config.queues[0]
    assert (queue.ring_s, queue.strategy) == (22, "ring-all")
    order = house.engine.orders[0]
    assert isinstance(order, ConfigApplied) and (order.version, order.author) == (2, "boss")
    assert house.client("admin").get(draft).status_code == 404


def parts(form: PartForm, value: Any, path: tuple[str | int, ...]) -> list[str]:
    """Addresses of a form, of what is in the document, and of what is within."""
    found = [address_of(path)]
    values = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
    for at, one in enumerate(values):
        here = (*path, at) if isinstance(value, list) else path
        found.append(address_of(here))
        for inner in form.parts:
            found += parts(inner, one.get(inner.key), (*here, inner.key))
    return found


def test_every_part_has_a_page_and_saving_it_changes_nothing(house: House) -> None:
    draft = begin(house)
    before = document(house)
    for form in forms():
        for address in parts(form, before.get(form.key), (form.key,)):
            page = get(house, f"{draft}/part/{address}")
            if 'class="questions sheet"' in page:
                assert save(house, f"{draft}/part/{address}").status_code == 302
    assert not changes(house.site.config, look(document(house)).nearest)


@pytest.mark.parametrize("key", [one.key for one in forms() if one.name_key])
def test_every_kind_can_be_added_and_removed(house: House, key: str) -> None:
    draft = begin(house)
    there = len(document(house).get(key, ()))
    added = post(house, f"{draft}/part/{key}/add", name="new-1", seen=seen(get(house, draft)))
    assert added.headers["Location"] == f"{draft}/part/{key}.{there}"
    page = get(house, added.headers["Location"])
    gone = post(house, f"{draft}/part/{key}.{there}/remove", seen=seen(page))
    assert gone.headers["Location"] == f"{draft}/part/{key}"
    assert len(document(house)[key]) == there


def test_a_name_is_changed_everywhere(house: House) -> None:
    draft = begin(house)
    save(house, f"{draft}/part/queue.0", id="orders")
    there = document(house)
    assert there["queue"][0]["id"] == "orders" and there["agent"][0]["queues"] == ["orders"]
    assert look(there).config is not None


def test_a_fault_stands_at_its_field_and_keeps_it_from_being_applied(house: House) -> None:
    draft = begin(house)
    save(house, f"{draft}/part/queue.0", ring_s="soon", overflow="queue:nowhere")
    page = get(house, f"{draft}/part/queue.0")
    assert re.search(r'name="ring_s" value="soon"[^>]*aria-invalid', page)
    whole = get(house, draft)
    assert f"{draft}/part/queue.0" in whole and "disabled" in whole
    assert post(house, f"{draft}/apply", seen=seen(whole)).status_code == 409
    assert house.site.config_version == 1


def test_two_at_one_draft_do_not_overwrite_each_other(house: House) -> None:
    draft = begin(house)
    stale = seen(get(house, f"{draft}/part/queue.0"))
    save(house, f"{draft}/part/queue.0", name="Orders")
    told = post(house, f"{draft}/part/queue.0", name="Mine", seen=stale)
    assert told.status_code == 409 and "nothing of yours" in told.text
    assert document(house)["queue"][0]["name"] == "Orders"


def test_another_version_is_taken_in_and_conflicts_are_told(house: House) -> None:
    draft = begin(house)
    save(house, f"{draft}/part/queue.0", ring_s="22", name="Mine")
    queue = house.site.config.queues[0]
    put(house, queues=(structs.replace(queue, name="Theirs", wrap_up_s=44.0),))
    told = post(house, f"{draft}/apply", seen=seen(get(house, draft)))
    assert told.status_code == 409 and "Somebody put another version in force" in told.text
    merged = post(house, f"{draft}/rebase").text
    assert "queue · sales · name" in merged and "Theirs" in merged and "Mine" in merged
    post(house, f"{draft}/apply", seen=seen(get(house, draft)))
    now = house.site.config.queues[0]
    assert (now.name, now.ring_s, now.wrap_up_s) == ("Mine", 22, 44)


def test_secrets_stay_on_the_box(house: House) -> None:
    put(
        house,
        agents=(structs.replace(house.site.config.agents[0], pin="4711"), *house.site.config.agents[1:]),
    )
    draft = begin(house)
    page = get(house, f"{draft}/part/agent.0")
    assert "4711" not in page and "kept as it is" in page
    save(house, f"{draft}/part/agent.0", name="Wang Wei")
    assert document(house)["agent"][0]["pin"] == "4711"
    save(house, f"{draft}/part/agent.0", **{"clear.pin": "on"})
    assert document(house)["agent"][0].get("pin", "") == ""
    assert "4711" not in get(house, draft)
    assert "4711" not in get(house, "/settings/history/difference?old=1&new=2")


def test_versions_are_compared_and_brought_back(house: House) -> None:
    queue = house.site.config.queues[0]
    put(house, queues=(structs.replace(queue, ring_s=33.0),))
    page = get(house, "/settings/history/difference?old=1&new=2")
    assert "15 → 33 s" in page and "other" in page
    told = post(house, "/settings/history/back", version="1")
    assert "Version 3 is in force" in told.text and house.site.config.queues[0].ring_s == 15
    history = get(house, "/settings/history")
    assert "rollback to 1" in history and "boss" in history
    assert post(house, "/settings/history/back", version="9").status_code == 404
    again = post(house, "/settings/history/draft", version="2").headers["Location"]
    assert "15 → 33 s" in get(house, again)


def test_out_as_toml_and_in_again(house: House) -> None:
    text = get(house, "/settings/history/1.toml")
    config, faults = loads(text, Config)
    assert config == house.site.config, faults
    draft = post(house, "/settings/import", text=text.replace('name = "Sales"', 'name = "Orders"')).headers[
        "Location"
    ]
    assert "Sales → Orders" in get(house, draft)
    assert house.site.config_version == 1


def test_a_bad_import_tells_lines_and_begins_nothing(house: House) -> None:
    told = post(
        house, "/settings/import", text='[site]\nname = "x"\n\n[[queue]]\nid = "q"\nring_s = "late"\n'
    )
    assert told.status_code == 422 and "line 6" in told.text and "ring_s = &#34;late&#34;" in told.text
    assert "/settings/draft/" not in get(house, "/settings")
    assert post(house, "/settings/import", text="").status_code == 422
    assert post(house, "/settings/import", text="[[[").status_code == 422


def test_a_draft_is_edited_as_toml(house: House) -> None:
    draft = begin(house)
    page = get(house, f"{draft}/toml")
    text = unescape(page.partition('class="code">')[2].partition("</textarea>")[0])
    good = {"text": text.replace('name = "Sales"', 'name = "Orders"'), "seen": seen(page)}
    assert post(house, f"{draft}/toml", text="[[queue]]\nid = 4", seen=seen(page)).status_code == 422
    assert post(house, f"{draft}/toml", **good).status_code == 302
    assert post(house, f"{draft}/toml", **good).status_code == 409
    assert document(house)["queue"][0]["name"] == "Orders"


def test_parts_move_and_drafts_are_dropped(house: House) -> None:
    draft = begin(house)
    post(house, f"{draft}/part/agent.1/up", seen=seen(get(house, draft)))
    assert [one["id"] for one in document(house)["agent"]] == ["810", "800"]
    assert post(house, f"{draft}/part/agent.0/up", seen=seen(get(house, draft))).status_code == 404
    post(house, f"{draft}/drop")
    assert house.client("admin").get(draft).status_code == 404


@pytest.mark.parametrize(
    "address", ["nowhere", "queue.9", "queue.0.name", "queue.0.nowhere", "0", ".", "queue.-1", "site.0"]
)
def test_what_is_no_part_has_no_page(house: House, address: str) -> None:
    draft = begin(house)
    assert house.client("admin").get(f"{draft}/part/{address}").status_code in (404, 308)


def test_words_people_type_are_text(house: House) -> None:
    draft = begin(house)
    save(house, f"{draft}/part/queue.0", name=XSS, id=XSS)
    post(house, f"{draft}/note", note=XSS, seen=seen(get(house, draft)))
    for path in (draft, f"{draft}/part/queue", f"{draft}/part/queue.0", f"{draft}/toml", "/settings"):
        text = get(house, path)
        assert "<script>alert" not in text and "<img" not in text, path
    told = post(house, "/settings/import", text=f"[site]\nname = 1\n# {XSS}")
    assert "<script>alert" not in told.text


def test_chinese_pages_have_chinese_names(house: House) -> None:
    house.client("admin").post("/language", data={"csrf": house.csrf("admin"), "language": "zh"})
    draft = begin(house)
    assert "队列" in get(house, draft) and "振铃" in get(house, f"{draft}/part/queue.0")


def test_a_fault_leads_to_its_part() -> None:
    assert part_of("flow[0].node[2].next") == "flow.0.node.2"
    assert part_of("queue[1].ring_s") == "queue.1" and part_of("site.name") == "site" and part_of("") == ""
    assert path_of("hours.0") == ("hours", 0)


@given(st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_typed_never_breaks_a_look(data: st.DataObject) -> None:
    """Any text in any field of any part is a value the check can look at, and shows itself again."""
    form = data.draw(st.sampled_from(forms()))
    field = data.draw(st.sampled_from(own(form.fields)))
    value = taken(field, [data.draw(st.text(max_size=40))], None)
    whole = plain(Config())
    part = {field.key: value}
    look(whole | {form.key: [part] if isinstance(whole[form.key], list) else part})
    shown(field, value)
