"""Where this run lives: its profile folder, its log, what it was told on the command line and by the environment.

A profile is a folder. The demo has one of its own and can never touch real tasks. Logs are redacted: a secret, and
what is signed of a link, is cut out of every line, whoever wrote it. Blocking, called before the loop runs.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "Runway Desktop"
_SECRET = re.compile(r"key_[0-9A-Za-z]{8,}")
_SIGNED = re.compile(r"(https?://[^\s?'\"<>]+)\?[^\s'\"<>]+")
"""A link with its signature: whoever has it can download the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`name` is for people; `key_name` names its key in the keychain."""

    name: str
    folder: Path
    library: Path
    key_name: str

    @property
    def database(self) -> Path:
        return self.folder / "profile.db"

    @property
    def posters(self) -> Path:
        return self.folder / "posters"

    @property
    def inputs(self) -> Path:
        """Copies that the program made of inputs that did not fit."""
        return self.folder / "inputs"

    @property
    def rescued(self) -> Path:
        """Results that are kept here while the library cannot be used."""
        return self.folder / "Rescued"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"


def profile(*, demo: bool, folder: Path | None = None) -> Profile:
    """The profile of this run; makes its folders. Raises OSError when they cannot be made."""
    if folder is not None:
        home = folder.resolve()
        # Two folders of one name have two keys.
        name = "Demo" if demo else f"Profile in {home.name}"
        found = Profile(name=name, folder=home, library=home / "results", key_name=str(home))
    else:
        home = Path(platformdirs.user_data_dir(APP, appauthor=False)) / ("demo" if demo else "default")
        videos = Path(platformdirs.user_videos_dir()) / APP
        name = "Demo" if demo else "Default"
        found = Profile(name=name, folder=home, library=home / "results" if demo else videos, key_name=name)
    found.folder.mkdir(parents=True, exist_ok=True)
    found.posters.mkdir(exist_ok=True)
    return found


def base_url() -> str | None:
    """RUNWAYML_BASE_URL, as the SDK reads it; None: the usual address."""
    return os.environ.get("RUNWAYML_BASE_URL", "").strip() or None


def secret_from_environment() -> str | None:
    """RUNWAYML_API_SECRET, as the SDK reads it."""
    return os.environ.get("RUNWAYML_API_SECRET", "").strip() or None


class Redaction(logging.Filter):
    """Cuts secrets out of a record's text and traceback, for every handler that has it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redacted(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        return True


def redacted(text: str) -> str:
    return _SIGNED.sub(r"\1?…", _SECRET.sub("key_…", text))


def start_log(path: Path, *, verbose: bool) -> None:
    """Logs go to a file of at most 1 MB, with one older beside it, and warnings to the terminal."""
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    to_file = logging.handlers.RotatingFileHandler(
        path, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True
    )
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    to_terminal = logging.StreamHandler()
    to_terminal.setLevel(logging.DEBUG if verbose else logging.WARNING)
    to_terminal.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    for handler in (to_file, to_terminal):
        handler.addFilter(Redaction())
        root.addHandler(handler)
    # A terminal that is gone must not make logging print what it could not say, past the redaction.
    logging.raiseExceptions = False
    for chatty in ("httpx", "httpcore", "asyncio", "qasync", "PIL", "aiosqlite"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
