"""Texts of a task's files: where they are, changes by other programs, progress of a search, mistakes in a template of
names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain import filenames
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output
from runway_desktop.texts import _, in_turn, listed, ngettext
from runway_desktop.usecases.words.failures import saving_words
from runway_desktop.values import Struct

from . import units

if TYPE_CHECKING:
    from runway_desktop.services.results.relinking import RelinkProgress


def file_words(output: Output) -> str:
    """One line; empty if there is nothing to report."""
    if output.is_binned:
        name = Path(output.binned_from).name
        return _("{name} · moved to the trash", name=name) if name else _("Moved to the trash")
    if not output.is_kept:
        return saving_words(output)
    name = Path(output.path).name
    if output.is_missing:
        return _("{name} · not where it was saved", name=name)
    if output.is_changed:
        at = output.look.modified_at
        if at is None:
            return _("{name} · changed outside", name=name)
        return _("{name} · changed outside on {day}", name=name, day=units.day_and_time(at))
    return f"{name} · {units.size(output.size)}"


def trouble_words(row: Row) -> str:
    """Problems of the files, as sentences; empty if there are none."""
    missing = [output for output in row.outputs if output.is_missing]
    changed = [output for output in row.outputs if output.is_changed]
    first = first_problem(row)
    is_lost = bool(missing or changed) and row.task.deleted_remotely
    return str(
        in_turn(
            saving_words(first) if first is not None else "",
            _missing(missing, row) if missing else "",
            _changed(changed, row) if changed else "",
            ngettext("Runway no longer keeps it.", "Runway no longer keeps them.", len(missing) + len(changed))
            if is_lost
            else "",
        )
    )


def first_problem(row: Row) -> Output | None:
    """The result whose problem `trouble_words` reports; None if there is none."""
    return next((output for output in row.outputs if output.problem and not output.is_binned), None)


def missing_words(output: Output) -> str:
    """Shown instead of the picture or clip."""
    return _("{name} is not where it was saved.", name=Path(output.path).name)


def binned_words(output: Output) -> str:
    """Shown instead of the picture or clip."""
    name = Path(output.binned_from).name
    return _("{name} was moved to the trash.", name=name) if name else _("The file was moved to the trash.")


def _missing(missing: Sequence[Output], row: Row) -> str:
    if len(row.outputs) == 1:
        said = _("The file is not where it was saved.")
    elif len(missing) == 1:
        said = missing_words(missing[0])
    else:
        said = _("{n} of {total} files are not where they were saved.", n=len(missing), total=len(row.outputs))
    why = ngettext(
        "It may have been moved, renamed or deleted outside this program.",
        "They may have been moved, renamed or deleted outside this program.",
        len(missing),
    )
    return str(in_turn(said, why))


def _changed(changed: Sequence[Output], row: Row) -> str:
    if len(changed) > 1:
        return _("{n} of {total} files were changed outside.", n=len(changed), total=len(row.outputs))
    at = changed[0].look.modified_at
    if len(row.outputs) == 1:
        if at is None:
            return _("The file was changed outside.")
        return _("The file was changed outside on {day}.", day=units.day_and_time(at))
    name = Path(changed[0].path).name
    if at is None:
        return _("{name} was changed outside.", name=name)
    return _("{name} was changed outside on {day}.", name=name, day=units.day_and_time(at))


class Searching(Struct, frozen=True):
    """Progress of a search for missing files."""

    headline: str
    detail: str = ""


def looking_words() -> Searching:
    """At the begin of the search."""
    return Searching(_("Looking for missing files…"))


def search_words(said: RelinkProgress) -> Searching:
    looked = ngettext("{n} file checked", "{n} files checked", said.looked)
    found = _("{n} of {total} found", n=said.found, total=said.asked) if said.asked > 1 else ""
    detail = " · ".join(filter(None, (looked, found, _("in {folder}", folder=said.folder) if said.folder else "")))
    headline = ngettext("Looking for {n} missing file…", "Looking for {n} missing files…", said.asked)
    return Searching(headline, detail)


def template_problems(template: str) -> tuple[str, ...]:
    """What is wrong with a template, one sentence each; empty if nothing."""
    found = []
    if not template.strip():
        return (_("The template is empty."),)
    for match in filenames.TOKEN.finditer(template):
        field = filenames.FIELD.fullmatch(match.group(1).strip())
        if field is None:
            found.append(
                _(
                    "{text} isn't a field. Fields look like {one} or {other}.",
                    text=match[0],
                    one="{prompt}",
                    other="{prompt:80}",
                )
            )
        elif field.group(1).lower() not in filenames.FIELDS:
            found.append(
                _(
                    "There is no field {field}. Known fields: {fields}.",
                    field=f"{{{field[1]}}}",
                    fields=listed(list(filenames.FIELDS)),
                )
            )
    rest = filenames.TOKEN.sub("", template)
    if "{" in rest or "}" in rest:
        found.append(_("A brace isn't closed. Fields look like {field}.", field="{prompt}"))
    if re.match(r"\s*(?:[A-Za-z]:|[/\\~])", template):
        found.append(_("The path is inside the library folder, so it can't begin with a drive or the root."))
    if any(part.strip() in {".", ".."} for part in filenames.SPLIT.split(template)):
        found.append(_("The parts . and .. are left out: files stay in the library folder."))
    return tuple(dict.fromkeys(found))


def template_words(template: str) -> str:
    """What is wrong with it, for the line below the field: two sentences at most."""
    return str(in_turn(*template_problems(template)[:2]))
