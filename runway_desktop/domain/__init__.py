"""The words of the program: tasks, money, failures, events, errors, file names. Pure: no I/O, no asyncio, no third
party."""
