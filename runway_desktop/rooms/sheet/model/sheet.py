"""A batch sheet over its lifetime: import, inspection of files, sending, saving.

Saved half a second after each change, so that it survives a kill. Sent tasks update live in their rows. GUI thread
only; errors are emitted by `troubled`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.folders import FileMove, moved_uris
from runway_desktop.domain.inputs import IntakeFinding
from runway_desktop.domain.library import KeptSheet, new_sheet_id
from runway_desktop.domain.task import BatchId, MadeSheet, Request, TaskId
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.library import sheets
from runway_desktop.services.library.sheets import OPEN_SHEET, SheetContent
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.listing.changes import Touch, has_new_price
from runway_desktop.usecases.sheets import importing
from runway_desktop.usecases.sheets.blocks import as_csv
from runway_desktop.usecases.sheets.columns import ColumnKind
from runway_desktop.usecases.sheets.mending import Fix, fix_of
from runway_desktop.usecases.sheets.row_tasks import Following
from runway_desktop.usecases.sheets.rows import SheetRow, blank_rows
from runway_desktop.usecases.sheets.tally import axes_words, heading
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.tasks import sheet_title
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon
from runway_desktop.viewmodels.system import csv_dialect_of

from .checked_rows import SLICE_SECONDS
from .model import SheetModel
from .offering import Offering
from .row_sending import RowSending
from .summary import SheetSummary

FIRST_FEW = 2
KEEP_AFTER_MS = 500
LOOKED_AT_ONCE = 100


class Sheet(Model):
    named = Signal()
    left_changed = Signal()
    """Saved, and the number of unsent rows changed."""

    def __init__(
        self,
        cases: UseCases,
        bridge: Bridge,
        runner: Runner,
        content: SheetContent,
        *,
        sheet_id: str = "",
        batch_id: BatchId | None = None,
        batch_name: str = "",
        findings: Sequence[IntakeFinding] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._content = content
        self.id = sheet_id or new_sheet_id()
        self._was_kept = bool(sheet_id)
        self._unsent: int | None = None
        """Number of unsent rows when last saved."""
        self.findings = tuple(findings)
        """Errors of files and lines that could not be read."""
        self.model = SheetModel(cases.catalog, cases.pricing, content.composed, self)
        self.model.beside = content.beside
        self._following = Following(cases.library, self.model.tasks, self.model.show_tasks)
        self.sending = RowSending(cases, runner, self.model, self._following, self.keep, self)
        self.outlook = SheetSummary(cases, bridge, runner, self.model, self.sending.ready, self)
        self.sending.batch_id = batch_id
        self.sending.batch_name = batch_name or content.name
        self.model.checker.project = content.project
        self.sending.ended.connect(self.keep_now)
        self.offering = Offering(cases, runner, self.model)
        self._is_open = True
        self._is_shown_alone = self._is_plain = False
        self._looking = False
        self._keep = Soon(self, KEEP_AFTER_MS, self._keep_if_checked)
        self._price_again = Soon(self, KEEP_AFTER_MS, self.model.check_all)
        self.model.checker.axes = content.axes
        self.model.looks_wanted.connect(self._look)
        bridge.tasks_touched.connect(self._touched)
        bridge.files_moved.connect(self._files_moved)
        self.model.checker.cast = cases.cast.now
        bridge.cast_changed.connect(self.model.know_cast)

    @classmethod
    def of_gathered(
        cls,
        cases: UseCases,
        bridge: Bridge,
        runner: Runner,
        gathered: Gathered | None,
        composed: Request,
        *,
        project: str = "",
        parent: QObject | None = None,
    ) -> Sheet:
        """A sheet of dropped or pasted data; None: a blank one. `composed` and `project` are the composer's, as
        defaults."""
        title, batch_name = importing.title_of(gathered) if gathered is not None else (MadeSheet.BLANK.value, "")
        content = SheetContent(name=title, composed=composed, project=project)
        findings = gathered.findings if gathered is not None else ()
        made = cls(cases, bridge, runner, content, batch_name=batch_name, findings=findings, parent=parent)
        made._is_plain = gathered is not None and importing.is_plain(gathered)
        importer = importing.Importer(cases.catalog, made.model.all_columns, made.model.checker)
        made._begin(importer.rows(gathered) if gathered is not None else blank_rows())
        return made

    @classmethod
    def of_kept(
        cls, cases: UseCases, bridge: Bridge, runner: Runner, kept: KeptSheet, content: SheetContent, *,
        only_shown: bool = False, parent: QObject | None = None,
    ) -> Sheet:  # fmt: skip
        """A stored sheet. `only_shown`: never saved, since it may be open elsewhere."""
        head = replace(content, rows=())
        made = cls(cases, bridge, runner, head, sheet_id=kept.id, batch_id=kept.batch_id, parent=parent)
        made._is_shown_alone = only_shown
        made._begin(importing.kept_rows(content.rows) if content.rows else blank_rows())
        made.model.show_columns(content.shown)
        return made

    # Properties shown around the table.

    @property
    def title(self) -> str:
        return sheet_title(self._content.name)

    @property
    def subtitle(self) -> str:
        is_of_file = all(self._content.name != made.value for made in MadeSheet)
        return heading(self.model.totals, self.axes_words, is_of_file=is_of_file, is_plain=self._is_plain)

    @property
    def axes_words(self) -> str:
        """Text such as "6 × 3 = 18 tasks"; empty without axes."""
        return axes_words(self.model.totals, self.model.axes)

    @property
    def is_sending(self) -> bool:
        return self.model.is_locked

    @property
    def reason(self) -> str:
        """Why nothing can be sent now; empty if something can."""
        totals = self.model.totals
        if self.is_sending:
            return _("Rows are being saved.")
        if not totals.rows:
            return _("Nothing to send yet.")
        if not self.model.is_checked:
            return _("Rows are still being checked.")
        return "" if totals.ready else _("No row is ready. The last column shows what's missing.")

    @property
    def any_sent(self) -> bool:
        return self._following.any

    @property
    def unmatched(self) -> dict[str, str]:
        """Unmatched columns, each with its first value."""
        return importing.unmatched_titles(self.model.rows)

    def ready_at(self, positions: Iterable[int]) -> int:
        """Number of ready tasks in these rows."""
        rows = [self.model.rows[position] for position in positions]
        checks = [row.check for row in rows if not row.sent and row.check is not None]
        return sum(len(check.requests) for check in checks if check.is_ready)

    # Commands.

    def send(self, most: int | None = None, positions: Iterable[int] | None = None) -> None:
        """Stores ready rows in the queue, or asks first: rows of the first `most`, those at `places`, or all."""
        if self.reason:
            return
        ready = self.sending.chosen(most, positions)
        if ready:
            self.sending.send(ready)

    def take_files(self, paths: Sequence[Path], position: int | None, key: str = "") -> None:
        """Takes dropped files. On an input cell, they fill it and the cells below; on another cell of a row, they go
        into a field that fits; lists of prompts become new rows."""
        self._runner(self._take_files(tuple(paths), position, key), "take files into a sheet")

    def apply_mapping(self, mapping: dict[str, str]) -> None:
        """Moves values of unmatched columns, by title, to the given column keys."""
        after = {}
        for row in self.model.rows:
            for title, key in mapping.items():
                text = row.unmatched.get(title)
                if text and key not in row.cells:
                    after[row.number, key] = self.model.value_for(row, key, text)
        for row in self.model.rows:
            for title in mapping:
                row.unmatched.pop(title, None)
        self.model.write(after, _("Match columns"))
        self.named.emit()

    @property
    def fix(self) -> Fix | None:
        """Fix for the most common error; None if there is none, or during validation."""
        model = self.model
        if not model.is_checked or not model.takes_edits:
            return None
        return fix_of(model.rows, model.all_columns, self._cases.pricing)

    def apply_fix(self) -> None:
        fix = self.fix
        if fix is not None:
            self.model.write(fix.values, fix.label)

    def as_csv(self) -> str:
        """The sheet with the state of its rows as CSV, in column order."""
        model = self.model
        lines = map(model.line, range(len(model.rows)))
        return as_csv(lines, model.columns, model.saying, csv_dialect_of(self._cases.settings))

    def export(self, path: Path) -> None:
        """Writes the sheet as CSV."""
        self._runner(
            self._cases.library.write_text(path, self.as_csv()),
            "export a sheet",
            done=lambda _done: self.model.said.emit(_("Exported as {file}.", file=path.name)),
            failed=lambda error: self.sending.troubled.emit(error.in_words()),
        )

    def choose_default(self, endpoint: str, model: str) -> None:
        """Sets endpoint and model of rows that name none."""
        composed = replace(self.model.checker.composed, endpoint=endpoint, model=model)
        self._content = replace(self._content, composed=composed)
        self.model.choose_default(composed)

    def keep_now(self) -> None:
        """Saves the sheet now. An empty one is not saved."""
        self._keep.stop()
        self._runner(self.keep(), "keep sheet")

    async def keep(self) -> None:
        if self._is_shown_alone:
            return
        self.model.finish()
        await self._write_rows()
        filled = [row for row in self.model.rows if row.cells or row.sent]
        if not filled:
            if self._was_kept:
                self._was_kept, self._unsent = False, None
                await self._cases.sheets.forget(self.id)
                self.left_changed.emit()
            return
        for row in filled:
            # Changed while others were being written.
            row.text = row.text or sheets.write_row(row.kept())
        planned = self.sending.planned
        texts = [
            sheets.write_row(replace(row.kept(), sent=planned[row.number])) if row.number in planned else row.text
            for row in filled
        ]
        content = replace(self._content, axes=self.model.axes, shown=tuple(sorted(self.model.shown)), rows=())
        text = sheets.write(content, texts)
        self._was_kept = True
        unsent = sum(not row.sent and row.number not in planned for row in filled)
        await self._cases.sheets.keep(
            KeptSheet(
                id=self.id, name=self._content.name, changed_at=self._cases.clock.now(), rows=len(filled),
                unsent=unsent, batch_id=self.sending.batch_id, text=text,
            )
        )  # fmt: skip
        if unsent != self._unsent:
            self._unsent = unsent
            self.left_changed.emit()
        if self._is_open and self._cases.settings.get(OPEN_SHEET) is None:
            self._cases.settings.set(OPEN_SHEET, self.id)

    def close(self) -> None:
        """Call when the window is closed: saves the sheet, and does not reopen it at the next start."""
        self.keep_now()
        self.let_go()

    def let_go(self) -> None:
        """Stops all timers, and marks the sheet as closed."""
        self._is_open = False
        for timer in (self._keep, self._price_again):
            timer.stop()
        self.outlook.stop()
        if self._cases.settings.get(OPEN_SHEET) == self.id:
            self._cases.settings.set(OPEN_SHEET, None)

    # Helpers.

    def _begin(self, rows: Iterable[SheetRow]) -> None:
        self.model.fill(rows, self._filled)
        self.model.changed.connect(self._keep.begin)

    def _filled(self) -> None:
        """Called when all rows are loaded."""
        for row in self.model.rows:
            if row.sent:
                self._following.link(row.number, row.sent)
        if self.model.totals.filled:
            self._keep.begin()
        self._runner(self._learn(), "learn about a sheet's rows")

    def _keep_if_checked(self) -> None:
        """Postponed during a large change or validation, after which rows have their texts."""
        if self.model.is_checked:
            self.keep_now()
        else:
            self._keep.start()

    async def _write_rows(self) -> None:
        """Serializes rows without a text, in slices."""
        until = time.perf_counter() + SLICE_SECONDS
        for row in list(self.model.rows):
            if not row.text and (row.cells or row.sent):
                row.text = sheets.write_row(row.kept())
                if time.perf_counter() >= until:
                    await asyncio.sleep(0)
                    until = time.perf_counter() + SLICE_SECONDS

    async def _learn(self) -> None:
        """Loads the cast, names of projects, refused prompts, and the states of sent rows."""
        await self._cases.cast.load()
        counts = await self._cases.library.counts()
        self.model.values.projects = tuple(sorted(filter(None, counts.projects), key=str.casefold))
        self.model.know_refused(await self._cases.library.refused_prompts())
        never_stored = await self._following.learn_all()
        if never_stored:
            self.model.mark_unsent(never_stored)
        if self.sending.batch_id is None:
            self.sending.batch_id = self._following.batch()

    def _look(self) -> None:
        if not self._looking and self.model.checker.unseen:
            self._looking = True
            self._runner(self._look_at_files(), "look at a sheet's files")

    async def _look_at_files(self) -> None:
        try:
            while self.model.checker.unseen:
                some = sorted(self.model.checker.unseen)[:LOOKED_AT_ONCE]
                self.model.take_looks(await self._cases.intake.look(some))
        finally:
            self._looking = False

    async def _take_files(self, paths: tuple[Path, ...], position: int | None, key: str) -> None:
        gathered = await self._cases.intake.gather(Dropped(paths=tuple(paths)))
        model = self.model
        importer = importing.Importer(self._cases.catalog, model.all_columns, model.checker)
        rows = list(importer.rows(gathered))
        assets = [drop for drop in gathered.assets if drop.uri and not gathered.is_folder]
        on_cell = position is not None and bool(key) and model.all_columns.column(key).kind is ColumnKind.ASSETS
        if assets and position is not None:
            after = {}
            for at, drop in enumerate(assets, start=position):
                if at < model.rowCount():
                    row = model.rows[at]
                    after[row.number, key if on_cell else importer.key_for(drop.media)] = [{"uri": drop.uri}]
            left = assets[max(0, model.rowCount() - position) :]
            model.write(after, _("Drop files"))
        else:
            left = assets
        rows += [importer.of_asset(drop) for drop in left]
        if rows:
            filled = [at for at, row in enumerate(model.rows) if row.cells or row.sent]
            model.insert_rows(filled[-1] + 1 if filled else 0, rows, _("Drop files"))
        for finding in gathered.findings[:1]:
            self.model.said.emit(finding.message)

    def _files_moved(self, moves: Sequence[FileMove]) -> None:
        self.model.follow(moved_uris(moves))
        composed = self.model.checker.composed
        values = self.model.where_now(composed.values)
        if values is not composed.values:
            composed = replace(composed, values=values)
            self._content = replace(self._content, composed=composed)
            self.model.choose_default(composed)

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        self._following.take(touches)
        totals = self.model.totals
        if totals.priced < totals.ready and any(has_new_price(touch) for touch in touches.values()):
            self._price_again.start()
