"""The tour: drives the real window through the main job on the simulator, and saves a numbered screenshot of each step.

Works without a display. Exit code 0 if every step reached its state and no bug occurred, else 1, with the step's name,
or the bugs, on standard error. A first process opens a new demo; a last one opens the same profile again at a scale of
200 %, where everything must still be there. With `RUNWAY_DESKTOP_TOUR_STUDIO` only the pictures of README and guide are
made, in a new demo and the light theme; `dev.py picture` copies them there by their names.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import Qt

from runway_desktop.app.bugs import Bugs
from runway_desktop.app.options import Options
from runway_desktop.app.program import make_application, run_on_loop
from runway_desktop.app.session import Session
from runway_desktop.domain.library import Filter, Page
from runway_desktop.domain.media import Media
from runway_desktop.domain.permissions import Permission
from runway_desktop.domain.profiles import Profile, own_words
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.domain.task import State
from runway_desktop.rooms.sheet.window import SheetWindow
from runway_desktop.rooms.spending.entry import SpendingWindow
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.clients.verbs import TaskWished
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address
from runway_desktop.wiring.demo import SECRET, DemoWishes, start_simulator
from runway_desktop.wiring.stages import Supervisor

from .comparing import enter, key
from .first import First, show_chooser
from .hands import Album, Walk, opened, until

_SMALL, _WIDE, _LOW = (1120, 640), (1280, 640), (1120, 460)
"""Of the guide's pictures: they are read at two thirds of their size."""


SPEED = 1.5
HANGS_AFTER = 240
"""Seconds after which a child process counts as hung, prints the stack of each thread, and ends. Its steps time out
long before, so that only a frozen window takes so long."""
AGAIN = "RUNWAY_DESKTOP_TOUR_AGAIN"
"""Set in the last process: the number of its first screenshot."""
STUDIO = "RUNWAY_DESKTOP_TOUR_STUDIO"
"""Set in the first process, which opens a new demo."""


class Again(Walk):
    """The same profile, opened again at 200 %."""

    async def walk(self) -> None:
        self.say("opened again")
        await self.size(1200, 760)
        await until(lambda: len(self.tasks()) >= 6, "the tasks of the first run")
        await self.choose((await until(lambda: self.saved(Media.VIDEO), "the saved clip"))[0])
        await self.take("opened-again-200-percent-dark", after=1.0)
        self.cases.settings.set("theme", "light")
        await self.take("200-percent-light", after=0.4)
        self.say("chooser at 200 %")
        await show_chooser(self.window, self.album, "gemini", "200-percent-chooser")


def take_tour(options: Options) -> int:
    """Runs the whole tour; returns the exit code."""
    assert options.tour is not None, "the tour was asked for"  # noqa: S101 - the caller has looked
    folder = options.tour.absolute()
    for path in (folder, options.profile_dir or folder):
        try:
            path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path).close()
        except OSError as error:
            sys.stderr.write(f"{path} cannot be written to: {error.strerror}. Name another folder for the tour.\n")
            return 1
    if STUDIO in os.environ and options.profile_dir is not None:
        faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
        return _run(options.profile_dir, Address(demo=DemoWishes()), Studio, folder, 1)
    if AGAIN in os.environ and options.profile_dir is not None:
        faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
        return _run(
            options.profile_dir,
            Address(base_url=os.environ["RUNWAYML_BASE_URL"], secret=SECRET),
            Again,
            folder,
            int(os.environ[AGAIN]),
        )
    with tempfile.TemporaryDirectory(prefix="runway-desktop-tour-", ignore_cleanup_errors=True) as root:
        home = options.profile_dir or Path(root) / "profile"
        code = _process(Path(root) / "demo", folder, {STUDIO: "1"})
        if code:
            return code
        simulator = start_simulator(
            ["--speed", f"{SPEED:g}", "--seed", "7", "--keep", str(Path(root) / "simulated.json")]
        )
        try:
            code = _run(home, Address(base_url=simulator.base_url), First, folder, _taken(folder) + 1)
            if code == 0:
                again = {AGAIN: str(_taken(folder) + 1), "RUNWAYML_BASE_URL": simulator.base_url}
                code = _process(home, folder, {**again, "QT_SCALE_FACTOR": "2"})
        finally:
            simulator.stop()
    if code == 0:
        sys.stdout.write(f"The tour is complete: {_taken(folder)} pictures in {folder}\n")
    return code


def _taken(folder: Path) -> int:
    return len(list(folder.glob("[0-9][0-9]-*.png")))


def _process(home: Path, folder: Path, surroundings: dict[str, str]) -> int:
    """Runs a part of the tour in a child process; returns its exit code."""
    words = [*own_words(), "--tour", str(folder), "--profile-dir", str(home)]
    return subprocess.run(words, env=os.environ | surroundings, timeout=HANGS_AFTER + 60, check=False).returncode


