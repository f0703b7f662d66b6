"""What the desktop around the window does for programs, without Qt: notices, no sleep, start at login, the menu.

Coroutines run on the loop until they are canceled; functions block and are for worker threads.

To add: another service of the desktop is a module of this package.
"""
