"""Values and rules of the program: tasks, money, failures, events, errors, file names. Pure: no I/O, no asyncio.

To add
- a state or a failure code: `task` (with a rank that was never used), `transitions` (Runway's word for it), `advance`,
  `failures`;
- a reason why a task waits: `HoldCode` in `task`; a reason why the whole lane waits: `LaneCode` in `caps`;
- a unit of prices: `Unit` in `prices`;
- a time or number that comes from outside: `moments` or `api/wire` checks it;
- a file ending for results: `RESULT_ENDINGS` in `filenames`; any other becomes `.bin`;
- a state of a saved file: `presence`; a state of the library's folder: `folders`;
- a rule that tells a copied list of tasks from the original: `judge` in `copies`.
"""