def _run(home: Path, address: Address, kind: type[Walk], folder: Path, first: int) -> int:
    profile = environment.profile(demo=address.demo is not None, folder=home)
    if not profile.is_demo and not profile.card.exists():
        profile = environment.folders_of(profile).change(profile, name="Studio")
    secrecy = KnownSecrets()
    environment.start_log(profile.log, secrecy, verbose=False)
    bugs = Bugs(secrecy)
    code = _walk(profile, address, kind, Album(folder, first), bugs)
    # Deletes the window now, with the frozen objects of start-up: that may reveal a bug too.
    gc.unfreeze()
    gc.collect()
    mistakes = _said(bugs)
    return code or mistakes


def _walk(profile: Profile, address: Address, kind: type[Walk], album: Album, bugs: Bugs) -> int:
    application = make_application()
    session = Session(profile, Options(demo=False), address, state=profile.folder / "state", bugs=bugs)
    walk = kind(session, album, address.base_url or "")

    async def main(supervisor: Supervisor, theme: Theme) -> int:
        work = supervisor.spawn(walk.whole(), "tour")
        code = await session.run(supervisor, theme)
        await asyncio.wait([work], timeout=1)
        return code or walk.code

    return run_on_loop(application, main, bugs)


def _said(bugs: Bugs) -> int:
    """Prints the bugs that occurred; returns 1 if there are any, and the tour has failed."""
    if bugs.count == 0:
        return 0
    sys.stderr.write(f"The program made mistakes during the tour: {bugs.count}. Each of the first {len(bugs.met)}:\n")
    for words in bugs.met:
        sys.stderr.write(f"{words}\n")
    return 1


_IN_SIGHT = 4
"""Results whose posters are visible in the first screenshot."""


_PROGRAM = "Claude Code"


_WISHED = TaskWished(
    values={"ratio": "1280:720", "duration": 5},
    prompt="The lighthouse at dawn, first gulls, slow push in, 35 mm",
    endpoint="text_to_video",
    model="gen4.5",
    request_id="shot-110",
)


class Studio(Walk):
    async def walk(self) -> None:
        self.say("a new demo")
        self.cases.settings.set("theme", "light")
        await self.size(1440, 900)
        await until(lambda: self.having(State.RUNNING) and self.having(State.SUCCEEDED), "the studio", 60)
        await until(self._is_painted, "the posters", 30)
        await until(lambda: self.models.details.row is not None, "the first task's details")
        await until(lambda: self.models.status.organization is not None, "the balance")
        self.window.activity.dismiss_all()
        await self.take("studio", after=1.0)
        await self.size(*_SMALL)
        await self.take("guide-main-window", after=0.6)
        await self._queue()
        await self._windows()
        await self._judging()
        await self._requests()

    def _is_painted(self) -> bool:
        first = [row for row in self.rows() if row.outputs][:_IN_SIGHT]
        return all(output.poster for row in first for output in row.outputs)

    async def _queue(self) -> None:
        self.say("the queue")
        await self.size(*_WIDE)
        self.models.filter.open_page(Filter(page=Page.WAITING_HERE), "Queue")
        await until(lambda: self.having(State.QUEUED), "the queued tasks")
        await self.take("guide-queue", after=0.6)
        self.models.filter.open_page(Filter(), "")
        await self.size(*_SMALL)

    async def _windows(self) -> None:
        self.say("a sheet")
        sheet_id = next(entry.sheet_id for entry in self.models.pages.entries() if entry.sheet_id)
        self.window.open_room("sheet", sheet_id)
        sheet = await opened(self.window, SheetWindow, "the sheet")
        sheet.resize(*_WIDE)
        await self.take_alone(sheet, "guide-sheet")
        sheet.close()
        self.say("spending")
        self.window.open_room("spending")
        spending = await opened(self.window, SpendingWindow, "the spending")
        spending.resize(*_SMALL)
        await self.take_alone(spending, "guide-spending")
        spending.close()

    async def _judging(self) -> None:
        self.say("the large view")
        clips = await until(lambda: self.saved(Media.VIDEO)[:4], "saved clips")
        await self.choose(clips[0])
        self.window.open_room("viewer", clips[0])
        view = await until(lambda: self.window.workspace.overlay, "the large view")
        await self.take("guide-large-view", after=1.6)
        key(view, Qt.Key.Key_Escape)
        await until(lambda: self.window.workspace.overlay is None, "the list again")
        self.say("two takes beside each other")
        await self.size(*_LOW)
        room = await enter(self, clips[:2])
        await until(lambda: room.panes.playback.position >= 1.0, "clips that play", 40)
        room.panes.playback.pause()
        await until(lambda: not room.panes.playback.is_seeking, "clips that stand")
        await self.take("guide-compare", after=0.6)
        room.leave()
        await self.size(*_SMALL)

    async def _requests(self) -> None:
        self.say("requests")
        await self.cases.clients.permit(_PROGRAM, Permission.ASK)
        clients = self.cases.client_cases(self._found_key)
        await clients.create(_PROGRAM, _WISHED)
        self.window.open_room("requests")
        await until(lambda: self.window.workspace.page, "the requests")
        await self.take("guide-requests", after=1.0)

    @staticmethod
    async def _found_key() -> None: ...
