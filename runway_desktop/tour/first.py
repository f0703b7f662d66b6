"""Main part of the tour: first key, a dropped table, results, trouble, themes, six forms of the composer, filled in,
and the model chooser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLineEdit, QPlainTextEdit, QPushButton

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request, State
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.sheet.grid_view import GridWindow
from runway_desktop.rooms.sheet.window import SheetWindow
from runway_desktop.rooms.spending.entry import SpendingWindow
from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.commands.ending import DELETE_REMOTELY
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.wiring.demo import SECRET

from .comparing import compare
from .files import exchange, show_astray, show_folder, show_not_saved, show_profiles
from .hands import (
    UNDER_WAY,
    Album,
    Walk,
    close_popups,
    control,
    drop,
    find,
    opened,
    popup_shown,
    press,
    put_picture,
    type_text,
    until,
)

FASTER = 8.0
"""The simulator's speed after the screenshots of live states."""
_HEADER = "prompt,model,endpoint,ratio,duration,seed,project,shot"
_SHOTS = (
    ("A lighthouse keeper walks into the storm, camera follows [seconds:25]", "gen4.5,text_to_video,1280:720,5,41207"),
    ("Slow dolly over a frozen lagoon at dawn, breath in the air", "veo3.1_fast,text_to_video,1280:720,8,"),
    ("Macro of ice crystals growing across a window pane [outputs:4]", "gen4_image,text_to_image,1920:1080,,7"),
    ("The harbour wakes: nets, gulls, diesel smoke [fail:SAFETY.INPUT.TEXT]", "gen4.5,text_to_video,1280:720,5,"),
    ("Rain on a tin roof, far thunder", "eleven_text_to_sound_v2,sound_effect,,,"),
    ("A lighthouse as a woodcut, two colors", "recraft_v4_1_vector,text_to_image,1024:1024,,"),
    ("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen auf Pflaster", "gen4.5,text_to_video,1280:720,7,"),
    ("窓辺で眠る猫、朝の光、ゆっくりとしたパン", "gen4.5,text_to_video,1280:720,5,"),
    ("A watch on travertine, hard noon shadow", "gen4.5,text_to_video,960:960,5,"),
)


