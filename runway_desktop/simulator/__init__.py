"""The simulator: the Runway API as a real HTTP server on loopback, for the demo and for tests.

Rooms: `knobs` (what can be set), `world` (a simulated organization and its prices, pure), `organizations` (several of
them, and which key opens which), `checks` (what a request is refused for), `magic` (words in a prompt that steer a
task), `keeping` (a file to go on from), `media/` (what the outputs are made of), `faults` (answers gone wrong on
purpose), `witness` (what was seen, for tests), `app` (the routes of the three origins), `server` (start and stop, in
this process or as a child), `__main__` (the command line). Nothing here knows the client in `api/`.
"""
