"""Ways into every room of the window, over a profile that has something of everything.

What a person or Runway wrote is in Greek letters, so that every plain letter that is seen is the program's own.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QStackedWidget, QWidget

from runway_desktop.domain.account import Organization
from runway_desktop.domain.cast import MemberKind
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.library import Filter, Page
from runway_desktop.domain.media import Media
from runway_desktop.domain.permissions import Permission
from runway_desktop.domain.review import SCHEMA, Round, SentClip
from runway_desktop.domain.task import Input, OutputState, Pick, Request, State, TaskId
from runway_desktop.domain.workflows.runs import NodeFailure, Run
from runway_desktop.rooms.cast.entry import CastPage
from runway_desktop.rooms.cut.entry import CutPage
from runway_desktop.rooms.exchange.entry import ExchangeWindows
from runway_desktop.rooms.exchange.import_window import ImportWindow
from runway_desktop.rooms.exchange.model.id_import import IdImportModel
from runway_desktop.rooms.help.guide_window import GuideWindow
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.report.entry import ReportDialog
from runway_desktop.rooms.review.entry import ReviewPage
from runway_desktop.rooms.steps.entry import StepsPage
from runway_desktop.services.backup.packing import LIGHT, pack
from runway_desktop.services.backup.watching import Watch
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.ui.composer.field_editors import Chip
from runway_desktop.ui.dialogs.closing import ClosingDialog
from runway_desktop.ui.dialogs.key_entry import WelcomeDialog
from runway_desktop.ui.room import Export, Review
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.cast_members import new_member
from runway_desktop.usecases.clients.verbs import TaskWished
from runway_desktop.usecases.words.failures import MEANINGS
from runway_desktop.values import replace
from runway_desktop.viewmodels.profiles.welcome import KeyForm
from tests.rigs.desktop import rest, until
from tests.rigs.fake_runway import remote_id
from tests.rigs.profiles_on_disk import NOW, a_profile
from tests.rigs.profiles_rig import ProfilesDesktop
from tests.rigs.rows import output, saved, task

PROMPT = "Φάρος"
PROJECT, TAG, PROGRAM, OTHER = "Αυγή", "νύχτα", "ξένος", "κανείς"
DONE, CLIP, TWIN = TaskId("t20"), TaskId("t21"), TaskId("t22")
SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "dusk-16x9-5s.mp4"

OPENING = ((Qt.Key.Key_F6, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier))
"""Keys of activity and prompt history."""

Windows = AsyncIterator[QWidget]
Way = Callable[[ProfilesDesktop], Windows]


@asynccontextmanager
async def studio(folder: Path, theme: Theme) -> AsyncIterator[ProfilesDesktop]:
    """The window over tasks in every state, results in every state, and inputs."""
    made = await a_profile(folder)
    async with ProfilesDesktop(folder, theme, made, opens_rooms=True) as desktop:
        desktop.window.resize(1024, 640)
        desktop.interior.add_preview()
        desktop.runway.account = Organization(balance=8412.0)
        await desktop.engine.account.start()
        states = [state for state in State if not state.is_final]
        tasks = [task(number, state, f"{PROMPT} {number}") for number, state in enumerate(states, start=1)]
        done = task(20, State.SUCCEEDED, PROMPT, pick=Pick.PICK, project=PROJECT, tags=(TAG,), rating=3, note=PROMPT)
        edit = Request(endpoint="video_to_video", model="aleph2", prompt=PROMPT, values={"promptText": PROMPT})
        twins = [
            task(number, State.SUCCEEDED, PROMPT, project=PROJECT, **({"request": edit} if number == 21 else {}))
            for number in (21, 22)
        ]
        failures = [
            task(30 + number, State.FAILED, PROMPT, failure=Failure(code=code, words="Όχι"))
            for number, code in enumerate(("SAFETY.INPUT.TEXT", "INTERNAL.BAD_OUTPUT.CODE01", "ASSET.INVALID"))
        ]
        clip = Path(shutil.copy(SAMPLE, folder / "φάρος.mp4"))
        outputs = [output(done, kind, index) for index, kind in enumerate(OutputState)]
        outputs += [saved(one, str(clip), sha256="bb") for one in twins]
        used = Input(task_id=CLIP, field_path=("videoUri",), uri="file:///b.mp4", sha256="bb", media=Media.VIDEO)
        await desktop.put(*tasks, done, *twins, *failures, outputs=outputs, inputs=[used])
        desktop.rows.refresh()
        desktop.pages.refresh()
        await until(lambda: desktop.rows.task_count >= len(tasks) + 6)
        await desktop.fetch_rows()
        yield desktop


def windows() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


async def _opened(desktop: ProfilesDesktop, *before: QWidget) -> list[QWidget]:
    await rest(60)
    return [one for one in windows() if one not in before] or [desktop.window]


async def _open(room: str, wish: object, desktop: ProfilesDesktop) -> Windows:
    before = windows()
    desktop.open_room(room, wish)
    for window in await _opened(desktop, *before):
        yield window


async def _lists(desktop: ProfilesDesktop) -> Windows:
    for page in Page:
        desktop.filter.open_page(Filter(page=page), "")
        await rest()
        yield desktop.window


async def _details(desktop: ProfilesDesktop) -> Windows:
    for chosen in ([TaskId(f"t{number}")] for number in (1, 2, 3, 4, 5, 20, 21, 30, 31)):
        desktop.window.view.select(chosen)
        await rest(40)
        yield desktop.window
    desktop.window.view.select([DONE, CLIP, TWIN])
    await rest(40)
    yield desktop.window
    desktop.window.workspace.list.show_grid(True)
    await rest()
    yield desktop.window


async def _menus(desktop: ProfilesDesktop) -> Windows:
    window = desktop.window
    window.view.select([CLIP])
    await rest(40)
    QTest.keyClick(window, Qt.Key.Key_F10)
    await rest()
    for menu in _open_menus():
        yield menu
    window.task_menu.popup(QPoint(10, 10))
    await rest()
    for menu in _open_menus():
        yield menu
    for entry in desktop.pages.entries():
        if not entry.heading:
            window.workspace.pages.menu_wanted.emit(entry, QPoint(10, 10))
            await rest(5)
            for menu in _open_menus():
                yield menu
    for widget in (window.workspace.status, *window.composer_pane.findChildren(Chip)):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(4, 4), widget.mapToGlobal(QPoint(4, 4)))
        QApplication.sendEvent(widget, event)
        await rest(5)
        for menu in _open_menus():
            yield menu


def _open_menus() -> list[QWidget]:
    """The open menu and those below it."""
    popup = QApplication.activePopupWidget()
    return [popup, *popup.findChildren(QMenu)] if isinstance(popup, QMenu) else []


async def _drop_downs(desktop: ProfilesDesktop) -> Windows:
    """What the window's own buttons and keys open below themselves."""
    window = desktop.window
    window.view.select([CLIP])
    await rest(40)
    for button in window.findChildren(QPushButton):
        if button.isVisible() and (
            button.text().endswith("▾") or button.parentWidget() is window.workspace.list.filters
        ):
            before = windows()
            button.click()
            await rest(5)
            for popup in await _opened(desktop, *before):
                yield popup
                popup.close() if popup is not window else None
    for key, modifier in OPENING:
        QTest.keyClick(window.view, key, modifier)
        await rest(5)
        for popup in windows():
            yield popup
            popup.close() if popup is not window else None


