"""What can be done with one input of the request: mended copies, a frame of a clip, a small picture of it.

Offers come from its facts and its place; copies are made by the cases, in a worker, and take the input's place when
they are there. The window decodes what only it can: frames and thumbnails. What goes wrong is said at the tile
(`trouble`) and nothing is lost by it. GUI thread only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog.input_files import copies_of, mends_for
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.inputs import AssetDrop, FixKind, FrameAt, InputFix
from runway_desktop.domain.media import Media
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.model import Model

from .composer import Composer


class InputMending(Model):
    changed = Signal()
    """Sizes, trouble or what is being made moved: tiles and their popup should look again."""
    frame_wanted = Signal(object, object)
    """An InputItem that is a clip, and a FrameAt: decode it and give it to `keep_frame`, or say `frame_failed`."""
    thumbnail_wanted = Signal(object, object, object)
    """Path of a clip or sound, its Media, path to write a small picture to."""
    thumbnails_changed = Signal()

    def __init__(self, cases: UseCases, composer: Composer, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self._busy: dict[str, str] = {}
        self._trouble: dict[str, str] = {}
        self._sizes: dict[str, dict[InputFix, int]] = {}
        self._origins: dict[str, str] = {}
        self._makers: dict[str, str] = {}
        self._thumbnails: dict[str, Path | None] = {}
        self._waiting: dict[str, tuple[Media, Path]] = {}

    def mends(self, item: InputItem) -> tuple[InputFix, ...]:
        """What would make it fit; nothing when it fits, or when nothing can be done here."""
        field = self._composer.pair.field(item.field)
        return mends_for(item.facts, field) if item.facts is not None and field is not None and item.path else ()

    def copies(self, item: InputItem) -> tuple[InputFix, ...]:
        """Smaller or other copies of one that fits."""
        return copies_of(item.facts) if item.facts is not None and item.path and not self.mends(item) else ()

    def size_of(self, item: InputItem, mend: InputFix) -> str:
        """About how large the copy would be ("about 1.2 MB"); empty while nobody knows."""
        size = self._sizes.get(item.uri, {}).get(mend)
        return f"about {units.size(size)}" if size is not None else ""

    def ask_sizes(self, item: InputItem) -> None:
        """Finds out how large the copies would be; `changed` follows when it is known."""
        if item.uri in self._sizes or item.path is None or item.facts is None:
            return
        mends = self.mends(item) or self.copies(item)
        if any(mend.kind is not FixKind.FRAME for mend in mends):
            self._sizes[item.uri] = {}
            asking = self._cases.input_fixer.sizes(item.path, item.facts, mends)
            self._runner(asking, "sizes of copies", done=lambda sizes: self._keep_sizes(item.uri, sizes))

    def busy_words(self, item: InputItem) -> str:
        """What is being made of it ("Save as PNG"); empty when nothing is."""
        return self._busy.get(item.uri, "")

    def trouble(self, item: InputItem) -> str:
        """Why the last mending did not work, in a sentence."""
        return self._trouble.get(item.uri, "")

    def origin(self, item: InputItem) -> str:
        """The path that a copy was made from; empty for what is no copy, or while nobody knows."""
        if item.uri not in self._origins and item.path is not None:
            self._origins[item.uri] = ""
            path = item.path
            self._runner(self._learn_origin(item.uri, path), "origin of a copy")
        return self._origins.get(item.uri, "")

    def maker(self, item: InputItem) -> str:
        """The result that an input is, in words ("Result of “A lighthouse”"); empty for what was not made here, or
        while nobody knows. The task that takes it is tied to that one."""
        if item.uri not in self._makers and item.path is not None:
            self._makers[item.uri] = ""
            self._runner(self._learn_maker(item.uri, item.path), "maker of an input", failed=lambda _: None)
        return self._makers.get(item.uri, "")

    def carry_out(self, item: InputItem, mend: InputFix) -> None:
        """Makes the copy and puts it in the input's place."""
        if item.uri in self._busy or item.path is None or item.facts is None:
            return
        if mend.kind is FixKind.FRAME:
            if mend.at is not FrameAt.CHOSEN:
                # Choosing takes as long as the person takes; nothing is being made meanwhile.
                self._begin(item, mend.text)
            self.frame_wanted.emit(item, mend.at)
            return
        self._begin(item, mend.text)
        self._make(item, self._cases.input_fixer.mend(item.path, item.facts, mend))

    def keep_frame(self, item: InputItem, png: bytes, words: str) -> None:
        """A decoded frame of a clip takes its place. `words` say which one, for the file's name ("last frame")."""
        if item.path is not None:
            self._begin(item, "Keep the frame")
            self._make(item, self._cases.input_fixer.keep_frame(item.path, png, words))

    def frame_failed(self, item: InputItem, reason: str) -> None:
        self._failed(item, reason)

    def thumbnail(self, item: InputItem) -> Path | None:
        """A small picture of a clip or sound; None while there is none. Asks for it when it is not there yet."""
        if item.path is None or item.facts is None or item.media.kind.is_picture:
            return None
        path = str(item.path)
        if path not in self._thumbnails:
            self._thumbnails[path] = None
            looks = f"{path}\n{item.facts.size}\n{item.facts.duration}"
            name = hashlib.sha256(looks.encode(errors="surrogatepass")).hexdigest()[:32]
            self._waiting[path] = (item.media, self._cases.input_fixer.thumbnails / f"{name}.jpg")
            self.thumbnail_wanted.emit(item.path, *self._waiting[path])
        return self._thumbnails[path]

    def thumbnail_made(self, path: str, target: str) -> None:
        """One that was asked for is there. Others are no concern of this one."""
        if self._waiting.pop(path, None) is not None:
            self._thumbnails[path] = Path(target)
            self.thumbnails_changed.emit()

    def look_again(self) -> None:
        """Asks for what was wanted before anyone listened."""
        for path, (media, target) in self._waiting.items():
            self.thumbnail_wanted.emit(Path(path), media, target)

    def _make(self, item: InputItem, making: Coroutine[Any, Any, Path]) -> None:
        work = self._put_in_place(item, making)
        self._runner(work, "mend input", failed=lambda error: self._failed(item, error.in_words()))

    async def _put_in_place(self, item: InputItem, making: Coroutine[Any, Any, Path]) -> None:
        """The copy takes the place that its original has by then; one that was taken out meanwhile stays out."""
        copy = await making
        looked = await self._cases.intake.look([copy.as_uri()])
        self._busy.pop(item.uri, None)
        found = looked[copy.as_uri()]
        self._origins[found.uri] = str(item.path)
        drop = AssetDrop(uri=found.uri, path=found.path, media=found.media, facts=found.facts, findings=())
        for present in self._composer.inputs():
            if present.uri == item.uri and present.field == item.field:
                self._composer.taking.replace(present.field, present.number, drop)
        self.changed.emit()

    async def _learn_origin(self, uri: str, path: Path) -> None:
        found = await self._cases.input_fixer.origin(path)
        if found is not None:
            self._origins[uri] = str(found.path)
            self.changed.emit()

    async def _learn_maker(self, uri: str, path: Path) -> None:
        row = await self._cases.library.maker_of(path)
        if row is not None:
            said = row.task.title or row.task.request.prompt or model_label(row.task.request.model)
            self._makers[uri] = f"Result of “{units.shortened(said, 60)}”"
            self.changed.emit()

    def _keep_sizes(self, uri: str, sizes: dict[InputFix, int]) -> None:
        self._sizes[uri] = sizes
        self.changed.emit()

    def _begin(self, item: InputItem, words: str) -> None:
        self._busy[item.uri] = words
        self._trouble.pop(item.uri, None)
        self.changed.emit()

    def _failed(self, item: InputItem, reason: str) -> None:
        self._busy.pop(item.uri, None)
        self._trouble[item.uri] = reason
        self.changed.emit()
