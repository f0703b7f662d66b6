"""Actions on an input of the request: fixed copies, a frame of a clip, a thumbnail.

Offers depend on the input's facts and field. The use cases make copies on a worker; these replace the input when done.
The window decodes frames and thumbnails. Failures are shown at the tile (`trouble`); the input stays. GUI thread only.
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
from runway_desktop.texts import _
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.model import Model

from .composer import Composer


class InputMending(Model):
    changed = Signal()
    """Sizes, errors or running work changed: tiles and popups should refresh."""
    frame_wanted = Signal(object, object)
    """A clip's InputItem, and a FrameAt: decode it, then call `keep_frame` or `frame_failed`."""
    thumbnail_wanted = Signal(object, object, object)
    """Path of a clip or sound, its Media, and the path for its thumbnail."""
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
        """Fixes that make it fit; empty if it fits, or cannot be fixed here."""
        field = self._composer.pair.field(item.field)
        return mends_for(item.facts, field) if item.facts is not None and field is not None and item.path else ()

    def copies(self, item: InputItem) -> tuple[InputFix, ...]:
        """Smaller or converted copies of an input that fits."""
        return copies_of(item.facts) if item.facts is not None and item.path and not self.mends(item) else ()

    def size_of(self, item: InputItem, mend: InputFix) -> str:
        """Approximate size of the copy ("about 1.2 MB"); empty while unknown."""
        size = self._sizes.get(item.uri, {}).get(mend)
        return _("about {size}", size=units.size(size)) if size is not None else ""

    def ask_sizes(self, item: InputItem) -> None:
        """Computes sizes of copies; `changed` follows."""
        if item.uri in self._sizes or item.path is None or item.facts is None:
            return
        mends = self.mends(item) or self.copies(item)
        if any(mend.kind is not FixKind.FRAME for mend in mends):
            self._sizes[item.uri] = {}
            asking = self._cases.input_fixer.sizes(item.path, item.facts, mends)
            self._runner(asking, "sizes of copies", done=lambda sizes: self._keep_sizes(item.uri, sizes))

    def busy_words(self, item: InputItem) -> str:
        """The running fix ("Save as PNG"); empty if none."""
        return self._busy.get(item.uri, "")

    def trouble(self, item: InputItem) -> str:
        """Why the last fix failed, in a sentence."""
        return self._trouble.get(item.uri, "")

    def origin(self, item: InputItem) -> str:
        """Path of the original of a copy; empty for others, or while unknown."""
        if item.uri not in self._origins and item.path is not None:
            self._origins[item.uri] = ""
            path = item.path
            self._runner(self._learn_origin(item.uri, path), "origin of a copy")
        return self._origins.get(item.uri, "")

    def maker(self, item: InputItem) -> str:
        """The result that an input is ("Result of “A lighthouse”"); empty for other files, or while unknown. It becomes
        the new task's source."""
        if item.uri not in self._makers and item.path is not None:
            self._makers[item.uri] = ""
            self._runner(self._learn_maker(item.uri, item.path), "maker of an input", failed=lambda _: None)
        return self._makers.get(item.uri, "")

    def carry_out(self, item: InputItem, mend: InputFix) -> None:
        """Makes the copy, which then replaces the input."""
        if item.uri in self._busy or item.path is None or item.facts is None:
            return
        if mend.kind is FixKind.FRAME:
            if mend.at is not FrameAt.CHOSEN:
                # The person is still selecting; nothing is being made.
                self._begin(item, mend.text)
            self.frame_wanted.emit(item, mend.at)
            return
        self._begin(item, mend.text)
        self._make(item, self._cases.input_fixer.mend(item.path, item.facts, mend))

    def keep_frame(self, item: InputItem, png: bytes, words: str) -> None:
        """Replaces a clip with one of its frames. `words` name the frame for the file name ("last frame")."""
        if item.path is not None:
            self._begin(item, _("Save frame"))
            self._make(item, self._cases.input_fixer.keep_frame(item.path, png, words))

    def frame_failed(self, item: InputItem, reason: str) -> None:
        self._failed(item, reason)

    def thumbnail(self, item: InputItem) -> Path | None:
        """Thumbnail of a clip or sound. None until it exists; requests it."""
        if item.path is None or item.facts is None or item.media.kind.is_picture:
            return None
        return self.still(item.path, item.media, f"{item.path}\n{item.facts.size}\n{item.facts.duration}")

    def still(self, path: Path, media: Media, looks: str) -> Path | None:
        """Thumbnail of a clip or sound by its path. `looks` is another text if the file has other content."""
        known = str(path)
        if known not in self._thumbnails:
            self._thumbnails[known] = None
            name = hashlib.sha256(looks.encode(errors="surrogatepass")).hexdigest()[:32]
            self._waiting[known] = (media, self._cases.input_fixer.thumbnails / f"{name}.jpg")
            self.thumbnail_wanted.emit(path, *self._waiting[known])
        return self._thumbnails[known]

    def thumbnail_made(self, path: str, target: str) -> None:
        """Sets a requested thumbnail; others are ignored."""
        if self._waiting.pop(path, None) is not None:
            self._thumbnails[path] = Path(target)
            self.thumbnails_changed.emit()

    def look_again(self) -> None:
        """Repeats requests made before a receiver was connected."""
        for path, (media, target) in self._waiting.items():
            self.thumbnail_wanted.emit(Path(path), media, target)

    def _make(self, item: InputItem, making: Coroutine[Any, Any, Path]) -> None:
        work = self._put_in_place(item, making)
        self._runner(work, "mend input", failed=lambda error: self._failed(item, error.in_words()))

    async def _put_in_place(self, item: InputItem, making: Coroutine[Any, Any, Path]) -> None:
        """The copy replaces its original at its present position; a removed input stays removed."""
        copy = await making
        looked = await self._cases.intake.look([copy.as_uri()])
        self._busy.pop(item.uri, None)
        found = looked[copy.as_uri()]
        self._origins[found.uri] = str(item.path)
        drop = AssetDrop(uri=found.uri, path=found.path, media=found.media, facts=found.facts, findings=())
        if self._composer.use_copy(item, copy):
            self.changed.emit()
            return
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
            self._makers[uri] = _("Result of “{prompt}”", prompt=units.shortened(said, 60))
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
