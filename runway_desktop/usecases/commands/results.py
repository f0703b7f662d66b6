"""Commands for results: open, fetch from Runway, and find missing or changed files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.errors import NotSeen, NotThere
from runway_desktop.domain.folders import NO_ANSWER
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import OutputState, State, TaskId
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.services.disk.folder_look import folder_problem
from runway_desktop.texts import Text
from runway_desktop.usecases.words.folders import refusal_words

from . import questions
from .task_command import (
    SELECT_ONE,
    Context,
    Given,
    Report,
    TaskCommand,
    Use,
    Wanted,
    can_be_fetched,
    has,
    ids_of,
    is_here,
    is_kept_by_runway,
    tasks_of,
    unless,
)

if TYPE_CHECKING:
    from runway_desktop.services.results.relinking import Relinked

NO_FILE = Text("It has no file on this computer.")
NO_LONGER = Text("Runway no longer has it.")
_NOT_KEPT = Text("Runway no longer has {n} of these results.", "Runway no longer has {n} of these results.")
_KEPT = Text("{n} change kept.", "{n} changes kept.")
_SEARCHED, _NEW_LIBRARY = Text("Search a folder for missing files"), Text("Choose the folder for results")
MOVED_AWAY = Text("{name} is no longer where it was saved.", "{n} files are no longer where they were saved.")
# After a search for files: with others that had moved along, in a folder or else in the library.
_ALL_THERE = Text("The files are there again.")
_OTHERS_THERE = Text("The files are there again, and {more} more that had moved with them.")
_ALL_FOUND = Text("Found {n} file.", "Found {n} files.")
_ALL_FOUND_WITH_OTHERS = Text(
    "Found {n} file, and {more} more that had moved with it.",
    "Found {n} files, and {more} more that had moved with them.",
)
_SOME_FOUND = {
    True: Text("Found {n} of {all} files. The others are not in {folder}."),
    False: Text("Found {n} of {all} files. The others are not in the library, nor where they were."),
}
_SOME_FOUND_WITH_OTHERS = {
    True: Text(
        "Found {n} of {all} files, and {more} more that had moved with it. The others are not in {folder}.",
        "Found {n} of {all} files, and {more} more that had moved with them. The others are not in {folder}.",
    ),
    False: Text(
        "Found {n} of {all} files, and {more} more that had moved with it. The others are not in the library, nor "
        "where they were.",
        "Found {n} of {all} files, and {more} more that had moved with them. The others are not in the library, nor "
        "where they were.",
    ),
}
_NONE_FOUND = {
    True: Text("The file was not found in {folder}.", "None of the {n} files were found in {folder}."),
    False: Text(
        "The file was not found in the library, nor where it was.",
        "None of the {n} files were found in the library, nor where they were.",
    ),
}


def saved_paths(rows: Sequence[Row]) -> list[Path]:
    """The files of all saved results that are here."""
    return [Path(output.path) for row in rows for output in row.outputs if output.is_here]


async def _open(_: Context, rows: Sequence[Row], __: Given) -> Report:
    return Report(opens=rows[0].task.id)


async def files(context: Context, rows: Sequence[Row], _: Given, *, use: Use | None = None) -> Report:
    """The files that exist. If none does, their folder; for missing ones a message."""
    engine = context.engine
    engine.integrity.look_at(ids_of(rows))
    outputs = [output for row in rows for output in row.outputs if output.is_here]
    gone = await engine.library.missing(outputs)
    there = tuple(Path(one.path) for one in outputs if (one.task_id, one.index) not in gone)
    names = [Path(one.path).name for one in outputs if (one.task_id, one.index) in gone]
    problems = (MOVED_AWAY.of(len(names)).with_(name=names[0]),) if names else ()
    folder = await engine.library.folder_of(outputs[0]) if outputs and not there else None
    return Report(paths=there, problems=problems, folder=folder, use=use)


async def _refresh(context: Context, rows: Sequence[Row], given: Given) -> Report:
    await context.engine.adoption.ask_again(ids_of(rows))
    return await _fetch(context, [row for row in rows if row.task.has_results], given)


async def _fetch(context: Context, rows: Sequence[Row], _: Given, *, changed: bool = False) -> Report:
    """Fetches results again. Results that Runway no longer has, or that this key cannot see, do not stop the others;
    they are reported together."""
    gone: list[str] = []
    failed: dict[TaskId, str] = {}
    unseen: dict[str, None] = {}
    for task_id in ids_of(rows):
        try:
            await context.engine.downloads.fetch_again(task_id, changed=changed)
        except (NotThere, NotSeen) as error:
            failed[task_id] = error.in_words()
            if isinstance(error, NotThere):
                gone.append(error.in_words())
            else:
                unseen[error.in_words()] = None
    not_kept = [_NOT_KEPT.of(len(gone))] if len(gone) > 1 else gone
    fetched = tuple(task_id for task_id in ids_of(rows) if task_id not in failed)
    return Report(changed=fetched, problems=(*unseen, *not_kept))


async def _save_to(context: Context, _: Sequence[Row], given: Given) -> Report:
    """Saves these results, and all others from now on, in the given folder."""
    settings = context.engine.settings
    if given.path is None:
        return Report(wants=Wanted(path=settings.library, near=settings.library.parent, folder_for=_NEW_LIBRARY))
    found = await asyncio.to_thread(QuickLook().ask, folder_problem, given.path, otherwise=NO_ANSWER)
    if found is not None:
        return Report(problems=(refusal_words(found),))
    settings.library_folder = str(given.path)
    context.engine.downloads.resume_waiting()
    return Report(said=Text("Results are saved in {folder} from now on.").with_(folder=given.path))


async def _look_for(context: Context, rows: Sequence[Row], given: Given) -> Report:
    """Searches in the library and at the old paths; or only in the given folder."""
    ids = ids_of(rows)
    return _found(await context.engine.relinking.look_for(ids, given.path, given.progress), ids, given.path)


async def _look_in(context: Context, rows: Sequence[Row], given: Given) -> Report:
    if given.path is not None:
        return await _look_for(context, rows, given)
    library = context.engine.library
    missing = [output for row in await library.rows(ids_of(rows)) for output in row.outputs if output.is_missing]
    if not missing:
        return Report()
    near = await library.folder_of(missing[0])
    return Report(wants=Wanted(path=Path(missing[0].path), near=near, folder_for=_SEARCHED))


async def _choose_file(context: Context, rows: Sequence[Row], given: Given) -> Report:
    """Assigns the file at the path to the task's first missing result."""
    output = next(output for output in rows[0].outputs if output.is_missing)
    if given.path is None:
        near = await context.engine.library.folder_of(output)
        return Report(wants=Wanted(path=Path(output.path), near=near))
    relinking = context.engine.relinking
    chosen = await relinking.choose(output.task_id, output.index, given.path, anyway=given.anyway)
    if chosen.is_other:
        return Report(asks=questions.other_file(Path(output.path).name, given.path.name, is_input=False))
    more = len(chosen.outputs) - 1
    said = (
        Text(
            "{name} is back, and {n} more that had moved with it.",
            "{name} is back, and {n} more that had moved with it.",
        )
        .with_(name=given.path.name)
        .of(more)
    )
    return Report(changed=tasks_of(chosen.outputs), said=said if more > 0 else "")


