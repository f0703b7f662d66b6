"""Top bar (profile with its menu, search, activity, balance, pause, import, preferences, menu), bar of a project's
views, and status line (connection, live, queued, not saved). GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QWidget

from runway_desktop.domain.account import Link
from runway_desktop.domain.library import Page
from runway_desktop.domain.profiles import Profile
from runway_desktop.texts import Text, _, ngettext, number
from runway_desktop.ui.activity.pill import Pill
from runway_desktop.ui.building import STRETCH, add_all, hbox, open_below, passing_menu, push_button, tool_button
from runway_desktop.ui.commands.everywhere import MENU
from runway_desktop.ui.commands.keys import Keys, add_entries, add_entry
from runway_desktop.ui.labels import DOT_INKS, ElidedLabel, PlainLabel
from runway_desktop.ui.profiles.badge import COLOR_WORDS, badge, badge_width
from runway_desktop.ui.search.search_line import SearchLine
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.theme import GRID, TARGET, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.command import EXCHANGE
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import key_source_words, key_words
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from runway_desktop.viewmodels.status import Status
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from runway_desktop.viewmodels.tasks.pages import Pages

from .commands import ASK_NOW, CAPS, PAUSE, PREFERENCES, SPENDING

_LINK_ROLES = {
    Link.CONNECTED: Role.GOOD,
    Link.OFFLINE: Role.WARN,
    Link.TROUBLED: Role.WARN,
    Link.NO_KEY: Role.FAINT,
    Link.KEY_REFUSED: Role.BAD,
    Link.IDLE: Role.FAINT,
}
_BADGE = 16
MOST_IN_MENU = 24
"""Maximum that fits the menu; others can be opened by name on the command line."""
_BALANCE_TIP = Text("Your balance at Runway. Click for spending and caps.")
_NAME_WIDTH = 15 * GRID
"""Maximum width of a profile's name; longer ones are elided."""
_NARROW, _TIGHT = 150 * GRID, 110 * GRID
_BELOW = "▾"


