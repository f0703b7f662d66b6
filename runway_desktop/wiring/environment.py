"""The environment of this run: profile folder, log, environment variables.

A profile is a folder. The demo has its own and can never touch real tasks. Secrets and signatures of links are removed
from every log line. Blocking; called before the loop runs.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import unquote

import platformdirs

from runway_desktop.domain.filenames import SHORT_BYTES, safe_name
from runway_desktop.domain.profiles import DEFAULT, LONGEST_NAME, OF_APPIMAGE, Profile, cleaned
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk import private
from runway_desktop.services.disk.profile_folders import ProfileFolders, demo_profile
from runway_desktop.texts import english
from runway_desktop.usecases.words.plain import shown
from runway_desktop.values import replace

APP = "Runway Desktop"
KEY_VARIABLE = "RUNWAYML_API_SECRET"
PLACEMENT_VARIABLE = "RUNWAY_DESKTOP_WINDOW"
"""Passes a window's position to the window of another profile."""
BUS_PATIENCE = 2.0
"""Seconds."""
_BUS = "DBUS_SESSION_BUS_ADDRESS"
LARGEST_LOG = 1_000_000
"""Bytes."""
_SAYING_NOTHING = frozenset({"profile", "data", "default", "demo", "runway"})
"""Folder names that tell no profile from another."""
_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")
"""Set by a bundle for its own libraries; the original values are in variables with the suffix `_ORIG`."""
_OF_BUNDLE = ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH")
"""Where a bundle has its Qt plugins: another program's Qt must not load them."""
_OF_APPIMAGE = ("APPIMAGE", "APPDIR", "ARGV0", "OWD")
"""Set by an AppImage's runtime."""
_BOOTLOADER = "_PYI_"
"""Prefix of the variables by which a bundle's bootloader knows that the libraries are set. Without them it sets them
again for a child process that is this program."""
_LINK = re.compile(r"(https?://[^\s?#'\"<>]+[?#])[^\s'\"<>]+", re.IGNORECASE)
"""A link up to its query or fragment, which may contain a signature that gives access to the result."""


def folders(*, demo: bool, folder: Path | None = None) -> ProfileFolders:
    """The folders of this run's profiles: all of them in `folder`, if given."""
    if folder is not None:
        home = folder.resolve()
        words = ("--profile-dir", str(home))
        if demo:
            # Two folders with the same name need different keys.
            main = replace(demo_profile(home, (*words, "--demo")), key_name=str(home))
        else:
            main = Profile(
                name=_called(home), folder=home, library=home / "results", key_name=str(home), is_main=True, words=words
            )
        return ProfileFolders(main=main, beside=home / "profiles", words=words)
    root = Path(platformdirs.user_data_dir(APP, appauthor=False))
    library, libraries = _libraries(root)
    main = Profile(name=DEFAULT, folder=root / "default", library=library, key_name=DEFAULT, is_main=True)
    return ProfileFolders(
        main=main, beside=root / "profiles", demo=demo_profile(root / "demo", ("--demo",)), libraries=libraries
    )


def _libraries(root: Path) -> tuple[Path, Callable[[str], Path]]:
    """The folders for results: the main profile's, and another one's by its name."""
    videos = Path(platformdirs.user_videos_dir()) / APP
    if "FLATPAK_ID" not in os.environ:
        return videos, lambda name: videos.with_name(safe_name(f"{APP} – {name}", max_bytes=SHORT_BYTES))
    # Flatpak makes the one folder that the program may use, except where the person has no folder for videos. What is
    # saved anywhere else, but for the program's own data, is lost when the sandbox ends.
    granted = videos if videos.is_dir() else root / "results"
    return granted / DEFAULT, lambda name: granted / safe_name(f"{APP} – {name}", max_bytes=SHORT_BYTES)


def _called(home: Path) -> str:
    """Name of a profile without a card, after its folder; with the folder above, where its own name says nothing."""
    names = [name for name in (home.parent.name, home.name) if name]
    says_nothing = home.name.casefold() in _SAYING_NOTHING
    return cleaned("/".join(names if says_nothing else names[-1:]))[:LONGEST_NAME] or DEFAULT


