"""What the person chose, and what the window remembers: typed preferences and a free room for the memory of views.

Read at once from memory, written to the store by `run` half a second after the first change, so that a draft being
typed survives a
kill. A value that is damaged or not understood falls back to its default and adds a sentence to `problems`; nothing
here raises for
what the store holds. Loop's thread only. `load` and `flush` raise StoreError when the database cannot be used.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import Notice, SettingsChanged
from runway_desktop.domain.filenames import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from .bus import Bus
    from .ports import Clock, Store

log = logging.getLogger(__name__)

Value = TypeVar("Value")

WRITE_AFTER = 0.5
"""Seconds between the first unsaved change and its writing. The promise to people is one second."""
TRY_AGAIN_AFTER = 5.0
"""Seconds until a writing that the database refused is tried again."""

PAUSED = "lane.paused"

Theme = Literal["system", "light", "dark"]
Announce = Literal["each", "batch", "failures", "off"]

MOST_CREDITS = 100_000_000.0
"""More than the highest tier may spend in a year."""


class Preference(Generic[Value]):
    """One typed attribute of `Settings`. `accept` gives the value in its type, or raises ValueError, TypeError for one
    that makes no sense."""

    def __init__(self, default: Value, description: str, accept: Callable[[Any], Value]) -> None:
        self.default = default
        self.description = description
        self.accept = accept
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, settings: None, owner: type) -> Preference[Value]: ...

    @overload
    def __get__(self, settings: Settings, owner: type) -> Value: ...

    def __get__(self, settings: Settings | None, owner: type) -> Value | Preference[Value]:
        if settings is None:
            return self
        value: Value = settings.get(self.name, self.default)
        return value

    def __set__(self, settings: Settings, value: Value) -> None:
        settings.set(self.name, value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError
    return value


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _within(least: int, most: int) -> Callable[[Any], int]:
    def accept(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return accept


def _theme(value: Any) -> Theme:
    match value:
        case "system" | "light" | "dark":
            return value  # type: ignore[no-any-return]
        case _:
            raise ValueError


def _announce(value: Any) -> Announce:
    match value:
        case "each" | "batch" | "failures" | "off":
            return value  # type: ignore[no-any-return]
        case _:
            raise ValueError


def _credits(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_CREDITS:
        raise ValueError
    return float(value)


def _project_caps(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {
        project: float(cap)
        for project, cap in value.items()
        if isinstance(project, str) and project
        if isinstance(cap, int | float) and not isinstance(cap, bool) and 0 < cap <= MOST_CREDITS
    }


def _limits(value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {
        model: limit
        for model, limit in value.items()
        if isinstance(model, str) and isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= 100
    }


def _shortcuts(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {
        command: list(keys)
        for command, keys in value.items()
        if isinstance(command, str) and isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }


class Settings:
    """The settings of one profile. Typed attributes are read and set like any other; the rest goes through `get` and
    `set`."""

    library_folder = Preference("", "Where results are saved.", _any_text)
    name_template = Preference(DEFAULT_TEMPLATE, "How saved files are named.", _text)
    sidecars = Preference(True, "Keep the request in a small JSON file beside each result.", _switch)
    embed = Preference(True, "Write the request into the result's file too, where its format can hold it.", _switch)
    rescue = Preference(
        True,
        "Keep what waits for an hour in the profile's folder, and move it home later.",
        _switch,
    )
    theme = Preference[Theme]("system", "Light, dark, or as the system is.", _theme)
    poll_limit = Preference(8, "How many tasks are asked about at the same time, 1 to 8.", _within(1, 8))
    download_limit = Preference(4, "How many results are downloaded at the same time, 1 to 4.", _within(1, 4))
    lane_limits = Preference[dict[str, int]](
        {}, "How many tasks of a model run at the same time, where you want fewer than Runway allows.", _limits
    )
    day_cap = Preference[float | None](None, "The most credits that may be spent in a day.", _credits)
    month_cap = Preference[float | None](None, "The most credits that may be spent in a month.", _credits)
    sending_cap = Preference[float | None](None, "The most credits that a single task may cost.", _credits)
    project_caps = Preference[dict[str, float]]({}, "The most credits that a project may cost in all.", _project_caps)
    confirm_above = Preference[float | None](
        None, "Ask before sending for more than this many credits at once.", _credits
    )
    daily_backup = Preference(True, "Keep a light backup of each day on which something changed.", _switch)
    ask_before_cancel = Preference(True, "Ask before a task is canceled on Runway.", _switch)
    announce = Preference[Announce]("batch", "What is told of while the window is not in front.", _announce)
    tray = Preference(True, "Show an icon in the system's tray, where there is one.", _switch)
    stay_in_tray = Preference(False, "Keep running in the tray.", _switch)
    loop_clips = Preference(True, "Play clips again from the start when they end.", _switch)
    muted = Preference(False, "Play without sound.", _switch)
    shortcuts = Preference[dict[str, list[str]]]({}, "Keys that you chose for commands.", _shortcuts)

    def __init__(self, store: Store, bus: Bus, clock: Clock, *, default_library: Path) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._default_library = str(default_library)
        self._values: dict[str, Any] = {}
        self._unsaved: dict[str, Any] = {}
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()
        self._told = False
        """Of settings that cannot be saved."""
        self.problems: tuple[str, ...] = ()
        """What could not be understood when the settings were read, a sentence each."""

    @classmethod
    def preferences(cls) -> dict[str, Preference[Any]]:
        """The typed preferences by name, with default and description, in the order of the preferences' window."""
        return {name: found for name, found in vars(cls).items() if isinstance(found, Preference)}

    @property
    def library(self) -> Path:
        """Where results are saved: the chosen folder, else the platform's folder for videos."""
        return Path(self.library_folder or self._default_library)

    @property
    def paused(self) -> bool:
        """Whether the person, or the lane itself, has stopped all sending."""
        return bool(self.get(PAUSED, False))

    def lane_limit(self, model: str) -> int | None:
        """How many tasks of `model` the person wants at Runway at once; None: as many as it allows."""
        return self.lane_limits.get(model)

    def set_lane_limit(self, model: str, limit: int | None) -> None:
        others = {name: value for name, value in self.lane_limits.items() if name != model}
        self.set("lane_limits", others if limit is None else {**others, model: limit})

    async def load(self) -> None:
        """Reads what is stored. Call once, before anything is read."""
        stored = await self._store.settings()
        sentences = []
        known = self.preferences()
        for name, value in stored.items():
            if value is None:
                # Forgotten on purpose.
                continue
            if name not in known:
                self._values.setdefault(name, value)
                continue
            try:
                self._values.setdefault(name, known[name].accept(value))
            except (TypeError, ValueError):
                default = _shown(known[name].default)
                sentences.append(f"The stored setting “{name}” makes no sense. Its default is used: {default}.")
        self.problems = tuple(sentences)
        if stored:
            self._bus.tell(SettingsChanged(frozenset(stored)))

    def get(self, name: str, default: Any = None) -> Any:
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Sets a preference or a view's memory; None forgets it. `value` must be JSON. Tells of it if it is a change.

        Raises ValueError or TypeError for a preference's value that makes no sense, and for a value that is no JSON.
        """
        found = self.preferences().get(name)
        if found is not None and value is not None:
            value = found.accept(value)
        # The copy keeps later changes of the caller's list from changing what is stored, and refuses what is no JSON.
        value = json.loads(json.dumps(value))
        if self._values.get(name) == value and type(self._values.get(name)) is type(value):
            return
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        self._unsaved[name] = value
        self._changed.set()
        self._bus.tell(SettingsChanged(frozenset({name})))

    async def run(self) -> None:
        """Writes changes until canceled. One for the life of the program, held by the supervisor."""
        from .supervised import keep_going

        await keep_going("saving your settings", self._turn, self._clock)

    async def _turn(self) -> None:
        await self._changed.wait()
        await self._clock.sleep(WRITE_AFTER)
        try:
            await self.flush()
            self._told = False
        except StoreError as error:
            log.warning("Settings could not be written: %s", error)
            if not self._told:
                self._bus.tell(Notice("Your settings could not be saved.", error.in_words(), is_problem=True))
                self._told = True
            await self._clock.sleep(TRY_AGAIN_AFTER)

    async def flush(self) -> None:
        """Writes what is unsaved now. Nothing is lost when the store refuses: it is kept for the next time."""
        async with self._writing:
            values, self._unsaved = self._unsaved, {}
            self._changed.clear()
            if not values:
                return
            try:
                await self._store.set_settings(values)
            except BaseException:
                self._unsaved = values | self._unsaved
                self._changed.set()
                raise


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default) if default or default == 0 else "none"