class TopBar(QWidget):
    preferences_wanted = Signal(str)
    """Section to open; empty for the first."""
    menu_wanted = Signal()
    """Open the menu of all commands at `menu_button`."""

    def __init__(
        self,
        status: Status,
        pages: Pages,
        search: SearchLine,
        theme: Theme,
        keys: Keys,
        profiles: ProfilesModel,
        activity: Activity,
    ) -> None:
        super().__init__()
        self._status = status
        self._pages = pages
        self._theme = theme
        self._keys = keys
        self._profiles = profiles
        self._shown_link: Link | None = None
        self._is_narrow = False
        """Buttons show only icons, to leave space for the search line."""
        self._is_tight = False
        """No width is reserved either."""
        self.setProperty("pane", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = hbox(on=self, margins=(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID))
        self._who = push_button(self, "", self.open_profiles, kind="chip")
        self._who.setStyleSheet("text-align: left;")
        self._who.setIconSize(QSize(badge_width(_BADGE, QColor()), _BADGE))
        self.search = search
        self.pill = Pill(activity, theme, keys, self)
        add_all(row, self._who, (self.search, 4), self.pill, (None, 1))
        self._balance = push_button(self, "", self._balance_menu, kind="chip", tip=str(_BALANCE_TIP))
        self._pause = push_button(self, "", lambda: PAUSE.does(self.window()), kind="chip", checkable=True)
        self._pause.setToolTip(tip(_("Pause sending. Tasks that are already at Runway continue.")))
        self._library = push_button(
            self,
            _BELOW,
            self._library_menu,
            kind="chip",
            tip=_("Import, export and backup"),
            spoken=_("Import, export and backup"),
        )
        self._preferences = tool_button(self, self._open_section(), side=16, kind="chip", spoken=_("Preferences"))
        self.menu_button = tool_button(self, self.menu_wanted, side=16, kind="chip", spoken=_("Menu"))
        add_all(row, self._balance, self._pause, self._library, self._preferences, self.menu_button)
        status.changed.connect(self._show)
        keys.changed.connect(self._restyle)
        profiles.changed.connect(self._show_who)
        FollowsTheme(theme, self, self._restyle)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pill.fit(self.width())
        narrow, tight = self.width() < _NARROW, self.width() < _TIGHT
        if (narrow, tight) != (self._is_narrow, self._is_tight):
            self._is_narrow, self._is_tight = narrow, tight
            self._reserve_room()
            self._show()

    def sizeHint(self) -> QSize:
        """As high as the highest button wants: the layout would take the height of the parts that are fixed."""
        highest = max(part.sizeHint().height() for part in (self._who, self._balance, self.search))
        return QSize(super().sizeHint().width(), highest + 2 * GRID)

    def minimumSizeHint(self) -> QSize:
        """Width 0: the bar hides texts when narrow, so it must not limit the window."""
        return QSize(0, self.sizeHint().height())

    def open_profiles(self) -> None:
        """Opens the profile menu, after rereading the profile folders."""
        self._profiles.refresh(self._who_popup)

    def _open_section(self, section: str = "") -> Callable[[], None]:
        return lambda: self.preferences_wanted.emit(section)

    def _restyle(self) -> None:
        self._preferences.setToolTip(self._keys.tip(PREFERENCES))
        self._preferences.setIcon(self._theme.icon("mdi6.cog-outline"))
        self._library.setIcon(self._theme.icon("mdi6.tray-arrow-down"))
        self.menu_button.setToolTip(self._keys.tip(MENU, _("All commands")))
        self.menu_button.setIcon(self._theme.icon("mdi6.menu"))
        self._shown_link = None
        self._reserve_room()
        self._show()

    def _reserve_room(self) -> None:
        """Reserves the width of the widest usual balance, so that the search line does not move."""
        shown, widest = self._balance.text(), 0
        for words in (units.credits_in_words(88_888.88), _("about {credits}", credits=units.credits_in_words(88_888))):
            self._balance.setText(words)
            widest = max(widest, self._balance.sizeHint().width())
        self._balance.setText(shown)
        self._balance.setMinimumWidth(0 if self._is_tight else widest)
        # Fixed, so that a change of the name does not move anything.
        self._who.setFixedWidth(self._name_width() + self._who.iconSize().width() + 6 * GRID)

    def _name_width(self) -> int:
        return _NAME_WIDTH if not self._is_narrow else _NAME_WIDTH // 2 + GRID

    def _show(self) -> None:
        if self._status.connection.link is not self._shown_link:
            self._show_who()
        words, _tone = self._status.connection_words()
        key, title = self._status.key, self._profiles.title
        shown = name = title or key_words(key)
        metrics, room = self._who.fontMetrics(), self._name_width()
        if key.ending and not title and metrics.horizontalAdvance(name) > room:
            # What tells keys apart, rather than the word.
            shown = f"…{key.ending}"
        self._who.setText(f"{caption(metrics.elidedText(shown, Qt.TextElideMode.ElideRight, room))}  ▾")
        # Without seconds: screen readers announce each change of a name.
        connected = words.partition(" · ")[0]
        self._who.setAccessibleName(
            _(
                "Profile {name}, {color}, {connection}",
                name=name,
                color=COLOR_WORDS[self._profiles.color],
                connection=connected,
            )
        )
        self._who.setToolTip(tip(f"{name}\n{words}\n{key_source_words(self._status.key)}"))
        self.show_scope()
        self._balance.setText(self._status.balance_words())
        self._balance.setToolTip(tip("\n".join(filter(None, (str(_BALANCE_TIP), self._status.balance_detail())))))
        self._balance.setAccessibleName(_("Balance {credits}", credits=self._status.balance_words()))
        paused = self._status.paused
        sign, role = ("mdi6.play", Role.ACCENT) if paused else ("mdi6.pause", Role.TEXT)
        self._pause.setChecked(paused)
        does = _("Resume sending") if paused else _("Pause sending")
        self._pause.setText("" if self._is_narrow else does)
        self._pause.setAccessibleName(does)
        self._library.setText(_BELOW if self._is_narrow else f"{_('Import')}  {_BELOW}")
        icon = self._theme.icon(sign, role)
        if self._pause.icon().cacheKey() != icon.cacheKey():
            # A button is laid out and painted again for each icon that it is given.
            self._pause.setIcon(icon)

    def show_scope(self) -> None:
        """Says in the search line where it searches."""
        scope, total = self._pages.scope, self._pages.counts.pages.get(Page.ALL, 0)
        if scope:
            said = _("Search in “{page}”", page=scope)
        elif not total:
            said = _("Search")
        elif self._is_narrow:
            said = _("Search all tasks")
        else:
            said = ngettext(
                "Search {n} task: prompt, model, tag, note", "Search {n} tasks: prompt, model, tag, note", total
            )
        self.search.setPlaceholderText(said)

    def _balance_menu(self) -> None:
        menu, given = passing_menu(self), self._keys.given(self.window())
        add_entries(menu, (given[one] for one in (SPENDING, CAPS, ASK_NOW)), self._keys)
        open_below(menu, self._balance)

    def _library_menu(self) -> None:
        menu, given = passing_menu(self), self._keys.given(self.window())
        entries = [one for one in given.values() if one.command.section is EXCHANGE]
        # The button says "Import".
        entries.sort(key=lambda one: not one.command.id.startswith("exchange."))
        # A short menu, so nothing is below another entry.
        for one in entries:
            if one.command.begins:
                menu.addSeparator()
            add_entry(menu, one, self._keys)
        open_below(menu, self._library)

    def _show_who(self) -> None:
        self._shown_link = link = self._status.connection.link
        dot, ground = self._theme.color(_LINK_ROLES[link]), self._theme.color(Role.HOVER)
        self._who.setIcon(badge(self._profiles.initials, self._profiles.color, _BADGE, dot, ground))
        self._show()

    def _who_popup(self) -> None:
        """Menu of the profile's name: connection state, other profiles, a new one."""
        menu, theme, model = passing_menu(self), self._theme, self._profiles
        menu.setAccessibleName(_("Profile"))
        for line in (self._status.connection_words()[0], key_source_words(self._status.key)):
            menu.addAction(line).setEnabled(False)
        menu.addAction(_("Refresh"), lambda: ASK_NOW.does(self.window()))
        menu.addAction(_("Change key…"), self._open_section("Key"))
        profiles = model.profiles()
        if profiles:
            menu.addSection(_("Profiles"))
        for profile in profiles[:MOST_IN_MENU]:
            self._add_profile(menu, profile)
        menu.addSeparator()
        new = menu.addAction(theme.icon("mdi6.plus", Role.MUTED), _("New profile…"), model.new_wanted.emit)
        new.setEnabled(not model.why_no_new_one)
        new.setToolTip(tip(model.why_no_new_one))
        pencil = theme.icon("mdi6.pencil-outline", Role.MUTED)
        menu.addAction(pencil, _("Name, color and backups…"), self._open_section("Profile"))
        if model.may_start_empty:
            menu.addAction(
                theme.icon("mdi6.broom", Role.MUTED), _("Start with an empty demo…"), model.empty_wanted.emit
            )
        removable = [one for one in profiles if not (model.is_current(one) or one.is_demo or one.is_main)]
        if removable:
            below = QMenu(_("Remove a profile"), menu)
            below.setIcon(theme.icon("mdi6.trash-can-outline", Role.MUTED))
            menu.addMenu(below)
            for profile in removable[:MOST_IN_MENU]:
                icon = badge(profile.initials, profile.color, _BADGE)
                below.addAction(icon, f"{caption(profile.title)}…", partial(model.ask_to_remove, profile))
        menu.addSeparator()
        menu.addAction(_("Preferences…"), self._open_section())
        menu.setToolTipsVisible(True)
        open_below(menu, self._who)

    def _add_profile(self, menu: QMenu, profile: Profile) -> None:
        # After the tab, in the column of shortcuts: the color in words.
        text, icon = (
            f"{caption(profile.title)}\t{COLOR_WORDS[profile.color]}",
            badge(profile.initials, profile.color, _BADGE),
        )
        if self._profiles.is_current(profile):
            menu.addAction(icon, f"{text} · {_('this window')}").setFont(self._theme.strong_font())
        else:
            action = menu.addAction(icon, text, partial(self._profiles.open, profile))
            action.setToolTip(tip(_("Open “{profile}” in its own window", profile=profile.title)))


class ViewsBar(QWidget):
    """Views of the open project, above its list. Hidden if no project is open, or if its takes are the only view."""

    chosen = Signal(str)
    """Id of a view's room; empty: the takes."""

    def __init__(self, pages: Pages, shown: ListFilter, theme: Theme) -> None:
        super().__init__()
        self._pages = pages
        self._shown = shown
        self._open = ""
        self._tools: QWidget | None = None
        self._buttons: dict[str, QPushButton] = {}
        self._title = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._views = hbox(spacing=GRID // 2)
        self._row = hbox(self._title, self._views, STRETCH, on=self, margins=(12, GRID, GRID, 0))
        self._stop = OneStop(self)
        pages.changed.connect(self.renew)
        shown.changed.connect(self.renew)
        FollowsTheme(theme, self, lambda: self._title.setFont(theme.strong_font()))
        self.renew()

    def show_view(self, room_id: str, tools: QWidget | None) -> None:
        """Marks the open view, and shows its tools at the end."""
        if self._tools is not None and self._tools is not tools:
            self._row.removeWidget(self._tools)
            self._tools.hide()
        if tools is not None:
            self._row.addWidget(tools)
            tools.show()
        self._open, self._tools = room_id, tools
        self.renew()

    def renew(self) -> None:
        """Shows the views of the open project, in place if they are the same, which keeps the focus."""
        views = self._pages.views
        self._title.setText(self._shown.project)
        self.setAccessibleName(_("Views of {project}", project=self._shown.project))
        if [*self._buttons] != [one.room for one in views]:
            for button in self._buttons.values():
                self._views.removeWidget(button)
                button.deleteLater()
            self._buttons = {
                one.room: push_button(self, one.title, partial(self._choose, one.room), kind="pill", checkable=True)
                for one in views
            }
            for button in self._buttons.values():
                self._views.addWidget(button)
            self._stop.hold([*self._buttons.values()])
        for one in views:
            button, count = self._buttons[one.room], "" if one.count is None else number(one.count)
            button.setText(f"{one.title}  {count}".rstrip())
            button.setAccessibleName(_("{page}, {n}", page=one.title, n=count) if count else one.title)
            button.setChecked(one.room == self._open)
        self.setVisible(bool(views))

    def _choose(self, room_id: str, _checked: bool = False) -> None:
        # A click unchecks the open one, and checks one that is still loading.
        self._buttons[room_id].setChecked(room_id == self._open)
        if room_id != self._open:
            self.chosen.emit(room_id)


class StatusLine(QFrame):
    not_saved_wanted = Signal()
    menu_wanted = Signal(QPoint)
    """Global position."""

    def __init__(self, status: Status, composer: Composer, theme: Theme) -> None:
        super().__init__()
        self._status = status
        self._composer = composer
        self._theme = theme
        self.setProperty("pane", "bar")
        self._dot = PlainLabel(self)
        self._shown_tone: Tone | None = None
        self._connection, self._left, self._right = (
            ElidedLabel(self, Qt.TextElideMode.ElideRight) for _label in range(3)
        )
        # No accessible names, which would be read instead of the text.
        for label in (self._connection, self._left, self._right):
            label.setProperty("tone", "muted")
            label.setMinimumWidth(0)
        tip = _("Results that are not on this computer yet, and how long Runway keeps them")
        self._takes = ""
        self._not_saved = tool_button(self, self.not_saved_wanted, side=14, kind="flat", tip=tip)
        self._not_saved.setStyleSheet(f"padding: 0 4px; min-height: {TARGET - 2}px;")
        self._not_saved.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        parts = (self._dot, self._connection, self._left, STRETCH, self._not_saved, self._right)
        hbox(*parts, on=self, margins=(GRID + GRID // 2, 0, GRID + GRID // 2, 0), spacing=2 * GRID)
        status.changed.connect(self._show)
        composer.structure_changed.connect(self._show)
        FollowsTheme(theme, self, self._restyle)

    def say_takes(self, words: str) -> None:
        """Sets the text of how many takes are judged; empty outside of takes."""
        if words != self._takes:
            self._takes = words
            self._show()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def _restyle(self) -> None:
        font = self._theme.tabular(self._theme.small_font())
        for label in (self._connection, self._left, self._right):
            label.setFont(font)
        self._not_saved.setFont(font)
        self._not_saved.setIcon(self._theme.icon("mdi6.content-save-alert-outline", Role.WARN))
        self._shown_tone = None
        # Reserved whether or not the button is visible, so that nothing above moves.
        margins = self.layout().contentsMargins()
        tallest = max(self._not_saved.sizeHint().height(), self._left.sizeHint().height())
        self.setMinimumHeight(tallest + margins.top() + margins.bottom())
        self._show()

    def _show(self) -> None:
        words, tone = self._status.connection_words()
        if self._shown_tone is not tone:
            self._shown_tone = tone
            self._dot.setPixmap(self._theme.icon("mdi6.circle", DOT_INKS[tone]).pixmap(8, 8))
        self._connection.setText(words)
        self._left.setText("     ".join(self._status.left_parts()))
        right = [self._takes] if self._takes else self._status.right_parts(self._composer.pair.model)
        self._right.setText("     ".join(right))
        waiting = self._status.not_saved_words()
        self._not_saved.setVisible(bool(waiting))
        if waiting:
            self._not_saved.setText(waiting)
