"""Extracts a backup into a temporary folder, verifies and prepares it, without touching files in use.

For a new profile one rename turns that folder into the profile. For the present profile it is the `restoring` folder:
after the person confirms, the next start moves it into place (`finishing`). Results go into a folder of their own,
which gets its final name when complete. Blocking. Raises BadBackup, DiskError, StoreError, and Stopped when canceled;
after any of them, existing files are unchanged.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from runway_desktop.domain.backups import PLACES, Contents, Manifest, Member, MemberKind, NewerFormat
from runway_desktop.domain.copies import IDENTITY, PLACED
from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.disk.disk_steps import sync_folder
from runway_desktop.services.library.move_plan import JOURNAL
from runway_desktop.services.ports import Snapshots
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.part_file import free_name, holds
from runway_desktop.services.tasks.after_restore import FRESH
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from . import leftovers
from .disk import check_space, clear, scratch, told
from .leftovers import UNFINISHED, Begun
from .unpacking import Opened, damaged, newer, opened
from .watching import Watch

_PART = ".part"


class Into(Enum):
    """The target profile of a restore."""

    NEW = auto()
    THIS = auto()


class WhichResults(StrEnum):
    """Which results of a backup are written to disk."""

    NONE = "none"
    MISSING = "missing"
    """Those whose files are not at their paths."""
    ALL = "all"


class RestorePreview(Struct, frozen=True, kw_only=True):
    """Content of a backup. `here`: results whose file is at its path on this machine; `gone`: others. `packed`: results
    in the backup; `packed_gone`: those of them that are gone. Each also in bytes."""

    path: Path
    size: int
    manifest: Manifest
    contents: Contents
    here: int = 0
    gone: int = 0
    packed: int = 0
    packed_bytes: int = 0
    packed_gone: int = 0
    packed_gone_bytes: int = 0


class Wishes(Struct, frozen=True, kw_only=True):
    """`library`: where the backup's results are written. `look_in`: a folder to search for gone results."""

    put_back: WhichResults = WhichResults.MISSING
    library: Path
    look_in: Path | None = None


def look_at(path: Path, snapshots: Snapshots, scratch_folder: Path, watch: Watch) -> RestorePreview:
    """Opens a backup, verifies its task list, and compares it with this machine. `scratch_folder` is created and
    deleted."""
    with scratch(scratch_folder), opened(path) as backup:
        manifest = backup.manifest
        check_space({scratch_folder: manifest.database.size}, watch.space)
        watch.begin(manifest.database.size)
        watch.doing(Text("Checking the backup"))
        copy = scratch_folder / manifest.database.name
        backup.extract(manifest.database, copy, watch)
        _up_to_date(path, manifest, snapshots, copy)
        outputs = snapshots.results(copy)
        gone = {(output.task_id, output.index) for output in outputs if not os.path.isfile(output.path)}
        packed = manifest.of(MemberKind.RESULT)
        packed_gone = [member for member in packed if (member.task_id, member.index) in gone]
        with told(path.parent):
            size = path.stat().st_size
        return RestorePreview(
            path=path,
            size=size,
            manifest=manifest,
            contents=snapshots.look(copy),
            here=len(outputs) - len(gone),
            gone=len(gone),
            packed=len(packed),
            packed_bytes=manifest.size_of(MemberKind.RESULT),
            packed_gone=len(packed_gone),
            packed_gone_bytes=sum(member.size for member in packed_gone),
        )


def refuse_wrong_kind(path: Path, *, is_demo: bool) -> None:
    """Keeps backups of the demo out of real profiles, and the reverse: the demo's tasks are not at Runway."""
    with opened(path) as backup:
        if backup.manifest.is_demo and not is_demo:
            raise NotPossible(
                Text("This is a backup of the demo: its tasks are not at Runway."),
                advice=Text("It can be restored in the demo only."),
            )
        if is_demo and not backup.manifest.is_demo:
            raise NotPossible(
                Text("This is a backup of a real profile."),
                advice=Text("Restore it into a new profile, or into a real one."),
            )


