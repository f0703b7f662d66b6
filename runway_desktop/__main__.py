"""Flags, then the program. Exit codes: 0 all is well, 1 it could not run or a tour's step failed, 2 the command
line makes no sense."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if words is None else words)
    if given[:1] == ["--simulator"]:
        from .simulator.__main__ import main as simulate

        return simulate(given[1:])
    if given[:1] == ["--draw"]:
        from .ui.media.drawing import main as draw

        return draw(given[1:])
    if given[:1] == ["--strips"]:
        # A pointer rests on a poster meanwhile.
        from .app.plain_imports import import_qt

        import_qt()
        from .ui.media.strip_child import main as make_strips

        return make_strips()
    from .app import options

    chosen = options.read(given)
    # Starting makes no garbage; `app.collector` takes the search for it up once the window stands.
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


if __name__ == "__main__":
    raise SystemExit(main())
