"""The table of preferences, one line each. Pure.

A line of `Preferences` gives the stored key, default, group, label, editor and help of a preference. The editor also
validates values. The preferences' window builds its pages from the table, so a new preference is one new line. Changes
apply at once: services read the value when they need it, or listen to `SettingsChanged`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any, Generic, Literal, Protocol, TypeVar, overload

from runway_desktop.values import Struct

from .filenames import DEFAULT_TEMPLATE

Value = TypeVar("Value")
Checked_co = TypeVar("Checked_co", covariant=True)
Amount = TypeVar("Amount", int, float)

Theme = Literal["system", "light", "dark"]
Announce = Literal["each", "batch", "failures", "off"]

MOST_CREDITS = 100_000_000
"""More than the highest tier may spend in a year."""


class Section(StrEnum):
    """The pages of the preferences' window in their order, each with synonyms for the search."""

    KEY = "Key", "api key, api secret, token, sign in, login, account"
    PROFILE = "Profile", "backups, restore, workspace"
    SAVING = "Saving", "downloads, file names, disk space, free space, clean up, cache"
    LOOK = "Look", "appearance, colors, display"
    NOTIFICATIONS = "Notifications", "alerts, messages, tray"
    RUNWAY = "Runway", "organization, tier, limits, concurrency, catalog, update models"
    MONEY = "Money", "budget, cap, spending limit, credits limit"
    PROGRAMS = "Connected programs", "agents, mcp, claude, codex, cursor, vs code, scripts, command line, permissions"
    ABOUT = "About", "version, license, report a bug, log, support"

    synonyms: str

    def __new__(cls, title: str, synonyms: str) -> Section:
        section = str.__new__(cls, title)
        section._value_ = title
        section.synonyms = synonyms
        return section


class Group(Struct, frozen=True):
    """The preferences under one heading of a page."""

    section: Section
    title: str
    note: str = ""
    protects: bool = False
    """Its preferences protect against loss. They can be changed only in the preferences' window, with their
    explanation."""


class Editor(Protocol[Checked_co]):
    """Kind of control, and validation of its values."""

    def accept(self, value: Any) -> Checked_co:
        """The value in its type. Raises ValueError or TypeError if it is invalid."""


