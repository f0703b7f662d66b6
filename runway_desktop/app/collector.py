"""Python's search for garbage, kept out of the person's way. Main thread.

Nothing that starting makes is garbage, but a search goes through all of it: again and again while modules are imported,
and later, in one go, for 50 ms in which the window stands still.
"""

from __future__ import annotations

import gc


def hold_back() -> None:
    """No search until `spare_what_is_there`. The first thing of all."""
    gc.disable()


def spare_what_is_there() -> None:
    """From now on what is there is searched no more; what comes later is, as usual."""
    gc.freeze()
    gc.enable()
