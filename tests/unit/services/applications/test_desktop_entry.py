"""A program is started exactly as its desktop file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.outputs import Launch
from runway_desktop.services.applications.desktop_entry import DesktopEntry, groups_of, read_entry

FILES = (Path("/library/a fox.mp4"), Path("/library/ünter.mp4"))
PLACE = Path("/usr/share/applications/player.desktop")


def entry(exec_line: str, *more: str) -> DesktopEntry:
    lines = ["[Desktop Entry]", "Type=Application", "Name=Player", f"Exec={exec_line}", *more]
    return read_entry("player.desktop", PLACE, "\n".join(lines))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mpv %F", [("mpv", "/library/a fox.mp4", "/library/ünter.mp4")]),
        ("mpv %U", [("mpv", "file:///library/a%20fox.mp4", "file:///library/%C3%BCnter.mp4")]),
        ("view %f", [("view", "/library/a fox.mp4"), ("view", "/library/ünter.mp4")]),
        ("view --at=%u", [("view", "--at=file:///library/a%20fox.mp4"), ("view", "--at=file:///library/%C3%BCnter.mp4")]),
        ("gimp", [("gimp", "/library/a fox.mp4"), ("gimp", "/library/ünter.mp4")]),
        ("view %f %i", [("view", str(path), "--icon", "player") for path in FILES]),
        ("view %c %k %f", [("view", "Player", str(PLACE), str(path)) for path in FILES]),
        ("view 100%% %f", [("view", "100%", str(path)) for path in FILES]),
        ("view %d %m %f", [("view", str(path)) for path in FILES]),
    ],
)  # fmt: skip
def test_field_codes_stand_for_what_the_specification_says(line: str, expected: list[tuple[str, ...]]) -> None:
    assert entry(line, "Icon=player").launches(FILES) == [Launch(words) for words in expected]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"/opt/My Player/bin" --title "a b" %F', ["/opt/My Player/bin", "--title", "a b"]),
        (r'sh -c "echo \\$HOME \\"x\\" \\\\\\\\"', ["sh", "-c", 'echo $HOME "x" \\\\']),
        (r"view\sall  --fast", ["view", "all", "--fast"]),
        ('view "" x', ["view", "", "x"]),
    ],
)
def test_quoting_and_escapes_are_undone_in_that_order(line: str, words: list[str]) -> None:
    assert [word for word in entry(line).command() if word != "%F"] == words


@pytest.mark.parametrize("line", ["", "   ", 'view "open', "view %z %f"])
def test_a_command_that_is_none_is_refused_and_not_guessed(line: str) -> None:
    with pytest.raises(ValueError, match=r"says no command|has no end|unknown field code"):
        entry(line).launches(FILES)


@pytest.mark.parametrize(
    "line",
    [
        'sh -c "play %f"', 'sh -c "play \'%F\' && rm %f"', 'sh -c "play "%f', 'sh -c %f"; true"', 'view "%u"',
        r'sh -c "play \\%f"', 'sh -c "100%% %f"', 'sh -c "%c"', 'sh -c "%"f', "%f", "%F --now", "/opt/%c/view %f",
    ],
)  # fmt: skip
def test_a_files_name_is_an_argument_of_its_own_and_never_part_of_a_quoted_one(line: str) -> None:
    with pytest.raises(ValueError, match=r"within quotes|starts what"):
        entry(line).launches([Path('/library/$(touch owned); "x".mp4')])


def test_what_a_name_says_reaches_the_program_as_it_is() -> None:
    path = Path("/library/$(touch owned) 'a' \"b\" %f %U; x.mp4")
    assert entry('"/opt/a player/bin" --100%% %f').launches([path]) == [
        Launch(("/opt/a player/bin", "--100%", str(path)))
    ]


def test_it_is_started_in_its_folder() -> None:
    assert entry("view %f", "Path=/opt/view").launches(FILES[:1]) == [
        Launch(("view", "/library/a fox.mp4"), "/opt/view")
    ]


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("", "Player"), ("C.UTF-8", "Player"), ("de_DE.UTF-8", "Spieler"), ("de_AT.UTF-8", "Abspieler"),
        ("de_AT@euro", "Euro-Abspieler"), ("fr_FR", "Player"),
    ],
)  # fmt: skip
def test_its_name_comes_in_the_language_of_the_system(locale: str, name: str) -> None:
    found = entry("view", "Name[de]=Spieler", "Name[de_AT]=Abspieler", "Name[de_AT@euro]=Euro-Abspieler")
    assert found.text("Name", locale) == name


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ((), True), (("NoDisplay=true",), False), (("Terminal=true",), False), (("OnlyShowIn=KDE;",), False),
        (("OnlyShowIn=KDE;GNOME;",), True), (("NotShowIn=GNOME;",), False), (("NotShowIn=Unity;",), True),
    ],
)  # fmt: skip
def test_it_is_shown_only_where_it_wants_to_be(lines: tuple[str, ...], shown: bool) -> None:
    found = entry("view", *lines)
    assert (found.is_shown and found.is_for(["ubuntu", "GNOME"])) is shown


def test_comments_stray_lines_and_second_values_count_for_nothing() -> None:
    text = "stray\n[A]\n# no\nName=x\nName=y\nstray\n\n[B]\nName = z"
    assert groups_of(text) == {"A": {"Name": "x"}, "B": {"Name": "z"}}