class Switch(Struct, frozen=True):
    """On or off: a check box."""

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
    """An amount of credits, or none; `none` is the control's text for that."""

    none: str = "no cap"

    def accept(self, value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_CREDITS:
            raise ValueError
        return float(value)


class Choice(Struct, Generic[Value], frozen=True):
    """Radio buttons. Each option is the stored value and its label."""

    options: tuple[tuple[Value, str], ...]

    def accept(self, value: Any) -> Value:
        for stored, _ in self.options:
            if stored == value:
                return stored
        raise ValueError


class NumberEach(Struct, Generic[Amount], frozen=True):
    """A number for each name. `what` is the kind of name, `each` the control's accessible name, `none` its text without
    a number. Invalid entries are dropped."""

    amount: Callable[[float], Amount]
    most: int
    what: str
    each: str
    none: str
    unit: str = ""

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


class NumberRow(Struct, frozen=True):
    """One name with its number; 0: none. `label` is shown for the name, `remark` after the number."""

    name: str
    number: int
    remark: str = ""
    label: str = ""


class Own(Struct, Generic[Value], frozen=True):
    """A special control, which the window registers under the preference's name."""

    accept: Callable[[Any], Value]


class Keeper(Protocol):
    def get(self, name: str, default: Any = None) -> Any: ...

    def set(self, name: str, value: Any) -> None: ...


@dataclass(eq=False, repr=False)
class Preference(Generic[Value]):
    """One line of the table, and a typed attribute (descriptor) of the settings. `group` None: changed elsewhere, see
    `help`. `needs` names a switch without which this has no effect; `without` says why. `synonyms` are search words,
    separated by commas."""

    default: Value
    group: Group | None
    label: str
    editor: Editor[Value]
    _: KW_ONLY
    help: str = ""
    needs: str = ""
    without: str = ""
    synonyms: str = ""
    name: str = field(default="", init=False)

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


_BACKUPS = Group(Section.PROFILE, "Daily backups", protects=True)
_FOLDER = Group(Section.SAVING, "Folder")
_UNAVAILABLE = Group(Section.SAVING, "While the folder cannot be used", protects=True)
_NAMES = Group(Section.SAVING, "File names")
_BESIDE = Group(Section.SAVING, "With each result")
_THEME = Group(Section.LOOK, "Theme")
_MOTION = Group(Section.LOOK, "Motion")
_PLAYING = Group(Section.LOOK, "Playback")
_ANNOUNCED = Group(
    Section.NOTIFICATIONS,
    "Notify me in the background about",
    "By the system's own notifications, and never while the window is in front.",
)
_TRAY = Group(Section.NOTIFICATIONS, "Tray")
_AT_ONCE = Group(Section.RUNWAY, "At the same time")
_OF_A_MODEL = Group(
    Section.RUNWAY,
    "Tasks of one model at the same time",
    "Set a number where you want fewer than Runway allows. Other tasks stay queued here, where you can change them.",
)
_CANCELING = Group(Section.RUNWAY, "Canceling", protects=True)
_CAPS = Group(
    Section.MONEY,
    "Caps",
    "A task that would exceed a cap stays queued and says so; one button raises the cap. A credit is $0.01.",
)
_PROJECTS = Group(Section.MONEY, "Caps of projects", "A project's cap counts everything the project has ever cost.")
_SENDING = Group(
    Section.MONEY,
    "Before sending",
    "You are always asked where the price is not known, or a cap or the balance would hold it back.",
)


class Preferences:
    """The table, in the order of the pages."""

    daily_backup = Preference(True, _BACKUPS, "Keep a light backup of each day on which something changed", Switch())
    library_folder = Preference(
        "",
        _FOLDER,
        "Folder for results",
        Own(_any_text),
        synonyms="output, save to, download to, move to folder, library",
    )
    rescue = Preference(
        True, _UNAVAILABLE, "After an hour, save results in the profile's folder and move them home later", Switch()
    )
    name_template = Preference(DEFAULT_TEMPLATE, _NAMES, "Template for file names", Own(_text), synonyms="pattern")
    sidecars = Preference(
        True, _BESIDE, "Keep the request in a small JSON file beside it", Switch(), synonyms="sidecar"
    )
    embed = Preference(
        True, _BESIDE, "Write the request into files of up to 64 MB too, where their format can hold it", Switch()
    )
    theme = Preference[Theme](
        "system",
        _THEME,
        "Theme",
        Choice((("system", "Match system"), ("light", "Light"), ("dark", "Dark"))),
        synonyms="appearance, color scheme, mode",
    )
    language = Preference(
        "",
        None,
        "Language",
        Own(_any_text),
        help="Takes effect at the next start",
        synonyms="translation, locale",
    )
    reduce_motion = Preference(
        False,
        _MOTION,
        "Reduce motion: clips open still, and posters stay still under the pointer",
        Switch(),
        synonyms="animations, autoplay, accessibility",
    )
    loop_clips = Preference(False, _PLAYING, "Play clips again from the start when they end", Switch(), synonyms="loop")
    muted = Preference(False, _PLAYING, "Play without sound", Switch(), synonyms="mute, unmute, silent, volume")
    announce = Preference[Announce](
        "batch",
        _ANNOUNCED,
        "Notify about",
        Choice(
            (
                ("each", "Each result, and whatever goes wrong"),
                ("batch", "A batch when it is done, single results, and what is uncertain"),
                ("failures", "Only what goes wrong"),
                ("off", "Nothing"),
            )
        ),
        synonyms="do not disturb, alerts, notifications",
    )
    tray = Preference(True, _TRAY, "Show an icon in the system's tray, where there is one", Switch())
    stay_in_tray = Preference(
        False,
        _TRAY,
        "Keep running in the tray",
        Switch(),
        needs="tray",
        without="Without the icon nothing would bring the window back.",
        synonyms="background, minimize to tray",
    )
    poll_limit = Preference(8, _AT_ONCE, "Tasks to check", Number(1, 8), synonyms="polling, rate")
    download_limit = Preference(4, _AT_ONCE, "Results to download", Number(1, 4), synonyms="parallel downloads")
    lane_limits = Preference[dict[str, int]](
        {}, _OF_A_MODEL, "Limits of models", NumberEach(int, 100, "model", "Tasks of {} at the same time", "as allowed")
    )
    ask_before_cancel = Preference(True, _CANCELING, "Ask before a task is canceled on Runway", Switch())
    day_cap = Preference[float | None](None, _CAPS, "Per day", Credits(), synonyms="daily cap, budget")
    month_cap = Preference[float | None](None, _CAPS, "Per month", Credits(), synonyms="monthly cap, budget")
    sending_cap = Preference[float | None](None, _CAPS, "Per task", Credits(), synonyms="cap of a single task, budget")
    project_caps = Preference[dict[str, float]](
        {}, _PROJECTS, "Caps of projects", NumberEach(float, MOST_CREDITS, "project", "Cap of {}", "no cap", " credits")
    )
    confirm_above = Preference[float | None](None, _SENDING, "Ask when it costs more than", Credits("no limit"))
    shortcuts = Preference[dict[str, list[str]]](
        {}, None, "Shortcuts", Own(_shortcuts), help="Changed in the window of keyboard shortcuts."
    )

    @classmethod
    def preferences(cls) -> dict[str, Preference[Any]]:
        """All lines by name."""
        return {name: line for name, line in vars(Preferences).items() if isinstance(line, Preference)}