class First(Walk):
    async def walk(self) -> None:
        await self.size(1440, 900)
        await self.first_key()
        await self.drop_and_send()
        await self.live()
        await self.results()
        await self.trouble()
        await show_not_saved(self)
        await self.narrowing()
        await self.looks()
        await compare(self)
        await exchange(self)
        await show_profiles(self)
        await show_astray(self)
        await show_folder(self)
        await self.making()

    async def first_key(self) -> None:
        self.say("first start")
        window = self.window
        key = find(window, QLineEdit, "API key")
        await self.take("first-start")
        self.say("a key that is none")
        type_text(key, "key_123")
        await self.take("key-incomplete")
        self.say("first key")
        key.clear()
        remember = find(window, QCheckBox, "Remember")
        if remember.isChecked():
            remember.click()
        type_text(key, SECRET)
        press(key, Qt.Key.Key_Return)
        await until(window.composer_pane.isVisible, "the workspace")
        await until(lambda: self.models.status.organization is not None, "the balance")
        await self.take("empty")

    async def drop_and_send(self) -> None:
        self.say("drop of a table")
        window = self.window
        folder = self.session.profile.folder / "dropped"
        folder.mkdir(exist_ok=True)
        (folder / "aurora_shots.csv").write_text(_table(), encoding="utf-8")
        picture = folder / "harbour.png"
        put_picture(picture)
        drop(window, [folder / "aurora_shots.csv"])
        sheet = await opened(window, SheetWindow, "the sheet")
        await until(lambda: find(sheet, QPushButton, "Generate").isEnabled(), "rows that are ready")
        await self.take("sheet")
        self.say("sending from the sheet")
        find(sheet, QPushButton, "Generate").click()
        await opened(sheet, QDialog, "the question about the woodcut, whose price nobody knows")
        await self.take("sheet-question")
        find(sheet, QPushButton, "Send").click()
        await until(lambda: len(self.tasks()) >= 5, "the tasks in the list")
        await self.take("sheet-sent")
        self.say("the sheet's grid")
        find(sheet, QPushButton, "Show as grid").click()
        grid = await opened(window, GridWindow, "the grid")
        await self.take("sheet-as-grid")
        grid.close()
        sheet.close()
        self.say("drop of a picture")
        drop(window, [picture])
        await until(self.models.composer.inputs, "the picture in the composer")
        prompt = find(window, QPlainTextEdit, "Prompt")
        type_text(prompt, "The harbour wakes: nets, gulls, diesel smoke, first sun on wet planks")
        await self.take("composer-with-picture")

    async def live(self) -> None:
        self.say("throttled")
        window = self.window
        await until(lambda: self.having(State.RUNNING), "a running task")
        await self.take("live")
        await control(self.base_url, "knobs", {"concurrency": 1})
        composer = window.composer_pane
        press(find(window, QPlainTextEdit, "Prompt"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(
            lambda: composer.isVisible() and self.having(State.THROTTLED, State.RUNNING, State.PENDING), "the sent task"
        )
        throttled = await until(lambda: self.having(State.THROTTLED), "a throttled task", 40)
        await self.choose(throttled[0])
        await self.take("throttled")
        await control(self.base_url, "knobs", {"concurrency": 4, "speed": FASTER})

    async def results(self) -> None:
        window = self.window
        for media, model, name in (
            (Media.VIDEO, "", "clip"),
            (Media.AUDIO, "", "sound"),
            (Media.IMAGE, "gen4_image", "pictures"),
        ):
            self.say(f"preview: {name}")
            await self.choose((await until(partial(self.saved, media, model), f"a saved {name}", 90))[0])
            await asyncio.sleep(0.8)
            if media is Media.VIDEO and window.preview is not None:
                window.preview.playback.toggle_play()
                await asyncio.sleep(1.5)
                window.preview.playback.toggle_play()
            await self.take(f"preview-{name}")
        self.say("preview: drawing")
        await self.choose((await until(lambda: self.saved(Media.IMAGE, "recraft"), "the drawing", 60))[0])
        await self.take("preview-drawing", after=0.8)

    async def trouble(self) -> None:
        self.say("failed")
        failed = await until(lambda: self.having(State.FAILED), "a failed task", 60)
        await self.choose(failed[0])
        await self.take("failed")
        self.say("uncertain")
        await control(self.base_url, "faults", {"route": "create", "harm": "cut", "accepted": True, "times": 1})
        models = self.models
        self.send_picture("Paper boats on a flooded street, neon reflections, rain")
        uncertain = await until(lambda: self.having(State.UNCERTAIN), "an uncertain task", 40)
        await self.choose(uncertain[0])
        await until(
            lambda: "probably" in models.details.trouble() or "cannot" in models.details.trouble(), "the verdict", 40
        )
        await self.take("uncertain")

    async def narrowing(self) -> None:
        self.say("filter")
        window = self.window
        before = len(self.tasks())
        type_text(window.search, "lagoon")
        await until(lambda: 0 < len(self.tasks()) < before, "fewer tasks")
        await self.take("filter")
        self.say("nothing matches")
        type_text(window.search, " zebra")
        await until(lambda: not self.tasks(), "no task")
        await self.take("nothing-matches")
        window.search.clear()
        await until(lambda: len(self.tasks()) == before, "all tasks again")
        self.say("judging and a saved search")
        self.models.task_commands.judging.rate(self.tasks()[:3], 4)
        type_text(window.search, "rating:>=4")
        await until(lambda: len(self.tasks()) == 3, "the rated tasks")
        self.models.filter.save_search("Good ones")
        await until(lambda: any(e.search and e.count == 3 for e in self.models.pages.entries()), "its count")
        await self.take("saved-search")
        window.search.clear()
        await until(lambda: len(self.tasks()) == before, "all tasks once more")
        self.say("grid")
        window.workspace.list.show_grid(True)
        await self.take("grid", after=0.6)
        window.workspace.list.show_grid(False)

    async def looks(self) -> None:
        window = self.window
        self.say("preferences")
        window.open_room("preferences", "Saving")
        preferences = await opened(window, Preferences, "the preferences")
        await self.take("preferences")
        preferences.accept()
        await until(lambda: not self.having(*UNDER_WAY), "everything to end", 120)
        self.say("spending")
        window.open_room("spending")
        spending = await opened(window, SpendingWindow, "the spending")
        await self.take("spending", after=0.5)
        spending.close()
        await self.choose((await until(lambda: self.saved(Media.VIDEO), "a saved clip"))[0])
        await asyncio.sleep(0.6)
        for theme in ("light", "dark"):
            self.say(f"{theme} theme")
            self.cases.settings.set("theme", theme)
            await self.take(f"theme-{theme}", after=0.3)
        for width, height in ((1024, 640), (1920, 1080)):
            self.say(f"{width} × {height}")
            await self.size(width, height)
            await self.take(f"size-{width}x{height}")
        await self.size(1440, 900)
        self.say("menu of a task")
        window.task_menu.popup(window.mapToGlobal(window.rect().center()))
        await popup_shown("the menu")
        await self.take("menu")
        close_popups()
        self.say("a question before something is lost")
        window.task_menu.take(DELETE_REMOTELY)
        await opened(window, QDialog, "the question")
        await self.take("question")
        find(window, QPushButton, "Keep").click()

    async def making(self) -> None:
        self.say("forms")
        video = await until(lambda: self.saved(Media.VIDEO), "a clip for the forms")
        picture = self.session.profile.folder / "dropped" / "harbour.png"
        clip = Path(self.row(video[0]).outputs[0].path)
        await show_forms(self.window, self.models.composer, self.album, picture, clip)
        self.say("chooser")
        await show_chooser(self.window, self.album, "", "chooser")


def _table() -> str:
    """The table of shots; its last row has a ratio that the model does not accept."""
    rows = (f'"{prompt}",{settings},Aurora spot,{10 * n:03d}' for n, (prompt, settings) in enumerate(_SHOTS, start=1))
    return "\n".join((_HEADER, *rows, ""))


async def show_forms(window: MainWindow, composer: Composer, album: Album, picture: Path, clip: Path) -> None:
    """A screenshot of each form. `picture` and `clip` are files for the inputs."""
    for name, endpoint, model, values in _requests(picture.as_uri(), clip.as_uri()):
        composer.load(Request(endpoint=endpoint, model=model, values=values))
        window.composer_pane.open_form(True)
        await album.take(window, f"form-{name}")
    window.composer_pane.open_form(False)
    composer.choose("text_to_image", "gen4_image")


async def show_chooser(window: MainWindow, album: Album, search: str, name: str) -> None:
    """A screenshot of the chooser with this search text."""
    window.composer_pane.choose_model()
    await popup_shown("the chooser")
    panel = QApplication.activePopupWidget()
    if isinstance(panel, ChooserPanel):
        panel.search.setText(search)
    await album.take(window, name)
    close_popups()


def _requests(picture: str, clip: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Name of the screenshot, endpoint, model, values."""
    harbour = "The harbour wakes: nets, gulls, diesel smoke, first sun on wet planks"
    yield (
        "first-and-last-frame",
        "image_to_video",
        "veo3.1",
        {
            "promptText": harbour,
            "promptImage": [{"uri": picture, "position": "first"}, {"uri": picture, "position": "last"}],
            "ratio": "1280:720",
            "duration": 8,
            "negativePrompt": "text, watermark, shaking camera",
        },
    )
    shots = [
        {"prompt": "Wide: the fog lifts off the harbour, cranes in the distance", "duration": 4},
        {"prompt": "Close: a hand ties a wet rope to a bollard", "duration": 3},
    ]
    yield (
        "shots",
        "text_to_video",
        "kling3.0_pro",
        {"promptText": harbour, "ratio": "1920:1080", "providerSettings": {"multiPrompt": shots}, "cfgScale": 0.5},
    )
    yield (
        "keyframes",
        "video_to_video",
        "aleph2",
        {
            "videoUri": clip,
            "promptText": "Make it night, with lamps along the quay",
            "outputFormat": "prores",
            "proresProfile": "422 HQ",
            "keyframes": [{"seconds": 1.5, "uri": picture, "range": {"start_seconds": 1, "end_seconds": 3}}],
        },
    )
    yield (
        "references",
        "text_to_image",
        "gen4_image",
        {
            "promptText": "@harbour at dawn, seen from the boat of @anna",
            "ratio": "1920:1080",
            "referenceImages": [{"uri": picture, "tag": "harbour"}, {"uri": picture, "tag": "anna"}],
            "contentModeration": {"publicFigureThreshold": "low"},
        },
    )
    script = {
        "type": "text",
        "text": "Good morning. Here is the weather for the coast.",
        "voice": {"type": "preset", "presetId": "victoria"},
    }
    yield (
        "avatar",
        "avatar_videos",
        "gwm1_avatars",
        {"avatar": {"type": "runway-preset", "presetId": "cooking-teacher"}, "speech": script},
    )
    yield (
        "voice",
        "text_to_speech",
        "eleven_v4",
        {
            "promptText": "Good morning. Here is the weather for the coast.",
            "voice": {"type": "runway-preset", "presetId": "Maya"},
            "stability": 0.6,
            "speed": 1.1,
            "previousText": "Welcome back.",
        },
    )
