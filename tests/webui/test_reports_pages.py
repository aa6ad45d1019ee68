"""The day as plots and figures, who gave up, tables for spreadsheets in which nothing acts."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webui.house import House
from tests.webui.past import DAY, HOSTILE, change, look, put_past, work_as
from webui.reports.plots import Series, calls_plot
from webui.reports.sheets import MARK, sheet

TODAY = f"?from={DAY}&to={DAY}"
ACTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.fixture
def past(house: House) -> House:
    put_past(house)
    return house


def rows(text: str) -> list[list[str]]:
    assert text.startswith(MARK)
    return list(csv.reader(io.StringIO(text[1:])))


def test_the_day_adds_up_and_is_drawn(past: House) -> None:
    text = past.client("supervisor").get(f"/reports{TODAY}").text
    (offered,) = look(
        past, "SELECT count(*) FROM calls WHERE direction = 'inbound' AND released_us IS NOT NULL"
    )[0]
    assert f"<span>Offered</span><b>{offered}</b>" in text
    assert text.count('class="plot"') == 3
    assert 'class="is-answered"' in text and 'class="is-abandoned"' in text and 'class="is-talking"' in text
    assert "do not add up" not in text and "style=" not in text


@pytest.mark.parametrize(
    "query", ["", TODAY, "?from=2026-11-01&to=2026-11-30", "?queue=sales&from=2026-11-23", "?from=x&to=9999-12-31",
              "?from=0001-01-01", "?from=2026-11-23&to=2020-01-01"]
)  # fmt: skip
@pytest.mark.parametrize("path", ["/reports", "/abandoned"])
def test_every_span_has_a_page(past: House, path: str, query: str) -> None:
    assert past.client("admin").get(f"{path}{query}").status_code == 200


@pytest.mark.parametrize("path", ["/reports", "/abandoned"])
def test_a_box_without_calls_has_pages(house: House, path: str) -> None:
    assert house.client("supervisor").get(path).status_code == 200


@pytest.mark.parametrize("name", ["curve", "figures", "agents", "queues"])
def test_tables_say_what_the_page_says(past: House, name: str) -> None:
    found = rows(past.client("supervisor").get(f"/reports/{name}.csv{TODAY}").text)
    assert len(found) > 1 and {len(row) for row in found} == {len(found[0])}
    if name == "curve":
        offered = look(past, "SELECT count(*) FROM calls WHERE direction = 'inbound'")[0][0]
        assert sum(int(row[1]) for row in found[1:]) == offered


def test_other_tables_are_not_there(past: House) -> None:
    assert past.client("supervisor").get("/reports/people.csv").status_code == 404


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_callers_sent_is_text_in_pages_and_tables(past: House, payload: str) -> None:
    change(past, "UPDATE calls SET from_name = ?, from_number = ?", (payload, payload))
    client = past.client("supervisor")
    text = client.get(f"/abandoned{TODAY}").text
    assert "<script>alert" not in text and "<img src=x" not in text
    found = rows(client.get(f"/abandoned/all.csv{TODAY}").text)
    assert len(found) > 1
    cells = [cell for row in found for cell in row]
    assert not [cell for cell in cells if cell.startswith(ACTS)]
    assert any(payload in cell for cell in cells)


@given(text=st.text(max_size=20))
def test_no_cell_acts(text: str) -> None:
    found = rows(sheet(["x"], [[text, 1]]))
    assert not found[1][0].startswith(ACTS)
    cell, plain = found[1][0].replace("\r\n", "\n"), text.replace("\r\n", "\n")
    assert cell in (plain, f"'{plain}")


def shown_calls(text: str) -> set[int]:
    return {int(one) for one in re.findall(r'<tr data-call="(\d+)"', text)}


def test_who_gave_up_is_shown_and_can_be_called_back(past: House) -> None:
    gone = {
        int(str(row[0])) for row in look(past, "SELECT id FROM calls WHERE outcome = 'abandoned_in_queue'")
    }
    work_as(past, "800")
    answer = past.client("agent").get(f"/abandoned{TODAY}")
    assert gone and shown_calls(answer.text) == gone
    assert answer.text.count('class="call-back"') == len(gone)
    assert 'class="call-back"' not in past.client("supervisor").get(f"/abandoned{TODAY}").text
    assert not re.search(r'href="/calls/\d+"', answer.text)


def test_an_agent_sees_who_gave_up_in_his_queues_alone(past: House) -> None:
    work_as(past, "803")
    assert shown_calls(past.client("agent").get(f"/abandoned{TODAY}").text) == set()
    assert past.client("agent").get("/abandoned/all.csv").status_code == 403
    assert past.client("agent").get("/reports").status_code == 403


def test_columns_stand_on_one_another_and_none_is_lost() -> None:
    series = Series(["a", "b"], [10, 0], [6, 0], [3, 0], [50.0, None], [1.0, 0.0])
    plot = calls_plot(series, {"answered": "yes", "other": "else", "abandoned": "no"})
    assert [(one.kind, one.title) for one in plot.boxes] == [
        ("answered", "a · yes: 6"), ("other", "a · else: 1"), ("abandoned", "a · no: 3"),
    ]  # fmt: skip
    assert all(abs(low.y - (high.y + high.height)) < 1e-9 for low, high in pairwise(plot.boxes))
    assert len(plot.dots) == 1 and plot.lines == []
