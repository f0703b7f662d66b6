"""Entry point of the preferences: sections at the left, one page each. Changes apply at once. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QListWidget, QScrollArea, QStackedWidget, QWidget

from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.rooms.preferences.model.table import Section, line_of
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, Dialog, hbox, open_at, push_button, scroll_area, vbox
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel

from .preference_pages import AboutPage, KeyPage, NoticesPage, PreferencePage, RunwayPage
from .profile_page import ProfilePage
from .programs_page import ProgramsPage

_PAGES = {
    Section.KEY: KeyPage,
    Section.NOTIFICATIONS: NoticesPage,
    Section.RUNWAY: RunwayPage,
    Section.PROGRAMS: ProgramsPage,
    Section.ABOUT: AboutPage,
}
"""Pages with more than the table. The profile page is built separately: it is omitted if the profile has no folder on
disk."""


def open_room(desk: Desk, wish: object) -> None:
    """`wish`: name of a section or of a preference to focus; None for the first section."""
    models = desk.models
    form = PreferencesForm(desk.cases, models.bridge, desk.runner, desk.window)
    dialog = Preferences(form, desk.theme, desk.window, profiles=models.profiles)
    dialog.back_up_wanted.connect(partial(desk.open, "backup"))
    dialog.restore_wanted.connect(partial(desk.open, "backup", "restore"))
    dialog.folder_wanted.connect(models.task_commands.folder_wanted)
    dialog.command_wanted.connect(lambda command: command.does(desk.window))
    dialog.requests_wanted.connect(dialog.accept)
    dialog.requests_wanted.connect(partial(desk.open, "requests"))
    dialog.show_section(wish if isinstance(wish, str) else "Key")
    dialog.open()
    desk.give_help(dialog, "preferences", lambda: dialog.section.guide)


class Preferences(Dialog):
    back_up_wanted = Signal()
    restore_wanted = Signal()
    requests_wanted = Signal()
    """Show the page of requests instead of this window."""
    folder_wanted = Signal(object)
    """Folder to open in the system's file manager."""
    command_wanted = Signal(object)
    """A command of the main window."""

    def __init__(
        self,
        form: PreferencesForm,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        profiles: ProfilesModel | None = None,
    ) -> None:
        super().__init__(_("Preferences"), parent)
        form.setParent(self)
        self._wanted = ""
        """Preference to focus once the window is shown."""
        # Created in tab order: sections, page, button.
        self._sections = QListWidget(self)
        self._stack = QStackedWidget(self)
        self._pages: dict[str, PreferencePage] = {}
        kept = form.kept_backups()
        for section in Section:
            area = scroll_area(self._stack)
            self._stack.addWidget(area)
            if section is not Section.PROFILE:
                page = _PAGES.get(section, PreferencePage)(form, theme, area, section)
            elif profiles is not None and kept is not None:
                page = self._profile_page(ProfilePage(form, profiles, kept, theme, area))
            else:
                self._stack.removeWidget(area)
                continue
            if isinstance(page, AboutPage):
                page.folder_wanted.connect(self.folder_wanted)
                page.command_wanted.connect(self.command_wanted)
            if isinstance(page, ProgramsPage):
                page.record_wanted.connect(self.requests_wanted)
            self._pages[section] = page
        self._sections.setAccessibleName(_("Sections"))
        self._sections.setProperty("kind", "sections")
        self._sections.addItems([str(section.heading) for section in Section if section in self._pages])
        self._sections.setFixedWidth(max(16 * GRID, self._sections.sizeHintForColumn(0) + 3 * GRID))
        self._stack.currentChanged.connect(self._measure)
        self._measure(0)
        self._sections.currentRowChanged.connect(self._stack.setCurrentIndex)
        close = push_button(self, _("Close"), self.accept)
        panes = hbox(self._sections, (self._stack, 1), spacing=2 * GRID)
        vbox((panes, 1), hbox(STRETCH, close), on=self, margins=2 * GRID, spacing=2 * GRID)
        open_at(self, QSize(136 * GRID, 90 * GRID))
        self.show_section("Key")
        self._sections.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def section(self) -> Section:
        """The section whose page is shown."""
        return list(self._pages.values())[self._sections.currentRow()].section

    def show_section(self, name: str) -> None:
        """Shows the page of a `Section`, or focuses the control of a preference on its page."""
        if (line := line_of(name)) is not None:
            self.show_section(line.group.section)
            self._wanted = name
            return
        self._sections.setCurrentRow(list(self._pages).index(name) if name in self._pages else 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if (line := line_of(self._wanted)) is not None:
            page = self._pages[line.group.section]
            page.focus_on(self._wanted)
            area = self._stack.currentWidget()
            if isinstance(area, QScrollArea) and (focus := self.focusWidget()) is not None:
                area.ensureWidgetVisible(focus, 0, 4 * GRID)
            self._wanted = ""

    def done(self, result: int) -> None:
        for page in self._pages.values():
            page.finish()
        super().done(result)

    def _measure(self, row: int) -> None:
        area, page = self._stack.widget(row), list(self._pages.values())[row]
        if isinstance(area, QScrollArea) and area.widget() is None:
            # An area measures its content at once: of all pages that takes as long as to build them.
            area.setWidget(page)

    def _profile_page(self, page: ProfilePage) -> ProfilePage:
        page.back_up_wanted.connect(self.back_up_wanted)
        page.restore_wanted.connect(self.restore_wanted)
        page.folder_wanted.connect(self.folder_wanted)
        return page
