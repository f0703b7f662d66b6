"""Preferences page of connected programs, their permissions, and how to add one. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLayout, QPlainTextEdit, QPushButton, QWidget

from runway_desktop.domain.account import MOST_CREDITS
from runway_desktop.domain.permissions import Act, Permission, folders_of, refusal
from runway_desktop.rooms.preferences.model.forms import ProgramsForm
from runway_desktop.texts import Text, _, in_turn, number_of
from runway_desktop.ui.building import (
    STRETCH,
    choices,
    clear_layout,
    hbox,
    in_turns,
    line,
    progress_bar,
    push_button,
    show_share,
    vbox,
)
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.confirm import ask_text, confirm
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import ElidedLabel, PlainLabel, announce, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.clients.hosts import Adding, Host, adding, moved_words
from runway_desktop.usecases.clients.programs import Program
from runway_desktop.usecases.words import clients, units
from runway_desktop.usecases.words.plain import caption, shown, tip
from runway_desktop.values import replace

from .preference_pages import PreferencePage

_PAUSED = Text("All programs are paused. They may read, but not create tasks.")
_NONE = Text("No programs connected yet. Add Runway Desktop to one of the programs below.")
WIDTHS = (21 * GRID, 28 * GRID, 19 * GRID, 18 * GRID, 11 * GRID)
"""Column widths at the usual font size; in a narrower window the row wraps."""
_REVOKE = 4
_HEIGHT = 17
"""Line height of the usual font, in pixels."""
_USUAL = 200
_ICONS = {
    Permission.READ: "mdi6.eye-outline",
    Permission.ASK: "mdi6.hand-back-right-outline",
    Permission.ALLOWANCE: "mdi6.wallet-outline",
    Permission.REVOKED: "mdi6.cancel",
}
_NEW = Text("New programs start as read only.")
_LINES = 10


class ProgramsPage(PreferencePage):
    record_wanted = Signal()
    """Show the record of their requests."""

    def build(self) -> None:
        self._rows: dict[str, ProgramRow | None] = {}
        title = self.heading(_("Connected programs"))
        self.rows.removeWidget(title)
        form = self.form.programs
        self._pause = push_button(self, _("Pause all"), lambda: form.pause_all(paused=not form.are_paused))
        self._record = push_button(self, _("Request history"), self.record_wanted, kind="flat")
        self.rows.addLayout(hbox(title, STRETCH, self._record, self._pause))
        self.note(
            _(
                "Programs on this computer that may use Runway through Runway Desktop. They cannot see your key, "
                "change settings or delete anything."
            )
        )
        self._paused = self.note(tone="warn")
        self._none = self.note(tone="muted")
        box = QFrame(self)
        box.setProperty("card", True)
        self._lines = vbox(on=box, spacing=0)
        self.rows.addWidget(box)
        self.note(_("Programs choose their own names. Check the request, not the name, before you approve."), "faint")
        self.heading(_("Add to"))
        self.rows.addWidget(AddProgram(self.form.programs, self.theme, self))
        self.form.programs.changed.connect(self._show)
        FollowsTheme(self.theme, self, self._show_all)

    def showEvent(self, event: QShowEvent) -> None:
        self.form.programs.look()
        super().showEvent(event)

    def _show_all(self) -> None:
        for row in self._rows.values():
            if row is not None:
                row.show_program(row.program)
        self._show()

    def _show(self) -> None:
        programs, paused = self.form.programs.programs, self.form.programs.are_paused
        names = [program.client.name for program in programs]
        if names != list(self._rows):
            self._build(names)
        for program in programs:
            if (row := self._rows[program.client.name]) is not None and row.program != program:
                row.show_program(program)
        say(self._paused, str(_PAUSED) if paused else "")
        say(self._none, str(_NONE) if len(names) == 1 else "")
        self._record.setIcon(self.theme.icon("mdi6.history"))
        self._pause.setText(_("Resume") if paused else _("Pause all"))
        self._pause.setIcon(self.theme.icon("mdi6.play" if paused else "mdi6.pause"))

    def _build(self, names: list[str]) -> None:
        clear_layout(self._lines)
        self._rows = dict.fromkeys(names)
        in_turns(self, *(partial(self._add_row, self._rows, name) for name in names))

    def _add_row(self, rows: dict[str, ProgramRow | None], name: str) -> None:
        """Adds one row per pass of the event loop, since many at once are noticeable. Does nothing if the rows were
        rebuilt meanwhile."""
        if rows is not self._rows:
            return
        if self._lines.count():
            self._lines.addWidget(line(self))
        program = next(one for one in self.form.programs.programs if one.client.name == name)
        row = rows[name] = ProgramRow(self.form.programs, self.theme, program, self)
        self._lines.addWidget(row)


class ProgramRow(QWidget):
    """Name, permission, credits spent today, and when it was last seen."""

    def __init__(self, form: ProgramsForm, theme: Theme, program: Program, parent: QWidget) -> None:
        super().__init__(parent)
        self._form, self._theme, self.program = form, theme, program
        name = self._name = clients.client_name(program.client.name)
        self.setAccessibleName(name)
        self._icon = PlainLabel(self)
        called = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        called.setText(name)
        self._waiting, self._today = (ElidedLabel(self, Qt.TextElideMode.ElideRight) for _label in range(2))
        self._waiting.setProperty("tone", "muted")
        self._waiting.setFont(theme.small_font())
        who = _cell(self, 0, hbox(self._icon, (vbox(called, self._waiting, spacing=0), 1)))
        who.setToolTip(tip(_("It identifies itself as “{name}”.", name=program.client.name)))
        self._permission = push_button(self, "", self._choose, kind="select")
        self._today.setFont(theme.tabular(theme.small_font()))
        self._bar = progress_bar(self, _("Spent of today's allowance"))
        self._dot, self._seen = PlainLabel(self), words(self, tone="muted", wrap=False)
        self._revoke = push_button(self, _("Revoke…"), self._ask_to_revoke, kind="flat")
        self._revoke.setAccessibleName(_("Revoke access for {name}", name=name))
        self._again = push_button(self, _("Allow again"), partial(self._permit, Permission.READ))
        self._seen.setFont(theme.small_font())
        self._again.setAccessibleName(_("Allow {name} again", name=name))
        cells = (
            who,
            _cell(self, 1, hbox((self._permission, 1), self._again)),
            _cell(self, 2, vbox(STRETCH, self._today, self._bar, STRETCH, spacing=GRID // 2)),
            _cell(self, 3, hbox(self._dot, (self._seen, 1))),
            _cell(self, _REVOKE, hbox(STRETCH, self._revoke)),
        )
        line = FlowLayout(gap=GRID)
        for cell in cells:
            cell.setFixedHeight(max(one.sizeHint().height() for one in cells[:2]))
            line.addWidget(cell)
        self._folders = _Folders(form, program, theme, self)
        vbox(line, self._folders, on=self, margins=(2 * GRID, GRID, 2 * GRID, GRID), spacing=GRID // 2)
        self.show_program(program)

    def show_program(self, program: Program) -> None:
        """Shows the program's current state; also called after a theme change."""
        self.program = program
        client, theme = program.client, self._theme
        is_revoked = client.permission is Permission.REVOKED
        self._icon.setPixmap(theme.icon(clients.client_icon(client.name), Role.MUTED).pixmap(20, 20))
        said = clients.permission_words(client)
        self._waiting.setText(said if is_revoked else clients.waiting_words(program.waiting))
        self._permission.setIcon(theme.icon(_ICONS[client.permission], Role.MUTED))
        self._permission.setText(f"{said}  ▾")
        self._permission.setAccessibleName(_("Permission of {name}: {permission}", name=self._name, permission=said))
        self._permission.setVisible(not is_revoked)
        self._today.setText(clients.today_words(client, program.today))
        has_allowance = client.permission is Permission.ALLOWANCE
        show_share(self._bar, program.today, client.credits if has_allowance else 0.0)
        is_connected = program.is_connected and not is_revoked
        role = Role.GOOD if is_connected else Role.FAINT
        self._dot.setPixmap(theme.icon("mdi6.circle", role).pixmap(GRID, GRID))
        say(self._seen, clients.seen_words(client, self._form.now, is_connected=is_connected))
        gone, there = (self._revoke, self._again) if is_revoked else (self._again, self._revoke)
        had_focus = self.window().focusWidget() is gone
        gone.hide()
        there.show()
        if had_focus:
            there.setFocus(Qt.FocusReason.OtherFocusReason)
        self._folders.show_program(program)

    def _choose(self) -> None:
        client = self.program.client
        options = [Option(permission, text) for permission, text in clients.permission_choices(client)]
        popup = ChoicePopup(options, client.permission, _("Permission of {name}", name=self._name), self._permission)
        popup.chosen.connect(self._chosen)
        popup.open_at(self._permission)

    def _chosen(self, permission: Permission) -> None:
        if permission is not Permission.ALLOWANCE:
            self._permit(permission)
            return
        refusal = _("Type a whole number from {least} to {most}.", least=1, most=MOST_CREDITS)
        ask_text(
            self,
            _("Let {name} spend without asking", name=self._name),
            _("Credits per day. Requests beyond that wait for you or are refused."),
            units.number(self.program.client.credits or _USUAL),
            lambda text: "" if _credits(text) else refusal,
            lambda text: self._permit(Permission.ALLOWANCE, _credits(text)),
            ok=_("Allow"),
        )

    def _permit(self, permission: Permission, credits: float = 0.0) -> None:
        self._form.permit(self.program.client.name, permission, credits)

    def _ask_to_revoke(self) -> None:
        question = clients.revoke_question(self.program.client, self.program.waiting)
        confirm(self, question, partial(self._permit, Permission.REVOKED))


