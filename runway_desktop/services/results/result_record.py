"""What is kept of a result beside its bytes: what the store is told of it, and its sidecar.

`ResultRecord.write` blocks, and raises nothing."""

from __future__ import annotations

import logging
from typing import Any

from runway_desktop.domain.library import ResultFacts
from runway_desktop.domain.media import Media
from runway_desktop.domain.presence import NEVER_LOOKED
from runway_desktop.domain.task import Output, OutputState
from runway_desktop.services.supervised import report
from runway_desktop.values import replace

from . import sidecar
from .part_file import Finished
from .result_file import judge

log = logging.getLogger(__name__)


class ResultRecord:
    """Of a result whose bytes are known. `media` is its kind where it was judged by these bytes already."""

    def __init__(
        self, output: Output, facts: ResultFacts, now: float, media: Media | None = None, *, is_wanted: bool
    ) -> None:
        self._media = media
        self.task = facts.task
        self._before = output
        self._facts = facts
        self._now = now
        self._is_wanted = is_wanted
        self.is_given_up = False
        """Nobody waits any more for what a thread does with it."""
        self.was_written = False
        """`write` was called: what it could do is done."""
        self.document: dict[str, Any] | None = None
        self.trouble = ""
        """Why there is no sidecar."""

    def write(self, finished: Finished) -> bool:
        """Says whether the sidecar is there."""
        self.trouble = ""
        self.was_written = True
        saved = self.output(finished)
        try:
            facts = self._facts
            self.document = sidecar.compose(self.task, saved, facts.inputs, count=facts.count, batch=facts.batch)
            if self._is_wanted:
                sidecar.write(finished.path, self.document)
                return True
        except OSError as error:
            # The result itself is safe; a missing sidecar is told of, and is no reason to pay twice.
            log.warning("No sidecar beside %s: %s", finished.path.name, error)
            self.trouble = f"could not be written: {error.strerror}"
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            report("writing a sidecar", mistake)
            self.trouble = "could not be written"
        return False

    def output(self, finished: Finished) -> Output:
        """As the store is told of it."""
        media = self._media or judge(finished.head, url=self._before.url).media
        return replace(
            self._before,
            state=OutputState.SAVED,
            media=media,
            path=str(finished.path),
            size=finished.size,
            sha256=finished.sha256,
            saved_at=self._now,
            problem=None,
            binned_from="",
            look=NEVER_LOOKED,
        )
