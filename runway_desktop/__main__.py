"""Entry point: reads the flags and starts window, command, server, simulator or tour. Exit codes: 0 success, 1 it could
not run or a tour's step failed, 2 invalid command line; those of commands are in `cli.options`."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

_WITH_A_VALUE = ("--profile-dir", "--profile", "--tour", "--speed")


def _command_at(words: Sequence[str]) -> int | None:
    """Index of the command among the arguments; None if they open a window. A file with a command's name must be
    written as `./list`."""
    is_value = False
    for position, word in enumerate(words):
        if word == "--":
            return None
        if is_value or word.startswith("--"):
            is_value = not is_value and word in _WITH_A_VALUE
        else:
            return position if _is_command(word) else None
    return None


def _is_command(word: str) -> bool:
    """Imports the commands only for a word that can be one: a window's start needs none."""
    if not word.isalpha():
        return False
    from .cli.options import COMMANDS

    return word in COMMANDS


def settle_streams() -> None:
    """Replaces closed standard streams by /dev/null: otherwise a file opened later would get their descriptor and
    receive their output. Characters that a stream's encoding lacks are escaped."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def main(words: Sequence[str] | None = None) -> int:
    settle_streams()
    given = list(sys.argv[1:] if words is None else words)
    if given[:1] == ["--simulator"]:
        from .simulator.__main__ import main as simulate

        return simulate(given[1:])
    if given[:1] == ["--draw"]:
        from .ui.media.drawing import main as draw

        return draw(given[1:])
    if given[:1] == ["--sheet"]:
        from .ui.media.sheet_child import main as draw_sheet

        return draw_sheet()
    if given[:1] == ["--strips"]:
        # The user is waiting with the pointer on a poster, so this must be fast.
        from .app.plain_imports import import_qt

        import_qt()
        from .ui.media.strip_child import main as make_strips

        return make_strips()
    if (position := _command_at(given)) is not None:
        rest = [*given[:position], *given[position + 1 :]]
        if given[position] == "mcp":
            from .mcp.main import main as serve

            return serve(rest)
        from .cli.main import main as run_command

        return run_command([given[position], *rest])
    from .app import options

    chosen = options.read(given)
    if chosen.in_menu is not None:
        return _change_menu(add=chosen.in_menu)
    # Start-up creates no garbage; `app.collector` collects later, once the window is painted.
    gc.disable()
    if not options.has_display():
        if not chosen.demo:
            print("There is no display here to show a window on. Start it from a desktop session.", file=sys.stderr)
            return 1
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if chosen.tour is None:
            from pathlib import Path

            from runway_desktop.values import replace

            chosen = replace(chosen, tour=Path("runway-desktop-tour"))
            print(
                f"There is no display here, so the demo takes the tour and leaves its pictures in {chosen.tour}.",
                flush=True,
            )
    from .app.plain_imports import import_qt

    import_qt()
    from .wiring import environment

    secret = environment.clean()
    if chosen.tour is not None:
        from .tour.run import take_tour

        return take_tour(chosen)
    from .app.program import run

    return run(chosen, secret)


def _change_menu(*, add: bool) -> int:
    from runway_desktop.desktop.login import add_to_menu, remove_from_menu

    from .wiring import environment

    # Tells where the AppImage lies.
    environment.clean()
    try:
        print(f"In your menu now: {add_to_menu()}" if add else f"No longer in your menu: {remove_from_menu()}")
    except OSError as error:
        print(f"The menu could not be changed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
