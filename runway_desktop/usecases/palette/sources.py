"""Entries of the palette from library and catalog. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.library import Row
from runway_desktop.texts import Text, _
from runway_desktop.usecases.commands.command import Command, Surface
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.commands.tasks import TASKS
from runway_desktop.usecases.requests.choices import ModelOffer, made_words
from runway_desktop.usecases.requests.presets import Preset
from runway_desktop.usecases.searching.pages import PageGroup, PaneEntry
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.failures import MEANINGS
from runway_desktop.usecases.words.states import Around, describe
from runway_desktop.usecases.words.tasks import title_words

from .palette import Heading, Offer

_PLAIN = "mdi6.chevron-right"


def of_selection(
    rows: Sequence[Row], price: Callable[[TaskCommand], str], take: Callable[[TaskCommand], object]
) -> Iterator[Offer]:
    """All commands for these rows, which may be none, with their prices; also those not possible, with the reason."""
    for command in TASKS:
        if Surface.PALETTE not in command.left_out_of:
            yield Offer(
                id=f"task:{command.remembered}",
                section=Heading.SELECTION if rows else Heading.COMMANDS,
                text=command.text(rows) if rows else str(command.words),
                detail=(price(command) if command.is_for(rows) else "") if rows else str(command.section.title),
                reason=command.reason(rows),
                icon=command.icon or _PLAIN,
                keyed=command.keyed,
                synonyms=str(command.synonyms),
                is_grave=command.is_dangerous or command.pays,
                does=partial(take, command),
            )


def of_tasks(rows: Iterable[Row], catalog: Catalog, now: float) -> Iterator[Offer]:
    for row in rows:
        said = describe(row, Around())
        shown = next((output.poster or output.path for output in row.outputs if output.is_here), row.first_input_path)
        yield Offer(
            id=f"row:{row.task.id}",
            section=Heading.TASKS,
            text=" ".join(title_words(row.task, catalog).split()),
            detail=model_label(row.task.request.model),
            aside=" · ".join((said.headline, units.moment(row.task.created_at, now))),
            tone=said.tone,
            icon="mdi6.image-outline",
            picture=str(shown),
        )


def of_models(offers: Iterable[ModelOffer]) -> Iterator[Offer]:
    for offer in offers:
        yield Offer(
            id=f"model:{offer.key[0]}/{offer.key[1]}",
            section=Heading.MODELS,
            text=offer.label,
            detail=offer.endpoint_label,
            priced=offer.priced,
            icon=offer.makes.kind.icon,
            synonyms=", ".join(made_words(offer.makes)),
            also=" ".join((offer.model, _("favorite") if offer.is_favorite else "")),
        )


def of_presets(presets: Iterable[Preset], keys: Mapping[int, Command[Any]]) -> Iterator[Offer]:
    """`keys` are the records of their shortcuts, by number."""
    for preset in presets:
        yield Offer(
            id=f"preset:{preset.name}",
            section=Heading.PRESETS,
            text=preset.name,
            detail=model_label(preset.model),
            keyed=keys.get(preset.key),
            icon="mdi6.bookmark-outline",
            also=preset.prompt or "",
        )


def of_pages(entries: Iterable[PaneEntry]) -> Iterator[Offer]:
    group = PageGroup.FIXED
    for entry in entries:
        if entry.heading:
            group = entry.group
            continue
        count = units.number(entry.count) if entry.count is not None else ""
        yield Offer(
            id=f"place:{entry.key}",
            section=Heading.PAGES,
            text=entry.title,
            detail=str(_ONE_OF.get(group, "")),
            aside=count,
            icon=entry.icon or _PAGE_ICONS.get(group, "mdi6.folder-outline"),
            synonyms=entry.synonyms,
        )


_ONE_OF = {
    PageGroup.SHEETS: Text("Unsent sheet"),
    PageGroup.PROJECTS: Text("Project"),
    PageGroup.SEARCHES: Text("Saved search"),
    PageGroup.TAGS: Text("Tag"),
    PageGroup.BATCHES: Text("Batch"),
}
_PAGE_ICONS = {
    PageGroup.SHEETS: "mdi6.table",
    PageGroup.SEARCHES: "mdi6.magnify",
    PageGroup.TAGS: "mdi6.tag-outline",
    PageGroup.BATCHES: "mdi6.layers-outline",
}


def of_meanings() -> Iterator[Offer]:
    """Meanings of failures, and what happens to the credits."""
    for meaning in MEANINGS.values():
        yield Offer(
            id=f"meaning:{meaning.headline.source}",
            section=Heading.HELP,
            text=str(meaning.headline),
            detail=_("What it means"),
            icon="mdi6.help-circle-outline",
            synonyms=str(meaning.synonyms),
            also=str(meaning.words),
        )
