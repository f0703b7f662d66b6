"""The language at start: the person's choice, else the system's. Qt's own texts and the direction follow it."""

from __future__ import annotations

import logging
import os

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from runway_desktop import texts
from runway_desktop.catalog.resource_path import resource

log = logging.getLogger(__name__)

_OF_QT = "texts of Qt"
"""Name of the translator of dialogs, menus and buttons that Qt brings."""


def speak(wanted: str = "") -> None:
    """Sets the language of this process: `wanted` (the code of a catalog, or "en"), else the first of the system's that
    has a catalog, else English. Before the first text is shown; a change takes effect at the next start."""
    names = [wanted] if wanted else QLocale.system().uiLanguages()
    chosen = texts.chosen_language(resource("locale"), names, number_form(), _damaged)
    texts.use(chosen)
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("The application comes first.")  # noqa: TRY004 - a mistake of order, not of type
    mirrored = Qt.LayoutDirection.RightToLeft if chosen.is_mirrored else Qt.LayoutDirection.LeftToRight
    application.setLayoutDirection(mirrored)
    for old in application.findChildren(QTranslator, _OF_QT):
        application.removeTranslator(old)
        old.deleteLater()
    if chosen.code != "en":
        translator = QTranslator(application)
        translator.setObjectName(_OF_QT)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(os.path.join(folder, f"qtbase_{chosen.code}.qm")):
            application.installTranslator(translator)


def _damaged(code: str, error: Exception) -> None:
    log.warning("The catalog of the language %s cannot be read: %s", code, error)


def number_form(system: QLocale | None = None) -> texts.NumberForm:
    """How the person's system writes numbers and times."""
    system = system or QLocale.system()
    if system.language() == QLocale.Language.C:
        return texts.NumberForm()
    date = system.dateFormat(QLocale.FormatType.ShortFormat)
    return texts.NumberForm(
        decimal=system.decimalPoint(),
        group=system.groupSeparator(),
        half_days="AP" in system.timeFormat(QLocale.FormatType.ShortFormat).upper(),
        month_first=date.startswith("M"),
    )
