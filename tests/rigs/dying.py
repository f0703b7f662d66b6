"""A piece of work that is killed at any of its moments, as a power cut does it: nothing is tidied up.

A moment is whatever touches the names on a disk: a file that is opened, a rename, a removal, a new folder. The work
runs in a child process, which ends at once when the wanted moment comes.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable

import pytest

from tests.rigs.samples import IS_WHOLE

EACH = 1 if IS_WHOLE else 3
"""One moment in so many is tried."""
MOMENTS = frozenset({"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect"})
DIED = 9

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="only where a process can be split")


def dies_at(moment: int, work: Callable[[], object]) -> bool:
    """Whether it was killed, just before its moment of that number (from 1); else it came to its end before that."""
    with warnings.catch_warnings():
        # Of threads that the child does not have.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, DIED), f"the work failed with {code}"
        return code == DIED
    passed = 0

    def count(event: str, _arguments: object) -> None:
        nonlocal passed
        if event in MOMENTS:
            passed += 1
            if passed == moment:
                os._exit(DIED)

    # What was written outlives a process without it; only a power cut asks for it, and it takes most of the time.
    setattr(os, "fsync", lambda _: None)  # noqa: B010 - its own type would want the name of its parameter
    try:
        sys.addaudithook(count)
        work()
    except BaseException:  # noqa: BLE001 - whatever it is, the child must end here
        import traceback

        traceback.print_exc()
        os._exit(3)
    os._exit(0)
