"""Reference of the agent benchmark: the MCP library's server with one tool that returns a constant.

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
