"""Uses a result as an input: endpoints that accept its kind, and a clip's last frame as the next clip's first.

The result goes into the composer, with an endpoint and model that accept it; nothing is sent. The window decodes the
frame. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.events import Notice
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.media import Media
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.requests.input_fields import CONTINUES, WayToUse, ways_to_use
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.model import Model


class UseAsInput(Model):
    frame_wanted = Signal(object)
    """Path of a clip: decode its last frame, then call `keep_last_frame` or `frame_failed`."""
    placed = Signal()
    """The composer holds the input now."""

    def __init__(self, cases: UseCases, composer: Composer, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer

    def ways(self, media: Media) -> list[WayToUse]:
        """Possible uses, most likely first; empty if no endpoint accepts the kind."""
        return ways_to_use(media, self._cases.catalog)

    def take(self, way: WayToUse, path: Path, media: Media) -> None:
        """Puts a result into the composer, by its absolute path."""
        if way.last_frame:
            self.frame_wanted.emit(path)
        else:
            self._runner(self._place(way.endpoint, path, media), "use as input")

    def keep_last_frame(self, clip: Path, png: bytes) -> None:
        self._runner(self._use_frame(clip, png, "last frame", CONTINUES), "use last frame")

    def keep_frame(self, clip: Path, seconds: float, way: WayToUse, png: bytes) -> None:
        self._runner(self._use_frame(clip, png, f"frame at {seconds:.2f} s", way.endpoint), "use frame")

    def frame_failed(self, reason: str) -> None:
        self._cases.bus.tell(Notice(reason, is_problem=True))

    async def _use_frame(self, clip: Path, png: bytes, words: str, endpoint: str) -> None:
        frame = await self._cases.input_fixer.keep_frame(clip, png, words)
        await self._place(endpoint, frame, Media.IMAGE)

    async def _place(self, endpoint: str, path: Path, media: Media) -> None:
        uri = path.as_uri()
        found = (await self._cases.intake.look([uri])).get(uri)
        if found is None or found.facts is None:
            reason = found.problem if found is not None else ""
            self._cases.bus.tell(
                Notice(reason or _("“{file}” cannot be used as an input.", file=path.name), is_problem=True)
            )
            return
        self._choose(endpoint, media)
        self._composer.taking.add(
            [AssetDrop(uri=found.uri or uri, path=path, media=found.media, facts=found.facts, findings=())]
        )
        self.placed.emit()

    def _choose(self, endpoint: str, kind: Media) -> None:
        """Switches to the endpoint, with its last used model if that accepts the kind, else with the first that
        does."""
        self._composer.choose_endpoint(endpoint, for_input=True)
        if self._takes(self._composer.pair.model, endpoint, kind):
            return
        known = self._cases.catalog.endpoint(endpoint)
        fitting = (model for model in (known.models if known is not None else ()) if self._takes(model, endpoint, kind))
        model = next(fitting, None)
        if model is not None:
            self._composer.choose(endpoint, model, for_input=True)

    def _takes(self, model: str, endpoint: str, kind: Media) -> bool:
        pair = self._cases.catalog.pair(endpoint, model)
        return pair is not None and any(kind in field.media for field in pair.asset_fields)
