"""Whether a list of tasks is the one that was in use here last, or a copy of it. Pure.

What waits in a list is sent by whoever opens it. A copy of the list holds the same tasks, so it would send them a
second time. Therefore a list knows its place (`Identity`, in its settings), and a small file outside of the profile's
folder (`Marker`) knows how far the list was when it was last in use. A list that is behind its marker is an old one
that was put back. A list whose folder is not the one it names is a copy if the original still lies there, else it was
moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import Any, Self

from runway_desktop.values import Struct, as_json

IDENTITY = "list.identity"
"""The setting that holds the `Identity` of a list."""
PLACED: Mapping[str, Any] = {}
"""The identity of a list that this program itself has put where it is: it takes a new one, and nobody is asked."""

_ID_LETTERS = frozenset("0123456789abcdef")
_ID_LENGTH = 32


class Verdict(StrEnum):
    FITS = "fits"
    """The list that was in use here last, maybe in a folder of another name or on a drive mounted elsewhere."""
    NEW = "new"
    """It has no identity yet: it was just made, or an older version of the program wrote it."""
    PUT_BACK = "put back"
    """An older state of a list that has gone on since."""
    COPIED = "copied"
    """The original still lies where this one says that it does."""
    OTHER_MACHINE = "other machine"
    UNKNOWN = "unknown"
    """In another folder, and nothing here tells of it."""
    NOT_COUNTED = "not counted"
    """Nothing here tells how far it was, and Runway may have made more of its models than it knows of."""

    @property
    def asks(self) -> bool:
        """Whether what waits in the list may be sent by somebody else, or have been."""
        return self not in (Verdict.FITS, Verdict.NEW)


class Former(Enum):
    """What is in the folder that a list says it lies in, where that is not its folder now."""

    GONE = auto()
    """No list, or another one."""
    SAME = auto()
    """It is the same folder, reached by another path."""
    ORIGINAL = auto()
    """A list with the same identity, or something that cannot be looked into."""


class Identity(Struct, frozen=True, kw_only=True):
    """What a list knows of its place. `machine` is a fingerprint that says nothing but whether two are the same; empty
    where the machine has none. `inodes` are those of the folder and of the list's file: a hint, since another disk may
    use the same. `runs` counts the starts of the program with this list."""

    id: str
    machine: str
    folder: str
    inodes: tuple[str, str]
    runs: int = 0

    def document(self) -> dict[str, Any]:
        return {**as_json(self), "inodes": list(self.inodes)}

    @classmethod
    def read(cls, found: object) -> Self | None:
        """From parsed JSON that anybody may have edited; None for what is no identity."""
        match found:
            case {
                "id": str(id_),
                "machine": str(machine),
                "folder": str(folder),
                "inodes": [str(of_folder), str(of_list)],
                "runs": int(runs),
            } if len(id_) == _ID_LENGTH and _ID_LETTERS.issuperset(id_):
                return cls(id=id_, machine=machine, folder=folder, inodes=(of_folder, of_list), runs=runs)
            case _:
                return None


class Marker(Struct, frozen=True, kw_only=True):
    """How far a list was when it was last in use. `sent` is the number of its ledger's newest line of a sending.
    `retired`: another list has taken its place, so whatever comes with its identity is a copy."""

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
    """What a start finds. `marker` is that of the list's identity. For a list without one, `is_known` says whether
    another list was in use in this folder before."""

    folder: str
    inodes: tuple[str, str]
    sent: int
    machine: str = ""
    marker: Marker | None = None
    former: Former = Former.GONE
    holds: bool = False
    """Whether anything waits in it."""
    is_placed: bool = False
    is_known: bool = False


def judge(identity: Identity | None, found: Observed) -> Verdict:
    if identity is None:
        # A list of an older version in a folder whose list has an identity was put back; unless this program did it.
        return Verdict.PUT_BACK if found.is_known and found.holds and not found.is_placed else Verdict.NEW
    if identity.machine and found.machine and identity.machine != found.machine:
        return Verdict.OTHER_MACHINE
    is_elsewhere = identity.folder != found.folder
    if is_elsewhere and found.former is Former.ORIGINAL:
        return Verdict.COPIED
    if found.marker is not None and _is_behind(identity, found.sent, found.marker):
        return Verdict.PUT_BACK
    if not is_elsewhere or found.former is Former.SAME or found.marker is not None:
        # Ahead of the marker is no copy: the program died between the two, or could not write the marker.
        return Verdict.FITS
    return Verdict.FITS if _share_an_inode(identity.inodes, found.inodes) else Verdict.UNKNOWN


def is_marked(identity: Identity | None, found: Observed) -> bool:
    """Whether the marker says that this is how far the list was. One that is missing, or behind, may have been lost, or
    never written: then only Runway's counts tell whether something was sent since."""
    marker = found.marker
    return identity is not None and marker is not None and identity.runs <= marker.runs and found.sent <= marker.sent


def _is_behind(identity: Identity, sent: int, marker: Marker) -> bool:
    return marker.retired or identity.runs < marker.runs or sent < marker.sent


def _share_an_inode(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return any(before and before == now for before, now in zip(one, other, strict=True))
