"""State of importing a folder of results: found files, how they relate to the list, and the outcome.

Nothing changes before the person confirms; a single undo reverts all. GUI thread only.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from runway_desktop.domain.events import Notice
from runway_desktop.services.exchange.folder_import import FolderLook, Imported, ImportUndo, TakenBack
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.exchange.standing import Candidate, ImportStatus
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text, _, in_turn, listed, ngettext
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.imports import RESULT_TITLES, result_line, undone_words
from runway_desktop.usecases.words.states import Tone

from .import_model import ImportModel

MOST_NAMED = 3
_AMOUNTS = {
    ImportStatus.NEW: Text("{n} new", "{n} new"),
    ImportStatus.KNOWN: Text("{n} already in the list", "{n} already in the list"),
    ImportStatus.MISSING_HERE: Text(
        "{n} in the list, but its file is missing", "{n} in the list, but their files are missing"
    ),
    ImportStatus.REMOVED: Text("{n} removed from the list before", "{n} removed from the list before"),
    ImportStatus.DOUBLE: Text("{n} duplicate", "{n} duplicates"),
}


class FolderImportModel(ImportModel):
    undo_offered = Signal(str, object)
    """A sentence, and the function that undoes the import."""

    def __init__(self, cases: UseCases, runner: Runner, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, tuple(map(str, RESULT_TITLES)), parent)
        self.folder = folder
        self.copies = False
        self._look: FolderLook | None = None
        self._imported: Imported | None = None
        self._undo: ImportUndo | None = None
        self._undone = ""

    def begin(self) -> None:
        look = self._cases.exchange.folders.look(self.folder, self._progress)
        self._runner(look, "look at folder", done=self._looked, failed=self._failed)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Errors of unreadable files, one sentence each."""
        if self._imported is not None:
            failures = tuple(str(sentence) for _, sentence in self._imported.failures)
            return (*failures, *([str(self._imported.problem)] if self._imported.problem else []))
        return tuple(map(str, self._look.troubles)) if self._look is not None else ()

    def headline(self) -> str:
        """Text such as "212 results: 197 new, 12 already in the list, 3 without a request."."""
        if self._look is None and self._progress.total:
            done, total = self._progress.done, self._progress.total
            return ngettext(
                "Comparing with the list: {done} of {n} file",
                "Comparing with the list: {done} of {n} files",
                total,
                done=done,
            )
        if self._look is None:
            return ngettext(
                "Scanning the folder: {n} file so far", "Scanning the folder: {n} files so far", self._progress.done
            )
        candidates = self._look.candidates
        if not candidates:
            return _("No results with a request found in this folder.")
        amounts = Counter(one.standing for one in candidates)
        parts = [str(words.of(amounts[standing])) for standing, words in _AMOUNTS.items() if amounts[standing]]
        lost = self._look.without_request
        if lost:
            parts.append(ngettext("{n} more without a request", "{n} more without a request", lost))
        said = ngettext("{n} result: {kinds}.", "{n} results: {kinds}.", len(candidates), kinds=listed(parts))
        skipped = self._look.not_compared
        unknown = ngettext(
            "{n} of them was not compared with the list.", "{n} of them were not compared with the list.", skipped
        )
        stopped = "" if self._look.is_whole else _("The scan was stopped before its end.")
        return str(in_turn(said, stopped, unknown if skipped else ""))

    def note(self) -> str:
        if self.problem:
            return self.problem
        match self.phase:
            case Phase.LOOKING:
                return str(self.folder)
            case Phase.READY:
                return self._promise()
            case Phase.WORKING:
                return _("Importing {done} of {total}…", done=self._progress.done, total=self._progress.total)
            case Phase.DONE:
                return self._undone or ("" if self._undo is not None and self._undo.is_done else self._report())

    def copies_words(self) -> str:
        """Text of the option to copy files."""
        chosen = self._chosen()
        size = units.size(sum(one.found.size for one in chosen))
        if not chosen:
            return _("Copy the files into the library")
        return _("Copy the files into the library and rename them ({size})", size=size)

    def library_words(self) -> str:
        return str(self._cases.settings.library)

    def set_copies(self, on: bool) -> None:
        self.copies = on
        self.changed.emit()

    def button_words(self) -> str:
        amount = self.table.ticked_count
        return ngettext("Import {n} result", "Import {n} results", amount) if amount else _("Import results")

    def reason(self) -> str:
        if self.phase is not Phase.READY:
            return _("Still scanning the folder.") if self.phase is Phase.LOOKING else _("Already imported.")
        return "" if self.table.ticked_count else _("Check the results to import.")

    def take_in(self) -> None:
        if self.reason():
            return
        found = [one.found for one in self._chosen()]
        self.phase, self.problem = Phase.WORKING, ""
        self.table.lock()
        self._progress = Progress(self.changed.emit)
        self._progress.report(0, len(found))
        work = self._cases.exchange.folders.take_in(self.folder, found, self._progress, copies=self.copies)
        self._runner(work, "import folder", done=self._done, failed=self._failed)

    @property
    def can_be_undone(self) -> bool:
        return self._undo is not None and not self._undo.is_done

    def undo(self) -> None:
        if self._undo is not None:
            self._undo()
            self._say_of_taken(_("Import undone"), Tone.PLAIN)
            self.changed.emit()

    def _chosen(self) -> list[Candidate]:
        return [self._look.candidates[row] for row in self.table.ticked()] if self._look is not None else []

    def _looked(self, look: FolderLook) -> None:
        self._look = look
        self.phase = Phase.READY
        self.table.show_lines(result_line(look.folder, one) for one in look.candidates)

    def _done(self, imported: Imported) -> None:
        self._imported = imported
        self.phase = Phase.DONE
        self._say_of_taken(_("Imported"), Tone.GOOD)
        self.changed.emit()
        if imported.results:
            self.finished.emit(
                [*imported.added, *imported.restored, *(filled[1].task_id for filled in imported.filled)]
            )
            self._undo = ImportUndo(self._cases.exchange.folders, self._runner, imported, self._taken_back)
            self.undo_offered.emit(self._report(), self._undo)
            self.changed.emit()

    def _taken_back(self, undone: TakenBack) -> None:
        """Also after the window was closed."""
        message, detail = undone_words(undone, self.folder)
        self._cases.bus.tell(Notice(message, detail))
        self._undone = f"{message} {detail}"
        if isValid(self):
            self.changed.emit()

    def _say_of_taken(self, standing: str, tone: Tone) -> None:
        taken = set(self._imported.taken) if self._imported is not None else set()
        candidates = self._look.candidates if self._look is not None else ()
        self.table.say_many([row for row, one in enumerate(candidates) if one.found.path in taken], standing, tone)

    def _promise(self) -> str:
        look = self._look
        alone = look.alone if look is not None else 0
        lost = ngettext(
            "{n} settings file has no result next to it.", "{n} settings files have no result next to them.", alone
        )
        if not self.table.ticked_count and not (look is not None and look.candidates):
            known = _("A result is recognized by the settings file next to it, or by the request inside it.")
            return str(in_turn(known, lost if alone else ""))
        copied = _("The files are copied into the library; the originals stay where they are.")
        stay = copied if self.copies else _("The files stay where they are.")
        free = _("Nothing is sent to Runway, and nothing is charged.")
        return str(in_turn(stay, free, lost if alone else ""))

    def _report(self) -> str:
        imported = self._imported
        if imported is None:
            return ""
        tasks = len(imported.added) + len(imported.restored) + len({filled[1].task_id for filled in imported.filled})
        said = [ngettext("{n} task imported.", "{n} tasks imported.", tasks)]
        if imported.results != tasks:
            said = [ngettext("{n} result imported.", "{n} results imported.", imported.results)]
        if imported.is_stopped:
            said.append(_("Stopped. Import the folder again for the rest."))
        if imported.known:
            said.append(
                ngettext("{n} result was already in the list.", "{n} results were already in the list.", imported.known)
            )
        if imported.changed:
            names = list(imported.changed[:MOST_NAMED])
            more = len(imported.changed) - MOST_NAMED
            if more > 0:
                names.append(ngettext("{n} more", "{n} more", more))
            said.append(_("Changed since they were saved: {files}.", files=listed(names)))
        return str(in_turn(*said))
