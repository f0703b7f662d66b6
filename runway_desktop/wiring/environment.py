"""Where this run lives: its profile folder, its log, what it was told on the command line and by the environment.

A profile is a folder. The demo has one of its own and can never touch real tasks. Logs are redacted: a secret, and
what is signed of a link, is cut out of every line, whoever wrote it. Blocking, called before the loop runs.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from runway_desktop.domain.filenames import safe_name
from runway_desktop.domain.profiles import DEFAULT, Profile
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk import private
from runway_desktop.services.disk.profile_folders import ProfileFolders, demo_profile
from runway_desktop.usecases.words.plain import shown
from runway_desktop.values import replace

APP = "Runway Desktop"
KEY_VARIABLE = "RUNWAYML_API_SECRET"
PLACEMENT_VARIABLE = "RUNWAY_DESKTOP_WINDOW"
"""Where a window stands that another profile's is to stand too."""
LARGEST_LOG = 1_000_000
"""Bytes."""
_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")
"""What a bundle sets so that it finds its own libraries; what was there before stands under the name with `_ORIG`."""
_OF_BUNDLE = ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH")
"""Where a bundle has its parts of Qt: another program's Qt must not load them."""
_BOOTLOADER = "_PYI_"
"""How the names begin by which a bundle's bootloader knows that it has set the libraries already. Without them it sets
them anew for a child that is this program itself."""
_LINK = re.compile(r"(https?://[^\s?#'\"<>]+[?#])[^\s'\"<>]+", re.IGNORECASE)
"""A link to where its query or fragment begins, which may hold a signature: whoever has it can download the result."""


def folders(*, demo: bool, folder: Path | None = None) -> ProfileFolders:
    """Where the profiles of this run lie: all of them in `folder`, if one is given."""
    if folder is not None:
        home = folder.resolve()
        words = ("--profile-dir", str(home))
        if demo:
            # Two folders of one name have two keys.
            main = replace(demo_profile(home, (*words, "--demo")), key_name=str(home))
        else:
            name = f"Profile in {home.name}"
            main = Profile(
                name=name, folder=home, library=home / "results", key_name=str(home), is_main=True, words=words
            )
        return ProfileFolders(main=main, beside=home / "profiles", words=words)
    root = Path(platformdirs.user_data_dir(APP, appauthor=False))
    videos = Path(platformdirs.user_videos_dir()) / APP
    main = Profile(name=DEFAULT, folder=root / "default", library=videos, key_name=DEFAULT, is_main=True)
    return ProfileFolders(
        main=main,
        beside=root / "profiles",
        demo=demo_profile(root / "demo", ("--demo",)),
        libraries=lambda name: videos.with_name(safe_name(f"{APP} – {name}")),
    )


def folders_of(profile: Profile) -> ProfileFolders:
    """Where the profiles lie that a profile is one of: the words that open it say so."""
    match profile.words:
        case ("--profile-dir", folder, *rest):
            return folders(demo="--demo" in rest, folder=Path(folder))
        case _:
            return folders(demo=False)


def demo_words(profile: Profile) -> tuple[str, ...]:
    """The words that open the demo beside `profile`: what was to be kept in one folder stays in it."""
    match profile.words:
        case ("--profile-dir", folder, *_):
            return ("--profile-dir", str(Path(folder) / "demo"), "--demo")
        case _:
            return ("--demo",)


def profile(*, demo: bool, folder: Path | None = None, name: str | None = None) -> Profile:
    """The profile of this run; makes its folders. Raises OSError when they cannot be made, NoSuchProfile for a name
    that no profile has."""
    known = folders(demo=demo, folder=folder)
    if name is not None:
        found = known.named(name)
    else:
        found = known.demo if demo and known.demo is not None else known.again(known.main)
    private.make_folder(found.folder)
    private.make_folder(found.posters)
    # A copy may be open to others: so nobody gets at what is in it.
    private.tighten(found.folder)
    return found


