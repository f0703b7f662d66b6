"""`dev.py mutate`: the mutated modules, their tests, and the summary."""

from __future__ import annotations

import configparser
import re
from collections import Counter

import pytest
from steps import mutation
from steps.mutation import MODULES, SKIPPED_LINES, Outcome
from steps.places import ROOT, StepFailed


def test_every_module_of_the_mutation_table_and_its_test_files_exist():
    paths = [f"runway_desktop/{module}" for module in MODULES]
    paths += [path for tests in MODULES.values() for path in tests]
    assert [path for path in paths if not (ROOT / path).is_file()] == []


def test_unknown_mutation_module_gets_the_list_of_known_modules():
    with pytest.raises(StepFailed, match=r"No module matches\. There are: domain/advance\.py, "):
        mutation.run(["moon"], 1)


def test_mutmut_gets_module_tests_and_exclusions():
    told = configparser.ConfigParser()
    told.read_string(mutation.settings("domain/advance.py", ["tests/a.py", "tests/b.py"]))
    assert told.get("mutmut", "only_mutate").split() == ["runway_desktop/domain/advance.py"]
    assert told.get("mutmut", "pytest_add_cli_args_test_selection").split() == ["tests/a.py", "tests/b.py"]
    assert told.get("mutmut", "do_not_mutate_patterns").strip().splitlines() == list(SKIPPED_LINES)


@pytest.mark.parametrize(
    "line",
    [
        'log.warning("Task %s could not be prepared: %s", task.id, error)',
        'raise ImpossibleMove(f"{name} makes no sense")',
        'errand = asyncio.create_task(self._errand(task), name=f"send {task.id}")',
    ],
)
def test_mutation_skips_log_messages(line):
    assert any(re.search(pattern, line) for pattern in SKIPPED_LINES)


@pytest.mark.parametrize("line", ["raise NoSuchTask(task_id)", "self._dialog.open(limit)", "now = self._clock.now()"])
def test_mutation_changes_executable_code(line):
    assert not any(re.search(pattern, line) for pattern in SKIPPED_LINES)


def test_mutation_table_counts_endless_mutants_as_noticed_and_shows_survivors():
    counts = Counter({"killed": 6, "timeout": 1, "survived": 1, "no tests": 1, "not checked": 1})
    text = mutation.report([Outcome("domain/advance.py", counts, {"x_advance_1": ["- a < b", "+ a <= b"]})])
    assert text.splitlines()[1].split() == ["domain/advance.py", "10", "6", "1", "1", "1", "1", "70.0"]
    assert text.splitlines()[3:] == ["x_advance_1", "    - a < b", "    + a <= b"]
