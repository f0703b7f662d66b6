"""What a command imports when another process has the profile: it asks that one, and is there at once. A new import at
the top of a module is easily made and never seen."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.remote.door import Door
from runway_desktop.remote.messages import Hello, Welcome
from runway_desktop.services.disk.private_socket import Listening
from runway_desktop.services.disk.profile_lock import claim
from tests.benchmarks.children import ROOT

NEVER = (
    "PIL", "PySide6", "aiosqlite", "anyio", "certifi", "httpx", "keyring", "mcp", "pydantic", "sqlite3",
    "runway_desktop.api", "runway_desktop.app", "runway_desktop.catalog", "runway_desktop.remote.answers",
    "runway_desktop.remote.door", "runway_desktop.remote.headless", "runway_desktop.services.engine",
    "runway_desktop.services.ports", "runway_desktop.services.settings", "runway_desktop.store",
    "runway_desktop.usecases.clients.client_cases", "runway_desktop.wiring.build",
)  # fmt: skip
MOST_OF_OUR_OWN = 46
"""Modules of the program, packages among them. Each costs about a millisecond. A number to be lowered."""

CHILD = """
import sys
from runway_desktop.__main__ import main
code = main(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
raise SystemExit(code)
"""
WORDS = {
    "list": ("list", "--json"),
    "get": ("get", "x", "--json"),
    "wait": ("wait", "x"),
    "create": ("create", "text_to_video", "--model", "gen4.5", "--set", "duration=5", "--json"),
}


class Holder:
    """Whoever has the profile, of which nothing is wanted but an answer."""

    def welcome(self) -> Welcome:
        return Welcome(program="1.0", has_window=True)

    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        task = {"id": "x", "state": "succeeded", "model": "gen4.5", "prompt": "A fox", "is_repeat": False}
        if name in ("get", "create"):
            return task
        return {"total": 1, "is_over": True, "tasks": [task]}


@pytest.mark.parametrize("command", WORDS)
async def test_command_imports_no_engine_when_another_process_answers(command: str, tmp_path: Path):
    claimed = claim(tmp_path)
    assert claimed is not None
    door = Door(Listening(tmp_path, 8))
    await door.open(Holder())
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, *WORDS[command], "--profile-dir", str(tmp_path),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, said = await child.communicate()
    await door.close()
    claimed.release()
    assert (child.returncode, b"succeeded" in printed) == (0, True), said
    imported = set(said.decode().splitlines()[-1].split())
    assert "runway_desktop.cli.main" in imported
    assert [module for module in NEVER if module in imported] == []
    own = [name for name in imported if name.split(".")[0] == "runway_desktop"]
    assert len(own) <= MOST_OF_OUR_OWN, sorted(own)


@pytest.mark.parametrize("module", [name for name in NEVER if name.startswith("runway_desktop.")])
def test_list_of_never_imported_modules_names_existing_modules(module: str):
    place = Path(ROOT, *module.split("."))
    assert place.is_dir() or place.with_suffix(".py").is_file()