async def _keep_change(context: Context, rows: Sequence[Row], _: Given) -> Report:
    kept = await context.engine.relinking.keep_changes(ids_of(rows))
    return Report(changed=tasks_of(kept), said=_KEPT.of(len(kept)) if len(kept) > 1 else "")


def _found(found: Relinked, task_ids: Sequence[TaskId], folder: Path | None) -> Report:
    asked = set(task_ids)
    of_these = sum(output.task_id in asked for output in found.outputs)
    more = len(found.outputs) - of_these
    if not found.missing and of_these:
        said = _ALL_FOUND_WITH_OTHERS if more else _ALL_FOUND
    elif not found.missing:
        said = _OTHERS_THERE if more else _ALL_THERE
    elif of_these:
        said = (_SOME_FOUND_WITH_OTHERS if more else _SOME_FOUND)[folder is not None]
    else:
        said = _NONE_FOUND[folder is not None]
    words = said.of(of_these or found.missing).with_(more=more, all=of_these + found.missing, folder=folder)
    return Report(changed=tasks_of(found.outputs), said=words, offers=LOOK_IN if found.missing else None)


def _fetch_words(rows: Sequence[Row]) -> Text:
    """ "Save now" if a result was never saved."""
    unsaved = any(output.state is not OutputState.SAVED for row in rows if _is_done(row) for output in row.outputs)
    return Text("Save now") if unsaved else FETCH_AGAIN.words


