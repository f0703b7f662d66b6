"""The prompt's text editor: grows with its text, hands pasted files and task ids on, can undo every replacement, and
completes the names of inputs after @. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QIcon,
    QInputMethodEvent,
    QKeyEvent,
    QStandardItem,
    QStandardItemModel,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QCompleter, QFrame, QPlainTextEdit, QWidget

from runway_desktop.domain.cast import Member, begun_name
from runway_desktop.domain.task import parse_remote_id
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.requests.draft import MOST_LETTERS, separate_prompts
from runway_desktop.usecases.requests.input_fields import InputFields, Name
from runway_desktop.usecases.words.cast import KIND_ICONS

MOST_LINES = 8
LOW = 90 * GRID
"""In a lower window the prompt stays shorter, so that the list keeps some rows."""
_HINTS = (
    Text("Describe what you want to see or hear. Drop files, prompts or task IDs anywhere."),
    Text("Describe what you want to see or hear."),
)
"""Placeholders; the longest that fits one line is shown."""
MOST_OFFERED = 50
"""Names in the list after an @; more are found by more letters."""
_FACE = 3 * GRID
_NAME = Qt.ItemDataRole.UserRole
_NARROWEST = 220
Find = Callable[[str], Sequence[tuple[int, int]]]
_TYPING = {QEvent.Type.KeyPress: True, QEvent.Type.InputMethod: True, QEvent.Type.KeyRelease: False}


class PromptEdit(QPlainTextEdit):
    """Text editor that grows up to `MOST_LINES`. Pasted files, links, pictures and task ids are emitted as if dropped;
    other text is inserted."""

    files_pasted = Signal(object)
    """QMimeData that is not a prompt."""
    lines_pasted = Signal(object)
    """Pasted lines: already inserted as one prompt, and possibly meant as one task each."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tabChangesFocus=True)
        self._usual = ""
        viewport_of(self)
        self.setProperty("bare", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Lines wrap, so a scroll bar left from a moment in a narrow pane would only cover the last line.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)
        self.setAccessibleName(_("Prompt"))
        self.document().setDocumentMargin(2)
        # Not `textChanged`: when one line replaces another, the lines are counted only after that signal.
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self.document().contentsChanged.connect(self._align)
        self._grow()
        self._show_hint()

    def sizeHint(self) -> QSize:
        return QSize(200, self.minimumHeight())

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._grow()
        self._show_hint()

    def show_usual(self, text: str) -> None:
        """What is used without a prompt, as the placeholder; empty: there is no such text."""
        self._usual = text
        self._show_hint()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Hides the placeholder while an input method composes: Qt would draw it below the composed letters."""
        super().inputMethodEvent(event)
        if event.preeditString():
            self.setPlaceholderText("")
        else:
            self._show_hint()

    def replace_text(self, text: str) -> None:
        """Replaces the text as one undo step, so that typed text is never lost."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.setTextCursor(cursor)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or source.hasImage() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        ids = source.text().split()
        is_picture = source.hasImage() and not source.hasText()
        is_long = len(source.text()) > MOST_LETTERS
        if source.hasUrls() or is_picture or is_long or (ids and all(map(parse_remote_id, ids))):
            self.files_pasted.emit(source)
        else:
            self.insertPlainText(source.text())
            if lines := separate_prompts(source.text()):
                self.lines_pasted.emit(lines)

    def _align(self) -> None:
        """Aligns the text by the direction of its first line; this kind of document does not do it by itself."""
        is_reversed = self.document().firstBlock().textDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if is_reversed else Qt.AlignmentFlag.AlignLeft
        option = self.document().defaultTextOption()
        if option.alignment() != side | Qt.AlignmentFlag.AlignAbsolute:
            option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
            self.document().setDefaultTextOption(option)

    def _grow(self) -> None:
        line = self.fontMetrics().lineSpacing()
        most = line * (MOST_LINES if self.window().height() > LOW else MOST_LINES // 2)
        height = round(min(max(self._text_height(most), line), most)) + 6
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _text_height(self, enough: int) -> float:
        """Height of the lines, which differ by script, counted up to `enough`."""
        height, block = 0.0, self.document().begin()
        while block.isValid() and height < enough:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        return height

    def _show_hint(self) -> None:
        room = self.viewport().width() - 2 * self.document().documentMargin()
        metrics = self.fontMetrics()
        hint = self._usual or next(
            (said for said in map(str, _HINTS) if metrics.horizontalAdvance(said) <= room), str(_HINTS[-1])
        )
        if hint != self.placeholderText():
            self.setPlaceholderText(hint)


class PromptHighlight(QSyntaxHighlighter):
    """Highlights variation groups in braces, and names of members. A group may span lines, so each block checks the
    whole text."""

    def __init__(self, document: QTextDocument, theme: Theme, groups: Find, names: Find) -> None:
        """`groups` and `names` return the spans of both in a text."""
        super().__init__(document)
        self._find = (groups, names)
        self._theme = theme
        self._text = ""
        self._spans: tuple[tuple[tuple[int, int], ...], ...] = ((), ())
        theme.changed.connect(self.rehighlight)
        document.contentsChange.connect(self._moved)

    def highlightBlock(self, text: str) -> None:
        whole = self.document().toPlainText()
        if whole != self._text:
            self._text, self._spans = whole, self._found(whole)
        begin = self.currentBlock().position()
        for spans, is_name in zip(self._spans, (False, True), strict=True):
            for start, end in spans:
                first, last = max(start - begin, 0), min(end - begin, len(text))
                if first < last:
                    self.setFormat(first, last - first, self._format(is_name=is_name))

    def look_again(self) -> None:
        """Call when other names may be known."""
        if self._found(self._text) != self._spans:
            self._text = ""
            self.rehighlight()

    def _format(self, *, is_name: bool) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(self._theme.color(Role.ACCENT_HOVER if is_name else Role.ACCENT))
        if is_name:
            made.setBackground(self._theme.color(Role.SELECTED))
        return made

    def _found(self, text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
        return tuple(tuple(find(text)) for find in self._find)

    def _moved(self, *_: int) -> None:
        """Rehighlights all lines: a closing brace can change earlier ones."""
        before = self._spans
        if self.document().blockCount() > 1 and self._found(self.document().toPlainText()) != before:
            self.rehighlight()


class TagCompletion(QObject):
    """Offers names of inputs and of the cast, with faces, after an @."""

    def __init__(self, editor: QPlainTextEdit, input_fields: InputFields, theme: Theme, posters: PosterCache) -> None:
        super().__init__(editor)
        self._editor = editor
        self._fields = input_fields
        self._theme = theme
        self._posters = posters
        self._is_typing = False
        """A key event is in progress, so a text change was typed and not set by code."""
        self._model = QStandardItemModel(self)
        self.completer = QCompleter(self._model, self)
        self.completer.setWidget(editor)
        # The model has only what fits: Qt would compare words with the first letters alone.
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        popup = self.completer.popup()
        popup.setAccessibleName(_("Names of inputs and cast"))
        popup.setProperty("popup", True)
        popup.setIconSize(QSize(_FACE, _FACE))
        self.completer.activated["QModelIndex"].connect(  # type: ignore[index]
            lambda index: self._take(index.data(_NAME))
        )
        editor.textChanged.connect(self._look)
        self._posters.ready.connect(self._show_face)
        # While the popup is open, it gets the keys and the completer passes them on past the editor's filters.
        for watched in (editor, popup):
            watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tracks typing, and selects by Return, Enter or Tab while the popup is open. QCompleter handles the other
        keys."""
        if event.type() in _TYPING:
            self._is_typing = _TYPING[event.type()]
        if (
            self.completer.popup().isVisible()
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
            and not event.modifiers()
        ):
            index = self.completer.popup().currentIndex()
            self.completer.popup().hide()
            if index.isValid():
                self._take(index.data(_NAME))
                return True
        return super().eventFilter(watched, event)

    def _look(self) -> None:
        begun, popup = self._begun(), self.completer.popup()
        typed, self._is_typing = self._is_typing, False
        names = []
        if begun is not None and typed and self._editor.hasFocus():
            names = self._fields.names_for(begun, MOST_OFFERED)
        if len(names) == 1:
            prompt, end = self._editor.toPlainText(), self._editor.textCursor().position()
            names = [name for name in names if not self._fields.is_whole(name, prompt, end)]
        if not names:
            popup.hide()
            return
        self._model.clear()
        for name in names:
            item = QStandardItem(f"@{name.word}   {name.meaning}")
            item.setData(name, _NAME)
            if name.member is not None:
                item.setIcon(self._face(name.member))
            self._model.appendRow(item)
        popup.setCurrentIndex(self.completer.completionModel().index(0, 0))
        at = self._editor.cursorRect()
        at.setWidth(max(_NARROWEST, popup.sizeHintForColumn(0) + 24))
        self.completer.complete(at)

    def _face(self, member: Member) -> QIcon:
        """The member's first picture, or the icon of its kind while there is none."""
        face, size = member.face, QSize(_FACE, _FACE)
        scale = self._editor.devicePixelRatioF()
        path = face.path if face is not None and face.media.kind.is_picture else ""
        picture = self._posters.picture(path, size, scale, covers=True)
        return QIcon(picture) if picture is not None else self._theme.icon(KIND_ICONS[member.kind], Role.MUTED)

    def _show_face(self, path: str) -> None:
        """A picture came: the row of its member gets it."""
        popup = self.completer.popup()
        if not popup.isVisible():
            return
        current = popup.currentIndex().row()
        for row in range(self._model.rowCount()):
            item = self._model.item(row)
            member = item.data(_NAME).member
            if member is not None and member.face is not None and member.face.path == path:
                item.setIcon(self._face(member))
        # The completer forgets it at each change of its model.
        popup.setCurrentIndex(self.completer.completionModel().index(current, 0))

    def _begun(self) -> str | None:
        """Text between the last @ and the cursor; None if no name is being typed."""
        cursor = self._editor.textCursor()
        if cursor.hasSelection():
            return None
        return begun_name(cursor.block().text()[: cursor.positionInBlock()])

    def _take(self, name: Name) -> None:
        cursor = self._editor.textCursor()
        at = cursor.block().text().rfind("@", 0, cursor.positionInBlock())
        if self._begun() is None:
            return
        cursor.setPosition(cursor.block().position() + at + 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(f"{name.word} ")
        self._editor.setTextCursor(cursor)
        self._fields.take(name)
