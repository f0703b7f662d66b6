"""The tour: drives the real window through the main job on the simulator, and leaves a numbered picture of each
step.

It works without a display. Exit code 0 when every step reached its state, else 1, with the step's name on standard
error. A second process opens the same profile at a scale of 200 %: what was there before must be there again.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import traceback
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QRadialGradient
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLineEdit, QPlainTextEdit, QPushButton

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Media, OutputState, State, TaskId
from runway_desktop.ui.dialogs.preferences import Preferences
from runway_desktop.ui.sheet.grid_view import GridWindow
from runway_desktop.ui.sheet.window import SheetWindow
from runway_desktop.ui.spending.spending_window import SpendingWindow
from runway_desktop.ui.theme import Theme
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.ui.window.models import Models
from runway_desktop.viewmodels.offers import Verb

from . import environment
from .lifecycle import Supervisor
from .options import Options, own_words
from .program import make_application, run_on_loop
from .session import Session
from .tour_comparing import compare
from .tour_forms import show_chooser, show_forms
from .tour_hands import Album, StepFailed, control, dialog, drop, find, press, type_text, until
from .wiring import Address, demo_secret, start_simulator

SPEED = 1.5
FASTER = 8.0
"""Once the live states were seen."""
AGAIN = "RUNWAY_DESKTOP_TOUR_AGAIN"
"""Set in the second process: the number of its first picture."""


def take_tour(options: Options) -> int:
    """Runs the whole tour; gives the exit code."""
    assert options.tour is not None, "the tour was asked for"  # noqa: S101 - the caller has looked
    folder = options.tour.absolute()
    if AGAIN in os.environ and options.profile_dir is not None:
        return _run(
            options.profile_dir,
            Address(base_url=os.environ["RUNWAYML_BASE_URL"], secret=demo_secret()),
            _Second,
            folder,
            int(os.environ[AGAIN]),
        )
    with tempfile.TemporaryDirectory(prefix="runway-desktop-tour-", ignore_cleanup_errors=True) as place:
        home = options.profile_dir or Path(place) / "profile"
        simulator = start_simulator(
            ["--speed", f"{SPEED:g}", "--seed", "7", "--keep", str(Path(place) / "simulated.json")]
        )
        try:
            code = _run(home, Address(base_url=simulator.base_url), _First, folder, 1)
            if code == 0:
                taken = len(list(folder.glob("[0-9][0-9]-*.png")))
                code = _again(home, simulator.base_url, folder, taken + 1)
        finally:
            simulator.stop()
    if code == 0:
        pictures = sorted(folder.glob("[0-9][0-9]-*.png"))
        sys.stdout.write(f"The tour is complete: {len(pictures)} pictures in {folder}\n")
    return code


def _again(home: Path, base_url: str, folder: Path, first: int) -> int:
    surroundings = {**os.environ, AGAIN: str(first), "RUNWAYML_BASE_URL": base_url, "QT_SCALE_FACTOR": "2"}
    words = [*own_words(), "--tour", str(folder), "--profile-dir", str(home)]
    return subprocess.run(words, env=surroundings, timeout=180, check=False).returncode


def _run(home: Path, address: Address, kind: type[_Walk], folder: Path, first: int) -> int:
    profile = environment.profile(demo=True, folder=home)
    environment.start_log(profile.log, verbose=False)
    application = make_application()
    session = Session(profile, Options(demo=False), address)
    walk = kind(session, Album(folder, first), address.base_url or "")

    async def main(supervisor: Supervisor, theme: Theme) -> int:
        work = supervisor.spawn(walk.whole(), "tour")
        code = await session.run(supervisor, theme)
        await asyncio.wait([work], timeout=1)
        return code or walk.code

    return run_on_loop(application, main)


class _Walk:
    """One process's part of the tour."""

    def __init__(self, session: Session, album: Album, base_url: str) -> None:
        self.session = session
        self.album = album
        self.base_url = base_url
        self.code = 1
        self.step = "start"

    async def whole(self) -> None:
        try:
            await until(self.session.ready.is_set, "the window", 40)
            await until(lambda: self.window.preview is not None, "the preview")
            await self.walk()
            self.code = 0
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the step is named and the program closed
            sys.stderr.write(f"The tour failed at “{self.step}”: {error}\n")
            if not isinstance(error, StepFailed):
                sys.stderr.write(traceback.format_exc())
            await self.album.take(self.window, "failed-here")
        finally:
            self.session.close()

    async def walk(self) -> None:
        raise NotImplementedError

    @property
    def window(self) -> MainWindow:
        found = self.session.window
        if found is None:
            raise StepFailed("there is no window")
        return found

    @property
    def models(self) -> Models:
        found = self.session.models
        if found is None:
            raise StepFailed("there are no models")
        return found

    def rows(self) -> list[Row]:
        """Every listed task that has been fetched, in the list's order."""
        listed = self.models.rows
        ids = (listed.task_id(line) for line in range(listed.rowCount()))
        return [row for task_id in ids if task_id is not None and (row := listed.row_of(task_id)) is not None]

    def tasks(self) -> list[TaskId]:
        return [row.task.id for row in self.rows()]

    def having(self, *states: State) -> list[TaskId]:
        return [row.task.id for row in self.rows() if row.task.state in states]

    def saved(self, media: Media, model: str = "") -> TaskId | None:
        """The first task whose results of that kind are all saved."""
        for row in self.rows():
            done = bool(row.outputs) and all(output.state is OutputState.SAVED for output in row.outputs)
            if done and row.outputs[0].media is media and row.task.request.model.startswith(model):
                return row.task.id
        return None

    def say(self, step: str) -> None:
        self.step = step

    async def choose(self, task_id: TaskId) -> None:
        self.window.view.select([task_id])
        await until(lambda: self.models.details.row is not None, "the details")

    async def size(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        await until(lambda: self.window.width() == width, f"a width of {width}")


class _First(_Walk):
    async def walk(self) -> None:
        await self.first_key()
        await self.drop_and_send()
        await self.live()
        await self.results()
        await self.trouble()
        await self.narrowing()
        await self.looks()
        await compare(self)
        await self.making()

    async def first_key(self) -> None:
        self.say("first start")
        window = self.window
        key = find(window, QLineEdit, "API key")
        await self.album.take(window, "first-start")
        self.say("a key that is none")
        type_text(key, "key_123")
        await self.album.take(window, "key-incomplete")
        self.say("first key")
        key.clear()
        remember = find(window, QCheckBox, "Remember")
        if remember.isChecked():
            remember.click()
        type_text(key, demo_secret())
        press(key, Qt.Key.Key_Return)
        await until(window.composer_pane.isVisible, "the workspace")
        await until(lambda: self.models.status.organization is not None, "the balance")
        await self.album.take(window, "empty")

    async def drop_and_send(self) -> None:
        self.say("drop of a table")
        window = self.window
        folder = self.session.profile.folder / "dropped"
        folder.mkdir(exist_ok=True)
        (folder / "aurora_shots.csv").write_text(_table(), encoding="utf-8")
        picture = folder / "harbour.png"
        _paint_dusk(picture)
        drop(window, [folder / "aurora_shots.csv"])
        await until(lambda: dialog(window, SheetWindow), "the sheet")
        sheet = dialog(window, SheetWindow)
        if sheet is None:
            raise StepFailed("the sheet is gone")
        await until(lambda: find(sheet, QPushButton, "Generate").isEnabled(), "rows that are ready")
        await self.album.take(window, "sheet")
        self.say("sending from the sheet")
        find(sheet, QPushButton, "Generate").click()
        await until(lambda: len(self.tasks()) >= 5, "the tasks in the list")
        await self.album.take(window, "sheet-sent")
        self.say("the sheet's grid")
        find(sheet, QPushButton, "Show as grid").click()
        await until(lambda: dialog(window, GridWindow), "the grid")
        await self.album.take(window, "sheet-as-grid")
        for opened in (dialog(window, GridWindow), sheet):
            if opened is not None:
                opened.close()
        self.say("drop of a picture")
        drop(window, [picture])
        await until(self.models.composer.inputs, "the picture in the composer")
        prompt = find(window, QPlainTextEdit, "Prompt")
        type_text(prompt, "The harbour wakes: nets, gulls, diesel smoke, first sun on wet planks")
        await self.album.take(window, "composer-with-picture")

    async def live(self) -> None:
        self.say("throttled")
        window = self.window
        await until(lambda: self.having(State.RUNNING), "a running task")
        await self.album.take(window, "live")
        await control(self.base_url, "knobs", {"concurrency": 1})
        composer = window.composer_pane
        press(find(window, QPlainTextEdit, "Prompt"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(
            lambda: composer.isVisible() and self.having(State.THROTTLED, State.RUNNING, State.PENDING), "the sent task"
        )
        await until(lambda: self.having(State.THROTTLED), "a throttled task", 40)
        await self.choose(self.having(State.THROTTLED)[0])
        await self.album.take(window, "throttled")
        await control(self.base_url, "knobs", {"concurrency": 4, "speed": FASTER})

    async def results(self) -> None:
        window = self.window
        for media, model, name in (
            (Media.VIDEO, "", "clip"),
            (Media.AUDIO, "", "sound"),
            (Media.IMAGE, "gen4_image", "pictures"),
        ):
            self.say(f"preview: {name}")
            await until(partial(self.saved, media, model), f"a saved {name}", 90)
            found = self.saved(media, model)
            if found is None:
                raise StepFailed(f"no {name}")
            await self.choose(found)
            await asyncio.sleep(0.8)
            if media is Media.VIDEO and window.preview is not None:
                window.preview.toggle_play()
                await asyncio.sleep(1.5)
                window.preview.toggle_play()
            await self.album.take(window, f"preview-{name}")
        self.say("preview: drawing")
        await until(lambda: self.saved(Media.IMAGE, "recraft"), "the drawing", 60)
        drawing = self.saved(Media.IMAGE, "recraft")
        if drawing is not None:
            await self.choose(drawing)
        await asyncio.sleep(0.8)
        await self.album.take(window, "preview-drawing")

    async def trouble(self) -> None:
        self.say("failed")
        window = self.window
        await until(lambda: self.having(State.FAILED), "a failed task", 60)
        await self.choose(self.having(State.FAILED)[0])
        await self.album.take(window, "failed")
        self.say("uncertain")
        await control(self.base_url, "faults", {"route": "create", "harm": "cut", "accepted": True, "times": 1})
        models = self.models
        models.composer.clear()
        models.composer.choose_endpoint("text_to_image")
        models.composer.choose_model("gen4_image")
        type_text(find(window, QPlainTextEdit, "Prompt"), "Paper boats on a flooded street, neon reflections, rain")
        press(find(window, QPlainTextEdit, "Prompt"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: self.having(State.UNCERTAIN), "an uncertain task", 40)
        uncertain = self.having(State.UNCERTAIN)[0]
        await self.choose(uncertain)
        await until(
            lambda: "probably" in models.details.trouble() or "cannot" in models.details.trouble(), "the verdict", 40
        )
        await self.album.take(window, "uncertain")

    async def narrowing(self) -> None:
        self.say("filter")
        window = self.window
        before = len(self.tasks())
        type_text(window.search, "lagoon")
        await until(lambda: 0 < len(self.tasks()) < before, "fewer tasks")
        await self.album.take(window, "filter")
        self.say("nothing matches")
        type_text(window.search, " zebra")
        await until(lambda: not self.tasks(), "no task")
        await self.album.take(window, "nothing-matches")
        window.search.clear()
        await until(lambda: len(self.tasks()) == before, "all tasks again")
        self.say("judging and a saved search")
        self.models.desk.judging.rate(self.tasks()[:3], 4)
        type_text(window.search, "rating:>=4")
        await until(lambda: len(self.tasks()) == 3, "the rated tasks")
        self.models.filter.save_search("Good ones")
        await until(lambda: any(e.search and e.count == 3 for e in self.models.places.entries()), "its count")
        await self.album.take(window, "saved-search")
        window.search.clear()
        await until(lambda: len(self.tasks()) == before, "all tasks once more")
        self.say("grid")
        window.show_grid(True)
        await asyncio.sleep(0.6)
        await self.album.take(window, "grid")
        window.show_grid(False)

    async def looks(self) -> None:
        window, engine = self.window, self.session.engine
        if engine is None:
            raise StepFailed("there is no engine")
        self.say("preferences")
        window.preferences_wanted.emit("Saving")
        await until(lambda: dialog(window, Preferences), "the preferences")
        await self.album.take(window, "preferences")
        found = dialog(window, Preferences)
        if found is not None:
            found.accept()
        await until(
            lambda: not self.having(*_UNDER_WAY),
            "everything to end",
            120,
        )
        self.say("spending")
        window.spending_wanted.emit()
        await until(lambda: dialog(window, SpendingWindow), "the spending")
        await asyncio.sleep(0.5)
        await self.album.take(window, "spending")
        spending = dialog(window, SpendingWindow)
        if spending is not None:
            spending.close()
        video = self.saved(Media.VIDEO)
        if video is not None:
            await self.choose(video)
            await asyncio.sleep(0.6)
        for theme in ("light", "dark"):
            self.say(f"{theme} theme")
            engine.settings.set("theme", theme)
            await asyncio.sleep(0.3)
            await self.album.take(window, f"theme-{theme}")
        for width, height in ((1024, 640), (1920, 1080)):
            self.say(f"{width} × {height}")
            await self.size(width, height)
            await self.album.take(window, f"size-{width}x{height}")
        await self.size(1440, 900)
        self.say("menu of a task")
        if video is not None:
            window.verb_menu.popup(window.mapToGlobal(window.rect().center()))
            await until(QApplication.activePopupWidget, "the menu")
            await self.album.take(window, "menu")
            popup = QApplication.activePopupWidget()
            if popup is not None:
                popup.close()
        self.say("a question before something is lost")
        if video is not None:
            window.verb_menu.take(Verb.DELETE_REMOTELY)
            await until(lambda: dialog(window, QDialog), "the question")
            await self.album.take(window, "question")
            find(window, QPushButton, "Keep").click()

    async def making(self) -> None:
        self.say("forms")
        video = self.saved(Media.VIDEO)
        row = self.models.rows.row_of(video) if video is not None else None
        if row is None:
            raise StepFailed("there is no clip for the forms")
        picture, clip = self.session.profile.folder / "dropped" / "harbour.png", Path(row.outputs[0].path)
        await show_forms(self.window, self.models.composer, self.album, picture, clip)
        self.say("chooser")
        await show_chooser(self.window, self.album, "", "chooser")


class _Second(_Walk):
    """The same profile, opened again at 200 %."""

    async def walk(self) -> None:
        self.say("opened again")
        await self.size(1200, 760)
        await until(lambda: len(self.tasks()) >= 6, "the tasks of the first run")
        video = self.saved(Media.VIDEO)
        if video is None:
            raise StepFailed("the saved clip is not there any more")
        await self.choose(video)
        await asyncio.sleep(1.0)
        await self.album.take(self.window, "opened-again-200-percent-dark")
        if self.session.engine is not None:
            self.session.engine.settings.set("theme", "light")
        await asyncio.sleep(0.4)
        await self.album.take(self.window, "200-percent-light")
        self.say("chooser at 200 %")
        await show_chooser(self.window, self.album, "gemini", "200-percent-chooser")


def _paint_dusk(path: Path) -> None:
    """A picture to drop: evening light over water."""
    image = QImage(1280, 720, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(0, 0, 0, 720)
    for at, color in ((0.0, "#2b2a4c"), (0.45, "#c4527a"), (0.62, "#f2b27c"), (0.63, "#7a4a63"), (1.0, "#1d2036")):
        sky.setColorAt(at, QColor(color))
    painter.fillRect(image.rect(), sky)
    sun = QRadialGradient(860, 430, 160)
    sun.setColorAt(0, QColor(255, 236, 200, 255))
    sun.setColorAt(1, QColor(255, 200, 140, 0))
    painter.fillRect(image.rect(), sun)
    painter.end()
    if not image.save(str(path)):
        raise StepFailed(f"the picture {path} could not be written")


_UNDER_WAY = (State.HELD, State.SENDING, State.PENDING, State.RUNNING, State.THROTTLED)
_HEADER = "prompt,model,endpoint,ratio,duration,seed,project,shot"
_SHOTS = (
    ("A lighthouse keeper walks into the storm, camera follows [seconds:25]", "gen4.5,text_to_video,1280:720,5,41207"),
    ("Slow dolly over a frozen lagoon at dawn, breath in the air", "veo3.1_fast,text_to_video,1280:720,8,"),
    ("Macro of ice crystals growing across a window pane [outputs:4]", "gen4_image,text_to_image,1920:1080,,7"),
    ("The harbour wakes: nets, gulls, diesel smoke [fail:SAFETY.INPUT.TEXT]", "gen4.5,text_to_video,1280:720,5,"),
    ("Rain on a tin roof, far thunder", "eleven_text_to_sound_v2,sound_effect,,,"),
    ("A lighthouse as a woodcut, two colours", "recraft_v4_1_vector,text_to_image,1024:1024,,"),
    ("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen auf Pflaster", "gen4.5,text_to_video,1280:720,7,"),
    ("窓辺で眠る猫、朝の光、ゆっくりとしたパン", "gen4.5,text_to_video,1280:720,5,"),
    ("A watch on travertine, hard noon shadow", "gen4.5,text_to_video,960:960,5,"),
)


def _table() -> str:
    """The batch that is dropped; its last row has a ratio that the model does not know."""
    rows = (f'"{prompt}",{settings},Aurora spot,{10 * n:03d}' for n, (prompt, settings) in enumerate(_SHOTS, start=1))
    return "\n".join((_HEADER, *rows, ""))
