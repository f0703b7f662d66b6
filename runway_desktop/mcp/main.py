"""`runway-desktop mcp`: starts the server, or says what to install."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from runway_desktop.remote.opening import INTERRUPTED, Ended, add_flags, opened
from runway_desktop.usecases.clients.refusals import CallRefused

LIBRARY = "mcp>=2.3,<3"
"""As the extra “mcp” of the package asks for it."""


def missing(prefix: Path) -> str:
    """Names the command of the tool that installed the program in `prefix`. To install it again with its extra does
    not help: pipx and uv leave what is there as it is."""
    if (prefix / "pipx_metadata.json").exists():
        command = f'pipx inject runway-desktop "{LIBRARY}"'
    elif (prefix / "uv-receipt.toml").exists():
        command = f'uv pip install --python "{prefix}" "{LIBRARY}"'
    else:
        command = f'"{sys.executable}" -m pip install "{LIBRARY}"'
    return f"Serving agents needs the library “mcp”, which is not installed. Install it with: {command}"


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="runway-desktop mcp", description="Serve an agent on stdin and stdout (Model Context Protocol)."
    )
    add_flags(parser)
    chosen = parser.parse_args(list(words))
    try:
        from .server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "pydantic", "anyio"):
            raise
        sys.stderr.write(f"{missing(Path(sys.prefix))}\n")
        return 1

    # After the host has gone, Python 3.13 and later report that buffered output cannot be written; that is ignored.
    sys.unraisablehook = _tell_unless_nobody_reads

    async def run() -> None:
        async with opened(chosen, "mcp") as line:
            await serve(line)

    try:
        asyncio.run(run())
    except CallRefused as error:
        sys.stderr.write(f"{error.in_words()}\n")
        return error.code.value
    except Ended as ended:
        # At a terminal a server is ended by Ctrl-C.
        return 0 if ended.exit_code == INTERRUPTED else ended.exit_code
    except KeyboardInterrupt:
        pass
    return 0


def _tell_unless_nobody_reads(told: sys.UnraisableHookArgs) -> None:
    if not isinstance(told.exc_value, BrokenPipeError):
        sys.__unraisablehook__(told)
