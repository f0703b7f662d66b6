"""A server of the Model Context Protocol on stdin and stdout: what an agent may do, as tools. A thin face.

The only room that imports the `mcp` library, which is an extra (`runway-desktop[mcp]`), in the process that serves an
agent alone. Nothing but the protocol is written to stdout.
"""
