"""A marker file per task list on this computer, outside of the profiles' folders. It records the list's progress at its
last use, to recognize copies and older states of the list.

    lists/IDENTITY.json     `domain.copies.Marker`

Markers are never deleted: an old state of a list may be restored after years. Blocking, for a worker. Reading raises
nothing: an unreadable or invalid file counts as missing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from runway_desktop.domain.copies import Marker
from runway_desktop.domain.errors import StoreError
from runway_desktop.texts import Text
from runway_desktop.values import replace

from . import private
from .disk_steps import read_json, sync_folder, write_whole
from .machine import machine_id

log = logging.getLogger(__name__)


class Superseded(StoreError):
    """Another copy of the list was used under its identity while this one was open."""


class ListMarkers:
    """`folder` is created with the first marker. `machine` identifies this computer, and may store a file in the
    folder."""

    def __init__(self, folder: Path, machine: Callable[[Path], str] = machine_id) -> None:
        self.folder = folder
        self._machine = machine

    def machine(self) -> str:
        """Must never be stored as it is: see `machine.fingerprint`."""
        return self._machine(self.folder)

    def read(self, list_id: str) -> Marker | None:
        return Marker.read(read_json(self._path(list_id)))

    def knows(self, folder: str) -> bool:
        """Whether a list was in use in that folder."""
        return any(marker.folder == folder and marker.runs for _, marker in self._all())

    def write(self, list_id: str, marker: Marker) -> None:
        """On disk when it returns. Raises OSError, and Superseded if a later run has written the marker."""
        path = self._path(list_id)
        there = Marker.read(read_json(path))
        if there is not None and (there.retired or there.runs > marker.runs):
            raise Superseded(
                Text("A copy of this profile's folder is in use."),
                advice=Text("Close this window, then start the program again to continue here."),
                detail=f"{path}: {there}",
            )
        private.make_folder(path.parent)
        write_whole(path, _bytes(marker))
        sync_folder(path.parent)

    def retire(self, folder: str, list_id: str = "") -> None:
        """Marks the lists used in `folder`, and the one of this identity, as no longer in use: if one is put back
        later, it is recognized as old. Raises nothing."""
        for path, marker in self._all():
            if marker.retired or (marker.folder != folder and path.stem != list_id):
                continue
            try:
                write_whole(path, _bytes(replace(marker, retired=True)))
            except OSError as error:
                log.warning("A list that is not in use any more could not be noted: %s", error)

    def _path(self, list_id: str) -> Path:
        return self.folder / "lists" / f"{list_id}.json"

    def _all(self) -> Iterator[tuple[Path, Marker]]:
        try:
            paths = sorted((self.folder / "lists").glob("*.json"))
        except OSError:
            return
        for path in paths:
            if (marker := Marker.read(read_json(path))) is not None:
                yield path, marker


def _bytes(marker: Marker) -> bytes:
    return json.dumps(marker.document(), ensure_ascii=False).encode(errors="surrogatepass")
