"""State of a project's reviews: its rounds, what was said about each take, and a round that is being sent. GUI thread
only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import NotPossible, RunwayDesktopError
from runway_desktop.domain.library import GroupBy, Listing, Row
from runway_desktop.domain.review import Answer, Round, Said, SentClip
from runway_desktop.domain.task import Mark, TaskId
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.supervised import Refresh, Runner
from runway_desktop.texts import Text
from runway_desktop.usecases.review.page import Wish
from runway_desktop.usecases.review.reviews import without
from runway_desktop.usecases.review.sending import Sent, Survey
from runway_desktop.usecases.review.words import standing_words, take_words
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.account import priced
from runway_desktop.usecases.words.tasks import Fact, Showing, showings_of
from runway_desktop.values import Struct, replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

SETTLE_MS = 150
SENDER = "review.sender"
"""Setting: the name on the page."""


class Line(Struct, frozen=True):
    """What an answer says about a clip. `row`: None if the task is gone."""

    round: Round
    answer: Answer
    said: Said
    row: Row | None

    @property
    def clip(self) -> SentClip:
        return self.round.clips[self.said.number]

    @property
    def marks(self) -> list[Mark]:
        """The notes that the answer made, as they are now."""
        start, marks = self.answer.marks_of(self.said), self.row.task.marks if self.row is not None else ()
        return [mark for mark in marks if mark.id.startswith(start)]

    def stands(self, now: float) -> Sequence[Fact]:
        """How the take is judged, before the answer and now, and what it was sent with."""
        if self.row is None:
            return ()
        task = self.row.task
        before = without(task, said=self.said, clip=self.clip, answer=self.answer)
        return standing_words(before, task, self.round, now)


class ReviewModel(Model):
    changed = Signal()

    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, commands: TaskCommands, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._judge = commands.judging
        self.project = ""
        self.rounds: Sequence[Round] = ()
        """Latest first."""
        self.lines: Sequence[Line] = ()
        """Of the shown round."""
        self._shown = ""
        self._again = Refresh(runner, self._read, "read reviews")
        self._soon = Soon(self, SETTLE_MS, self.refresh)
        bridge.tasks_touched.connect(self._soon.begin)
        # An answer may be a comment alone.
        commands.acted.connect(self._soon.begin)

    def open(self, project: str) -> None:
        self.project = project
        self.refresh()

    def close(self) -> None:
        self.project = ""

    @property
    def now(self) -> float:
        return self._cases.clock.now()

    @property
    def round(self) -> Round | None:
        return self._among(self.rounds)

    def _among(self, rounds: Sequence[Round]) -> Round | None:
        return next((one for one in rounds if one.id == self._shown), next(iter(rounds), None))

    def show_round(self, round_id: str) -> None:
        self._shown = round_id
        self.refresh()

    def refresh(self) -> None:
        if self.project:
            self._again.begin()

    async def _read(self) -> None:
        project = self.project
        rounds, lines = await self._cases.reviews.sending.rounds(project), list[Line]()
        if (one := self._among(rounds)) is not None:
            rows = {row.task.id: row for row in await self._cases.library.rows([clip.task_id for clip in one.clips])}
            said = [(answer, it, one.clips[it.number].task_id) for answer in one.answers for it in answer.clips]
            lines = [Line(one, answer, it, rows.get(task_id)) for answer, it, task_id in said]
        if project == self.project:
            self.rounds, self.lines = rounds, lines
            self.changed.emit()

    def price(self, line: Line | None) -> str:
        """Of making the take once more; empty if it is not known."""
        price = self._cases.pricing.price(line.row.task.request) if line is not None and line.row is not None else None
        return priced(price.credits, price) if price is not None else ""

    def showings(self, line: Line | None) -> list[Showing]:
        """The very result that was sent."""
        if line is None or line.row is None:
            return []
        sent = [one for one in line.row.outputs if one.index == line.clip.index]
        words, title = str(take_words(line.clip)), line.row.task.request.prompt
        return showings_of(replace(line.row, outputs=tuple(sent)), title or words, words, is_demo=self._cases.is_demo)

    def settle(self, line: Line, *, takes: bool) -> None:
        work = self._cases.reviews.settle(line.round, line.answer, line.said.number, takes=takes)
        self._runner(work, "settle an answer", done=lambda _: self.refresh())

    def undo(self, answer: Answer, line: Line | None = None) -> None:
        """Of one take, or of all."""
        if (one := self.round) is not None:
            numbers = None if line is None else [line.said.number]
            work = self._cases.reviews.undo(one, answer, numbers)
            self._runner(work, "undo an answer", done=lambda _: self.refresh())

    def set_mark(self, line: Line | None, mark: Mark) -> None:
        if line is not None and line.row is not None:
            self._judge.set_mark(line.row.task.id, mark)


class SendModel(Model):
    changed = Signal()
    sent = Signal(object)

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject) -> None:
        super().__init__(cases, runner, parent)
        self.found: Survey | None = None
        self.problem = ""
        self.progress: Progress | None = None
        """While it is written."""
        self.studio = str(cases.settings.get(SENDER, ""))

    def look(self, task_ids: Sequence[TaskId], listing: Listing, cut: str) -> None:
        """`cut`: a project, for what its cut plays; else the tasks, or what is listed."""
        work = self._survey(task_ids, listing, cut)
        self._runner(work, "look at a review", done=self.while_open(self._found), failed=self.while_open(self._fail))

    async def _survey(self, ids: Sequence[TaskId], listing: Listing, cut: str) -> Survey:
        if cut:
            cards = (await self._cases.cuts.open(cut)).cards
            if not (ids := [card.take.row.task.id for card in cards if card.take is not None]):
                raise NotPossible(Text("This project has no picks yet. Select takes in its list instead."))
        ids = ids or (await self._cases.library.list(replace(listing, group=GroupBy.NONE))).ids
        return await self._cases.reviews.sending.survey(ids, keeps_order=bool(cut))

    def _found(self, found: Survey) -> None:
        self.found = found
        self.changed.emit()

    def send(self, wish: Wish) -> None:
        if self.found is not None and self.progress is None:
            self._cases.settings.set(SENDER, wish.sender)
            self.problem, self.progress = "", Progress(self.changed.emit)
            work = self._cases.reviews.sending.send(self.found, wish, self.progress)
            self._runner(work, "send for review", done=self.while_open(self._end), failed=self.while_open(self._fail))
            self.changed.emit()

    def _end(self, sent: Sent | None) -> None:
        self.progress = None
        if sent is not None:
            self.sent.emit(sent)

    def _fail(self, error: RunwayDesktopError) -> None:
        self.problem, self.progress = error.in_words(), None
        self.changed.emit()