def put_together(
    path: Path,
    snapshots: Snapshots,
    staging: Path,
    profile: Profile,
    wishes: Wishes,
    settings: Mapping[str, Any],
    now: float,
    watch: Watch,
) -> Manifest:
    """Builds the files of `profile` in the existing folder `staging`. `settings` are set in the restored list. Results
    are in their final place when this returns; the caller moves the rest."""
    with opened(path) as backup:
        manifest = backup.manifest
        own = {
            member: staging / PurePosixPath(member.name)
            for member in manifest.of(MemberKind.DATABASE, MemberKind.INPUT, MemberKind.POSTER)
        }
        if _wants_pasted(manifest):
            pasted = staging / PLACES[MemberKind.INPUT] / _pasted_name(manifest)
            own |= {
                member: pasted / PurePosixPath(member.name.removeprefix(PLACES[MemberKind.PASTED]))
                for member in manifest.of(MemberKind.PASTED)
            }
        check_space(
            {staging: sum(member.size for member in own) + manifest.database.size, wishes.library: 0},
            watch.space,
        )
        watch.begin(sum(member.size for member in own) + manifest.size_of(MemberKind.RESULT))
        watch.doing(Text("Restoring the list of tasks"))
        for member, folder in own.items():
            backup.extract(member, folder, watch)
        copy = staging / manifest.database.name
        _up_to_date(path, manifest, snapshots, copy)
        # A new profile may keep its results in its own folder: then they are extracted with it.
        beside = (profile.folder, staging) if not profile.folder.exists() else None
        named = snapshots.results(copy)
        results = _Results(backup, named, wishes, now, beside, staging)
        try:
            paths = results.put_back(watch)
            snapshots.settle(
                copy,
                # Drop the journal of a library move, which must not continue with today's files. Also drop the
                # identity: this is another list than the one backed up.
                settings={**settings, JOURNAL: None, FRESH: {"made_at": manifest.made_at}, IDENTITY: PLACED},
                results=_straight(named) | paths,
                folders=_moves(manifest, profile),
                posters=_posters(manifest, profile),
            )
            with told(staging), copy.open("rb+") as file:
                os.fsync(file.fileno())
            watch.look()
            results.give_name()
        except BaseException:
            results.drop()
            raise
        with told(staging):
            sync_folder(staging)
    return manifest


