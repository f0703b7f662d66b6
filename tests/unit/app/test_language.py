"""The language of the program, chosen at start."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QApplication

from runway_desktop import texts
from runway_desktop.app import language
from runway_desktop.texts import _, ngettext


@pytest.fixture
def folder(tmp_path, monkeypatch, qapp: QApplication) -> Iterator[None]:
    """Catalogs of two languages, the second written from right to left."""
    for code, said in (("de", "Behalten"), ("ar", "\u0627\u062d\u0641\u0638")):
        catalog = Catalog(locale=code)
        catalog.add("Keep", said)
        made = tmp_path / code / "LC_MESSAGES" / "runway_desktop.mo"
        made.parent.mkdir(parents=True)
        content = io.BytesIO()
        write_mo(content, catalog)
        made.write_bytes(content.getvalue())
    monkeypatch.setattr(language, "resource", lambda *_parts: tmp_path)
    yield tmp_path
    monkeypatch.setattr(language, "resource", lambda *_parts: tmp_path / "nothing")
    language.speak("en")


def test_chosen_language_applies_to_the_program_and_to_qt(folder, qapp):
    language.speak("de")
    assert _("Keep") == "Behalten"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    assert qapp.layoutDirection() == Qt.LayoutDirection.LeftToRight
    language.speak("en")
    assert (_("Keep"), QCoreApplication.translate("QPlatformTheme", "Cancel")) == ("Keep", "Cancel")


def test_right_to_left_language_mirrors_the_window(folder, qapp):
    language.speak("ar")
    assert texts.language().is_mirrored
    assert qapp.layoutDirection() == Qt.LayoutDirection.RightToLeft


def test_text_missing_in_a_catalog_is_shown_in_english(folder):
    language.speak("de")
    assert ngettext("{n} file", "{n} files", 2) == "2 files"


def test_damaged_catalog_is_logged_and_english_is_used(folder, caplog):
    (folder / "de" / "LC_MESSAGES" / "runway_desktop.mo").write_bytes(b"no catalog")
    language.speak("de")
    assert _("Keep") == "Keep"
    assert "language de" in caplog.text


@pytest.mark.parametrize(
    ("system", "form"),
    [
        ("C", texts.NumberForm()),
        ("en_US", texts.NumberForm(half_days=True, month_first=True)),
        ("en_GB", texts.NumberForm()),
        ("de_DE", texts.NumberForm(decimal=",", group=".")),
        ("ja_JP", texts.NumberForm()),
        ("fr_FR", texts.NumberForm(decimal=",", group="\u202f")),
    ],
)
def test_numbers_use_the_systems_format(system, form):
    assert language.number_form(QLocale(system)) == form
