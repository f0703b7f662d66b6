"""The simulator: the Runway API as a real HTTP server on loopback, for the demo and for tests.

    knobs           what can be set
    world           a simulated organization, its prices, and words in a prompt that steer a task; pure
    organizations   several of them, and which key belongs to which
    checks          what a request is refused for
    keeping         a file to continue from
    outputs         recipes and files of outputs, from samples
    faults          answers that go wrong on purpose
    witness         what was seen, for tests
    app             the routes of the three origins
    server          start and stop, in this process or as a child

Nothing here imports the client in `api/`.

To add
- a fault: `faults`, a record in `tests/reliability/records.py`, a promise in `tests/faults/`;
- another organization: `organizations`.
"""
