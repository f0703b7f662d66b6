"""Form of an API key: typed, tested and stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from runway_desktop.domain.account import KeySource, Organization
from runway_desktop.domain.errors import KeyRefused, NotReached, SecretTrouble
from runway_desktop.usecases.question import KeyPhase
from runway_desktop.usecases.words.account import cleaned_key, key_problem
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.profiles.welcome import SESSION_ONLY, WAITING, KeyForm
from tests.rigs.dialogs_rig import KEY, Rig
from tests.rigs.fakes import MemorySecrets


@pytest.fixture
def make_rig(qapp: QCoreApplication, tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(secrets: MemorySecrets | None = None) -> Rig:
        rig = Rig(tmp_path, secrets=secrets)
        made.append(rig)
        rig.tested.account = Organization(balance=8412.0)
        rig.start()
        return rig

    yield make
    for rig in made:
        rig.close()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


def form_of(rig: Rig, **options: int) -> KeyForm:
    return KeyForm(rig.cases, rig.bridge, rig.runner, rig.bridge, **options)


def typed(rig: Rig, form: KeyForm, text: str = KEY) -> None:
    """The person types the text and has it checked."""
    form.set_text(text)
    form.check()
    rig.settle()


def test_blanks_line_ends_and_quotes_are_stripped_from_a_pasted_key():
    assert cleaned_key(f'  "{KEY[:40]}\n{KEY[40:]}" \r\n') == KEY


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("key", ""),
        (KEY, ""),
        ("sk-12345", "begins with key_"),
        ("key_ABCD", "letters a–f"),
        ("key_0123", "this one has 4"),
        (KEY + KEY[4:], "pasted twice"),
    ],
)
def test_format_of_a_key_is_checked_at_once(text: str, part: str):
    problem = key_problem(text)
    assert part in problem
    assert bool(problem) is bool(part)


def test_accepted_key_is_stored_and_its_balance_shown(rig: Rig, qtbot: QtBot):
    form = form_of(rig)
    form.set_text(KEY + "\n")
    with qtbot.waitSignal(form.accepted, timeout=0, raising=False) as accepted:
        form.check()
        assert form.phase is KeyPhase.ASKING
        assert form.reason == "The key is being checked."
        rig.settle()
    assert accepted.args is not None
    assert accepted.args[0].balance == 8412.0
    assert form.words == "Key accepted. Your balance is 8,412 credits."
    assert form.tone is Tone.GOOD
    assert rig.secrets.secrets == {"test": KEY}
    assert form.source_words == "The key is kept in Test keychain. It ends in …cdef."


def test_accepted_key_is_cleared_from_the_form(rig: Rig):
    form = form_of(rig)
    typed(rig, form)
    assert form.text == ""
    assert KEY not in repr(vars(form))


def test_refused_key_shows_a_sentence_and_the_servers_message_in_small_print(rig: Rig):
    form = form_of(rig)
    refused = KeyRefused("Runway did not accept the key.", advice="Check it.", detail='{"error": "no"}', status=401)
    rig.tested.then("organization", refused)
    typed(rig, form)
    assert form.phase is KeyPhase.REFUSED
    assert form.words == "Runway did not accept the key. Check it."
    assert form.small_print == 'HTTP 401 · {"error": "no"}'
    assert form.text == KEY
    assert rig.account.key.source is KeySource.NONE
    assert rig.secrets.secrets == {}


def test_key_that_could_not_be_tested_can_be_retried(rig: Rig):
    form = form_of(rig)
    rig.tested.then("organization", NotReached("Runway cannot be reached.", advice="Check your connection."))
    typed(rig, form)
    assert form.small_print == ""
    assert form.reason == ""
    form.check()
    rig.settle()
    assert form.phase is KeyPhase.ACCEPTED


def test_key_not_to_be_remembered_stays_out_of_the_keychain(rig: Rig):
    form = form_of(rig)
    form.set_remember(False)
    typed(rig, form)
    assert rig.secrets.secrets == {}
    assert form.source_words.startswith("The key is kept for this session only.")


def test_missing_keychain_is_reported_and_the_key_lasts_for_the_session(make_rig: Callable[..., Rig]):
    rig = make_rig(MemorySecrets(trouble=SecretTrouble.ABSENT))
    form = form_of(rig)
    assert not form.remember
    assert not form.can_remember
    assert form.remember_text == "Remember in the keychain"
    assert form.keychain_words == f"The test keychain does not answer. Try again. {SESSION_ONLY}"
    typed(rig, form)
    assert form.phase is KeyPhase.ACCEPTED
    assert rig.account.key.source is KeySource.MEMORY


def test_failing_keychain_does_not_lose_the_key(rig: Rig):
    form = form_of(rig)
    rig.secrets.trouble = SecretTrouble.LOCKED
    assert form.can_remember
    typed(rig, form)
    assert form.words.startswith("Key accepted.")
    assert form.words.endswith(str(SESSION_ONLY))
    assert form.tone is Tone.WARN
    assert rig.account.key.source is KeySource.MEMORY


def test_slow_keychain_is_reported_while_waiting(rig: Rig, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    bell = rig.loop.create_future()

    async def slow(profile: str, secret: str) -> None:
        await bell

    monkeypatch.setattr(rig.secrets, "set", slow)
    form = form_of(rig, patience_ms=0)
    typed(rig, form)
    qtbot.waitUntil(lambda: form.phase is KeyPhase.KEEPING)
    assert form.words == f"Key accepted. {WAITING}"
    bell.set_result(None)
    rig.settle()
    assert form.phase is KeyPhase.ACCEPTED


def test_text_that_is_no_key_is_not_sent_anywhere(rig: Rig):
    form = form_of(rig)
    typed(rig, form, "my other password")
    assert form.reason
    assert rig.tested.calls == []


def test_key_of_unusual_length_causes_a_warning_but_can_be_tried(rig: Rig):
    form = form_of(rig)
    form.set_text("key_0123")
    assert form.tone is Tone.WARN
    assert form.reason == ""


def test_forgotten_key_is_removed_from_the_keychain(rig: Rig):
    form = form_of(rig)
    typed(rig, form)
    form.forget()
    rig.settle()
    assert rig.secrets.secrets == {}
    assert form.source_words == "There is no key yet."
    assert not form.can_forget


def test_keychain_that_does_not_forget_is_reported(rig: Rig):
    form = form_of(rig)
    typed(rig, form)
    rig.secrets.trouble = SecretTrouble.REFUSED
    form.forget()
    rig.settle()
    assert form.tone is Tone.BAD
    assert form.words.startswith("The key is still in the keychain.")
