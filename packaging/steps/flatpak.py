"""The Flatpak: our wheel and those of the lock, which pip installs in Flatpak's own build, where there is no network.

Not the one-folder bundle: a store builds from what its reviewers can read. Not the Qt of a base app either: it follows
each new PySide, and some are held back here for a reason (`pyproject.toml`). Raises `StepFailed`. Standard library
only.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from steps import debian, desktop, project
from steps.places import DIST, LOCK, ROOT, StepFailed, run, say, told
from steps.project import APP_ID
from steps.sources import Source, fetched

MANIFEST = ROOT / "packaging" / "flatpak" / f"{APP_ID}.json"
FOLDER = DIST / "flatpak"
"""Folder of the manifest and its sources, the input of a store or of `flatpak-builder`."""
PYTHON = "3.13"
"""Python version of the runtime that the manifest names."""
PROCESSORS = ("x86_64", "aarch64")
NEWEST_LIBC = 41
"""Newest minor version of glibc that the wheels may require; the runtime has at least this one."""
SCHEMA = Source(
    "flatpak-builder", "https://github.com/flatpak/flatpak-builder", "b260e7124a0d4cda24d29d528484706ed2dcd1d5",
    "FLATPAK_BUILDER_SOURCE",
)  # fmt: skip


def make(python: Path) -> None:
    """Writes `FOLDER` and checks its manifest; builds the package too if the runtime is installed."""
    debian.require(["flatpak", "flatpak-builder", "git"], why="Flatpak's own tools check the manifest")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    run([str(python), "-m", "hatchling", "build", "--target", "wheel", "--directory", str(FOLDER)])
    [wheel] = FOLDER.glob("*.whl")
    (FOLDER / "wheels.json").write_text(json.dumps(_wheels(python, wheel), indent=4) + "\n", "utf-8")
    desktop.lay_out(FOLDER / "share")
    manifest = FOLDER / MANIFEST.name
    manifest.write_text(project.filled(MANIFEST), "utf-8")
    _check(python, manifest)
    told(FOLDER)
    _build(manifest)


def _wheels(python: Path, wheel: Path) -> list[dict[str, Any]]:
    """The lock's wheels that `wheel` needs, with addresses and hashes, as sources of the manifest."""
    locked = LOCK.read_text("utf-8")
    versions = [line.split(" \\")[0] for line in locked.splitlines() if "==" in line]
    found: dict[str, dict[str, Any]] = {}
    for processor in PROCESSORS:
        systems = [f"manylinux_2_{minor}_{processor}" for minor in range(5, NEWEST_LIBC + 1)]
        systems += [f"manylinux{name}_{processor}" for name in (2014, 2010, 1)]
        with tempfile.TemporaryDirectory() as folder:
            constraints, report = Path(folder) / "versions.txt", Path(folder) / "report.json"
            constraints.write_text("\n".join(versions) + "\n", "utf-8")
            command = [
                str(python), "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed",
                "--disable-pip-version-check", "--target", folder, "--report", str(report), "--only-binary", ":all:",
                "--python-version", PYTHON, *(f"--platform={name}" for name in systems),
                "--constraint", str(constraints), f"{wheel}[mcp]",
            ]  # fmt: skip
            run(command)
            items = json.loads(report.read_text("utf-8"))["install"]
        for item in items:
            url, digest = item["download_info"]["url"], item["download_info"]["archive_info"]["hashes"]["sha256"]
            if url.startswith("file:"):
                continue
            if digest not in locked:
                raise StepFailed(f"{url.rpartition('/')[2]} is not the file that the lock names.")
            only = {} if url.endswith("-any.whl") else {"only-arches": [processor]}
            found[digest] = {"type": "file", "url": url, "sha256": digest, **only}
    return list(found.values())


def as_read(manifest: Path) -> dict[str, Any]:
    """The manifest as `flatpak-builder` reads it. Raises `StepFailed`."""
    with tempfile.TemporaryDirectory() as state:
        # It creates a folder in its working directory.
        shown = ["flatpak-builder", "--show-manifest", str(manifest)]
        done = subprocess.run(shown, cwd=state, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise StepFailed(f"flatpak-builder does not accept the manifest.\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _check(python: Path, manifest: Path) -> None:
    as_read(manifest)
    say("flatpak-builder accepts the manifest.")
    with tempfile.TemporaryDirectory() as scratch:
        schema = fetched(SCHEMA, Path(scratch)) / "data" / "flatpak-manifest.schema.json"
        run([str(python), "-W", "ignore", "-m", "jsonschema", "--instance", str(manifest), str(schema)])
    say("The manifest is valid by flatpak-builder's schema.")


def _build(manifest: Path) -> None:
    asked = json.loads(manifest.read_text("utf-8"))
    runtimes = [f"{asked[kind]}//{asked['runtime-version']}" for kind in ("runtime", "sdk")]
    for runtime in runtimes:
        if subprocess.run(["flatpak", "info", runtime], check=False, capture_output=True).returncode != 0:
            say(f"It was not built or started: {runtime} is not installed.")
            return
    with tempfile.TemporaryDirectory(prefix="runway-desktop-flatpak-", dir=DIST) as scratch:
        work = [f"--state-dir={scratch}/state", f"--repo={scratch}/repo", "--force-clean", f"{scratch}/build"]
        run(["flatpak-builder", *work, str(manifest)])
        package = DIST / f"{APP_ID}.flatpak"
        run(["flatpak", "build-bundle", f"{scratch}/repo", str(package), APP_ID])
    told(package)
