"""What is told of several chosen tasks together. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.library import Row

from . import wording

MOST_ADDED_UP = 500
"""Tasks whose rows are fetched to be added up; of more only their number is told."""


def several_words(chosen: int, rows: Sequence[Row]) -> str:
    """ "7 tasks chosen", and below what they cost and which files of theirs are here. `rows` are theirs, or none while
    they are being fetched."""
    outputs = [output for row in rows for output in row.outputs]
    here = [output for output in outputs if output.is_here]
    missing = sum(output.is_missing for output in outputs)
    cost = sum(row.task.credits or 0.0 for row in rows)
    sums = (
        wording.credits_in_words(cost) if cost else "",
        f"{wording.count(len(here), 'file')}, {wording.size(sum(output.size for output in here))}" if here else "",
        f"{missing:,} missing" if missing else "",
    )
    return "\n".join(filter(None, (f"{wording.count(chosen, 'task')} chosen", " · ".join(filter(None, sums)))))
