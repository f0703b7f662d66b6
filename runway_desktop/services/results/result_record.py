"""The records of a saved result: its output for the store, and its sidecar. `ResultRecord.write` blocks, and raises
nothing."""

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
    """For a result whose bytes are known. `media`: its kind, if already detected from these bytes."""

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
        """Set when the caller gave up; the thread must stop before it writes."""
        self.was_written = False
        """Whether `write` was called."""
        self.document: dict[str, Any] | None = None
        self.trouble = ""
        """Why there is no sidecar."""

    def write(self, finished: Finished) -> bool:
        """Writes the sidecar; True if it exists afterwards."""
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
            # The result itself is safe. A missing sidecar is reported, but no reason to pay twice.
            log.warning("No sidecar next to “%s”: %s", finished.path.name, error)
            self.trouble = f"could not be written: {error.strerror}"
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            report("writing a sidecar", mistake)
            self.trouble = "could not be written"
        return False

    def output(self, finished: Finished) -> Output:
        """The saved output for the store."""
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
