"""Parts of a window as a person finds them: by their kind, their name, their words."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QPushButton, QWidget

from runway_desktop.ui.composer.composer_pane import ComposerPane
from runway_desktop.ui.composer.field_editors import Chip, FormRow
from runway_desktop.ui.composer.form import Form
from runway_desktop.ui.composer.object_editors import ObjectBox, ObjectsBox
from runway_desktop.ui.composer.prompt_edit import PromptEdit

Kind = TypeVar("Kind", bound=QWidget)


def child(parent: QWidget, kind: type[Kind]) -> Kind:
    """The first of its kind inside a widget."""
    found = parent.findChild(kind)
    assert found is not None, f"there is no {kind.__name__}"
    return found


def button(parent: QWidget, name: str) -> QPushButton:
    """The button whose text or spoken name begins so; a visible one where there is one."""
    found = parent.findChildren(QPushButton)
    named = [one for one in found if one.text().startswith(name) or one.accessibleName().startswith(name)]
    assert named, f"there is no button “{name}”"
    return next((one for one in named if one.isVisible()), named[0])


def said(parent: QWidget) -> str:
    """All words that labels inside a widget show."""
    return "\n".join(one.text() for one in parent.findChildren(QLabel) if one.isVisible() and one.text())


def says(parent: QWidget, words: str) -> bool:
    """Whether a label inside a widget shows just these words."""
    return any(one.text() == words for one in parent.findChildren(QLabel) if one.isVisible())


def choices(popup: QWidget) -> QListWidget:
    return child(popup, QListWidget)


def line(parent: QWidget) -> QLineEdit:
    """The first line to type into."""
    return child(parent, QLineEdit)


def prompt(pane: ComposerPane) -> PromptEdit:
    return child(pane, PromptEdit)


def send(pane: QWidget) -> QPushButton:
    """The button that stands out."""
    found = [one for one in pane.findChildren(QPushButton) if one.property("kind") == "primary"]
    return next((one for one in found if one.isVisible()), found[0])


def rows(pane: ComposerPane) -> dict[str, FormRow]:
    """Of the open form, by the field's name."""
    return child(pane, Form).rows


def chips(pane: ComposerPane) -> dict[str, Chip]:
    """Above the form, by the field's label."""
    _delete_deferred()
    form = child(pane, Form)
    return {one.accessibleName(): one for one in pane.findChildren(Chip) if not form.isAncestorOf(one)}


def rows_of(box: ObjectBox) -> dict[str, FormRow]:
    """Of an object, by the member's name."""
    _delete_deferred()
    return {row.name: row for row in box.findChildren(FormRow) if _owner(row, ObjectBox) is box}


def boxes_of(editor: ObjectsBox) -> list[ObjectBox]:
    """Of a list of objects, in their order."""
    _delete_deferred()
    return [box for box in editor.findChildren(ObjectBox) if _owner(box, ObjectBox, ObjectsBox) is editor]


def kind_of(box: ObjectBox) -> QPushButton:
    """The button that chooses an object's kind."""
    found = [one for one in box.findChildren(QPushButton) if one.accessibleName().endswith(": kind")]
    return next(one for one in found if _owner(one, ObjectBox) is box)


def _owner(widget: QWidget, *kinds: type[QWidget]) -> QWidget | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, kinds):
        parent = parent.parentWidget()
    return parent


def _delete_deferred() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
