"""The table of preferences, one line each. Pure.

A line of `Preferences` gives the stored key, default, label and kind of a preference. The kind validates values.
How a preference is shown is a line of `rooms/preferences/model/table.py`. Changes apply at once: services read
the value when they need it, or listen to `SettingsChanged`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar, overload

from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .account import MOST_CREDITS
from .filenames import DEFAULT_TEMPLATE
from .hooks import Hook

Value = TypeVar("Value")
Checked_co = TypeVar("Checked_co", covariant=True)
Amount = TypeVar("Amount", int, float)

Theme = Literal["system", "light", "dark"]
Announce = Literal["each", "batch", "failures", "off"]

TEXT_SIZES = (90, 100, 110, 125, 140, 160)
"""In percent."""
PROGRAMS_PAGE = "Connected programs"
"""Id of the page of other programs, where notices lead."""


class Editor(Protocol[Checked_co]):
    """Kind of a preference: the type and bounds of its values."""

    def accept(self, value: Any) -> Checked_co:
        """The value in its type. Raises ValueError or TypeError if it is invalid."""


class Switch(Struct, frozen=True):
    def accept(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise TypeError
        return value


class Number(Struct, frozen=True):
    least: int
    most: int

    def accept(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise ValueError
        return value


class Credits(Struct, frozen=True):
    """An amount of credits, or none."""

    def accept(self, value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_CREDITS:
            raise ValueError
        return float(value)


class Choice(Struct, Generic[Value], frozen=True):
    values: tuple[Value, ...]

    def accept(self, value: Any) -> Value:
        return self.values[self.values.index(value)]


class NumberEach(Struct, Generic[Amount], frozen=True):
    """A number for each of several names. Invalid entries are dropped."""

    amount: Callable[[float], Amount]
    most: int

    def accept(self, value: Any) -> dict[str, Amount]:
        if not isinstance(value, Mapping):
            raise TypeError
        return {
            name: self.amount(number)
            for name, number in value.items()
            if isinstance(name, str) and name
            if isinstance(number, int | float) and not isinstance(number, bool)
            if 0 < number <= self.most and self.amount(number) == number
        }


class Own(Struct, Generic[Value], frozen=True):
    accept: Callable[[Any], Value]


def _hook(found: Any) -> dict[str, Any]:
    Hook.read(found)
    return dict(found)


class Keeper(Protocol):
    def get(self, name: str, default: Any = None) -> Any: ...

    def set(self, name: str, value: Any) -> None: ...


@dataclass(eq=False, repr=False)
class Preference(Generic[Value]):
    """One line of the table, and a typed attribute (descriptor) of the settings."""

    default: Value
    label: Text
    editor: Editor[Value]
    name: str = field(default="", init=False)

    @property
    def keeps_none(self) -> bool:
        """None is a choice of its own, and not the default."""
        return self.default is not None and isinstance(self.editor, Credits)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, settings: None, owner: type) -> Preference[Value]: ...

    @overload
    def __get__(self, settings: Keeper, owner: type) -> Value: ...

    def __get__(self, settings: Keeper | None, owner: type) -> Value | Preference[Value]:
        if settings is None:
            return self
        value: Value = settings.get(self.name, self.default)
        return value

    def __set__(self, settings: Keeper, value: Value) -> None:
        settings.set(self.name, value)


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not _any_text(value).strip():
        raise ValueError
    return str(value)


def _shortcuts(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {
        command: list(keys)
        for command, keys in value.items()
        if isinstance(command, str) and isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }


class Preferences:
    """The table, in the order of the pages."""

    daily_backup = Preference(True, Text("Keep a light backup of each day with changes"), Switch())
    library_folder = Preference("", Text("Folder for results"), Own(_any_text))
    rescue = Preference(True, Text("After an hour, save to the profile's folder, and move back later"), Switch())
    name_template = Preference(DEFAULT_TEMPLATE, Text("File name template"), Own(_text))
    sidecars = Preference(True, Text("Save the request as a small JSON file"), Switch())
    embed = Preference(True, Text("Write the request into the file, up to 64 MB"), Switch())
    theme = Preference[Theme]("system", Text("Theme"), Choice(("system", "light", "dark")))
    language = Preference("", Text("Language"), Own(_any_text))
    text_size = Preference[int](100, Text("Text size"), Choice(TEXT_SIZES))
    reduce_motion = Preference(False, Text("Reduce motion: clips and thumbnails stay still"), Switch())
    loop_clips = Preference(False, Text("Loop clips"), Switch())
    muted = Preference(False, Text("Play without sound"), Switch())
    announce = Preference[Announce]("batch", Text("Notify about"), Choice(("each", "batch", "failures", "off")))
    stay_awake = Preference(
        True, Text("Keep the computer awake while tasks are running; the screen may turn off"), Switch()
    )
    start_at_login = Preference(False, Text("Start at login"), Own(Switch().accept))
    """Stored only where the system does not say it."""
    tray = Preference(True, Text("Show an icon in the system tray"), Switch())
    stay_in_tray = Preference(False, Text("Keep running in the tray"), Switch())
    poll_limit = Preference(8, Text("Tasks to check"), Number(1, 8))
    download_limit = Preference(4, Text("Results to download"), Number(1, 4))
    lane_limits = Preference[dict[str, int]]({}, Text("Model limits"), NumberEach(int, 100))
    ask_before_cancel = Preference(True, Text("Ask before canceling a task at Runway"), Switch())
    day_cap = Preference[float | None](None, Text("Per day"), Credits())
    month_cap = Preference[float | None](None, Text("Per month"), Credits())
    sending_cap = Preference[float | None](None, Text("Per task"), Credits())
    project_caps = Preference[dict[str, float]]({}, Text("Project caps"), NumberEach(float, MOST_CREDITS))
    confirm_above = Preference[float | None](1_000.0, Text("Ask when it costs more than"), Credits())
    hook = Preference[dict[str, Any]]({}, Text("When something happens, run"), Own(_hook))
    """A `domain.hooks.Hook`, valid in its own list only."""
    shortcuts = Preference[dict[str, list[str]]]({}, Text("Shortcuts"), Own(_shortcuts))

    @classmethod
    def preferences(cls) -> dict[str, Preference[Any]]:
        """All lines by name."""
        return {name: line for name, line in vars(Preferences).items() if isinstance(line, Preference)}
