"""The language that the program speaks from its start."""

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


def test_a_chosen_language_is_spoken_by_the_program_and_by_qt(folder, qapp):
    language.speak("de")
    assert _("Keep") == "Behalten"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    assert qapp.layoutDirection() == Qt.LayoutDirection.LeftToRight
    language.speak("en")
    assert (_("Keep"), QCoreApplication.translate("QPlatformTheme", "Cancel")) == ("Keep", "Cancel")


def test_a_language_from_right_to_left_mirrors_the_window(folder, qapp):
    language.speak("ar")
    assert texts.language().is_mirrored
    assert qapp.layoutDirection() == Qt.LayoutDirection.RightToLeft


def test_what_a_catalog_lacks_is_english(folder):
    language.speak("de")
    assert ngettext("{n} file", "{n} files", 2) == "2 files"


def test_a_damaged_catalog_is_logged_and_english_is_spoken(folder, caplog):
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
def test_numbers_take_the_form_of_the_system(system, form):
    assert language.number_form(QLocale(system)) == form
