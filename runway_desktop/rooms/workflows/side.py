"""Side pane of the Workflows page: what each node of the chosen run made, or why it made nothing, and the cost.

GUI thread only.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLayout, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, clear_layout, grid, hbox, progress_bar, push_button, scroll_area, vbox
from runway_desktop.ui.labels import LABEL_TONES, LongWordsLabel, say, strong, words
from runway_desktop.ui.tasks.posters import PosterBox, PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.ui.window.details_pane import Holder
from runway_desktop.usecases.words import units
from runway_desktop.usecases.workflows import NO_CANCEL, STAYS, NodeLine, cost_told, run_state

from .model import WorkflowsModel

_MARGINS = (2 * GRID, GRID + GRID // 2, 2 * GRID, 2 * GRID)
_PICTURE = QSize(17 * GRID, 11 * GRID)
_NO_PICTURE = "mdi6.image-outline"


class RunSide(QWidget):
    opened = Signal(object)
    """The run's Row, to look at in the viewer."""
    shown_in_folder = Signal(object, object)
    """The Row, and one of its outputs."""
    edit_wanted = Signal(object)
    """The Row, to run again with changes."""

    def __init__(self, model: WorkflowsModel, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._posters = posters
        self._shown: tuple[str, list[NodeLine]] | None = None
        self._build()
        model.changed.connect(self._show)
        FollowsTheme(theme, self, self._restyle)

    def _build(self) -> None:
        self._holder = holder = Holder(self)
        self._title = words(holder, wrap=False)
        self._version = words(holder, tone="muted", wrap=False)
        self._state = words(holder, wrap=False)
        self._bar = progress_bar(holder)
        self._when = words(holder, tone="muted")
        self._nodes = QWidget(holder)
        self._rows = vbox(on=self._nodes, spacing=GRID + GRID // 2)
        vbox(
            hbox(self._title, self._version, STRETCH, self._state), self._bar, self._when, GRID, self._nodes, STRETCH,
            on=holder, margins=_MARGINS,
        )  # fmt: skip
        self._area = scroll_area(self, holder)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = words(self, _("Select a run to see what it made."), "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._foot = QWidget(self)
        self._facts = grid(wide=1)
        self._cost = words(self._foot)
        labels = (words(self._foot, _("Cost"), "muted"), words(self._foot, _("Cancel"), "muted"))
        values = (self._cost, words(self._foot, str(NO_CANCEL)))
        for row, (label, value) in enumerate(zip(labels, values, strict=True)):
            self._facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(value, row, 1)
        self._stays = words(self._foot, str(STAYS), "muted")
        self._small = (*labels, *values, self._stays, self._version, self._state, self._when)
        vbox(self._facts, self._stays, on=self._foot, margins=_MARGINS)
        vbox((self._none, 1), (self._area, 1), self._foot, on=self, spacing=0)

    def _restyle(self) -> None:
        self._title.setFont(self._theme.strong_font())
        for label in self._small:
            label.setFont(self._theme.small_font())
        self._shown = None
        self._show()

    def _show(self) -> None:
        row = self._model.run
        for part in (self._area, self._foot):
            part.setVisible(row is not None)
        self._none.setVisible(row is None)
        if row is None:
            return
        version, state = self._model.version_of(row), run_state(row, self._model.version_of(row))
        self._title.setText(_("Run {n}", n=self._model.number(row)))
        self._version.setText(_("Version {n}", n=version.number) if version is not None else "")
        say(self._state, state.headline, LABEL_TONES[state.tone])
        progress = row.task.progress if row.task.state.is_live else None
        self._bar.setVisible(progress is not None)
        self._bar.setValue(round(100 * (progress or 0)))
        say(self._when, self._model.when(row))
        self._cost.setText(cost_told(row.task))
        self._stays.setVisible(not row.task.state.is_final)
        nodes = self._model.nodes(row)
        if (row.task.id, nodes) != self._shown:
            self._shown = (row.task.id, nodes)
            clear_layout(self._rows)
            for node in nodes:
                self._rows.addWidget(self._node(row, node))

    def _node(self, row: Row, node: NodeLine) -> QWidget:
        holder = QWidget(self._nodes)
        name = strong(words(holder, node.name, wrap=False))
        kind = words(holder, node.type, "muted", wrap=False, font=self._theme.small_font())
        said = words(holder, node.said, LABEL_TONES[node.tone], wrap=False, font=self._theme.small_font())
        parts: list[QLayout] = [hbox(name, kind, STRETCH, said)]
        if node.output is not None:
            parts.append(self._output(row, node.output, node.name, holder))
        body = vbox(*parts, on=holder, spacing=GRID // 2 + 2)
        if node.failure is not None:
            box = QFrame(holder)
            box.setProperty("box", True)
            reason = words(box, node.failure.message or _("Runway told no reason."), font=self._theme.small_font())
            code = words(box, node.failure.code, "muted", font=self._theme.small_font())
            code.setVisible(bool(node.failure.code))
            again = push_button(box, _("Edit and run again"), lambda: self.edit_wanted.emit(row))
            vbox(reason, code, hbox(again, STRETCH), on=box, margins=GRID)
            body.addWidget(box)
        elif node.moving:
            bar = progress_bar(holder, _("{name} is being made", name=node.name))
            bar.setRange(0, 0)
            body.addWidget(bar)
        return holder

    def _output(self, row: Row, output: Output, name: str, parent: QWidget) -> QLayout:
        picture = PosterBox(self._theme, self._posters, _PICTURE, parent, covers=True)
        picture.show_picture(output.poster, output.media.kind.icon or _NO_PICTURE)
        side = f"{output.width}×{output.height}" if output.width else ""
        lasts = units.length(output.duration) if output.duration else ""
        facts = " · ".join(filter(None, (side, lasts, units.size(output.size) if output.size else "")))
        small = self._theme.small_font()
        file = LongWordsLabel(parent, "muted")
        file.setFont(small)
        file.say(Path(output.path).name if output.path else "")
        is_here = output.is_here
        open_it = push_button(
            parent, _("Open"), lambda: self.opened.emit(row), spoken=_("Open the result of {name}", name=name)
        )
        folder = push_button(
            parent, _("Folder"), lambda: self.shown_in_folder.emit(row, output),
            tip=_("Show in folder"), spoken=_("Show the result of {name} in its folder", name=name),
        )  # fmt: skip
        for button in (open_it, folder):
            button.setEnabled(is_here)
        told = vbox(
            words(parent, facts, font=small), file, hbox(open_it, folder, STRETCH, spacing=GRID // 2), STRETCH,
            spacing=GRID // 2,
        )  # fmt: skip
        return hbox(picture, (told, 1))
