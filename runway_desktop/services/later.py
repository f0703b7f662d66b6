"""Parts of a whole that are made when they are first used, so that nobody waits for what nobody has asked for.

    @dataclass(frozen=True, kw_only=True)
    class Engine:
        lane: Later[Lane] = Later()

    Engine(lane=made_by(make_lane)).lane        # a Lane, made just now and only once

Where a part is given as it is, that is the part. A making that raises is tried again by the next use. One thread only,
which is the loop's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Part = TypeVar("Part")


@dataclass(frozen=True)
class Making(Generic[Part]):
    """A part that is still to be made."""

    make: Callable[[], Part]


def made_by(make: Callable[[], Part]) -> Making[Part]:
    """What `make` gives, once it is wanted."""
    return Making(make)


class Later(Generic[Part]):
    """The attribute of such a part, as the field of a dataclass without slots. `default` is the part where none is
    given."""

    def __init__(self, *default: Part) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, whole: object | None, owner: type) -> Part:
        if whole is None:
            # A dataclass asks its class for the default.
            if not self._default:
                raise AttributeError(self._name)
            return self._default[0]
        kept = vars(whole)
        part = kept[self._name]
        if isinstance(part, Making):
            part = kept[self._name] = part.make()
        made: Part = part
        return made

    def __set__(self, whole: object, part: Part | Making[Part]) -> None:
        vars(whole)[self._name] = part


def waits(whole: object) -> bool:
    """Whether a part of it is still to be made."""
    return any(isinstance(part, Making) for part in vars(whole).values())


def make_all(whole: object) -> None:
    """Makes what is still to be made."""
    for name, part in tuple(vars(whole).items()):
        if isinstance(part, Making):
            getattr(whole, name)
