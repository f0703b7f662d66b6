"""`python -m tests.rigs.hurried` is `python -m runway_desktop`, except that it asks for its tasks soon, and waits less
long for what does not come; `python -m tests.rigs.hurried -m MODULE` is `python -m MODULE` so.

The simulator ends them in a moment, and the program's own gap of 5 seconds, 11 for a clip, would be most of a test.
What those promise is tested where time is a parameter (tests/unit). Each length is set as its module is loaded, which
stays as late as in the program.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

LENGTHS: dict[str, dict[str, Any]] = {
    "cli.outcomes": {"SENT_WITHIN": 3.0, "SETTLED_WITHIN": 8.0},
    "remote.engine_client": {"FOR_WINDOW": 2.0},
    "services.tasks.readings": {"LOOK_AFTER": (0.3, 2.0, 2.0, 4.0)},
    "services.tasks.schedule": {"LEAST_GAP": 0.2, "FIRST_LOOK_AT_CLIPS": 0.3},
    "services.tasks.sendings": {"LATE": 2.0},
    "usecases.clients.client_cases": {"KEY_PATIENCE": 3.0},
    "wiring.build": {"SETTLE_SECONDS": 3.0},
}

if os.environ.get("IN_VAIN"):
    # Whoever starts it knows that what a command waits for does not come.
    LENGTHS["cli.outcomes"] = dict.fromkeys(LENGTHS["cli.outcomes"], 1.0)


class Hurried(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        lengths = LENGTHS[module.__name__.removeprefix("runway_desktop.")]
        assert lengths.keys() <= vars(module).keys()
        vars(module).update(lengths)


class Finder(PathFinder):
    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.removeprefix("runway_desktop.") not in LENGTHS:
            return None
        spec = super().find_spec(fullname, path, target)
        spec.loader = Hurried(fullname, spec.origin)
        return spec


if __name__ == "__main__":
    sys.meta_path.insert(0, Finder)
    module = "runway_desktop"
    if sys.argv[1:2] == ["-m"]:
        module = sys.argv[2]
        del sys.argv[1:3]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
