"""The engine, in asyncio and without Qt: tasks, results, library, money, backups, account, settings.

To add
- a service: a property in `engine` that imports and builds it; what it needs from outside: a field of `Outside`, filled
  by `wiring/build`;
- a loop that runs as long as the program: `keep_going` of `supervised`, and a line in `wiring/build`;
- a service that listens to the bus or has a loop: also its name in `RUNNING` of `engine`, or nothing builds it.
"""
