"""Several organizations at one simulated Runway, each with its own keys, tasks, uploads, limits and money.

Every key belongs to the first organization until it is assigned to another, so tests with one organization need none of
this. Tasks and uploads of another organization are answered as unknown. Knobs are shared; their limits apply to each
organization separately. Pure, as `world` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from .knobs import Knobs
from .world import SimulatedTask, UnknownTask, World

FIRST = "first"


class Organizations:
    """`first` has all keys that are not assigned to another."""

    def __init__(self, knobs: Knobs, models: Iterable[str]) -> None:
        self.first = World(knobs, models)
        self._worlds: dict[str, World] = {FIRST: self.first}
        self._names: dict[str, str] = {}

    def give(self, secret: str, name: str) -> World:
        """Assigns this key to that organization, which is created if new. The key is accepted whatever its form."""
        world = self._worlds.get(name)
        if world is None:
            world = self._worlds[name] = World(self.first.knobs, self.first.models, name)
        self._names[secret] = name
        return world

    def name_of(self, secret: str) -> str:
        """The organization of a key."""
        return self._names.get(secret, FIRST)

    def of(self, secret: str) -> World:
        """The world that a key belongs to."""
        return self._worlds[self.name_of(secret)]

    def accepts(self, secret: str) -> bool:
        """Whether a key is valid although it does not have the usual form."""
        return secret in self._names

    def turn(self, changes: Mapping[str, object], now: float) -> Knobs:
        """Changes the knobs of all. Raises `ValueError`."""
        for world in self._worlds.values():
            world.turn(changes, now)
        return self.first.knobs

    def advance(self, now: float) -> None:
        for world in self._worlds.values():
            world.advance(now)

    def task(self, task_id: str, now: float) -> SimulatedTask:
        """The task of any organization: a link to an output needs no key. Raises `UnknownTask`."""
        for world in self._worlds.values():
            with suppress(UnknownTask):
                return world.get(task_id, now)
        raise UnknownTask

    def each(self) -> Iterator[tuple[str, World]]:
        """All organizations, the first one first."""
        yield from self._worlds.items()
