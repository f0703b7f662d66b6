"""Form of a new profile: name, color, key. The key is tested first, which is free of charge. GUI thread only.

The secret exists only in this object while the dialog is open, and in no signal. Nothing raises: errors become texts
next to their field.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from runway_desktop.domain.errors import ApiError, RunwayDesktopError
from runway_desktop.domain.profiles import Color
from runway_desktop.services.profiles.profile_folders import Profiles
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import KEY_BEGIN, cleaned_key, key_problem
from runway_desktop.usecases.words.profiles import key_not_stored, name_words
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.model import Model


class NewProfileForm(Model):
    """`made` carries the Profile, and the error if its key could not be stored."""

    changed = Signal()
    made = Signal(object, str)

    def __init__(
        self, cases: UseCases, profiles: Profiles, runner: Runner, taken: tuple[str, ...], parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._profiles = profiles
        self._taken = taken
        self._name, self.key = "", ""
        self._touched = False
        self.color = Color.BLUE
        self.busy = False
        self.key_words, self.key_tone = "", Tone.PLAIN
        self.trouble = ""
        """Error that belongs to neither name nor key."""
        runner(profiles.free_color(), "choose a color", done=self._suggest)

    @property
    def name_problem(self) -> str:
        """Error of the name, once it was edited."""
        return name_words(self._name, self._taken) if self._touched else ""

    @property
    def reason(self) -> str:
        """Why the profile cannot be created now; empty if it can."""
        if self.busy:
            return _("The profile is being created.")
        if problem := name_words(self._name, self._taken):
            return problem
        return key_problem(self.key) if self.key and not self.key.startswith(KEY_BEGIN) else ""

    def set_name(self, text: str) -> None:
        self._name, self._touched, self.trouble = text, True, ""
        self.changed.emit()

    def set_color(self, color: Color) -> None:
        if color is not self.color:
            self.color = color
            self.changed.emit()

    def set_key(self, text: str) -> None:
        clean = cleaned_key(text)
        if clean != self.key:
            self.key = clean
            problem = key_problem(clean)
            self.key_words, self.key_tone = problem, Tone.WARN if problem else Tone.PLAIN
            self.changed.emit()

    def create(self) -> None:
        """Tests the key, if any, then creates the profile."""
        if self.reason:
            self._touched = True
            self.changed.emit()
            return
        self.busy, self.trouble = True, ""
        if self.key:
            self.key_words, self.key_tone = _("Asking Runway…"), Tone.BUSY
        self.changed.emit()
        self._runner(self._create(), "make profile", failed=self._failed)

    async def _create(self) -> None:
        if self.key:
            found = await self._cases.account.test_key(self.key)
            balance = units.credits_in_words(found.balance)
            self.key_words, self.key_tone = _("Key accepted. Its balance is {credits}.", credits=balance), Tone.GOOD
        profile, problem = await self._profiles.create(self._name, self.color, self.key)
        self.key, self.busy = "", False
        if isValid(self):
            self.made.emit(profile, key_not_stored(problem))

    def _suggest(self, color: Color) -> None:
        if isValid(self) and not self._touched:
            self.set_color(color)

    def _failed(self, error: RunwayDesktopError) -> None:
        self.busy = False
        if isinstance(error, ApiError):
            self.key_words, self.key_tone = error.in_words(), Tone.BAD
        else:
            self.trouble = error.in_words()
        if isValid(self):
            self.changed.emit()
