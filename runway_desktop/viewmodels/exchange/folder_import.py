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
from runway_desktop.usecases.phase import Phase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.imports import RESULT_TITLES, result_line, undone_words
from runway_desktop.usecases.words.states import Tone

from .import_model import ImportModel

MOST_NAMED = 3


class FolderImportModel(ImportModel):
    undo_offered = Signal(str, object)
    """A sentence, and the function that undoes the import."""

    def __init__(self, cases: UseCases, runner: Runner, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, RESULT_TITLES, parent)
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
            failures = tuple(sentence for _, sentence in self._imported.failures)
            return (*failures, *([self._imported.problem] if self._imported.problem else []))
        return self._look.troubles if self._look is not None else ()

    def headline(self) -> str:
        """Text such as "212 results of 180 tasks: 197 new, 12 known already, 3 without a request"."""
        if self._look is None and self._progress.total:
            return f"Comparing with what is here… {self._progress.done:,} of {self._progress.total:,} files"
        if self._look is None:
            return f"Looking through the folder… {units.count(self._progress.done, 'file')} so far"
        candidates = self._look.candidates
        if not candidates:
            return "No result with a request was found here."
        tasks = len({one.found.task_key for one in candidates})
        amounts = Counter(one.standing for one in candidates)
        parts = [
            f"{amounts[standing]:,} {words}"
            for standing, words in (
                (ImportStatus.NEW, "new"),
                (ImportStatus.KNOWN, "known already"),
                (ImportStatus.MISSING_HERE, "known, but missing here"),
                (ImportStatus.REMOVED, "removed from the list before"),
                (ImportStatus.DOUBLE, "second copies"),
            )
            if amounts[standing]
        ]
        if self._look.without_request:
            parts.append(f"{self._look.without_request:,} more without a request")
        stopped = "" if self._look.is_whole else " The search was stopped before its end."
        if self._look.not_compared:
            stopped += f" {self._look.not_compared:,} of them were not compared with what is here."
        amount = f"{units.count(len(candidates), 'result')} of {units.count(tasks, 'task')}"
        return f"{amount}: {', '.join(parts)}.{stopped}"

    def note(self) -> str:
        """What the button will do, or the outcome."""
        if self.problem:
            return self.problem
        match self.phase:
            case Phase.LOOKING:
                return str(self.folder)
            case Phase.READY:
                return self._promise()
            case Phase.WORKING:
                return f"Importing {self._progress.done:,} of {self._progress.total:,}…"
            case Phase.DONE:
                return self._undone or ("" if self._undo is not None and self._undo.is_done else self._report())

    def copies_words(self) -> str:
        """Text of the option to copy files."""
        chosen = self._chosen()
        size = units.size(sum(one.found.size for one in chosen))
        return (
            f"Copy the files into the library, under its names ({size})"
            if chosen
            else "Copy the files into the library"
        )

    def library_words(self) -> str:
        return str(self._cases.settings.library)

    def set_copies(self, on: bool) -> None:
        self.copies = on
        self.changed.emit()

    def button_words(self) -> str:
        amount = self.table.ticked_count
        return f"Import {units.count(amount, 'result')}" if amount else "Import results"

    def reason(self) -> str:
        """Why the button is disabled; empty if it is not."""
        if self.phase is not Phase.READY:
            return "The folder is being scanned." if self.phase is Phase.LOOKING else "They are imported already."
        return "" if self.table.ticked_count else "Tick the results that are to come into the list."

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
            self._say_of_taken("Taken back", Tone.PLAIN)
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
        self._say_of_taken("Imported", Tone.GOOD)
        self.changed.emit()
        if imported.results:
            self.finished.emit([*imported.added, *imported.restored, *(after.task_id for _, after in imported.filled)])
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
        lost = f" {units.count(alone, 'settings file')} without a result beside it." if alone else ""
        if not self.table.ticked_count and not (look is not None and look.candidates):
            return f"Results are known by the settings file beside them, or by the request inside them.{lost}"
        stay = "Copies go into the library; the files here stay." if self.copies else "The files stay where they are."
        return f"{stay} Nothing is asked or sent, and it costs nothing.{lost}"

    def _report(self) -> str:
        imported = self._imported
        if imported is None:
            return ""
        tasks = len(imported.added) + len(imported.restored) + len({after.task_id for _, after in imported.filled})
        said = [f"{units.count(imported.results, 'result')} of {units.count(tasks, 'task')} imported."]
        if imported.is_stopped:
            said.append("It was stopped; import the folder again for the rest.")
        if imported.known:
            said.append(units.count(imported.known, "was known already.", "were known already."))
        if imported.changed:
            names = ", ".join(imported.changed[:MOST_NAMED])
            more = len(imported.changed) - MOST_NAMED
            said.append(f"Changed since they were saved: {names}{f' and {more:,} more' if more > 0 else ''}.")
        return " ".join(said)
