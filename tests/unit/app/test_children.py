"""What the program starts inherits neither the key of the environment nor the libraries of a bundle, whichever way it
is started."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop.wiring import environment
from tests.rigs.waiting import until

ROOT = Path(__file__).parents[3]
KEY = "key_" + "5c" * 64
OWN, BUNDLE = "/usr/lib/of-the-person", "/opt/runway-desktop/_internal"
BUNDLED = {
    "LD_LIBRARY_PATH": f"{BUNDLE}:{OWN}",
    "LD_LIBRARY_PATH_ORIG": OWN,
    "QT_PLUGIN_PATH": f"{BUNDLE}/PySide6/Qt/plugins",
    "QML2_IMPORT_PATH": f"{BUNDLE}/PySide6/Qt/qml",
    "_PYI_ARCHIVE_FILE": f"{BUNDLE}/../runway-desktop",
    "_PYI_PARENT_PROCESS_LEVEL": "1",
}
TELLS = """\
#!{python}
import json, os, sys
name = sys.argv[1] if sys.argv[1:2] and sys.argv[1].startswith("way-") else "way-opened"
with open(os.path.join({folder!r}, name + ".draft"), "w") as file:
    json.dump(dict(os.environ), file)
os.rename(file.name, os.path.join({folder!r}, name))
print('{{"base_url": "http://127.0.0.1:9", "secret": "none"}}', flush=True)
"""
STARTS = """\
import sys
from pathlib import Path
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from runway_desktop.wiring import environment
secret = environment.clean(is_bundle=True)
application = QGuiApplication([])
tells, way = sys.argv[1], sys.argv[2]
if way == "way-opened":
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(tells).parent)))
elif way == "way-open-with":
    from runway_desktop.ui.window.output import start
    assert start((tells, way))
elif way == "way-simulator":
    from runway_desktop.simulator import child
    child.own_words = lambda: [tells, way]
    child.SimulatorProcess.start().stop()
elif way == "way-demo":
    from PySide6.QtCore import QProcess
    assert QProcess.startDetached(tells, [way])[0]
elif way == "way-own-window":
    from runway_desktop.values import replace
    from runway_desktop.app import profile_windows
    profile = replace(environment.folders(demo=False, folder=Path(tells).parent).main, words=(way,))
    profile_windows.own_words = lambda: [tells]
    assert profile_windows.open_in_its_own_window(profile, secret)
"""


def child_of(way: str, folder: Path, variables: dict[str, str], *before: str) -> dict[str, str]:
    """The environment of a child that the program starts this way, itself started with `variables`."""
    tells = folder / "tells"
    tells.write_text(TELLS.format(python=sys.executable, folder=str(folder)))
    tells.chmod(0o755)
    (folder / "xdg-open").symlink_to(tells)
    given = {"QT_QPA_PLATFORM": "offscreen"} | os.environ | variables
    given["PATH"] = f"{folder}:{os.environ['PATH']}"
    if before:
        given |= {"QT_QPA_PLATFORM": "xcb"}
    subprocess.run(
        [*before, sys.executable, "-c", STARTS, str(tells), way], env=given, cwd=ROOT, check=True, timeout=120
    )
    until((folder / way).exists, "the child")
    found: dict[str, str] = json.loads((folder / way).read_text())
    return found


@pytest.mark.parametrize("way", ["way-open-with", "way-simulator", "way-demo", "way-own-window", "way-opened"])
def test_child_process_gets_no_key_and_the_systems_libraries(way: str, tmp_path: Path):
    before = []
    if way == "way-opened":
        if shutil.which("xvfb-run") is None:
            pytest.skip("Qt opens files on a real display alone, and there is no Xvfb")
        before = ["xvfb-run", "-a"]
    found = child_of(way, tmp_path, BUNDLED | {environment.KEY_VARIABLE: KEY}, *before)
    if way == "way-own-window":
        # This program alone is given the key on purpose: a first profile opened from another would lack it.
        assert found.pop(environment.KEY_VARIABLE) == KEY
    assert KEY not in str(found)
    assert BUNDLE not in str(found)
    assert found["LD_LIBRARY_PATH"] == OWN


def test_key_is_removed_from_the_environment_when_read():
    variables = {environment.KEY_VARIABLE: f" {KEY}\n", "PATH": "/bin"}
    assert environment.clean(variables) == KEY
    assert variables == {"PATH": "/bin"}
    assert environment.clean(variables) is None


def test_bundle_without_user_library_path_leaves_none_to_children():
    variables = {"LD_LIBRARY_PATH": BUNDLE, "PATH": "/bin"}
    environment.clean(variables, is_bundle=True)
    assert variables == {"PATH": "/bin"}


def test_child_process_does_not_inherit_appimage_variables(monkeypatch: pytest.MonkeyPatch):
    """Some programs replace the file that `APPIMAGE` names when they update themselves."""
    ours = {
        "APPIMAGE": "/home/mara/Runway.AppImage",
        "APPDIR": str(Path(sys.executable).resolve().parent),
        "OWD": "/home/mara",
    }
    variables = dict(ours)
    environment.clean(variables, is_bundle=True)
    assert not ours.keys() & variables.keys()
    theirs = {"APPIMAGE": "/home/mara/Terminal.AppImage", "APPDIR": "/tmp/.mount_Termin", "OWD": "/home/mara"}
    variables = dict(theirs)
    environment.clean(variables, is_bundle=True)
    assert variables == theirs, "of the AppImage that this program was started from"


def test_source_run_keeps_the_users_library_path_for_children():
    variables = {"LD_LIBRARY_PATH": OWN, "QT_PLUGIN_PATH": "/usr/lib/qt6/plugins"}
    environment.clean(variables, is_bundle=False)
    assert variables == {"LD_LIBRARY_PATH": OWN, "QT_PLUGIN_PATH": "/usr/lib/qt6/plugins"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tells of /proc")
def test_process_listing_does_not_show_the_key_given_at_start():
    looks = (
        "from pathlib import Path; from runway_desktop.wiring import environment; secret = environment.clean()\n"
        "print(secret); print(Path('/proc/self/environ').read_bytes().decode())"
    )
    variables = {**os.environ, "BEFORE": "stays", environment.KEY_VARIABLE: KEY, "PYTHONPATH": str(ROOT)}
    said = subprocess.run([sys.executable, "-c", looks], env=variables, check=True, capture_output=True, text=True)
    secret, _, shown = said.stdout.partition("\n")
    assert secret == KEY
    assert "BEFORE=stays" in shown
    assert KEY not in shown
    assert KEY[4:] not in shown