@dataclass(eq=False, repr=False)
class _Results:
    """Extracts the results of a backup. Paths below the first of `moves` are written below the second, which is later
    renamed to the first. Files elsewhere are recorded in `noted_in` first."""

    _backup: Opened
    _outputs: list[Output]
    _wishes: Wishes
    _now: float
    _moves: tuple[Path, Path] | None
    _noted_in: Path

    def __post_init__(self) -> None:
        self._final: Path | None = None

    def put_back(self, watch: Watch) -> dict[tuple[TaskId, int], Path]:
        """New paths of results whose path in the list is not valid here."""
        gone = {(output.task_id, output.index): output for output in self._outputs if not os.path.isfile(output.path)}
        members = self._wanted(set(gone))
        paths: dict[tuple[TaskId, int], Path] = {}
        if members:
            paths |= self._extract(members, watch)
        if self._wishes.look_in is not None:
            watch.doing(Text("Looking for results"))
            left = [output for key, output in gone.items() if key not in paths]
            paths |= found_again(left, self._backup.manifest.library.path, self._wishes.look_in, watch)
        return paths

    def give_name(self) -> None:
        """All results are extracted: renames their folder."""
        final = self._final
        if final is None:
            return
        with told(final.parent):
            (_staged(final) / UNFINISHED).unlink(missing_ok=True)
            if final.is_dir():
                # It is empty, or `_folder_for` would have chosen another.
                final.rmdir()
            _staged(final).rename(final)
            sync_folder(final.parent)

    def drop(self) -> None:
        if self._final is not None:
            clear(_staged(self._final))

    def _wanted(self, gone: Collection[tuple[str, int]]) -> list[Member]:
        packed = self._backup.manifest.of(MemberKind.RESULT)
        match self._wishes.put_back:
            case WhichResults.NONE:
                return []
            case WhichResults.ALL:
                return list(packed)
            case WhichResults.MISSING:
                return [member for member in packed if (member.task_id, member.index) in gone]

    def _extract(self, members: list[Member], watch: Watch) -> dict[tuple[TaskId, int], Path]:
        check_space({self._wishes.library: sum(member.size for member in members)}, watch.space)
        owners = {(member.task_id, member.index) for member in members}
        beside = [
            member
            for member in self._backup.manifest.of(MemberKind.SIDECAR)
            if (member.task_id, member.index) in owners
        ]
        final = self._wishes.library
        with told(final):
            if self._moves is not None and final.is_relative_to(self._moves[0]):
                staged = self._moves[1] / final.relative_to(self._moves[0])
                staged.mkdir(parents=True, exist_ok=True)
                insides = _insides(staged, [*members, *beside])
            else:
                self._final = final = _folder_for(final, self._now)
                insides = _insides(final, [*members, *beside])
                self._note(final, insides, [*members, *beside])
                staged = _begun(final)
        paths = {}
        for number, member in enumerate(members, start=1):
            watch.doing(
                Text("Restoring {number} of {n} result", "Restoring {number} of {n} results")
                .with_(number=number)
                .of(len(members))
            )
            inside = insides[member.name]
            self._backup.extract(member, staged / inside, watch)
            paths[TaskId(member.task_id), member.index] = final / inside
        for member in beside:
            self._backup.extract(member, staged / insides[member.name], watch)
        return paths

    def _note(self, final: Path, insides: Mapping[str, PurePath], members: list[Member]) -> None:
        begun = leftovers.read(self._noted_in) or Begun()
        files = tuple((insides[member.name].as_posix(), member.size) for member in members)
        noted = replace(begun, final=str(final), staged=str(_staged(final)), files=files)
        leftovers.note(self._noted_in, noted)


def found_again(outputs: list[Output], library: str, folder: Path, watch: Watch) -> dict[tuple[TaskId, int], Path]:
    """Results found in `folder`: at the same relative path as in the old `library`, or anywhere by name, with the same
    size. Several candidates are told apart by hash."""
    if not folder.is_dir():
        raise DiskError(
            Text("The folder “{folder}” is not there.").with_(folder=folder),
            advice=Text("Connect its drive, or choose another folder."),
        )
    by_name: dict[str, list[Path]] = {}
    for root, _, names in os.walk(folder):
        watch.look()
        for name in names:
            by_name.setdefault(name.casefold(), []).append(Path(root, name))
    found = {}
    for output in outputs:
        old = _pure(output.path)
        inside = _inside(output.path, library)
        likely = [folder.joinpath(*inside)] if inside else []
        paths = dict.fromkeys((*likely, *by_name.get(old.name.casefold(), ())))
        alike = [path for path in paths if _has_size(path, output.size)]
        if len(alike) > 1 and output.sha256:
            watch.look()
            alike = [path for path in alike if holds(path, output.size, output.sha256)][:1]
        if alike:
            found[output.task_id, output.index] = alike[0]
    return found


def _up_to_date(path: Path, manifest: Manifest, snapshots: Snapshots, copy: Path) -> None:
    """Checks and migrates a list that was extracted from a backup."""
    try:
        if snapshots.look(copy).version != manifest.contents.version:
            raise damaged(path, "its list of tasks has another version than its manifest says")
        snapshots.bring_up_to_date(copy)
    except NewerFormat:
        raise newer(path, manifest.program) from None
    for leftover in copy.parent.glob(f"{copy.name}.backup-*"):
        # The migration's own copy is not needed: the backup has the older list.
        leftover.unlink()


def _straight(named: list[Output]) -> dict[tuple[TaskId, int], Path]:
    """Normalized paths of results whose path contains `..`, so that each lies in the folder that its path seems to
    name."""
    return {
        (output.task_id, output.index): Path(os.path.normpath(output.path))
        for output in named
        if ".." in Path(output.path).parts
    }


