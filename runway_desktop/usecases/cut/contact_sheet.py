"""What a contact sheet tells of a cut. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from runway_desktop.catalog.labels import model_label
from runway_desktop.services.media.contact_sheet import Tile
from runway_desktop.usecases.words.units import credits_in_words

from .playing import CutCard


class Told(StrEnum):
    """What a sheet tells of a take only if the person wants it. The values are options of a command."""

    PROMPT = "prompt"
    MODEL = "model"
    COST = "cost"


def tile_of(card: CutCard, number: int, told: Collection[Told]) -> Tile:
    """`number` names a take without shot and title: its name may be the beginning of its prompt."""
    item, task = card.item, card.take.row.task if card.take is not None else None
    path = str(item.path) if item.path is not None else ""
    pictures = [path if item.is_still else "", card.output.poster if card.output is not None else ""]
    name, lines = item.shot or (item.name if task is None else task.title) or f"{number}", list[str]()
    if task is not None:
        made = [model_label(task.request.model)] if Told.MODEL in told else []
        if Told.COST in told and task.cost_credits is not None:
            made.append(credits_in_words(task.cost_credits))
        lines = [" ".join(task.request.prompt.split()) if Told.PROMPT in told else "", " · ".join(made)]
    return Tile(
        name=name, pictures=tuple(filter(None, pictures)), clip="" if item.is_still else path, at=item.start,
        lines=tuple(filter(None, lines)),
    )  # fmt: skip
