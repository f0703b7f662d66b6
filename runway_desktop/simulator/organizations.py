"""Several organizations at one simulated Runway: each has its own keys, tasks, uploads, limits and money.

Every key is the first organization's until it is given to another one, so who knows of one organization only need not
know of this. A task or an upload of another organization is answered for like one that never was. Knobs are shared;
what they are turned to holds for each organization by itself. Pure, as `world` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .knobs import Knobs
from .world import SimulatedTask, UnknownTask, World

FIRST = "first"


class Organizations:
    """`first` is the one of all keys that nobody gave away."""

    def __init__(self, knobs: Knobs, models: Iterable[str]) -> None:
        self.first = World(knobs, models)
        self._worlds: dict[str, World] = {FIRST: self.first}
        self._names: dict[str, str] = {}

    def give(self, secret: str, name: str) -> World:
        """From now on this key is that organization's, which begins now if it was not there. The key is accepted
        whatever its form."""
        world = self._worlds.get(name)
        if world is None:
            world = self._worlds[name] = World(self.first.knobs, self.first.models, name)
        self._names[secret] = name
        return world

    def name_of(self, secret: str) -> str:
        """The organization of a key."""
        return self._names.get(secret, FIRST)

    def of(self, secret: str) -> World:
        """The world that a key opens."""
        return self._worlds[self.name_of(secret)]

    def accepts(self, secret: str) -> bool:
        """Whether a key is good although it has not the form of one."""
        return secret in self._names

    def turn(self, changes: Mapping[str, object], now: float) -> Knobs:
        """Turns the knobs of all. Raises `ValueError`."""
        for world in self._worlds.values():
            world.turn(changes, now)
        return self.first.knobs

    def advance(self, now: float) -> None:
        """Lets everything happen that is due by `now`."""
        for world in self._worlds.values():
            world.advance(now)

    def task(self, task_id: str, now: float) -> SimulatedTask:
        """The task, whoever's it is: a link to an output asks for no key. Raises `UnknownTask`."""
        for world in self._worlds.values():
            try:
                return world.get(task_id, now)
            except UnknownTask:
                continue
        raise UnknownTask

    def each(self) -> Iterator[tuple[str, World]]:
        """All of them, the first one first."""
        yield from self._worlds.items()
