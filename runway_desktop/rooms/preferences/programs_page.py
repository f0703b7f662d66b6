"""Preferences page of connected programs and their permissions. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame

from runway_desktop.texts import Text, _
from runway_desktop.ui.building import STRETCH, clear_layout, hbox, in_turns, line, push_button, vbox
from runway_desktop.ui.labels import say
from runway_desktop.ui.theme import FollowsTheme

from .add_program import AddProgram
from .preference_pages import PreferencePage
from .program_row import ProgramRow

_PAUSED = Text("All programs are paused. They may read, but not create tasks.")
_NONE = Text("No programs connected yet. Add Runway Desktop to one of the programs below.")


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
