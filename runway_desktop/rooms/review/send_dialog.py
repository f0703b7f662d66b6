"""Dialog *Send for review…*: what the page will hold, what the client will not see well, and where it is written. GUI
thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from runway_desktop.texts import Text, _, in_turn, listed, ngettext
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    hbox,
    line_edit,
    open_at,
    progress_bar,
    push_button,
    show_share,
    vbox,
)
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.review.page import Wish, languages
from runway_desktop.usecases.review.sending import MOST_CLIPS, MOST_INSIDE, Survey
from runway_desktop.usecases.words.units import size
from runway_desktop.viewmodels.system import documents, language_name

from .model import SendModel

MOST_NAMED = 5
"""Clips that do not play."""
_SIZE = QSize(68 * GRID, 60 * GRID)


class SendDialog(Dialog):
    def __init__(self, model: SendModel, language: str, parent: QWidget) -> None:
        super().__init__(_("Send for review"), parent)
        self._model = model
        self.title = line_edit(self, _("Title"))
        self.studio = line_edit(self, _("Your name or studio"))
        self.studio.setText(model.studio)
        self.language = QComboBox(self)
        for code in languages():
            self.language.addItem(language_name(code), code)
        self.language.setCurrentIndex(max(0, self.language.findData(language)))
        self.folder = line_edit(self, _("Folder"))
        self.folder.setText(str(documents()))
        self.shrinks = QCheckBox(_("Make clips smaller (720 lines), by ffmpeg"), self)
        self._facts, self._said, self._wrong = words(self), words(self, tone="warn"), words(self, tone="bad")
        self._bar = progress_bar(self)
        self._leave = push_button(self, "", self.reject)
        self.go = push_button(self, _("Write file"), self._send, kind="primary", default=True)
        choose = push_button(self, _("Choose…"), self._choose)
        rows = vbox(on=self, margins=2 * GRID)
        for label, field in (
            (_("Title"), self.title), (_("Your name or studio"), self.studio),
            (_("Language of the page"), self.language), (_("Folder"), self.folder),
        ):  # fmt: skip
            shown = words(self, label)
            shown.setBuddy(field)
            rows.addWidget(shown)
            rows.addLayout(hbox((field, 1), *([choose] if field is self.folder else ())))
        for part in (self.shrinks, self._facts, self._said, self._wrong):
            rows.addWidget(part)
        rows.addStretch()
        rows.addWidget(self._bar)
        rows.addLayout(hbox(STRETCH, self._leave, self.go))
        self.language.setAccessibleName(_("Language of the page"))
        self.shrinks.toggled.connect(self._show)
        self.folder.textChanged.connect(self._show)
        model.changed.connect(self._show)
        model.sent.connect(self.accept)
        self.finished.connect(lambda _: self._stop())
        self._show()
        open_at(self, _SIZE)

    def _show(self) -> None:
        model, found = self._model, self._model.found
        if found is not None and not self.title.placeholderText():
            self.title.setPlaceholderText(found.title)
            self.title.setText(found.title)
            self.shrinks.setChecked(found.can_shrink)
        is_busy = model.progress is not None
        self.shrinks.setEnabled(found is not None and found.can_shrink)
        # A relative path is one of the folder in which the program was started.
        has_folder = Path(self.folder.text().strip()).is_absolute()
        self.go.setEnabled(found is not None and not is_busy and has_folder)
        self._leave.setText(_("Stop") if is_busy else _("Cancel"))
        show_share(
            self._bar, model.progress.done if model.progress else 0, model.progress.total if model.progress else 0
        )
        reading = "" if model.problem else _("Reading the clips…")
        say(self._facts, _facts(found, smaller=self.shrinks.isChecked()) if found is not None else reading)
        say(
            self._said,
            "\n".join(_remarks(found, smaller=self.shrinks.isChecked())) if found is not None else "",
            "warn",
        )
        say(self._wrong, model.problem if has_folder else _("Choose a folder, with its whole path."), "bad")

    def _send(self) -> None:
        title = self.title.text().strip() or self.title.placeholderText()
        wish = Wish(
            folder=Path(self.folder.text().strip()), title=title, sender=self.studio.text().strip(),
            language=self.language.currentData(), shrinks=self.shrinks.isChecked(),
        )  # fmt: skip
        self._model.send(wish)

    def _choose(self) -> None:
        choose_folder(self, _("Choose a folder"), lambda path: self.folder.setText(str(path)), near=documents())

    def _stop(self) -> None:
        if self._model.progress is not None:
            self._model.progress.stop()


def _facts(found: Survey, *, smaller: bool) -> str:
    amount = ngettext("{n} clip", "{n} clips", len(found.clips))
    facts = Text("{clips}, at most {size}") if smaller else Text("{clips}, {size}")
    said = str(facts.with_(clips=amount, size=size(found.size)))
    return str(in_turn(said + ".", _("No prompts, models or prices. Nothing is sent by this program.")))


def _remarks(found: Survey, *, smaller: bool) -> list[str]:
    odd = [it.clip.name for it in found.clips if not (it.plays or (smaller and it.clip.media.kind.has_frames))]
    left_out = Text("{n} take has no file here and is left out.", "{n} takes have no file here and are left out.")
    most = Text(
        "A review has at most {most} clips: {n} is left out.", "A review has at most {most} clips: {n} are left out."
    )
    not_played = Text("Does not play on phones: {names}.").with_(names=listed(odd[:MOST_NAMED]))
    folder = Text("Above {size} it is a folder with the clips beside the page. A phone opens only a single file.")
    signed = Text("The clips keep their maker's content credentials.")
    if smaller:
        signed = Text("Smaller clips lose their maker's content credentials.")
    remarks = (
        (found.missing, left_out.of(found.missing)),
        (found.left_out, most.of(found.left_out).with_(most=MOST_CLIPS)),
        (odd, not_played),
        (found.size > MOST_INSIDE, folder.with_(size=size(MOST_INSIDE))),
        (any(clip.is_signed for clip in found.clips), signed),
        (not found.can_shrink, Text("ffmpeg was not found, so the clips are taken as they are.")),
    )
    return [str(said) for holds, said in remarks if holds]