async def _preferences(desktop: ProfilesDesktop) -> Windows:
    desktop.open_room("preferences")
    await rest(60)
    dialog = desktop.window.findChild(Preferences)
    pages = dialog.findChild(QStackedWidget)
    for position in range(pages.count()):
        pages.setCurrentIndex(position)
        await rest()
        yield dialog


async def _composer(desktop: ProfilesDesktop) -> Windows:
    window = desktop.window
    QTest.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    await rest(40)
    for popup in await _opened(desktop, window):
        yield popup
        popup.close()
    for chip in window.composer_pane.findChildren(Chip):
        if chip.isVisible():
            before = windows()
            chip.click()
            await rest()
            for popup in await _opened(desktop, *before):
                yield popup
                popup.close()


async def _models(desktop: ProfilesDesktop) -> Windows:
    """The composer's form for a model of each endpoint."""
    for endpoint in desktop.cases.catalog.endpoints:
        desktop.composer.choose_endpoint(endpoint.name)
        await rest(10)
        yield desktop.window


async def _profiles(desktop: ProfilesDesktop) -> Windows:
    made = desktop.made
    for open_window in (
        desktop.windows.make_new,
        partial(desktop.rooms.open, "backup"),
        partial(_ask_to_remove, desktop),
    ):
        before = windows()
        open_window()
        for window in await _opened(desktop, *before):
            yield window
            window.close()
    path = desktop.folder / "αντίγραφο.zip"
    pack(made.profile, made.snapshots, path, LIGHT, made.library, NOW, Watch())
    before = windows()
    desktop.rooms.open("backup", path)
    await rest(100)
    for window in await _opened(desktop, *before):
        yield window


