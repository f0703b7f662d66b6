"""Side pane of the Cast page: the current member's name, pictures, voice and words, what models take of it, and its
tasks. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QWidget

from runway_desktop.domain.cast import Member, MemberFile
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import (
    STRETCH,
    add_row,
    clear_layout,
    grid,
    hbox,
    line_edit,
    open_below,
    passing_menu,
    push_button,
    scroll_area,
    tool_button,
    vbox,
)
from runway_desktop.ui.confirm import ask_text, confirm
from runway_desktop.ui.file_dialogs import choose_file, choose_files
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.inputs.tile import InputTile
from runway_desktop.ui.inputs.tile_row import TileRow
from runway_desktop.ui.labels import LongWordsLabel, say_wrong, words
from runway_desktop.ui.lifted_rows import paths_in, take_copy
from runway_desktop.ui.media.playback import Playback, PlayState
from runway_desktop.ui.media.players import PlayFault
from runway_desktop.ui.tasks.posters import PosterBox, PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.ui.window.details_pane import Holder
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.cast import KIND_WORDS, design_question
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

from .model import CastModel

_MARGINS = (2 * GRID, GRID + GRID // 2, 2 * GRID, 2 * GRID)
_LONGEST = 40
"""Letters of a description in the menu."""
_LINES = 3
"""Height of the words, in lines."""
_WAVE = QSize(14 * GRID, 4 * GRID)
_TASK = QSize(11 * GRID, 6 * GRID)


class CastSide(QWidget):
    def __init__(
        self, model: CastModel, task_commands: TaskCommands, theme: Theme, posters: PosterCache, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._task_commands = task_commands
        self._mending = task_commands.inputs
        self._theme = theme
        self._posters = posters
        self._shown: Member | None = None
        self.playback = Playback(self)
        self.setAcceptDrops(True)
        self._build()
        model.changed.connect(self._show)
        model.voiced.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._mending.thumbnails_changed.connect(self._show)
        self.playback.changed.connect(self._show_play)
        self.playback.failed.connect(self._play_failed)
        FollowsTheme(theme, self, self._restyle)

    def focus_name(self) -> None:
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._model.current is not None and paths_in(event.mimeData()):
            take_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        take_copy(event)
        self._add(paths_in(event.mimeData()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.words and event.type() == QEvent.Type.FocusOut:
            self.keep_words()
        return super().eventFilter(watched, event)

    def keep_words(self) -> None:
        """Saves the words, if they changed."""
        if self._shown is not None and self._model.current is not None and self._shown.id == self._model.current.id:
            self._model.set_words(self.words.toPlainText())

    def _build(self) -> None:
        self._holder = holder = Holder(self)
        self._kind = words(holder, wrap=False)
        self.more = tool_button(holder, tip=_("More"), spoken=_("Actions on this member"))
        self.name = line_edit(holder, _("Name in prompts"))
        self.name.editingFinished.connect(lambda: self._model.rename(self.name.text()))
        self._problem = words(holder, tone="bad")
        self._hint = words(holder, _("First ones count where a model takes fewer"), "faint")
        self._pictures = TileRow(self._mending, self._theme, self._posters, holder)
        self._pictures.removed.connect(lambda item: self._model.remove_file(item.number))
        self._pictures.moved.connect(lambda item, by: self._model.move(item.number, item.number + by))
        self._pictures.landed.connect(self._move)
        self._pictures.replaced.connect(lambda mime, *_: self._add(paths_in(mime)))
        self._pictures.opened.connect(self._open_tile_menu)
        self._pictures.menu_wanted.connect(lambda tile, at: self._tile_menu(tile.item).popup(at))
        self.add_button = push_button(holder, _("Add pictures…"), self._choose_pictures)
        self._pictures.setFocusProxy(self.add_button)
        self.play = tool_button(holder, self._toggle_play, side=20, tip=_("Play"), spoken=_("Play the voice"))
        self._wave = PosterBox(self._theme, self._posters, _WAVE, holder, covers=True)
        self._length = words(holder, tone="muted", wrap=False)
        self.voice_button = push_button(holder, "", self._open_voice)
        self.words = QPlainTextEdit(holder)
        self.words.setAccessibleName(_("Words, for models that take no pictures"))
        self.words.setTabChangesFocus(True)
        self.words.installEventFilter(self)
        self._fills = QWidget(holder)
        self._grid = grid(on=self._fills, wide=1)
        self._used = words(holder, tone="muted", wrap=False)
        self.show_all = push_button(holder, _("Show all"), kind="link", spoken=_("Show all tasks"))
        self._recent = QWidget(holder)
        self._recent_row = FlowLayout(self._recent)
        titles = (_("Name in prompts"), _("Voice"), _("Words, for models that take no pictures"), _("What it fills"))
        self._captions = [words(holder, text, "muted") for text in titles]
        name, voice, said, fills = self._captions
        pictures = words(holder, _("Pictures"), "muted", wrap=False)
        self._captions += [pictures, self._hint, self._used]
        vbox(
            hbox(self._kind, STRETCH, self.more),
            *(name, self.name, self._problem, GRID // 2),
            *(hbox(pictures, GRID, (self._hint, 1)), self._pictures, hbox(self.add_button, STRETCH), GRID // 2),
            *(voice, hbox(self.play, self._wave, self._length, STRETCH, self.voice_button), GRID // 2),
            *(said, self.words, GRID // 2, fills, self._fills, GRID // 2),
            *(hbox(self._used, STRETCH, self.show_all), self._recent, STRETCH),
            on=holder,
            margins=_MARGINS,
            spacing=GRID // 2 + 2,
        )
        self._area = scroll_area(self, holder)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = words(self, _("Select a member to see it."), "muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        vbox((self._none, 1), (self._area, 1), on=self, spacing=0)

    def _restyle(self) -> None:
        self._kind.setFont(self._theme.strong_font())
        self.more.setIcon(self._theme.icon("mdi6.dots-horizontal"))
        for label in self._captions:
            label.setFont(self._theme.small_font())
        self.words.setFixedHeight(_LINES * self.words.fontMetrics().lineSpacing() + 2 * GRID)
        self._show()
        self._show_play()

    def _show(self) -> None:
        before, member = self._shown, self._model.current
        self._none.setVisible(member is None)
        self._area.setVisible(member is not None)
        self._shown = member
        if member is None:
            self.playback.close()
            return
        is_other = before is None or before.id != member.id
        if is_other or before.voice != member.voice:
            self.playback.close()
        if is_other:
            self._area.verticalScrollBar().setValue(0)
        self._kind.setText(str(KIND_WORDS[member.kind]))
        if is_other or before.name != member.name:
            self.name.setText(f"@{member.name}")
        say_wrong(self.name, self._problem, self._model.name_problem)
        if is_other or before.words != member.words:
            self.words.setPlainText(member.words)
        items = self._model.items(member)
        self._pictures.show_items(items, compact=True)
        self._pictures.setVisible(bool(items))
        self._show_voice(member)
        self._show_fills(member)
        amount = self._model.tasks_of(member)
        self._used.setText(
            ngettext("Used in {n} task", "Used in {n} tasks", amount) if amount else _("Not used in a task yet")
        )
        self.show_all.setVisible(bool(amount))
        self._show_recent()

    def _move(self, field: str, number: int, to_field: str, to: int) -> None:
        if field == to_field:
            self._model.move(number, to)

    def _open_tile_menu(self, tile: InputTile) -> None:
        self._tile_menu(tile.item).popup(tile.mapToGlobal(tile.rect().bottomLeft()))

    def _tile_menu(self, item: InputItem) -> QMenu:
        menu = passing_menu(self.window())
        menu.addAction(_("Open"), partial(self._task_commands.system_wanted.emit, [item.path]))
        menu.addAction(_("Show in folder"), partial(self._task_commands.selection_wanted.emit, [item.path]))
        self._pictures.add_moves(menu, item)
        return menu

    def _show_voice(self, member: Member) -> None:
        voice = member.voice
        for part in (self.play, self._wave, self._length):
            part.setVisible(voice is not None)
        is_busy = self._model.designing == member.id
        said = _("Change  ▾") if voice is not None else _("Add a voice  ▾")
        self.voice_button.setText(_("Designing…") if is_busy else said)
        self.voice_button.setEnabled(not is_busy)
        self.voice_button.setAccessibleName(_("Change the voice") if voice is not None else _("Add a voice"))
        if voice is not None:
            item = self._model.item(voice, 0)
            self._length.setText(units.length(item.facts.duration) if item.facts and item.facts.duration else "")
            still = self._mending.thumbnail(item)
            self._wave.show_picture(str(still or ""))
            self._wave.setAccessibleName(item.name)

    def _show_fills(self, member: Member) -> None:
        fills = self._model.fills(member)
        if self._fills.property("shown") == fills:
            return
        self._fills.setProperty("shown", fills)
        clear_layout(self._grid)
        for number, (model, fill) in enumerate(fills):
            label = words(self._fills, model, "" if number == 0 else "muted", wrap=False)
            value = LongWordsLabel(self._fills, "warn" if fill.in_words else "" if number == 0 else "muted")
            value.say(fill.words)
            value.setAccessibleName(_("{label}: {text}", label=model, text=fill.words))
            for part in (label, value):
                part.setFont(self._theme.small_font())
            add_row(self._grid, number, (label, Qt.AlignmentFlag.AlignTop), value)

    def _show_recent(self) -> None:
        if self._recent.property("shown") != self._model.recent:
            self._recent.setProperty("shown", self._model.recent)
            clear_layout(self._recent_row)
            for path in self._model.recent:
                picture = PosterBox(self._theme, self._posters, _TASK, self._recent, covers=True)
                picture.show_picture(path)
                self._recent_row.addWidget(picture)
                picture.show()

    def _choose_pictures(self) -> None:
        choose_files(self.window(), _("Add pictures and clips"), self._add)

    def _choose_voice(self) -> None:
        choose_file(self.window(), _("Choose a voice"), lambda path: self._add([path]))

    def _add(self, paths: list[Path]) -> None:
        if self._model.current is not None and paths:
            self._model.add(self._model.current, paths)

    def _open_voice(self) -> None:
        member = self._model.current
        if member is None:
            return
        menu = passing_menu(self.window())
        menu.addAction(_("Choose a sound…"), self._choose_voice)
        menu.addAction(_("Describe a voice…"), partial(self._describe_voice, member))
        for voice in self._model.designed:
            words = units.shortened(voice.words, _LONGEST)
            said = _("Use “{words}”", words=words) if voice.file is not None else _("Save “{words}” again", words=words)
            menu.addAction(said, partial(self._model.use_voice, member, voice))
        if member.voice is not None:
            menu.addSeparator()
            kept = Path(member.voice.path)
            menu.addAction(_("Show in folder"), partial(self._task_commands.selection_wanted.emit, [kept]))
            menu.addAction(_("Remove the voice"), self._model.remove_voice)
        open_below(menu, self.voice_button)

    def _describe_voice(self, member: Member) -> None:
        """Asks for words, then whether to pay."""
        ask_text(
            self.window(),
            _("Describe a voice"),
            _("What it sounds like: age, tone, accent, pace"),
            "",
            self._model.description_problem,
            lambda text: confirm(self.window(), design_question(), partial(self._model.design_voice, member, text)),
            ok=_("Continue…"),
        )

    def _hear(self, voice: MemberFile) -> None:
        """Plays a voice that was just made, if its member is shown."""
        if self.isVisible() and self._voice == voice:
            self._toggle_play()

    @property
    def _voice(self) -> MemberFile | None:
        return self._model.current.voice if self._model.current is not None else None

    def _toggle_play(self) -> None:
        if self.playback.activity is not PlayState.EMPTY:
            self.playback.toggle_play()
        elif self._voice is not None:
            self.playback.open(Path(self._voice.path), pictures=False, play=True)

    def _show_play(self) -> None:
        playing = self.playback.is_playing
        self.play.setIcon(
            self._theme.icon("mdi6.pause-circle-outline" if playing else "mdi6.play-circle-outline", Role.ACCENT)
        )
        self.play.setAccessibleName(_("Pause the voice") if playing else _("Play the voice"))

    def _play_failed(self, fault: PlayFault) -> None:
        voice = self._voice
        self._task_commands.tell(fault.about(Path(voice.path).name) if voice is not None else "", problem=True)
