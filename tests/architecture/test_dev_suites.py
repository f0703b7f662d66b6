"""`dev.py test`: selection of suites, and the summary."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from steps import libraries, line_count, suites
from steps.places import ROOT, StepFailed
from steps.suites import Outcome


def test_one_failed_suite_fails_the_run_and_is_named_last(capsys):
    code = suites.summary([Outcome("lint", 0, 1.0), Outcome("gui", 1, 2.0)], 2.6)
    assert code == 1
    assert capsys.readouterr().out.splitlines()[-1] == "FAILED: gui (3 s)"


def test_run_with_all_suites_passed_says_so(capsys):
    assert suites.summary([Outcome("lint", 0, 1.0)], 1.0) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All is well (1 s)"


def test_skipped_suite_does_not_count_as_passed(capsys):
    left_out = Outcome("journeys", 0, 0.0, is_left_out=True)
    assert suites.summary([Outcome("unit", 0, 1.0), left_out], 1.0) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said if "journeys" in line] == ["left", "All"]
    assert said[-1] == "All that was run is well, without journeys (1 s)"


def test_types_and_patient_suites_run_beside_those_that_wait_and_fail_the_run(monkeypatch, tmp_path, capfd):
    for name, body in {
        # Ends only while the patient suite runs.
        "waiting": "    while not Path('ran').exists():\n        time.sleep(0.01)\n",
        "patient": "    Path('ran').touch()\n    assert os.nice(0) == nice, 'the priority'\n",
        "alone": "    assert Path('ran').exists()\n",
    }.items():
        (tmp_path / name).mkdir()
        imports = f"import os, time\nfrom pathlib import Path\nnice = {min(19, os.nice(0) + 10)}\n"
        (tmp_path / name / f"test_{name}.py").write_text(f"{imports}def test_it():\n{body}")
    monkeypatch.setattr(suites, "ROOT", tmp_path)
    alone, waiting, patient = (suites.Suite(name, (name,)) for name in ("alone", "waiting", "patient"))
    monkeypatch.setattr(suites, "SUITES", (alone, replace(waiting, waits=True), replace(patient, patient=True)))
    monkeypatch.setattr(libraries, "provide_for_tests", lambda: None)
    monkeypatch.setattr(line_count, "show", lambda: None)
    types = [sys.executable, "-c", "print('Two types differ'); raise SystemExit(3)"]
    monkeypatch.setattr(suites, "checks", lambda _: {"lint": [sys.executable, "-c", ""], suites.TYPES: types})
    outcomes = suites.check_and_test(Path(sys.executable), [])
    assert [(each.name, each.code) for each in outcomes] == [
        ("lint", 0), ("types", 3), ("waiting", 0), ("patient", 0), ("alone", 0),
    ]  # fmt: skip
    printed = capfd.readouterr().out
    assert "Two types differ" in printed
    assert "— patient" in printed


def test_suite_that_needs_a_screen_is_skipped_without_one(monkeypatch, tmp_path):
    (tmp_path / "test_it.py").touch()
    monkeypatch.setattr(suites, "ROOT", tmp_path)
    monkeypatch.setattr(suites, "SUITES", (suites.Suite("journeys", (".",), needs_display=True),))
    monkeypatch.setattr(libraries, "provide_for_tests", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.delenv("CI", raising=False)
    assert [(each.code, each.is_left_out) for each in suites.test(Path(sys.executable), [], [])] == [(0, True)]
    monkeypatch.setenv("CI", "1")
    assert [each.code for each in suites.test(Path(sys.executable), [], [])] == [1]


def test_suite_is_skipped_on_an_unsupported_system(monkeypatch, tmp_path, capsys):
    (tmp_path / "test_it.py").touch()
    monkeypatch.setattr(suites, "ROOT", tmp_path)
    monkeypatch.setattr(suites, "SUITES", (suites.Suite("faults", (".",), systems=("linux", "darwin")),))
    monkeypatch.setattr(libraries, "provide_for_tests", lambda: None)
    monkeypatch.setattr(sys, "platform", "win32")
    assert [(each.code, each.is_left_out) for each in suites.test(Path(sys.executable), [], [])] == [(0, True)]
    assert "faults: left out, since it runs on linux and darwin only." in capsys.readouterr().out


@pytest.mark.parametrize(("system", "seconds"), [("linux", 900), ("darwin", 2700), ("win32", 2700)])
def test_suites_get_more_time_on_macos_and_windows(monkeypatch, system: str, seconds: int):
    monkeypatch.setattr(sys, "platform", system)
    spec = importlib.util.spec_from_file_location("suites_there", suites.__file__)
    there = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, there)
    spec.loader.exec_module(there)
    assert seconds == there.PATIENCE


def test_unknown_suite_name_gets_the_list_of_suites():
    with pytest.raises(StepFailed, match=r"No suite is called moon\. There are: faults, unit, engine"):
        suites.test(Path(sys.executable), ["moon"], [])


def test_every_test_file_belongs_to_a_suite():
    known = {path for suite in suites.SUITES for path in suite.paths}
    files = {file.relative_to(ROOT) for file in (ROOT / "tests").rglob("test_*.py")}
    homeless = [str(file) for file in files if not any(file.is_relative_to(path) for path in known)]
    assert homeless == []


@pytest.mark.parametrize("needs_display", [True, False])
def test_no_test_file_runs_twice_on_one_screen(needs_display: bool):
    paths = [path for suite in suites.SUITES if suite.needs_display is needs_display for path in suite.paths]
    assert len(paths) == len(set(paths))
    assert not [(a, b) for a in paths for b in paths if a != b and Path(a).is_relative_to(b)]


def test_outdated_python_is_told_the_required_version():
    code = (
        "import sys; sys.version_info = (3, 8, 0); sys.path.insert(0, 'packaging'); import dev; sys.exit(dev.main([]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "needs Python 3.11, 3.12, 3.13 or 3.14; this is 3.8" in done.stderr