def _ask_to_remove(desktop: ProfilesDesktop) -> None:
    desktop.models.profiles.ask_to_remove(desktop.other(PROJECT))


async def _welcome(desktop: ProfilesDesktop) -> Windows:
    form = KeyForm(desktop.cases, desktop.bridge, desktop.runner, desktop.owner)
    welcome = WelcomeDialog(form, desktop.theme)
    welcome.resize(1024, 640)
    welcome.show()
    await rest()
    yield welcome
    welcome.close()
    welcome.deleteLater()


async def _closing(desktop: ProfilesDesktop) -> Windows:
    dialog = ClosingDialog(desktop.window)
    dialog.show_words(PROMPT, can_be_left=True)
    dialog.show()
    await rest()
    yield dialog
    dialog.end()


async def _imports(desktop: ProfilesDesktop) -> Windows:
    host = desktop.window.findChild(ExchangeWindows) or ExchangeWindows(desktop.rooms.desk)
    first = host.import_ids(IdImportModel.ids_in((), f"{remote_id(20)}\n{remote_id(99)}"), lambda: None)
    second = host.import_folder(desktop.folder, lambda: None)
    for window in (first, second):
        assert isinstance(window, ImportWindow)
        await rest(100)
        yield window


async def _sheet(desktop: ProfilesDesktop) -> Windows:
    path = desktop.folder / "πλάνα.csv"
    path.write_text(f"prompt,ratio,duration\n{PROMPT},1280:720,5\n{PROMPT},7,x\n,,\n", encoding="utf-8")
    gathered = await desktop.engine.intake.gather(Dropped(paths=(path,)))
    async for window in _open("sheet", gathered, desktop):
        yield window


async def _requests(desktop: ProfilesDesktop) -> Windows:
    await desktop.engine.clients.permit(PROGRAM, Permission.ASK)
    cases = desktop.cases.client_cases(lambda: rest(1))
    values = {"ratio": "1280:720", "duration": 5}
    wanted = TaskWished(values=values, prompt=PROMPT, endpoint="text_to_video", model="gen4.5", request_id="1")
    await cases.create(PROGRAM, wanted)
    async for window in _open("requests", None, desktop):
        yield window


async def _steps(desktop: ProfilesDesktop) -> Windows:
    """Without a chain, then with the usual one."""
    desktop.filter.open_page(Filter(projects=frozenset({PROJECT})), PROJECT)
    await rest()
    async for window in _open("steps", PROJECT, desktop):
        yield window
    page = desktop.window.findChild(StepsPage)
    page.model.make_chain()
    await until(lambda: page.model.chain is not None)
    await rest(60)
    yield desktop.window
    page.model.prepare()
    await until(lambda: page.bill_shown is not None)
    yield page.bill_shown


async def _review(desktop: ProfilesDesktop) -> Windows:
    """Before anything was sent, the dialog, then an answer about a take of each fate."""
    desktop.filter.open_page(Filter(projects=frozenset({PROJECT})), PROJECT)
    await rest()
    async for window in _open("review", PROJECT, desktop):
        yield window
    async for window in _open("review", Review([CLIP, TWIN]), desktop):
        yield window
    sent = tuple(SentClip(task_id=one, sha256=f"{n:064}", shot=TAG) for n, one in enumerate((DONE, CLIP, TWIN)))
    title, now = PROMPT, desktop.clock.now()
    round_ = Round(id="r1", project=PROJECT, number=1, title=title, sent_at=now, clips=sent)
    await desktop.cases.reviews.sending.save(round_)
    await desktop.engine.actions.remove([TWIN])
    for by, votes in ((PROGRAM, ("approve", "change", "reject")), (OTHER, ("reject", "approve", ""))):
        clips = [
            {"number": n, "sha256": f"{n:064}", "decision": vote, "comments": [{"at": 1.0, "text": PROMPT}]}
            for n, vote in enumerate(votes)
        ]
        told = {"schema": SCHEMA, "format": 1, "round": "r1", "by": by, "comment": PROMPT, "clips": clips}
        await desktop.cases.reviews.read_text(json.dumps(told), PROMPT)
    desktop.window.findChild(ReviewPage).model.refresh()
    await rest(60)
    yield desktop.window


