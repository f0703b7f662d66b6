"""State of the export: scope, files or list, options, progress and outcome. Options are remembered. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.folders import NO_ANSWER
from runway_desktop.domain.library import Listing
from runway_desktop.domain.task import TaskId
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.services.disk.folder_look import folder_problem
from runway_desktop.services.disk.spreadsheet import SEPARATORS, keep_dialect
from runway_desktop.services.exchange.file_export import FileChoice, FilesExported, Survey, names_of
from runway_desktop.services.exchange.list_export import COLUMNS, ExportScope, ListForm, ListWritten, What
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.csv_form import csv_form_words, written_words
from runway_desktop.usecases.words.files import template_words
from runway_desktop.usecases.words.folders import refusal_words
from runway_desktop.viewmodels.system import csv_dialect_of, documents

from .import_model import ExchangeModel

__all__ = ["COLUMNS", "SEPARATORS", "ExportModel", "ExportScope", "ListForm", "What"]

_MEMORY = "export"
"""Setting with the last options."""
FOLDER_NAME = "Runway export"


class ExportModel(ExchangeModel):
    reported = Signal(str, bool)
    """Outcome of the export, and whether it is a problem."""

    def __init__(
        self,
        cases: UseCases,
        runner: Runner,
        listing: Listing,
        chosen: Sequence[TaskId],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._listing = listing
        self._chosen = tuple(chosen)
        self._listed: tuple[TaskId, ...] = ()
        self._survey: Survey | None = None
        self._surveying = Progress()
        self.report = ""
        self.failures: tuple[str, ...] = ()
        self.done_at: Path | None = None
        """Folder or file that was written."""
        kept = cases.settings.get(_MEMORY)
        self._memory: dict[str, Any] = dict(kept) if isinstance(kept, dict) else {}
        self.scope = ExportScope.CHOSEN if self._chosen else ExportScope.LISTED
        self.what = What.LIST if self._memory.get("what") == What.LIST else What.FILES
        self.only_picks = False
        self.folder = self._remembered("folder", str(documents() / FOLDER_NAME))
        self._quick_look = QuickLook()
        self._is_silent = False
        """Whether the folder has not responded in time."""
        self.folder_problem = self._problem_of(self.folder)
        """Why the folder cannot be used; empty if it can."""
        self.template = self._remembered("template", cases.settings.name_template)
        self.link = self._switch("link", False)
        self.sidecars = self._switch("sidecars", False)
        self.keep_request = self._switch("keep_request", True)
        self.form = ListForm.JSON if self._memory.get("form") == ListForm.JSON else ListForm.CSV
        manner = csv_dialect_of(cases.settings)
        self.separator = manner.separator
        """Separator of CSV cells."""
        self.is_marked = manner.is_marked
        """Whether a CSV starts with a byte order mark, by which spreadsheets recognize UTF-8."""
        columns = self._memory.get("columns")
        usual = [column.key for column in COLUMNS if column.is_usual]
        self.columns: list[str] = (
            [key for key in columns if isinstance(key, str)] if isinstance(columns, list) else usual
        )

    def begin(self) -> None:
        self._runner(self._order(), "list what is exported", failed=self._failed)

    def leave(self) -> None:
        """Call when the window closes: stops counting files. A running export continues."""
        self._surveying.stop()

    @property
    def chosen_count(self) -> int:
        return len(self._chosen)

    @property
    def listed_count(self) -> int:
        return len(self._listed)

    def set(self, name: str, value: Any) -> None:
        """Sets one of the options above by name."""
        if getattr(self, name) == value:
            return
        setattr(self, name, value)
        if self.phase is Phase.DONE:
            self.phase, self.report, self.failures = Phase.READY, "", ()
        self.problem = ""
        if name == "folder" or self._is_silent:
            self.folder_problem = self._problem_of(self.folder)
        if name in ("scope", "only_picks"):
            self._look()
        self.changed.emit()

    def names_words(self, template: str) -> str:
        """The first names, one per line, and how many more."""
        names = names_of(self._survey.first, template) if self._survey is not None else []
        more = self._survey.files - len(names) if self._survey is not None else 0
        return "\n".join([*names, ngettext("and {n} more", "and {n} more", more)] if names and more > 0 else names)

    def amount_words(self) -> str:
        """Files to export ("212 files, 1.2 GB. 3 tasks have no file here."), or the progress of counting them."""
        survey = self._survey
        if survey is None:
            done = self._surveying.done
            counting = ngettext("Counting files: {n} task so far", "Counting files: {n} tasks so far", done)
            return counting if done else _("Counting files…")
        without = survey.without
        lacking = ngettext("{n} task has no file here.", "{n} tasks have no file here.", without) if without else ""
        size = units.size(survey.size)
        found = ngettext("{n} file, {size}.", "{n} files, {size}.", survey.files, size=size)
        return str(in_turn(found if survey.files else _("No files to export."), lacking))

    def list_words(self) -> str:
        tasks = ngettext("{n} task", "{n} tasks", len(self._ids()))
        return " · ".join((tasks, ngettext("{n} column", "{n} columns", len(self.columns))))

    def form_words(self) -> str:
        """How the list is written: decimal sign, times, separator."""
        if self.form is ListForm.JSON:
            return written_words()
        return csv_form_words(csv_dialect_of(self._cases.settings, separator=self.separator))

    def button_words(self) -> str:
        if self.what is What.LIST:
            return _("Export list…")
        files = self._survey.files if self._survey is not None else 0
        return ngettext("Export {n} file", "Export {n} files", files) if files else _("Export files")

    def reason(self) -> str:
        """Why the button is disabled; empty if it is not."""
        if self.phase is Phase.LOOKING:
            return _("Still listing the tasks.")
        if self.phase is Phase.WORKING:
            return _("An export is running.")
        if self.what is What.LIST:
            if not self._ids():
                return _("There are no tasks in this list.")
            return "" if self.columns else _("Select at least one column.")
        if self._survey is None:
            return _("Still counting the files.")
        if not self._survey.files:
            return _("No files to export.")
        return self.folder_problem or template_words(self.template)

    def list_file(self) -> Path:
        return documents() / f"runway-tasks.{self.form.value}"

    def export_files(self) -> None:
        if self.reason() or self._survey is None or self.what is not What.FILES:
            return
        self._keep()
        choice = FileChoice(
            folder=Path(self.folder.strip()).expanduser(),
            template=self.template.strip(),
            link=self.link,
            sidecars=self.sidecars,
            keep_request=self.keep_request,
            only_picks=self.only_picks,
        )
        self._start(self._survey.files)
        work = self._cases.exchange.files.run(self._ids(), choice, self._survey, self._progress)
        self._runner(work, "export files", done=self._files_done, failed=self._failed)

    def export_list(self, path: Path) -> None:
        if self.reason() or self.what is not What.LIST:
            return
        self._keep()
        ids = self._ids()
        self._start(len(ids))
        manner = csv_dialect_of(self._cases.settings)
        work = self._cases.exchange.lists.write(path, ids, self.columns, self.form, self._progress, manner)
        self._runner(work, "export list", done=self._list_done, failed=self._failed)

    async def _order(self) -> None:
        """Loads both scopes in list order, including folded groups."""
        entries = await self._cases.library.list(self._listing)
        self._listed = tuple(entries.ids)
        chosen = set(self._chosen)
        in_list = [task_id for task_id in entries.ids if task_id in chosen]
        rest = chosen.difference(in_list)
        self._chosen = (*in_list, *(task_id for task_id in self._chosen if task_id in rest))
        self.phase = Phase.READY
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        """Counts the files of the scope, and cancels the previous count."""
        self._surveying.stop()
        self._survey = None
        self._surveying = progress = Progress(self.changed.emit)
        work = self._cases.exchange.files.survey(self._ids(), progress, only_picks=self.only_picks)
        self._runner(work, "count files", done=lambda found: self._looked(progress, found), failed=self._failed)

    def _looked(self, progress: Progress, found: Survey) -> None:
        if progress is self._surveying and not progress.is_stopped:
            self._survey = found
            if self._is_silent:
                # A sleeping drive may have woken up.
                self.folder_problem = self._problem_of(self.folder)
            self.changed.emit()

    def _ids(self) -> Sequence[TaskId]:
        return self._chosen if self.scope is ExportScope.CHOSEN else self._listed

    def _start(self, total: int) -> None:
        self.phase, self.problem, self.report, self.failures = Phase.WORKING, "", "", ()
        self._progress = Progress(self.changed.emit)
        self._progress.report(0, total)

    def _failed(self, error: RunwayDesktopError) -> None:
        self.problem = error.in_words()
        self.phase = Phase.READY
        self.reported.emit(self.problem, True)
        self.changed.emit()

    def _files_done(self, came: FilesExported) -> None:
        self.phase, self.done_at = Phase.DONE, came.folder
        made = came.copied + came.linked
        said = [ngettext("{n} file exported.", "{n} files exported.", made)]
        if came.there and not (made or came.failed or came.is_stopped or came.problem):
            # Everything had been exported before.
            said = [_("Nothing new to export.")]
        if came.linked:
            said.append(
                ngettext(
                    "{n} of them is a hard link, which takes no extra space.",
                    "{n} of them are hard links, which take no extra space.",
                    came.linked,
                )
            )
        if came.there:
            said.append(ngettext("{n} file was already there.", "{n} files were already there.", came.there))
        if came.is_stopped:
            said.append(_("Stopped. Export into the same folder again for the rest."))
        if came.problem:
            advice = _("Free some space or choose another folder, then export again for the rest.")
            self.problem = str(in_turn(came.problem, advice))
        if came.failed:
            said.append(ngettext("{n} file could not be exported.", "{n} files could not be exported.", came.failed))
        self.failures = tuple(str(failure[1]) for failure in came.failures)
        self.report = str(in_turn(*said))
        self.reported.emit(str(in_turn(self.report, self.problem)), bool(self.problem or came.failed))
        self.changed.emit()

    def _list_done(self, came: ListWritten) -> None:
        self.phase = Phase.DONE
        if came.is_stopped:
            self.report, self.done_at = _("Stopped. Nothing was written."), None
        else:
            name = came.path.name
            said = ngettext("{n} task written to {file}.", "{n} tasks written to {file}.", came.rows, file=name)
            self.report, self.done_at = str(in_turn(said, self.form_words())), came.path
        self.reported.emit(self.report, False)
        self.changed.emit()

    def _keep(self) -> None:
        names = ("what", "folder", "template", "link", "sidecars", "keep_request", "form", "columns")
        settings = self._cases.settings
        settings.set(_MEMORY, {name: getattr(self, name) for name in names})
        usual = csv_dialect_of(settings)
        if (self.separator, self.is_marked) != (usual.separator, usual.is_marked):
            keep_dialect(settings, separator=self.separator, is_marked=self.is_marked)

    def _problem_of(self, folder: str) -> str:
        typed = folder.strip()
        self._is_silent = False
        if not typed:
            return _("Choose a folder.")
        found = self._quick_look.ask(folder_problem, Path(typed).expanduser(), otherwise=NO_ANSWER)
        self._is_silent = found is NO_ANSWER
        return refusal_words(found)

    def _remembered(self, name: str, otherwise: str) -> str:
        found = self._memory.get(name)
        return found if isinstance(found, str) and found.strip() else otherwise

    def _switch(self, name: str, otherwise: bool) -> bool:
        found = self._memory.get(name)
        return found if isinstance(found, bool) else otherwise
