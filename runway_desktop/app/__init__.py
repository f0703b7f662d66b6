"""The window's process: options, starting and closing, profile windows, the tray, and the socket for other programs.

To add
- a mistake that the program survives: `log.error` or `log.exception` where it is caught; `bugs` collects them;
- a room: its line in `ROOMS` of `rooms`. Its commands reach the window through `commands`.
"""
