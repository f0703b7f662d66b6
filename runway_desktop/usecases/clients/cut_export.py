"""`cut export` for scripts: what it wrote, and what is missing in it. Raises CallRefused. Loop's thread only."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.services.exchange.cut.cut_files import CutForm
from runway_desktop.services.exchange.cut.references import Editor
from runway_desktop.texts import english
from runway_desktop.usecases.cut.cuts import Cuts, Told
from runway_desktop.usecases.words.cuts import gap_words

from .refusals import CallRefused, Code
from .verbs import CutAnswer, CutWished


async def export_cut(cuts: Cuts, wish: CutWished) -> CutAnswer:
    wanted = {form: path for form in CutForm if (path := getattr(wish, form))}
    if not wanted:
        names = ", ".join(f"--{form.replace('_', '-')}" for form in CutForm)
        raise CallRefused("No file was named to write to.", f"Name one: {names}.")
    if wish.editor not in list(Editor):
        raise CallRefused(f"“{wish.editor}” is no editor that is known.", f"There are {', '.join(Editor)}.")
    view = await cuts.open(wish.project)
    if not view.cards:
        raise CallRefused("There is no project of this name.", wish.project[:80], code=Code.NOT_FOUND)
    editor, told = Editor(wish.editor), [one for one in Told if getattr(wish, one)]
    written = [await cuts.export(view, form, Path(path), editor, told=told) for form, path in wanted.items()]
    with english():
        gaps = [gap_words(item) for item in written[0].gaps]
    return CutAnswer(
        files=[str(path) for one in written for path in one.paths], seconds=view.timeline.seconds, gaps=gaps
    )
