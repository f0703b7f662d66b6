"""Bars of the cut: the player's controls, the head of the strip, and the tools on the views' bar with the exports. GUI
thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.domain.filenames import safe_name
from runway_desktop.domain.film.cut import GapMode
from runway_desktop.domain.film.timecode import RATES
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import STRETCH, add_check, hbox, open_below, passing_menu, push_button
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.labels import words
from runway_desktop.ui.media.sequence import SequencePlayer
from runway_desktop.ui.media.transport import BarButton, Transport
from runway_desktop.ui.room import Review
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme

from .model import NO_FFMPEG, CutForm, CutModel, Editor, Progress, Told
from .room import NOTE
from .strip import CutStrip

BELOW = "  ▾"
_GAPS = (
    (GapMode.CARD, Text("Gaps play as a card")), (GapMode.BLACK, Text("Gaps play black")),
    (GapMode.SKIP, Text("Gaps are skipped")),
)  # fmt: skip
_EXPORTS = {
    CutForm.OTIO: (Text("OpenTimelineIO, for Resolve and others"), ".otio"),
    CutForm.FCP7: (Text("FCP7 XML, for Premiere and Resolve"), ".xml"),
    CutForm.EDL: (Text("EDL, for most programs, notes as markers"), ".edl"),
    CutForm.FOLDER: (Text("Folder with all three and the clips"), ""),
    CutForm.MP4: (Text("One MP4, joined by your ffmpeg"), ".mp4"),
    CutForm.CONTACT_SHEET: (Text("Contact sheet, as PDF or PNG"), ".pdf *.png"),
}
"""The first ending is suggested."""
_EDITORS = (
    (Editor.RESOLVE, Text("Paths for Resolve")), (Editor.PREMIERE, Text("Paths for Premiere")),
    (Editor.KDENLIVE, Text("Paths for Kdenlive")),
)  # fmt: skip
_TOLD = (
    (Told.PROMPT, Text("Contact sheet with prompts")), (Told.MODEL, Text("Contact sheet with models")),
    (Told.COST, Text("Contact sheet with what was charged")),
)  # fmt: skip
_GAINS = (0.0, -3.0, -6.0, -12.0, -18.0, -24.0)
"""Decibels."""


class Bar(QWidget):
    """Controls of the player: its transport, between the ways to another shot and to a note."""

    note_wanted = Signal()

    def __init__(self, model: CutModel, player: SequencePlayer, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._keys = desk.keys
        self._shots = (
            (BarButton(desk.theme, self, lambda: model.go(model.at - 1)), "mdi6.skip-previous", _("Shot before")),
            (BarButton(desk.theme, self, lambda: model.go(model.at + 1)), "mdi6.skip-next", _("Next shot")),
        )
        self.transport = Transport(desk.theme, player, self, keys=desk.keys, leads=True)
        self.note = push_button(self, "", self.note_wanted, kind="flat", spoken=_("Note here"))
        shots = [button for button, _icon, _said in self._shots]
        hbox(*shots, (self.transport, 1), self.note, on=self, margins=(0, GRID, 0, GRID), spacing=GRID // 2)
        OneStop(self, shots)
        desk.keys.changed.connect(self.renew)
        FollowsTheme(desk.theme, self, self.renew)

    def renew(self) -> None:
        for button, icon, said in self._shots:
            button.dress(icon, said)
        self.note.setText(f"{_('Note here')}   {self._keys.cap(NOTE)}".rstrip())


class StripHead(QWidget):
    """Above the strip: what the cut consists of, how gaps play, and the zoom."""

    def __init__(self, model: CutModel, strip: CutStrip, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._says = words(self, wrap=False)
        self._gaps = push_button(self, "", self._open_gaps, kind="chip")
        self._gain = push_button(self, "", self._open_gains, kind="chip")
        zooms = (("−", -1, _("Zoom out")), (_("Fit"), 0, _("Fit")), ("+", 1, _("Zoom in")))
        buttons = [
            push_button(self, text, partial(strip.zoom, by), kind="flat", spoken=said) for text, by, said in zooms
        ]
        margins = (2 * GRID, GRID, 2 * GRID, 0)
        hbox(self._says, STRETCH, self._gain, self._gaps, *buttons, on=self, margins=margins, spacing=GRID // 2)
        OneStop(self, buttons)
        model.changed.connect(self.renew)
        FollowsTheme(theme, self, self.renew)

    def renew(self) -> None:
        model = self._model
        self._says.setText(model.words)
        self._gaps.setText(f"{dict(_GAPS)[model.cut.gaps]}{BELOW}")
        self._gaps.setVisible(any(card.gap for card in model.cards) or model.cut.gaps is GapMode.SKIP)
        self._gain.setVisible(model.sound is not None)
        if model.sound is not None:
            self._gain.setText(f"♪ {_gain_words(model.sound.gain_db)}{BELOW}")
            self._gain.setAccessibleName(_("Sound: {volume}", volume=_gain_words(model.sound.gain_db)))

    def _open_gaps(self) -> None:
        open_below(add_choices(passing_menu(self), _GAPS, self._model.cut.gaps, self._model.set_gaps), self._gaps)

    def _open_gains(self) -> None:
        if (sound := self._model.sound) is not None:
            gains = [(gain, _gain_words(gain)) for gain in _GAINS]
            menu = add_choices(passing_menu(self), gains, sound.gain_db, self._model.set_gain)
            menu.addSeparator()
            menu.addAction(_("Remove the sound"), self._model.remove_sound)
            open_below(menu, self._gain)


Options = Iterable[tuple[Any, Text | str]]


def add_choices(menu: QMenu, options: Options, now: object, chosen: Callable[[Any], object]) -> QMenu:
    """Adds entries, one of them checked."""
    for value, said in options:
        add_check(menu, str(said), partial(chosen, value), checked=value == now)
    return menu


class Tools(QWidget):
    """At the end of the views' bar: rate, review, export."""

    def __init__(self, model: CutModel, desk: Desk) -> None:
        super().__init__(desk.window)
        self._model, self._desk, self._editor = model, desk, Editor.RESOLVE
        self.told = set[Told]()
        """What the next contact sheet tells; it may go to a client, so each begins without."""
        self.rate = push_button(self, "", self._open_rates, kind="chip")
        self.review = push_button(self, "", self._send, spoken=_("Send for review…"), tip=_("Send for review…"))
        self.export = push_button(self, f"{_('Export')}{BELOW}", self.open_exports, spoken=_("Export"))
        hbox(self.rate, self.review, self.export, on=self, spacing=GRID // 2)
        model.changed.connect(self.renew)
        FollowsTheme(desk.theme, self, self.renew)

    def renew(self) -> None:
        said = _("{rate} fps", rate=self._model.fps.name)
        self.rate.setText(f"{said}{BELOW}")
        self.review.setIcon(self._desk.theme.icon("mdi6.send-outline", Role.TEXT))
        self.rate.setAccessibleName(_("Rate of the cut: {rate}", rate=said))
        for part in (self.export, self.review, self.rate):
            part.setEnabled(bool(self._model.cards))

    def fit(self, *, is_narrow: bool) -> None:
        self.review.setText("" if is_narrow else _("Send for review…"))

    def _send(self) -> None:
        self._desk.open("review", Review(cut=self._model.project))

    def _open_rates(self) -> None:
        rates = [(rate, _("{rate} fps", rate=rate.name)) for rate in RATES]
        open_below(add_choices(passing_menu(self), rates, self._model.fps, self._model.set_rate), self.rate)

    def open_exports(self) -> None:
        """What the cut can become; gaps are told first."""
        model = self._model
        menu = passing_menu(self)
        if said := model.gap_words:
            menu.addAction(said).setEnabled(False)
            menu.addSeparator()
        for form, (name, _suffix) in _EXPORTS.items():
            action = menu.addAction(str(name), partial(self._choose_target, form))
            if form is CutForm.MP4 and not model.can_film:
                action.setText(str(NO_FFMPEG))
                action.setEnabled(False)
        menu.addSeparator()
        add_choices(menu, _EDITORS, self._editor, partial(setattr, self, "_editor"))
        menu.addSeparator()
        for one, tick in _TOLD:
            add_check(menu, str(tick), partial(self.told.symmetric_difference_update, {one}), checked=one in self.told)
        open_below(menu, self.export)

    def _choose_target(self, form: CutForm) -> None:
        said, suffix = _EXPORTS[form]
        name = safe_name(self._model.project) or "cut"
        start = Path(f"{name}{suffix.partition(' ')[0]}")
        filters = f"{said} (*{suffix})" if suffix else ""
        chosen = partial(self.write, form)
        choose_target(self._desk.window, _("Export the cut"), chosen, start, filters, replaces=False)

    def write(self, form: CutForm, target: Path) -> None:
        activity = self._desk.models.activity

        def told() -> None:
            share = round(100 * progress.done / max(1, progress.total))
            activity.say(number, _("Exporting “{name}”, {n} %", name=target.name, n=share))

        progress = Progress(told)
        number = activity.follow(_("Exporting “{name}”…", name=target.name), _("Stop"), progress.stop)
        self._model.export(form, target, self._editor, tuple(self.told), progress, partial(self._written, number))
        if form is CutForm.CONTACT_SHEET:
            self.told.clear()

    def _written(self, number: int, paths: Sequence[Path]) -> None:
        models = self._desk.models
        models.activity.end(number)
        if paths:
            show = partial(models.task_commands.selection_wanted.emit, list(paths))
            models.activity.tell(_("Exported: “{name}”", name=paths[0].name), action_text=_("Show"), on_action=show)


def _gain_words(gain_db: float) -> str:
    return _("{n} dB", n=f"{gain_db:+g}".replace("-", "−") if gain_db else "0")
