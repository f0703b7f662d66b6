"""*Open with* lists what the system would list, and what was used last comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.outputs import Launch
from runway_desktop.services.applications import Applications
from runway_desktop.services.bus import Bus
from runway_desktop.services.settings import Settings
from tests.engine_rig import AtOnce
from tests.fakes import FakeClock, MemoryStore

CLIP = ("video/mp4", "video/x-m4v")
PICTURE = ("image/png",)


class Desktop:
    """The folders of a desktop of one's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.settings = Settings(MemoryStore(), Bus(), FakeClock(), default_library=folder)
        for name in ("bin", "config", "data", "system"):
            (folder / name).mkdir()
        self.program("sh")

    def program(self, name: str) -> str:
        path = self.folder / "bin" / name
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return str(path)

    def entry(self, id_: str, *lines: str, mime: str = "video/mp4;", place: str = "system", name: str = "") -> None:
        words = ["[Desktop Entry]", "Type=Application", f"Name={name or id_}", f"MimeType={mime}"]
        if not any(line.startswith("Exec=") for line in lines):
            words.append(f"Exec={self.folder / 'bin' / 'sh'} %F")
        path = self.folder / place / "applications" / f"{id_}.desktop"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*words, *lines]), encoding="utf-8")

    def chosen(self, text: str, place: str = "config", name: str = "mimeapps.list") -> None:
        (self.folder / place / name).write_text(text)

    def applications(self, language: str = "") -> Applications:
        variables = {
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_CONFIG_DIRS": str(self.folder / "nowhere"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_DATA_DIRS": str(self.folder / "system"),
            "XDG_CURRENT_DESKTOP": "ubuntu:GNOME",
            "LANG": language,
        }
        return Applications(self.settings, AtOnce(), variables, self.home)

    async def offered(self, *kinds: tuple[str, ...]) -> list[str]:
        found = await self.applications().taking(kinds or (CLIP,))
        return [application.id.removesuffix(".desktop") for application in found]


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop(tmp_path)


async def test_programs_that_name_the_kind_are_offered(desktop: Desktop) -> None:
    desktop.entry("a")
    desktop.entry("b", mime="image/png;")
    desktop.entry("c", mime="video/x-m4v;audio/mp3;")
    assert await desktop.offered() == ["a", "c"]


async def test_the_systems_choice_comes_first_and_the_persons_before_it(desktop: Desktop) -> None:
    for id_ in ("a", "b", "c", "d"):
        desktop.entry(id_)
    desktop.chosen("[Default Applications]\nvideo/mp4=c.desktop;gone.desktop;")
    desktop.chosen("[Default Applications]\nvideo/mp4=b.desktop;", name="gnome-mimeapps.list")
    assert await desktop.offered() == ["b", "c", "a", "d"]


async def test_what_the_person_added_and_took_away_counts(desktop: Desktop) -> None:
    desktop.entry("a")
    desktop.entry("b")
    desktop.entry("editor", mime="")
    desktop.chosen("[Added Associations]\nvideo/mp4=editor.desktop;\n[Removed Associations]\nvideo/mp4=a.desktop;")
    assert await desktop.offered() == ["editor", "b"]


async def test_an_entry_of_the_persons_own_takes_the_place_of_the_systems(desktop: Desktop) -> None:
    desktop.entry("a", name="Of the system")
    desktop.entry("b")
    desktop.entry("a", name="My own", place="data")
    desktop.entry("b", "Hidden=true", place="data")
    found = await desktop.applications().taking([CLIP])
    assert [application.name for application in found] == ["My own"]


async def test_what_cannot_run_here_is_left_out(desktop: Desktop) -> None:
    desktop.entry("a", "TryExec=/nowhere/player")
    desktop.entry("b", "Exec=/nowhere/player %F")
    desktop.entry("c", "Terminal=true")
    desktop.entry("d", 'Exec="never ends')
    desktop.entry("io.github.runway_desktop.RunwayDesktop")
    desktop.entry("e", f"TryExec={desktop.program('player')}")
    assert await desktop.offered() == ["e"]


async def test_for_several_kinds_only_what_takes_them_all(desktop: Desktop) -> None:
    desktop.entry("player")
    desktop.entry("editor", mime="video/mp4;image/png;")
    assert await desktop.offered(CLIP, PICTURE) == ["editor"]
    assert await desktop.offered(("model/obj",)) == []


async def test_what_was_used_last_comes_first_in_the_next_session_too(desktop: Desktop) -> None:
    for id_ in ("a", "b", "c"):
        desktop.entry(id_)
    applications = desktop.applications()
    for application in (await applications.taking([CLIP]))[1:]:
        applications.note_used(application)
    assert await desktop.offered() == ["c", "b", "a"]


async def test_a_program_in_a_folder_of_its_own_is_known_by_its_whole_id(desktop: Desktop) -> None:
    desktop.entry("kde/player", "Name[de]=Abspieler", name="Player")
    [found] = await desktop.applications("de_DE.UTF-8").taking([CLIP])
    assert (found.id, found.name) == ("kde-player.desktop", "Abspieler")


async def test_a_damaged_entry_is_said_when_it_is_to_be_started(desktop: Desktop) -> None:
    program = desktop.program("player")
    desktop.entry("a", f"Exec={program} %z %F", name="Player")
    applications = desktop.applications()
    [found] = await applications.taking([CLIP])
    with pytest.raises(NotPossible, match="Player cannot be started"):
        applications.launches(found, [Path("/library/a.mp4")])


def test_windows_and_macos_show_their_own_dialog() -> None:
    path = Path("/library/a fox.mp4")
    assert Applications.system_dialog("win32", path) == Launch(("OpenWith.exe", str(path)))
    asked = Applications.system_dialog("darwin", path)
    assert asked is not None
    assert asked.words[0] == "osascript"
    assert asked.words[-1] == str(path)
    assert Applications.system_dialog("linux", path) is None


async def test_entries_that_would_give_a_shell_a_files_name_or_are_damaged_are_passed_over(desktop: Desktop) -> None:
    shell = desktop.program("bash")
    desktop.entry("quoted", f'Exec={shell} -c "play %f"')
    desktop.entry("itself", "Exec=%f")
    desktop.entry("nul", f"Exec={shell}\0 %f")
    desktop.entry("nul-try", "TryExec=sh\0")
    desktop.entry("good")
    assert await desktop.offered() == ["good"]
