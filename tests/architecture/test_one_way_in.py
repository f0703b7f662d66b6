"""Who may put tasks into the lane. Imports do not see attributes, so the calls are looked for in the source."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from runway_desktop.services.engine import Engine
from runway_desktop.usecases.use_cases import Queue, Tasks, UseCases
from tests.rigs.sources import nodes

SOURCE = Path(__file__).parents[2] / "runway_desktop"
ALLOWED = {
    # attribute call on something whose name ends so, and where it may stand
    ("ledger", "add"): ("services/tasks/",),
    ("queue_acts", "release"): ("services/tasks/submission.py",),
    ("submission", "carry_out"): ("usecases/sending/",),
    ("submission", "take_stamp"): ("usecases/sending/",),
}


@cache
def calls() -> tuple[tuple[str, str, str], ...]:
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in nodes(path):
            if isinstance(node, ast.Attribute):
                held = node.value
                name = held.attr if isinstance(held, ast.Attribute) else held.id if isinstance(held, ast.Name) else ""
                found.append((path.relative_to(SOURCE).as_posix(), name.lstrip("_"), node.attr))
    return tuple(found)


@pytest.mark.parametrize(("owner", "method"), ALLOWED)
def test_only_allowed_modules_put_tasks_into_the_lane(owner: str, method: str):
    found = {path for path, name, attribute in calls() if (name, attribute) == (owner, method)}
    assert found, "the rule speaks of something that exists"
    assert {path for path in found if not path.startswith(ALLOWED[owner, method])} == set()


def test_prepared_requests_are_created_in_one_module():
    makers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "Prepared(" in path.read_text(encoding="utf-8").replace("class Prepared", "").replace("_prepared(", "")
        and "class Prepared" not in path.read_text(encoding="utf-8")
    }
    assert makers == {"usecases/sending/sending.py"}


def test_user_interfaces_get_no_object_that_stores_or_sends():
    given = {name for name in vars(UseCases) if not name.startswith("_")}
    assert given.isdisjoint({"engine", "ledger", "lane", "queue_acts", "store", "submission", "inputs", "asking"})
    assert {"release", "send_next", "settle"}.isdisjoint(vars(Queue))
    assert {"add", "move", "change", "change_many", "take_in", "place"}.isdisjoint(vars(Tasks))


def test_user_interfaces_never_replace_a_service_attribute():
    with pytest.raises(AttributeError):
        UseCases(Engine.__new__(Engine)).library = None
