"""A host of agents: the library's own client, which starts the program's server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import Implementation

from tests.rigs.profile_programs import SECRET, Programs
from tests.rigs.runway_process import ROOT

Client: Any = pytest.importorskip("mcp.client").Client


@asynccontextmanager
async def host(programs: Programs, mode: str = "auto", info: Implementation | None = None) -> AsyncIterator[Any]:
    surroundings = {**os.environ, "RUNWAYML_API_SECRET": SECRET, "RUNWAYML_BASE_URL": programs.runway.base_url}
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "tests.rigs.hurried", "mcp", "--profile-dir", str(programs.folder)],
        cwd=ROOT,
        env=surroundings,
    )
    async with Client(stdio_client(server), mode=mode, client_info=info) as client:
        yield client


async def asked(client: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    found: dict[str, Any] = json.loads(result.content[0].text)
    return found


async def in_thread(call: Any, *given: Any) -> Any:
    return await asyncio.to_thread(call, *given)
