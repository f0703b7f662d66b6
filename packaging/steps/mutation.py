"""Mutants of the modules that decide about money, judge, list and save: small changes to their code, each of which must
fail a test.

mutmut makes them in a copy of the tree, in ``build/mutation/MODULE``, and runs for each only those of the module's
tests that reach the changed function. Raises `StepFailed`. Standard library only; mutmut runs in `.venv`, and not on
Windows.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from steps.places import ROOT, VENV, StepFailed, program_of, say

GOAL = 90.0
"""Least percentage of a module's mutants that its tests must kill."""
PATIENCE = 7_200.0
"""Seconds for all modules together. Mutants that were not run by then are counted as not tried."""

IMPATIENCE = 3.0
"""Seconds that a test waits for what a mutant may prevent; much shorter than mutmut's own limit."""

TASKS = "tests/unit/services/tasks"
SENDING = "tests/unit/usecases/sending"
COMMANDS = "tests/unit/usecases/commands"
LISTING = "tests/unit/usecases/listing"
RESULTS = "tests/unit/services/results"
MODULES: dict[str, tuple[str, ...]] = {
    "domain/advance.py": ("tests/unit/domain/test_advance.py",),
    "services/money/budget.py": (
        "tests/unit/services/money/test_budget.py",
        "tests/unit/services/money/test_budget_rules.py",
    ),
    "services/money/pricing.py": ("tests/unit/services/money/test_pricing.py",),
    "services/tasks/sendings.py": (f"{TASKS}/test_sendings.py",),
    "services/tasks/uncertainty.py": (f"{TASKS}/test_uncertainty.py", f"{TASKS}/test_uncertainty_words.py"),
    "services/tasks/ledger.py": (f"{TASKS}/test_ledger.py", f"{TASKS}/test_ledger_rules.py"),
    "services/tasks/lane.py": (
        f"{TASKS}/test_lane.py",
        f"{TASKS}/test_lane_rules.py",
        f"{TASKS}/test_lane_preparing.py",
        f"{TASKS}/test_lane_keys.py",
        f"{TASKS}/test_lane_reasons.py",
        f"{TASKS}/test_lane_turns.py",
        f"{TASKS}/test_outlook.py",
    ),
    "services/tasks/keeping.py": (f"{TASKS}/test_keeping.py", f"{TASKS}/test_queue_rules.py"),
    "services/tasks/queue_acts.py": (
        f"{TASKS}/test_lane_positions.py",
        f"{TASKS}/test_lane_rules.py",
        f"{TASKS}/test_lane_keys.py",
        f"{TASKS}/test_queue.py",
        f"{TASKS}/test_queue_rules.py",
    ),
    "services/tasks/dispatch.py": (
        f"{TASKS}/test_dispatch.py",
        f"{TASKS}/test_dispatch_writing.py",
        f"{TASKS}/test_lane_turns.py",
        "tests/faults/test_ids_kept.py",
        "tests/faults/test_not_taken.py",
    ),
    "services/tasks/submission.py": (f"{TASKS}/test_submission.py", f"{TASKS}/test_submission_rules.py"),
    "usecases/sending/sending.py": (
        f"{SENDING}/test_sending.py",
        f"{SENDING}/test_sending_rules.py",
        f"{SENDING}/test_like_prices.py",
        f"{SENDING}/test_repeat_guard.py",
    ),
    "usecases/commands/commands.py": (f"{COMMANDS}/test_commands.py", f"{COMMANDS}/test_paying.py"),
    "services/tasks/judging.py": (f"{TASKS}/test_judging.py",),
    "viewmodels/tasks/judging.py": ("tests/unit/viewmodels/tasks/test_judging.py",),
    "services/results/saving.py": (
        f"{RESULTS}/test_downloads.py",
        f"{RESULTS}/test_fetching_again.py",
        f"{RESULTS}/test_library_trouble.py",
    ),
    "usecases/lane_lines.py": ("tests/unit/usecases/test_lane_lines.py",),
    "usecases/listing/changes.py": (f"{LISTING}/test_changes.py",),
    "usecases/listing/columns.py": (f"{LISTING}/test_columns.py",),
    "usecases/listing/line_diff.py": (f"{LISTING}/test_line_diff.py",),
    "usecases/listing/lines.py": (f"{LISTING}/test_groups.py", f"{LISTING}/test_lines.py"),
    "usecases/listing/takes.py": (f"{LISTING}/test_family.py", f"{LISTING}/test_shots.py"),
}
"""Modules of `runway_desktop` and the tests that must notice a change of each, as few as cover it."""

SKIPPED_LINES = (
    r"\blog\.\w+\(",  # Log messages are only for debugging.
    r"\b(report|survived)\(",  # The same: a mistake's words for the log.
    r"\braise \w+\(f?\"",  # Words of an error that only the program's own mistake can raise.
    r"\bname=f?\"",  # Names of asyncio tasks.
)
"""Lines whose expressions are not mutated, because no behavior depends on them. mutmut itself skips annotations,
docstrings, code outside functions, and decorated functions."""


@dataclass(frozen=True)
class Outcome:
    """Result of one module: number of mutants by status, and the changes of those that survived."""

    module: str
    counts: Counter[str]
    survivors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return self.counts.total()

    @property
    def killed(self) -> int:
        return self.counts["killed"]

    @property
    def timed_out(self) -> int:
        """Ran into the time limit, which anyone who runs the tests would notice too."""
        return self.counts["timeout"]

    @property
    def unreached(self) -> int:
        """In functions that the module's tests never call."""
        return self.counts["no tests"]

    @property
    def untried(self) -> int:
        return self.counts["not checked"]

    @property
    def survived(self) -> int:
        return self.all - self.killed - self.timed_out - self.unreached - self.untried

    @property
    def percent(self) -> float:
        return 100.0 * (self.killed + self.timed_out) / self.all if self.all else 100.0


