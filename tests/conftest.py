"""Shared by all tests: coroutines run as tests on a fresh plain event loop that reports leftovers.

A test that is `async def` needs no mark and no plugin. It fails when it takes longer than 240 seconds, when it leaves a
task running, and when an exception on its loop could not be caught. Where the window is tested it runs on Qt's loop
(`tests/rigs/qt_loop.py`).

Every test fails on a logged bug of the program, wherever it was caught (`tests/rigs/mistakes.py`).

A test marked `long` is among the first that are started. One marked `whole` is left out unless the environment says
`WHOLE=1`, as `dev.py test --whole` does (`tests/rigs/samples.py`).
"""

from __future__ import annotations

import gc
import inspect
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Generator

import pytest

from tests.rigs.engine_rig import forget_learned
from tests.rigs.made_modules import makes
from tests.rigs.mistakes import Mistakes
from tests.rigs.running import run_test
from tests.rigs.samples import IS_WHOLE

__all__ = ["makes"]


COLLECT_EVERY = 200
"""Tests between two full collections. They take 30 ms and find little: what a test leaves is young."""
_since_collected = 0
_mistakes = Mistakes()
_STATE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    # Programs that a test starts with a profile of its own note what they sent outside of it.
    config.stash[_STATE] = os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="runway-desktop-state-")
    # Programs that a test starts speak English and write numbers so, on every machine.
    os.environ["LC_ALL"] = "C.UTF-8"
    # Notices of a test reach nobody's desktop, and no test keeps a computer awake.
    os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
    # As in the program: cycles are collected on the main thread alone, or the database's thread would destroy what
    # belongs to Qt.
    gc.disable()
    logging.getLogger().addHandler(_mistakes)
    # A shell's background job ignores Ctrl-C, and one of `nohup` the end of its terminal: so would the programs that a
    # test ends.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.name == "posix":
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    config.addinivalue_line("markers", "long: starts early, so that no worker waits for another's last test")
    config.addinivalue_line("markers", "whole: takes long, and a smaller test of the gate holds the same promise")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if IS_WHOLE:
        return
    left_out = [item for item in items if item.get_closest_marker("whole")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("whole")]


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash.get(_STATE, ""), ignore_errors=True)


def pytest_collection_finish() -> None:
    # Modules and collected tests live as long as the process: no collection needs to look through them again.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    # Only where tests run: the process that hands them out to others keeps the reports of all.
    global _since_collected  # noqa: PLW0603 - a hook has no other place for its count
    result = yield
    forget_learned()
    _since_collected += 1
    gc.collect(1 if _since_collected % COLLECT_EVERY else 2)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    _mistakes.check("What an earlier test left behind")
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    # Around all the others: fixtures and other plugins have then tidied up.
    result = yield
    # A task that failed and that nobody awaited tells of it when it goes, which from 3.13 on takes a collection.
    gc.collect(0)
    _mistakes.check("This test")
    return result


@pytest.fixture
def mistakes() -> Mistakes:
    """For a test that makes one on purpose."""
    return _mistakes


@pytest.fixture
def survived_mistakes(mistakes: Mistakes) -> Generator[None]:
    """For tests that make some on purpose which the program reports and survives."""
    yield
    strange = [words for words in mistakes.forget() if "A mistake of the program" not in words]
    assert strange == []


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    run_test(lambda: pyfuncitem.obj(**arguments))
    return True
