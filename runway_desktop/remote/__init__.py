"""How the programs of one person share a profile's engine: the messages of its local socket, the server's answers, the
client, and an engine without a window.

One process runs the engine of a profile: the window, or the command or agent's server that came first. No Qt.

To add
- a call: its record in `VERBS` of `usecases/clients/verbs`;
- a message that an older version would misread: a new number for `PROTOCOL`.
"""
