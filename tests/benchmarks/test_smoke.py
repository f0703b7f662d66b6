"""The benchmarks run: some in the gate, all in a whole run, each for a second or two. What they measure is not judged
here."""

from __future__ import annotations

import json
import math

import pytest

from tests.benchmarks.__main__ import BENCHMARKS, run
from tests.benchmarks.children import ROOT, NotToldHere
from tests.benchmarks.rooms_child import ROOMS, Room
from tests.benchmarks.table import Figure, as_json, printed, quantile, shown

IN_GATE = ("saving", "rooms")
"""One without a window and one with it, of those that take no longer than a few seconds."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in IN_GATE else pytest.mark.whole) for name in BENCHMARKS]
)
def test_benchmark_reports_its_figures(name: str):
    try:
        figures = run(name, "smoke")
    except NotToldHere:
        pytest.skip("this system does not tell")
    figures = shown(figures)
    assert figures
    # What one process needs beyond another may well be less than nothing while there is next to nothing in either.
    values = {figure.name: figure.value for figure in figures if figure.value is not None}
    assert all(map(math.isfinite, values.values()))
    assert all(value >= 0 for name, value in values.items() if "beyond" not in name)


@pytest.mark.whole
def test_sheet_benchmark_runs_in_another_language(monkeypatch: pytest.MonkeyPatch):
    for name in ("LANG", "LC_ALL", "LANGUAGE"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    assert shown(run("sheet", "smoke"))


def test_missed_target_is_shown_in_table_and_json():
    good = Figure(benchmark="b", setting="s", name="small", value=1.0, unit="s", reference=4.0, ratio_at_most=0.5)
    bad = Figure(benchmark="b", setting="s", name="large", value=60.0, unit="ms", at_most=50.0)
    table = printed([good, bad])
    assert "met" in table
    assert "MISSED" in table
    rows = json.loads(as_json([good, bad], {}))["figures"]
    assert [row["is_met"] for row in rows] == [True, False]
    assert rows[0]["ratio"] == 0.25


@pytest.mark.parametrize("room", ROOMS.values(), ids=list(ROOMS))
def test_benchmark_finds_the_room_it_measures(room: Room):
    module = (ROOT / "runway_desktop" / room.module.replace(".", "/")).with_suffix(".py")
    assert f"class {room.name}(" in module.read_text("utf-8")


def test_quantile_is_interpolated_between_neighbors():
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([0.0, 10.0], 0.95) == 9.5
    assert quantile([], 0.5) is None


def test_unmeasured_value_is_hidden_and_counts_as_a_missed_target():
    free = Figure(benchmark="b", setting="s", name="unseen", value=quantile([], 0.5), unit="ms")
    bound = Figure(benchmark="b", setting="s", name="demanded", value=quantile([], 0.5), unit="ms", at_most=50.0)
    assert "unseen" not in printed([free, bound])
    assert json.loads(as_json([free, bound], {}))["figures"] == []
    assert (free.is_met, bound.is_met) == (None, False)
