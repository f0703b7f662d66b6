"""The library's own server with one tool that knows its answer: what any server of this kind takes.

python -m tests.benchmarks.bare_mcp_child
"""

from __future__ import annotations

from mcp.server import MCPServer

server = MCPServer("bare")


@server.tool(name="runway_getTask")
def get_task(taskId: str) -> str:
    return taskId


if __name__ == "__main__":
    server.run()