def folders_of(profile: Profile) -> ProfileFolders:
    """The folders of all profiles to which this one belongs, derived from its arguments."""
    match profile.words:
        case ("--profile-dir", folder, *rest):
            return folders(demo="--demo" in rest, folder=Path(folder))
        case _:
            return folders(demo=False)


def demo_words(profile: Profile) -> tuple[str, ...]:
    """The arguments that open the demo belonging to `profile`, in the same folder if one was given."""
    match profile.words:
        case ("--profile-dir", folder, *_):
            return ("--profile-dir", str(Path(folder) / "demo"), "--demo")
        case _:
            return ("--demo",)


def profile(*, demo: bool, folder: Path | None = None, name: str | None = None) -> Profile:
    """The profile of this run; creates its folders. Raises OSError if they cannot be created, NoSuchProfile for an
    unknown name."""
    known = folders(demo=demo, folder=folder)
    if name is not None:
        found = known.named(name)
    else:
        found = known.demo if demo and known.demo is not None else known.again(known.main)
    private.make_folder(found.folder)
    private.make_folder(found.posters)
    # A copied folder may be readable by others.
    private.tighten(found.folder)
    return found


def state_folder(profile: Profile) -> Path:
    """The folder for data that must not be inside a profile, since it identifies copies of it. The demo's is inside its
    own profile, since nothing there is paid. Not created yet."""
    if profile.is_demo:
        return profile.folder / "state"
    state = Path(platformdirs.user_state_dir(APP, appauthor=False))
    # On Windows and macOS this folder contains the profiles, and may be copied and restored with them.
    is_theirs = state == Path(platformdirs.user_data_dir(APP, appauthor=False))
    return state.with_name(f"{APP} State") if is_theirs else state


def base_url() -> str | None:
    """RUNWAYML_BASE_URL, as the SDK reads it; None: the default address."""
    return os.environ.get("RUNWAYML_BASE_URL", "").strip() or None


def checked_base_url() -> str | None:
    """The same. Raises RunwayDesktopError if the key must not be sent to it."""
    from runway_desktop.api.address import check_base_url

    url = base_url()
    return check_base_url(url) if url is not None else None


def leave_silent_bus(variables: MutableMapping[str, str] = os.environ) -> bool:
    """Whether the D-Bus session bus lets programs connect but does not answer. Then the environment names none:
    Qt would wait for it again and again, 25 seconds each time, before the window is shown. Linux only. Blocks up to
    `BUS_PATIENCE`; call before Qt's application is made."""
    address = variables.get(_BUS) or f"unix:path={variables.get('XDG_RUNTIME_DIR')}/bus"
    found = re.match(r"unix:path=([^,;]+)", address) if sys.platform == "linux" else None
    if found is None:
        return False
    with socket.socket(socket.AF_UNIX) as bus:
        bus.settimeout(BUS_PATIENCE)
        try:
            bus.connect(unquote(found[1]))
            # Answered by the ways to authenticate.
            bus.sendall(b"\0AUTH\r\n")
            bus.recv(1)
        except TimeoutError:
            variables[_BUS] = "unix:path=/dev/null"
            return True
        except OSError:
            pass
    return False


def window_placement(variables: MutableMapping[str, str] = os.environ) -> str:
    """Removes and returns the position for this profile's window; empty: its last position."""
    return variables.pop(PLACEMENT_VARIABLE, "")


def clean(variables: MutableMapping[str, str] = os.environ, *, is_bundle: bool | None = None) -> str | None:
    """Removes the key from the environment and returns it; also removes variables set by a bundle, and renames those of
    its AppImage.

    Processes started later, also by Qt, inherit neither, and on Linux the key disappears from the process's initial
    environment. Call once, before any process is started. The program's own libraries are still found: the system reads
    their paths when the process begins.
    """
    held = variables.get(KEY_VARIABLE, "")
    if variables is os.environ and held and sys.platform.startswith("linux"):
        _wipe(KEY_VARIABLE)
    variables.pop(KEY_VARIABLE, None)
    secret = held.strip() or None
    if is_bundle if is_bundle is not None else getattr(sys, "frozen", False):
        for name in (*_LIBRARIES, *_OF_BUNDLE, *(name for name in variables if name.startswith(_BOOTLOADER))):
            variables.pop(name, None)
        for name in _LIBRARIES:
            before = variables.pop(f"{name}_ORIG", None)
            if before is not None:
                variables[name] = before
        # Both are resolved: a mount may be below a link, while the bootloader gives the program's real path.
        mounted = os.path.realpath(variables.get("APPDIR", os.devnull))
        if Path(os.path.realpath(sys.executable)).is_relative_to(mounted):
            variables["APPDIR"] = mounted
            for name in _OF_APPIMAGE:
                variables[f"{OF_APPIMAGE}{name}"] = variables.pop(name, "")
    return secret


