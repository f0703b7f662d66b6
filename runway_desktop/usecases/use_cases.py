"""The facade that front ends get: use cases, and services that read, show or keep something. What stores tasks or sends
them (submission, ledger, lane, store) is reached through the use cases only.

A thin object over the engine. Each service is built on first access, so that the first paint imports only what it
shows. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from runway_desktop.domain.caps import Kept
    from runway_desktop.domain.task import Task, TaskId
    from runway_desktop.services.engine import Engine
    from runway_desktop.services.settings import Settings
    from runway_desktop.services.tasks.judging import Judging
    from runway_desktop.services.tasks.outlook import Outlook, Range, Slots
    from runway_desktop.usecases.listing.takes import Family
    from runway_desktop.usecases.searching.pages import PageNames

    from .cast_members import CastFiles
    from .clients.client_cases import ClientCases
    from .clients.verbs import CutAnswer, CutWished
    from .commands.commands import Commands
    from .cut.cuts import Cuts
    from .lane_lines import LaneLines
    from .orders import Orders
    from .review.reviews import Reviews
    from .sending.sending import TaskSender
    from .shots import Shots
    from .steps import Steps

Service = TypeVar("Service")


class Queue(Protocol):
    """The lane as front ends see it: they can pause and reorder it, not add to it."""

    @property
    def paused(self) -> bool: ...
    async def pause(self) -> None: ...
    async def resume(self) -> None: ...
    def slots(self, model: str) -> Slots: ...
    def keeps(self, task: Task, outlook: Outlook | None = None) -> Kept | None: ...
    def forecast(self) -> Range | None: ...
    def outlook(self) -> Outlook: ...
    def outlook_if_moved(self, task_ids: Sequence[TaskId], before: TaskId | None) -> Outlook: ...


class Tasks(Protocol):
    """The ledger as front ends see it."""

    async def task(self, task_id: TaskId) -> Task | None: ...
    def open(self) -> tuple[Task, ...]: ...
    def all_queued(self) -> tuple[Task, ...]: ...


class _Of(Generic[Service]):
    """Read-only attribute for a service of the engine."""

    def __init__(self, read: Callable[[Engine], Service]) -> None:
        self._read = read

    def __get__(self, cases: UseCases, _: type[UseCases]) -> Service:
        return self._read(cases._engine)

    def __set__(self, cases: UseCases, value: object) -> None:
        raise AttributeError("Services belong to the engine")


class UseCases:
    account = _Of(lambda engine: engine.account)
    actions = _Of(lambda engine: engine.actions)
    adoption = _Of(lambda engine: engine.adoption)
    backups = _Of(lambda engine: engine.backups)
    budget = _Of(lambda engine: engine.budget)
    bus = _Of(lambda engine: engine.bus)
    clients = _Of(lambda engine: engine.clients)
    cast = _Of(lambda engine: engine.cast)
    catalog = _Of(lambda engine: engine.catalog)
    clock = _Of(lambda engine: engine.clock)
    downloads = _Of(lambda engine: engine.downloads)
    exchange = _Of(lambda engine: engine.exchange)
    folder = _Of(lambda engine: engine.folder)
    forecasts = _Of(lambda engine: engine.forecasts)
    hooks = _Of(lambda engine: engine.hooks)
    intake = _Of(lambda engine: engine.intake)
    integrity = _Of(lambda engine: engine.integrity)
    is_demo = _Of(lambda engine: engine.is_demo)
    library = _Of(lambda engine: engine.library)
    input_fixer = _Of(lambda engine: engine.input_fixer)
    move = _Of(lambda engine: engine.move)
    poller = _Of(lambda engine: engine.poller)
    pricing = _Of(lambda engine: engine.pricing)
    profiles = _Of(lambda engine: engine.profiles)
    queue: _Of[Queue] = _Of(lambda engine: engine.lane)
    restores = _Of(lambda engine: engine.restores)
    routers = _Of(lambda engine: engine.routers)
    settings = _Of(lambda engine: engine.settings)
    sheets = _Of(lambda engine: engine.sheets)
    spending = _Of(lambda engine: engine.spending)
    voices = _Of(lambda engine: engine.voices)
    workflows = _Of(lambda engine: engine.workflows)
    tasks: _Of[Tasks] = _Of(lambda engine: engine.ledger)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._client_cases: ClientCases | None = None

    def is_made(self, name: str) -> bool:
        """Whether a service or use case was built already: code that only shows its state must not build it."""
        return name in vars(self) or self._engine.is_made(name)

    def client_cases(
        self, find_key: Callable[[], Awaitable[object]], address: str = "", *, has_window: bool = False
    ) -> ClientCases:
        """The calls for clients; one instance. `find_key` returns after the search for the key. `address` is Runway's,
        empty for the demo."""
        if self._client_cases is None:
            from .clients.client_cases import ClientCases

            self._client_cases = ClientCases(
                self._engine,
                lambda: self.sending,
                find_key,
                address,
                has_window=has_window,
                steps=lambda: self.steps,
                export_cut=self._export_cut,
            )
        return self._client_cases

    async def _export_cut(self, wish: CutWished) -> CutAnswer:
        # Imported by the first that asks: other commands need nothing of it.
        from .clients.cut_export import export_cut

        return await export_cut(self.cuts, wish)

    async def raise_cap(self, kept: Kept) -> None:
        """Raises the cap that keeps tasks, just enough for them. StoreError."""
        if kept.held is not None:
            await self._engine.queue_acts.raise_cap(kept.held)

    @cached_property
    def sending(self) -> TaskSender:
        from .sending.sending import TaskSender

        return TaskSender(self._engine)

    @cached_property
    def commands(self) -> Commands:
        from .commands.commands import Commands

        return Commands(self._engine, self.sending)

    @cached_property
    def orders(self) -> Orders:
        from .orders import Orders

        return Orders(self._engine, lambda: self.sending)

    @cached_property
    def cast_files(self) -> CastFiles:
        from .cast_members import CastFiles

        return CastFiles(self._engine)

    @property
    def log(self) -> Path:
        return self._engine.logs[-1]

    async def problem_report(self, window: Mapping[str, str]) -> str:
        """The text of *Report a problem*. `window`: facts about the window system. StoreError."""
        from .problem_report import problem_report

        return await problem_report(self._engine, window)

    async def recent_prompts(self, limit: int) -> list[str]:
        """Distinct prompts, latest first, with the names of the cast as they were typed. StoreError."""
        from runway_desktop.domain.library import Filter, GroupBy, Listing
        from runway_desktop.usecases.casting import as_asked

        engine = self._engine
        prompts, cast = await engine.library.recent_prompts(limit), await engine.cast.load()
        if not cast.members:
            return list(prompts)
        with_cast = Filter(cast=frozenset(member.id for member in cast.members))
        found = await engine.library.list(Listing(filter=with_cast, group=GroupBy.NONE), limit)
        tasks = [row.task for row in await engine.library.rows(found.ids)]
        asked = {task.request.prompt: as_asked(task, cast.members, engine.catalog) for task in reversed(tasks)}
        return list(dict.fromkeys(asked.get(prompt, prompt) for prompt in prompts))

    async def note_seen(self, remote_ids: Sequence[str]) -> None:
        """Call when a person has seen that no task has these Runway ids: it is not told again."""
        if self._engine.accepted_ids is not None:
            await self._engine.accepted_ids.note_told(remote_ids)

    async def family(self, task_id: TaskId) -> Family | None:
        """A task with its relatives; None if it is unknown. StoreError."""
        from runway_desktop.usecases.listing.takes import family_of

        return await family_of(task_id, self._engine)

    @cached_property
    def lane_lines(self) -> LaneLines:
        from .lane_lines import LaneLines

        return LaneLines(self._engine, self.commands)

    @cached_property
    def judging(self) -> Judging:
        from runway_desktop.services.tasks.judging import Judging

        return Judging(self._engine.ledger, self._engine.lane.caps.freed_by, self._engine.clock.now)

    @cached_property
    def shots(self) -> Shots:
        from .shots import Shots

        return Shots(self._engine, self.judging)

    @cached_property
    def reviews(self) -> Reviews:
        from .review.reviews import Reviews

        return Reviews(self._engine, self.judging, self.shots)

    @cached_property
    def steps(self) -> Steps:
        from .steps import Steps

        return Steps(self._engine, lambda: self.sending, lambda: self.shots)

    @cached_property
    def cuts(self) -> Cuts:
        from .cut.cuts import Cuts

        return Cuts(self._engine, lambda: self.shots)

    @cached_property
    def page_names(self) -> PageNames:
        from runway_desktop.usecases.searching.pages import PageNames

        return PageNames(self._engine, self.judging)


class Memory:
    """Window state that is stored between runs (sizes, columns), and the library's folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def recall(self, name: str) -> str | None:
        """A stored text; None if missing or no text."""
        found = self._settings.get(name)
        return found if isinstance(found, str) else None

    def keep(self, name: str, text: str) -> None:
        self._settings.set(name, text)

    @property
    def playing(self) -> tuple[bool, bool]:
        """Whether clips are looped, and whether they are muted."""
        return self._settings.loop_clips, self._settings.muted

    @property
    def library(self) -> Path:
        """The present folder of the results."""
        return self._settings.library
