"""Tests of an installed artifact: the demo's tour, commands, and the server for agents.

Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from steps.places import StepFailed, say

TOUR_SECONDS = 600
COMMAND_SECONDS = 120
NO_SCREEN = {"QT_QPA_PLATFORM": "offscreen"}
HELLO = (
    b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", '
    b'"capabilities": {}, "clientInfo": {"name": "package", "version": "1"}}}\n'
)
"""The `initialize` request of a host, in the older version of the protocol."""


def surroundings(home: Path) -> dict[str, str]:
    """Environment variables without any that point to the working copy."""
    home.mkdir(exist_ok=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    for variable in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        variables[variable] = str(home)
    return variables


def prove_commands(program: list[str], scratch: Path, name: str, *, serves_agents: bool) -> None:
    """Lists the demo's tasks by command, and checks that the server for agents answers or says what to install.
    `program`: the command line as a list. Raises `StepFailed`."""
    variables = surroundings(scratch / "home")
    list_them = [*program, "list", "--demo", "--json"]
    done = subprocess.run(
        list_them, cwd=scratch, env=variables, check=False, stdout=subprocess.PIPE, timeout=COMMAND_SECONDS
    )
    if done.returncode != 0 or not json.loads(done.stdout)["tasks"]:
        raise StepFailed(f"The {name} lists no tasks of the demo (exit code {done.returncode}).")
    complete = [*program, "completion", "bash"]
    done = subprocess.run(complete, cwd=scratch, env=variables, check=False, stdout=subprocess.PIPE)
    if done.returncode != 0 or b"complete -o" not in done.stdout:
        raise StepFailed(f"The {name} prints no completions (exit code {done.returncode}).")
    serve = subprocess.Popen(
        [*program, "mcp", "--demo"], cwd=scratch, env=variables,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    if serve.stdin is None or serve.stdout is None:
        raise StepFailed("The system gives no pipes.")
    guard = threading.Timer(COMMAND_SECONDS, serve.kill)
    guard.start()
    with contextlib.suppress(OSError):
        serve.stdin.write(HELLO)
        serve.stdin.flush()
    answer = serve.stdout.readline()
    _, said = serve.communicate()
    guard.cancel()
    if serves_agents and b'"serverInfo"' not in answer:
        raise StepFailed(f"The {name} serves no agent: {said.decode(errors='replace')}")
    if not serves_agents and b'-m pip install "mcp' not in said:
        raise StepFailed(f"The {name} does not say what serving agents needs: {said.decode(errors='replace')}")
    say(f"The {name} answers commands, and {'serves agents' if serves_agents else 'says what serving agents needs'}.")


def prove_tour(program: list[str], scratch: Path, name: str, screen: Mapping[str, str] = NO_SCREEN) -> None:
    """Runs the demo's tour outside the working copy. Raises `StepFailed` if it does not complete."""
    variables = {**surroundings(scratch / "home"), **screen}
    pictures = scratch / f"tour-{screen['QT_QPA_PLATFORM']}"
    shutil.rmtree(pictures, ignore_errors=True)
    done = subprocess.run(
        [*program, "--demo", "--tour", str(pictures)], cwd=scratch, env=variables, check=False, timeout=TOUR_SECONDS
    )
    count = len(list(pictures.glob("*.png")))
    if done.returncode != 0 or count == 0:
        raise StepFailed(f"The {name} did not complete the tour (exit code {done.returncode}, {count} pictures).")
    say(f"The {name} completed the tour ({screen['QT_QPA_PLATFORM']}) outside the working copy: {count} pictures.")
