"""The command line: its arguments, and a sentence for invalid ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop import __version__
from runway_desktop.app import options


def test_start_without_arguments_has_the_default_options():
    assert options.read([]) == options.Options()


def test_file_argument_becomes_absolute_and_an_id_stays_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "prompts.txt").write_text("A boat")
    monkeypatch.chdir(tmp_path)
    found = options.read(["prompts.txt", "17f20503-6c24-4c16-946b-35dbbce2af2f", "https://example.com/a.png"])
    assert found.items == (
        str(tmp_path / "prompts.txt"),
        "17f20503-6c24-4c16-946b-35dbbce2af2f",
        "https://example.com/a.png",
    )


def test_demo_starts_with_sample_content_unless_empty_is_requested():
    assert not options.read(["--demo"]).empty
    assert options.read(["--demo", "--empty"]).empty


def test_tour_always_uses_the_demo(tmp_path: Path):
    found = options.read(["--tour", str(tmp_path)])
    assert found.demo
    assert found.tour == tmp_path


@pytest.mark.parametrize("words", [["--speed", "0"], ["--speed", "fast"], ["--nonsense"], ["--demo", "--profile", "A"]])
def test_invalid_arguments_end_with_usage_and_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        options.read(words)
    assert ended.value.code == 2
    assert "usage: runway-desktop" in capsys.readouterr().err


@pytest.mark.parametrize("item", ["gone.txt", "/no/such/folder/shots.csv", "a red fox", "17f20503-6c24", "http://a/b"])
def test_missing_path_argument_is_an_error_and_never_a_prompt(item: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        options.read([item])
    assert ended.value.code == 2
    assert f"“{item}”" in capsys.readouterr().err


def test_version_argument_prints_the_version(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        options.read(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"Runway Desktop {__version__}\n"


def test_help_argument_imports_no_qt():
    asked = "import sys; from runway_desktop.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", asked + "print('PySide6.QtWidgets' in sys.modules)"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, sys.platform in ("win32", "darwin")),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
    ],
)
def test_display_is_detected_from_the_environment(
    variables: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert options.has_display() is expected


def test_profile_argument_takes_a_profile_name():
    assert options.read(["--profile", "Client A"]).profile == "Client A"


def test_hidden_argument_asks_for_a_hidden_start():
    assert options.read(["--hidden"]).hidden
    assert not options.read([]).hidden
