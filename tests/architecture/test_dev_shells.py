"""Completions and the man page know every command, and a shell can use them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from steps import shells
from steps.places import VENV, program_of

from runway_desktop.__main__ import main
from runway_desktop.cli.options import COMMANDS, SHELLS
from tests.rigs.programs import need_programs

IN_BASH = """
source "$1"
COMP_WORDS=("${@:2}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_shtab_runway_desktop
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not program_of(VENV, "shtab").exists():
        pytest.skip("the light environment has no shtab")
    tree = tmp_path_factory.mktemp("tree")
    shells.lay_out(tree)
    return tree


def completed(tree: Path, *words: str) -> list[str]:
    """What bash offers for the last of these words."""
    command = ["bash", "-c", IN_BASH, "bash", str(tree / shells.PLACES["bash"]), "runway-desktop", *words]
    done = subprocess.run(command, check=True, cwd=tree, capture_output=True, text=True)
    assert not done.stderr
    return [word.strip() for word in done.stdout.splitlines() if word.strip()]


def test_completions_and_man_page_name_every_command(tree: Path):
    for place in (*shells.PLACES.values(), shells.MAN_PAGE):
        text = (tree / place).read_text("utf-8")
        assert [name for name in COMMANDS if name not in text] == [], place


def test_completion_command_prints_what_packaging_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("runway_desktop.catalog.resource_path.resource", tmp_path.joinpath)
    assert main(["completion", "bash"]) == 1
    assert "dev.py package wheel" in capsys.readouterr().err
    (tmp_path / "completions").mkdir()
    (tmp_path / "completions" / "bash").write_text("complete\n", "utf-8")
    assert (main(["completion", "bash"]), capsys.readouterr().out) == (0, "complete\n")
    assert main(["completion", "powershell"]) == 2
    assert set(SHELLS) == set(shells.PLACES)


def test_bash_completes_commands_flags_models_and_folders(tree: Path):
    need_programs("bash")
    assert completed(tree, "cr") == ["create"]
    assert sorted(completed(tree, "m")) == ["mcp", "models"]
    assert completed(tree, "list", "--json") == ["--json", "--jsonl"]
    assert completed(tree, "--hi") == ["--hidden"], "of the window"
    assert completed(tree, "create", "text_to_v") == ["text_to_video"]
    assert "gen4.5" in completed(tree, "create", "--model", "gen4")
    (tree / "shots").mkdir(exist_ok=True)
    assert "shots" in [word.rstrip("/") for word in completed(tree, "get", "--save", "sho")]


def test_shell_completion_offers_files_in_command_position(tree: Path):
    """A window takes them in, and they were offered before there were completions."""
    need_programs("bash")
    (tree / "shot.mp4").touch()
    source = f"source {tree / shells.PLACES['bash']}; complete -p runway-desktop"
    done = subprocess.run(["bash", "-c", source], check=True, capture_output=True, text=True)
    assert "-o default" in done.stdout
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    line = f"source {tree / shells.PLACES['fish']}; complete -C 'runway-desktop sho'"
    done = subprocess.run(["fish", "-c", line], check=True, cwd=tree, capture_output=True, text=True)
    assert "shot.mp4" in done.stdout


@pytest.mark.parametrize(("shell", "words"), [("zsh", ("-n",)), ("fish", ("--no-execute",))])
def test_zsh_and_fish_accept_their_completion_files(tree: Path, shell: str, words: tuple[str, ...]):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert subprocess.run([shell, *words, str(tree / shells.PLACES[shell])], check=False).returncode == 0


def test_man_page_describes_the_program_and_its_exit_codes(tree: Path):
    text = (tree / shells.MAN_PAGE).read_text("utf-8")
    assert f"runway-desktop \\- {shells.DOES}" in text.replace("runway\\-desktop", "runway-desktop")
    assert "exit codes" in text
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    command = ["man", "--warnings", "--local-file", str(tree / shells.MAN_PAGE)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert not done.stderr