def _wants_pasted(manifest: Manifest) -> bool:
    """Whether the folder of pasted pictures is missing: then they become inputs of the profile."""
    return bool(manifest.of(MemberKind.PASTED)) and not Path(manifest.pasted.path).is_dir()


def _pasted_name(manifest: Manifest) -> str:
    """A folder per backup, because names of pasted pictures repeat."""
    return f"pasted {manifest.made_at:.0f}"


def _moves(manifest: Manifest, profile: Profile) -> list[tuple[str, str]]:
    pasted: list[tuple[str, str]] = []
    if _wants_pasted(manifest):
        here = profile.inputs / _pasted_name(manifest)
        pasted = [(manifest.pasted.path, str(here)), (manifest.pasted.uri, here.as_uri())]
    return [
        *pasted,
        (manifest.inputs.path, str(profile.inputs)),
        (manifest.inputs.uri, profile.inputs.as_uri()),
        (manifest.posters.path, str(profile.posters)),
        (manifest.posters.uri, profile.posters.as_uri()),
    ]


def _posters(manifest: Manifest, profile: Profile) -> frozenset[str]:
    """Paths that the backup's posters will have."""
    names = (member.name.removeprefix(PLACES[MemberKind.POSTER]) for member in manifest.of(MemberKind.POSTER))
    return frozenset(str(profile.posters / PurePosixPath(name)) for name in names)


def _folder_for(library: Path, now: float) -> Path:
    """The library itself if it is empty, else a new folder in it, so that existing files are not mixed with restored
    ones. A mount point cannot be renamed, and its parent is on another disk."""
    if not library.exists() or (library.is_dir() and not any(library.iterdir())):
        can_be_renamed = not os.path.ismount(library) and os.access(library.parent, os.W_OK | os.X_OK)
        if not library.exists() or (can_be_renamed and _may_begin(library)):
            return library
    wanted = library / f"Restored {datetime.fromtimestamp(now):%Y-%m-%d}"
    return free_name(wanted, lambda path: not path.exists() and _may_begin(path))


def _may_begin(final: Path) -> bool:
    """Whether the temporary name is free, or of a restore that never finished."""
    staged = _staged(final)
    return not os.path.lexists(staged) or (staged / UNFINISHED).exists()


def _begun(final: Path) -> Path:
    """An empty temporary folder for results, replacing an unfinished one."""
    staged = _staged(final)
    if (staged / UNFINISHED).exists():
        clear(staged)
    staged.mkdir(parents=True)
    (staged / UNFINISHED).touch()
    return staged


def _insides(final: Path, members: list[Member]) -> dict[str, PurePath]:
    """Relative paths in the results folder, by the members' names: as packed, or shorter if the disk refuses them. A
    sidecar stays beside its result."""
    paths: dict[str, Path] = {}
    taken: set[Path] = set()
    found: dict[str, PurePath] = {}
    for member in members:
        name, end = member.name.removeprefix(PLACES[member.kind]), ""
        if member.kind is MemberKind.SIDECAR:
            name, end = name.removesuffix(sidecar.ENDING), sidecar.ENDING
        if name not in paths:
            paths[name] = free_name(final / name, lambda path: path not in taken)
            taken.add(paths[name])
        found[member.name] = paths[name].with_name(paths[name].name + end).relative_to(final)
    return found


def _staged(final: Path) -> Path:
    return final.with_name(f"{final.name}{_PART}")


def _pure(path: str) -> PurePosixPath | PureWindowsPath:
    """A path parsed by the rules of the system that wrote it."""
    return PurePosixPath(path) if path.startswith("/") else PureWindowsPath(path)


def _inside(path: str, library: str) -> tuple[str, ...]:
    try:
        return _pure(path).relative_to(_pure(library)).parts
    except (ValueError, TypeError):
        return ()


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.is_file() and size > 0 and path.stat().st_size == size
    except OSError:
        return False