def _wipe(name: str) -> None:
    """Overwrites a variable in the initial environment: /proc/PID/environ shows these bytes to the same user and to
    root, and `os.environ.pop` does not remove them. If the C library does not give access, they stay."""
    with suppress(ImportError, OSError, ValueError):
        # Imported late: most starts do not have this variable.
        import ctypes

        variables_at = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
        start, number = os.fsencode(f"{name}="), 0
        while (address := variables_at[number]) is not None:
            if (whole := ctypes.string_at(address)).startswith(start):
                ctypes.memset(address + len(start), 0, len(whole) - len(start))
            number += 1


def secret_for(profile: Profile, secret: str | None) -> str | None:
    """The key of the environment belongs to the main profile only: in another client's profile it would spend the wrong
    money."""
    return secret if profile.is_main else None


def named_runway(profile: Profile, secret: str | None) -> tuple[str | None, str]:
    """The key and the address that the environment names for this profile; None and empty if it names none. The demo
    uses neither."""
    if profile.is_demo:
        return None, ""
    return secret_for(profile, secret), (base_url() or "").rstrip("/")


class Redaction(logging.Filter):
    """Removes secrets from a record's message and traceback, for every handler that has this filter. Raises nothing."""

    def __init__(self, secrecy: KnownSecrets) -> None:
        super().__init__()
        self._secrecy = secrecy

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            self._redact(record)
        except Exception as mistake:  # noqa: BLE001 - logging must never fail, whatever the arguments are
            record.msg = (
                f"Line {record.lineno} of {record.module} gave what cannot be written: {type(mistake).__name__}"
            )
            record.args = record.exc_info = record.exc_text = record.stack_info = None
        return True

    def _redact(self, record: logging.LogRecord) -> None:
        with english():
            record.msg = self._redacted(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redacted(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redacted(record.stack_info)

    def _redacted(self, text: str) -> str:
        return _LINK.sub(r"\1…", self._secrecy.struck_out(text))


class _PrivateLog(RotatingFileHandler):
    """Log file readable by its owner only. Raises nothing, even on a full disk: lines that cannot be written are
    lost."""

    def doRollover(self) -> None:
        try:
            super().doRollover()
        except OSError:
            # For instance because another program has the older file open. This one is reopened and grows.
            self.stream = None

    def _open(self) -> TextIOWrapper:
        private.tighten(Path(self.baseFilename))
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=private.opener)


class _ForTerminal(logging.Formatter):
    """Escapes text, so that it cannot control the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(shown, super().format(record).split("\n")))


def start_log(path: Path, secrecy: KnownSecrets, *, verbose: bool) -> None:
    """Logs to a file of at most `LARGEST_LOG` bytes plus one older file, and warnings to the terminal."""
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    to_file = _PrivateLog(path, maxBytes=LARGEST_LOG, backupCount=1, encoding="utf-8", delay=True)
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    to_terminal = logging.StreamHandler()
    to_terminal.setLevel(logging.DEBUG if verbose else logging.WARNING)
    to_terminal.setFormatter(_ForTerminal("%(levelname)s: %(message)s"))
    for handler in (to_file, to_terminal):
        handler.addFilter(Redaction(secrecy))
        root.addHandler(handler)
    # If the terminal is gone, logging must not print the unredacted record.
    logging.raiseExceptions = False
    for chatty in ("httpx", "httpcore", "asyncio", "qasync", "PIL"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
