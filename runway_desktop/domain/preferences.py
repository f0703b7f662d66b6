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

from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .filenames import DEFAULT_TEMPLATE

Value = TypeVar("Value")
Checked_co = TypeVar("Checked_co", covariant=True)
Amount = TypeVar("Amount", int, float)

Theme = Literal["system", "light", "dark"]
Announce = Literal["each", "batch", "failures", "off"]

NO_TEXT = Text("")
MOST_CREDITS = 100_000_000
"""More than the highest tier may spend in a year."""


class Section(StrEnum):
    """The pages of the preferences' window in their order, each with its heading, synonyms for the search, and its page
    of the guide."""

    KEY = (
        "Key",
        Text("Key", context="preferences"),
        Text("api key, api secret, token, sign in, login, account"),
        "privacy",
    )
    PROFILE = "Profile", Text("Profile"), Text("backups, workspace"), "moving-and-backup"
    SAVING = (
        "Saving",
        Text("Saving", context="preferences"),
        Text("downloads, file names, disk space, free space, clean up, cache"),
        "handing-on",
    )
    LOOK = "Look", Text("Look"), Text("appearance, colors, display"), "faq"
    NOTIFICATIONS = "Notifications", Text("Notifications"), Text("alerts, messages, tray"), "faq"
    RUNWAY = (
        "Runway",
        Text("Runway"),
        Text("organization, tier, limits, concurrency, catalog, update models"),
        "queue-and-caps",
    )
    MONEY = "Money", Text("Money"), Text("budget, cap, spending limit, credits limit"), "queue-and-caps"
    PROGRAMS = (
        "Connected programs",
        Text("Connected programs"),
        Text("agents, mcp, claude, codex, cursor, vs code, scripts, command line, permissions"),
        "agents",
    )
    ABOUT = "About", Text("About"), Text("version, license"), "privacy"

    heading: Text
    synonyms: Text
    guide: str

    def __new__(cls, name: str, heading: Text, synonyms: Text, guide: str) -> Section:
        section = str.__new__(cls, name)
        section._value_ = name
        section.heading, section.synonyms, section.guide = heading, synonyms, guide
        return section


