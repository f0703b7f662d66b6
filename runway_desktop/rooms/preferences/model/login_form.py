"""Whether the system starts the profile at login: what the system says, not what was stored. GUI thread only."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.desktop import login
from runway_desktop.desktop.session_bus import is_sandboxed
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.model import Model

log = logging.getLogger(__name__)


class LoginForm(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, profile: Profile, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._profile = profile
        self.is_on = False
        self.problem = ""
        """Why it could not be changed, in a sentence."""
        self.turn(None)

    def turn(self, on: bool | None) -> None:
        """None only looks. `changed` follows."""
        self._runner(self._turn(on), "start at login", done=self.while_open(lambda _: self.changed.emit()))

    async def _turn(self, on: bool | None) -> None:
        self.problem = ""
        try:
            if is_sandboxed():
                if on is not None:
                    self._cases.settings.start_at_login = await login.ask_portal(self._profile, on=on)
                self.is_on = self._cases.settings.start_at_login
            else:
                if on is not None:
                    await in_worker(None, partial(login.start_at_login, self._profile, on=on))
                self.is_on = await in_worker(None, login.starts_at_login, self._profile)
        except OSError as error:
            log.info("The start at login cannot be changed: %s", error)
            self.problem = _("The system did not allow it.")
            if error.filename is not None:
                self.problem = _("“{file}” cannot be written.", file=Path(error.filename).parent)
