"""Commands that pass results and texts on: to the clipboard, to another request, to a file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from runway_desktop.domain.cast import Member
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MadeSheet, State
from runway_desktop.services.library.expansion import literal
from runway_desktop.texts import Text, in_turn
from runway_desktop.usecases.casting import as_asked
from runway_desktop.usecases.words.expiry import OPEN_TO_ALL, copied_words
from runway_desktop.usecases.words.failures import no_link_words
from runway_desktop.usecases.words.support import support_details
from runway_desktop.values import replace

from .command import EXCHANGE, LIST, Command, Scope, Standard, Surface
from .results import MOVED_AWAY, NO_FILE, files
from .task_command import (
    Context,
    Given,
    Prompt,
    Report,
    TaskCommand,
    Use,
    each_once,
    has,
    ids_of,
    is_here,
    is_kept_by_runway,
    unless,
)

COPYING = Text("Copy")
_REUSE = Text("Reuse")
_HAND_ON = Text("Hand on")
NOT_TAKEN = Text("No model takes this kind of file.")


async def _prompts(_: Context, rows: Sequence[Row], __: Given) -> Report:
    return _copied(Text("Prompt copied.", "{n} prompts copied."), [row.task.request.prompt for row in rows])


async def _files(context: Context, rows: Sequence[Row], given: Given) -> Report:
    """The files, with the prompts as text for programs that take no files."""
    prompts = "\n".join(row.task.request.prompt for row in rows if row.task.request.prompt)
    return replace(await files(context, rows, given, use=Use.COPY), text=prompts)


async def _remote_ids(_: Context, rows: Sequence[Row], __: Given) -> Report:
    return _copied(Text("Task ID copied.", "{n} task IDs copied."), [row.task.remote_id or "" for row in rows])


async def _paths(context: Context, rows: Sequence[Row], given: Given) -> Report:
    found = await files(context, rows, given)
    if not found.paths:
        return found
    return _copied(Text("Path copied.", "{n} paths copied."), list(map(str, found.paths)), found.problems)


def _copied(said: Text, words: Sequence[str], problems: tuple[Text | str, ...] = ()) -> Report:
    """One line for each; the message counts them."""
    lines = [word for word in words if word]
    return Report(text="\n".join(lines), said=said.of(len(lines)), problems=problems)


async def _picture(_: Context, rows: Sequence[Row], __: Given) -> Report:
    return Report(picture_of=rows[0])


async def _links(context: Context, rows: Sequence[Row], _: Given) -> Report:
    handed = await context.engine.links.hand_on(ids_of(rows))
    failed = {task_id: no_link_words(why) for task_id, why in handed.failed.items()}
    if handed.life is None:
        return Report(problems=each_once(failed))
    return Report(
        problems=each_once(failed),
        text="\n".join(output.url for output in handed.outputs),
        said=copied_words(len(handed.outputs), handed.life, context.engine.clock.now()),
        detail=str(OPEN_TO_ALL),
    )


async def _support(context: Context, rows: Sequence[Row], given: Given) -> Report:
    """Details for Runway's support, without secrets, and without the prompt unless requested."""
    engine, texts = context.engine, []
    for task_id in ids_of(rows):
        details = await engine.library.details(task_id)
        if details is not None:
            task, ledger = details.row.task, details.ledger
            texts.append(support_details(task, ledger, engine.private_paths, include_prompt=given.with_prompt))
    return Report(text=engine.secrecy.struck_out("\n\n".join(texts)), said=Text("Support details copied."))


async def _continue(context: Context, rows: Sequence[Row], _: Given) -> Report:
    """A sheet with a row for each result. Those without a file, and those that no model takes, are left out and
    told."""
    from runway_desktop.services.intake.gathered import Gathered, GatheredDraft

    engine, drafts, problems = context.engine, [], dict[Text | str, None]()
    cast = (await engine.cast.load()).members if any(row.task.cast for row in rows) else ()
    gone = await engine.library.missing([output for row in rows for output in row.outputs if output.is_here])
    for row in rows:
        task = row.task
        for output in filter(is_here, row.outputs):
            path = Path(output.path)
            if (output.task_id, output.index) in gone:
                problems[MOVED_AWAY.with_(name=path.name)] = None
            elif not engine.catalog.endpoints_taking(frozenset({output.media}), has_prompt=False):
                problems[NOT_TAKEN] = None
            else:
                drafts.append(
                    GatheredDraft(
                        goes_on_from=AssetDrop(uri=path.as_uri(), path=path, media=output.media),
                        values={"prompt": literal(as_asked(task, cast, engine.catalog))},
                        project=task.project, shot=task.shot, source=MadeSheet.CONTINUED.value,
                    )
                )  # fmt: skip
    return Report(sheet=Gathered(drafts=tuple(drafts)) if drafts else None, problems=tuple(problems))


async def _add_to_cast(context: Context, rows: Sequence[Row], given: Given) -> Report:
    from runway_desktop.usecases.cast_members import CastFiles

    found = await files(context, rows, given)
    if not found.paths:
        return found
    put = await CastFiles(context.engine).put_under(given.text, found.paths)
    long = () if put.long is None else (in_turn(put.long.words, Text("The page Cast offers to cut it.")),)
    return Report(said=put.said, before=put.before, problems=(*found.problems, *put.problems, *long))