class _Folders(QWidget):
    """Folders whose files a program may name; only for programs that may do more than read."""

    def __init__(self, form: ProgramsForm, program: Program, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._form, self._program, self._theme = form, program, theme
        self._shown: tuple[str, ...] | None = None
        holder = QWidget(self)
        self._line = FlowLayout(holder, gap=GRID)
        self._problem = words(self, tone="bad")
        self._problem.hide()
        self._cast = QCheckBox(caption(_("May use the cast")), self)
        self._cast.clicked.connect(lambda on: self._form.allow_cast(self._program, on))
        vbox(holder, hbox(28, self._cast, STRETCH), self._problem, on=self, spacing=0)

    def show_program(self, program: Program) -> None:
        self._program, client = program, program.client
        may_ask = folders_of(client) is not None and refusal(client, Act.CREATE, is_paused=False) is None
        self.setVisible(may_ask)
        self._cast.setChecked(client.may_use_cast)
        if client.folders != self._shown:
            self._shown = client.folders
            self._build(client.folders)

    def _build(self, folders: tuple[str, ...]) -> None:
        had_focus = self.isAncestorOf(self.window().focusWidget() or self.window())
        clear_layout(self._line)
        beside = QWidget(self)
        add = push_button(beside, _("Add folder…"), self._choose, kind="link")
        hbox(add, on=beside)
        chips = [self._chip(folder) for folder in folders]
        label = _cell(self, 0, hbox(28, words(self, _("Folders it may read"), tone="muted", wrap=False)))
        kept = words(self, _("Finished tasks may always be used"), tone="faint", wrap=False)
        line = (label, *chips, beside, kept)
        for widget in line:
            widget.setFont(self._theme.small_font())
            widget.setMinimumHeight(max(one.sizeHint().height() for one in line))
            self._line.addWidget(widget)
            widget.show()
        if had_focus:
            add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chip(self, folder: str) -> QPushButton:
        said = clients.folder_words(folder, Path.home())
        chip = push_button(
            self, caption(f"{said}  ×"), lambda: self._form.remove_folder(self._program, folder), kind="pill"
        )
        chip.setToolTip(tip(_("Remove {folder}", folder=shown(folder))))
        chip.setAccessibleName(_("Remove folder {folder}", folder=said))
        return chip

    def _choose(self) -> None:
        name = clients.client_name(self._program.client.name)
        choose_folder(self, _("Choose a folder that {name} may read", name=name), self._chosen, near=Path.home())

    def _chosen(self, folder: Path) -> None:
        say(self._problem, self._form.add_folder(self._program, folder))


def _credits(text: str) -> float:
    """The amount; 0 for invalid input."""
    found = number_of(text)
    return found if found is not None and found.is_integer() and 0 < found <= MOST_CREDITS else 0.0


def _cell(parent: QWidget, column: int, layout: QLayout) -> QWidget:
    cell = QWidget(parent)
    cell.setLayout(layout)
    width = round(WIDTHS[column] * max(1.0, parent.fontMetrics().height() / _HEIGHT))
    cell.setFixedWidth(max(width, layout.minimumSize().width() if column == _REVOKE else 0))
    return cell


class AddProgram(QWidget):
    """How to add Runway Desktop to a program that hosts agents."""

    def __init__(self, form: ProgramsForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self._adding = Adding(text="", note="")
        self._text = QPlainTextEdit(self, readOnly=True, tabChangesFocus=True)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._copy = push_button(self, _("Copy"), self._copy_text)
        self._open = push_button(self, _("Open"), self._open_link)
        self._note = words(self, tone="muted", font=theme.small_font())
        line = QWidget(self)
        flow = FlowLayout(line)
        hosts = choices(self, [(host, str(host)) for host in Host], self._choose, pills=True)
        for button in hosts.values():
            button.setAccessibleName(_("Add to {program}", program=button.text()))
            flow.addWidget(button)
        beside = vbox(self._open, self._copy, STRETCH)
        vbox(line, hbox((self._text, 1), beside), self._note, STRETCH, on=self)
        hosts[Host.CLAUDE_CODE].setChecked(True)
        FollowsTheme(theme, self, lambda: self._copy.setIcon(theme.icon("mdi6.content-copy")))

    def _choose(self, host: Host) -> None:
        server = self._form.server_words
        found = adding(host, server)
        self._adding = replace(found, note=moved_words(server) or found.note)
        self._text.setPlainText(self._adding.text)
        self._text.setAccessibleName(_("Setup for {program}", program=str(host)))
        lines = min(_LINES, max(2, self._adding.text.count("\n") + 1))
        self._text.setFixedHeight(lines * self._text.fontMetrics().lineSpacing() + 3 * GRID)
        self._open.setVisible(self._adding.is_link)
        self._say(str(self._adding.note))

    def _say(self, text: str) -> None:
        say(self._note, str(in_turn(text, _NEW)))

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._adding.text)
        self._say(str(in_turn(_("Copied."), self._adding.note)))
        announce(self._copy, _("Copied."))

    def _open_link(self) -> None:
        if not QDesktopServices.openUrl(QUrl(self._adding.text, QUrl.ParsingMode.StrictMode)):
            self._say(_("No program opens this link. Is it installed?"))
