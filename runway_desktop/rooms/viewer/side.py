"""Side pane of the viewer: judgment, auto-advance, facts of the take with those that differ from its siblings, and
keys. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from runway_desktop.domain.task import MOST_STARS, Pick
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import (
    STRETCH,
    add_row,
    clear_layout,
    grid,
    hbox,
    line,
    push_button,
    scroll_area,
    tool_button,
    vbox,
)
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import KeyCap, LongWordsLabel, words
from runway_desktop.ui.media.commands import FRAME_BACK, FRAME_FORWARD, PLAY, SHUTTLE
from runway_desktop.ui.media.note_rows import NoteRows
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.tasks.commands import PICK, RATE, REJECT, star_words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.ui.window.details_pane import FactTable
from runway_desktop.usecases.commands.handing_on import USE_AS_INPUT
from runway_desktop.usecases.commands.results import SHOW_FILE
from runway_desktop.usecases.listing.takes import differences
from runway_desktop.usecases.words.tasks import Fact
from runway_desktop.viewmodels.tasks.details import DetailsModel

from .model import ViewerModel
from .room import ADVANCE, DETAILS, NOTE, RANGE, SHOTS, TAKES

WIDTH = 40 * GRID
_STAR = QSize(34, 34)
_SHOWN = (
    Text("Model"),
    Text("Prompt"),
    Text("Settings", context="of a task"),
    Text("Picked"),
    Text("Rejected"),
    Text("Project"),
    Text("Cost"),
    Text("File"),
    Text("Generated in"),
)
_KEYS = (
    (TAKES, Text("Previous, next take")),
    (SHOTS, Text("Previous, next shot")),
    ((PLAY,), Text("Play, pause")),
    (SHUTTLE, Text("Shuttle")),
    ((FRAME_BACK, FRAME_FORWARD), Text("Previous, next frame")),
    (RANGE[:2], Text("In, out")),
    ((NOTE,), Text("Note at this time")),
    ((DETAILS,), Text("Hide details")),
)


class SidePane(QWidget):
    def __init__(self, model: ViewerModel, details: DetailsModel, theme: Theme, keys: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._details = details
        self._theme = theme
        self._keys = keys
        self.setProperty("pane", "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Details of the take"))
        self._build(parent)
        for signal in (model.changed, model.judged, model.moved, details.changed):
            signal.connect(self.show_take)
        keys.changed.connect(self._restyle)
        FollowsTheme(theme, self, self._restyle)

    def _build(self, view: QWidget) -> None:
        edge = 2 * GRID
        self._stars = [
            tool_button(self, partial(self._rate, number), side=26, kind="flat") for number in range(1, MOST_STARS + 1)
        ]
        for star in self._stars:
            star.setStyleSheet("padding: 2px; min-height: 28px;")
            star.setFixedSize(_STAR)
        self._star_keys = KeyCap(self)
        self._pick = push_button(self, _("Pick"), lambda: self._model.pick(Pick.PICK), checkable=True)
        self._reject = push_button(self, _("Reject"), lambda: self._model.pick(Pick.REJECT), checkable=True)
        self._advance = QCheckBox(_("Advance after judging"), self)
        self._advance.toggled.connect(self._model.set_auto_advance)
        self._advance_key = KeyCap(self)
        hint = words(self, _("Goes to the next unjudged take. Hold Shift to stay."), tone="muted")
        hint.setContentsMargins(3 * GRID, 0, 0, 0)
        self._hint = hint
        judging = QWidget(self)
        vbox(
            hbox(hbox(*self._stars, spacing=GRID // 2), STRETCH, self._star_keys),
            hbox((self._pick, 1), (self._reject, 1), spacing=GRID),
            hbox(self._advance, STRETCH, self._advance_key),
            hint,
            on=judging,
            margins=(edge, edge - GRID // 2, edge, edge),
            spacing=GRID,
        )
        OneStop(self, self._stars)
        OneStop(self, [self._pick, self._reject])
        self._prompt = LongWordsLabel(self, selectable=True)
        self._facts = FactTable(self._theme, self, least=9 * GRID)
        what = QWidget(self)
        vbox(self._prompt, self._facts, on=what, margins=(edge, edge, edge, edge), spacing=GRID)
        self.notes = NoteRows(self._theme, view, self)
        self.notes.setContentsMargins(edge, edge, edge, edge)
        self.notes.changed.connect(self._model.set_mark)
        self.notes.removed.connect(partial(self._model.set_mark, remove=True))
        self._legend = QWidget(self)
        self._legend_grid = grid(on=self._legend, down=GRID // 2, wide=1)
        self._legend_grid.setColumnMinimumWidth(0, 9 * GRID)
        legend = QWidget(self)
        vbox(self._legend, on=legend, margins=(edge, edge, edge, edge))
        body = QWidget(self)
        vbox(judging, line(), what, line(), self.notes, legend, STRETCH, on=body, spacing=0)
        area = scroll_area(self, body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.use = push_button(self, f"{USE_AS_INPUT.words}  ▾")
        self.use.setAccessibleName(USE_AS_INPUT.name)
        self.file = push_button(self, str(SHOW_FILE.words))
        buttons = QWidget(self)
        hbox((self.use, 1), (self.file, 1), on=buttons, margins=(edge, GRID, edge, edge), spacing=GRID)
        vbox((area, 1), buttons, on=self, spacing=0)
        for button in (*self._stars, self._pick, self._reject, self._advance, self.use, self.file):
            if button.focusPolicy() is Qt.FocusPolicy.StrongFocus:
                # A click does not take the focus, so the view's arrow keys keep working.
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_take(self, *_args: object) -> None:
        row = self._model.row
        if row is None:
            return
        task = row.task
        for number, star in enumerate(self._stars, start=1):
            is_full = number <= task.rating
            name, role = ("mdi6.star", Role.ACCENT) if is_full else ("mdi6.star-outline", Role.MUTED)
            star.setIcon(self._theme.icon(name, role))
            star.setAccessibleName(str(star_words(number, task.rating)))
            star.setEnabled(self._model.has_any)
        for button, pick in ((self._pick, Pick.PICK), (self._reject, Pick.REJECT)):
            button.setChecked(task.pick is pick)
            icon = "mdi6.check" if pick is Pick.PICK else "mdi6.close"
            button.setIcon(self._theme.icon(icon, Role.ACCENT if button.isChecked() else Role.MUTED))
        self._advance.setChecked(self._model.auto_advance)
        self._prompt.setFont(self._theme.strong_font())
        self._prompt.say(task.title or task.request.prompt or self._details.title())
        shot = self._model.shot
        told = differences([one.task for one in shot.rows]) if shot is not None else {}
        facts = self._details.facts() if self._details.row is not None else []
        wanted = set(map(str, _SHOWN))
        shown = [fact for fact in facts if fact.label in wanted]
        if differing := told.get(task.id, ()):
            shown.append(Fact(_("Differs in"), " · ".join(differing), is_strong=True))
        self._facts.setFont(self._theme.small_font())
        self._facts.show_facts(shown)
        self.notes.show_marks(self._model.marks)
        self.use.setEnabled(any(output.is_here for output in row.outputs))
        self.file.setEnabled(self.use.isEnabled())

    def _show_legend(self) -> None:
        clear_layout(self._legend_grid)
        for at, (commands, said) in enumerate(_KEYS):
            caps = list(map(self._keys.cap, commands))
            if all(caps):
                row = QWidget(self._legend)
                hbox(*(KeyCap(row, cap) for cap in caps), STRETCH, on=row, spacing=GRID // 2)
                label = words(self._legend, str(said), tone="muted", wrap=False, font=self._theme.small_font())
                add_row(self._legend_grid, at, row, label)

    def _restyle(self) -> None:
        self.setFixedWidth(self._theme.wide(WIDTH))
        rates = list(map(self._keys.words, RATE[1:]))
        self._star_keys.setText("1–5" if rates == ["1", "2", "3", "4", "5"] else " ".join(rates))
        self._advance_key.setText(self._keys.words(ADVANCE))
        self._hint.setFont(self._theme.small_font())
        name_with_key(self._pick, PICK.name, self._keys.words(PICK))
        name_with_key(self._reject, REJECT.name, self._keys.words(REJECT))
        self._show_legend()
        self.show_take()

    def _rate(self, number: int) -> None:
        """Rates; pressing the current rating clears it."""
        row = self._model.row
        self._model.rate(0 if row is not None and row.task.rating == number else number)


def name_with_key(button: QPushButton, name: str, key: str) -> None:
    button.setText(f"{name}  {key}".rstrip())
    button.setAccessibleName(name)
