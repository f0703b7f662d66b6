"""How the programs of one person share a profile's engine: the messages of its local socket, what answers them, the
client, and the engine without a window.

One engine serves a profile: that of the window, or of the command or server that came first. No Qt here.
"""
