"""A batch on the command line: what is asked of the engine, printed, and by which exit code a script goes on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.cli import batch as batches
from runway_desktop.cli import main as commands
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.verbs import MOST_TASKS


class Engine:
    """Makes a task of each row, which ends at the first look after `looks` others. `price` is what it believes, and
    `real` what Runway says once a task is sent."""

    has_own_engine = True

    def __init__(self) -> None:
        self.price = 5.0
        self.real: float | None = None
        self.looks = 0
        self.problems: dict[str, str] = {}
        self.refused: dict[str, CallRefused] = {}
        self.made: dict[str, Mapping[str, Any]] = {}
        self.most_at_once = 0
        self.priced = 0
        self.over_cap: set[str] = set()
        self.dear: dict[str, float] = {}
        """Real prices of other rows, by prompt."""

    async def call(self, name: str, arguments: Mapping[str, Any], **_: object) -> Any:
        match name:
            case "estimate_batch":
                self.priced += 1
                return self._priced(arguments["rows"], arguments["max_credits"])
            case "create":
                request_id = arguments["request_id"]
                if (refused := self.refused.get(arguments["prompt"])) is not None:
                    raise refused
                is_repeat = request_id in self.made
                self.made.setdefault(request_id, {"id": request_id, "prompt": arguments["prompt"], **_TASK})
                return {**self.made[request_id], "credits": self.price, "is_repeat": is_repeat}
            case _:
                ids = arguments["ids"]
                self.most_at_once = max(self.most_at_once, len(ids))
                self.price, self.looks = self.real or self.price, self.looks - 1
                state = "running" if self.looks >= 0 else "succeeded"
                capped = {"state": "queued", "waits_for": "a cap", "waits_because": "Daily cap reached."}
                return {
                    "tasks": [
                        {**self.made[i], "credits": self.price, "state": state}
                        | (capped if self.made[i]["prompt"] in self.over_cap else {})
                        for i in ids
                    ]
                }

    def _priced(self, rows: Sequence[Mapping[str, Any]], most: float | None) -> dict[str, Any]:
        is_sure = self.real is None or self.price == self.real
        prices: list[dict[str, Any]] = [
            {
                "problem": self.problems.get(row["prompt"], ""),
                "id": row["request_id"] if row["request_id"] in self.made else "",
                "most": 0.0 if row["request_id"] in self.made else self._price(row["prompt"]),
                "is_sure": is_sure,
            }
            for row in rows
        ]
        credits = sum(price["most"] for price in prices)
        would = "refuse" if most is not None and credits > most else "send"
        is_known = is_sure or not any(row["price_up_to"] for row in rows)
        known = {"credits": credits if is_known else None, "because": f"It costs {credits:g}."}
        return {**known, "would": would, "rows": prices}

    def _price(self, prompt: str) -> float:
        return self.dear.get(prompt, self.price) if self.price == self.real else self.price


_TASK = {"state": "queued", "model": "gen4.5", "runway_id": "17f2"}
ROWS = [{"prompt": f"A fox {number}"} for number in range(5)]
REFUSED = CallRefused("A cap.", code=Code.REFUSED, advice="Wait.")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()

    @asynccontextmanager
    async def opened(*_: object) -> AsyncIterator[Engine]:
        yield engine

    monkeypatch.setattr(commands, "opened", opened)
    monkeypatch.setattr(batches, "_LOOK_EVERY", 0.0)
    return engine


@pytest.fixture
def run(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str, rows: Sequence[object] = ROWS) -> tuple[int, list[dict[str, Any]], str]:
        file = tmp_path / "rows.jsonl"
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        code = commands.main(["create", "text_to_video", "--model", "gen4.5", "--batch", str(file), *words])
        printed, said = capsys.readouterr()
        return code, [json.loads(line) for line in printed.splitlines()], said

    return run


def test_each_row_is_a_line_and_a_second_run_makes_nothing(run: Any, engine: Engine):
    code, first, said = run("--max-credits", "25")
    assert (code, [task["line"] for task in first]) == (0, [1, 2, 3, 4, 5])
    assert "New: 5, for 25 credits. Made before: 0." in said
    assert engine.priced == 1
    code, second, said = run("--max-credits", "0")
    assert (code, [task["id"] for task in second]) == (0, [task["id"] for task in first])
    assert (all(task["is_repeat"] for task in second), len(engine.made)) == (True, 5)
    assert "New: 0, for 0 credits. Made before: 5." in said
    assert all(task["is_repeat"] for task in run("--max-credits", "0", "--wait")[1])


def test_sum_above_the_limit_makes_nothing(run: Any, engine: Engine):
    code, printed, said = run("--max-credits", "24")
    assert (code, printed, "It costs 25." in said, engine.made) == (7, [], True, {})


def test_wrong_rows_are_named_by_their_lines_and_nothing_is_made(run: Any, engine: Engine):
    engine.problems = dict.fromkeys(("A fox 1", "A fox 3"), "gen4.5 takes no hue.")
    code, _, said = run("--max-credits", "25")
    assert (code, engine.made) == (2, {})
    assert [line for line in said.splitlines() if "hue" in line] == [f"Line {n}: gen4.5 takes no hue." for n in (2, 4)]
    assert "2 lines cannot be made. Nothing was sent." in said
    engine.problems = dict.fromkeys((f"A fox {number}" for number in range(50)), "No.")
    code, _, said = run(rows=[{"prompt": f"A fox {number}"} for number in range(50)])
    assert (code, said.count("Line "), "50 lines" in said) == (2, batches.MOST_SAID, True)


def test_row_refused_in_the_middle_is_a_line_and_the_others_are_made(run: Any, engine: Engine):
    engine.refused["A fox 2"] = REFUSED
    code, printed, _ = run("--max-credits", "25")
    assert (code, len(engine.made), [row["line"] for row in printed]) == (1, 4, [1, 2, 3, 4, 5])
    assert (printed[2]["error"], printed[2]["code"], "id" in printed[2]) == ("A cap.", "refused", False)


def test_trouble_that_is_about_no_row_ends_the_batch(run: Any, engine: Engine):
    engine.refused["A fox 2"] = CallRefused("No engine.", code=Code.AGAIN)
    code, printed, said = run("--max-credits", "25")
    assert (code, len(printed), len(engine.made)) == (3, 2, 2)
    assert "goes on with what is missing" in said


def test_price_that_runway_does_not_confirm_stops_the_rows_behind_it(run: Any, engine: Engine):
    engine.real = 8.0
    code, printed, said = run("--max-credits", "30")
    assert (code, len(printed), [row["line"] for row in printed if "id" in row]) == (1, 5, [1, 2, 3])
    assert "Not made: 2. It costs 32." in said
    assert {row["line"]: row["error"] for row in printed if "error" in row} == {4: "It costs 32.", 5: "It costs 32."}
    code, printed, _ = run("--max-credits", "16")
    assert (code, len(engine.made), [row["is_repeat"] for row in printed]) == (0, 5, [*[True] * 3, *[False] * 2])


def test_no_row_overtakes_a_stopped_one_but_a_repeat_costs_nothing(run: Any, engine: Engine):
    run("--max-credits", "5", rows=[ROWS[4]])
    engine.real, engine.dear = 8.0, {"A fox 1": 33.0}
    code, printed, _ = run("--max-credits", "40")
    assert (code, [row["line"] for row in printed if "id" in row]) == (1, [1, 5])


def test_task_above_all_that_was_agreed_to_is_reported(run: Any, engine: Engine):
    engine.real = 8.0
    code, [task], _ = run("--max-credits", "5", "--wait", rows=ROWS[:1])
    assert (code, task["over_max_credits"]) == (11, True)


def test_price_above_what_each_row_books_stops_the_rest(run: Any, engine: Engine):
    engine.real = 8.0
    code, printed, said = run("--price-up-to", "5", "--wait")
    assert (code, len(engine.made), "New: 5, for an unknown price." in said) == (11, 1, True)
    assert [row.get("over_max_credits") for row in printed if "id" in row] == [True]
    assert [row["line"] for row in printed if "error" in row] == [2, 3, 4, 5]


def test_wait_prints_each_row_when_it_has_ended(run: Any, engine: Engine):
    engine.looks = 3
    many = [{"prompt": f"A fox {number}"} for number in range(MOST_TASKS + 20)]
    code, printed, _ = run("--max-credits", "1000", "--wait", rows=many)
    assert (code, len(printed), {row["state"] for row in printed}) == (0, len(many), {"succeeded"})
    assert {row["line"] for row in printed} == {*range(1, len(many) + 1)}
    assert engine.most_at_once == MOST_TASKS


def test_time_out_prints_what_has_not_ended(run: Any, engine: Engine):
    engine.looks = 1_000_000
    code, printed, said = run("--max-credits", "25", "--wait", "--timeout", "0")
    assert (code, {row["state"] for row in printed}, len(printed)) == (8, {"running"}, 5)
    assert "Not ended yet: 5 (running).\nThe same command with --wait goes on" in said


@pytest.mark.parametrize("more", [(), ("--wait",)])
def test_batch_ends_when_time_alone_changes_nothing(more: tuple[str, ...], run: Any, engine: Engine):
    engine.over_cap = {"A fox 1", "A fox 3"}
    code, printed, said = run("--max-credits", "25", *more)
    assert (code, len(printed)) == (8, 5)
    assert f"Not {'ended' if more else 'sent'} yet: 2 (Daily cap reached)." in said
    assert run("--max-credits", "25", "--wait", "--timeout", "0")[0] == 8


def test_rehearsal_says_the_price_of_all_and_makes_nothing(run: Any, engine: Engine):
    code, [said], _ = run("--dry-run", "--json")
    assert (code, said["credits"], said["tasks"], said["repeats"], engine.made) == (0, 25.0, 5, 0, {})


def test_refused_line_numbers_come_before_any_call(run: Any, engine: Engine):
    rows = [{"prompt": "A fox", "request_id": "one"}, {"prompt": "A wolf", "request_id": "one"}]
    code, _, said = run("--max-credits", "25", rows=rows)
    assert (code, engine.made) == (2, {})
    assert "Line 2: It has the request_id of line 1" in said


def test_two_lines_of_one_id_are_one_task_and_both_are_printed(run: Any, engine: Engine):
    row = {"prompt": "A fox", "request_id": "one"}
    code, printed, said = run("--max-credits", "5", "--wait", rows=[row, row])
    assert (code, len(engine.made), sorted(row["line"] for row in printed)) == (0, 1, [1, 2])
    assert "New: 1, for 5 credits." in said
