"""What every parser of a stranger's bytes promises: it raises nothing but the drawn errors, within a bound of time and
of memory.

What is tried is the same in every run of the gate; `dev.py test fuzz --whole` tries ten times as much.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from runway_desktop.domain.errors import RunwayDesktopError
from tests.rigs.samples import examples

SECONDS = 2.0
"""Of computing, for one file of some kilobytes."""
MEMORY = 512 * 1024 * 1024

Value = TypeVar("Value")


def often(number: int) -> settings:
    """So many examples, the same ones in every run."""
    return settings(
        max_examples=examples(number),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def assert_bounded(work: Callable[[], Value], drawn: Sequence[type[Exception]] = (RunwayDesktopError,)) -> Value | None:
    """What it gives; None where it raises a drawn error. Fails where it raises any other, or needs too much."""
    began = time.thread_time()
    found = None
    with little_memory(), contextlib.suppress(*drawn):
        found = work()
    needed = time.thread_time() - began
    assert needed < SECONDS, f"It computed for {needed:.1f} s"
    return found


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Lets the process take so much more than it has, where the system can be asked for that."""
    if sys.platform != "linux":
        yield
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


EXTREME = (
    *(bytes(size) for size in (1, 4, 8)),
    *(b"\xff" * size for size in (1, 4, 8)),
    *(b"\x7f" + b"\xff" * rest for rest in (3, 7)),
    *(b"\x80" + bytes(rest) for rest in (3, 7)),
    b"\x00\x00\x00\x01",
    b"\x01\x00\x00\x00",
    b"\x00\x00\x00\x08",
)
"""Lengths and numbers that formats do not expect."""


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """One of the files, cut off, with other bytes in it, or with a part of it missing, doubled, or of another one."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        size = draw(st.integers(0, 64))
        match draw(st.integers(0, 5)):
            case 0:
                del content[at:]
            case 1:
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=8))
            case 2:
                extreme = draw(st.sampled_from(EXTREME))
                content[at : at + len(extreme)] = extreme
            case 3:
                del content[at : at + size]
            case 4:
                content[at:at] = content[at : at + size] * draw(st.integers(1, 50))
            case _:
                other = draw(st.sampled_from(seeds))
                content[at:at] = other[:size]
    return bytes(content)


NUMBERS = (0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 10**400, 1e308, -1e308, 0.5, True)
WORDS = (
    "",
    "\0",
    "\ud800",
    "\u202e",
    "../../x",
    "C:\\x",
    "x" * 10_000,
    "=1+1",
    "NaN",
    "2026-13-45",
    "9999-12-31T23:59:59",
)
json_values = st.recursive(
    st.none() | st.sampled_from(NUMBERS) | st.sampled_from(WORDS) | st.text(max_size=20) | st.floats(allow_nan=False),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=8,
)


@st.composite
def changed(draw: st.DrawFn, document: object) -> object:
    """A JSON document with something else in one of its places."""
    if isinstance(document, dict) and document and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(document)))
        if draw(st.integers(0, 9)) == 0:
            return {key: value for key, value in document.items() if key != name}
        return {**document, name: draw(changed(document[name]))}
    if isinstance(document, list) and document and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(document) - 1))
        return [*document[:at], draw(changed(document[at])), *document[at + 1 :]]
    return draw(json_values)
