"""The simulator: the Runway API as a real HTTP server on loopback, for the demo and for tests.

    routers         model routers, and which model a request goes to
    world           a simulated organization, its knobs and prices, and words in a prompt that steer a task; pure
    organizations   several of them, which key belongs to which, links and uploads, and a file to continue from
    workflows       their graphs, and the parts that a run makes
    outputs         recipes and files of outputs, from samples
    faults          answers that go wrong on purpose
    witness         what was seen, for tests
    app             the routes of the API, and what a request is refused for
    server          start and stop; the routes for uploads and outputs
    child           the same as a child process

Nothing here imports the client in `api/`.

To add
- a fault: `faults`, a record in `tests/reliability/records.py`, a promise in `tests/faults/`;
- another organization: `organizations`.
"""