class Group(Struct, frozen=True):
    """The preferences under one heading of a page."""

    section: Section
    title: Text
    note: Text = NO_TEXT
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

    none: Text

    def accept(self, value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_CREDITS:
            raise ValueError
        return float(value)


class Choice(Struct, Generic[Value], frozen=True):
    """Radio buttons. Each option is the stored value and its label."""

    options: tuple[tuple[Value, Text], ...]

    def accept(self, value: Any) -> Value:
        for stored, _ in self.options:
            if stored == value:
                return stored
        raise ValueError


class NumberEach(Struct, Generic[Amount], frozen=True):
    """A number for each name. `what` is the kind of name, `add` the text of the button that adds one; `each` is the
    accessible name of the control of {name}, `none` its text without a number. Invalid entries are dropped."""

    amount: Callable[[float], Amount]
    most: int
    what: Text
    add: Text
    each: Text
    none: Text
    unit: Text = NO_TEXT

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
    label: Text
    editor: Editor[Value]
    _: KW_ONLY
    help: Text = NO_TEXT
    needs: str = ""
    without: Text = NO_TEXT
    synonyms: Text = NO_TEXT
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


_BACKUPS = Group(Section.PROFILE, Text("Daily backups"), protects=True)
_FOLDER = Group(Section.SAVING, Text("Folder"))
_UNAVAILABLE = Group(Section.SAVING, Text("When the folder is not available"), protects=True)
_NAMES = Group(Section.SAVING, Text("File names"))
_BESIDE = Group(Section.SAVING, Text("With each result"))
_LANGUAGE = Group(Section.LOOK, Text("Language"))
_THEME = Group(Section.LOOK, Text("Theme"))
_TEXT_SIZE = Group(Section.LOOK, Text("Text size"))
_PERCENT = Text("{n} %", context="percent")
_MOTION = Group(Section.LOOK, Text("Motion"))
_PLAYING = Group(Section.LOOK, Text("Playback"))
_ANNOUNCED = Group(
    Section.NOTIFICATIONS,
    Text("Notify me in the background about"),
    Text("As system notifications, and never while the window is in front."),
)
_LOGIN = Group(Section.NOTIFICATIONS, Text("Login"))
_SLEEP = Group(Section.NOTIFICATIONS, Text("Sleep"))
_TRAY = Group(Section.NOTIFICATIONS, Text("Tray"))
_AT_ONCE = Group(Section.RUNWAY, Text("At the same time"))
_OF_A_MODEL = Group(
    Section.RUNWAY,
    Text("Tasks per model at the same time"),
    Text("Set a number if you want fewer than Runway allows. Other tasks wait in the queue, where you can edit them."),
)
_CANCELING = Group(Section.RUNWAY, Text("Canceling"), protects=True)
_CAPS = Group(
    Section.MONEY,
    Text("Caps"),
    Text("A task over a cap stays in the queue until you raise the cap. A credit costs $0.01."),
)
_PROJECTS = Group(Section.MONEY, Text("Project caps"), Text("A project's cap counts everything it has ever cost."))
_SENDING = Group(
    Section.MONEY,
    Text("Before sending"),
    Text("You are always asked when the price is not known, or when a cap or the balance is too low."),
)
_NO_CAP, _CREDITS = Text("no cap"), Text("credits")


class Preferences:
    """The table, in the order of the pages."""

    daily_backup = Preference(True, _BACKUPS, Text("Keep a light backup of each day with changes"), Switch())
    library_folder = Preference(
        "",
        _FOLDER,
        Text("Folder for results"),
        Own(_any_text),
        synonyms=Text("output, save to, download to, move to folder, library"),
    )
    rescue = Preference(
        True,
        _UNAVAILABLE,
        Text("After an hour, save to the profile's folder, and move back later"),
        Switch(),
    )
    name_template = Preference(
        DEFAULT_TEMPLATE, _NAMES, Text("File name template"), Own(_text), synonyms=Text("pattern")
    )
    sidecars = Preference(
        True, _BESIDE, Text("Save the request as a small JSON file"), Switch(), synonyms=Text("sidecar")
    )
    embed = Preference(True, _BESIDE, Text("Write the request into the file, up to 64 MB"), Switch())
    theme = Preference[Theme](
        "system",
        _THEME,
        Text("Theme"),
        Choice((("system", Text("Match system")), ("light", Text("Light")), ("dark", Text("Dark")))),
        synonyms=Text("appearance, color scheme, mode"),
    )
    language = Preference(
        "",
        _LANGUAGE,
        Text("Language"),
        Own(_any_text),
        synonyms=Text("translation, locale, english, german, deutsch, japanese, 日本語"),
    )
    text_size = Preference[int](
        100,
        _TEXT_SIZE,
        Text("Text size"),
        Choice(tuple((percent, _PERCENT.with_(n=percent)) for percent in (90, 100, 110, 125, 140, 160))),
        synonyms=Text("font size, larger text, smaller text, scale, zoom"),
    )
    reduce_motion = Preference(
        False,
        _MOTION,
        Text("Reduce motion: clips and thumbnails stay still"),
        Switch(),
        synonyms=Text("animations, autoplay, accessibility"),
    )
    loop_clips = Preference(
        False, _PLAYING, Text("Loop clips"), Switch(), synonyms=Text("repeat, play again from the start")
    )
    muted = Preference(
        False, _PLAYING, Text("Play without sound"), Switch(), synonyms=Text("mute, unmute, silent, volume")
    )
    announce = Preference[Announce](
        "batch",
        _ANNOUNCED,
        Text("Notify about"),
        Choice(
            (
                ("each", Text("Each result, and anything that goes wrong")),
                ("batch", Text("Finished batches, single results, and anything uncertain")),
                ("failures", Text("Only what goes wrong")),
                ("off", Text("Nothing")),
            )
        ),
        synonyms=Text("do not disturb, alerts, notifications"),
    )
    stay_awake = Preference(
        True,
        _SLEEP,
        Text("Keep the computer awake while tasks are running; the screen may turn off"),
        Switch(),
        synonyms=Text("suspend, standby, power saving, battery"),
    )
    start_at_login = Preference(
        False,
        _LOGIN,
        Text("Start at login"),
        Own(Switch().accept),
        synonyms=Text("startup, autostart, hidden, boot"),
    )
    """Stored only where the system does not say it."""
    tray = Preference(True, _TRAY, Text("Show an icon in the system tray"), Switch())
    stay_in_tray = Preference(
        False,
        _TRAY,
        Text("Keep running in the tray"),
        Switch(),
        needs="tray",
        without=Text("Without the icon, nothing could bring the window back."),
        synonyms=Text("background, minimize to tray"),
    )
    poll_limit = Preference(8, _AT_ONCE, Text("Tasks to check"), Number(1, 8), synonyms=Text("polling, rate"))
    download_limit = Preference(
        4, _AT_ONCE, Text("Results to download"), Number(1, 4), synonyms=Text("parallel downloads")
    )
    lane_limits = Preference[dict[str, int]](
        {},
        _OF_A_MODEL,
        Text("Model limits"),
        NumberEach(
            int,
            100,
            Text("Model"),
            Text("Add a model…"),
            Text("{name}: tasks at the same time"),
            Text("as allowed"),
        ),
    )
    ask_before_cancel = Preference(True, _CANCELING, Text("Ask before canceling a task at Runway"), Switch())
    day_cap = Preference[float | None](
        None, _CAPS, Text("Per day"), Credits(_NO_CAP), synonyms=Text("daily cap, budget")
    )
    month_cap = Preference[float | None](
        None, _CAPS, Text("Per month"), Credits(_NO_CAP), synonyms=Text("monthly cap, budget")
    )
    sending_cap = Preference[float | None](
        None, _CAPS, Text("Per task"), Credits(_NO_CAP), synonyms=Text("cap of a single task, budget")
    )
    project_caps = Preference[dict[str, float]](
        {},
        _PROJECTS,
        Text("Project caps"),
        NumberEach(
            float,
            MOST_CREDITS,
            Text("Project"),
            Text("Add a project…"),
            Text("Cap of {name}"),
            _NO_CAP,
            _CREDITS,
        ),
    )
    confirm_above = Preference[float | None](
        1_000.0, _SENDING, Text("Ask when it costs more than"), Credits(Text("never ask"))
    )
    shortcuts = Preference[dict[str, list[str]]](
        {}, None, Text("Shortcuts"), Own(_shortcuts), help=Text("Changed in the window of keyboard shortcuts.")
    )

    @classmethod
    def preferences(cls) -> dict[str, Preference[Any]]:
        """All lines by name."""
        return {name: line for name, line in vars(Preferences).items() if isinstance(line, Preference)}