async def _take_back_from_cast(context: Context, before: Member) -> Report:
    await context.engine.cast.save(before)
    return Report()


async def _export(_: Context, rows: Sequence[Row], __: Given) -> Report:
    return Report(exports=tuple(ids_of(rows)))


async def _review(_: Context, rows: Sequence[Row], __: Given) -> Report:
    return Report(reviews=tuple(ids_of(rows)))


def _can_be_linked(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED and bool(row.task.remote_id and row.outputs)


def _picture_words(rows: Sequence[Row]) -> Text:
    clips = all(output.media.kind.has_frames for output in rows[0].outputs if output.is_here)
    return Text("Copy this frame") if clips else COPY_PICTURE.words


USE_AS_INPUT = TaskCommand(
    id="use as input",
    words=Text("Use as input"),
    does=None,
    icon="mdi6.image-plus-outline",
    left_out_of=frozenset({Surface.PALETTE}),
    takes_one=True,
    outputs=is_here,
)
"""A menu of what a result can be used for (`use_as_input`). The palette offers its entries directly."""
CONTINUE = TaskCommand(
    id="task.continue",
    words=Text("Continue in a sheet"),
    submenu=_REUSE,
    synonyms=Text("next step, animate, image to video, upscale"),
    does=_continue,
    icon="mdi6.table-arrow-right",
    outputs=is_here,
)
CAST_PROMPT = Prompt(
    Text("Add to cast"),
    Text("Name in prompts: of a member, or of a new character"),
    problem=lambda text: "" if text.strip(' @"') else Text("Enter a name."),
)
ADD_TO_CAST = TaskCommand(
    id="task.cast",
    words=Text("Add to cast…"),
    submenu=_REUSE,
    synonyms=Text("character, prop, style, face, reference, voice"),
    does=_add_to_cast,
    prompt=lambda context, _: replace(CAST_PROMPT, offers=context.engine.cast.now.names),
    undo=_take_back_from_cast,
    icon="mdi6.account-plus-outline",
    outputs=lambda output: output.is_here and output.media is not Media.OTHER,
    absence=lambda _: NO_FILE,
)
_copied_as = partial(TaskCommand, submenu=COPYING)
COPY: Command[Sequence[Row]] = Command(
    id="task.copy",
    words=Text("Copy file or prompt"),
    section=LIST,
    scopes=frozenset({Scope.LIST}),
    keys=(Standard.COPY,),
    why_not=lambda rows: COPY_FILE.reason(rows) and COPY_PROMPT.reason(rows),
)
"""One key for both: copies the prompt if there is no file."""
COPY_FILE: TaskCommand = _copied_as(
    id="task.copy.files",
    stored="copy file",
    words=Text("Copy file", "Copy {n} files"),
    does=_files,
    given_by=COPY,
    begins=True,
    outputs=is_here,
    absence=lambda _: NO_FILE,
)
COPY_PROMPT: TaskCommand = _copied_as(
    id="copy prompt",
    words=Text("Copy prompt", "Copy prompts"),
    does=_prompts,
    icon="mdi6.content-copy",
    given_by=COPY,
    why_not=unless(lambda row: bool(row.task.request.prompt), Text("There is no prompt.")),
)
COPY_PICTURE = _copied_as(
    id="copy picture",
    words=Text("Copy picture"),
    synonyms=Text("copy image"),
    label=_picture_words,
    does=_picture,
    icon="mdi6.image-outline",
    takes_one=True,
    concerns=has(lambda one: one.is_here and (one.media.kind.is_picture or one.media.kind.has_frames)),
)
COPY_LINK = _copied_as(
    id="task.copy.link",
    stored="copy link",
    words=Text("Copy link", "Copy {n} links"),
    synonyms=Text("url, share link"),
    does=_links,
    icon="mdi6.link-variant",
    keys=("Ctrl+Alt+L",),
    outputs=lambda _: True,
    concerns=_can_be_linked,
    why_not=unless(lambda row: _can_be_linked(row) and is_kept_by_runway(row), Text("It was deleted from Runway.")),
    absence=lambda _: Text("There is no result to link to."),
)
COPY_PATH = _copied_as(id="copy path", words=Text("Copy path", "Copy paths"), does=_paths, outputs=is_here)
COPY_ID = _copied_as(
    id="copy id",
    words=Text("Copy task ID", "Copy task IDs"),
    does=_remote_ids,
    why_not=unless(lambda row: row.task.remote_id is not None, Text("It has no ID from Runway yet.")),
)
COPY_SUPPORT = _copied_as(id="copy support details", words=Text("Copy support details"), does=_support)
_handed_on = partial(TaskCommand, submenu=_HAND_ON, section=EXCHANGE, scopes=frozenset({Scope.WINDOW}), takes_none=True)
"""Of all listed tasks if none is selected."""
EXPORT = _handed_on(
    id="exchange.export",
    stored="export",
    words=Text("Export…"),
    synonyms=Text("export csv, export json, spreadsheet, table"),
    does=_export,
    icon="mdi6.export-variant",
    keys=("Ctrl+Shift+E",),
)
REVIEW = _handed_on(
    id="task.review",
    words=Text("Send for review…"),
    synonyms=Text("client, share, feedback, comments, approve"),
    does=_review,
    icon="mdi6.send-outline",
)
