"""What several selected tasks are, and what they have in common, as labeled lines. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import State
from runway_desktop.texts import Text, _, enumerated, pgettext

from .tasks import Fact

_MOST_NAMED = 3
_TROUBLE = (State.FAILED, State.UNCERTAIN, State.GONE)


def facts_of_several(rows: Sequence[Row]) -> list[Fact]:
    """States and kinds of results with their numbers; then models, project, shot and tags that all have."""
    tasks = [row.task for row in rows]
    tags = [tag for tag in tasks[0].tags if all(tag in task.tags for task in tasks)] if tasks else []
    found = [
        Fact(_("Status"), " · ".join(_states(rows))),
        Fact(_("Results"), " · ".join(_kinds(rows))),
        Fact(_("Model"), _named([model_label(task.request.model) for task in tasks], Text("{n} model", "{n} models"))),
        Fact(_("Project"), _named([task.project for task in tasks], Text("{n} project", "{n} projects"))),
        Fact(_("Shot"), _named([task.shot for task in tasks], Text("{n} shot", "{n} shots"))),
        Fact(_("Tags"), ", ".join(tags)),
    ]
    return [fact for fact in found if fact.text]


def _states(rows: Sequence[Row]) -> list[str]:
    states = [row.task.state for row in rows]
    saved = sum(any(output.is_here for output in row.outputs) for row in rows)
    live = sum(state.is_live for state in states)
    queued = sum(state.is_local for state in states)
    trouble = sum(state in _TROUBLE for state in states)
    words = (
        (saved, Text("{n} saved", "{n} saved")),
        (live, Text("{n} live", "{n} live")),
        (queued, Text("{n} queued", "{n} queued")),
        (trouble, Text("{n} needs attention", "{n} need attention")),
    )
    return [str(word.of(amount)) for amount, word in words if amount]


def _kinds(rows: Sequence[Row]) -> list[str]:
    kinds = Counter(output.media.kind for row in rows for output in row.outputs if output.is_here)
    # Translators: a number of results of one kind, "3 clips".
    return [
        pgettext("number of results", "{n} {kind}", n=amount, kind=kind.word.of(amount))
        for kind, amount in kinds.most_common()
    ]


def _named(names: Sequence[str], many: Text) -> str:
    """The different names, or their number if they are more than a few."""
    different = list(dict.fromkeys(filter(None, names)))
    return enumerated(different) if len(different) <= _MOST_NAMED else str(many.of(len(different)))
