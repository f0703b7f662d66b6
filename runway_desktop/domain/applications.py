"""Programs of the system that open files, and how one is started. Pure values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Launch:
    """One process to start: program and arguments, and the folder to start it in ("" for no special one)."""

    words: tuple[str, ...]
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """One program of the menu. `id` is that of its desktop file; `icon` is a name of the system's icon theme, or a
    path."""

    id: str
    name: str
    icon: str
