"""Detects whether a list of tasks is the one last used here, or a copy of it. Pure.

A program that opens a list sends the tasks queued in it. A copy of the list has the same tasks, so it would send them
twice. Therefore a list stores its `Identity` in its settings, and a small file outside the profile's folder, the
`Marker`, stores how far the list was when last used. A list behind its marker is an older state that was put back. A
list in another folder than its identity names is a copy if the original is still there; otherwise it was moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import Any, Self

from runway_desktop.values import Struct, as_json

IDENTITY = "list.identity"
"""The setting that stores the `Identity` of a list."""
PLACED: Mapping[str, Any] = {}
"""Identity of a list that this program itself placed there: the list gets a new one without a question."""

_ID_LETTERS = frozenset("0123456789abcdef")
_ID_LENGTH = 32


class Verdict(StrEnum):
    FITS = "fits"
    """The list last used here, possibly in a renamed folder or on a drive mounted elsewhere."""
    NEW = "new"
    """No identity yet: just created, or written by an older version."""
    PUT_BACK = "put back"
    """An older state of a list that was used since."""
    COPIED = "copied"
    """The original still exists in the folder that this list names."""
    OTHER_MACHINE = "other machine"
    UNKNOWN = "unknown"
    """In another folder, and this machine has no marker for it."""
    NOT_COUNTED = "not counted"
    """No marker tells how far the list was, and Runway may have created more tasks of its models than the list
    knows."""

    @property
    def asks(self) -> bool:
        """Whether the queued tasks may have been sent, or may be sent, by another copy."""
        return self not in (Verdict.FITS, Verdict.NEW)


class Former(Enum):
    """Content of the folder recorded in the list, if the list was opened in another folder."""

    GONE = auto()
    """No list, or a different one."""
    SAME = auto()
    """The same folder under another path."""
    ORIGINAL = auto()
    """A list with the same identity, or something that cannot be read."""


class Identity(Struct, frozen=True, kw_only=True):
    """Where a list belongs. `machine` is a fingerprint that only serves to compare machines; empty if the machine has
    none. `inodes` are those of the folder and of the list's file: a hint only, since another disk may use the same
    numbers. `runs` counts the runs of the program with this list; a run that was killed before its marker was written
    is not counted. `marker_failed`: the marker could not be written, so it may not record what was sent since."""

    id: str
    machine: str
    folder: str
    inodes: tuple[str, str]
    runs: int = 0
    marker_failed: bool = False

    def document(self) -> dict[str, Any]:
        return {**as_json(self), "inodes": list(self.inodes)}

    @classmethod
    def read(cls, found: object) -> Self | None:
        """Parses JSON that may have been edited by hand; None if it is no identity."""
        match found:
            case {
                "id": str(id_),
                "machine": str(machine),
                "folder": str(folder),
                "inodes": [str(of_folder), str(of_list)],
                "runs": int(runs),
                **more,
            } if len(id_) == _ID_LENGTH and _ID_LETTERS.issuperset(id_):
                inodes, failed = (of_folder, of_list), more.get("marker_failed") is True
                return cls(id=id_, machine=machine, folder=folder, inodes=inodes, runs=runs, marker_failed=failed)
            case _:
                return None


class Marker(Struct, frozen=True, kw_only=True):
    """How far a list was when last used. `runs` is 0 while the list may not have its identity yet. `sent` is the number
    of the ledger's newest line about a sending. `retired`: another list replaced this one, so a list with its identity
    is a copy."""

    runs: int
    sent: int
    folder: str
    retired: bool = False

    def document(self) -> dict[str, Any]:
        return as_json(self)

    @classmethod
    def read(cls, found: object) -> Self | None:
        match found:
            case {"runs": int(runs), "sent": int(sent), "folder": str(folder), "retired": bool(retired)}:
                return cls(runs=runs, sent=sent, folder=folder, retired=retired)
            case _:
                return None


class Observed(Struct, frozen=True, kw_only=True):
    """What start-up finds on disk. `marker` belongs to the list's identity. For a list without identity, `is_known`
    says whether another list was used in this folder before."""

    folder: str
    inodes: tuple[str, str]
    sent: int
    machine: str = ""
    marker: Marker | None = None
    former: Former = Former.GONE
    holds: bool = False
    """Whether tasks are queued in it."""
    is_placed: bool = False
    is_known: bool = False


def judge(identity: Identity | None, found: Observed) -> Verdict:
    if identity is None:
        # An older version's list in a folder whose list had an identity was put back, unless this program placed it.
        return Verdict.PUT_BACK if found.is_known and found.holds and not found.is_placed else Verdict.NEW
    if identity.machine and found.machine and identity.machine != found.machine:
        return Verdict.OTHER_MACHINE
    is_elsewhere = identity.folder != found.folder
    if is_elsewhere and found.former is Former.ORIGINAL:
        return Verdict.COPIED
    if found.marker is not None and _is_behind(identity, found.sent, found.marker):
        return Verdict.PUT_BACK
    if not is_elsewhere or found.former is Former.SAME or found.marker is not None:
        # Ahead of its marker is not a copy: the program crashed between the two writes, or could not write the marker.
        return Verdict.FITS
    return Verdict.FITS if _share_an_inode(identity.inodes, found.inodes) else Verdict.UNKNOWN


def is_marked(identity: Identity | None, found: Observed) -> bool:
    """Whether the marker confirms that the list is complete. A list that is a run or a sending ahead is: it was killed
    before the marker was written, and nothing leaves before that. A marker that is missing or more than a run behind
    was lost, and one that could not be written tells nothing; then only Runway's counts tell whether something was sent
    since."""
    marker = found.marker
    return (
        identity is not None and marker is not None and identity.runs <= marker.runs + 1 and not identity.marker_failed
    )


def next_run(identity: Identity, marker: Marker | None) -> int:
    """The number of the run that begins. That of a run which was killed before its marker was written is used again, so
    that such a list is never more than one run ahead."""
    return identity.runs if marker is not None and marker.runs < identity.runs else identity.runs + 1


def _is_behind(identity: Identity, sent: int, marker: Marker) -> bool:
    return marker.retired or identity.runs < marker.runs or sent < marker.sent


def _share_an_inode(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return any(before and before == now for before, now in zip(one, other, strict=True))