def _may_be_known_after_all(row: Row) -> bool:
    """Runway, or the present key, did not know it. Asking again is free."""
    task = row.task
    lost = task.has_results and task.deleted_remotely and any(not output.is_here for output in row.outputs)
    return task.is_hidden or lost or (task.state is State.GONE and not task.let_go)


def _why_not_fetched(rows: Sequence[Row]) -> Text | str:
    done = list(filter(_is_done, rows))
    wanted = list(filter(_is_unsaved, done)) or done
    return "" if any(map(is_kept_by_runway, wanted)) else NO_LONGER


def _is_done(row: Row) -> bool:
    return row.task.has_results and bool(row.outputs)


_is_unsaved = has(lambda output: not output.is_here)
_of_missing = partial(TaskCommand, outputs=lambda one: one.is_missing)
_of_changed = partial(TaskCommand, outputs=lambda one: one.is_changed)
_with_file = partial(TaskCommand, outputs=is_here, absence=lambda _: NO_FILE)
LOOK_FOR = _of_missing(
    id="look for file",
    words=Text("Look for the file", "Look for {n} files"),
    synonyms=Text("locate, relink, find file"),
    does=_look_for,
    searches=lambda _: True,
    icon="mdi6.magnify",
    begins=True,
)
LOOK_IN = _of_missing(
    id="look in folder",
    words=Text("Look in a folder…"),
    does=_look_in,
    searches=lambda given: given.path is not None,
)
CHOOSE_FILE = _of_missing(id="choose file", words=Text("Choose the file…"), does=_choose_file, takes_one=True)
KEEP_CHANGE = _of_changed(
    id="keep change",
    words=Text("Keep the change", "Keep {n} changes"),
    synonyms=Text("accept change"),
    does=_keep_change,
    icon="mdi6.check",
)
FETCH_ORIGINAL = _of_changed(
    id="fetch original",
    words=Text("Fetch the original again", "Fetch the originals again"),
    does=partial(_fetch, changed=True),
    why_not=unless(lambda row: any(one.is_changed for one in row.outputs) and is_kept_by_runway(row), NO_LONGER),
)
REFRESH = TaskCommand(
    id="refresh",
    words=Text("Refresh"),
    synonyms=Text("reload, update, check again"),
    does=_refresh,
    icon="mdi6.cloud-refresh-outline",
    concerns=_may_be_known_after_all,
)
OPEN = _with_file(
    id="task.open",
    stored="open",
    words=Text("Open result"),
    synonyms=Text("view, play, watch"),
    does=_open,
    icon="mdi6.play-outline",
    keys=("Return",),
    fixed=Text("Set by the system."),
    begins=True,
    why_not=lambda rows: "" if len(rows) == 1 else SELECT_ONE,
)
SHOW_FILE = _with_file(
    id="task.folder",
    stored="show file",
    words=Text("Show in folder"),
    synonyms=Text("show in finder, show in explorer, reveal, open folder"),
    does=partial(files, use=Use.SHOW),
    icon="mdi6.folder-outline",
    keys=("Ctrl+Alt+O",),
)
OPEN_WITH_SYSTEM = TaskCommand(
    id="open with system",
    words=Text("Open with default app"),
    synonyms=Text("open with, open in, default app, external player, program"),
    does=partial(files, use=Use.OPEN),
    outputs=is_here,
)
FETCH_AGAIN = TaskCommand(
    id="fetch again",
    words=Text("Fetch again from Runway"),
    synonyms=Text("download again, redownload"),
    label=_fetch_words,
    does=_fetch,
    concerns=can_be_fetched,
    prefers=_is_unsaved,
    is_listed=_is_done,
    why_not=_why_not_fetched,
)
SAVE_TO = TaskCommand(
    id="save to",
    words=Text("Choose another folder for results…"),
    synonyms=Text("results folder, save as"),
    does=_save_to,
    concerns=has(lambda output: output.state not in (OutputState.SAVED, OutputState.EXPIRED)),
)
