"""Detects when the window of a started program is visible, by the pixels of the screen's root window.

Linux with X11 only. Pixels are read by the X library itself (`XGetImage`), a few hundred points each time, which costs
the observed programs next to nothing. Blocking.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.benchmarks.children import BenchmarkFailed, NotToldHere

_ALL_PLANES, _Z_PIXMAP = ctypes.c_ulong(-1), 2
_LINES = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Of the screen's height: the lines of pixels that are looked at."""
_ENOUGH = 0.12
"""Part of the pixels of these lines that are others than before: of a window that is not large, too."""
_EVERY = 0.004


class Screen:
    """The root window of a display, as a context."""

    def __init__(self, display: str) -> None:
        found = ctypes.util.find_library("X11")
        if found is None:
            raise NotToldHere
        self._x = ctypes.CDLL(found)
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XGetImage.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        if not self._display:
            raise NotToldHere
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self._width = self._x.XDisplayWidth(self._display, self._x.XDefaultScreen(self._display))
        self._height = self._x.XDisplayHeight(self._display, self._x.XDefaultScreen(self._display))

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        self._x.XCloseDisplay(self._display)

    def look(self) -> bytes:
        """The pixels of some lines, four bytes each."""
        return b"".join(self._line(int(part * self._height)) for part in _LINES)

    def _line(self, y: int) -> bytes:
        image = self._x.XGetImage(
            self._display, self._root, 0, y, ctypes.c_uint(self._width), 1, _ALL_PLANES, _Z_PIXMAP
        )
        if not image:
            raise NotToldHere
        # `XImage` begins with width, height, xoffset, format, and then where its pixels stand.
        at = ctypes.cast(image + 16, ctypes.POINTER(ctypes.c_void_p))[0]
        pixels = ctypes.string_at(at, 4 * self._width)
        # `XDestroyImage` is a macro; what it frees is the pixels and the image.
        self._x.XFree(ctypes.c_void_p(at))
        self._x.XFree(ctypes.c_void_p(image))
        return pixels


def is_covered(before: bytes, now: bytes) -> bool:
    """Whether many pixels are others, and not all of one color: a window that is filled and has something in it."""
    points = range(0, len(before), 4)
    colors = {now[at : at + 4] for at in points if now[at : at + 4] != before[at : at + 4]}
    others = sum(now[at : at + 4] != before[at : at + 4] for at in points)
    return others > _ENOUGH * len(points) and len(colors) > 8


def seconds_to_pixels(
    words: Sequence[str],
    display: str,
    variables: Mapping[str, str],
    end: Callable[[subprocess.Popen[Any]], None],
    *,
    patience: float = 30.0,
) -> float:
    """From the start of a program to its window on the screen; `end` ends it. BenchmarkFailed where none comes."""
    with Screen(display) as screen:
        empty = _at_rest(screen)
        begun = time.perf_counter()
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(
            list(words), env=dict(variables), stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
        try:
            while not is_covered(empty, screen.look()):
                if time.perf_counter() - begun > patience or process.poll() is not None:
                    raise BenchmarkFailed(f"No window of {words[0]} was seen in {patience:.0f} s.")
                time.sleep(_EVERY)
            return time.perf_counter() - begun
        finally:
            end(process)


def _at_rest(screen: Screen) -> bytes:
    """The empty screen, once nothing of the program before moves on it any more."""
    before, since = screen.look(), time.perf_counter()
    while time.perf_counter() - since < 0.3:
        time.sleep(0.02)
        now = screen.look()
        if now != before:
            before, since = now, time.perf_counter()
    return before
