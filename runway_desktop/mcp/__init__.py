"""A server of the Model Context Protocol on stdin and stdout: what an agent may do, as tools.

The only package that imports the `mcp` library, an extra (`runway-desktop[mcp]`). Runs in a process of its own for each
agent and passes its calls to the profile's engine. Only the protocol is written to stdout.
"""
