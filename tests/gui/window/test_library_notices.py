"""Notices about an unusable library folder, with actions, and about its return."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.domain.events import FilesMoving
from runway_desktop.services.disk.library_folder import ROUND
from runway_desktop.ui.theme import Theme
from tests.rigs import pill
from tests.rigs.desktop import Desktop, rest, until


@asynccontextmanager
async def watching(desktop: Desktop) -> AsyncIterator[Path]:
    """The folder is looked at as in the program; gives it."""
    library = desktop.folder / "library"
    library.mkdir(exist_ok=True)
    loop = asyncio.create_task(desktop.engine.folder.run())
    await until(lambda: desktop.engine.folder.health.state.value == "fine")
    try:
        yield library
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def test_missing_library_folder_and_its_return_are_announced_once(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop, watching(desktop) as library:
        aside = library.rename(tmp_path / "in a pocket")
        await desktop.engine.folder.look()
        await desktop.clock.advance(5 * ROUND)
        assert desktop.window.activity.messages() == [f"The library's folder was moved or deleted: {library}"]
        assert pill.offered(desktop.window) == ["Create it again", "Choose another folder…"]
        aside.rename(library)
        await desktop.clock.advance(ROUND + 1)
        await until(lambda: desktop.window.activity.messages() == ["The results folder is available again."])


async def test_library_folder_created_again_by_the_notice_is_available(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop, watching(desktop) as library:
        library.rmdir()
        await desktop.engine.folder.look()
        pill.press(desktop.window, "Create it again")
        await until(lambda: desktop.window.activity.messages() == ["The results folder is available again."])


async def test_another_library_folder_is_chosen_in_the_preferences(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop, watching(desktop) as library:
        library.rmdir()
        await desktop.engine.folder.look()
        pill.press(desktop.window, "Choose another folder…")
        assert desktop.room_requests == [("preferences", "Saving")]
        (tmp_path / "other").mkdir()
        desktop.engine.settings.library_folder = str(tmp_path / "other")
        await rest()
        assert desktop.window.activity.messages() == []


async def test_activated_window_checks_for_a_plugged_in_drive(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop, watching(desktop) as library:
        aside = library.rename(tmp_path / "in a pocket")
        await desktop.engine.folder.look()
        aside.rename(library)
        desktop.models.folder.window_is_used()
        for _ in range(5):
            await desktop.clock.advance(1)
        await until(lambda: desktop.engine.folder.health.state.can_write)


async def test_playing_file_is_closed_before_it_is_moved(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        stopped: list[str] = []

        class Player:
            shown_path = Path("/library/fox.mp4")

            def stop(self) -> None:
                stopped.append("stopped")

            def shutdown(self) -> None:
                pass

        desktop.window.preview = Player()  # type: ignore[assignment]
        desktop.engine.bus.tell(FilesMoving(frozenset({"/library/hare.mp4"})))
        assert stopped == []
        desktop.engine.bus.tell(FilesMoving(frozenset({"/library/fox.mp4"})))
        assert stopped == ["stopped"]
        desktop.window.preview = None
