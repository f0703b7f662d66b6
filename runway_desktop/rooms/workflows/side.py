"""Side pane of the Workflows page: a run, node by node, with judging, cost, and what can be done. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLayout, QWidget

from runway_desktop.domain.failures import Failure
from runway_desktop.domain.task import Output
from runway_desktop.domain.workflows.runs import NodeFailure
from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import (
    STRETCH,
    add_row,
    clear_layout,
    grid,
    hbox,
    line,
    open_below,
    progress_bar,
    push_button,
    scroll_area,
    tool_button,
    vbox,
)
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.labels import LABEL_TONES, SECOND_INKS, ElidedLabel, LongWordsLabel, say, strong, words
from runway_desktop.ui.room import Results
from runway_desktop.ui.tasks.judge import JudgeBar
from runway_desktop.ui.tasks.posters import PosterBox
from runway_desktop.ui.theme import GRID, FollowsTheme
from runway_desktop.ui.window.details_pane import Holder
from runway_desktop.ui.window.task_menu import OnwardMenu
from runway_desktop.usecases.commands.requests import EDIT_AND_SEND
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.failures import failure_words
from runway_desktop.usecases.words.states import Tone
from runway_desktop.usecases.workflows import NO_CANCEL, STAYS, NodeLine, cost_told

from .model import RunLine, WorkflowsModel

_PICTURE = QSize(16 * GRID, 12 * GRID)
_MARGINS = (2 * GRID, GRID + GRID // 2, 2 * GRID, GRID)
_ICONS = {
    Tone.PLAIN: "mdi6.minus-circle-outline",
    Tone.BUSY: "mdi6.download",
    Tone.GOOD: "mdi6.check",
    Tone.WARN: "mdi6.alert-circle-outline",
    Tone.BAD: "mdi6.close-circle-outline",
}
_MOVING = "mdi6.progress-clock"


class RunSide(QWidget):
    def __init__(self, model: WorkflowsModel, desk: Desk) -> None:
        super().__init__(desk.window)
        self._model = model
        self._desk = desk
        self._theme = desk.theme
        self._shown: tuple[str, list[NodeLine]] | None = None
        self._build()
        model.changed.connect(self._show)
        FollowsTheme(desk.theme, self, self._restyle)

    def _build(self) -> None:
        self._title, self._version = strong(words(self, wrap=False)), words(self, tone="muted", wrap=False)
        self._state = words(self)
        self._bar = progress_bar(self, _("Progress of the run"))
        self._bar.setFixedHeight(GRID // 2)
        self._about = words(self, tone="muted", wrap=False)
        self._judge = JudgeBar(self._desk.models.details, self._desk.window.judge, self._theme, self._desk.keys)
        holder = Holder(self)
        self._nodes = vbox(spacing=GRID)
        vbox(self._nodes, STRETCH, on=holder, margins=_MARGINS)
        self._area = scroll_area(self, holder)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = words(self, _("Select a run to see what its nodes made."), "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._foot = QWidget(self)
        self._cost = LongWordsLabel(self._foot)
        cancel = LongWordsLabel(self._foot)
        cancel.say(str(NO_CANCEL))
        self._facts = grid(on=None, across=2 * GRID, down=GRID // 2, wide=1)
        for number, (label, value) in enumerate(((_("Cost"), self._cost), (_("Cancel"), cancel))):
            add_row(self._facts, number, words(self._foot, label, "muted", wrap=False), value)
        self._stays = words(self._foot, str(STAYS), "muted")
        self._small = (self._about, self._version, self._cost, cancel, self._stays)
        vbox(line(self), vbox(self._facts, self._stays, margins=_MARGINS), on=self._foot, spacing=0)
        self._head = QWidget(self)
        vbox(
            hbox(self._title, self._version, STRETCH, self._about),
            self._state,
            self._bar,
            self._judge,
            on=self._head,
            margins=(2 * GRID, GRID + GRID // 2, 2 * GRID, 0),
        )
        vbox(self._head, (self._none, 1), (self._area, 1), self._foot, on=self, spacing=0)

    def _restyle(self) -> None:
        for label in self._small:
            label.setFont(self._theme.small_font())
        self._shown = None
        self._show()

    def _show(self) -> None:
        run = self._model.run
        for part in (self._head, self._area, self._foot):
            part.setVisible(run is not None)
        self._none.setVisible(run is None)
        if run is None:
            self._shown = None
            return
        task, version = run.row.task, self._model.version
        self._title.setText(_("Run {n}", n=run.number))
        self._version.setText(_("Version {n}", n=version.number) if version is not None else "")
        say(self._state, run.said.headline, run.said.tone)
        self._bar.setVisible(task.state.is_live)
        self._bar.setMaximum(100 if task.progress is not None else 0)
        self._bar.setValue(round(100 * (task.progress or 0)))
        say(self._about, self._model.about(task))
        self._cost.say(cost_told(task))
        self._stays.setVisible(task.state.is_live)
        nodes = self._model.nodes(run.row)
        if self._shown != (run.id, nodes):
            if self._shown is None or self._shown[0] != run.id:
                self._area.verticalScrollBar().setValue(0)
            self._shown = (run.id, nodes)
            clear_layout(self._nodes)
            for node in nodes:
                card = self._card(run, node)
                self._nodes.addWidget(card)
                card.show()

    def _card(self, run: RunLine, node: NodeLine) -> QWidget:
        card = QWidget(self)
        card.setAccessibleName(f"{node.name}: {node.said}")
        sign = words(card, wrap=False)
        icon = _MOVING if node.moving else _ICONS[node.tone]
        tone = Tone.BUSY if node.moving else node.tone
        sign.setPixmap(self._theme.icon(icon, SECOND_INKS[tone]).pixmap(2 * GRID, 2 * GRID))
        name = strong(ElidedLabel(card, Qt.TextElideMode.ElideRight))
        name.setText(node.name)
        state = words(card, node.said, LABEL_TONES[tone], wrap=False, font=self._theme.small_font())
        column = vbox(hbox(sign, (name, 1), state), on=card, spacing=GRID // 2)
        inset = hbox(2 * GRID, (self._body(card, run, node), 1))
        column.addLayout(inset)
        return card

    def _body(self, card: QWidget, run: RunLine, node: NodeLine) -> QFrame:
        body = QFrame(card)
        output, small = node.output, self._theme.small_font()
        if node.failure is not None:
            body.setProperty("box", True)
            why, code = LongWordsLabel(body, selectable=True), LongWordsLabel(body, "faint", selectable=True)
            for label, text in ((why, _why(node.failure)), (code, node.failure.code)):
                label.setFont(small)
                label.say(text)
                label.setVisible(bool(text))
            again = push_button(body, _("Edit and run again"), partial(self._edit, run))
            vbox(why, code, hbox(again, STRETCH), on=body, margins=GRID + GRID // 2, spacing=GRID // 2)
            return body
        picture = PosterBox(self._theme, self._desk.window.workspace.posters, _PICTURE, body, covers=True)
        beside = vbox(spacing=GRID // 2)
        if output is None:
            picture.show_picture("", "mdi6.movie-open-outline")
            awaited = "" if run.row.task.state.is_final else _("Shown here as soon as it arrives")
            beside.addWidget(words(body, awaited, "muted", font=small))
        else:
            shown = output.poster or (output.path if output.media.kind.is_picture else "")
            picture.show_picture(shown, output.media.kind.icon)
            beside.addWidget(words(body, _facts(output), "muted", wrap=False, font=small))
            file = ElidedLabel(body)
            file.setText(Path(output.path).name)
            file.setFont(small)
            beside.addWidget(file)
            if output.is_here:
                beside.addLayout(self._buttons(body, run, node, output))
        beside.addStretch()
        hbox((picture, Qt.AlignmentFlag.AlignTop), (beside, 1), on=body)
        return body

    def _buttons(self, body: QWidget, run: RunLine, node: NodeLine, output: Output) -> QLayout:
        commands, row, path = self._desk.models.task_commands, hbox(spacing=GRID // 2), Path(output.path)
        large = Results(run.id, output.index)
        does = (
            ("mdi6.fullscreen", _("Large view"), lambda: self._desk.open("viewer", large)),
            ("mdi6.open-in-new", _("Open"), lambda: commands.system_wanted.emit([path])),
            ("mdi6.folder-outline", _("Show in folder"), lambda: commands.selection_wanted.emit([path])),
        )
        for icon, said, do in does:
            spoken = _("{action}: {name}", action=said, name=node.name)
            row.addWidget(tool_button(body, do, icon=self._theme.icon(icon), side=16, tip=said, spoken=spoken))
        onward = tool_button(body, icon=self._theme.icon("mdi6.arrow-right-bold-box-outline"), side=16)
        onward.setToolTip(_("Use as input"))
        onward.setAccessibleName(_("{action}: {name}", action=_("Use as input"), name=node.name))
        onward.clicked.connect(partial(self._go_on, onward, path, node))
        row.addWidget(onward)
        row.addStretch()
        return row

    def _go_on(self, button: QWidget, path: Path, node: NodeLine) -> None:
        if node.output is not None:
            menu = OnwardMenu(self._desk.models.task_commands.use_as_input, path, node.output.media, self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            open_below(menu, button)

    def _edit(self, run: RunLine) -> None:
        self._desk.window.task_menu.take_for(EDIT_AND_SEND, [run.id])


def _facts(output: Output) -> str:
    """ "2048×2048 · 4.8 MB"."""
    sides = f"{output.width}×{output.height}" if output.width and output.height else ""
    long = units.length(output.duration) if output.duration else ""
    return " · ".join(filter(None, (sides, long, units.size(output.size) if output.size else "")))


def _why(failure: NodeFailure) -> str:
    said = failure.message if failure.message and not failure.code else failure_words(Failure(code=failure.code))
    return str(in_turn(said, _("The other outputs are not affected.")))