def run(words: Sequence[str], workers: int, *, again: bool = False) -> int:
    """Try the modules whose path holds one of the words; all, if none is given. With `again`, only what the last run
    left alive, and functions that have changed since. Returns the exit code: 1 when a module misses the goal."""
    if os.name == "nt":
        raise StepFailed("Mutants are tried on Linux and macOS only: each is a fork of one warm process.")
    modules = [module for module in MODULES if not words or any(word in module for word in words)]
    if not modules:
        raise StepFailed(f"No module matches. There are: {', '.join(MODULES)}.")
    deadline = time.monotonic() + PATIENCE
    outcomes = []
    for module in modules:
        start = time.monotonic()
        outcome = try_module(module, MODULES[module], workers, deadline, again=again)
        say(f"{module}: {outcome.percent:.0f} % of {outcome.all} in {time.monotonic() - start:.0f} s")
        outcomes.append(outcome)
    say("\n" + report(outcomes))
    return 0 if all(outcome.percent >= GOAL for outcome in outcomes) else 1


def try_module(module: str, tests: Sequence[str], workers: int, deadline: float, *, again: bool) -> Outcome:
    """Make the module's mutants and run its tests against each, until the deadline (`time.monotonic`)."""
    scratch = ROOT / "build" / "mutation" / module.removesuffix(".py").replace("/", ".")
    if not again:
        shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, exist_ok=True)
    for name in ("runway_desktop", "tests", "packaging", "resources", "pyproject.toml"):
        if not (scratch / name).exists():
            (scratch / name).symlink_to(ROOT / name)
    (scratch / "setup.cfg").write_text(settings(module, tests), "utf-8")
    code = _mutmut(scratch, ["--max-children", str(workers)], deadline)
    if again and (alive := _alive(_statuses(scratch))):
        code = _mutmut(scratch, ["--max-children", str(workers), *alive], deadline)
    statuses = _statuses(scratch)
    if not statuses or ("not checked" in statuses.values() and time.monotonic() < deadline):
        raise StepFailed(f"mutmut ended with code {code}: see {scratch.relative_to(ROOT) / 'mutmut.log'}.")
    mutated = (scratch / "mutants" / "runway_desktop" / module).read_text("utf-8")
    return Outcome(module, Counter(statuses.values()), changes(mutated, _alive(statuses)))


def settings(module: str, tests: Sequence[str]) -> str:
    """Configuration of mutmut for one module. It reads a list from lines that start below its name."""
    values = {
        "source_paths": ["runway_desktop"],
        "only_mutate": [f"runway_desktop/{module}"],
        "also_copy": ["packaging", "resources"],
        "pytest_add_cli_args_test_selection": list(tests),
        "pytest_add_cli_args": ["-n", "0"],
        "do_not_mutate_patterns": list(SKIPPED_LINES),
    }
    lines = ["[mutmut]", "timeout_multiplier = 3.0", "timeout_constant = 2.0", "use_git_change_detection = false"]
    for name, entries in values.items():
        lines += [f"{name} =", *(f"    {entry}" for entry in entries)]
    return "\n".join(lines) + "\n"


def report(outcomes: Sequence[Outcome]) -> str:
    """The table, then what each survivor changes."""
    columns = "{:34} {:>7} {:>6} {:>8} {:>9} {:>9} {:>9} {:>5}"
    lines = [columns.format("module", "mutants", "killed", "survived", "timed out", "unreached", "not tried", "%")]
    for each in outcomes:
        counts = (each.all, each.killed, each.survived, each.timed_out, each.unreached, each.untried)
        lines.append(columns.format(each.module, *counts, f"{each.percent:.1f}"))
    for each in outcomes:
        for name, change in each.survivors.items():
            lines += ["", name, *(f"    {line}" for line in change)]
    return "\n".join(lines)


def changes(mutated: str, names: Sequence[str]) -> dict[str, list[str]]:
    """Lines that each of these mutants removes and inserts. The text is of the file with all mutants of a module, as
    functions next to the originals."""
    lines = mutated.splitlines()
    functions = {
        node.name: [line.replace(node.name, "") for line in lines[node.lineno - 1 : node.end_lineno]]
        for node in ast.walk(ast.parse(mutated))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found = {}
    for name in names:
        function = name.rpartition(".")[2]
        original = functions[re.sub(r"_\d+$", "_orig", function)]
        found[name] = [line for line in difflib.ndiff(original, functions[function]) if line[:1] in "-+"]
    return found


def _mutmut(scratch: Path, words: Sequence[str], deadline: float) -> int:
    """Runs mutmut and kills it with its forks at the deadline. Returns its exit code."""
    with (scratch / "mutmut.log").open("w", encoding="utf-8") as log:
        command = [str(program_of(VENV, "mutmut")), "run", *words]
        variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "IMPATIENCE": str(IMPATIENCE)}
        with subprocess.Popen(
            command, cwd=scratch, env=variables, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        ) as process:
            try:
                process.wait(max(1.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"The {PATIENCE / 3600:.0f} hours are over.")
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


def _statuses(scratch: Path) -> dict[str, str]:
    """Status of each mutant as mutmut names it."""
    command = [str(program_of(VENV, "mutmut")), "results", "--all", "true"]
    said = subprocess.run(command, cwd=scratch, check=False, capture_output=True, text=True).stdout
    return dict(re.findall(r"^\s+(\S+): (.+)$", said, re.MULTILINE))


def _alive(statuses: Mapping[str, str]) -> list[str]:
    return [name for name, status in statuses.items() if status not in ("killed", "timeout", "not checked")]
