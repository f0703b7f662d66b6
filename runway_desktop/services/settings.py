"""The stored settings of a profile: the preferences of `domain/preferences.py`, and state of views.

Values are read from memory and written to the store by `run` half a second after the first change, so a draft survives
a kill. Settings that decide whether money is spent (`AT_ONCE`) are written without delay and announced after the write
succeeded or failed. A damaged value falls back to its default and adds its label to `unreadable`; no stored value makes
this raise. Loop's thread only. `load` and `flush` raise StoreError when the database cannot be used.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, SettingsChanged
from runway_desktop.domain.preferences import Preferences
from runway_desktop.texts import Text

from .bus import Bus
from .clock import first_of
from .supervised import keep_going

if TYPE_CHECKING:
    from .ports import Clock, Store

log = logging.getLogger(__name__)

WRITE_AFTER = 0.5
"""Seconds between the first unsaved change and its writing. The promise to people is one second."""
TRY_AGAIN_AFTER = 5.0
"""Seconds before a failed write is retried."""

PAUSED = "lane.paused"
CHAINS = "steps.chains"
"""The id of the chain of steps that each project shows, by project."""
CAPS = frozenset({"day_cap", "month_cap", "sending_cap", "project_caps"})
AT_ONCE = CAPS | {PAUSED}


class Settings(Preferences):
    """Preferences are read and set as typed attributes; all other settings through `get` and `set`."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, *, default_library: Path) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._default_library = str(default_library)
        self._values: dict[str, Any] = {}
        self._unsaved: dict[str, Any] = {}
        self._changed = asyncio.Event()
        self._hurry = asyncio.Event()
        self._untold: set[str] = set()
        """Names of `AT_ONCE` that are set but not announced yet."""
        self._is_running = False
        self._writing = asyncio.Lock()
        self._told = False
        """Whether the person was notified that settings cannot be saved."""
        self.unreadable: tuple[Text, ...] = ()
        """Labels of the preferences whose stored values could not be read."""

    @property
    def library(self) -> Path:
        """Folder for results: the chosen one, else the platform's folder for videos."""
        return _folder_of(self.library_folder or self._default_library)

    @property
    def paused(self) -> bool:
        """Whether the person, or the lane itself, has stopped all sending."""
        return bool(self.get(PAUSED, False))

    @property
    def identity(self) -> str:
        """The list's, to which permissions are bound; empty before it was checked once."""
        found = self.get(IDENTITY)
        return str(found.get("id", "")) if isinstance(found, Mapping) else ""

    async def load(self) -> None:
        """Reads what is stored. Call once, before any setting is read."""
        stored = await self._store.settings()
        unreadable = []
        known = self.preferences()
        for name, value in stored.items():
            if value is None and not (name in known and known[name].keeps_none):
                # Removed by `set(name, None)`.
                continue
            if name not in known:
                self._values.setdefault(name, value)
                continue
            try:
                self._values.setdefault(name, known[name].editor.accept(value))
            except (TypeError, ValueError):
                unreadable.append(known[name].label)
        self.unreadable = tuple(unreadable)
        if stored:
            self._bus.tell(SettingsChanged(frozenset(stored)))

    def get(self, name: str, default: Any = None) -> Any:
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Sets a preference or a state of a view; None removes it, unless it is a choice of its own. `value` must be
        JSON. Announces a change. Raises ValueError or TypeError for an invalid value of a preference, and for a value
        that is no JSON."""
        found = self.preferences().get(name)
        if found is not None and value is not None:
            value = found.editor.accept(value)
        # Deep copy, so that later changes to the caller's list do not change the setting; also rejects what is no
        # JSON.
        value = json.loads(json.dumps(value))
        keeps_none = found is not None and found.keeps_none
        is_same = self._values.get(name) == value and type(self._values.get(name)) is type(value)
        if is_same and (name in self._values or not keeps_none):
            return
        if value is None and not keeps_none:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        self._unsaved[name] = value
        self._changed.set()
        if name in AT_ONCE and self._is_running:
            self._untold.add(name)
            self._hurry.set()
        else:
            self._bus.tell(SettingsChanged(frozenset({name})))

    def is_on_its_way(self, name: str) -> bool:
        """Whether it is set but not announced yet."""
        return name in self._untold

    async def run(self) -> None:
        """Writes changes until canceled. Runs once per program, held by the supervisor."""
        self._is_running = True
        try:
            await keep_going("saving your settings", self._turn, self._clock)
        finally:
            self._is_running = False

    async def _turn(self) -> None:
        await self._changed.wait()
        await self._pause(WRITE_AFTER)
        try:
            await self.flush()
            self._told = False
        except StoreError as error:
            log.warning("Settings could not be written: %s", error)
            if not self._told:
                self._bus.tell(EngineNotice(EngineNoticeCode.SETTINGS_NOT_SAVED, error=error))
                self._told = True
            await self._pause(TRY_AGAIN_AFTER)

    async def _pause(self, seconds: float) -> None:
        await first_of(self._clock.sleep(seconds), self._hurry.wait())
        self._hurry.clear()

    async def flush(self) -> None:
        """Writes unsaved changes now. On failure they stay unsaved and are written next time."""
        async with self._writing:
            values, self._unsaved = self._unsaved, {}
            untold = set(self._untold)
            self._changed.clear()
            try:
                if values:
                    await self._store.set_settings(values)
            except BaseException:
                self._unsaved = values | self._unsaved
                self._changed.set()
                raise
            finally:
                self._untold -= untold
                if untold:
                    self._bus.tell(SettingsChanged(frozenset(untold)))


@lru_cache(4)
def _folder_of(text: str) -> Path:
    return Path(text)