async def _cut(desktop: ProfilesDesktop) -> Windows:
    """Without a shot, then with a take that is tried, a gap, a note and a sound."""
    desktop.filter.open_page(Filter(projects=frozenset({PROJECT})), PROJECT)
    await rest()
    async for window in _open("cut", PROJECT, desktop):
        yield window
    page = desktop.window.findChild(CutPage)
    await desktop.cases.judging.set_shot([CLIP, TWIN], "010")
    await desktop.cases.judging.pick([CLIP], Pick.PICK)
    await desktop.cases.judging.set_shot([DONE], "020")
    page.model.add_note(PROMPT, 1.0)
    await until(lambda: page.model.notes and len(page.model.cards) > 1)
    page.model.try_next(1)
    await rest(60)
    yield desktop.window


async def _cast(desktop: ProfilesDesktop) -> Windows:
    """The empty page, then members of each kind, with and without files and words."""
    async for window in _open("cast", None, desktop):
        yield window
    put = await desktop.cases.cast_files.put_under(PROMPT, [desktop.folder / "φάρος.mp4"])
    await desktop.engine.cast.save(replace(put.member, words=PROMPT, voice=put.member.files[0]))
    for kind, name in zip(MemberKind, (PROJECT, TAG, PROGRAM), strict=True):
        await desktop.engine.cast.save(new_member(desktop.engine.cast.now, kind, name))
    async for window in _open("cast", put.member.id, desktop):
        yield window
    desktop.composer.set_prompt(f"@{PROMPT} @{OTHER}")
    desktop.window.findChild(CastPage).search.setText(TAG)
    await rest()
    yield desktop.window


async def _workflows(desktop: ProfilesDesktop) -> Windows:
    """The empty page, then a version whose graph is in Greek, with a run that failed in part."""
    async for window in _open("workflows", None, desktop):
        yield window
    nodes = [
        {
            "id": key,
            "nodeType": kind,
            "nodeOutputs": {key: {"label": PROMPT, "description": OTHER, "value": value, "exposedToApp": True}},
        }
        for key, kind, value in (("prompt", "constant-node", PROMPT), ("lut", PROGRAM, {}), ("image", "", None))
    ]
    told = {"id": "v1", "name": PROJECT, "version": 1, "description": PROMPT, "graph": {"nodes": nodes}}
    await desktop.engine.workflows.learn([json.dumps(told)])
    request = Request(endpoint="workflow", model="v1", values={"prompt": PROMPT}, prompt=PROMPT)
    failures = (NodeFailure(node="x", message=PROMPT, code=TAG, name=OTHER),)
    ended = task(901, State.SUCCEEDED, request=request, run=Run(nodes=("image",), failures=failures), cost_credits=9.0)
    await desktop.add(ended)
    async for window in _open("workflows", "v1", desktop):
        yield window


async def _guide(desktop: ProfilesDesktop) -> Windows:
    """Its pages are in English, so this one has a page in Greek."""
    folder = desktop.folder / "guide"
    folder.mkdir()
    (folder / "index.md").write_text(f"# {PROMPT}\n\n{PROMPT}", encoding="utf-8")
    guide = GuideWindow(folder, desktop.window.theme, desktop.window)
    guide.show()
    guide.open_page("index")
    await rest()
    yield guide


async def _report(desktop: ProfilesDesktop) -> Windows:
    """Without its text, which stays English."""
    desktop.open_room("report")
    await until(lambda: desktop.window.findChild(ReportDialog))
    dialog = desktop.window.findChild(ReportDialog)
    dialog.text.setPlainText(PROMPT)
    yield dialog


WAYS: Mapping[str, Way] = {
    "lists": _lists,
    "details": _details,
    "menus": _menus,
    "drop-downs": _drop_downs,
    "composer": _composer,
    "models": _models,
    "preferences": _preferences,
    "profiles": _profiles,
    "welcome": _welcome,
    "closing": _closing,
    "export": partial(_open, "exchange", Export([])),
    "imports": _imports,
    "sheet": _sheet,
    "compare": partial(_open, "viewer", [CLIP, TWIN]),
    "large": partial(_open, "viewer", CLIP),
    "requests": _requests,
    "steps": _steps,
    "review": _review,
    "cut": _cut,
    "cast": _cast,
    "workflows": _workflows,
    "guide": _guide,
    "report": _report,
    "meaning": partial(_open, "help", next(iter(MEANINGS))),
    **{name: partial(_open, name, None) for name in ("spending", "palette", "shortcuts", "help")},
}
"""By room: a generator of the windows to look at, in the states that matter."""
