"""The engine, in asyncio and without Qt: tasks, results, library, money, backups, account, settings.

To add
- a service: a property in `engine` that imports and builds it; what it needs from outside: a field of `Outside`, filled
  by `wiring/build`;
- a loop that runs as long as the program: `keep_going` of `supervised`, and a line in `wiring/build`.
"""
