"""Form of an API key, for welcome page and preferences: typed, tested, stored. GUI thread only.

The secret exists only in this object while it is typed or tested, and in no signal. The test reads the balance, free of
charge. Nothing raises: errors become `words` and `small_print`.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from runway_desktop.domain.account import KeySource, KeyStatus, Link
from runway_desktop.domain.errors import ApiError, RunwayDesktopError
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.usecases.question import KeyPhase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import KEY_BEGIN, cleaned_key, key_problem
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

PATIENCE_MS = 1000
"""Delay before the window says that it waits for the keychain."""

WAITING = Text("Waiting for your keychain. It may ask you to unlock it.")
SESSION_ONLY = Text("The key is kept for this session only.")
WHERE_FROM = Text("Create a key at dev.runwayml.com → API keys.")
CHECKING = Text("Checking reads your balance and is free.")


class KeyForm(Model):
    """`accepted` carries the organization, once the key is in use."""

    changed = Signal()
    accepted = Signal(object)

    def __init__(
        self,
        cases: UseCases,
        bridge: Bridge,
        runner: Runner,
        parent: QObject | None = None,
        *,
        patience_ms: int = PATIENCE_MS,
    ) -> None:
        super().__init__(cases, runner, parent)
        self.text = ""
        self._remember: bool | None = None
        self.phase = KeyPhase.TYPING
        self._words, self.small_print, self._tone = "", "", Tone.PLAIN
        self._patience = Soon(self, patience_ms, self._keychain_is_slow)
        bridge.key_changed.connect(self.changed)
        bridge.connection_changed.connect(self.changed)

    @property
    def busy(self) -> bool:
        return self.phase in (KeyPhase.ASKING, KeyPhase.KEEPING)

    @property
    def words(self) -> str:
        """Text below the field: error of the format while typing, else result of the test."""
        return self.problem if self.phase is KeyPhase.TYPING else self._words

    @property
    def tone(self) -> Tone:
        return (Tone.WARN if self.problem else Tone.PLAIN) if self.phase is KeyPhase.TYPING else self._tone

    @property
    def problem(self) -> str:
        """Error of the key's format; empty without text, or if valid."""
        return key_problem(self.text)

    @property
    def reason(self) -> str:
        """Why the key cannot be tested now; empty if it can. A key of unusual length can: only Runway knows."""
        if self.busy:
            return _("The key is being checked.")
        if not self.text:
            return _("Paste your key first.")
        return "" if self.text.startswith(KEY_BEGIN) else self.problem

    @property
    def status(self) -> KeyStatus:
        return self._cases.account.key

    @property
    def remember(self) -> bool:
        """Whether to store it in the keychain; off by default if the keychain has failed."""
        if self.status.no_keychain:
            return False
        return not self._keychain_failed if self._remember is None else self._remember

    @property
    def can_remember(self) -> bool:
        """Whether there is a keychain; a locked one can be unlocked."""
        return not self.busy and not self.status.no_keychain

    @property
    def remember_text(self) -> str:
        store = self.status.store_name
        return _("Remember in {store}", store=store) if store else _("Remember in the keychain")

    @property
    def keychain_words(self) -> str:
        """Why the key may not be stored; empty if no problem is known."""
        if not self._keychain_failed:
            return str(self.status.problem)
        said, session = str(self.status.problem), str(SESSION_ONLY)
        return said if said.endswith(session) else str(in_turn(said, session))

    @property
    def source_words(self) -> str:
        """Which key is in use, and where it is stored."""
        status = self.status
        ends = _("It ends in …{ending}.", ending=status.ending) if status.ending else ""
        match status.source:
            case KeySource.DEMO:
                return _("This is the demo: a simulated Runway on this computer. It needs no key.")
            case KeySource.KEYCHAIN:
                store = status.store_name
                kept = _("The key is kept in {store}.", store=store) if store else _("The key is kept in the keychain.")
                return str(in_turn(kept, ends))
            case KeySource.MEMORY:
                return str(in_turn(SESSION_ONLY, ends))
            case KeySource.ENVIRONMENT:
                environment = _("The key comes from the environment (RUNWAYML_API_SECRET). It is not stored.")
                return str(in_turn(environment, ends))
            case KeySource.NONE:
                return _("There is no key yet.")

    @property
    def refused_words(self) -> str:
        """Sentence that Runway refuses the key in use; empty if it does not."""
        if self._cases.account.connection.link is not Link.KEY_REFUSED:
            return ""
        return _("Runway didn't accept this key. Nothing is sent until you use another one.")

    @property
    def can_forget(self) -> bool:
        return self.status.source in (KeySource.KEYCHAIN, KeySource.MEMORY)

    def set_text(self, text: str) -> None:
        """Sets the text, without surrounding blanks and quotation marks."""
        clean = cleaned_key(text)
        if clean == self.text or self.busy:
            return
        self.text = clean
        self.phase, self._words, self.small_print = KeyPhase.TYPING, "", ""
        self.changed.emit()

    def set_remember(self, remember: bool) -> None:
        if remember != self.remember:
            self._remember = remember
            self.changed.emit()

    def check(self) -> None:
        """Tests the key by reading the balance; if accepted, uses it from now on."""
        if self.reason:
            return
        self._say(KeyPhase.ASKING, _("Asking Runway…"), Tone.BUSY)
        self._runner(self._check(self.text, self.remember), "check key", failed=self._refused)

    def forget(self) -> None:
        """Removes the key from memory and keychain."""
        forgetting = self._cases.account.forget_key()
        self._runner(forgetting, "forget key", done=lambda _: self._forgotten(), failed=self._not_forgotten)

    @property
    def _keychain_failed(self) -> bool:
        return bool(self.status.problem) and not self.status.is_awaited

    async def _check(self, secret: str, remember: bool) -> None:
        account = self._cases.account
        found = await account.test_key(secret)
        self._wait_for_keychain(True)
        try:
            status = await account.use_key(secret, remember=remember)
        finally:
            self._wait_for_keychain(False)
        self.text = ""
        said = _("Key accepted. Your balance is {credits}.", credits=units.credits_in_words(found.balance))
        tone = Tone.WARN if status.problem else Tone.GOOD
        self._say(KeyPhase.ACCEPTED, str(in_turn(said, status.problem)), tone)
        if isValid(self):
            self.accepted.emit(found)

    def _wait_for_keychain(self, waiting: bool) -> None:
        if not isValid(self):
            return
        if waiting:
            self._patience.start()
        else:
            self._patience.stop()

    def _keychain_is_slow(self) -> None:
        self._say(KeyPhase.KEEPING, str(in_turn(_("Key accepted."), WAITING)), Tone.BUSY)

    def _refused(self, error: RunwayDesktopError) -> None:
        status = f"HTTP {error.status}" if isinstance(error, ApiError) and error.status else ""
        small = error.detail if error.detail.startswith(status) else f"{status} · {error.detail}".strip(" ·")
        self._say(KeyPhase.REFUSED, error.in_words(), Tone.BAD, small or status)

    def _forgotten(self) -> None:
        self._say(KeyPhase.ACCEPTED, _("Key forgotten. Your tasks and results stay."), Tone.PLAIN)

    def _not_forgotten(self, error: RunwayDesktopError) -> None:
        self._say(
            KeyPhase.REFUSED,
            str(in_turn(_("The key is still in the keychain."), error.in_words())),
            Tone.BAD,
            error.detail,
        )

    def _say(self, phase: KeyPhase, words: str, tone: Tone, small: str = "") -> None:
        self.phase, self._words, self._tone, self.small_print = phase, words, tone, small
        # The window may have been closed meanwhile.
        if isValid(self):
            self.changed.emit()
