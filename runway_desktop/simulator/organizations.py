"""Several organizations at one simulated Runway, each with its own keys, tasks, uploads, limits and money; the signed
links to outputs; and a file with the first organization, so that a later run can continue with it.

Every key belongs to the first organization until it is assigned to another, so tests with one organization need none of
this. Tasks and uploads of another organization are answered as unknown. Knobs are shared; their limits apply to each
organization separately. Times are Unix seconds. Invalid links and upload slots give False or None. Pure, except for the
file: that blocks, and is written at once or not at all, with OSError; an unreadable file counts as missing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec

from runway_desktop.values import Struct

from .world import Knobs, SimulatedTask, UnknownTask, World

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


class Links:
    """Signs and verifies links with its own key."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def query(self, task_id: str, index: int, expires: float) -> str:
        """The query of a link that works until `expires`."""
        moment = str(int(expires))
        return f"exp={moment}&sig={self._signature(task_id, index, moment)}"

    def is_good(self, task_id: str, index: int, expires: str, signature: str, now: float) -> bool:
        """Whether a link was signed here and has not expired."""
        if not expires.isdecimal() or int(expires) <= now:
            return False
        return hmac.compare_digest(self._signature(task_id, index, expires).encode(), signature.encode())

    def _signature(self, task_id: str, index: int, moment: str) -> str:
        return hmac.new(self._key, f"{task_id}/{index}/{moment}".encode(), hashlib.sha256).hexdigest()


class UploadSlot(Struct, frozen=True):
    """Target for uploading one file, valid for an hour; `uri` identifies the file afterwards, for its organization's
    keys."""

    id: str
    organization: str
    filename: str
    uri: str
    policy: str
    expires: float


class Uploads:
    """Open slots and uploaded files."""

    _SLOT_SECONDS = 3600.0

    def __init__(self) -> None:
        self._slots: dict[str, UploadSlot] = {}
        self._good_until: dict[tuple[str, str], float] = {}

    def open(self, filename: str, now: float, organization: str = FIRST) -> UploadSlot:
        uri, policy = f"runway://{secrets.token_urlsafe(48)}", secrets.token_urlsafe(32)
        slot = UploadSlot(secrets.token_hex(16), organization, filename, uri, policy, now + self._SLOT_SECONDS)
        self._slots[slot.id] = slot
        return slot

    def slot(self, slot_id: str, policy: str, now: float) -> UploadSlot | None:
        """The slot if it is open and the form's policy matches."""
        slot = self._slots.get(slot_id)
        return slot if slot is not None and slot.policy == policy and slot.expires > now else None

    def arrived(self, slot: UploadSlot, good_until: float) -> None:
        """Closes a slot after its file has arrived."""
        self._slots.pop(slot.id, None)
        self._good_until[slot.organization, slot.uri] = good_until

    def known(self, organization: str = FIRST) -> dict[str, float]:
        """The uploaded files of an organization: URI, and until when it is kept."""
        return {uri: until for (owner, uri), until in self._good_until.items() if owner == organization}

    def restore(self, known: dict[str, float], organization: str = FIRST) -> None:
        """Restores the uploads of an earlier run."""
        self._good_until |= {(organization, uri): until for uri, until in known.items()}

    def is_known(self, uri: str, now: float, organization: str = FIRST) -> bool:
        """Whether a `runway://` URI identifies a file of the organization that is still kept."""
        return self._good_until.get((organization, uri), 0.0) > now


_MAKE = 1


class _Spent(msgspec.Struct):
    day: date
    model: str
    credits: int


class _Kept(msgspec.Struct):
    make: int
    balance: int
    uploads: dict[str, float]
    tasks: list[SimulatedTask]
    spent: list[_Spent]


def keep(world: World, uploads: Uploads, path: Path) -> None:
    """Writes everything that a later run needs."""
    spent = [_Spent(day, model, amount) for (day, model), amount in world.spent().items()]
    kept = _Kept(_MAKE, world.balance, uploads.known(), list(world.tasks()), spent)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    # A task that never ends lasts infinitely long, which strict JSON cannot express.
    with open(part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(msgspec.to_builtins(kept), file)
    os.replace(part, path)


def take_up(world: World, uploads: Uploads, path: Path, now: float) -> bool:
    """Loads the file into a new world. False if there was nothing to load."""
    try:
        kept = msgspec.convert(json.loads(path.read_text(encoding="utf-8")), _Kept)
    except (OSError, ValueError, msgspec.ValidationError):
        return False
    if kept.make != _MAKE:
        return False
    uploads.restore(kept.uploads)
    spent: Counter[tuple[date, str]] = Counter()
    for one in kept.spent:
        spent[one.day, one.model] += one.credits
    world.restore(kept.tasks, kept.balance, now, spent)
    return True
