"""The form of the preferences: pages, groups, a line for each preference of `domain/preferences.py` in the order of
the pages, and its entries in the palette. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from typing import Any

from runway_desktop.domain.library import folded
from runway_desktop.domain.preferences import PROGRAMS_PAGE, TEXT_SIZES, Choice, Credits, Editor, Preferences, Switch
from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text, _
from runway_desktop.usecases.palette.palette import Heading, Offer
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct, replace

NO_TEXT = Text("")


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
        PROGRAMS_PAGE,
        Text("Connected programs"),
        Text("agents, mcp, claude, codex, cursor, vs code, scripts, command line, permissions"),
        "agents",
    )
    EVENTS = (
        "Events",
        Text("Events", context="preferences"),
        Text("hook, webhook, notify a program, script, after saving, upload, s3, nas, chat, phone, push"),
        "events",
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


class Each(Struct, frozen=True, kw_only=True):
    """Texts of a number for each name. `what` is the kind of name, `add` the text of the button that adds one; `each`
    is the accessible name of the control of {name}."""

    what: Text
    add: Text
    each: Text
    unit: Text = NO_TEXT


class Line(Struct, frozen=True):
    """How a preference is shown. `needs` names a switch without which it has no effect; `without` says why. `synonyms`
    are search words, separated by commas. `options` are the labels of a choice; `none` is the text of no number."""

    name: str
    group: Group
    synonyms: Text = NO_TEXT
    needs: str = ""
    without: Text = NO_TEXT
    options: tuple[Text, ...] = ()
    none: Text = NO_TEXT
    each: Each | None = None

    @property
    def kind(self) -> Editor[Any]:
        return Preferences.preferences()[self.name].editor

    @property
    def label(self) -> Text:
        return Preferences.preferences()[self.name].label

    @property
    def choices(self) -> tuple[tuple[Any, Text], ...]:
        """Each value of a choice with its label."""
        kind = self.kind
        return tuple(zip(kind.values, self.options, strict=True)) if isinstance(kind, Choice) else ()


class NumberRow(Struct, frozen=True):
    """One name with its number; 0: none. `label` is shown for the name, `remark` after the number."""

    name: str
    number: int
    remark: str = ""
    label: str = ""


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
_NO_CAP = Text("no cap")
_EVENTS = Group(
    Section.EVENTS,
    Text("When something happens, run"),
    Text("A program, or an address by POST. It gets the event as JSON, and saving never waits for it."),
    protects=True,
)


LINES = (
    Line("daily_backup", _BACKUPS),
    Line("library_folder", _FOLDER, Text("output, save to, download to, move to folder, library")),
    Line("rescue", _UNAVAILABLE),
    Line("name_template", _NAMES, Text("pattern")),
    Line("sidecars", _BESIDE, Text("sidecar")),
    Line("embed", _BESIDE),
    Line(
        "theme",
        _THEME,
        Text("appearance, color scheme, mode"),
        options=(Text("Match system"), Text("Light"), Text("Dark")),
    ),
    Line("language", _LANGUAGE, Text("translation, locale, english, german, deutsch, japanese, 日本語")),
    Line(
        "text_size",
        _TEXT_SIZE,
        Text("font size, larger text, smaller text, scale, zoom"),
        options=tuple(_PERCENT.with_(n=percent) for percent in TEXT_SIZES),
    ),
    Line("reduce_motion", _MOTION, Text("animations, autoplay, accessibility")),
    Line("loop_clips", _PLAYING, Text("repeat, play again from the start")),
    Line("muted", _PLAYING, Text("mute, unmute, silent, volume")),
    Line(
        "announce",
        _ANNOUNCED,
        Text("do not disturb, alerts, notifications"),
        options=(
            Text("Each result, and anything that goes wrong"),
            Text("Finished batches, single results, and anything uncertain"),
            Text("Only what goes wrong"),
            Text("Nothing"),
        ),
    ),
    Line("stay_awake", _SLEEP, Text("suspend, standby, power saving, battery")),
    Line("start_at_login", _LOGIN, Text("startup, autostart, hidden, boot")),
    Line("tray", _TRAY),
    Line(
        "stay_in_tray",
        _TRAY,
        Text("background, minimize to tray"),
        needs="tray",
        without=Text("Without the icon, nothing could bring the window back."),
    ),
    Line("poll_limit", _AT_ONCE, Text("polling, rate")),
    Line("download_limit", _AT_ONCE, Text("parallel downloads")),
    Line(
        "lane_limits",
        _OF_A_MODEL,
        none=Text("as allowed"),
        each=Each(what=Text("Model"), add=Text("Add a model…"), each=Text("{name}: tasks at the same time")),
    ),
    Line("ask_before_cancel", _CANCELING),
    Line("day_cap", _CAPS, Text("daily cap, budget"), none=_NO_CAP),
    Line("month_cap", _CAPS, Text("monthly cap, budget"), none=_NO_CAP),
    Line("sending_cap", _CAPS, Text("cap of a single task, budget"), none=_NO_CAP),
    Line(
        "project_caps",
        _PROJECTS,
        none=_NO_CAP,
        each=Each(what=Text("Project"), add=Text("Add a project…"), each=Text("Cap of {name}"), unit=Text("credits")),
    ),
    Line("confirm_above", _SENDING, none=Text("never ask")),
    Line("hook", _EVENTS),
)
"""All but the shortcuts, which have a room of their own."""


def line_of(name: str) -> Line | None:
    return next((line for line in LINES if line.name == name), None)


def offers(cases: UseCases) -> Iterator[Offer]:
    """The entries in the palette: the pages, then the preferences."""
    for section in Section:
        yield Offer(
            id=f"setting:{section}",
            section=Heading.SETTINGS,
            text=str(section.heading),
            detail=_("Preferences"),
            icon="mdi6.cog-outline",
            synonyms=str(section.synonyms),
        )
    for line in LINES:
        yield from _offers_of(line, cases.settings)


def _offers_of(line: Line, settings: Settings) -> Iterator[Offer]:
    """Settings of appearance and behavior with their possible values; of settings that protect something and of
    numbers, an entry that opens the preferences."""
    group, now = line.group, getattr(settings, line.name)
    own = Offer(
        id=f"setting:{line.name}",
        section=Heading.SETTINGS,
        text=str(line.label),
        detail=str(group.title if group.title != line.label else group.section.heading),
        aside=_value_words(line, now),
        icon="mdi6.cog-outline",
        synonyms=str(line.synonyms),
        also=" ".join(map(str, (group.title, group.section.heading, group.note, _("Preferences")))),
    )
    match line.kind:
        case Switch() if not group.protects:
            reason = str(line.without) if line.needs and not getattr(settings, line.needs) else ""
            says = _("Turn off") if now else _("Turn on")
            yield replace(own, sets=partial(_set, settings, line, not now), detail=says, says=says, reason=reason)
        case Choice() if not group.protects:
            for stored, label in line.choices:
                others = [folded(str(other)) for value, other in line.choices if value != stored]
                yield replace(
                    own,
                    # "dark" is a word for one of them alone.
                    synonyms=",".join(one for one in own.synonyms.split(",") if folded(one).strip() not in others),
                    id=f"setting:{line.name}={stored}",
                    text=_("{setting}: {choice}", setting=line.label, choice=label),
                    aside="",
                    sets=partial(_set, settings, line, stored),
                    reason=_("Already set.") if stored == now else "",
                )
        case _:
            yield own


def _set(settings: Settings, line: Line, value: object) -> tuple[str, Callable[[], None]]:
    stored, was = settings.get(line.name), _value_words(line, getattr(settings, line.name))
    settings.set(line.name, value)
    if isinstance(value, bool):
        said = _("{setting}: {value}.", setting=line.label, value=_value_words(line, value))
    else:
        now = _value_words(line, value)
        said = _("{setting}: {value}. It was {before}.", setting=line.label, value=now, before=was)
    return said, lambda: settings.set(line.name, stored)


def _value_words(line: Line, value: Any) -> str:
    match line.kind:
        case Switch():
            return _("On") if value else _("Off")
        case Choice():
            return units.shortened(str(dict(line.choices).get(value, "")), 32)
        case Credits():
            return str(line.none) if value is None else units.credits_in_words(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