def state_folder(profile: Profile) -> Path:
    """Where this run keeps what must not lie in a profile's folder, since it tells copies of it apart. That of the demo
    is in its own: nothing of it is paid, and it leaves nothing elsewhere. Not made yet."""
    if profile.is_demo:
        return profile.folder / "state"
    state = Path(platformdirs.user_state_dir(APP, appauthor=False))
    # On Windows and macOS this is the folder that the profiles lie in, which is copied and put back as one.
    is_theirs = state == Path(platformdirs.user_data_dir(APP, appauthor=False))
    return state.with_name(f"{APP} State") if is_theirs else state


def base_url() -> str | None:
    """RUNWAYML_BASE_URL, as the SDK reads it; None: the usual address."""
    return os.environ.get("RUNWAYML_BASE_URL", "").strip() or None


def checked_base_url() -> str | None:
    """The same. Raises RunwayDesktopError for one that the key must not be sent to."""
    from runway_desktop.api.address import check_base_url

    url = base_url()
    return check_base_url(url) if url is not None else None


def window_placement(variables: MutableMapping[str, str] = os.environ) -> str:
    """Takes out where the window of this profile is to stand; empty for where it stood last."""
    return variables.pop(PLACEMENT_VARIABLE, "")


def clean(variables: MutableMapping[str, str] = os.environ, *, is_bundle: bool | None = None) -> str | None:
    """Takes the key out of the environment and gives it, as the SDK reads it; takes out what a bundle has set as well.

    Whatever is started from then on, also by Qt, inherits neither, and Linux does not show the key any more among what
    this process was started with. Once, before anything is started. Our own libraries are found all the same: the
    system reads where they are when the process begins.
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
    return secret


def _wipe(name: str) -> None:
    """Overwrites a variable where the process began with it: /proc/PID/environ shows those bytes as they are now, to
    the same user and to root, and removing the variable leaves them. Where the C library does not tell where they are,
    they stay."""
    with suppress(ImportError, OSError, ValueError):
        # Nobody else needs it at the start, and most starts have no such variable.
        import ctypes

        variables_at = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
        start, number = os.fsencode(f"{name}="), 0
        while (address := variables_at[number]) is not None:
            if (whole := ctypes.string_at(address)).startswith(start):
                ctypes.memset(address + len(start), 0, len(whole) - len(start))
            number += 1


def secret_for(profile: Profile, secret: str | None) -> str | None:
    """The key of the environment, which is the first profile's alone: it is one person's one key, and in another
    client's profile it would spend the wrong money."""
    return secret if profile.is_main else None


class Redaction(logging.Filter):
    """Cuts secrets out of a record's text and traceback, for every handler that has it. Raises nothing."""

    def __init__(self, secrecy: KnownSecrets) -> None:
        super().__init__()
        self._secrecy = secrecy

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            self._redact(record)
        except Exception as mistake:  # noqa: BLE001 - what wants to log goes on, whatever it gave to say
            record.msg = (
                f"Line {record.lineno} of {record.module} gave what cannot be written: {type(mistake).__name__}"
            )
            record.args = record.exc_info = record.exc_text = record.stack_info = None
        return True

    def _redact(self, record: logging.LogRecord) -> None:
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
    """For its owner alone. Raises nothing, also on a full disk: a line that cannot be written is lost."""

    def doRollover(self) -> None:
        try:
            super().doRollover()
        except OSError:
            # As where another program has the older one open. This one is opened again and grows on.
            self.stream = None

    def _open(self) -> TextIOWrapper:
        private.tighten(Path(self.baseFilename))
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=private.opener)


class _ForTerminal(logging.Formatter):
    """Text from outside must not control the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(shown, super().format(record).split("\n")))


def start_log(path: Path, secrecy: KnownSecrets, *, verbose: bool) -> None:
    """Logs go to a file of at most `LARGEST_LOG`, with one older beside it, and warnings to the terminal."""
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
    # A terminal that is gone must not make logging print what it could not say, past the redaction.
    logging.raiseExceptions = False
    for chatty in ("httpx", "httpcore", "asyncio", "qasync", "PIL"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
