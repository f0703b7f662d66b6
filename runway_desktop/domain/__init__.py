"""Values and rules of the program: tasks, money, failures, events, errors, file names. Pure: no I/O, no asyncio.

To add
- a state: `State`, `RANKS` (a number that was never used), `LIVE` or `FINAL` in `task`; `advance` (Runway's word);
- a failure code with a new prefix: `FailureKind`, longer prefixes first, and `_ADVICE` in `failures`;
- a reason why a task waits: `HoldCode` in `task`; a reason why the whole lane waits: `LaneCode` in `caps`;
- a unit of prices: `Unit` in `prices`;
- a time or number that comes from outside: `moments` or `api/wire` checks it;
- a file ending for results: a `MediaFormat` in `media`, in `_FILE` if the window cannot show it; others become `.bin`;
- a state of a saved file: `presence`; a state of the library's folder: `folders`;
- a rule that tells a copied list of tasks from the original: `judge` in `copies`.
"""
