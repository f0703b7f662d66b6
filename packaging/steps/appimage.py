"""The AppImage: the one-folder bundle behind a runtime that is compiled here, tested in a bare Debian.

The runtime is a static program that mounts the rest of the file, or unpacks it where there is no FUSE, and starts
`AppRun` in it. Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import tempfile
from datetime import UTC, datetime, time
from pathlib import Path

from steps import bundle, debian, desktop, project, suites
from steps.bare_root import PERSON, add_packages, bare_root, entering
from steps.places import DIST, ROOT, StepFailed, run, say, told
from steps.project import APP_ID, NAME
from steps.proofs import prove_commands, prove_tour
from steps.sources import Source, fetched

RUNTIME = Source(
    "type2-runtime", "https://github.com/AppImage/type2-runtime", "caf24f9f712084686bfc24a70b75e50df0aefb9c",
    "RUNTIME_SOURCE", "MIT",
)  # fmt: skip
SQUASHFUSE = Source(
    "squashfuse", "https://github.com/vasi/squashfuse", "775b4cc72ab47641637897f11ce0da15d5c1f115",
    "SQUASHFUSE_SOURCE", "BSD-2-Clause",
)  # fmt: skip
LINKED = ("libfuse3-dev", "libzstd-dev", "libc6-dev")
"""Debian packages of the static libraries that the runtime is linked with."""
TOOLS = ("autoconf", "automake", "gcc", "git", "libtool", "make", "pkgconf", "squashfs-tools")
NEEDED = ("libegl1", "libgl1", "fontconfig-config", "fonts-dejavu-core")
"""Packages that a bare system needs besides its C library."""
HINT = "--appimage-extract"
"""The runtime's message on a system without FUSE."""
MAGIC = b"AI\x02"
_SMALL = "-Os -ffunction-sections -fdata-sections"


def make(python: Path) -> None:
    """Builds the AppImage in `dist/` and tests it."""
    debian.require([*LINKED, *TOOLS], why="The AppImage's runtime is compiled from source")
    with tempfile.TemporaryDirectory(prefix="runway-desktop-appimage-") as scratch:
        runtime, folder = _runtime(Path(scratch)), Path(scratch) / "AppDir"
        _lay_out(folder)
        parts = [
            f"{one.name}={one.commit[:12]}={one.license}={Path(scratch) / one.name}" for one in (RUNTIME, SQUASHFUSE)
        ]
        about = folder / "usr/lib" / NAME / bundle.ABOUT
        script = str(ROOT / "packaging" / "third_party.py")
        run([str(python), script, str(bundle.FOLDER), str(about), *LINKED, *parts])
        packed = Path(scratch) / "packed"
        _pack(folder, packed)
        file().write_bytes(runtime.read_bytes() + packed.read_bytes())
    file().chmod(0o755)
    told(file())


def file() -> Path:
    """Path of the built AppImage. Raises `StepFailed` if there is none."""
    return DIST / f"{project.TITLE.replace(' ', '-')}-{project.version()}-{platform.machine()}.AppImage"


def prove() -> None:
    """Starts it as an ordinary user in a bare Debian, first without FUSE, then with it."""
    if not debian.is_root():
        say("It was not started in a bare root: that needs root. Type the command again with sudo and --as-is.")
        return
    debian.require(["xvfb", "openbox"], why="The AppImage is proved on a screen of its own")
    with bare_root(*NEEDED) as root, tempfile.TemporaryDirectory(prefix="runway-desktop-appimage-") as folder:
        scratch = Path(folder)
        (scratch / "home").mkdir()
        for path in (scratch, scratch / "home", Path(shutil.copy(file(), scratch))):
            os.chown(path, *map(int, PERSON.split(":")))
        program = [*entering(root, scratch, PERSON), "env", "APPIMAGE_EXTRACT_AND_RUN=1", str(scratch / file().name)]
        refused = subprocess.run([*program[:-2], program[-1]], check=False, capture_output=True, text=True)
        say(f"Without FUSE it ends with {refused.returncode} and says:\n{refused.stdout}{refused.stderr}".rstrip())
        if not refused.returncode or HINT not in refused.stdout:
            raise StepFailed("The AppImage does not say that it needs FUSE.")
        prove_tour(program, scratch, "AppImage, unpacked,")
        prove_commands(program, scratch, "AppImage, unpacked,", serves_agents=True)
        add_packages(root, ["fuse3"])
        os.mknod(root / "dev/fuse", stat.S_IFCHR, os.makedev(10, 229))
        (root / "dev/fuse").chmod(0o666)
        del program[-2]
        prove_tour(program, scratch, "AppImage, mounted,")
        prove_commands(program, scratch, "AppImage, mounted,", serves_agents=True)
        with suites.display() as screen:
            prove_tour(program, scratch, "AppImage, mounted,", screen)


def _runtime(scratch: Path) -> Path:
    squashfuse, source = fetched(SQUASHFUSE, scratch), fetched(RUNTIME, scratch) / "src/runtime"
    without = [f"--without-{name}" for name in ("zlib", "xz", "lzo", "lz4")]
    run(["sh", "autogen.sh"], squashfuse)
    run(["./configure", "--quiet", "--disable-shared", *without], squashfuse, {"CFLAGS": _SMALL})
    libraries = ["libsquashfuse_ll", "libsquashfuse", "libfuseprivate"]
    run(["make", "--quiet", "LIBTOOLFLAGS=--silent", "V=1", *(f"{name}.la" for name in libraries)], squashfuse)
    runtime = scratch / "runtime"
    command = [
        "gcc", "-std=gnu99", *_SMALL.split(), "-static-pie", "-Wl,--gc-sections", "-T", "data_sections.ld",
        "-D_FILE_OFFSET_BITS=64", f'-DGIT_COMMIT="{RUNTIME.commit[:7]}"', f"-I{scratch}", f"-I{squashfuse}",
        "-I/usr/include/fuse3", "runtime.c", *(str(squashfuse / f".libs/{name}.a") for name in libraries),
        "-lfuse3", "-lzstd", "-o", str(runtime),
    ]  # fmt: skip
    run(command, source)
    run(["strip", str(runtime)])
    with runtime.open("r+b") as file:
        # The magic bytes that mark an AppImage of type 2.
        file.seek(8)
        file.write(MAGIC)
    return runtime


def _lay_out(folder: Path) -> None:
    desktop.copy_of_bundle(bundle.FOLDER, folder / "usr/lib" / NAME)
    shutil.copy(ROOT / "packaging/linux/AppRun", folder)
    desktop.lay_out(folder / "usr/share")
    shutil.copy(folder / f"usr/share/applications/{APP_ID}.desktop", folder)
    shutil.copy(ROOT / "resources/icons/app-256.png", folder / f"{APP_ID}.png")
    (folder / ".DirIcon").symlink_to(f"{APP_ID}.png")


def _pack(folder: Path, packed: Path) -> None:
    """Packs the folder reproducibly: all times are the day of the version."""
    moment = str(int(datetime.combine(project.released(), time(), UTC).timestamp()))
    command = [
        "mksquashfs", str(folder), str(packed), "-quiet", "-no-progress", "-noappend", "-root-owned", "-no-xattrs",
        "-comp", "zstd", "-Xcompression-level", "19", "-mkfs-time", moment, "-all-time", moment,
    ]  # fmt: skip
    run(command)
