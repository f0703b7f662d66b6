"""What each artifact must do where it was installed: the demo's tour, commands, a server for agents.

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
"""What a host says first, in the older era of the protocol."""


def surroundings(home: Path) -> dict[str, str]:
    """Variables with nothing of the working copy in them."""
    home.mkdir(exist_ok=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    for variable in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        variables[variable] = str(home)
    return variables


def prove_commands(program: list[str], room: Path, name: str, *, serves_agents: bool) -> None:
    """The demo's list by a command, and an agent's server that says hello, or what to install. `program`: the words
    that start it, in a list, because a string would pass for a sequence. Raises `StepFailed`."""
    variables = surroundings(room / "home")
    list_them = [*program, "list", "--demo", "--json"]
    done = subprocess.run(
        list_them, cwd=room, env=variables, check=False, stdout=subprocess.PIPE, timeout=COMMAND_SECONDS
    )
    if done.returncode != 0 or not json.loads(done.stdout)["tasks"]:
        raise StepFailed(f"The {name} lists no tasks of the demo (exit code {done.returncode}).")
    serve = subprocess.Popen(
        [*program, "mcp", "--demo"], cwd=room, env=variables,
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


def prove_tour(program: list[str], room: Path, name: str, screen: Mapping[str, str] = NO_SCREEN) -> None:
    """Run the demo's tour with nothing of the working copy in sight. Raises `StepFailed` when it does not complete."""
    variables = {**surroundings(room / "home"), **screen}
    pictures = room / f"tour-{screen['QT_QPA_PLATFORM']}"
    shutil.rmtree(pictures, ignore_errors=True)
    done = subprocess.run(
        [*program, "--demo", "--tour", str(pictures)], cwd=room, env=variables, check=False, timeout=TOUR_SECONDS
    )
    count = len(list(pictures.glob("*.png")))
    if done.returncode != 0 or count == 0:
        raise StepFailed(f"The {name} did not complete the tour (exit code {done.returncode}, {count} pictures).")
    say(f"The {name} completed the tour ({screen['QT_QPA_PLATFORM']}) outside the working copy: {count} pictures.")
