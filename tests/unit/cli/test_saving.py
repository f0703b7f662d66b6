"""Copies of results for scripts: complete, never replacing a foreign file, and never the only copy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.cli.saving import check_folder, copy_results
from runway_desktop.usecases.clients.refusals import CallRefused, Code


def succeeded(*files: Path | None) -> dict[str, Any]:
    found = [{"state": "saved", "path": str(file)} if file else {"state": "failed"} for file in files]
    return {"id": "one", "files": found}


@pytest.fixture
def result(tmp_path: Path) -> Path:
    library = tmp_path / "library"
    library.mkdir()
    (library / "fox.mp4").write_bytes(b"paid for")
    return library / "fox.mp4"


def test_result_is_copied_once_and_no_existing_file_is_replaced(result: Path, tmp_path: Path):
    folder = tmp_path / "deep" / "out"
    check_folder(folder)
    assert copy_results([succeeded(result)], folder)
    assert copy_results([succeeded(result)], folder)
    assert [file.name for file in folder.iterdir()] == ["fox.mp4"]
    (folder / "fox.mp4").write_bytes(b"graded by hand")
    assert copy_results([succeeded(result)], folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "fox.mp4": b"graded by hand",
        "fox (2).mp4": b"paid for",
    }


def test_several_commands_saving_one_result_at_once_save_it_once_and_completely(
    result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    content = bytes(range(256)) * 4_000
    result.write_bytes(content)
    folder = tmp_path / "out"
    folder.mkdir()
    seen: list[bytes] = []
    copy = shutil.copyfile

    def copies(source: Path, draft: Path) -> None:
        copy(source, draft)
        if len(seen) < 3:
            # Another process, from its beginning to its end.
            seen.append(b"")
            assert copy_results([succeeded(result)], folder)
        seen.extend(file.read_bytes() for file in folder.glob("*.mp4"))

    monkeypatch.setattr(shutil, "copyfile", copies)
    assert copy_results([succeeded(result)], folder)
    assert set(seen) <= {b"", content}, "a final name never has a part of the file"
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [("fox.mp4", content)]


def test_target_that_is_no_folder_is_reported_before_sending(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CallRefused, match="Nothing can be saved in") as refused:
            check_folder(folder)
        assert refused.value.code is Code.INPUT
        assert "Nothing was sent" in refused.value.advice


def test_failed_copy_names_the_place_of_the_result(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("")
    assert not copy_results([succeeded(result)], tmp_path / "file")
    assert f"The result is kept in the library: {result}" in capsys.readouterr().err
    assert result.read_bytes() == b"paid for"


def test_unsaved_result_is_no_success(result: Path, tmp_path: Path):
    assert not copy_results([succeeded(None, result)], tmp_path / "out")
    assert (tmp_path / "out" / "fox.mp4").exists(), "the others are copied all the same"
