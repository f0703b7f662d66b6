"""Qt's system libraries: which ones the loader cannot find, and which Debian packages contain them.

Qt's own message names the same library ("xcb-cursor0 is needed") for every missing one. So we read the NEEDED entries
of the Qt parts in use (ELF files, through the libraries that Qt ships) and ask the loader for the rest. Linux only;
elsewhere the wheels contain everything. Standard library only.
"""

from __future__ import annotations

import ctypes
import importlib
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from steps import debian
from steps.places import VENV, StepFailed, is_ci, say, site_packages_of

# The program does not start without these.
NEEDED_ALWAYS = (
    "lib/libQt6Widgets.so.6",
    "lib/libQt6Svg.so.6",
    "lib/libQt6DBus.so.6",
    "lib/libQt6Network.so.6",
    "lib/libQt6Multimedia.so.6",
    "plugins/platforms/libqoffscreen.so",
    "plugins/multimedia/libffmpegmediaplugin.so",
)
# Without these there is no window on X11; the offscreen platform still works.
NEEDED_FOR_X11 = ("plugins/platforms/libqxcb.so",)

# The file name that the loader looks for, and the Debian packages that contain it, the newest name first.
PACKAGES: dict[str, tuple[str, ...]] = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libGLX.so.0": ("libglx0",),
    "libOpenGL.so.0": ("libopengl0",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libX11.so.6": ("libx11-6",),
    "libXau.so.6": ("libxau6",),
    "libXext.so.6": ("libxext6",),
    "libXrandr.so.2": ("libxrandr2",),
    "libXrender.so.1": ("libxrender1",),
    "libbrotlidec.so.1": ("libbrotli1",),
    "libbz2.so.1": ("libbz2-1.0",),
    "libbz2.so.1.0": ("libbz2-1.0",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libdrm.so.2": ("libdrm2",),
    "libexpat.so.1": ("libexpat1",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libgcc_s.so.1": ("libgcc-s1",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgobject-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgthread-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2",),
    "libpng16.so.16": ("libpng16-16t64", "libpng16-16"),
    "libpulse.so.0": ("libpulse0",),
    "libstdc++.so.6": ("libstdc++6",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-glx.so.0": ("libxcb-glx0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-render.so.0": ("libxcb-render0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-shm.so.0": ("libxcb-shm0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxcb.so.1": ("libxcb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libz.so.1": ("zlib1g",),
    "libzstd.so.1": ("libzstd1",),
}

# What the tests drive the window with, and what they ask for: a display, a window manager, hands, eyes, a
# keychain, readers of media and of what is written into them that are not ours, and the compiler of Windows' installer.
PACKAGES_FOR_TESTS = (
    "xvfb", "xauth", "openbox", "xdotool", "imagemagick", "at-spi2-core", "python3-pyatspi", "dbus", "gnome-keyring",
    "fonts-noto-cjk", "ffmpeg", "libimage-exiftool-perl", "nsis", "labwc", "grim", "wtype",
    "wl-clipboard", "wlr-randr", "libwayland-cursor0", "libwayland-egl1",
    "fcitx5", "fcitx5-pinyin", "fcitx5-anthy",
)  # fmt: skip
NOT_EVERYWHERE = frozenset({"labwc"})
"""Packages that Debian 12 does not have."""


def provide_for_program() -> None:
    """Installs Qt's libraries as root, else prints the command. Raises `StepFailed` if the program cannot start."""
    if not sys.platform.startswith("linux"):
        return
    qt = site_packages_of(VENV) / "PySide6" / "Qt"
    always = missing_libraries(qt, NEEDED_ALWAYS)
    for_x11 = [name for name in missing_libraries(qt, NEEDED_FOR_X11) if name not in always]
    if not always and not for_x11:
        return
    names = [*always, *for_x11]
    if not debian.is_debian_like():
        say(f"Qt needs libraries that this system lacks: {', '.join(names)}. Install what brings them.")
    else:
        debian.refresh_lists()
        packages, strangers = packages_for(names)
        if strangers:
            say(f"Qt also needs {', '.join(strangers)}, and we know no package for it.")
        if packages:
            debian.install(packages, why=f"Qt needs {len(names)} libraries that this system lacks")
    if missing_libraries(qt, NEEDED_ALWAYS):
        raise StepFailed("The program cannot start without them.")
    if missing_libraries(qt, NEEDED_FOR_X11):
        if is_ci():
            raise StepFailed("The window cannot be tested without them.")
        say("Without them there is no window on X11.")


def provide_for_tests() -> None:
    """Installs what the tests need and this release has; tests that need more are skipped. Under CI it is a failure if
    an available package is not installed."""
    if not sys.platform.startswith("linux"):
        return
    if not debian.is_debian_like():
        say("Tests of the real window need: " + ", ".join(PACKAGES_FOR_TESTS) + " (Debian's names).")
        return
    debian.refresh_lists()
    present = debian.installed(PACKAGES_FOR_TESTS)
    absent = [name for name in PACKAGES_FOR_TESTS if name not in present]
    if debian.has_lists():
        there = debian.known(absent)
        if strangers := [name for name in absent if name not in there]:
            say(f"This release has no {', '.join(strangers)}: tests that need it are left out.")
    else:
        # A fresh system, where apt knows only installed packages.
        there = set(absent) - NOT_EVERYWHERE
    missing = [name for name in absent if name in there]
    why = "Tests of the real window need programs that this system lacks"
    if missing and debian.install(missing, why=why) and is_ci():
        raise StepFailed("A test machine must have them all.")


def provide_venv_module() -> None:
    """Installs `python3-venv`, which Debian packages apart from Python. Raises `StepFailed` if it is missing."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not debian.is_debian_like():
        raise StepFailed(
            "This Python lacks its venv and ensurepip modules. Install them, or another Python 3.11 to 3.14."
        )
    # One command for all, so that a user without root does not have to run a second one later.
    later = [] if debian.may_install() else wanted_by_qt()
    if debian.install([package, *later], why="This Python cannot make virtual environments"):
        raise StepFailed("Without it there is no environment to install into.")
    importlib.invalidate_caches()


def wanted_by_qt() -> list[str]:
    """Packages that the program needs and this system lacks, as far as is known before Qt is installed."""
    return packages_for(name for name in PACKAGES if not loader_finds(name))[0]


def packages_for(sonames: Iterable[str], available: set[str] | None = None) -> tuple[list[str], list[str]]:
    """The packages that contain these libraries, and the libraries that are in no known package."""
    packages: list[str] = []
    strangers: list[str] = []
    wanted = list(sonames)
    renamed = sorted({name for soname in wanted for name in PACKAGES.get(soname, ()) if len(PACKAGES[soname]) > 1})
    if available is None:
        available = debian.known(renamed) if renamed else set()
    for soname in wanted:
        if soname not in PACKAGES:
            strangers.append(soname)
            continue
        package = debian.choose(PACKAGES[soname], available)
        if package not in packages:
            packages.append(package)
    return packages, strangers


def missing_libraries(qt: Path, parts: Iterable[str]) -> list[str]:
    """The libraries outside Qt that these parts need and the loader does not find, in the order met."""
    return [name for name in outside_names(qt, parts) if not loader_finds(name)]


def outside_names(qt: Path, parts: Iterable[str]) -> list[str]:
    """All libraries that these parts need, through Qt's own, that Qt does not ship itself."""
    waiting = [qt / part for part in parts]
    read: set[Path] = set()
    outside: dict[str, None] = {}
    while waiting:
        file = waiting.pop(0)
        if file in read or not file.exists():
            continue
        read.add(file)
        for name in needed_by(file):
            own = qt / "lib" / name
            if own.exists():
                waiting.append(own)
            else:
                outside.setdefault(name)
    return list(outside)


def loader_finds(soname: str) -> bool:
    """Whether the loader can load this library with all that it needs in turn."""
    try:
        ctypes.CDLL(soname)
    except OSError as error:
        # A library that exists but does not load is not missing: its own dependency is.
        return not str(error).startswith(soname)
    return True


def needed_by(file: Path) -> list[str]:
    """The NEEDED entries of a 64-bit little-endian ELF file, as the loader reads them. Empty for any other file."""
    with file.open("rb") as stream:
        head = stream.read(64)
        if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":
            return []
        (table,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        stream.seek(table)
        rows = [stream.read(size) for _ in range(count)]
        segments = [struct.unpack_from("<IIQQQQQQ", row) for row in rows]
        dynamic = next((segment for segment in segments if segment[0] == 2), None)
        if dynamic is None:
            return []
        stream.seek(dynamic[2])
        entries = list(_dynamic_entries(stream.read(dynamic[5])))
        text_address = next(value for tag, value in entries if tag == 5)
        text_size = next(value for tag, value in entries if tag == 10)
        home = next(s for s in segments if s[0] == 1 and s[3] <= text_address < s[3] + s[5])
        stream.seek(home[2] + text_address - home[3])
        text = stream.read(text_size)
    return [text[value : text.index(b"\0", value)].decode() for tag, value in entries if tag == 1]


def _dynamic_entries(block: bytes) -> Iterator[tuple[int, int]]:
    for tag, value in struct.iter_unpack("<qQ", block[: len(block) // 16 * 16]):
        if tag == 0:
            return
        yield tag, value
